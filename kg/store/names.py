"""The names that filters may use: topics, lists, categories and authors of the library."""

from __future__ import annotations

from sqlite_utils import Database

from kg.filters import Filter, Scope
from kg.identifiers import slug
from kg.store.conditions import conditions

_MOST = 3000  # names that one is compared with: enough for all topics and lists, and for the authors of one beginning
_NAMES = {
    "topic": "SELECT id FROM topics UNION SELECT label FROM topics LIMIT ?",
    "list": "SELECT slug FROM documents UNION SELECT title FROM documents LIMIT ?",
    "cat": "SELECT DISTINCT category FROM paper_categories LIMIT ?",
}
_AUTHORS = "SELECT name FROM authors WHERE instr('-' || id, ?) ORDER BY id LIMIT ?"


class Names:
    """What a filter can be about."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def known(self, filter_: Filter) -> bool:
        """Whether some work, even one that is only cited, is what the filter (without its minus) says."""
        where, params = conditions(Scope((Filter(filter_.field, filter_.value),), everything=True))
        return self._db.execute(f"SELECT 1 FROM papers p WHERE {where} LIMIT 1", params).fetchone() is not None

    def like(self, filter_: Filter) -> list[str]:
        """Names that may have been meant: of authors those in which a name begins as the filter's last one does."""
        if filter_.field != "author":
            query = _NAMES.get(filter_.field)
            rows = self._db.execute(query, [_MOST]) if query else []
        else:
            beginning = slug(filter_.value).rpartition("-")[2][:2]
            rows = self._db.execute(_AUTHORS, [f"-{beginning}", _MOST]) if beginning else []
        return [name for (name,) in rows]

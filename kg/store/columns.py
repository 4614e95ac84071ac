"""What papers are counted by, a column at a time."""

from __future__ import annotations

from collections.abc import Iterator

from sqlite_utils import Database

_VALUES = {
    "year": "SELECT number, substr(published, 1, 4) FROM papers WHERE published IS NOT NULL ORDER BY number",
    "category": "SELECT DISTINCT paper, category FROM paper_categories ORDER BY paper",
    "topic": "SELECT paper, topic FROM papers_within_topics ORDER BY paper",
    "author": "SELECT DISTINCT paper, author FROM paper_authors ORDER BY paper",
    "list": "SELECT DISTINCT m.paper, d.slug FROM mentions m JOIN documents d ON d.id = m.document "
    "WHERE m.paper IS NOT NULL ORDER BY m.paper",
}


class Columns:
    """Reading of all papers' years, categories, topics, authors and lists."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def numbers(self) -> list[int]:
        """The numbers of all papers, in order."""
        return [int(number) for (number,) in self._db.execute("SELECT number FROM papers ORDER BY number")]

    def values(self, name: str) -> Iterator[tuple[int, str]]:
        """(number, value) for each value that a paper has in the column `name`, by number."""
        return iter(self._db.execute(_VALUES[name]))

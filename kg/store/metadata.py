"""What sources say of arXiv papers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlite_utils import Database

from kg.identifiers import title_key
from kg.papers import Metadata, embedded_text, text_hash
from kg.store.changes import Changes
from kg.store.identity import Identity
from kg.store.people import set_authors
from kg.titles import title_hash

_FROM_ARXIV = frozenset({"arxiv", "oai"})  # routes by which arXiv itself answers


class MetadataRecords:
    """The columns of `papers` that services fill, with authors and categories."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._identity = Identity(db)
        self._changes = Changes(db)

    def save(self, records: Iterable[Metadata], bulk: bool = False) -> int:
        """Store what a source says of arXiv papers; how many of them changed by it.

        A record that would have to be asked again (`fetched_at` None) never replaces one that was fetched,
        and what a source does not know is not erased.
        """
        return sum(self._save(record, bulk) for record in records)

    def wanting(self) -> list[str]:
        """arXiv ids of the library that no service has described."""
        rows = self._db.execute(
            "SELECT arxiv_id FROM papers WHERE arxiv_id IS NOT NULL AND in_library AND fetched_at IS NULL"
        )
        return [id_ for (id_,) in rows]

    def _save(self, record: Metadata, bulk: bool) -> bool:
        number = self._identity.ensure_arxiv(record.arxiv_id)
        if bulk:
            self._db.execute("UPDATE papers SET bulk = 1, in_library = 1 WHERE number = ?", [number])
        if self._knows_better(number, record):
            return False
        if record.doi:
            self._own_doi(number, record.doi)
        if not bulk:
            self._changes.note(number, record)
        changed = self._update(number, _columns(record))
        changed |= set_authors(self._db, number, record.authors)
        changed |= self._set_categories(number, record.categories)
        self._db.execute(
            "UPDATE papers SET metadata_source = ?, fetched_at = ?, text_hash = ? WHERE number = ?",
            [record.source, record.fetched_at, self._text_hash(number), number],
        )
        return changed

    def _knows_better(self, number: int, record: Metadata) -> bool:
        """Whether what is stored is of a newer version, or from a better source."""
        source, fetched_at, version = self._db.execute(
            "SELECT metadata_source, fetched_at, version FROM papers WHERE number = ?", [number]
        ).fetchone()
        if not fetched_at:
            return False
        if record.version and version and record.version < version:
            return True
        if source in _FROM_ARXIV and record.source not in _FROM_ARXIV:
            return (record.version or 0) <= (version or 0)
        return not record.fetched_at

    def _own_doi(self, number: int, doi: str) -> None:
        """Let the DOI name the paper, and make a work that documents cited by it one with the paper."""
        name = f"doi:{doi.lower()}"
        other = self._identity.number(name)
        if other is not None and not self._identity.on_arxiv(other):
            self._identity.merge(other, number)
        self._identity.add_aliases(number, [name])

    def _update(self, number: int, values: dict[str, Any]) -> bool:
        known = {name: value for name, value in values.items() if value is not None}
        names = ", ".join(known)
        (old,) = self._db.query(f"SELECT {names} FROM papers WHERE number = ?", [number])
        changed = {name: value for name, value in known.items() if old[name] != value}
        if changed:
            assignments = ", ".join(f"{name} = ?" for name in changed)
            self._db.execute(f"UPDATE papers SET {assignments} WHERE number = ?", [*changed.values(), number])
        return bool(changed)

    def _text_hash(self, number: int) -> str:
        title, abstract = self._db.execute("SELECT title, abstract FROM papers WHERE number = ?", [number]).fetchone()
        return text_hash(embedded_text(title, abstract))

    def _set_categories(self, number: int, categories: Sequence[str]) -> bool:
        old = self._db.execute(
            "SELECT category FROM paper_categories WHERE paper = ? ORDER BY position", [number]
        ).fetchall()
        if not categories or list(categories) == [category for (category,) in old]:
            return False
        self._db.execute("DELETE FROM paper_categories WHERE paper = ?", [number])
        self._db.conn.executemany(
            "INSERT INTO paper_categories VALUES (?, ?, ?)",
            [(number, position, category) for position, category in enumerate(categories)],
        )
        return True


def _columns(record: Metadata) -> dict[str, Any]:
    names = "title abstract published updated version doi comment journal_ref".split()
    values = {name: getattr(record, name) for name in names}
    keys = {"title_key": title_key(record.title), "title_hash": title_hash(record.title)}
    return {**values, **keys, "withdrawn": int(record.withdrawn)}

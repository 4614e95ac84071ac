"""Works that papers cite, found in the library or kept apart from it."""

from __future__ import annotations

from sqlite_utils import Database

from kg.identifiers import title_key, work_id
from kg.papers import Reference
from kg.store.identity import Identity
from kg.titles import title_hash

_SHORTEST_TITLE = 4  # words; fewer name no work by themselves
_YEARS = 2  # between a preprint and the form that is cited


class CitedWorks:
    """Which paper a reference means; works of no list have `in_library` 0."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._identity = Identity(db)

    def ensure(self, reference: Reference) -> int | None:
        """The number of the work that a reference means, made if it was unknown.

        None for one that is only a title, unless exactly one work of the library has it.
        """
        names = _names(reference)
        if reference.arxiv_id:
            number: int | None = self._identity.ensure_arxiv(reference.arxiv_id)
        else:
            known = (self._identity.number(name) for name in names)
            number = next((found for found in known if found is not None), None) or self._titled(reference)
        if number is None and names:
            number = self._made(reference, names[0])
        if number is not None:
            self._identity.add_aliases(number, names)
            self._describe(number, reference)
        return number

    def unknown(self, names: list[str]) -> list[str]:
        """Those of a service's names that no work goes by yet."""
        return [name for name in names if self._identity.number(name) is None]

    def _titled(self, reference: Reference) -> int | None:
        key = title_key(reference.title or "")
        if len(key.split()) < _SHORTEST_TITLE:
            return None
        rows = self._db.execute("SELECT number, published FROM papers WHERE title_key = ? AND in_library", [key])
        found = [number for number, published in rows if _same_time(reference.year, published)]
        return int(found[0]) if len(found) == 1 else None

    def _made(self, reference: Reference, name: str) -> int | None:
        cursor = self._db.execute(
            "INSERT INTO papers (id, doi) VALUES (?, ?) ON CONFLICT DO NOTHING",
            [work_id(reference.title or "", name), reference.doi],
        )
        return cursor.lastrowid if cursor.rowcount else None

    def _describe(self, number: int, reference: Reference) -> None:
        """Give a work that has no title the one that it is cited by; for one in the library, its lists say it."""
        self._db.execute(
            "UPDATE papers SET title = ?, title_key = ?, title_hash = ?, published = coalesce(published, ?) "
            "WHERE number = ? AND title IS NULL AND NOT in_library",
            [
                reference.title,
                title_key(reference.title or "") or None,
                title_hash(reference.title),
                str(reference.year) if reference.year else None,
                number,
            ],
        )


def _names(reference: Reference) -> list[str]:
    return [*([f"doi:{reference.doi.lower()}"] if reference.doi else []), *reference.names]


def _same_time(year: int | None, published: str | None) -> bool:
    return not year or not published or abs(int(published[:4]) - year) <= _YEARS

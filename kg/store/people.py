"""Who wrote a paper."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlite_utils import Database

from kg.identifiers import slug


def set_authors(db: Database, number: int, names: Sequence[str]) -> bool:
    """Make `names` the authors of a paper; False when they were so, or none is given."""
    wrote = people(names)
    old = db.execute("SELECT author, name FROM paper_authors WHERE paper = ? ORDER BY position", [number]).fetchall()
    if not wrote or wrote == old:
        return False
    db.conn.executemany("INSERT OR IGNORE INTO authors VALUES (?, ?)", wrote)
    db.execute("DELETE FROM paper_authors WHERE paper = ?", [number])
    db.conn.executemany(
        "INSERT INTO paper_authors VALUES (?, ?, ?, ?)",
        [(number, position, *person) for position, person in enumerate(wrote)],
    )
    return True


def people(names: Sequence[str]) -> list[tuple[str, str]]:
    """(id, name) of authors; a name without a letter is nobody's."""
    return [(id_, name) for name in names if (id_ := _id(name))]


@lru_cache(maxsize=65536)
def _id(name: str) -> str:
    return slug(name, 80)

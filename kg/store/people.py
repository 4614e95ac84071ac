"""Who wrote a paper."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from kg.identifiers import slug


def set_authors(db: Database, number: int, names: Sequence[str]) -> bool:
    """Make `names` the authors of a paper; False when they were so, or none is given."""
    people = [(slug(name, 80), name) for name in names if slug(name, 80)]
    old = db.execute("SELECT author, name FROM paper_authors WHERE paper = ? ORDER BY position", [number]).fetchall()
    if not people or people == old:
        return False
    db.conn.executemany("INSERT OR IGNORE INTO authors VALUES (?, ?)", people)
    db.execute("DELETE FROM paper_authors WHERE paper = ?", [number])
    db.conn.executemany(
        "INSERT INTO paper_authors VALUES (?, ?, ?, ?)",
        [(number, position, *person) for position, person in enumerate(people)],
    )
    return True

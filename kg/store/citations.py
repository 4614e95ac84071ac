"""Which paper cites which, and who says so."""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database


class Citations:
    """The table `citations`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, edges: Iterable[tuple[int, int]], source: str) -> int:
        """Store (citing, cited) edges between numbers of papers; how many were new."""
        cursor = self._db.conn.executemany(
            "INSERT OR IGNORE INTO citations VALUES (?, ?, ?)",
            [(citing, cited, source) for citing, cited in edges if citing != cited],
        )
        return cursor.rowcount

    def all(self) -> list[tuple[str, str, str]]:
        """Every edge as (citing id, cited id, source)."""
        rows = self._db.execute(
            "SELECT a.id, b.id, c.source FROM citations c "
            "JOIN papers a ON a.number = c.citing JOIN papers b ON b.number = c.cited"
        )
        return list(rows)

    def of(self, paper: str) -> tuple[list[str], list[str]]:
        """Ids that `paper` cites, and ids that cite it."""
        cites = "SELECT DISTINCT b.id FROM citations c JOIN papers a ON a.number = c.{0} "
        cites += "JOIN papers b ON b.number = c.{1} WHERE a.id = ? ORDER BY b.published DESC, b.id"
        references = self._db.execute(cites.format("citing", "cited"), [paper])
        cited_by = self._db.execute(cites.format("cited", "citing"), [paper])
        return [id_ for (id_,) in references], [id_ for (id_,) in cited_by]

    def papers_with_references(self) -> int:
        """Number of papers of which at least one reference is known."""
        row = self._db.execute("SELECT count(DISTINCT citing) FROM citations").fetchone()
        return int(row[0])

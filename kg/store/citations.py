"""Which paper cites which, and who says so."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from kg.answers import Neighbour


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

    def replace(self, citing: int, cited: Iterable[int], source: str) -> None:
        """Make these the papers that `citing` cites according to `source`; what others say stays."""
        wanted = set(cited) - {citing}
        rows = self._db.execute("SELECT cited FROM citations WHERE citing = ? AND source = ?", [citing, source])
        gone = {number for (number,) in rows} - wanted
        self._db.conn.executemany(
            "DELETE FROM citations WHERE citing = ? AND cited = ? AND source = ?",
            [(citing, number, source) for number in sorted(gone)],
        )
        self.add(((citing, number) for number in sorted(wanted)), source)

    def all(self) -> list[tuple[str, str, str]]:
        """Every edge as (citing id, cited id, source)."""
        rows = self._db.execute(
            "SELECT a.id, b.id, c.source FROM citations c "
            "JOIN papers a ON a.number = c.citing JOIN papers b ON b.number = c.cited"
        )
        return list(rows)

    def pairs(self) -> NDArray[np.int64]:
        """(citing, cited) numbers (m, 2) of every edge, each once."""
        rows = self._db.execute("SELECT DISTINCT citing, cited FROM citations")
        return np.fromiter(chain.from_iterable(rows), dtype=np.int64).reshape(-1, 2)

    def count(self) -> int:
        """How many edges there are, counting all who say so."""
        return int(self._db.execute("SELECT count(*) FROM citations").fetchone()[0])

    def of(self, paper: str) -> tuple[tuple[Neighbour, ...], tuple[Neighbour, ...]]:
        """What `paper` cites, and what cites it, newest first, each with all who say so."""
        cites = (
            "SELECT b.id, b.title, b.published, json_group_array(c.source) "
            "FROM citations c JOIN papers a ON a.number = c.{0} JOIN papers b ON b.number = c.{1} "
            "WHERE a.id = ? GROUP BY b.number ORDER BY b.published DESC, b.id"
        )
        references = self._db.execute(cites.format("citing", "cited"), [paper])
        cited_by = self._db.execute(cites.format("cited", "citing"), [paper])
        return tuple(_neighbour(*row) for row in references), tuple(_neighbour(*row) for row in cited_by)

    def papers_with_references(self) -> int:
        """Number of papers of which at least one reference is known."""
        row = self._db.execute("SELECT count(DISTINCT citing) FROM citations").fetchone()
        return int(row[0])


def _neighbour(paper: str, title: str | None, published: str | None, sources: str) -> Neighbour:
    return Neighbour(paper, title, published, tuple(sorted(json.loads(sources))))

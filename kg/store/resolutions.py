"""By which route and rule a work without an arXiv id was found to be a paper on arXiv, and how sure that is."""

from __future__ import annotations

from sqlite_utils import Database

from kg.answers import Resolution


class Resolutions:
    """The table `resolutions`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def note(self, work: str, paper: str, route: str, rule: str, confidence: float, at: str) -> None:
        """Note that the work of that id turned out to be a paper; call it when they are one."""
        self._db.execute(
            "INSERT OR REPLACE INTO resolutions SELECT ?, number, ?, ?, ?, ? FROM papers WHERE id = ?",
            [work, route, rule, confidence, at, paper],
        )

    def of(self, paper: str) -> list[Resolution]:
        """What was found to be this paper, surest first."""
        rows = self._db.execute(
            "SELECT work, route, rule, confidence, at FROM resolutions JOIN papers ON number = paper "
            "WHERE id = ? ORDER BY confidence DESC, work",
            [paper],
        )
        return [Resolution(*row) for row in rows]

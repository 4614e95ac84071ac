"""How far the sets of arXiv that are harvested as a whole have been read."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Harvest:
    """One set: from which day it was asked for first, and where to go on.

    `next_day` is the day of the last complete answer. While one is not at its end, `token` is the server's place in
    it, and `until` the day on which it began.
    """

    set_name: str
    since: str
    next_day: str | None = None
    token: str | None = None
    until: str | None = None


class Harvests:
    """The table `harvests`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, set_name: str) -> Harvest | None:
        """Where the harvest of a set stands; None before the first."""
        row = self._db.execute("SELECT * FROM harvests WHERE set_name = ?", [set_name]).fetchone()
        return Harvest(*row) if row else None

    def save(self, harvest: Harvest) -> None:
        """Store where a harvest stands; call it in the transaction that stores its records."""
        self._db.execute(
            "INSERT OR REPLACE INTO harvests VALUES (?, ?, ?, ?, ?)",
            [harvest.set_name, harvest.since, harvest.next_day, harvest.token, harvest.until],
        )

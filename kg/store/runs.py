"""The record of every `kg ingest`: when it began, when it ended, what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run that came to its end, and the numbers of the last paper and the last change that it left.

    A run of an older `kg` noted neither.
    """

    number: int
    started_at: str
    finished_at: str
    last_paper: int | None
    last_change: int | None


class Runs:
    """The table `runs`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def start(self, at: str) -> int:
        """Note that a run began; the number returned ends it."""
        cursor = self._db.execute("INSERT INTO runs (started_at) VALUES (?)", [at])
        self._db.conn.commit()
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def finish(self, run: int, at: str, outcome: dict[str, Any]) -> None:
        """Note when a run ended and its outcome (JSON values only)."""
        self._db.execute("UPDATE runs SET finished_at = ?, outcome = ? WHERE id = ?", [at, json.dumps(outcome), run])
        self._db.conn.commit()

    def last_outcome(self) -> dict[str, Any]:
        """The outcome of the newest run that came to its end; nothing before the first."""
        row = self._db.execute(
            "SELECT outcome FROM runs WHERE finished_at IS NOT NULL ORDER BY id DESC LIMIT 1"
        ).fetchone()
        return dict(json.loads(row[0] or "{}")) if row else {}

    def last_finished(self) -> int:
        """The number of the newest run that came to its end; 0 before the first."""
        row = self._db.execute("SELECT coalesce(max(id), 0) FROM runs WHERE finished_at IS NOT NULL").fetchone()
        return int(row[0])

    def finished(self) -> list[FinishedRun]:
        """All runs that came to their end, oldest first."""
        rows = self._db.execute(
            "SELECT id, started_at, finished_at, json_extract(outcome, '$.last_paper'), "
            "json_extract(outcome, '$.last_change') FROM runs WHERE finished_at IS NOT NULL ORDER BY id"
        )
        return [FinishedRun(*row) for row in rows]

    def began(self) -> str | None:
        """When the first run of all began; None before it."""
        row = self._db.execute("SELECT started_at FROM runs ORDER BY id LIMIT 1").fetchone()
        return str(row[0]) if row else None

    def last(self) -> dict[str, Any] | None:
        """The newest run as `started_at, finished_at` and its outcome's keys; None before the first."""
        rows = self._db.query("SELECT started_at, finished_at, outcome FROM runs ORDER BY id DESC LIMIT 1")
        for row in rows:
            outcome = json.loads(row.pop("outcome") or "{}")
            return {**row, **outcome}
        return None

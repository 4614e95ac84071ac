"""What is new of papers that were known: what services said (a version, a title), and moves to another topic."""

from __future__ import annotations

from collections.abc import Iterator

from sqlite_utils import Database

from kg.answers_news import Change
from kg.identifiers import title_key
from kg.papers import Metadata


class Changes:
    """The table `changes`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def note(self, number: int, record: Metadata) -> None:
        """Note how a record differs from what a service said before; call it before saving the record."""
        title, version, withdrawn, fetched_at = self._db.execute(
            "SELECT title, version, withdrawn, fetched_at FROM papers WHERE number = ?", [number]
        ).fetchone()
        if fetched_at is None or record.fetched_at is None:
            return
        for what, before, after in _differences(record, title, version, bool(withdrawn)):
            self._db.execute(
                "INSERT INTO changes (paper, what, before, after, at) VALUES (?, ?, ?, ?, ?)",
                [number, what, before, after, record.fetched_at],
            )

    def after(self, number: int) -> list[Change]:
        """What services said anew, noted after the change of that number, oldest first."""
        rows = self._db.execute(
            "SELECT p.id, p.title, what, before, after, c.at FROM changes c JOIN papers p ON p.number = c.paper "
            "WHERE c.id > ? AND what <> 'topic' ORDER BY c.id",
            [number],
        )
        return [Change(*row) for row in rows]

    def moved_after(self, number: int) -> int:
        """How many papers moved to another topic, as noted after the change of that number."""
        moved = "SELECT count(DISTINCT paper) FROM changes WHERE id > ? AND what = 'topic'"
        return int(self._db.execute(moved, [number]).fetchone()[0])

    def last(self) -> int:
        """The number of the newest change; 0 before the first."""
        row = self._db.execute("SELECT coalesce(max(id), 0) FROM changes").fetchone()
        return int(row[0])


def _differences(
    record: Metadata, title: str | None, version: int | None, withdrawn: bool
) -> Iterator[tuple[str, str | None, str | None]]:
    if record.version and version and record.version > version:
        yield "version", f"v{version}", f"v{record.version}"
    if record.withdrawn and not withdrawn:
        yield "withdrawn", None, record.comment
    if title and title_key(title) != title_key(record.title):
        yield "title", title, record.title

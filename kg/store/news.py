"""What has come to the library since a run: papers, and mentions of papers in documents.

`mentions.since` is the run in which a document first named a paper; it outlives that the document is read again.
"""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from kg.answers_news import NewMention, NewPaper, News

_SHOWN = 10  # papers and mentions that are told of one by one
# Works of lists are new with their first mention, those loaded in bulk with their number.
_PAPERS = (
    "FROM (SELECT DISTINCT paper AS found FROM mentions WHERE since > :run "
    "  UNION SELECT number FROM papers WHERE number > :number AND bulk) JOIN papers p ON p.number = found "
    "WHERE (NOT p.bulk OR p.number > :number) "
    "AND NOT EXISTS (SELECT 1 FROM mentions m WHERE m.paper = p.number AND m.since <= :run)"
)
_MENTIONS = (
    "FROM mentions m JOIN documents d ON d.id = m.document JOIN papers p ON p.number = m.paper WHERE m.since > :run"
)


class NewThings:
    """Reading of what is new in `papers` and `mentions`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def after(self, run: int, number: int) -> News:
        """What has come after that run, and after the paper of that number."""
        marks = {"run": run, "number": number}
        return News(
            self._count(f"SELECT count(*) {_PAPERS}", marks),
            self._count(f"SELECT count(DISTINCT m.document || ' ' || m.paper) {_MENTIONS}", marks),
            tuple(NewPaper(*row) for row in self._first(f"SELECT p.id, p.title {_PAPERS} ORDER BY number", marks)),
            tuple(
                NewMention(*row)
                for row in self._first(
                    f"SELECT p.id, coalesce(p.title, m.title), d.source, min(m.line) {_MENTIONS} "
                    "GROUP BY m.document, m.paper ORDER BY d.id, min(m.line)",
                    marks,
                )
            ),
        )

    def last_paper(self) -> int:
        """The number of the newest paper; 0 before the first."""
        return self._count("SELECT coalesce(max(number), 0) FROM papers", {})

    def _count(self, query: str, marks: dict[str, int]) -> int:
        return int(self._db.execute(query, marks).fetchone()[0])

    def _first(self, query: str, marks: dict[str, int]) -> list[tuple[Any, ...]]:
        return self._db.execute(f"{query} LIMIT {_SHOWN}", marks).fetchall()

"""What came and what changed, by the marks that runs left: the numbers of their last paper and their last change.

Numbers of papers and of changes are given once and grow. A span is the numbers after one mark, up to the next.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlite_utils import Database

from kg.answers_news import Change, Move
from kg.papers import Topic

Span = tuple[int, int]


class FirstMention(NamedTuple):
    """Where a document first names a paper, and in which run it came to do so.

    `bulk` tells whether the paper was loaded in bulk too.
    """

    mention: int
    paper: int
    since: int
    bulk: bool


class Arrivals:
    """Reading of `papers`, `mentions` and `changes` by when their rows came."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._counted: tuple[object, list[int]] | None = None

    def first_mentions(self) -> list[FirstMention]:
        """The first mention of each paper in each document, list by list."""
        rows = self._db.execute(
            "SELECT min(m.id), m.paper, min(m.since), p.bulk FROM mentions m JOIN documents d ON d.id = m.document "
            "JOIN papers p ON p.number = m.paper GROUP BY m.document, m.paper ORDER BY d.title, d.slug, min(m.id)"
        )
        return [FirstMention(mention, paper, since, bool(bulk)) for mention, paper, since, bulk in rows]

    def count_bulk(self, spans: Sequence[Span]) -> list[int]:
        """How many papers of each span were loaded in bulk and stand in no list.

        All papers are looked at (0.3 s for 160,000), so the counts are kept until relations change.
        """
        state = self._db.execute("SELECT value FROM states WHERE name = 'relations'").fetchone()[0]
        if self._counted is None or self._counted[0] != (state, spans):
            self._counted = (state, spans), self._bulk_counts(spans)
        return self._counted[1]

    def bulk(self, span: Span, limit: int, offset: int) -> list[int]:
        """The numbers of such papers of one span."""
        rows = self._db.execute(
            f"SELECT p.number FROM papers p WHERE p.number > ? AND p.number <= ? AND {_UNLISTED} "
            "ORDER BY p.number LIMIT ? OFFSET ?",
            [*span, limit, offset],
        )
        return [number for (number,) in rows]

    def count_changes(self, spans: Sequence[Span]) -> list[tuple[int, int]]:
        """How often services changed a paper in each span, and how many papers moved to another topic."""
        moved = "count(DISTINCT iif(c.what = 'topic', c.paper, NULL))"
        rows = self._spans(f"JOIN changes c ON {_within('c.id')}", f"sum(c.what <> 'topic'), {moved}", spans)
        counts = {at: (changes, moves) for at, changes, moves in rows}
        return [counts.get(at, (0, 0)) for at, _ in enumerate(spans)]

    def changes(self, span: Span, limit: int, offset: int) -> list[Change]:
        """What services said anew within a span, in the order in which they did."""
        rows = self._db.execute(
            f"SELECT p.id, p.title, c.what, c.before, c.after, c.at {_CHANGES} AND c.what <> 'topic' "
            "ORDER BY c.id LIMIT ? OFFSET ?",
            [*span, limit, offset],
        )
        return [Change(*row) for row in rows]

    def moves(self, span: Span, limit: int, offset: int) -> list[Move]:
        """Which papers moved to another topic within a span; of one that moved twice the last move."""
        rows = self._db.execute(
            f"SELECT p.id, p.title, c.before, c.after, c.at, max(c.id) {_CHANGES} AND c.what = 'topic' "
            "GROUP BY c.paper ORDER BY max(c.id) LIMIT ? OFFSET ?",
            [*span, limit, offset],
        ).fetchall()
        labels = self._labels({id_ for row in rows for text in row[2:4] for id_ in _ids(text)})

        def topics(text: str | None) -> tuple[Topic, ...]:
            return tuple(Topic(id_, labels.get(id_, id_)) for id_ in _ids(text))

        return [Move(paper, title, topics(before), topics(after), at) for paper, title, before, after, at, _ in rows]

    def _bulk_counts(self, spans: Sequence[Span]) -> list[int]:
        rows = self._spans(f"JOIN papers p ON {_within('p.number')} WHERE {_UNLISTED}", "count(*)", spans)
        counts = dict(rows)
        return [counts.get(at, 0) for at, _ in enumerate(spans)]

    def _spans(self, joined: str, counted: str, spans: Sequence[Span]) -> list[tuple[Any, ...]]:
        """Rows that begin with the place of a span among the spans; empty ones are not looked at."""
        filled = [(at, *span) for at, span in enumerate(spans) if span[0] < span[1]]
        query = f"SELECT json_extract(s.value, '$[0]') AS place, {counted} FROM json_each(?) s {joined} GROUP BY place"
        return self._db.execute(query, [json.dumps(filled)]).fetchall()

    def _labels(self, topics: set[str]) -> dict[str, str]:
        """What topics are called, or were when there still were such."""
        rows = self._db.execute(
            "SELECT id, label FROM retired_topics WHERE id IN (SELECT value FROM json_each(?1)) "
            "UNION ALL SELECT id, label FROM topics WHERE id IN (SELECT value FROM json_each(?1))",
            [json.dumps(sorted(topics))],
        )
        return dict(rows.fetchall())


def _within(column: str) -> str:
    return f"{column} > json_extract(s.value, '$[1]') AND {column} <= json_extract(s.value, '$[2]')"


def _ids(text: str | None) -> list[str]:
    """The topics of a change, as `kg.store.topics` notes them."""
    return text.split(", ") if text else []


_UNLISTED = "p.bulk AND p.number NOT IN (SELECT paper FROM mentions WHERE paper IS NOT NULL)"
_CHANGES = "FROM changes c JOIN papers p ON p.number = c.paper WHERE c.id > ? AND c.id <= ?"

"""What each run of `kg ingest` brought: papers, mentions, changes, moves between topics; newest run first.

A mention came in its run (`mentions.since`), a paper with its first mention, or, loaded in bulk, between the marks of
two runs. What a run that was killed found came with the next that ended. What was there before runs noted any of this
came with the first. Of what has left the library nothing is told.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from kg.answers_news import NewAnswer, NewCounts, NewRun
from kg.errors import NotFound, UsageError

if TYPE_CHECKING:
    from kg.library import Library
    from kg.papers import Mention, Paper
    from kg.store import Store
    from kg.store.arrivals import Span

SHOWN = 20  # of each part of a run, where several runs are told of


def find_new(library: Library, since: str | None, run: int | None, limit: int, offset: int) -> NewAnswer:
    """One page of the runs that brought something, each with its first few; or one page of all that one run brought.

    :raises UsageError: `since` is no date.
    :raises NotFound: no such run has ended.
    """
    day, store = _day(since), library.store
    history = _History(store)
    if run is not None:
        return _of_one(store, history, run, limit, offset)
    asked = [at for at, found in enumerate(history.runs) if not day or found.finished_at[:10] >= day]
    told = [at for at in reversed(asked) if history.counts[at] != NewCounts()]
    results = tuple(history.told(store, at, SHOWN, 0) for at in told[offset : offset + limit])
    total = sum((history.counts[at] for at in told), NewCounts())
    return NewAnswer(results, len(told), total, tuple(_notes(store, len(asked) - len(told))))


def _of_one(store: Store, history: _History, run: int, limit: int, offset: int) -> NewAnswer:
    at = next((at for at, found in enumerate(history.runs) if found.number == run), None)
    if at is None:
        raise NotFound(f"run: no run {run} of `kg ingest` has ended")
    counts = history.counts[at]
    longest = max(counts.papers, counts.mentions, counts.changes, counts.moves)
    return NewAnswer((history.told(store, at, limit, offset),), longest, counts)


class _History:
    """Runs that ended, oldest first, and what came in which of them."""

    def __init__(self, store: Store) -> None:
        self.runs = store.runs.finished()
        self._papers = _marks([run.last_paper for run in self.runs])
        self._changes = _marks([run.last_change for run in self.runs])
        self._of_known, self._of_new, self._listed = (defaultdict[int, list[int]](list) for _ in range(3))
        self._place(store)
        self._bulk = store.arrivals.count_bulk(_spans(self._papers))
        changed = store.arrivals.count_changes(_spans(self._changes))
        self.counts = [
            NewCounts(self._bulk[at] + len(self._listed[at]), known + len(self._of_new[at]), known, *changed[at])
            for at, _ in enumerate(self.runs)
            for known in (len(self._of_known[at]),)
        ]

    def _place(self, store: Store) -> None:
        """Find the run of each mention, and of each paper that is listed."""
        ends, came = [run.number for run in self.runs], dict[int, int]()
        placed = [(bisect_left(ends, found.since), found) for found in store.arrivals.first_mentions()]
        for at, found in placed:
            loaded = bisect_left(self._papers, found.paper) if found.bulk else at
            came[found.paper] = min(came.get(found.paper, at), at, loaded)
        for at, found in placed:
            (self._of_new if came[found.paper] == at else self._of_known)[at].append(found.mention)
        for paper, at in came.items():
            self._listed[at].append(paper)

    def told(self, store: Store, at: int, limit: int, offset: int) -> NewRun:
        """One run, with one page of each of its parts; of its papers those that lists name come first."""
        run, changed = self.runs[at], _spans(self._changes)[at]
        return NewRun(
            run.number,
            run.started_at,
            run.finished_at,
            at == 0,
            self.counts[at],
            self._papers_of(store, at, limit, offset),
            self._mentions_of(store, at, limit, offset),
            tuple(store.arrivals.changes(changed, limit, offset)),
            tuple(store.arrivals.moves(changed, limit, offset)),
        )

    def _papers_of(self, store: Store, at: int, limit: int, offset: int) -> tuple[Paper, ...]:
        listed = self._listed[at]
        numbers = listed[offset : offset + limit]
        if self._bulk[at] and len(numbers) < limit:
            span, passed = _spans(self._papers)[at], max(0, offset - len(listed))
            numbers = numbers + store.arrivals.bulk(span, limit - len(numbers), passed)
        return tuple(store.papers.get(list(store.papers.ids(numbers).values())))

    def _mentions_of(self, store: Store, at: int, limit: int, offset: int) -> tuple[Mention, ...]:
        known = self._of_known[at]
        numbers = (known + self._of_new[at])[offset : offset + limit]
        first = max(0, len(known) - offset)
        return tuple(found for part in (numbers[:first], numbers[first:]) for found in store.documents.numbered(part))


def _marks(noted: Sequence[int | None]) -> list[int]:
    """Marks that grow; the runs before the first that noted one have its mark, so all until then is the first run's."""
    first = next((mark for mark in noted if mark is not None), 0)
    return list(accumulate((first if mark is None else mark for mark in noted), max))


def _spans(marks: Sequence[int]) -> list[Span]:
    return list(pairwise([0, *marks]))


def _notes(store: Store, silent: int) -> list[str]:
    notes = []
    last = store.runs.last()
    if last and last["finished_at"] is None:
        notes.append(f"A run that began {last['started_at']} has not ended; what it found is told when one ends.")
    if silent:
        notes.append(f"Left out: {silent} run{'s' * (silent > 1)} that brought nothing new.")
    return notes


def _day(since: str | None) -> str | None:
    """The ISO date that was given, to be compared as text.

    :raises UsageError: it is none.
    """
    if not since:
        return None
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", since):
            raise ValueError(since)
        return date.fromisoformat(since).isoformat()
    except ValueError:
        raise UsageError(f"since: {since[:200]!r} is no date like 2026-11-01") from None

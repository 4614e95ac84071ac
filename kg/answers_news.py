"""What is new, as answers: what a run tells, and what each run brought; field names are keys of JSON."""

from __future__ import annotations

from dataclasses import dataclass, fields

from kg.papers import Mention, Paper, Topic


@dataclass(frozen=True, slots=True)
class Change:
    """What a service said anew of a known paper: a `version`, that it is `withdrawn`, another `title`."""

    paper: str
    title: str | None
    what: str
    before: str | None
    after: str | None
    at: str


@dataclass(frozen=True, slots=True)
class Move:
    """A paper that left all of its topics for others; a topic that is no more is told by the label that it had."""

    paper: str
    title: str | None
    before: tuple[Topic, ...]
    after: tuple[Topic, ...]
    at: str


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A paper that was not of the library when the last run ended."""

    paper: str
    title: str | None


@dataclass(frozen=True, slots=True)
class NewMention:
    """Where a document names a paper that it did not name when the last run ended."""

    paper: str
    title: str | None
    document: str
    line: int


@dataclass(frozen=True, slots=True)
class News:
    """What has come since the last run ended: how many papers and mentions, and the first of each."""

    papers: int = 0
    mentions: int = 0
    first_papers: tuple[NewPaper, ...] = ()
    first_mentions: tuple[NewMention, ...] = ()


@dataclass(frozen=True, slots=True)
class NewCounts:
    """How many papers came, how many mentions lists gained, and how many changes and moves there were.

    A mention is a paper that a document names and did not name before; of these, `mentions_of_known` are of papers
    that had come earlier.
    """

    papers: int = 0
    mentions: int = 0
    mentions_of_known: int = 0
    changes: int = 0
    moves: int = 0

    def __add__(self, other: NewCounts) -> NewCounts:
        return NewCounts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


@dataclass(frozen=True, slots=True)
class NewRun:
    """What one run of `kg ingest` brought, as far as the library still has it: `counts` of all, and a part of each.

    `first` is the run before which there was nothing. Mentions of papers that had come earlier are the first.
    """

    run: int
    started_at: str
    finished_at: str
    first: bool
    counts: NewCounts
    papers: tuple[Paper, ...]
    mentions: tuple[Mention, ...]
    changes: tuple[Change, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """Runs that brought something, newest first, and what all of them brought together.

    `count` is the number of such runs on all pages; where one run is asked for, how much its longest part holds.
    """

    results: tuple[NewRun, ...]
    count: int
    counts: NewCounts
    notes: tuple[str, ...] = ()

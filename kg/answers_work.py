"""What a draft should cite, as answers; field names are keys of JSON, as in `kg.answers`."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg.answers import Facets, RelatedResult


@dataclass(frozen=True, slots=True)
class Support:
    """A sentence of a draft, its line (from 1), and its cosine to the paper that could be cited there."""

    sentence: str
    line: int
    similarity: float


@dataclass(frozen=True, slots=True)
class RelatedWorkResult(RelatedResult):
    """A related paper that a draft should cite.

    `supports` is the sentence of the draft that it is the likest to; None without a draft, where nothing is embedded,
    or where no sentence is like it. `bibtex` is its entry, under a key that is no other result's.
    """

    supports: Support | None
    bibtex: str


@dataclass(frozen=True, slots=True)
class WorkGroup:
    """Results (by id, best first) that share a topic (`id` is its id) or support one sentence (`line` is its line).

    Those without a topic, or that support no sentence, are the last group; it has neither.
    """

    label: str
    results: tuple[str, ...]
    id: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class CitedWork:
    """A work of the library that the draft cites already, and the line where it does."""

    id: str
    title: str | None
    line: int


@dataclass(frozen=True, slots=True)
class RelatedWorkAnswer:
    """One page of what a draft should cite, best first; `groups` part this page's results, where that was asked for.

    `cited` are the works that the draft cites already: none of them is a result.
    """

    results: tuple[RelatedWorkResult, ...]
    count: int
    notes: tuple[str, ...] = ()
    facets: Facets = field(default_factory=dict)
    groups: tuple[WorkGroup, ...] = ()
    cited: tuple[CitedWork, ...] = ()

"""What questions are answered with. Field names are the keys of the JSON that `kg` promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kg.papers import Author, Mention, Paper, Topic

Facets = Mapping[str, Sequence[Mapping[str, str | int]]]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One paper found. `score` compares results of one answer only; higher is better.

    `match` says which side found it: `exact`, `keyword`, `semantic` or `both`. `snippet` is plain text
    with `[[` and `]]` around the hits.
    """

    id: str
    title: str | None
    authors: tuple[Author, ...]
    published: str | None
    categories: tuple[str, ...]
    topics: tuple[Topic, ...]
    score: float
    match: str
    snippet: str


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """One page of results; `count` is how many there are on all pages, `notes` what the user should know.

    `meant` is the result that the query may be meant to name: its title is what was asked, but for a slip.
    """

    results: tuple[SearchResult, ...]
    count: int
    notes: tuple[str, ...] = ()
    facets: Facets = field(default_factory=dict)
    meant: SearchResult | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of why a paper is related: `contribution` = `weight` x `value`."""

    signal: str
    value: float
    weight: float
    contribution: float
    evidence: str


@dataclass(frozen=True, slots=True)
class RelatedResult:
    """A related paper; the contributions in `why` add up to `score`."""

    id: str
    title: str | None
    authors: tuple[Author, ...]
    published: str | None
    categories: tuple[str, ...]
    topics: tuple[Topic, ...]
    score: float
    match: str
    snippet: str
    why: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class RelatedAnswer:
    """One page of related papers, best first; facets over all pages."""

    results: tuple[RelatedResult, ...]
    count: int
    notes: tuple[str, ...] = ()
    facets: Facets = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A paper named beside another one; `sources` are those who say that one cites the other."""

    id: str
    title: str | None
    published: str | None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a work that a document names without an arXiv id was found to be a paper.

    `work` is the id it had; `rule` says what agreed, `confidence` (0 to 1) how sure that makes it.
    """

    work: str
    route: str
    rule: str
    confidence: float
    at: str


@dataclass(frozen=True, slots=True)
class PaperAnswer:
    """One paper with its neighbours by citation inside the library.

    `references_state` is `known`, `none known`, `withheld` (by the publisher) or `not asked`.
    """

    paper: Paper
    references: tuple[Neighbour, ...]
    cited_by: tuple[Neighbour, ...]
    references_state: str = "not asked"
    resolutions: tuple[Resolution, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperRecord(Paper):
    """A paper and its neighbours as one record, as JSON has them."""

    references: tuple[Neighbour, ...] = ()
    cited_by: tuple[Neighbour, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthorAnswer:
    """An author and their papers, newest first; `names` are all spellings that were joined, the most used first.

    `co_authors` are those of their papers, who wrote the most of them first.
    """

    id: str
    name: str
    papers: tuple[Paper, ...]
    names: tuple[str, ...] = ()
    co_authors: tuple[AuthorCount, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicAnswer:
    """A topic and its papers, newest first, those of its parts (`children`) among them.

    `timeline` counts them by year, without a gap; `source` says whether `headings` or `communities` made the topic.
    `neighbours` are the topics whose papers cite these, are cited by them or are alike, with the number of such edges.
    """

    id: str
    label: str
    papers: tuple[Paper, ...]
    parent: Topic | None = None
    children: tuple[TopicCount, ...] = ()
    timeline: tuple[YearCount, ...] = ()
    source: str = "headings"
    neighbours: tuple[TopicEdges, ...] = ()


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """A list as its author arranged it, and the papers that it mentions, by id."""

    id: str
    title: str
    document: str
    mentions: tuple[Mention, ...]
    papers: Mapping[str, Paper]


@dataclass(frozen=True, slots=True)
class ListRecord:
    """A list as JSON has it: its mentions name their papers by id."""

    id: str
    title: str
    document: str
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class TopicCount:
    """A topic with the number of its papers, its parts' among them; `parent` is the topic that it is part of."""

    id: str
    label: str
    papers: int
    parent: str | None = None
    source: str = "headings"


@dataclass(frozen=True, slots=True)
class TopicEdges:
    """A topic, and how many edges of papers join it to another one."""

    id: str
    label: str
    edges: int


@dataclass(frozen=True, slots=True)
class AuthorCount:
    """An author with the number of papers."""

    id: str
    name: str
    papers: int


@dataclass(frozen=True, slots=True)
class YearCount:
    """How many papers are of a year."""

    year: int
    papers: int


@dataclass(frozen=True, slots=True)
class ListCount:
    """A list with the number of its papers."""

    id: str
    title: str
    document: str
    papers: int


@dataclass(frozen=True, slots=True)
class GapResult:
    """A paper that lists point at and none of them holds; the contributions in `why` add up to `score`.

    `cited_by` counts the papers of these lists that cite it. One that is not `in_library` is known by citations only.
    """

    id: str
    title: str | None
    authors: tuple[Author, ...]
    published: str | None
    categories: tuple[str, ...]
    topics: tuple[Topic, ...]
    score: float
    cited_by: int
    in_library: bool
    why: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class GapsAnswer:
    """One page of gaps, best first; `count` is how many there are on all pages."""

    results: tuple[GapResult, ...]
    count: int
    notes: tuple[str, ...] = ()


def shown(paper: Paper) -> dict[str, object]:
    """What results show of a paper."""
    names = ("id", "title", "authors", "published", "categories", "topics")
    return {name: getattr(paper, name) for name in names}

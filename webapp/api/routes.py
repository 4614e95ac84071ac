"""The routes of the JSON API: the same questions as the pages, the same answers as `--json`.

Each function is one route. What it takes, what it answers and what the documentation says of it are its types and its
docstring (`webapp.api.route`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from msgspec import UNSET, Meta, Struct

from kg.answers import (
    AuthorAnswer,
    GapResult,
    ListCount,
    ListRecord,
    PaperRecord,
    RelatedResult,
    SearchResult,
    TopicAnswer,
    TopicCount,
)
from kg.answers_graph import AroundAnswer, PathAnswer
from kg.answers_news import NewRun
from kg.config import model_shown
from kg.envelope import FacetedListing, Listing, NewListing, Single, WorkListing, record
from kg.health import Status
from kg.papers import Paper
from kg.parameters import Name, Paged, PaperName
from webapp.api.route import Route, View
from webapp.queries import AroundQuery, GapsQuery, NewQuery, PapersQuery, PathQuery, RelatedQuery, SearchQuery, Work
from webapp.replies import library, meta, missing
from webapp.whole import in_turn

AuthorId = Annotated[Name, Meta(description="An author's id, or that of any spelling.", examples=["jonathan-frankle"])]
TopicId = Annotated[Name, Meta(description="A topic's id.", examples=["lottery-tickets"])]
ListId = Annotated[Name, Meta(description="A list's id.", examples=["deep-learning-theory-an-annotated-reading-list"])]


class Health(Struct, frozen=True):
    """That a search can be answered."""

    status: str


ROUTES: list[Route] = []
_View = TypeVar("_View", bound=View)


def _route(path: str, **kinds: bool) -> Callable[[_View], _View]:
    """Make a function a route; see `Route` for what may be said of it."""

    def add(view: _View) -> _View:
        ROUTES.append(Route.of_view(path, view, **kinds))
        return view

    return add


@_route("/search", bibliography=True)
def search(query: SearchQuery) -> FacetedListing[SearchResult]:
    """Search by words and meaning, with facets. Without a question: all papers that pass the filters."""
    answer = library().search(query.question)
    return FacetedListing(meta(answer.count, query, answer.notes), answer.results, answer.facets)


@_route("/papers", bibliography=True, quick=True)
def papers(query: PapersQuery) -> Listing[Paper]:
    """Several papers, in the order asked for. Those that are not in the library are named in the notes."""
    found, unknown = library().papers(query.ids)
    return Listing(meta(len(found), notes=missing(unknown)), found)


@_route("/papers/{id}/related", bibliography=True)
def related(id: PaperName, query: RelatedQuery) -> FacetedListing[RelatedResult]:
    """Papers related to one. Each says why: the contributions of its signals add up to its score."""
    question = query.question(id)
    with in_turn(question):
        answer = library().related(question)
    return FacetedListing(meta(answer.count, query, answer.notes), answer.results, answer.facets)


@_route("/papers/{id}/graph")
def around(id: PaperName, query: AroundQuery) -> Single[AroundAnswer]:
    """What is around a paper in the graph: papers, authors, topics and headings, and who says that they are joined."""
    return Single(meta(1), library().around(id, query.depth, query.limit))


@_route("/papers/{id}", bibliography=True, quick=True)
def paper(id: PaperName) -> Single[PaperRecord]:
    """One paper with everything known of it: who lists it and what they say, what it cites, what cites it."""
    return Single(meta(1), record(library().paper(id)))


@_route("/related-work", bibliography=True)
def related_work(body: Work) -> WorkListing:
    """What a draft should cite: each result with why, the sentence of the draft that it supports, and its BibTeX.

    What the draft cites already is recognised, left out, and told in `cited`.
    """
    question = body.question
    with in_turn(question):
        answer = library().related_work(question, group_by=body.group_by)
    told = meta(answer.count, body.page, answer.notes)
    return WorkListing(told, answer.results, answer.facets, answer.groups, answer.cited)


@_route("/authors/{id}", bibliography=True)
def author(id: AuthorId) -> Single[AuthorAnswer]:
    """An author with all papers, newest first, and co-authors."""
    return Single(meta(1), library().author(id))


@_route("/topics", quick=True)
def topics(query: Paged) -> Listing[TopicCount]:
    """Every topic with the number of its papers, largest first."""
    found = library().topics()
    return Listing(meta(len(found), query), found[query.offset : query.offset + query.limit])


@_route("/topics/{id}", bibliography=True)
def topic(id: TopicId) -> Single[TopicAnswer]:
    """A topic with its papers, newest first, its years, its parts, and the topics near it."""
    return Single(meta(1), library().topic(id))


@_route("/lists", quick=True)
def lists(query: Paged) -> Listing[ListCount]:
    """Every list with the number of its papers."""
    found = library().lists()
    return Listing(meta(len(found), query), found[query.offset : query.offset + query.limit])


@_route("/lists/{id}", bibliography=True, quick=True)
def reading_list(id: ListId) -> Single[ListRecord]:
    """A list as its author arranged it: every mention with its line, headings and remark."""
    return Single(meta(1), record(library().reading_list(id, papers=False)))


@_route("/gaps", bibliography=True, names_things=True)
def gaps(query: GapsQuery) -> Listing[GapResult]:
    """Papers that the library points at and no list (or not that list) holds, with why."""
    answer = library().gaps(query.list.strip() or None, query.limit, query.offset)
    return Listing(meta(answer.count, query, answer.notes), answer.results)


@_route("/new", names_things=True)
def new(query: NewQuery) -> NewListing[NewRun]:
    """What runs of `kg ingest` brought, newest first: those since a day, or all that one run brought."""
    since = query.since.isoformat() if query.since else None
    answer = library().new(since, None if query.run is UNSET else query.run, query.limit, query.offset)
    return NewListing(meta(answer.count, query, answer.notes), answer.results, answer.counts)


@_route("/path", names_things=True)
def path(query: PathQuery) -> Single[PathAnswer]:
    """A shortest path between two papers, authors or topics, with the evidence of every step."""
    return Single(meta(1), library().path(query.from_, query.to))


@_route("/status", lasting=False)
def status() -> Single[Status]:
    """Counts and health of the library."""
    found = library().status()
    return Single(meta(1), {**found, "model": model_shown(found["model"])})


@_route("/healthz", lasting=False)
def healthz() -> Health:
    """Whether the library can be asked; also at `/healthz`, without what stands before it here."""
    library().store.state("texts")
    return Health("ok")

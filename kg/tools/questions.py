"""The tools: what each may be asked, and its answer. Their docstrings are what an assistant reads of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import Meta

from kg import filters
from kg.answers import GapResult, PaperRecord, RelatedResult, SearchResult
from kg.answers_graph import PathAnswer
from kg.answers_work import RelatedWorkResult
from kg.envelope import FacetedListing, Listing, Single, WorkListing, envelope, envelope_of_one
from kg.errors import UsageError
from kg.parameters import (
    MOST,
    ByName,
    GapFields,
    GroupName,
    Limit,
    ModeName,
    Paged,
    PaperName,
    Papers,
    RelatedFields,
    SearchFields,
    SortName,
    WorkFields,
)
from kg.text import squeezed
from kg.tools.asked import Found, Tool

if TYPE_CHECKING:
    from kg.library import Library

_MOST_AUTHORS = 20  # told of one result: a paper of a great experiment has thousands


class SearchTool(Found, Tool, frozen=True, kw_only=True):
    """Search the user's library of scientific papers, by words and by meaning.

    Use it to find papers on a subject or for a question, and to find the id of a paper whose title or authors are
    known. Each result has its id (for the other tools), title, authors, date, topics and a snippet, not the abstract:
    the tool `paper` has it. `score` compares results of one answer only; `match` says which side found it, words or
    meaning.
    """

    answers: ClassVar[Any] = FacetedListing[SearchResult]
    results: ClassVar[type] = SearchResult

    query: Annotated[
        str,
        Meta(
            description='A question or words; also "a phrase", -word, and the filters author: title: year:2018..2020 '
            "cat:cs.LG topic: list: id: (values with spaces in quotes). An id or an exact title comes first."
        ),
    ]
    mode: ModeName = "hybrid"
    sort: SortName = "relevance"
    fields: SearchFields = ()

    def answer(self, library: Library) -> dict[str, Any]:
        question = filters.Search(self.query, self.mode, self.sort, self.scope, self.limit, self.offset)
        found = library.search(question)
        notes = [*_meant(found.meant), *_emptiness(library, found.count)]
        return _listed(self, found, self.fields, notes, **_facets(self, found))


class PaperTool(Tool, frozen=True, kw_only=True):
    """Show one paper of the library with everything known of it.

    The abstract, authors, dates and categories; `listed_in`, where reading lists name it and what they remark; and the
    papers of the library that it cites (`references`) and that cite it (`cited_by`). Notes say where more are known
    than are shown.
    """

    answers: ClassVar[Any] = Single[PaperRecord]

    paper: PaperName
    limit: Annotated[
        int,
        Meta(ge=1, le=MOST, description="How many authors, references, citing papers and mentions to show of each."),
    ] = 20

    def answer(self, library: Library) -> dict[str, Any]:
        found = envelope_of_one(library.paper(squeezed(self.paper)), 0.0)
        for name in ("authors", "listed_in", "references", "cited_by"):
            _shorten(found, found["result"], name, self.limit)
        return found


class RelatedTool(Found, Tool, frozen=True, kw_only=True, rename={"unwanted": "not"}):
    """Papers of the library that are related to a paper, or to several, and why.

    Use it to find what to read beside a paper. `why` has a reason for each signal (`text`, `keywords`, `citation`,
    `shared_references`, `co_cited`, `neighbours`, `co_listed`, `topic`, `authors`): `evidence` is the fact in words,
    and the `contribution`s (weight x value) add up to `score`. For a text that somebody is writing use `related_work`.
    """

    answers: ClassVar[Any] = FacetedListing[RelatedResult]
    results: ClassVar[type] = RelatedResult

    paper: PaperName
    papers: Annotated[Papers, Meta(description="Further papers: results are related to all of them together.")] = ()
    unwanted: Annotated[Papers, Meta(description="Papers that results should not be like.")] = ()
    by: ByName = "all"
    sort: SortName = "relevance"
    fields: RelatedFields = ()

    def answer(self, library: Library) -> dict[str, Any]:
        wanted = _names((self.paper, *self.papers))
        question = filters.Related(
            papers=wanted,
            unwanted=_names(self.unwanted),
            by=self.by,
            scope=self.scope,
            sort=self.sort,
            limit=self.limit,
            offset=self.offset,
        )
        found = library.related(question)
        return _listed(self, found, self.fields, **_facets(self, found))


class RelatedWorkTool(Found, Tool, frozen=True, kw_only=True, rename={"unwanted": "not"}):
    """What a text that somebody is writing should cite: papers of the library for a draft, an abstract or a paragraph.

    Use it to write or check a related-work section. Each result has the sentence of the draft that it `supports` (with
    its line), its `bibtex` entry, and `why`, whose contributions add up to `score`. Works that the draft cites already
    are no results: `cited` names them.
    """

    answers: ClassVar[Any] = WorkListing
    results: ClassVar[type] = RelatedWorkResult

    text: Annotated[
        str,
        Meta(
            max_length=2**20,
            description="The draft: a paragraph, an abstract or all of it, in LaTeX, Markdown or HTML.",
        ),
    ] = ""
    papers: Annotated[
        Papers, Meta(description="Papers that results should be like, beside the text or without one.")
    ] = ()
    unwanted: Annotated[Papers, Meta(description="Papers that results should not be like.")] = ()
    exclude: Annotated[Papers, Meta(description="Papers to leave out of the results, with no other effect.")] = ()
    group_by: GroupName = None
    by: ByName = "all"
    sort: SortName = "relevance"
    fields: WorkFields = ()

    def answer(self, library: Library) -> dict[str, Any]:
        if not (self.text.strip() or self.papers):
            raise UsageError("text: give a draft, or papers to answer for")
        question = filters.Related(
            papers=_names(self.papers),
            unwanted=_names(self.unwanted),
            text=self.text if self.text.strip() else None,
            by=self.by,
            scope=self.scope,
            sort=self.sort,
            limit=self.limit,
            offset=self.offset,
            excluded=_names(self.exclude),
        )
        found = library.related_work(question, group_by=self.group_by)
        beside = {"groups": found.groups, "cited": found.cited, **_facets(self, found)}
        return _listed(self, found, self.fields, _emptiness(library, found.count), **beside)


class PathTool(Tool, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A shortest path between two papers, authors or topics, with the evidence of every step.

    Use it to learn how two papers, people or subjects are connected. `nodes` are those on the way, `steps` what joins
    each to the next and who says so; both are empty where nothing joins the two.
    """

    answers: ClassVar[Any] = Single[PathAnswer]

    from_: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=2000,
            description="A paper (arXiv id, URL, DOI), or the id or name of an author or a topic; `author:NAME` and "
            "`topic:NAME` say which.",
            examples=["1806.07572", "author:Jonathan Frankle", "topic:kernels"],
        ),
    ]
    to: Annotated[str, Meta(min_length=1, max_length=2000, description="The other end, named in the same way.")]

    def answer(self, library: Library) -> dict[str, Any]:
        return envelope_of_one(library.path(self.from_, self.to), 0.0)


class GapsTool(Paged, Tool, frozen=True, kw_only=True):
    """What the user's reading lists lack: papers that the library points at and no list holds, and why.

    Use it to find what to read or add next. With `list`, what that one list lacks. `cited_by` counts the papers of the
    lists that cite it; the contributions in `why` add up to `score`. One that is not `in_library` is known by
    citations only.
    """

    answers: ClassVar[Any] = Listing[GapResult]
    results: ClassVar[type] = GapResult

    limit: Limit = 10
    list: Annotated[
        str | None, Meta(description="A reading list: its id, title or document. Without it, all of them together.")
    ] = None
    fields: GapFields = ()

    def answer(self, library: Library) -> dict[str, Any]:
        found = library.gaps(squeezed(self.list) if self.list else None, self.limit, self.offset)
        return _listed(self, found, self.fields, _emptiness(library, found.count))


TOOLS: dict[str, type[Tool]] = {
    "search": SearchTool,
    "paper": PaperTool,
    "related": RelatedTool,
    "related_work": RelatedWorkTool,
    "path": PathTool,
    "gaps": GapsTool,
}


def _listed(
    asked: Paged, found: Any, fields: Sequence[str], notes: Iterable[str] = (), **beside: Any
) -> dict[str, Any]:
    """What was found as the API lists it: each result with these fields, and with its first authors."""
    notes = [*found.notes, *notes]
    answer = envelope(found.results, found.count, 0.0, asked.next(found.count), notes, **beside)
    if fields:
        answer["results"] = [{n: v for n, v in result.items() if n in ("id", *fields)} for result in answer["results"]]
    for result in answer["results"]:
        _shorten(answer, result, "authors", _MOST_AUTHORS)
    return answer


def _facets(asked: Found, found: Any) -> dict[str, Any]:
    """What stands beside the results, if it was asked for."""
    return {"facets": found.facets} if asked.facets else {}


def _names(papers: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(squeezed, papers))


def _shorten(answer: dict[str, Any], result: dict[str, Any], name: str, most: int) -> None:
    """Leave the first ones in a list that would fill an assistant's mind, and say so."""
    values = result.get(name, ())
    if len(values) > most:
        note = f"{result['id']}: the first {most} of {len(values)} {name} are shown."
        answer["meta"]["notes"] = [*answer["meta"]["notes"], note]
        result[name] = values[:most]


def _meant(result: SearchResult | None) -> list[str]:
    return [f"Perhaps {result.id}, “{result.title}”, is meant."] if result else []


def _emptiness(library: Library, count: int) -> list[str]:
    """What to do where there is nothing to be found."""
    return [] if count or library.count() else [library.config.no_papers]

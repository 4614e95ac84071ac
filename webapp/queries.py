"""What requests may ask: the parameters of each route, as types. Requests are checked by them, and the OpenAPI document
is made of them.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from kg.filters import LONGEST_VALUE, Related, Search
from kg.parameters import (
    FILTERS,
    LONGEST_NAME,
    MOST,
    MOST_VALUES,
    ByName,
    Cursor,
    Filtered,
    GapFields,
    GroupName,
    Limit,
    ModeName,
    Name,
    Paged,
    PaperFields,
    Papers,
    Query,
    RelatedFields,
    SearchFields,
    SortName,
    Value,
    WorkFields,
    Year,
)

WITH_COMMAS = frozenset({"fields", "ids"})  # arrays that stand in one parameter
PaperInList: TypeAlias = Annotated[
    str,
    Meta(pattern=r"^[^,]*[^,\u0000-\u0020][^,]*$(?!\n)", max_length=LONGEST_NAME, description="a paper's name"),
]
Run: TypeAlias = Annotated[int, Meta(ge=0, le=10**9, description="All that it brought; pages are of its parts.")]
Day: TypeAlias = Annotated[datetime.date, Meta(description="Runs since that day.", examples=["2026-11-01"])]


def _one_or_more(one: Any, kinds: Any, *others: dict[str, Any]) -> Any:
    """A value or an array of them, of these `kinds`. msgspec 0.22 writes past its memory where parts of a union have
    limits of their own, so here it checks the kinds alone, and `Filtered` the limits; the schema has both.
    """
    single = [msgspec.json.schema(one), *others]
    limits = {"anyOf": [*single, {"type": "array", "items": {"anyOf": single}, "maxItems": MOST_VALUES}]}
    said = "A filter, as in `/search`: one value or several."
    examples = msgspec.json.schema(one).get("examples", [])
    return Annotated[kinds, Meta(description=said, examples=examples, extra_json_schema={"allOf": [limits]})]


if TYPE_CHECKING:
    OneOrMore: TypeAlias = str | tuple[str, ...]
    OneOrMoreYears: TypeAlias = str | int | tuple[str | int, ...]
else:
    OneOrMore = _one_or_more(Value, str | tuple[str, ...])
    OneOrMoreYears = _one_or_more(
        Year, str | int | tuple[str | int, ...], {"type": "integer", "minimum": 1000, "maximum": 9999}
    )


class SearchQuery(Filtered, frozen=True, kw_only=True):
    """A question in words."""

    q: Annotated[
        str, Meta(description='Words, `"a phrase"`, `-word`, `field:value`.', examples=["lottery tickets"])
    ] = ""
    mode: ModeName = "hybrid"
    sort: SortName = "relevance"
    fields: SearchFields | None = None

    @property
    def question(self) -> Search:
        """What is asked of the library."""
        return Search(self.q, self.mode, self.sort, self.scope, self.limit, self.offset)


class RelatedQuery(Filtered, frozen=True, kw_only=True, rename={"unwanted": "not"}):
    """What belongs beside a paper."""

    by: ByName = "all"
    unwanted: Annotated[Papers, Meta(description="Papers that answers should not be like.")] = ()
    sort: SortName = "relevance"
    fields: RelatedFields | None = None

    def question(self, paper: str) -> Related:
        """What is asked of the library."""
        return Related(
            papers=(paper,),
            unwanted=self.unwanted,
            by=self.by,
            scope=self.scope,
            sort=self.sort,
            limit=self.limit,
            offset=self.offset,
        )


class PapersQuery(Query, frozen=True, kw_only=True):
    """Several papers."""

    ids: Annotated[
        tuple[PaperInList, ...],
        Meta(min_length=1, max_length=MOST, description="Their ids, or other names without a comma."),
    ]
    fields: PaperFields | None = None


class AroundQuery(Query, frozen=True, kw_only=True):
    """What is around a paper."""

    depth: Annotated[Literal[1, 2], Meta(description="2: the neighbours of neighbours too.")] = 1
    limit: Annotated[int, Meta(ge=1, le=MOST, description="How many nodes at most.")] = 40


class GapsQuery(Paged, frozen=True, kw_only=True):
    """What lists point at and do not hold."""

    list: Annotated[
        str, Meta(max_length=LONGEST_VALUE, description="Of this list alone: its id, title or document.")
    ] = ""
    fields: GapFields | None = None


class NewQuery(Paged, frozen=True, kw_only=True):
    """What runs of `kg ingest` brought."""

    since: Day | UnsetType = UNSET
    run: Run | UnsetType = UNSET


class PathQuery(Query, frozen=True, kw_only=True, rename={"from_": "from"}):
    """From where to where."""

    from_: Annotated[Name, Meta(description="A paper, an author or a topic.", examples=["1806.07572"])]
    to: Annotated[Name, Meta(description="Another one.", examples=["1803.03635"])]


class WorkBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"unwanted": "not"}):
    """A draft, or papers that answers should be like; one of them at least."""

    text: Annotated[str, Meta(description="A paragraph, an abstract, or a whole draft in LaTeX, Markdown or HTML.")] = (
        ""
    )
    papers: Annotated[Papers, Meta(description="Papers that answers should be like.")] = ()
    unwanted: Annotated[Papers, Meta(description="Papers that answers should not be like.")] = ()
    exclude: Annotated[Papers, Meta(description="Papers that are no answers, and say nothing else.")] = ()
    by: ByName = "all"
    sort: SortName = "relevance"
    group_by: GroupName = None
    limit: Limit = 20
    cursor: Cursor = ""
    fields: WorkFields | None = None
    author: OneOrMore = ()
    title: OneOrMore = ()
    year: OneOrMoreYears = ()
    cat: OneOrMore = ()
    topic: OneOrMore = ()
    list: OneOrMore = ()
    id: OneOrMore = ()
    category: OneOrMore = ()

    def __post_init__(self) -> None:
        if not (self.says_something or self.papers):
            raise ValueError("text: give a draft, or papers to answer for")
        self.page  # noqa: B018 - raises if a filter does not fit

    @property
    def says_something(self) -> bool:
        """Whether the draft has any sign that can be seen."""
        return any(sign > " " for sign in self.text)

    @property
    def page(self) -> Filtered:
        """Which part of which papers is asked for."""
        given = {name: getattr(self, name) for name in FILTERS}
        several = {name: value if isinstance(value, tuple) else (value,) for name, value in given.items()}
        filters = {name: tuple(map(str, values)) for name, values in several.items()}
        return msgspec.convert({"limit": self.limit, "cursor": self.cursor, **filters}, Filtered)

    @property
    def question(self) -> Related:
        """What is asked of the library."""
        page = self.page
        return Related(
            papers=self.papers,
            unwanted=self.unwanted,
            text=self.text if self.says_something else None,
            by=self.by,
            scope=page.scope,
            sort=self.sort,
            limit=page.limit,
            offset=page.offset,
            excluded=self.exclude,
        )


_SOMETHING = {
    "anyOf": [
        {"required": ["text"], "properties": {"text": {"pattern": r"[^\u0000-\u0020]"}}},
        {"required": ["papers"], "properties": {"papers": {"minItems": 1}}},
    ]
}
Work: TypeAlias = Annotated[WorkBody, Meta(extra_json_schema=_SOMETHING)]

"""What may be asked, as types that the API's routes and the assistants' tools share. What is asked is checked by them,
and the schemas that programs and assistants read are made of them.

The constraints are msgspec's (https://jcristharif.com/msgspec/constraints.html), which are those of JSON Schema.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, TypeAlias

from msgspec import Meta, Struct

from kg.answers import GapResult, RelatedResult, SearchResult
from kg.answers_work import RelatedWorkResult
from kg.filters import BY, FIELDS, GROUPS, LONGEST_VALUE, MODES, SORTS, SYNONYMS, YEARS, Filter, Scope
from kg.papers import Paper

MOST = 100
FILTERS = (*FIELDS, *SYNONYMS)
MOST_VALUES = 20  # of one filter
LONGEST_NAME = 2000  # characters of what a paper is called by: an address may be long

Limit: TypeAlias = Annotated[int, Meta(ge=1, le=MOST, description="How many results.")]
Cursor: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^(?:o[1-9][0-9]{0,8})?$(?!\n)",
        description="`meta.next` of the page before",
    ),
]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
PaperName: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST_NAME,
        description="A paper: its arXiv id, URL, DOI, or id in this library. No title: a search finds ids.",
        examples=["1806.07572", "https://arxiv.org/abs/1806.07572v3", "10.1073/pnas.1903070116"],
    ),
]
Value: TypeAlias = Annotated[str, Meta(max_length=LONGEST_VALUE)]
Year: TypeAlias = Annotated[str, Meta(pattern=rf"^(?:{YEARS})?$(?!\n)", examples=["2019", "2018..2020", ">=2018"])]
Values: TypeAlias = Annotated[tuple[Value, ...], Meta(max_length=MOST_VALUES)]
Years: TypeAlias = Annotated[tuple[Year, ...], Meta(max_length=MOST_VALUES)]
Papers: TypeAlias = Annotated[tuple[PaperName, ...], Meta(max_length=MOST)]


SortName: TypeAlias = Annotated[Literal[SORTS], Meta(description="In which order.")]  # type: ignore[valid-type]
ByName: TypeAlias = Annotated[
    Literal[BY],  # type: ignore[valid-type]
    Meta(
        description="Which signals count: all, the texts, citations, places in reading lists, authors; or what "
        "abstracts say of background, method or result."
    ),
]
GroupName: TypeAlias = Annotated[
    Literal[GROUPS] | None,  # type: ignore[valid-type]
    Meta(description="Say which results share a topic, or support one sentence of the draft."),
]
ModeName: TypeAlias = Annotated[
    Literal[MODES],  # type: ignore[valid-type]
    Meta(description="`keyword`: by the words themselves; `semantic`: by what is meant; `hybrid`: both."),
]


def _fields_of(kind: type) -> Any:
    """Some of the fields of an answer's results."""
    names = tuple(field.name for field in fields(kind))
    some: Any = tuple.__class_getitem__((Literal.__getitem__(names), ...))
    return Annotated[some, Meta(description="Only these fields of each result, and its id.")]


if TYPE_CHECKING:
    SearchFields: TypeAlias = tuple[str, ...]
    RelatedFields: TypeAlias = tuple[str, ...]
    PaperFields: TypeAlias = tuple[str, ...]
    GapFields: TypeAlias = tuple[str, ...]
    WorkFields: TypeAlias = tuple[str, ...]
else:  # their names are those of the answers, which no type checker can read out
    SearchFields, RelatedFields, PaperFields, GapFields, WorkFields = map(
        _fields_of, (SearchResult, RelatedResult, Paper, GapResult, RelatedWorkResult)
    )


class Given(NamedTuple):
    """A filter as a request gives it: the parameter's name and value, and what they mean."""

    name: str
    value: str
    filter: Filter


class Query(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be asked; by itself nothing."""


class Paged(Query, frozen=True, kw_only=True):
    """Which part of the results is asked for."""

    limit: Limit = 20
    cursor: Cursor = ""

    @property
    def offset(self) -> int:
        """How many results stand on the pages before."""
        return int(self.cursor[1:] or 0)

    def next(self, count: int) -> str | None:
        """The cursor of the page after this one; None on the last."""
        following = self.offset + self.limit
        return cursor_at(following) if following < count else None


class Filtered(Paged, frozen=True, kw_only=True):
    """A part of the papers that pass all filters. All values have to fit, but of several years or ids one."""

    author: Annotated[Values, Meta(description="Written by: an author's id, or words of the name.")] = ()
    title: Annotated[Values, Meta(description="Words of the title.")] = ()
    year: Annotated[Years, Meta(description="Published in one of: `2019`, `2018..2020`, `2018..`, `>=2018`.")] = ()
    cat: Annotated[Values, Meta(description="In a category of arXiv, or an archive of them: `cs.LG`, `stat`.")] = ()
    topic: Annotated[Values, Meta(description="About a topic: its id, or words of its label.")] = ()
    list: Annotated[Values, Meta(description="Listed in: a list's id, or words of its title.")] = ()
    id: Annotated[Values, Meta(description="These papers.")] = ()
    category: Annotated[Values, Meta(description="The same as `cat`.")] = ()

    @property
    def scope(self) -> Scope:
        """The filters, as a scope."""
        return Scope(tuple(given.filter for given in self.filters))

    @property
    def filters(self) -> Sequence[Given]:
        """Each filter as it is given. Blank ones are none."""
        pairs = [(name, value) for name in FILTERS for value in getattr(self, name) if value.strip()]
        return [Given(name, value, found) for name, value in pairs if (found := Filter.of(name, value))]


def cursor_at(offset: int) -> str:
    """The cursor of the page that begins there; its form is in the schema, so that each that fits can be answered."""
    return f"o{offset}" if offset else ""

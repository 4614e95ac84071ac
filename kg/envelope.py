"""Answers as the JSON that `kg` promises: `{"meta": {...}, "results": [...]}` or `"result": {...}`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from kg.answers import Facets, ListAnswer, ListRecord, PaperAnswer, PaperRecord
from kg.answers_news import NewCounts
from kg.answers_work import CitedWork, RelatedWorkResult, WorkGroup
from kg.papers import Paper

T = TypeVar("T")
_PAPER = [field.name for field in fields(Paper)]


class Meta(Struct, frozen=True):
    """What an answer says of itself: how many there are on all pages, how long it took, the cursor of the next page."""

    count: int
    took_ms: float
    next: str | None
    notes: Sequence[str]


class Listing(Struct, Generic[T], frozen=True):
    """Things, best or first ones first."""

    meta: Meta
    results: Sequence[T]


class FacetedListing(Listing[T], Generic[T], frozen=True):
    """Papers, and how many there are of each kind on all pages."""

    facets: Facets


class NewListing(Listing[T], Generic[T], frozen=True):
    """Runs, and what all of them brought together."""

    counts: NewCounts


class WorkListing(FacetedListing[RelatedWorkResult], frozen=True):
    """What a draft should cite, those results in groups if asked for, and what the draft cites already."""

    groups: Sequence[WorkGroup]
    cited: Sequence[CitedWork]


class Single(Struct, Generic[T], frozen=True):
    """One thing."""

    meta: Meta
    result: T


def envelope(
    results: Iterable[Any],
    count: int,
    took_ms: float,
    next_: str | None = None,
    notes: Sequence[str] = (),
    **beside: Any,
) -> dict[str, Any]:
    """The answer that lists things; `beside` (facets) stands next to the results."""
    listing = Listing(Meta(count, round(took_ms, 1), next_, notes), list(results))
    return {**plain(listing), **plain(beside)}


def envelope_of_one(result: Any, took_ms: float, notes: Sequence[str] = ()) -> dict[str, Any]:
    """The answer that is one thing."""
    found: dict[str, Any] = plain(Single(Meta(1, round(took_ms, 1), None, notes), record(result)))
    return found


def record(result: Any) -> Any:
    """A thing as JSON has it: a paper with its neighbours is one record, a list names its papers by id."""
    if isinstance(result, PaperAnswer):
        paper = {name: getattr(result.paper, name) for name in _PAPER}
        return PaperRecord(**paper, references=result.references, cited_by=result.cited_by)
    if isinstance(result, ListAnswer):
        return ListRecord(result.id, result.title, result.document, result.mentions)
    return result


def plain(value: Any) -> Any:
    """Dataclasses and structs as dicts of JSON values."""
    return msgspec.to_builtins(record(value))

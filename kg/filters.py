"""What a question asks for, as the query language, the URL, the command and the store share it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from kg.text import squeezed

Mode = Literal["hybrid", "keyword", "semantic"]
MODES: tuple[Mode, ...] = ("hybrid", "keyword", "semantic")
SORTS = ("relevance", "newest", "oldest", "listed", "cited")
BY = ("all", "text", "citations", "lists", "authors", "background", "method", "result")

GROUPS = ("topic", "sentence")

FIELDS = ("author", "title", "year", "cat", "topic", "list", "id")
SYNONYMS = {"category": "cat"}
MOST_FILTERS = 20
LONGEST_VALUE = 500  # characters of a filter's value
# Two years or one, with a mark between them or at the open end; or one bound.
_TO = r"(?:\.{2,3}|…|[-–—])"
YEARS = rf"[0-9]{{4}}(?: ?{_TO}(?: ?[0-9]{{4}})?)?|{_TO} ?[0-9]{{4}}|(?:[<>] ?=?|[≤≥]) ?[0-9]{{4}}"
_YEARS = re.compile(YEARS)
_YEAR = re.compile("[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Filter:
    """`field:value`, or with a minus in front of it (`negated`)."""

    field: str
    value: str
    negated: bool = False

    @classmethod
    def of(cls, name: str, value: str, negated: bool = False) -> Filter | None:
        """The filter that a user's `name:value` means; None when `name` is none."""
        field = SYNONYMS.get(name.lower(), name.lower())
        return cls(field, squeezed(value), negated) if field in FIELDS else None

    def __str__(self) -> str:
        value = f'"{self.value}"' if re.search(r"\s", self.value) else self.value
        return f"{'-' if self.negated else ''}{self.field}:{value}"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which papers are asked about: those that pass all filters.

    `everything`: also works that are known only because a paper cites them, or that no list holds any more.
    """

    filters: tuple[Filter, ...] = ()
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What is looked for in the text: any of the words, all of the phrases, none of the excluded."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.phrases)


@dataclass(frozen=True, slots=True)
class Search:
    """A question in words; `sort` is one of `SORTS`. `scope` adds to the filters in the text."""

    text: str = ""
    mode: Mode = "hybrid"
    sort: str = "relevance"
    scope: Scope = Scope()
    limit: int = 10
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Related:
    """A question by example: papers (ids), a draft's text, and papers that answers should not be like.

    `by` is one of `BY`, `sort` one of `SORTS`. Papers `excluded` are no answers, and have no other part in it.
    """

    papers: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    text: str | None = None
    by: str = "all"
    scope: Scope = Scope()
    sort: str = "relevance"
    limit: int = 10
    offset: int = 0
    excluded: tuple[str, ...] = ()


def parse_years(value: str) -> tuple[int, int] | None:
    """`2019`, `2018..2020`, `2018..`, `..2020` (also with a dash), `>2018` or `<=2020` as first and last year."""
    value = value.strip()
    if not _YEARS.fullmatch(value):
        return None
    years = [int(year) for year in _YEAR.findall(value)]
    step = 0 if re.search("[=≤≥]", value) else 1
    if value[0] in "<≤":
        return 0, years[0] - step
    if value[0] in ">≥":
        return years[0] + step, 9999
    first = years[0] if value[0].isdigit() else 0
    last = years[-1] if value[-1].isdigit() else 9999
    return min(first, last), max(first, last)

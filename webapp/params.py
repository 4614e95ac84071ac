"""Parameters of requests, checked: a bad one is named in the answer."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from kg.filters import FIELDS, LONGEST_VALUE, MODES, MOST_FILTERS, SORTS, SYNONYMS, Filter, Scope, Search, parse_years

MOST = 100
TWINS = ("json", "bib")
FILTERS = (*FIELDS, *SYNONYMS)
PAGING = ("limit", "cursor")
SEARCH = ("q", "mode", "sort", *PAGING, *FILTERS)


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of the results is asked for."""

    limit: int
    offset: int

    def next(self, count: int) -> str | None:
        """The cursor of the page after this one; None on the last."""
        following = self.offset + self.limit
        if following >= count:
            return None
        return base64.urlsafe_b64encode(str(following).encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Given:
    """A filter as the request gives it: the parameter's name and value, and what they mean."""

    name: str
    value: str
    filter: Filter


def values() -> MultiDict[str, str]:
    """The parameters of the request: of the address, or of a form that was sent."""
    return request.form if request.method == "POST" else request.args


def page(default: int = 20) -> Page:
    """`limit` (1 to 100) and `cursor`.

    :raises BadRequest: one of them is no such thing.
    """
    return Page(_limit(default), _offset(values().get("cursor", "")))


def question(page: Page) -> Search:
    """The question that a request asks: `q`, `mode`, `sort` and the filters.

    :raises BadRequest: a parameter is no such thing.
    """
    return Search(
        values().get("q", ""),
        choice("mode", MODES, "hybrid"),  # type: ignore[arg-type]
        choice("sort", SORTS, "relevance"),
        scope(),
        page.limit,
        page.offset,
    )


def scope() -> Scope:
    """The filters among the parameters, as a scope.

    :raises BadRequest: see `filters`.
    """
    return Scope(tuple(given.filter for given in filters()))


def choice(name: str, choices: Iterable[str], default: str) -> str:
    """A parameter that is one of a few words.

    :raises BadRequest: it is another.
    """
    value = values().get(name) or default
    if value not in choices:
        raise BadRequest(f"{name}: {value!r} is not one of {', '.join(choices)}")
    return value


def filters() -> list[Given]:
    """The filters among the parameters, each as often as it is given.

    :raises BadRequest: a year is none, or there are too many, or a value is too long.
    """
    pairs = [(name, value) for name in FILTERS for value in values().getlist(name) if value.strip()]
    if len(pairs) > MOST_FILTERS:
        raise BadRequest(f"{pairs[-1][0]}: more than {MOST_FILTERS} filters")
    found = [Given(name, value, f) for name, value in pairs if (f := Filter.of(name, value))]
    for given in found:
        if given.filter.field == "year" and parse_years(given.value) is None:
            raise BadRequest(f"year: {given.value!r} is no year (2019) or range (2018..2020)")
        if len(given.value) > LONGEST_VALUE:
            raise BadRequest(f"{given.name}: longer than {LONGEST_VALUE} characters")
    return found


def twin(name: str) -> tuple[str, str | None]:
    """A name in an address, and the twin (`json`, `bib`) that its ending asks for."""
    for ending in TWINS:
        if name.endswith(f".{ending}"):
            return name.removesuffix(f".{ending}"), ending
    return name, None


def known_only(*names: str) -> None:
    """Refuse a request with a parameter of another name: a misspelt one would be passed over in silence.

    :raises BadRequest: there is one.
    """
    for name in values():
        if name not in names:
            known = f"known are {', '.join(names)}" if names else "this address takes none"
            raise BadRequest(f"{name}: unknown parameter; {known}")


def number(name: str) -> int | None:
    """A parameter that is a whole number; None where it is not given.

    :raises BadRequest: it is none.
    """
    text = values().get(name, "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest(f"{name}: {text!r} is no number")
    return int(text) if text else None


def _limit(default: int) -> int:
    text = values().get("limit", "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MOST):
        raise BadRequest(f"limit: {text!r} is not a number from 1 to {MOST}")
    return int(text)


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        text = ""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest(f"cursor: {cursor!r} was not given by this server")
    return int(text)

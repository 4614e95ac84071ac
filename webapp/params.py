"""Parameters of pages, read by the types of `webapp.queries`; one that is blank is as if it were not given.

What a page does not know is passed over: the address may carry more than one page reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from kg.exports import FORMATS
from kg.parameters import FILTERS, Filtered, Given, Query
from kg.refusals import kinds
from webapp import asked

# Endings of addresses that ask for data; the longer one first where one ends like another.
TWINS = ("csl.json", "json", *(format_.ending for format_ in FORMATS.values() if format_.ending != "csl.json"))
PAGING = ("limit", "cursor")
_Kind = TypeVar("_Kind", bound=Query)


def values() -> MultiDict[str, str]:
    """The parameters of the request: of the address, or of a form that was sent."""
    return request.form if request.method == "POST" else request.args


def read(kind: type[_Kind], limit: int | None = None) -> _Kind:
    """The parameters that a type knows; this `limit` in place of the type's own where none is given.

    :raises BadRequest: one of them is no such thing; it is named.
    """
    arrays, single = (names - {"fields"} for names in kinds(kind))  # a page shows what it shows
    given = [(name, value) for name in single for value in values().getlist(name)[:1]]
    given += [(name, value) for name in arrays for value in values().getlist(name)]
    stripped = ((name, value if name == "q" else value.strip()) for name, value in given)
    kept = MultiDict([(name, value) for name, value in stripped if value])
    if limit is not None:
        kept.setdefault("limit", str(limit))
    return asked.read(kind, kept)


def filters() -> list[Given]:
    """The filters among the parameters, each as often as it is given.

    :raises BadRequest: a year is none, or there are too many, or a value is too long.
    """
    known = read(Filtered).filters
    raw = [value for name in FILTERS for value in values().getlist(name) if value.strip()]
    return [given._replace(value=value) for given, value in zip(known, raw, strict=True)]


def choice(name: str, choices: Iterable[str], default: str) -> str:
    """A parameter that is one of a few words.

    :raises BadRequest: it is another.
    """
    value = values().get(name) or default
    if value not in choices:
        raise BadRequest(f"{name}: {value!r} is not one of {', '.join(choices)}")
    return value


def twin(name: str) -> tuple[str, str | None]:
    """A name in an address, and the twin (`json`, `bib`, ...) that its ending asks for."""
    for ending in TWINS:
        if name.endswith(f".{ending}"):
            return name.removesuffix(f".{ending}"), ending
    return name, None

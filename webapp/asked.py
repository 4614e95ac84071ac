"""Requests read by the types of `webapp.queries`: what does not fit is named, with what would."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import msgspec
from flask import request
from msgspec import inspect
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, UnprocessableEntity, UnsupportedMediaType

from kg.refusals import LONGEST_SHOWN, expected, explained, kinds, shown
from webapp.queries import WITH_COMMAS

_T = TypeVar("_T")


def query(kind: type[_T]) -> _T:
    """The parameters of the address.

    :raises BadRequest: one of them is unknown, missing, given twice, or not of its kind.
    """
    return read(kind, request.args)


def read(kind: type[_T], given: MultiDict[str, str]) -> _T:
    """These parameters as that type; see `query`."""
    arrays, single = kinds(cast(Any, kind))
    values: dict[str, Any] = {}
    for name, several in given.lists():
        if name in WITH_COMMAS & arrays:
            several = [part for text in several for part in text.split(",")] if any(several) else []
        if name in arrays:
            values[name] = several
        elif len(several) > 1 and name in single:
            raise BadRequest(f"{name}: given more than once")
        else:
            values[name] = several[0]
    return _converted(kind, values, BadRequest, strict=False)


def body(kind: type[_T]) -> _T:
    """The JSON that the request carries.

    :raises UnsupportedMediaType: it is of another kind.
    :raises BadRequest: it is no JSON.
    :raises UnprocessableEntity: it does not fit the type.
    :raises RequestEntityTooLarge: it is larger than the application allows.
    """
    if encoding := request.headers.get("Content-Encoding"):
        raise UnsupportedMediaType(f"The body is encoded ({encoding[:LONGEST_SHOWN]}): send it as it is.")
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("The body is not application/json: say so by Content-Type, and send a JSON object.")
    if not (data := request.get_data()).strip():
        raise BadRequest("The body is empty: send a JSON object.")
    try:
        given = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON: {error}") from None
    return _converted(kind, given, UnprocessableEntity, strict=True)


def text(kind: Any, name: str, value: str) -> str:
    """A part of the address's path, checked.

    :raises BadRequest: it is not of its kind.
    """
    try:
        return str(msgspec.convert(value, kind))
    except msgspec.ValidationError:
        raise BadRequest(f"{name}: {shown(value)} is not {expected(inspect.type_info(kind))}") from None


def _converted(kind: type[_T], given: Any, refusal: type[BadRequest | UnprocessableEntity], strict: bool) -> _T:
    try:
        return msgspec.convert(given, kind, strict=strict)
    except msgspec.ValidationError as error:
        raise refusal(explained(kind, given, str(error))) from None

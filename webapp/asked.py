"""Requests read by the types of `webapp.queries`: what does not fit is named, with what would."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from flask import request
from msgspec import inspect
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, UnprocessableEntity, UnsupportedMediaType

from kg.parameters import FILTERS, Filtered
from webapp.queries import WITH_COMMAS

_T = TypeVar("_T")
_LONGEST_SHOWN = 100  # characters of a value that an answer repeats
_WHERE = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`", re.DOTALL)


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
        raise UnsupportedMediaType(f"The body is encoded ({encoding[:_LONGEST_SHOWN]}): send it as it is.")
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("The body is not application/json: say so by Content-Type, and send a JSON object.")
    if not (data := request.get_data(cache=False)).strip():
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
        raise BadRequest(f"{name}: {_shown(value)} is not {_expected(inspect.type_info(kind))}") from None


def _converted(kind: type[_T], given: Any, refusal: type[BadRequest | UnprocessableEntity], strict: bool) -> _T:
    try:
        return msgspec.convert(given, kind, strict=strict)
    except msgspec.ValidationError as error:
        raise refusal(_explained(kind, given, str(error))) from None


def _explained(kind: type, given: Any, error: str) -> str:
    """What is wrong, by the name of the parameter: from msgspec's message, and the type."""
    found = _WHERE.fullmatch(error)
    what, path = (found["what"], found["path"]) if found else (error, None)
    known = f"known are {', '.join(names(kind))}" if names(kind) else "there are none"
    if unknown := _UNKNOWN.fullmatch(what):
        return f"{unknown[1][:_LONGEST_SHOWN]}: unknown parameter; {known}"
    if missing := _MISSING.fullmatch(what):
        return f"{missing[1]}: is missing; {known}"
    if not path:
        return f"The body is no object; {known}" if what.startswith("Expected `object`") else what
    name = re.split(r"[.\[]", path, maxsplit=1)[0]
    # A filter of the body, once it is of the right kind, is held to the limits of the address's.
    limits = Filtered if name in FILTERS and isinstance(given.get(name), str | list) else kind
    field = next((field for field in _struct(limits).fields if field.encode_name == name), None)
    expected = _expected(_item(field.type) if path.endswith("]") else field.type) if field else what
    return f"{name}: {_shown(_at(given, path))} is not {expected}"


def _item(type_: inspect.Type) -> inspect.Type:
    """The type of what an array holds."""
    match type_:
        case inspect.Metadata(type=inspect.VarTupleType(item_type=item)):
            return item
        case inspect.UnionType(types=(inner, inspect.NoneType()) | (inspect.NoneType(), inner)):
            return _item(inner)
        case inspect.VarTupleType(item_type=item):
            return item
    return type_  # a value or several: both are told


def _at(given: Any, path: str) -> Any:
    """The value at a path such as `papers[3]`."""
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(given, list):
            given = given[int(step)]
        elif isinstance(given, Mapping):
            given = given.get(step)
    return given


def _shown(value: Any) -> str:
    shown = repr(value) if isinstance(value, str) else json.dumps(value)
    return shown if len(shown) <= _LONGEST_SHOWN else shown[:_LONGEST_SHOWN] + "…"


def _expected(type_: inspect.Type) -> str:
    """What a value should be, in words."""
    match type_:
        case inspect.Metadata(type=inspect.StrType(pattern=str()), extra_json_schema={"examples": [*likely]}):
            return f"one like {', '.join(likely)}"
        case inspect.Metadata(type=inspect.StrType(pattern=str()), extra_json_schema={"description": str(said)}):
            return said
        case inspect.Metadata(type=inner, extra_json_schema=extra):
            examples = ", ".join((extra or {}).get("examples", ()))
            return _expected(inner) + (f", such as {examples}" if examples else "")
        case inspect.LiteralType(values=values):
            return f"one of {', '.join(map(str, values))}"
        case inspect.IntType(ge=least, le=most):
            return f"a number from {least} to {most}" if most is not None else "a whole number"
        case inspect.StrType(min_length=least, max_length=most):
            return f"a text of {least or 0} to {most} characters" if most else "a text"
        case inspect.DateType():
            return "a day"
        case inspect.VarTupleType(item_type=item, min_length=least, max_length=most):
            return f"an array of {f'{least or 0} to {most} values' if most else 'values'}, each {_expected(item)}"
        case inspect.UnionType(types=types):
            return " or ".join(_expected(one) for one in types if not isinstance(one, inspect.NoneType))
    return "of its kind"


@cache  # looking into types takes longer than most answers
def kinds(kind: Any) -> tuple[frozenset[str], frozenset[str]]:
    """The names of the parameters that are arrays, and of the others."""
    arrays = frozenset(field.encode_name for field in _struct(kind).fields if _is_array(field.type))
    return arrays, frozenset(names(kind)) - arrays


def _struct(kind: Any) -> inspect.StructType:
    found = inspect.type_info(kind)
    while isinstance(found, inspect.Metadata):
        found = found.type
    assert isinstance(found, inspect.StructType)
    return found


def names(kind: Any) -> list[str]:
    """The names of the parameters that a type knows."""
    return [field.encode_name for field in _struct(kind).fields]


def _is_array(type_: inspect.Type) -> bool:
    match type_:
        case inspect.Metadata(type=inner):
            return _is_array(inner)
        case inspect.UnionType(types=types):
            return any(map(_is_array, types))
    return isinstance(type_, inspect.VarTupleType)

"""What does not fit a type of `kg.parameters`, told with what would: for the API's problems and the tools' errors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec import Struct, inspect

from kg.parameters import FILTERS, Filtered

LONGEST_SHOWN = 100  # characters of a value that an answer repeats
_WHERE = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`", re.DOTALL)


def explained(kind: Any, given: Any, error: str) -> str:
    """What is wrong, by the name of the parameter: from msgspec's message, and the type."""
    found = _WHERE.fullmatch(error)
    what, path = (found["what"], found["path"]) if found else (error, None)
    known = f"known are {', '.join(names(kind))}" if names(kind) else "there are none"
    if unknown := _UNKNOWN.fullmatch(what):
        return f"{unknown[1][:LONGEST_SHOWN]}: unknown parameter; {known}"
    if missing := _MISSING.fullmatch(what):
        return f"{missing[1]}: is missing; {known}"
    if not path:
        return f"The body is no object; {known}" if what.startswith("Expected `object`") else what
    name = re.split(r"[.\[]", path, maxsplit=1)[0]
    # A filter of the body, once it is of the right kind, is held to the limits of the address's.
    limits = Filtered if name in FILTERS and isinstance(given.get(name), str | list) else kind
    field = next((field for field in _struct(limits).fields if field.encode_name == name), None)
    wanted = expected(_item(field.type) if path.endswith("]") else field.type) if field else what
    return f"{name}: {shown(_at(given, path))} is not {wanted}"


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


def shown(value: Any) -> str:
    """A value as a message repeats it."""
    text = repr(value) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


def expected(type_: inspect.Type) -> str:
    """What a value should be, in words."""
    match type_:
        case inspect.Metadata(type=inspect.StrType(pattern=str()), extra_json_schema={"examples": [*likely]}):
            return f"one like {', '.join(likely)}"
        case inspect.Metadata(type=inspect.StrType(pattern=str()), extra_json_schema={"description": str(said)}):
            return said
        case inspect.Metadata(type=inner, extra_json_schema=extra):
            examples = ", ".join((extra or {}).get("examples", ()))
            return expected(inner) + (f", such as {examples}" if examples else "")
        case inspect.LiteralType(values=values):
            return f"one of {', '.join(map(str, values))}"
        case inspect.IntType(ge=least, le=most):
            return f"a number from {least} to {most}" if most is not None else "a whole number"
        case inspect.StrType(min_length=least, max_length=most):
            return f"a text of {least or 0} to {most} characters" if most else "a text"
        case inspect.DateType():
            return "a day"
        case inspect.VarTupleType(item_type=item, min_length=least, max_length=most):
            return f"an array of {f'{least or 0} to {most} values' if most else 'values'}, each {expected(item)}"
        case inspect.UnionType(types=types):
            return " or ".join(expected(one) for one in types if not isinstance(one, inspect.NoneType))
    return "of its kind"


def names(kind: Any) -> tuple[str, ...]:
    """The names of a type's parameters: those that must be given, then its own, then those of its bases."""
    found = _struct(kind)
    bases = {name for base in found.cls.__bases__ if issubclass(base, Struct) for name in base.__struct_fields__}
    fields = sorted(found.fields, key=lambda field: (not field.required, field.name in bases))
    return tuple(field.encode_name for field in fields)


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


def _is_array(type_: inspect.Type) -> bool:
    match type_:
        case inspect.Metadata(type=inner):
            return _is_array(inner)
        case inspect.UnionType(types=types):
            return any(map(_is_array, types))
    return isinstance(type_, inspect.VarTupleType)

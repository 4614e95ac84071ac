"""Tools as types (`kg.parameters`): arguments are checked by them, and the schemas that assistants read are made of
them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

import msgspec
from msgspec import Meta, Struct

from kg.errors import UsageError
from kg.parameters import Filtered, Limit
from kg.refusals import explained, names

if TYPE_CHECKING:
    from kg.library import Library

_Tool = TypeVar("_Tool", bound="Tool")


class Tool(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question that an assistant may ask: its fields are the parameters, its docstring says when to ask it.

    `answers` is the type of the answer, an envelope of `kg.envelope`; `results` that of its results, where they may be
    asked for in part.
    """

    answers: ClassVar[Any]
    results: ClassVar[type | None] = None

    def answer(self, library: Library) -> dict[str, Any]:
        """The answer as JSON, shaped as the API's is.

        :raises KgError: there is none; the text is the line to show.
        """
        raise NotImplementedError


class Found(Filtered, frozen=True, kw_only=True):
    """Some of the papers that pass filters, fewer than a program is given."""

    limit: Limit = 10
    facets: Annotated[
        bool, Meta(description="Also count all results by author, year, category, topic and reading list.")
    ] = False


def asked(kind: type[_Tool], arguments: Mapping[str, Any]) -> _Tool:
    """The question that these arguments ask.

    As some clients send them, null is taken for an argument that is left out, and one value, or the text of a JSON
    array, for several.

    :raises UsageError: an argument is missing, unknown or wrong; it is named.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    for field in msgspec.structs.fields(kind):
        if field.default == () and (value := given.get(field.encode_name)) is not None:
            given[field.encode_name] = _several(value)
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(explained(kind, given, str(error))) from None
    except UnicodeEncodeError:
        raise UsageError("an argument holds half of a surrogate pair: send whole characters") from None


def input_schema(kind: type[Tool]) -> dict[str, Any]:
    """The JSON Schema of a tool's arguments, those first that must be given."""
    schema = _schema(kind)
    properties = {name: schema["properties"][name] for name in names(kind)}
    return {"type": "object", "properties": properties, "required": schema["required"], "additionalProperties": False}


def output_schema(kind: type[Tool]) -> dict[str, Any]:
    """The JSON Schema of a tool's answer: of results that are asked for in part only the id is sure."""
    schema = _schema(kind.answers)
    schema["required"] = [name for name in schema["required"] if name in ("meta", "result", "results")]
    if kind.results is not None:
        schema["$defs"][kind.results.__name__]["required"] = ["id"]
    return schema


def _schema(kind: Any) -> dict[str, Any]:
    (root,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    own = parts.pop(root["$ref"].rpartition("/")[2])
    return {**own, "$defs": parts} if parts else own


def _several(given: Any) -> Any:
    """What is given for several texts: years come as numbers too."""
    if isinstance(given, str):
        try:
            found = json.loads(given)
        except (ValueError, RecursionError):
            found = given
        given = found if isinstance(found, list) else [given]
    values = given if isinstance(given, list) else [given]
    return [str(value) if isinstance(value, int) and not isinstance(value, bool) else value for value in values]

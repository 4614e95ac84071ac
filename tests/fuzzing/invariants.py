"""What must hold of anything that a parser gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import msgspec

_T = TypeVar("_T")
_LARGEST = 2**63  # integers of SQLite are smaller


def storable(value: Any) -> None:
    """Every text in it can be written as UTF-8 and holds no NUL, every number fits a column of SQLite."""
    if isinstance(value, str):
        assert "\0" not in value, f"NUL in {value[:200]!r}"
        assert value.isascii() or value.encode("utf-8"), value
    elif isinstance(value, int):
        assert -_LARGEST <= value < _LARGEST, "a number that no column holds"
    elif is_dataclass(value):
        for field in fields(value):
            storable(getattr(value, field.name))
    elif isinstance(value, Mapping):
        storable(list(value.items()))
    elif isinstance(value, Iterable) and not isinstance(value, bytes):
        for part in value:
            storable(part)


def typed(record: _T) -> _T:
    """The record, whose fields are what its annotations say, and can be stored."""
    plain = msgspec.to_builtins(record)
    assert msgspec.convert(plain, type(record), strict=True) == record, "of other types than its class says"
    storable(record)
    return record


def lines_of(data: bytes) -> int:
    """How many lines a text has at most, by any reading of what ends one."""
    text = data.decode("utf-8", "replace")
    return max(len(text.splitlines()), text.count("\n") + text.count("\r") + 1, 1)

"""Values of JSON, each as what it should be: where a service answers with something else, it says nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kg.text import squeezed

_DAY = re.compile(r"[12][0-9]{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?")


def text_of(value: object) -> str:
    """A text in one line, without what no database takes; empty where there is none."""
    return squeezed(value) if isinstance(value, str) else ""


def year_of(value: object) -> int | None:
    """A year of four digits."""
    return value if isinstance(value, int) and 1000 <= value <= 9999 else None


def day_of(value: object) -> str | None:
    """A date in ISO form, of any exactness."""
    return value if isinstance(value, str) and _DAY.fullmatch(value) else None


def objects_of(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects of an array."""
    return (part for part in value if isinstance(part, dict)) if isinstance(value, list) else iter(())


def object_of(value: object) -> Mapping[str, Any]:
    """An object, empty where there is none."""
    return value if isinstance(value, dict) else {}

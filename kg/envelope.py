"""Answers as the JSON that `kg` promises: `{"meta": {...}, "results": [...]}` or `"result": {...}`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from kg.answers import ListAnswer, PaperAnswer


def envelope(
    results: Iterable[Any],
    count: int,
    took_ms: float,
    next_: str | None = None,
    notes: Sequence[str] = (),
    **beside: Any,
) -> dict[str, Any]:
    """The answer that lists things; `beside` (facets) stands next to the results."""
    meta = {"count": count, "took_ms": round(took_ms, 1), "next": next_, "notes": list(notes)}
    return {"meta": meta, "results": [plain(result) for result in results], **beside}


def envelope_of_one(result: Any, took_ms: float, notes: Sequence[str] = ()) -> dict[str, Any]:
    """The answer that is one thing."""
    meta = {"count": 1, "took_ms": round(took_ms, 1), "next": None, "notes": list(notes)}
    return {"meta": meta, "result": plain(result)}


def plain(value: Any) -> Any:
    """Dataclasses as dicts of JSON values."""
    if isinstance(value, PaperAnswer):
        neighbours = {"references": plain(value.references), "cited_by": plain(value.cited_by)}
        return plain(value.paper) | neighbours
    if isinstance(value, ListAnswer):
        shown = {"id": value.id, "title": value.title, "document": value.document}
        return shown | {"mentions": plain(value.mentions)}
    if is_dataclass(value) and not isinstance(value, type):
        return json.loads(json.dumps(asdict(value, dict_factory=_named)))
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def _named(fields: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Fields by their keys in JSON: `from_` is `from`, which Python keeps for itself."""
    return {name.removesuffix("_"): value for name, value in fields}

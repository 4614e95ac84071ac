"""Answers as JSON, and papers as files."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from flask import Response, current_app, g, request

from kg.answers import ListCount
from kg.envelope import Meta, Single, record
from kg.exports import FORMATS
from kg.library import Library
from kg.papers import Paper
from kg.parameters import Paged

_NO_TIME = 0.0
_TIME = b'"took_ms":0.0'


def library() -> Library:
    """The library that the application answers for."""
    found: Library = current_app.extensions["library"]
    return found


def lists_by_id() -> dict[str, ListCount]:
    """All lists by their ids, in the order of their titles."""
    return {found.id: found for found in library().lists()}


def missing(references: Iterable[str]) -> list[str]:
    """A note on each name that is no paper's."""
    return [f"{reference} is not in the library." for reference in references]


def papers_of(results: Iterable[Any]) -> dict[str, Paper]:
    """The papers of results with all that is known of them, by id, in the same order."""
    return {paper.id: paper for paper in library().store.papers.get([result.id for result in results])}


def start_clock() -> None:
    """Note when the work on a request began."""
    g.started = time.perf_counter()


def meta(count: int, page: Paged | None = None, notes: Sequence[str] = ()) -> Meta:
    """What an answer says of itself; the time it took is told when it is sent."""
    return Meta(count, _NO_TIME, page.next(count) if page else None, notes)


def listing(
    results: Iterable[Any], count: int, page: Paged | None = None, notes: Sequence[str] = (), **beside: Any
) -> Response:
    """Things, with the cursor of the page after them."""
    return send({"meta": meta(count, page, notes), "results": list(results), **beside})


def one(result: Any, notes: Sequence[str] = ()) -> Response:
    """One thing."""
    return send(Single(meta(1, notes=notes), record(result)))


def send(answer: Any) -> Response:
    """An answer (its `meta` first) as JSON; its ETag covers everything but the time it took."""
    content = msgspec.json.encode(answer)
    took = (time.perf_counter() - float(g.get("started", time.perf_counter()))) * 1000
    response = Response(content.replace(_TIME, b'"took_ms":%.1f' % took, 1), content_type="application/json")
    if request.method != "POST":
        response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    return response


def as_file(ending: str, papers: Iterable[Paper], name: str = "papers") -> Response:
    """Papers in one of `kg.exports.FORMATS`, by the ending of its files; to be kept under a name, but for BibTeX."""
    wanted = next(format_ for format_ in FORMATS.values() if format_.ending == ending)
    response = Response(wanted.write(papers), content_type=f"{wanted.media_type}; charset=utf-8")
    shown = "inline" if ending == "bib" else "attachment"
    response.headers.set("Content-Disposition", shown, filename=f"{name.replace('/', '-')}.{ending}")
    return response

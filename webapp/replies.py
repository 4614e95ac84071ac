"""Answers as JSON and BibTeX."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response, current_app, g

from kg.bibtex import to_bibtex
from kg.envelope import envelope, envelope_of_one
from kg.library import Library
from kg.papers import Paper
from webapp.params import Page


def library() -> Library:
    """The library that the application answers for."""
    found: Library = current_app.extensions["library"]
    return found


def start_clock() -> None:
    """Note when the work on a request began."""
    g.started = time.perf_counter()


def listing(
    results: Iterable[Any], count: int, page: Page | None = None, notes: Sequence[str] = (), **beside: Any
) -> Response:
    """Things, with the cursor of the page after them."""
    following = page.next(count) if page else None
    return _as_json(envelope(results, count, _took(), following, notes, **beside))


def part(things: Sequence[Any], page: Page) -> Response:
    """One page of things that are all at hand."""
    return listing(things[page.offset : page.offset + page.limit], len(things), page)


def one(result: Any) -> Response:
    """One thing."""
    return _as_json(envelope_of_one(result, _took()))


def bibtex(papers: Iterable[Paper]) -> Response:
    """Papers as BibTeX."""
    return Response(to_bibtex(papers), content_type="application/x-bibtex; charset=utf-8")


def _as_json(document: dict[str, Any]) -> Response:
    """A document as JSON; its ETag covers everything but the time it took."""
    response = Response(json.dumps(document, ensure_ascii=False), content_type="application/json")
    lasting = {**document, "meta": {k: v for k, v in document["meta"].items() if k != "took_ms"}}
    response.set_etag(hashlib.sha256(json.dumps(lasting).encode()).hexdigest()[:32])
    return response


def _took() -> float:
    return (time.perf_counter() - float(g.get("started", time.perf_counter()))) * 1000

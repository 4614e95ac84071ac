"""Answers as JSON and BibTeX."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response, current_app, g

from kg.answers import ListCount
from kg.bibtex import to_bibtex
from kg.envelope import envelope, envelope_of_one
from kg.exports import to_csv
from kg.library import Library
from kg.papers import Paper
from webapp.params import Page


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


def listing(
    results: Iterable[Any], count: int, page: Page | None = None, notes: Sequence[str] = (), **beside: Any
) -> Response:
    """Things, with the cursor of the page after them."""
    following = page.next(count) if page else None
    return _as_json(envelope(results, count, _took(), following, notes, **beside))


def part(things: Sequence[Any], page: Page) -> Response:
    """One page of things that are all at hand."""
    return listing(things[page.offset : page.offset + page.limit], len(things), page)


def one(result: Any, notes: Sequence[str] = ()) -> Response:
    """One thing."""
    return _as_json(envelope_of_one(result, _took(), notes))


def bibtex(papers: Iterable[Paper]) -> Response:
    """Papers as BibTeX."""
    return Response(to_bibtex(papers), content_type="application/x-bibtex; charset=utf-8")


def as_file(twin: str, papers: Iterable[Paper]) -> Response:
    """Papers as `bib` or `csv`."""
    return bibtex(papers) if twin == "bib" else csv(papers)


def csv(papers: Iterable[Paper]) -> Response:
    """Papers as a table, to be kept as a file."""
    response = Response(to_csv(papers), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = "attachment; filename=papers.csv"
    return response


def _as_json(document: dict[str, Any]) -> Response:
    """A document as JSON; its ETag covers everything but the time it took."""
    response = Response(json.dumps(document, ensure_ascii=False), content_type="application/json")
    lasting = {**document, "meta": {k: v for k, v in document["meta"].items() if k != "took_ms"}}
    response.set_etag(hashlib.sha256(json.dumps(lasting).encode()).hexdigest()[:32])
    return response


def _took() -> float:
    return (time.perf_counter() - float(g.get("started", time.perf_counter()))) * 1000

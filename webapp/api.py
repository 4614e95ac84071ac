"""The JSON API under /api/v1: the same questions as the pages, the same answers as `--json`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest, NotFound

from kg.answers import RelatedResult, SearchResult
from kg.envelope import plain
from kg.filters import BY, SORTS, Related
from webapp import params, replies
from webapp.pages.new import answered, as_json
from webapp.replies import library

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
blueprint.before_request(replies.start_clock)


@blueprint.get("/search")
def search() -> Response:
    """Search results with facets."""
    params.known_only("fields", *params.SEARCH)
    page = params.page()
    answer = library().search(params.question(page))
    results = _with_fields(answer.results, SearchResult)
    return replies.listing(results, answer.count, page, answer.notes, facets=answer.facets)


@blueprint.get("/papers")
def papers() -> Response:
    """Several papers by id, in the order asked for; unknown ones are named in the notes."""
    params.known_only("ids")
    wanted = [reference for reference in request.args.get("ids", "").split(",") if reference.strip()]
    if not 1 <= len(wanted) <= params.MOST:
        raise BadRequest(f"ids: give 1 to {params.MOST} ids, separated by commas")
    found, unknown = library().papers(wanted)
    return replies.listing(found, len(found), notes=replies.missing(unknown))


@blueprint.get("/papers/<path:reference>/related")
def related(reference: str) -> Response:
    """Papers related to one, with why."""
    params.known_only("by", "not", "sort", "fields", *params.PAGING, *params.FILTERS)
    page = params.page()
    by, unwanted = params.choice("by", BY, "all"), tuple(request.args.getlist("not")[: params.MOST])
    sort = params.choice("sort", SORTS, "relevance")
    question = Related((reference,), unwanted, None, by, params.scope(), sort, page.limit, page.offset)
    answer = library().related(question)
    results = _with_fields(answer.results, RelatedResult)
    return replies.listing(results, answer.count, page, answer.notes, facets=answer.facets)


@blueprint.get("/papers/<path:reference>/graph")
def around(reference: str) -> Response:
    """Nodes and edges around a paper: `limit` nodes at most, the neighbours of neighbours too with a `depth` of 2."""
    params.known_only("depth", "limit")
    depth, page = params.choice("depth", ("1", "2"), "1"), params.page(default=40)
    return replies.one(library().around(reference, int(depth), page.limit))


@blueprint.get("/papers/<path:reference>")
def paper(reference: str) -> Response:
    """One paper, by any of its names."""
    params.known_only()
    return replies.one(library().paper(reference))


@blueprint.get("/authors/<author_id>")
def author(author_id: str) -> Response:
    """An author with their papers."""
    params.known_only()
    return replies.one(library().author(author_id))


@blueprint.get("/topics")
def topics() -> Response:
    """Every topic with the number of its papers."""
    params.known_only(*params.PAGING)
    return replies.part(library().topics(), params.page())


@blueprint.get("/topics/<topic_id>")
def topic(topic_id: str) -> Response:
    """A topic with its papers."""
    params.known_only()
    return replies.one(library().topic(topic_id))


@blueprint.get("/lists")
def lists() -> Response:
    """Every list with the number of its papers."""
    params.known_only(*params.PAGING)
    return replies.part(library().lists(), params.page())


@blueprint.get("/lists/<list_id>")
def reading_list(list_id: str) -> Response:
    """A list as its author arranged it."""
    params.known_only()
    return replies.one(library().reading_list(list_id))


@blueprint.get("/gaps")
def gaps() -> Response:
    """Papers that the library points at and no list (or not the list of `list`) holds, with why."""
    params.known_only("list", *params.PAGING)
    page = params.page()
    answer = library().gaps(request.args.get("list") or None, page.limit, page.offset)
    return replies.listing(answer.results, answer.count, page, answer.notes)


@blueprint.get("/new")
def new() -> Response:
    """What runs of `kg ingest` brought, newest first: `since` a day, or all that one `run` brought."""
    params.known_only("since", "run", *params.PAGING)
    page = params.page()
    return as_json(answered(page), page)


@blueprint.get("/path")
def path() -> Response:
    """A shortest path between two papers, authors or topics, with the evidence of every step."""
    params.known_only("from", "to")
    ends = [request.args.get(name, "").strip() for name in ("from", "to")]
    for name, end in zip(("from", "to"), ends, strict=True):
        if not end:
            raise BadRequest(f"{name}: which paper, author or topic?")
    return replies.one(library().path(*ends))


@blueprint.get("/status")
def status() -> Response:
    """Counts and health."""
    params.known_only()
    return replies.one(library().status())


@blueprint.get("/<path:anything>")
def unknown(anything: str) -> Response:
    """There is no such route."""
    raise NotFound(f"/api/v1/{anything} is no route of this API.")


def _with_fields(results: Sequence[Any], kind: type) -> Sequence[Any]:
    """Only the fields asked for by `fields=a,b`; the id is always among them.

    :raises BadRequest: one of them does not exist.
    """
    text = request.args.get("fields")
    if text is None:
        return results
    known = [field.name for field in fields(kind)]
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    for name in wanted:
        if name not in known:
            raise BadRequest(f"fields: {name!r} is not one of {', '.join(known)}")
    return [{name: value for name, value in plain(r).items() if name in {"id", *wanted}} for r in results]

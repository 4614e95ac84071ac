"""The API described: its OpenAPI document, and that document as a page."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import quote

import msgspec
from flask import Response, current_app, render_template

from webapp import replies
from webapp.api.openapi import document
from webapp.api.routes import ROUTES


def openapi() -> Response:
    """The document."""
    return Response(msgspec.json.encode(_document(_guarded())), content_type="application/json")


def page() -> str:
    """The document as a page, with an address to try for each route that this library has something for."""
    return render_template("api.html", api=_document(_guarded()), tries=_tries())


def _tries() -> dict[str, str]:
    """By path, an address that answers with something of this library."""
    found = replies.library()
    papers, topics, lists = found.newest(2), found.topics(), found.lists()
    tries = {path: path for path in ("/gaps", "/topics", "/lists", "/status", "/healthz")} | {"/new": "/new?limit=1"}
    if papers:
        id_, other = (quote(paper.id, safe="/") for paper in (papers[0], papers[-1]))
        tries |= {"/search": f"/search?q={quote(papers[0].name)}", "/path": f"/path?from={id_}&to={other}"}
        tries |= {"/papers": f"/papers?ids={id_},{other}&fields=title,published"}
        tries |= {f"/papers/{{id}}{more}": f"/papers/{id_}{more}" for more in ("", "/related", "/graph")}
    for path, things in (("/authors", papers[0].authors if papers else ()), ("/topics", topics), ("/lists", lists)):
        if things:
            tries[f"{path}/{{id}}"] = f"{path}/{quote(things[0].id)}"
    return tries


def _guarded() -> bool:
    return bool(current_app.config["ASKS_FOR_TOKEN"])


@cache
def _document(token: bool) -> dict[str, Any]:
    return document(ROUTES, token)

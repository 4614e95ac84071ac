"""The library in the browser and as JSON. Only reads; never touches the network."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from kg.library import Library
from webapp import api, assets, errors, guard, pages, show, whole

MOST_BODY = 2**20  # bytes of a request


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask: the host bound to, other host names it answers to, a bearer token, an origin for CORS."""

    host: str = "127.0.0.1"
    hosts: tuple[str, ...] = ()
    token: str | None = None
    cors: str | None = None


def create_app(library: Library, access: Access | None = None, seconds: float = whole.LONGEST) -> Flask:
    """The WSGI application that answers for one library, each time within so many seconds."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY
    app.extensions["library"] = library
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    access = access or Access()
    app.config["ASKS_FOR_TOKEN"] = access.token is not None
    app.url_map.merge_slashes = False  # an address is a paper's name too: https://arxiv.org/...
    guard.protect(app, {access.host, *access.hosts}, access.token, access.cors)
    show.add_filters(app)
    assets.serve_once(app)
    errors.handle(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(api.blueprint)
    whole.answer_whole(app, seconds)
    return app

"""One error body for programs (RFC 9457), one error page for people, from the same exception."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus

from flask import Flask, Response, current_app, render_template, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from kg.errors import KgError, ModelError, NotFound, Overdue, UsageError
from kg.store import DatabaseError
from webapp.params import TWINS

_LOG = logging.getLogger("kg.webapp")
_RETRY = 30  # seconds after which who got no answer may ask again
_DATA = tuple(f".{ending}" for ending in (*TWINS, "atom"))


def handle(app: Flask) -> None:
    """Answer every error of `app`."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(KgError, _ours)
    app.register_error_handler(DatabaseError, _damaged)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> Response:
    response = _answer(error.code or 500, _told(error))
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    if error.code == HTTPStatus.UNAUTHORIZED:
        _ask_for_token(response)
    return response


def _ask_for_token(response: Response) -> None:
    """Programs send a bearer token (RFC 6750); a browser asks its user for it by a password (RFC 7617)."""
    response.headers.add("WWW-Authenticate", "Bearer")
    if not request.path.startswith("/api/"):
        response.headers.add("WWW-Authenticate", 'Basic realm="kg", charset="UTF-8"')


def _told(error: HTTPException) -> str:
    if error.code == HTTPStatus.NOT_FOUND and request.url_rule is None and request.path.startswith("/api/"):
        return f"{request.path} is no route of this API; /api shows all"
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return f"The body is longer than {current_app.config['MAX_CONTENT_LENGTH']} bytes."
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        return f"{request.method} is not allowed here; {', '.join(sorted(error.valid_methods))} are."
    return error.description or ""


def _ours(error: KgError) -> Response:
    """What the question is to blame for is told; what this machine is, names its folders, so only the log has it."""
    if isinstance(error, NotFound):
        return _answer(404, str(error))
    if isinstance(error, UsageError):
        return _answer(400, str(error))
    if isinstance(error, Overdue):
        _LOG.warning("%s %s: stopped, it took too long", request.method, request.path)
        return _answer(503, str(error))
    _LOG.error("%s %s: %s", request.method, request.path, error)
    what = "The model of this library" if isinstance(error, ModelError) else "The library"
    return _answer(503, f"{what} cannot be read at the moment; the server's log says why.")


def _damaged(error: DatabaseError) -> Response:
    """SQLite's own words may repeat what was asked, so its code is logged."""
    code = getattr(error, "sqlite_errorname", "")
    _LOG.error("%s %s: the database cannot be read %s", request.method, request.path, code, exc_info=error)
    return _answer(503, "The library cannot be read at the moment; the server's log says why.")


def _unexpected(error: Exception) -> Response:
    """A fault of ours: logged by its kind and place, told without."""
    _LOG.error("%s %s", request.method, request.path, exc_info=error)
    return _answer(500, "Something went wrong here; the server's log says what.")


def _answer(status: int, detail: str) -> Response:
    response = _body(status, detail)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(_RETRY)
    return response


def _body(status: int, detail: str) -> Response:
    title = HTTPStatus(status).phrase
    if wants_json():
        return Response(problem(status, detail), status, content_type="application/problem+json")
    if request_ctx.url_adapter is None:  # the Host header is no host: no address can be built from it
        return Response(f"{title}: {detail}\n", status, content_type="text/plain; charset=utf-8")
    page = render_template("error.html", title=title, detail=detail, status=status)
    return Response(page, status, content_type="text/html; charset=utf-8")


def problem(status: int, detail: str) -> bytes:
    """What went wrong, for programs (RFC 9457)."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return json.dumps(body).encode() + b"\n"


def wants_json() -> bool:
    """Whether the address, not a guess about the client, is one of data."""
    return request.path.startswith("/api/") or request.path.endswith(_DATA)

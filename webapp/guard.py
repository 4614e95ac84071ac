"""Who may ask, and what every answer carries: host check, token, security headers, ETag."""

from __future__ import annotations

import base64
import hmac
import ipaddress
import re
from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, Unauthorized

from kg.config import is_loopback
from webapp.compress import compress
from webapp.errors import problem

# Those of https://owasp.org/www-project-secure-headers/ that plain HTTP has a use for.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in "accelerometer camera display-capture geolocation gyroscope magnetometer microphone midi "
        "payment publickey-credentials-get screen-wake-lock usb xr-spatial-tracking".split()
    ),
}
_HOST = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|((?:[\w-]{1,63}\.)*[\w-]{1,63}))(?::\d{1,5})?")
_ALL_ADDRESSES = {"0.0.0.0", "::"}


def protect(app: Flask, hosts: set[str], token: str | None, cors: str | None) -> None:
    """Check every request to `app`, and complete every answer."""
    known = {host.lower().strip("[]") for host in hosts}

    @app.before_request
    def check() -> Response | None:
        _check_host(known)
        if cors and request.method == "OPTIONS" and request.path.startswith("/api/"):
            return Response(status=204)  # a browser asks this before it sends the token
        if token is not None:
            _check_token(token)
        return None

    @app.after_request
    def complete(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"  # a cache may keep a 404 by itself
        if cors and request.path.startswith("/api/"):
            _allow(response, cors)
        if request.method in {"GET", "HEAD"} and response.status_code == 200:
            _make_conditional(response)
        compress(response)
        return response


def _check_host(known: set[str]) -> None:
    """A page elsewhere that points its own name at this address (DNS rebinding) is not answered.

    Bound to all addresses, the server answers to each: an address, unlike a name, cannot be pointed elsewhere.
    """
    match = _HOST.fullmatch(request.headers.get("Host", ""))
    name = (match[1] or match[2]).lower() if match else ""
    bound = name in known or is_loopback(name) or (known & _ALL_ADDRESSES and _is_address(name))
    if not name or not bound:
        raise BadRequest("The Host header names an unknown host; `kg serve --allow-host NAME` allows one.")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _check_token(token: str) -> None:
    if not hmac.compare_digest(_given().encode("utf-8", "surrogatepass"), token.encode()):
        raise Unauthorized("This library asks for a token: send it as `Authorization: Bearer TOKEN`.")


def _given() -> str:
    """The token of the request: a bearer token, or the password beside any name."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(given.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _allow(response: Response, origin: str) -> None:
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, If-None-Match"
    response.headers["Access-Control-Expose-Headers"] = "ETag"
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
    response.vary.add("Origin")


def _make_conditional(response: Response) -> None:
    """Answer 304 to who has it already. Status and health change by themselves and have no ETag."""
    if response.cache_control.no_store:
        response.headers.pop("ETag", None)
        return
    if response.direct_passthrough:
        return
    if "ETag" not in response.headers:
        response.add_etag()
    response.headers.setdefault("Cache-Control", "no-cache")
    response.make_conditional(request)
    if response.status_code == HTTPStatus.PRECONDITION_FAILED:
        response.set_data(problem(response.status_code, "If-Match names another state of this answer."))
        response.content_type = "application/problem+json"

"""How the services fail. Each is switched on by name, for a number of requests.

Letters and numbers are rows of the table of behaviours in the project's reference; behind them stands the evidence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.replica.asked import Answer, Asked
from tests.replica.atom import error_feed
from tests.replica.world import World

Fault = Callable[[Answer, Asked, World], Answer]
"""What becomes of the right answer to a request."""

_HTML = b"<!doctype html><html><head><title>arXiv</title></head><body>Down for maintenance</body></html>"
_RATE = b"Rate exceeded."
_ENTRY = re.compile(rb"\s*<entry>.*?</entry>", re.DOTALL)
_OA_RESET = 53578
MOVED = "/api/moved/query"  # where the query API is, for who is sent there
_S2_TOO_MANY = (
    "Too Many Requests. Please wait and try again or apply for a key for higher rate limits. "
    "https://www.semanticscholar.org/product/api#api-key-form"
)


def said(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """An answer in JSON, which ends with a newline (recorded)."""
    return Answer(status, json.dumps(value, ensure_ascii=False).encode() + b"\n", "application/json", headers or {})


def _always(answer: Answer) -> Fault:
    return lambda right, asked, world: answer


def _changed(change: Callable[[bytes], bytes]) -> Fault:
    return lambda right, asked, world: replace(right, body=change(right.body))


def _later(body: bytes, content_type: str) -> Fault:
    """503 with the seconds that the replica is told to name."""
    return lambda right, asked, world: Answer(503, body, content_type, {"Retry-After": str(world.retry_after)})


def _dated(right: Answer, asked: Asked, world: World) -> Answer:
    when = datetime.now(UTC) + timedelta(seconds=2)
    return Answer(503, _HTML, "text/html", {"Retry-After": format_datetime(when, usegmt=True)})


def _moved(status: int) -> Fault:
    def moved(right: Answer, asked: Asked, world: World) -> Answer:
        place = asked.host + asked.target.replace("/api/query", MOVED, 1)
        return Answer(status, b"", headers={"Location": place})

    return moved


def _in_a_name(body: bytes) -> bytes:
    """A body that ends in the middle of the last author's name."""
    return body[: body.rindex(b"</name>") - 3] if b"<entry>" in body else body


def _without_last(body: bytes) -> bytes:
    """One entry fewer than the total says."""
    entries = list(_ENTRY.finditer(body))
    return body[: entries[-1].start()] + body[entries[-1].end() :] if entries else body


_RESET = _always(Answer(0, b"", reset=True))
_STALL: Fault = lambda right, asked, world: replace(right, stall=True)  # noqa: E731
_CUT: Fault = lambda right, asked, world: replace(right, cut=True)  # noqa: E731
_HALF = _changed(lambda body: body[: len(body) // 2])
_NOTHING = _changed(lambda body: b"")
_LIMITED = Answer(429, _RATE, "text/plain")  # observed: no Retry-After

_ARXIV: dict[str, Fault] = {
    "rate_limit": _always(_LIMITED),  # A15: observed
    "rate_limit_slow": _always(replace(_LIMITED, stall=True)),  # A15: observed, after up to 124 s
    "rate_text": _always(Answer(200, _RATE, "text/plain")),  # A16: assumed
    "unavailable": _later(_HTML, "text/html"),  # A17: assumed
    "unavailable_bare": _always(Answer(503, _HTML, "text/html")),  # A17: assumed; no Retry-After
    "come_back_tomorrow": _always(Answer(503, _HTML, "text/html", {"Retry-After": str(_OA_RESET)})),  # A17: assumed
    "come_back_date": _dated,  # A17: assumed; RFC 9110 allows a date, here one 2 seconds ahead
    "forbidden": _always(Answer(403, b"Access denied", "text/plain")),  # doc
    "not_acceptable": _always(Answer(406, b"")),  # A24: observed for an id_list of 20
    "html": _always(Answer(200, _HTML, "text/html")),  # A18: assumed, of the old API observed
    "nothing": _always(Answer(200, b"")),  # assumed
    "reset": _RESET,  # A22: observed
    "cut": _CUT,  # A22: the connection ends before the length announced
    "stall": _STALL,  # A22: assumed; the right answer, after `stall_seconds`
    "truncated": _changed(_in_a_name),  # A21: assumed; whole by its length, cut inside the last entry
    "cut_entry": _changed(lambda body: _in_a_name(body) + b"\n</feed>\n"),  # assumed: A21 that ends as it should
    "empty": _changed(lambda body: _ENTRY.sub(b"", body)),  # A19: observed; the right total and no entries
    "short_page": _changed(_without_last),  # A20: observed
    "undated": _changed(  # assumed: an entry without `published`, which the package passes over
        lambda body: re.sub(rb"\s*<published>.*?</published>", b"", body, count=1)
    ),
    "error_entry": _always(Answer(200, error_feed("something failed"))),  # observed: an Error entry with status 200
    "error_ok": lambda right, asked, world: replace(right, status=200),  # A12: observed; 400 comes as 200
    "server_error": _always(Answer(500, error_feed("internal error"))),  # A13: code, observed
    "moved": _moved(301),  # A23: observed; the other path answers as this one
    "moved_307": _moved(307),  # A23: observed
    "legacy": lambda right, asked, world: right,  # A25: recorded; `query_api` writes the old dialect
    "bare_links": _changed(  # A26: recorded; only what the links of entries say besides the address
        lambda body: re.sub(rb'(<link href="[^"]*") rel=[^>]*/>', rb"\1/>", body).replace(b' title="doi"/>', b"/>")
    ),
}
_OAI: dict[str, Fault] = {
    "flow_control": _later(b"Retry after the time said", "text/plain"),  # O6: assumed, as the old server did
    "oai_html": _always(Answer(200, _HTML, "text/html")),  # assumed
    "oai_truncated": _HALF,  # assumed
    "oai_nothing": _NOTHING,  # assumed
    "oai_reset": _RESET,  # assumed
    "oai_cut": _CUT,  # assumed
    "oai_stall": _STALL,  # assumed
    "rate_limit": _always(_LIMITED),  # assumed, as of the query API
}
_S2: dict[str, Fault] = {
    "s2_rate_limit": _always(said({"message": _S2_TOO_MANY, "code": "429"}, 429)),  # S8: observed, no Retry-After
    "s2_forbidden": _always(said({"message": "Forbidden"}, 403)),  # S9: doc, observed
    "s2_timeout": _always(said({"message": "Endpoint request timed out"}, 504)),  # S5: observed
    "s2_error": _always(said({"message": "Internal Server Error"}, 500)),  # code of a client; text assumed
    "s2_too_big": _always(said({"error": "Response would exceed maximum size...."}, 400)),  # S4: doc
    "s2_empty_match": _always(said({"data": []})),  # S11: one recording, perhaps made by hand
    "s2_html": _always(Answer(200, _HTML, "text/html")),  # assumed
    "s2_reset": _RESET,  # assumed
    "s2_truncated": _HALF,  # assumed
    "s2_stall": _STALL,  # assumed
}


def _oa_limited(message: str, seconds: int, remaining: int) -> Answer:
    """Both of OpenAlex's 429; its `Reset` is in seconds, too."""
    headers = {"Retry-After": seconds, "X-RateLimit-Limit": 1000, "X-RateLimit-Remaining": remaining}
    headers |= {"X-RateLimit-Reset": seconds, "X-RateLimit-Credits-Required": 1}
    body = {"error": "Rate limit exceeded", "message": message, "retryAfter": seconds, "costUsd": 0.0001}
    credits = {"creditsRequired": 1, "creditsRemaining": remaining}
    return said(body | credits, 429, {name: str(value) for name, value in headers.items()})


_OA_BUDGET = "Insufficient budget. This request costs $0.0001 but you only have $0 remaining. Resets at midnight UTC."
_OA_TOO_FAST = "Rate limit exceeded: 10 requests per second. Please slow down."
_OPENALEX: dict[str, Fault] = {
    "oa_budget": _always(_oa_limited(_OA_BUDGET, _OA_RESET, 0)),  # X3: observed, code
    "oa_too_fast": lambda right, asked, world: _oa_limited(_OA_TOO_FAST, world.retry_after, 900),  # X4: code
    "oa_bad_key": _always(  # X5: code
        said({"error": "Invalid or missing API key", "message": "API key not found"}, 401)
    ),
    "oa_unavailable": _later(b'{"error": "Service unavailable"}\n', "application/json"),  # X8: code; text assumed
    "oa_timeout": _always(  # X8: code; text of the message assumed
        said({"error": "Gateway timeout", "message": "The query took too long", "reason": "query_timeout"}, 504)
    ),
    "oa_html": _always(Answer(200, _HTML, "text/html")),  # assumed
    "oa_reset": _RESET,  # assumed
    "oa_truncated": _HALF,  # assumed
    "oa_stall": _STALL,  # assumed
}
FAULTS: dict[str, dict[str, Fault]] = {"arxiv": _ARXIV, "oai": _OAI, "s2": _S2, "openalex": _OPENALEX}


def service_of(fault: str, service: str | None = None) -> str:
    """The service that fails so; of `rate_limit`, where none is named, arXiv's query API.

    :raises ValueError: there is no such fault.
    """
    for name in [service] if service else FAULTS:
        if fault in FAULTS.get(name, {}):
            return name
    known = ", ".join(FAULTS.get(service or "") or [name for table in FAULTS.values() for name in table])
    raise ValueError(f"unknown fault {fault!r}: {known}")

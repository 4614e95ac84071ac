"""How the services fail. Each is switched on by name, for a number of requests."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """One answer; `cut` sends half of the body, `reset` nothing at all."""

    status: int
    body: bytes
    content_type: str = "application/atom+xml; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    reset: bool = False


_HTML = b"<!doctype html><html><head><title>arXiv</title></head><body>Down for maintenance</body></html>"
_RATE = b"Rate exceeded."

# Faults that need nothing of the right answer. Evidence: the table of behaviours in the project's reference.
FAULTS: dict[str, Answer] = {
    "rate_limit": Answer(429, _RATE, "text/plain"),  # observed: no Retry-After
    "rate_text": Answer(200, _RATE, "text/plain"),  # assumed
    "unavailable": Answer(503, _HTML, "text/html", {"Retry-After": "1"}),
    "come_back_tomorrow": Answer(503, _HTML, "text/html", {"Retry-After": "53578"}),
    "forbidden": Answer(403, b"Access denied", "text/plain"),
    "not_acceptable": Answer(406, b""),  # observed for an id_list of 20
    "html": Answer(200, _HTML, "text/html"),
    "nothing": Answer(200, b""),
    "reset": Answer(0, b"", reset=True),
    "truncated": Answer(200, b""),  # whole by its length, cut inside the last entry
    "cut": Answer(200, b"", cut=True),  # the connection ends before the length announced
    "empty": Answer(200, b""),  # a feed with the right total and no entries
    "undated": Answer(200, b""),  # an entry without `published`: the package passes over it
    "error_entry": Answer(200, b""),  # observed: an Error entry with status 200
}

"""A request as a service sees it, the answer to it, and what is remembered of both."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Answer:
    """One answer; `cut` sends half of the body, `reset` nothing at all, `stall` waits before it."""

    status: int
    body: bytes
    content_type: str = "application/atom+xml; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    reset: bool = False
    stall: bool = False


@dataclass
class Request:
    """One request as it came: `at` (arrival) and `ended` (answered) in seconds of a monotonic clock.

    `ended` is infinite, and `status` 0, until there is an answer. It is set as the last thing before the answer goes
    out: who has read the answer finds it set. `body` is what the JSON sent stands for.
    """

    at: float
    path: str
    params: dict[str, str]
    user_agent: str
    status: int = 0
    service: str = ""
    method: str = "GET"
    body: object = None
    ended: float = math.inf
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One request; `pairs` are its parameters, of the address and of a form, `headers` have lower-case names."""

    method: str
    target: str
    pairs: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: object = None

    @property
    def raw_path(self) -> str:
        """The path as it was sent."""
        return urlsplit(self.target).path

    @property
    def path(self) -> str:
        """The path with percent signs read."""
        return unquote(self.raw_path)

    @property
    def params(self) -> dict[str, str]:
        """The parameters; of one that is repeated, the last."""
        return dict(self.pairs)

    @property
    def host(self) -> str:
        """Who was asked, as the client calls it."""
        return f"http://{self.headers.get('host', '127.0.0.1')}"


def asked(method: str, target: str, headers: Mapping[str, str], sent: bytes) -> Asked:
    """A request read: what is sent is JSON, if it looks so, or a form, whatever its type says."""
    pairs = parse_qsl(urlsplit(target).query, keep_blank_values=True)
    body = None
    if sent.lstrip().startswith((b"{", b"[")):
        try:
            body = json.loads(sent)
        except ValueError:
            body = None
    elif sent:
        pairs += parse_qsl(sent.decode("utf-8", "replace"), keep_blank_values=True)
    return Asked(method, target, tuple(pairs), headers, body)

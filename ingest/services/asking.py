"""Asking a service until it answers: what passes is waited out, what lasts is said in one line.

Pauses grow exponentially from the service's own delay, with jitter (as Semantic Scholar asks for, and as
https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ explains); `Retry-After` is kept.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import NoReturn, TypeVar

import requests
from urllib3.exceptions import NewConnectionError

from ingest.http import session as http_session
from ingest.services.pace import Pace
from kg.errors import ServiceError
from kg.text import squeezed

_T = TypeVar("_T")

LARGEST = 64 * 2**20  # bytes of an answer; a batch of Semantic Scholar's may have 10 MB
LONGEST = 180.0  # seconds until an answer is there whole
LONGEST_PAUSE = 120.0  # seconds; who asks for more is asked in a later run
_TRIES = 4
_LONGEST_WAIT = 30 * 86400.0  # seconds; more is a mistake, and would be no date any more


class Refused(Exception):
    """The service answered, but with nothing to believe.

    `after` is how many seconds it asks to wait; `again` whether the same request may get another answer.
    """

    def __init__(self, reason: str, after: float = 0.0, again: bool = True, status: int = 200) -> None:
        super().__init__(reason)
        self.after, self.again, self.status = after, again, status


class Moved(Exception):
    """The service answers at another address."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


class RequestRefused(ServiceError):
    """The service does not take this request, by its HTTP status; others it may take."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.status = status


class ServicePaused(ServiceError):
    """The service asks to be left alone for `seconds`: a budget is used up, or it is down for long."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Unreachable(ServiceError):
    """No connection to the service could be made at all."""


class Asker:
    """Requests to one service, in turns of a pace.

    :param sleep: waits so many seconds before another try; for tests.
    :param key: the setting that holds a key of the service, to be named where the key is refused.
    """

    def __init__(
        self, service: str, pace: Pace, sleep: Callable[[float], None] = time.sleep, key: str | None = None
    ) -> None:
        self.service, self._key = service, key
        self.requests = 0
        self._pace, self._sleep = pace, sleep

    @property
    def delay(self) -> float:
        """Seconds between two requests."""
        return self._pace.delay

    def ask(self, once: Callable[[], _T]) -> _T:
        """What `once` returns, tried a few times.

        :raises ServicePaused: the service asks for a pause that is too long to wait for.
        :raises RequestRefused: it does not take this request.
        :raises ServiceError: it cannot be reached, or gives no believable answer.
        """
        refusal = Refused("")
        for attempt in range(_TRIES):
            if attempt:
                self._sleep(max(refusal.after, self._pause(attempt)))
            try:
                return self._once(once)
            except Refused as error:
                refusal = error
                if not error.again or error.after > LONGEST_PAUSE:
                    break
        self._give_up(refusal)

    def _once(self, once: Callable[[], _T]) -> _T:
        try:
            with self._pace.turn():
                self.requests += 1
                return once()
        except requests.ConnectionError as error:
            if _is_unreachable(error):
                raise Unreachable(f"{self.service} cannot be reached (no connection)") from error
            raise Refused("the connection was dropped") from error
        except requests.RequestException as error:
            raise Refused(f"no whole answer ({type(error).__name__})") from error

    def _pause(self, attempt: int) -> float:
        jitter = random.uniform(1.0, 1.5)  # noqa: S311 - no secret
        return min(self._pace.delay * 2.0**attempt * jitter, LONGEST_PAUSE)

    def _give_up(self, refusal: Refused) -> NoReturn:
        reason = f"{self.service} does not answer: {refusal}"
        if refusal.after > LONGEST_PAUSE:
            raise ServicePaused(f"{self.service} asks for a pause: {refusal}", refusal.after)
        if refusal.status in {400, 404, 406, 413, 414, 500, 504}:
            raise RequestRefused(reason, refusal.status)
        hint = f"; is {self._key} right?" if self._key and refusal.status in {401, 403} else ""
        raise ServiceError(reason + hint)


def session() -> requests.Session:
    """A session that says who asks, and reads no answer without end."""
    return http_session(LARGEST, LONGEST)


def retry_after(answer: requests.Response) -> float:
    """Seconds that an answer asks to wait, a month at most: a number, or a date; 0 where it says nothing."""
    text = answer.headers.get("Retry-After", "").strip()
    try:
        seconds = float(text) if text.isdecimal() else parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, OverflowError):
        return 0.0
    return min(max(0.0, seconds), _LONGEST_WAIT)


def refusal_of(answer: requests.Response, lasting: frozenset[int] = frozenset({400, 404, 413, 414})) -> Refused:
    """A status that is no success, as a refusal; those of `lasting` are not asked again.

    :raises Moved: it is a redirection.
    """
    if answer.is_redirect:
        raise Moved(answer.headers["Location"])
    reason = f"HTTP {answer.status_code}{first_words(answer)}"
    return Refused(reason, retry_after(answer), answer.status_code not in lasting, answer.status_code)


def first_words(answer: requests.Response) -> str:
    """The beginning of an answer that is a text for people, or what its JSON says of the error."""
    text = answer.content[:2000].decode("utf-8", errors="replace").strip()
    if text.startswith("{"):
        with suppress(ValueError, AttributeError, RecursionError):
            found = json.loads(answer.content)
            text = f"{found.get('message') or found.get('error') or ''}"
    for key in _keys(answer.request):  # some services say which key they refuse
        text = text.replace(key, "***")
    return f" ({squeezed(text)[:150]})" if text and not text.startswith(("<", "{")) else ""


def _keys(request: requests.PreparedRequest) -> list[str]:
    """The keys that a request was sent with."""
    sent = (request.headers.get(name, "") for name in ("x-api-key", "Authorization"))
    return [key for value in sent if (key := str(value).removeprefix("Bearer ").strip())]


def _is_unreachable(error: requests.ConnectionError) -> bool:
    """Whether no connection was made at all: no network, no such host, nobody listening."""
    cause = error.args[0] if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(getattr(cause, "reason", None), NewConnectionError)

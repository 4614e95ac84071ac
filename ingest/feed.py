"""arXiv's answers: metadata by id and by title, through the `arxiv` package (the only file that imports it).

The package takes several faults of the service for "no results" (HTTP 200 with an error text, with HTML,
with a cut-off feed), sets no time-out and retries without a pause; so answers are looked at here before
they are believed. Terms of use: https://info.arxiv.org/help/api/tou.html - one request every three seconds,
one connection at a time.
"""

from __future__ import annotations

import functools
import random
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import arxiv
import requests
from urllib3.exceptions import NewConnectionError

from ingest.sources import USER_AGENT
from kg.errors import ServiceError
from kg.identifiers import parse_arxiv_id
from kg.papers import Metadata
from kg.text import squeezed

CHUNK = 100  # ids in one request; longer addresses are refused
_TIMEOUT = (10, 60)  # seconds: to connect, between two pieces
_TRIES = 4
_LONGEST_PAUSE = 120.0  # seconds


class _Refused(Exception):
    """The service answered, but not with a feed; `after` is how many seconds it asks to wait."""

    def __init__(self, reason: str, after: float = 0.0, again: bool = True) -> None:
        super().__init__(reason)
        self.after = after
        self.again = again


class ArxivFeed:
    """arXiv's query API, asked politely: one connection, `delay` seconds between requests.

    :param url: the address of the API, up to and including `/api/query`.
    :param stamp: a file whose time of change is that of the last request, so that the delay holds from one
        run to the next.
    :param sleep: waits so many seconds; for tests.
    """

    def __init__(
        self, url: str, delay: float, stamp: Path | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.requests = 0
        self._client = arxiv.Client(page_size=CHUNK, delay_seconds=0.0, num_retries=0)
        self._client.query_url_format = url.replace("{", "{{").replace("}", "}}") + "?{}"
        session = self._client._session
        session.request = functools.partial(session.request, timeout=_TIMEOUT)  # type: ignore[method-assign]
        session.hooks["response"].append(_check)
        arxiv._USER_AGENT = USER_AGENT
        self._delay, self._stamp, self._sleep = delay, stamp, sleep
        self._last = 0.0  # time.time() of the last request

    def papers(self, ids: Sequence[str], at: str) -> list[Metadata]:
        """Metadata of those of `ids` (at most 100, without versions) that arXiv knows, in any order.

        `at` is noted as the time of the answer.

        :raises ServiceError: arXiv cannot be reached, or gives no believable answer after several tries.
        """
        records = self._ask(arxiv.Search(id_list=list(ids), max_results=None), at)
        wanted = set(ids)
        return list({r.arxiv_id: r for r in records if r.arxiv_id in wanted}.values())

    def titled(self, titles: Sequence[str], at: str) -> list[Metadata]:
        """Papers whose titles hold one of `titles` word for word; the caller picks those that are equal.

        :raises ServiceError: as for `papers`.
        """
        phrases = (" ".join(re.findall(r"[^\W_]+", title)) for title in titles)
        query = " OR ".join(f'ti:"{phrase}"' for phrase in phrases if phrase)
        records = self._ask(arxiv.Search(query, max_results=CHUNK), at) if query else []
        if len(records) < CHUNK or len(titles) == 1:
            return records
        # A frequent phrase may have crowded out the others: ask for each half by itself.
        half = len(titles) // 2
        return [*self.titled(titles[:half], at), *self.titled(titles[half:], at)]

    def _ask(self, search: arxiv.Search, at: str) -> list[Metadata]:
        """Ask until there is an answer, with exponential back-off and jitter, a few times."""
        reason, after = "", 0.0
        for attempt in range(_TRIES):
            if attempt:
                pause = self._delay * 2**attempt * random.uniform(1.0, 1.5)  # noqa: S311 - jitter
                self._sleep(max(after, min(pause, _LONGEST_PAUSE)))
            try:
                return self._once(search, at)
            except _Refused as error:
                reason, after = str(error), error.after
                if not error.again or after > _LONGEST_PAUSE:
                    break
            except requests.ConnectionError as error:
                if _is_unreachable(error):
                    raise ServiceError("arXiv cannot be reached (no connection)") from error
                reason, after = "the connection was dropped", 0.0
            except (requests.RequestException, arxiv.ArxivError) as error:
                reason, after = f"no whole answer ({type(error).__name__})", 0.0
        raise ServiceError(f"arXiv does not answer: {reason}")

    def _once(self, search: arxiv.Search, at: str) -> list[Metadata]:
        self._wait()
        self.requests += 1
        limit = search.max_results
        found = []
        for result in self._client.results(search):
            if record := _metadata(result, at):
                found.append(record)
            if limit and len(found) >= limit:
                break
        return found

    def _wait(self) -> None:
        """Wait until the delay since the last request, of this run or the one before, is over."""
        if self._stamp and self._stamp.exists():
            self._last = max(self._last, self._stamp.stat().st_mtime)
        rest = self._last + self._delay - time.time()
        if 0 < rest <= self._delay:
            time.sleep(rest)
        self._last = time.time()
        if self._stamp:
            self._stamp.touch()


def _is_unreachable(error: requests.ConnectionError) -> bool:
    """Whether no connection was made at all: no network, no such host, nobody listening."""
    cause = error.args[0] if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(getattr(cause, "reason", None), NewConnectionError)


def _check(answer: requests.Response, *args: object, **kwargs: object) -> None:
    """Refuse what the package would take for an empty or complete feed."""
    if answer.is_redirect:
        return
    if answer.status_code != 200:
        after = answer.headers.get("Retry-After", "")
        seconds = float(after) if after.isdecimal() else 0.0
        reason = f"HTTP {answer.status_code}{_first_words(answer)}"
        raise _Refused(reason, seconds, again=answer.status_code not in {400, 414})
    body = answer.content.strip()
    if not body.startswith((b"<?xml", b"<feed")) or not body.endswith(b"</feed>"):
        raise _Refused(f"no whole feed{_first_words(answer)}")
    if b"arxiv.org/api/errors" in body:
        raise _Refused("an error feed")
    if b"<entry" not in body and _total(body) > 0:
        raise _Refused("an empty feed with a total that is not 0")
    if body.count(b"<entry") != body.count(b"<published"):
        raise _Refused("an entry without a date")  # the package would pass over it in silence


def _total(body: bytes) -> int:
    number = body.partition(b"totalResults")[2].partition(b">")[2].partition(b"<")[0]
    return int(number) if number.strip().isdigit() else 0


def _first_words(answer: requests.Response) -> str:
    text = answer.content[:60].decode("utf-8", errors="replace").strip()
    return f" ({text})" if text and not text.startswith("<") else ""


def _metadata(result: arxiv.Result, at: str) -> Metadata | None:
    """One entry as a record; None when it names no paper."""
    arxiv_id = parse_arxiv_id(result.entry_id)
    title = squeezed(result.title)
    if arxiv_id is None or not title:
        return None
    comment = result.comment and squeezed(result.comment)
    return Metadata(
        arxiv_id=arxiv_id.base,
        title=title,
        source="arxiv",
        abstract=squeezed(result.summary) or None,
        authors=tuple(squeezed(author.name) for author in result.authors if author.name),
        categories=tuple(dict.fromkeys([result.primary_category, *result.categories])),
        published=result.published.date().isoformat(),
        updated=result.updated.date().isoformat(),
        version=arxiv_id.version,
        doi=result.doi,
        comment=comment,
        journal_ref=result.journal_ref,
        withdrawn="withdrawn" in (comment or "").lower(),
        fetched_at=at,
    )

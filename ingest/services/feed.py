"""arXiv's query API: metadata by id and by title, through the `arxiv` package (the only file that imports it).

The package takes several faults of the service for "no results" (HTTP 200 with an error text, with HTML,
with a cut-off feed), sets no time-out and retries without a pause; so answers are looked at here before
they are believed, and only their reading is left to it. Terms of use:
https://info.arxiv.org/help/api/tou.html - one request every three seconds, one connection at a time.
"""

from __future__ import annotations

import functools
import logging
import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

import arxiv
import requests
from lxml import etree

from ingest.http import TIMEOUT, USER_AGENT
from ingest.services.asking import Asker, Moved, Refused, RequestRefused, first_words, refusal_of, session
from ingest.services.web import tree_of
from kg.errors import ServiceError
from kg.identifiers import parse_arxiv_id
from kg.papers import Metadata
from kg.text import squeezed

logging.getLogger("arxiv").setLevel(logging.CRITICAL)  # it logs each entry that it passes over

CHUNK = 100  # ids in one request; longer addresses are refused
_MOST_MOVES = 3
_WORD = re.compile(r"[^\W_]+")
_OF_THE_LIST = frozenset({400, 406, 414})  # what may be the fault of one id, or of the list's length
_MOST_REFUSED = 8  # lists refused (of 100 ids, then of one half of it, ... 1) and none taken: then it is not the ids
_ATOM = "{http://www.w3.org/2005/Atom}"
_NEEDED = ("title", "updated", "published")  # an entry without one of these is passed over by the package in silence


class ArxivFeed:
    """arXiv's query API.

    :param url: the address of the API, up to and including `/api/query`.
    :param timeout: seconds to connect, and between two pieces of an answer.
    """

    def __init__(self, url: str, asker: Asker, timeout: tuple[float, float] = TIMEOUT) -> None:
        self._asker = asker
        self._client = arxiv.Client(page_size=CHUNK, delay_seconds=0.0, num_retries=0)
        self._move(url)
        self._client._session = asking = session()
        asking.request = functools.partial(  # type: ignore[method-assign]
            asking.request, timeout=timeout, allow_redirects=False
        )
        asking.hooks["response"].append(_check)
        arxiv._USER_AGENT = USER_AGENT

    def papers(self, ids: Sequence[str], at: str) -> tuple[list[Metadata], list[str]]:
        """Metadata of those of `ids` (at most 100, without versions) that arXiv knows, and the ids it refuses.

        One id that arXiv does not take makes it refuse the whole list; it is found by halving. `at` is noted as
        the time of the answer.

        :raises ServiceError: arXiv cannot be reached, or gives no believable answer after several tries.
        """
        refused: list[str] = []
        found = self._halving(list(ids), at, refused, Counter())
        wanted = set(ids)
        return list({r.arxiv_id: r for r in found if r.arxiv_id in wanted}.values()), refused

    def titled(self, questions: Sequence[tuple[str, str]], at: str) -> list[Metadata]:
        """Papers whose titles hold the words of a question in a row; the caller picks those that agree.

        A question is words and the surname of an author, or an empty text for any.

        :raises ServiceError: as for `papers`.
        """
        query = " OR ".join(phrase for words, author in questions if (phrase := _phrase(words, author)))
        records = self._ask(arxiv.Search(query, max_results=CHUNK), at) if query else []
        if len(records) < CHUNK or len(questions) == 1:
            return records
        # A frequent phrase may have crowded out the others: ask for each half by itself.
        half = len(questions) // 2
        return [*self.titled(questions[:half], at), *self.titled(questions[half:], at)]

    def _halving(self, ids: list[str], at: str, refused: list[str], lists: Counter[str]) -> list[Metadata]:
        """`refused` gets the ids that are refused by themselves; `lists` counts what became of the lists asked."""
        try:
            found = self._ask(arxiv.Search(id_list=ids, max_results=None), at)
            lists["taken"] += 1
            return found
        except RequestRefused as error:
            lists["refused"] += 1
            if error.status not in _OF_THE_LIST or (lists["refused"] > _MOST_REFUSED and not lists["taken"]):
                raise
        if len(ids) == 1:
            refused += ids
            return []
        half = len(ids) // 2
        return [*self._halving(ids[:half], at, refused, lists), *self._halving(ids[half:], at, refused, lists)]

    def _ask(self, search: arxiv.Search, at: str) -> list[Metadata]:
        for _ in range(_MOST_MOVES):
            try:
                return self._asker.ask(lambda: self._once(search, at))
            except Moved as move:
                self._move(_followed(self._url, move.location))
        raise ServiceError(f"{self._asker.service} does not answer: it is moved about without end")

    def _once(self, search: arxiv.Search, at: str) -> list[Metadata]:
        """One page: the package would ask for more whenever fewer papers come than the total says."""
        url = self._client._format_url(search, 0, CHUNK)
        try:
            results = self._client._parse_feed(url).results
        except (arxiv.ArxivError, ValueError, OverflowError) as error:  # these of dates that are none
            raise Refused(f"no whole answer ({type(error).__name__})") from error
        return [record for result in results if (record := _metadata(result, at))]

    def _move(self, url: str) -> None:
        self._url = url
        self._client.query_url_format = url.replace("{", "{{").replace("}", "}}") + "?{}"


def _phrase(words: str, author: str) -> str:
    """A term of the query language (https://info.arxiv.org/help/api/user-manual.html#query_details)."""
    phrase = " ".join(_WORD.findall(words))
    if not phrase:
        return ""
    return f'(ti:"{phrase}" AND au:"{author}")' if author else f'ti:"{phrase}"'


def _followed(url: str, location: str) -> str:
    """Where a redirection leads, without the query.

    :raises ServiceError: to another host than arXiv's own.
    """
    there = urlsplit(urljoin(url, location))
    host, known = there.hostname or "", urlsplit(url).hostname or ""
    arxivs = host == known or host == "arxiv.org" or host.endswith(".arxiv.org")
    if there.scheme not in {"http", "https"} or not arxivs:
        raise ServiceError(f"arXiv does not answer: {known} leads to {host or location[:100]}")
    return there._replace(query="", fragment="").geturl()


def _check(answer: requests.Response, *args: object, **kwargs: object) -> None:
    """Refuse what the package would take for an empty or complete feed."""
    if answer.status_code != 200:
        raise refusal_of(answer)
    body = answer.content.strip()
    if not body.startswith((b"<?xml", b"<feed")) or not body.endswith(b"</feed>"):
        raise Refused(f"no whole feed{first_words(answer)}")
    if b"arxiv.org/api/errors" in body:
        raise Refused("an error feed")
    try:  # the package's parser mends what is damaged, and so takes it for whole
        entries = tree_of(body).findall(f"{_ATOM}entry")
    except etree.XMLSyntaxError as error:
        raise Refused("a damaged feed") from error
    if len(entries) < min(_number(body, b"totalResults"), _number(body, b"itemsPerPage")) and not _is_old(body):
        raise Refused("a feed with fewer entries than it says")
    # Before 2025-11 an id that is unknown had an entry with nothing in it.
    papers = [entry for entry in entries if entry.find(f"{_ATOM}id") is not None]
    if any(paper.find(_ATOM + name) is None for paper in papers for name in _NEEDED):
        raise Refused("an entry without title or date")


def _is_old(body: bytes) -> bool:
    """Whether the feed is of the service before 2025-11, whose total counts ids that it does not know."""
    return b'<title type="html">ArXiv Query' in body


def _number(body: bytes, element: bytes) -> int:
    number = body.partition(element)[2].partition(b">")[2].partition(b"<")[0]
    return int(number) if number.strip().isdigit() else 0


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

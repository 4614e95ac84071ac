"""Requests for JSON and XML over HTTP, asked politely; what is no whole answer of that kind is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from lxml import etree

from ingest.http import TIMEOUT
from ingest.services.asking import Asker, Moved, Refused, first_words, refusal_of, session
from kg.errors import ServiceError

_T = TypeVar("_T")
_MOST_MOVES = 3
_LASTING = frozenset({400, 401, 403, 404, 413, 414})


class Web:
    """One service's side of the web.

    :param headers: sent with every request (keys of the service; they are never part of a message).
    :param timeout: seconds to connect, and between two pieces of an answer.
    """

    def __init__(
        self, asker: Asker, headers: Mapping[str, str] | None = None, timeout: tuple[float, float] = TIMEOUT
    ) -> None:
        self._asker = asker
        self._session = session()
        self._session.headers.update(headers or {})
        self._timeout = timeout

    def ask(self, url: str, understood: Callable[[requests.Response], _T], body: object = None, **params: str) -> _T:
        """What `understood` makes of the answer (it raises `Refused` for none) to a GET, or a POST of JSON.

        :raises ServiceError: as `Asker.ask`.
        """
        for _ in range(_MOST_MOVES + 1):
            try:
                return self._asker.ask(lambda: understood(self._answer(url, body, params)))  # noqa: B023 - asked at once
            except Moved as move:
                there = urljoin(url, move.location)
                if not _is_same(url, there):
                    break
                url, params = there, {}
        raise ServiceError(f"{self._asker.service} does not answer: it is moved elsewhere")

    def _answer(self, url: str, body: object, params: Mapping[str, str]) -> requests.Response:
        method = "GET" if body is None else "POST"
        answer = self._session.request(
            method, url, params=params, json=body, timeout=self._timeout, allow_redirects=False
        )
        if answer.status_code != 200:
            raise refusal_of(answer, _LASTING)
        return answer


def _is_same(url: str, there: str) -> bool:
    """Whether keys that are sent to one address may be sent to another: of the same host and port."""
    known, new = urlsplit(url), urlsplit(there)
    if (new.scheme, new.netloc) == (known.scheme, known.netloc):
        return True
    safer = (known.scheme, new.scheme) == ("http", "https")
    return safer and new.netloc == known.hostname and known.port in {None, 80}


def tree_of(body: bytes) -> etree._Element:
    """The tree of an XML document that declares nothing of its own: entities grow, and read files and addresses.

    :raises XMLSyntaxError: it is damaged, or larger or deeper than libxml2 lets strangers' documents be.
    :raises Refused: it has declarations.
    """
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused("an answer with a document type of its own")
    return root


def json_of(answer: requests.Response) -> Any:
    """The JSON of an answer.

    :raises Refused: it is something else, or cut short.
    """
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError) as error:
        raise Refused(f"no whole JSON{first_words(answer)}") from error

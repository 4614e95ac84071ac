"""Semantic Scholar's Graph API: metadata, arXiv ids of works named otherwise, and references.

https://api.semanticscholar.org/api-docs/graph. One request a second. A batch answers in the order of the ids, with
null for what is unknown, or with 400 when all of it is unknown. Its title match always answers with the nearest
thing, so the caller compares titles. References may be withheld by the publisher (null), and some are only a title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from ingest.services.asking import Asker, Refused, RequestRefused
from ingest.services.values import day_of, object_of, objects_of, text_of, year_of
from ingest.services.web import Web, json_of
from kg.errors import ServiceError
from kg.identifiers import parse_arxiv_id, parse_doi
from kg.papers import Bibliography, Metadata, Reference

MOST_IDS = 500  # of one batch
MOST_PAPERS = 100  # of one batch with references: all together may be 9,999 and 10 MB
SOURCE = "semantic-scholar"
_METADATA = "externalIds,title,abstract,year,publicationDate,authors,journal"
_REFERENCES = "referenceCount,references.paperId,references.externalIds,references.title,references.year"
_DOI_PREFIXES = {"doi": "", "biorxiv": "10.1101/", "nature": "10.1038/", "elife": "10.7554/elife."}
_PAGE = 1000
_MOST_PAGES = 9
_MOST_PASSED_OVER = 3  # papers; then it is not the papers
_NONE_KNOWN = "No valid paper ids given"
_TOO_MUCH = frozenset({400, 413, 500, 504})  # of a batch; half of it may do


@dataclass(frozen=True, slots=True)
class Described:
    """What Semantic Scholar knows of one paper; `metadata` where that is on arXiv."""

    title: str
    authors: tuple[str, ...]
    year: int | None
    arxiv_id: str | None
    doi: str | None
    metadata: Metadata | None


class SemanticScholar:
    """The Graph API at `url` (up to and including `/graph/v1`), with an API key or without."""

    def __init__(self, url: str, asker: Asker, key: str | None = None) -> None:
        self._url = url.rstrip("/")
        self._passed_over = 0
        self._web = Web(asker, {"x-api-key": key} if key else None)

    def papers(self, names: Sequence[str], at: str) -> list[Described | None]:
        """What is known of papers by name (`ARXIV:...`, `DOI:...`, an id of Semantic Scholar); at most 500.

        :raises ServiceError: the service cannot be reached, or gives no believable answer.
        """
        return [_described(raw, at) for raw in self._batch(list(names), _METADATA)]

    def match(self, title: str, at: str) -> Described | None:
        """The paper whose title is nearest: compare it.

        :raises ServiceError: as for `papers`.
        """
        words = " ".join(re.findall(r"[^\W_]+", title))  # a hyphen would mean `not`
        try:
            answer = self._web.ask(f"{self._url}/paper/search/match", _object, query=words, fields=_METADATA)
        except RequestRefused as error:
            if error.status == 404:  # its word for "nothing near"
                return None
            raise
        found = next(objects_of(answer.get("data")), None)
        return _described(found, at)

    def references(self, names: Sequence[str]) -> list[Bibliography]:
        """What is known of the references of papers by name; at most 100.

        :raises ServiceError: as for `papers`.
        """
        return [_bibliography(raw) for raw in self._batch(list(names), _REFERENCES)]

    def _batch(self, names: list[str], fields: str) -> list[Any]:
        """A batch that is too much is halved; a paper that is too much by itself is asked for by pages, or left out."""
        try:
            answer = self._web.ask(f"{self._url}/paper/batch", _list, {"ids": names}, fields=fields)
        except RequestRefused as error:
            if _NONE_KNOWN in str(error):
                return [None] * len(names)
            if error.status not in _TOO_MUCH:
                raise
            if len(names) == 1:
                return [self._alone(names[0], fields)]
            half = len(names) // 2
            return [*self._batch(names[:half], fields), *self._batch(names[half:], fields)]
        if len(answer) != len(names):
            raise ServiceError(f"Semantic Scholar does not answer: {len(answer)} papers of {len(names)}")
        return answer

    def _alone(self, name: str, fields: str) -> dict[str, Any] | None:
        try:
            if fields == _REFERENCES:
                return self._paged(name)
        except RequestRefused as error:
            if error.status == 404:
                return None
        self._passed_over += 1
        if self._passed_over > _MOST_PASSED_OVER:
            raise ServiceError("Semantic Scholar does not answer: it refuses one paper after the other")
        return None

    def _paged(self, name: str) -> dict[str, Any]:
        """The references of a paper that has too many of them for a batch."""
        found: list[Any] = []
        for page in range(_MOST_PAGES):
            answer = self._web.ask(
                f"{self._url}/paper/{name}/references",
                _object,
                fields="paperId,externalIds,title,year",
                offset=str(page * _PAGE),
                limit=str(_PAGE),
            )
            if answer.get("data") is None:
                return {"references": None}
            found += [row.get("citedPaper") for row in objects_of(answer["data"])]
            if not answer.get("next"):
                break
        return {"references": found}


def paper_id(key: str) -> str | None:
    """What names a paper in a batch, from a name of `kg`'s own (`doi:...`, `s2:...`, `acl:...`)."""
    site, _, value = key.partition(":")
    digits = value.replace("/", "")
    if site == "s2" and re.fullmatch(r"[0-9a-f]{40}", digits):
        return digits
    if site == "acl":
        return f"ACL:{value.upper()}"
    prefix = _DOI_PREFIXES.get(site)
    return None if prefix is None else f"DOI:{prefix}{value}"


def _object(answer: requests.Response) -> dict[str, Any]:
    found = json_of(answer)
    if not isinstance(found, dict):
        raise Refused("JSON of another kind")
    return found


def _list(answer: requests.Response) -> list[Any]:
    found = json_of(answer)
    if not isinstance(found, list):
        raise Refused("JSON of another kind")
    return found


def _described(raw: Any, at: str) -> Described | None:
    if not isinstance(raw, dict) or not (title := text_of(raw.get("title"))):
        return None
    arxiv_id, doi = _ids(raw)
    authors = tuple(name for author in objects_of(raw.get("authors")) if (name := text_of(author.get("name"))))
    metadata = _metadata(raw, arxiv_id, title, authors, doi, at) if arxiv_id else None
    return Described(title, authors, year_of(raw.get("year")), arxiv_id, doi, metadata)


def _metadata(
    raw: dict[str, Any], arxiv_id: str, title: str, authors: tuple[str, ...], doi: str | None, at: str
) -> Metadata:
    year = year_of(raw.get("year"))
    return Metadata(
        arxiv_id=arxiv_id,
        title=title,
        source=SOURCE,
        abstract=text_of(raw.get("abstract")) or None,
        authors=authors,
        published=day_of(raw.get("publicationDate")) or (str(year) if year else None),
        doi=doi,
        fetched_at=at,
    )


def _ids(raw: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The arXiv id and the journal's DOI; a DOI of arXiv's own is the id."""
    external = object_of(raw.get("externalIds"))
    doi = parse_doi(text_of(external.get("DOI")))
    arxiv_id = parse_arxiv_id(text_of(external.get("ArXiv")) or doi or "")
    own = doi is not None and doi.startswith("10.48550/")
    return arxiv_id.base if arxiv_id else None, None if own else doi


def _bibliography(raw: Any) -> Bibliography:
    if not isinstance(raw, dict):
        return Bibliography("unknown")
    references = raw.get("references")
    if references is None or (not references and raw.get("referenceCount")):
        return Bibliography("withheld")
    works = tuple(_references(references))
    return Bibliography("known" if works else "none", works)


def _references(rows: object) -> Iterator[Reference]:
    for row in objects_of(rows):
        arxiv_id, doi = _ids(row)
        names = (f"s2:{name}",) if (name := text_of(row.get("paperId"))) else ()
        title = text_of(row.get("title")) or None
        if arxiv_id or doi or names or title:
            yield Reference(arxiv_id, doi, names, title, year_of(row.get("year")))

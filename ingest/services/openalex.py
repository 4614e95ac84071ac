"""OpenAlex: references of papers of which Semantic Scholar knows none.

https://docs.openalex.org. Requests are paid from a daily budget, with a key or without; a budget that is used up
is told with a `Retry-After` of hours. arXiv's DOI is often missing where a preprint was merged with its journal's
record: then the address of the preprint finds it. An empty `referenced_works` says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import requests

from ingest.services.asking import Asker, Refused
from ingest.services.values import objects_of, text_of, year_of
from ingest.services.web import Web, json_of
from kg.identifiers import arxiv_id_of_url, parse_doi
from kg.papers import Bibliography, Reference

MOST_VALUES = 50  # of one filter: 100 are allowed, and 8,190 bytes of address
SOURCE = "openalex"
_FIELDS = "id,doi,title,publication_year,referenced_works,locations"


class OpenAlex:
    """The API at `url`, with an API key or without."""

    def __init__(self, url: str, asker: Asker, key: str | None = None) -> None:
        self._url = url.rstrip("/")
        self._web = Web(asker, {"Authorization": f"Bearer {key}"} if key else None)

    def cited_by(self, papers: Mapping[str, str]) -> dict[str, list[str]]:
        """Names (`openalex:w...`) of the works that papers cite; `papers` maps a DOI to an arXiv id or "".

        Papers that OpenAlex does not know are left out.

        :raises ServiceError: the service cannot be reached, or gives no believable answer.
        """
        found = {doi: works for work in self._works("doi", papers) for doi, works in _cited(work) if doi in papers}
        addresses = {
            f"{scheme}://arxiv.org/abs/{arxiv_id}": doi
            for doi, arxiv_id in papers.items()
            if arxiv_id and not found.get(doi)
            for scheme in ("http", "https")
        }
        for work in self._works("locations.landing_page_url", addresses):
            for address in _addresses(work):
                if (doi := addresses.get(address)) and not found.get(doi):
                    found[doi] = _names(work.get("referenced_works"))
        return found

    def described(self, names: Sequence[str]) -> list[Reference]:
        """Works by their names; those that are gone are left out.

        :raises ServiceError: as for `cited_by`.
        """
        ids = (name.removeprefix("openalex:").upper() for name in names)
        return [_reference(work) for work in self._works("openalex", ids)]

    def _works(self, field: str, values: Iterable[str]) -> Iterator[Mapping[str, Any]]:
        wanted = [value for value in values if "," not in value and "|" not in value]  # they have a meaning there
        for start in range(0, len(wanted), MOST_VALUES):
            chunk = wanted[start : start + MOST_VALUES]
            yield from self._web.ask(
                f"{self._url}/works", _results, filter=f"{field}:{'|'.join(chunk)}", per_page="100", select=_FIELDS
            )


def bibliography(names: Sequence[str] | None, works: Iterable[Reference]) -> Bibliography:
    """What OpenAlex knows of a paper's references: `names` as it lists them, `works` as far as it describes them."""
    if not names:
        return Bibliography("unknown" if names is None else "none")
    by_name = {name: work for work in works for name in work.names}
    return Bibliography("known", tuple(by_name.get(name, Reference(names=(name,))) for name in names))


def _results(answer: requests.Response) -> list[Mapping[str, Any]]:
    found = json_of(answer)
    rows = found.get("results") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise Refused("JSON of another kind")
    return list(objects_of(rows))


def _cited(work: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    if doi := parse_doi(text_of(work.get("doi"))):
        yield doi, _names(work.get("referenced_works"))


def _names(urls: Any) -> list[str]:
    """The works of an array of addresses, whose last parts are their ids."""
    ids = (text_of(url).rpartition("/")[2].lower() for url in (urls if isinstance(urls, list) else ()))
    return [f"openalex:{id_}" for id_ in ids if id_]


def _addresses(work: Mapping[str, Any]) -> list[str]:
    return [text_of(place.get("landing_page_url")) for place in objects_of(work.get("locations"))]


def _reference(work: Mapping[str, Any]) -> Reference:
    doi = parse_doi(text_of(work.get("doi")))
    of_arxiv = [f"https://doi.org/{doi}"] if doi and doi.startswith("10.48550/") else []
    ids = (arxiv_id_of_url(address) for address in (*of_arxiv, *_addresses(work)))
    arxiv_id = next((found.base for found in ids if found), None)
    title, year = text_of(work.get("title")) or None, year_of(work.get("publication_year"))
    return Reference(arxiv_id, None if of_arxiv else doi, tuple(_names([work.get("id")])), title, year)

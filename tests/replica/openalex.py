"""OpenAlex (`/openalex`), as far as `kg` asks it.

Source: the service's own code, recorded answers and reports, as gathered in the project's reference (X1 to X9).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tests.replica.asked import Answer, Asked
from tests.replica.faults import said
from tests.replica.records import Cited, Record, openalex_id
from tests.replica.world import World

_MOST_VALUES = 100
_LONGEST_LINE = 8190
_NOT_FOUND = b"<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n"


def answer(world: World, asked: Asked) -> Answer:
    """The answer to one request."""
    key, sent = world.keys.get("openalex"), asked.headers.get("authorization", "").removeprefix("Bearer ")
    sent = sent or asked.params.get("api_key", "")
    if (key is not None and sent and sent != key) or ("cursor" in asked.params and not sent):
        return said({"error": "Invalid or missing API key", "message": "API key not found"}, 401)  # X5
    if len(asked.target) > _LONGEST_LINE:
        return _invalid("Request URL too long")  # X6
    if "limit" in asked.params:
        return said({"error": "Invalid request rejected at the API edge", "error_source": "openalex-api-proxy"}, 400)
    path = asked.path.removeprefix("/openalex")
    if path == "/works":
        return _listed(world, asked)
    if path.startswith("/works/"):
        return _single(world, asked, path.removeprefix("/works/"))
    return Answer(404, _NOT_FOUND, "text/html; charset=utf-8")


def _single(world: World, asked: Asked, name: str) -> Answer:
    """X1, X7."""
    if (moved := world.moved_works.get(name.upper())) is not None:
        return Answer(301, b"", "text/html", {"Location": asked.target.replace(name, moved, 1)})
    works = _works(world)
    wanted = name.removeprefix("https://doi.org/").removeprefix("doi:").lower()
    found = next((work for work in works if wanted in {_short(work["id"]).lower(), _short_doi(work)}), None)
    return said(_selected(found, asked)) if found else Answer(404, _NOT_FOUND, "text/html; charset=utf-8")


def _listed(world: World, asked: Asked) -> Answer:
    """X2, X9: what is missing is absent, and the order is its own."""
    field, _, values = asked.params.get("filter", "").partition(":")
    wanted = values.split("|")
    if len(wanted) > _MOST_VALUES:
        return _invalid(f"Maximum number of values exceeded for {field}. Decrease values to 100 or below, or consider")
    reads = {"doi": _dois, "openalex": _ids, "locations.landing_page_url": _addresses}
    if field not in reads:
        return _invalid(f"{field} is not a valid field")
    found = [work for work in _works(world) if not {w.lower() for w in wanted}.isdisjoint(reads[field](work))]
    rows = [_selected(work, asked) for work in reversed(found)][: int(asked.params.get("per_page", 25))]
    return said({"meta": {"count": len(found), "page": 1, "per_page": len(rows)}, "results": rows})


def _invalid(message: str) -> Answer:
    return said({"error": "Invalid query parameters error.", "message": message}, 400)


def _selected(work: dict[str, Any], asked: Asked) -> dict[str, Any]:
    names = asked.params.get("select")
    return {name: work.get(name) for name in names.split(",")} if names else work


def _works(world: World) -> Iterator[dict[str, Any]]:
    """The papers known, and what they cite as far as it has a name."""
    for record in world.known("openalex").values():
        yield _work(world, record)
    seen: set[str] = set()
    for record in world.records.values():
        for cited in record.references:
            name = _name(world, cited)
            if name and name not in seen and not (isinstance(cited, str) and cited in world.records):
                seen.add(name)
                yield _cited_work(name, cited)


def _work(world: World, record: Record) -> dict[str, Any]:
    merged = world.merged.get(record.id)
    elided = record.id in world.elided["openalex"]
    names = [name for cited in record.references if (name := _name(world, cited))]
    return {
        "id": f"https://openalex.org/{record.openalex_id}",
        "doi": f"https://doi.org/{(merged or f'10.48550/arxiv.{record.id}').lower()}",
        "title": record.title,
        "publication_year": record.year,
        "referenced_works": [] if elided else [f"https://openalex.org/{name}" for name in names],
        "locations": [{"landing_page_url": f"http://arxiv.org/abs/{record.id}"}],
    }


def _cited_work(name: str, cited: Cited) -> dict[str, Any]:
    given = {"arxiv_id": cited} if isinstance(cited, str) else cited
    arxiv_id = given.get("arxiv_id")
    doi = given.get("doi") or (f"10.48550/arxiv.{arxiv_id}" if arxiv_id else None)
    return {
        "id": f"https://openalex.org/{name}",
        "doi": f"https://doi.org/{doi.lower()}" if doi else None,
        "title": given.get("title"),
        "publication_year": given.get("year"),
        "referenced_works": [],
        "locations": [],
    }


def _name(world: World, cited: Cited) -> str | None:
    if isinstance(cited, str):
        record = world.records.get(cited)
        return record.openalex_id if record else openalex_id(cited)
    key = cited.get("arxiv_id") or cited.get("doi") or cited.get("s2_id")
    return openalex_id(key) if key else None


def _short(url: str) -> str:
    return url.rpartition("/")[2]


def _short_doi(work: dict[str, Any]) -> str:
    return str(work["doi"] or "").removeprefix("https://doi.org/")


def _dois(work: dict[str, Any]) -> Iterable[str]:
    return {_short_doi(work)}


def _ids(work: dict[str, Any]) -> Iterable[str]:
    return {_short(work["id"]).lower()}


def _addresses(work: dict[str, Any]) -> Iterable[str]:
    return {str(place["landing_page_url"]).lower() for place in work["locations"]}

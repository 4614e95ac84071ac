"""OpenAlex (`/openalex`), as far as `kg` asks it.

Source: the service's own code, recorded answers and reports, as gathered in the project's reference (X1 to X9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.replica.asked import Answer, Asked
from tests.replica.faults import said
from tests.replica.records import Cited, Record, openalex_id
from tests.replica.titles import words
from tests.replica.world import World

_MOST_VALUES = 100
_LONGEST_LINE = 8190
_MOST_ON_A_PAGE, _DEEPEST = 200, 10_000
_HTML = "text/html; charset=utf-8"
_NOT_FOUND = b"<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n"
_REJECTED = "Invalid request rejected at the API edge"

Work = dict[str, Any]


def answer(world: World, asked: Asked) -> Answer:
    """The answer to one request."""
    if refusal := _unauthorized(world, asked) or _rejected(asked):
        return refusal
    path = asked.path.removeprefix("/openalex")
    if path == "/works":
        return _listed(world, asked)
    if path.startswith("/works/"):
        return _single(world, asked, path.removeprefix("/works/"))
    return Answer(404, _NOT_FOUND, _HTML)


def _unauthorized(world: World, asked: Asked) -> Answer | None:
    """X5: a wrong key, wherever it is said; a cursor without one (its text is assumed)."""
    key, params, headers = world.keys.get("openalex"), asked.params, asked.headers
    sent = headers.get("authorization", "").removeprefix("Bearer ") or headers.get("api_key", "")
    sent = sent or params.get("api_key") or params.get("api-key") or ""
    if (key is None or not sent or sent == key) and (sent or "cursor" not in params):
        return None
    return said({"error": "Invalid or missing API key", "message": "API key not found"}, 401)


def _rejected(asked: Asked) -> Answer | None:
    """X6: what the server at the edge does not let through."""
    if len(f"{asked.method} {asked.target} HTTP/1.1") > _LONGEST_LINE:
        return _invalid("Request URL too long")
    commas = [part for part in asked.params.get("filter", "").split(",") if ":" not in part]
    if "limit" not in asked.params and ("filter" not in asked.params or not commas):
        return None
    reason = "limit_param" if "limit" in asked.params else "raw_comma"
    body = {"error": _REJECTED, "error_source": "openalex-api-proxy", "message": reason.replace("_", " ")}
    return said(body, 400, {"x-openalex-edge-reject": f"f1:{reason}"})


def _single(world: World, asked: Asked, name: str) -> Answer:
    """X1, X7; it costs nothing."""
    if (moved := world.moved_works.get(name.upper())) is not None:
        place = asked.host + asked.target.replace(name, moved, 1)
        return Answer(301, b"", "text/html", {"Location": place})
    for prefix in ("https://doi.org/", "https://openalex.org/", "doi:"):
        name = name.removeprefix(prefix)
    wanted = {name.lower()}
    found = next((work for work in _works(world) if wanted & {*_ids(work), *_dois(work)}), None)
    if found is None:
        return Answer(404, _NOT_FOUND, _HTML)
    return _misselected(asked) or said(_parts(found, asked), 200, _credits(0))


def _listed(world: World, asked: Asked) -> Answer:
    """X2, X9: what is missing is absent, and the order is its own."""
    found = list(_works(world))
    for part in filter(None, asked.params.get("filter", "").split(",")):
        field, _, value = part.partition(":")
        wanted = value.lower().split("|")
        if len(wanted) > _MOST_VALUES:
            most = f"Decrease values to {_MOST_VALUES} or below, or consider downloading"
            return _invalid(f"Maximum number of values exceeded for {field}. {most}")
        if field not in _FILTERS:
            return _invalid(f"{field} is not a valid field")
        found = [work for work in found if _FILTERS[field](work, wanted)]
    return _misselected(asked) or _page(found[::-1], asked)


def _page(found: list[Work], asked: Asked) -> Answer:
    texts = [asked.params.get("page", "1"), asked.params.get("per_page", asked.params.get("per-page", "25"))]
    page, size = (int(text) if text.isdigit() else 0 for text in texts)
    if not page or not 1 <= size <= _MOST_ON_A_PAGE or page * size > _DEEPEST:
        return said({"error": "Pagination error.", "message": f"no such page: {texts}"}, 400)
    rows = [_parts(work, asked) for work in found[(page - 1) * size : page * size]]
    meta = {"count": len(found), "db_response_time_ms": 1, "page": page, "per_page": size, "groups_count": None}
    return said({"meta": meta, "results": rows}, 200, _credits(1))


def _credits(used: int) -> dict[str, str]:
    """X3, X4: what an answer says of the budget; `Reset` is in seconds."""
    names = {"Limit": 1000, "Remaining": 900, "Reset": 3600, "Credits-Used": used}
    return {f"X-RateLimit-{name}": str(value) for name, value in names.items()}


def _invalid(message: str) -> Answer:
    return said({"error": "Invalid query parameters error.", "message": message}, 400)


def _misselected(asked: Asked) -> Answer | None:
    """What is said of `select` where it names what no work has."""
    unknown = [name for name in asked.params.get("select", "").split(",") if name and name not in _PARTS]
    return _invalid(f"{unknown[0]} is not a valid select field") if unknown else None


def _parts(work: Work, asked: Asked) -> Work:
    names = asked.params.get("select")
    return {name: work[name] for name in names.split(",")} if names else work


def _works(world: World) -> Iterator[Work]:
    """The papers known, and what they cite as far as it has a name."""
    for record in world.known("openalex").values():
        yield _work(world, record)
    seen = {record.openalex_id for record in world.records.values()}  # one that is hidden is cited all the same: X9
    for record in world.records.values():
        for cited in record.references:
            name = _name(world, cited)
            if name and name not in seen:
                seen.add(name)
                yield _cited_work(name, cited)


def _work(world: World, record: Record) -> Work:
    merged = world.merged.get(record.id)
    names = [name for cited in record.references if (name := _name(world, cited))]
    return _described(
        record.openalex_id,
        merged or f"10.48550/arxiv.{record.id}",
        record.title,
        record.year,
        cites=[] if record.id in world.elided["openalex"] else names,
        arxiv_id=record.id,
        authors=record.authors,
        abstract=record.abstract,
    )


def _cited_work(name: str, cited: Cited) -> Work:
    given: dict[str, Any] = {"arxiv_id": cited} if isinstance(cited, str) else cited
    arxiv_id = given.get("arxiv_id")
    doi = given.get("doi") or (f"10.48550/arxiv.{arxiv_id}" if arxiv_id else None)
    return _described(name, doi, given.get("title"), given.get("year"), arxiv_id=arxiv_id)


def _described(
    name: str,
    doi: str | None,
    title: str | None,
    year: int | None,
    cites: Sequence[str] = (),
    arxiv_id: str | None = None,
    authors: Sequence[str] = (),
    abstract: str = "",
) -> Work:
    """A work: addresses, not ids; no arXiv id but in its places, there as `http` (recorded, as is `https`)."""
    id_, address = f"https://openalex.org/{name}", f"https://doi.org/{doi.lower()}" if doi else None
    places = [address] if address else []
    places += [f"http://arxiv.org/abs/{arxiv_id}"] if arxiv_id else []
    return {
        "id": id_,
        "doi": address,
        "title": title,
        "display_name": title,
        "publication_year": year,
        "ids": {"openalex": id_, **({"doi": address} if address else {})},
        "authorships": [{"author": {"display_name": author}, "raw_author_name": author} for author in authors],
        "locations": [{"landing_page_url": place} for place in places],
        "referenced_works_count": len(cites),
        "referenced_works": [f"https://openalex.org/{cited}" for cited in cites],
        "abstract_inverted_index": _inverted(abstract),
    }


def _inverted(text: str) -> dict[str, list[int]] | None:
    """An abstract as OpenAlex gives it: the places of each word."""
    found: dict[str, list[int]] = {}
    for place, word in enumerate(text.split()):
        found.setdefault(word, []).append(place)
    return found or None


def _name(world: World, cited: Cited) -> str | None:
    """The W id of a work cited; None where it has only a title, or only another service's id."""
    given: dict[str, Any] = {"arxiv_id": cited} if isinstance(cited, str) else cited
    if record := world.records.get(str(given.get("arxiv_id"))):
        return record.openalex_id
    key = given.get("arxiv_id") or given.get("doi")
    return openalex_id(key) if key else None


def _short(url: str) -> str:
    return url.rpartition("/")[2].lower()


def _dois(work: Work) -> set[str]:
    doi = str(work["doi"] or "")
    return {doi, doi.removeprefix("https://doi.org/")} - {""}


def _ids(work: Work) -> set[str]:
    return {_short(work["id"])}


def _addresses(work: Work) -> set[str]:
    return {str(place["landing_page_url"]).lower() for place in work["locations"]}


def _titled(work: Work, wanted: Sequence[str]) -> bool:
    """All words, for any of the titles asked for; not the service's ranking."""
    own = set(words(str(work["title"] or "")))
    return any(own >= set(words(title)) for title in wanted)


_PARTS = frozenset(_described("W0", None, None, None))
_FILTERS: dict[str, Callable[[Work, Sequence[str]], bool]] = {
    "doi": lambda work, wanted: not _dois(work).isdisjoint(wanted),
    "openalex": lambda work, wanted: not _ids(work).isdisjoint(map(_short, wanted)),
    "ids.openalex": lambda work, wanted: not _ids(work).isdisjoint(map(_short, wanted)),
    "locations.landing_page_url": lambda work, wanted: not _addresses(work).isdisjoint(wanted),
    "title.search": _titled,
}

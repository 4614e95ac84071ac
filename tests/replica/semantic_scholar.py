"""Semantic Scholar's Graph API (`/graph/v1`), as far as `kg` asks it.

Source: the service's specification, recorded answers and reports, as gathered in the project's reference (S1 to S12).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tests.replica.asked import Answer, Asked
from tests.replica.faults import said
from tests.replica.records import Cited, Record, corpus_id, s2_id
from tests.replica.titles import nearest, words
from tests.replica.world import World

_FIELDS = frozenset(
    """paperId corpusId externalIds title abstract year publicationDate authors journal venue referenceCount references
    citationCount url""".split()
)
_MOST_IDS = 500


def answer(world: World, asked: Asked) -> Answer:
    """The answer to one request."""
    key = world.keys.get("s2")
    if key is not None and asked.headers.get("x-api-key", key) != key:
        return said({"message": "Forbidden"}, 403)  # S9
    path = asked.path.removeprefix("/graph/v1")
    fields = asked.params.get("fields", "title").split(",")
    if unknown := [name for name in fields if name.partition(".")[0] not in _FIELDS]:
        return said({"error": f"Unrecognized or unsupported fields: [{', '.join(unknown)}]"}, 400)  # S7
    if path == "/paper/batch" and asked.method == "POST":
        return _batch(world, asked.body, fields)
    if path == "/paper/search/match":
        return _match(world, asked.params.get("query", ""), fields)
    if path == "/paper/search":
        return _search(world, asked.params.get("query", ""), fields)
    if path.startswith("/paper/"):
        return _single(world, asked, path.removeprefix("/paper/"), fields)
    return said({"message": "Missing Authentication Token"}, 403)


def _batch(world: World, body: object, fields: Sequence[str]) -> Answer:
    ids = body.get("ids") if isinstance(body, dict) else None
    if not isinstance(ids, list):
        return said({"error": "Bad input: ids"}, 400)
    if len(ids) > _MOST_IDS:
        return said({"error": f"Too many ids: at most {_MOST_IDS} (500) are allowed"}, 400)  # S3; text assumed
    if world.s2_size is not None and len(ids) > world.s2_size:
        return said({"error": "Response would exceed maximum size...."}, 400)  # S4
    found = [_find(world, str(name)) for name in ids]
    if not any(found) or not all(ids):
        return said({"error": "No valid paper ids given"}, 400)  # S2
    return said([record and _paper(world, record, fields) for record in found])  # S1


def _match(world: World, query: str, fields: Sequence[str]) -> Answer:
    """S11: always the nearest, right or wrong."""
    known = world.known("s2")
    wrong = world.wrong_matches.get(" ".join(words(query)))
    if wrong is not None:
        return said({"data": [{**_paper(world, world.records[wrong], fields), "matchScore": 60.1}]})
    found = nearest(query, known.values())
    if found is None:
        return said({"error": "Title match not found"}, 404)
    return said({"data": [{**_paper(world, found[0], fields), "matchScore": 30.5 * found[1]}]})


def _search(world: World, query: str, fields: Sequence[str]) -> Answer:
    wanted = set(words(query))
    found = [record for record in world.known("s2").values() if wanted & set(words(record.title))]
    rows = [_paper(world, record, fields) for record in found]
    return said({"total": len(rows), "offset": 0, **({"data": rows} if rows else {})})  # recorded: no `data` for none


def _single(world: World, asked: Asked, name: str, fields: Sequence[str]) -> Answer:
    listing = name.endswith("/references")
    record = _find(world, name.removesuffix("/references"))
    if record is None:
        return said({"error": f"Paper with id {name.removesuffix('/references')} not found"}, 404)  # S10
    if not listing:
        return said(_paper(world, record, fields))
    if record.id in world.elided["s2"]:
        return said({"data": None})  # S12; assumed
    offset, limit = int(asked.params.get("offset", 0)), int(asked.params.get("limit", 100))
    rows = [{"citedPaper": _reference(world, cited, fields)} for cited in record.references]
    more = {"next": offset + limit} if offset + limit < len(rows) else {}  # S12: no `next` on the last page
    return said({"offset": offset, **more, "data": rows[offset : offset + limit]})


def _find(world: World, name: str) -> Record | None:
    known = world.known("s2")
    kind, _, value = name.partition(":")
    if kind == "ARXIV":
        return known.get(value)
    if kind == "URL":
        return known.get(value.rpartition("/abs/")[2])
    if kind == "DOI" or name.startswith("10."):
        doi = (value if kind == "DOI" else name).lower()
        return next((r for r in known.values() if doi in {*(d.lower() for d in r.dois), _own_doi(r)}), None)
    if kind == "CorpusId":
        return next((r for r in known.values() if str(corpus_id(r.s2_id)) == value), None)
    return next((r for r in known.values() if r.s2_id == name), None)


def _own_doi(record: Record) -> str:
    return f"10.48550/arxiv.{record.id}".lower()


def _paper(world: World, record: Record, fields: Sequence[str]) -> dict[str, Any]:
    """The fields asked for; `paperId` always."""
    whole: dict[str, Any] = {
        "title": record.title,
        "abstract": record.abstract or None,
        "year": record.year,
        "publicationDate": record.created[0][:10],
        "authors": [{"authorId": None, "name": name} for name in record.authors],
        "externalIds": _external(record.id, record.dois[0] if record.dois else None, record.s2_id),
        "journal": {"name": record.journal_ref} if record.journal_ref else None,
        "venue": "arXiv.org",
        "corpusId": corpus_id(record.s2_id),
        "referenceCount": len(record.references),
        "citationCount": 0,
        "url": f"https://www.semanticscholar.org/paper/{record.s2_id}",
    }
    nested = [name.partition(".")[2] for name in fields if name.startswith("references.")]
    if nested or "references" in fields:
        elided = record.id in world.elided["s2"]
        rows = [_reference(world, cited, nested or ["title"]) for cited in record.references]
        whole["references"] = None if elided else rows  # S6
    return {"paperId": record.s2_id, **{name: whole[name] for name in _tops(fields) if name in whole}}


def _tops(fields: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name.partition(".")[0] for name in fields))


def _reference(world: World, cited: Cited, fields: Sequence[str]) -> dict[str, Any]:
    """S6: a reference of which no more is known than a title has no id at all."""
    given = {"arxiv_id": cited} if isinstance(cited, str) else cited
    record = world.records.get(str(given.get("arxiv_id")))
    arxiv_id, doi = given.get("arxiv_id"), given.get("doi") or (record.dois[0] if record and record.dois else None)
    name = arxiv_id or doi
    sha = given.get("s2_id") or (record.s2_id if record else s2_id(name) if name else None)
    whole: dict[str, Any] = {
        "externalIds": _external(arxiv_id, doi, sha) if sha else None,
        "title": given.get("title") or (record.title if record else None),
        "year": given.get("year") or (record.year if record else None),
    }
    return {"paperId": sha, **{name: whole[name] for name in fields if name in whole}}


def _external(arxiv_id: str | None, doi: str | None, sha: str) -> dict[str, Any]:
    ids = {"ArXiv": arxiv_id, "DOI": doi, "CorpusId": corpus_id(sha)}
    return {name: value for name, value in ids.items() if value is not None}

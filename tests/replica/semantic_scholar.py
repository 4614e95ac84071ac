"""Semantic Scholar's Graph API (`/graph/v1`), as far as `kg` asks it.

Source: the service's specification, recorded answers and reports, as gathered in the project's reference (S1 to S12).
"""

from __future__ import annotations

import re
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
_OF_REFERENCES = frozenset({"contexts", "intents", "isInfluential"})
_MOST_IDS = 500
_MOST_REFERENCES, _DEEPEST_REFERENCES = 1000, 10_000
_DEEPEST_SEARCH = 1000
_ID = re.compile(r"[0-9a-f]{40}|10\..+|(ARXIV|DOI|CorpusId|MAG|ACL|PMID|PMCID|URL):.+", re.IGNORECASE)


def answer(world: World, asked: Asked) -> Answer:
    """The answer to one request."""
    key = world.keys.get("s2")
    if key is not None and asked.headers.get("x-api-key", key) != key:
        return said({"message": "Forbidden"}, 403)  # S9
    path = asked.path.removeprefix("/graph/v1")
    fields = asked.params.get("fields", "title").split(",")
    allowed = _FIELDS | _OF_REFERENCES if path.endswith("/references") else _FIELDS
    if unknown := [name for name in fields if name.partition(".")[0] not in allowed]:
        return said({"error": f"Unrecognized or unsupported fields: [{', '.join(unknown)}]"}, 400)  # S7
    if path == "/paper/batch" and asked.method == "POST":
        return _batch(world, asked.body, fields)
    if path == "/paper/search/match":
        return _match(world, asked.params.get("query", ""), fields)
    if path == "/paper/search":
        return _search(world, asked, fields)
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
    names = _Names(world)
    found = [names.find(str(name)) for name in ids]
    if not any(found) or any(_malformed(name) for name in ids):
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


def _search(world: World, asked: Asked, fields: Sequence[str]) -> Answer:
    """All the words in title or abstract; not the service's ranking. Where nothing is found, no `data` (recorded)."""
    wanted = set(words(asked.params.get("query", "")))
    known = world.known("s2").values()
    found = [record for record in known if wanted and wanted <= {*words(record.title), *words(record.abstract)}]
    part = _part(asked, 100)
    if part is None or sum(part) > _DEEPEST_SEARCH:
        return said({"error": "Requested data for this limit and/or offset is not available"}, 400)  # text assumed
    if not found:
        return said({"total": 0, "offset": part[0]})
    rows = [_paper(world, record, fields) for record in found]
    return said({"total": len(rows), **_paged(rows, *part)})


def _single(world: World, asked: Asked, name: str, fields: Sequence[str]) -> Answer:
    """S10, S12."""
    listing = name.endswith("/references")
    record = _Names(world).find(name.removesuffix("/references"))
    if record is None:
        return said({"error": f"Paper with id {name.removesuffix('/references')} not found"}, 404)
    if not listing:
        return said(_paper(world, record, fields))
    if record.id in world.elided["s2"]:
        return said({"data": None})  # assumed
    part = _part(asked, _MOST_REFERENCES)
    if part is None or sum(part) >= _DEEPEST_REFERENCES:
        return said({"error": "limit or offset is out of range"}, 400)  # doc, observed; text assumed
    return said(_paged([_citing(world, cited, fields) for cited in record.references], *part))


def _citing(world: World, cited: Cited, fields: Sequence[str]) -> dict[str, Any]:
    """One row of a page of references: the paper cited, and how."""
    how: dict[str, Any] = {"contexts": [], "intents": [], "isInfluential": False}
    return {**{name: how[name] for name in fields if name in how}, "citedPaper": _reference(world, cited, fields)}


def _part(asked: Asked, most: int) -> tuple[int, int] | None:
    """Offset and limit; None where they are no numbers, or the limit is not between 1 and the most."""
    texts = (asked.params.get("offset", "0"), asked.params.get("limit", "100"))
    if not all(text.isdigit() for text in texts):
        return None
    offset, limit = map(int, texts)
    return (offset, limit) if 1 <= limit <= most else None


def _paged(rows: Sequence[object], offset: int, limit: int) -> dict[str, Any]:
    """A page; the last one has no `next` (recorded)."""
    more = {"next": offset + limit} if offset + limit < len(rows) else {}
    return {"offset": offset, **more, "data": rows[offset : offset + limit]}


class _Names:
    """The papers that Semantic Scholar knows, by all that names them."""

    def __init__(self, world: World) -> None:
        self._by_name: dict[str, Record] = {}
        for record in world.known("s2").values():
            dois = (*record.dois, f"10.48550/arXiv.{record.id}")
            names = (f"arxiv:{record.id}", record.s2_id, f"corpusid:{corpus_id(record.s2_id)}")
            for name in (*names, *(f"doi:{doi}".lower() for doi in dois)):
                self._by_name.setdefault(name, record)

    def find(self, name: str) -> Record | None:
        """The paper; an arXiv id with a version names none, and the DOI may stand alone (recorded)."""
        if name.startswith("10."):
            name = f"DOI:{name}"
        kind, _, value = name.partition(":")
        if kind == "URL":
            kind, value = "ARXIV", value.rpartition("/abs/")[2]
        return self._by_name.get(f"{kind.lower()}:{value if kind == 'ARXIV' else value.lower()}" if value else name)


def _malformed(name: object) -> bool:
    """What is no id at all, such as an empty text or the address of a DOI."""
    return not isinstance(name, str) or not _ID.fullmatch(name) or name.startswith("DOI:http")


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

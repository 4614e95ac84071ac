"""Papers as CSL-JSON, which Zotero and pandoc read: https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from kg.exports.keys import keyed
from kg.exports.names import Name, parted
from kg.exports.publication import issued, publication
from kg.exports.records import Kind
from kg.papers import Paper
from kg.text import squeezed

_TYPES: dict[Kind, str] = {
    "article": "article-journal",
    "conference": "paper-conference",
    "chapter": "chapter",
    "preprint": "article",
    "other": "document",
}


def to_csl_json(papers: Iterable[Paper]) -> str:
    """A JSON array with one item for each paper; `id` is its BibTeX key."""
    return json.dumps([_item(key, paper) for key, paper in keyed(papers)], ensure_ascii=False, indent=1) + "\n"


def _item(key: str, paper: Paper) -> dict[str, Any]:
    published = publication(paper)
    preprint = published.kind == "preprint"
    dated = [int(part) for part in issued(paper, published) if part]
    item = {
        "id": key,
        "type": _TYPES[published.kind],
        "title": paper.name,
        "author": [_person(name) for author in paper.authors if (name := parted(author.name)).family],
        "issued": {"date-parts": [dated]} if dated else None,
        "container-title": published.container,
        "collection-title": published.series,
        "volume": published.volume,
        "issue": published.number,
        "page": published.pages,
        "genre": "preprint" if preprint else None,
        "publisher": "arXiv" if preprint else None,
        "number": f"arXiv:{paper.arxiv_id}" if preprint else None,
        "archive": "arXiv" if paper.arxiv_id and not preprint else None,
        "archive_location": None if preprint else paper.arxiv_id,
        "DOI": paper.doi,
        "URL": paper.url,
        "note": published.note,
        "abstract": paper.abstract,
    }
    return {name: squeezed(value) if isinstance(value, str) else value for name, value in item.items() if value}


def _person(name: Name) -> dict[str, str]:
    if name.whole:
        return {"literal": name.family}
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {part: value for part, value in parts.items() if value}

"""Papers as RIS, written by rispy: the tags of https://en.wikipedia.org/wiki/RIS_(file_format) as Zotero reads them."""

from __future__ import annotations

from collections.abc import Iterable

from kg.exports.keys import keyed
from kg.exports.names import Name, parted
from kg.exports.publication import issued, publication
from kg.exports.records import Kind, Publication
from kg.papers import Paper
from kg.text import squeezed

_TYPES: dict[Kind, str] = {
    "article": "JOUR",
    "conference": "CONF",
    "chapter": "CHAP",
    "preprint": "UNPB",
    "other": "GEN",
}


def to_ris(papers: Iterable[Paper]) -> str:
    """One record for each paper; `ID` is its BibTeX key, `AN` its arXiv id."""
    import rispy

    class Writer(rispy.RisWriter):  # type: ignore[misc]  # rispy has no types
        def set_header(self, count: int) -> str:  # it would number the records, which is no part of RIS
            return ""

    records = [_record(key, paper, publication(paper)) for key, paper in keyed(papers)]
    return str(rispy.dumps(records, implementation=Writer)) if records else ""


def _record(key: str, paper: Paper, published: Publication) -> dict[str, str | list[str]]:
    """A record by rispy's names of the tags, each value one line."""
    year, month, day = issued(paper, published)
    first, _, last = (published.pages or "").partition("-")
    fields = {
        "type_of_reference": _TYPES[published.kind],
        "id": key,
        "authors": [_person(name) for author in paper.authors if (name := parted(author.name)).family],
        "title": paper.name,
        "secondary_title": published.container,
        "custom3": published.container if published.kind == "conference" else None,  # where EndNote and Zotero look
        "tertiary_title": published.series,
        "volume": published.volume,
        "number": published.number,
        "start_page": first,
        "end_page": last,
        "year": year,
        "date": "/".join(part for part in (year, month, day) if part),
        "publisher": "arXiv" if published.kind == "preprint" else None,
        "doi": paper.doi,
        "urls": [paper.url.replace(";", "%3B")] if paper.url else [],  # a semicolon parts addresses
        "accession_number": paper.arxiv_id and f"arXiv:{paper.arxiv_id}",
        "notes": [published.note] if published.note else [],
        "keywords": list(paper.categories),
        "abstract": paper.abstract,
    }
    return {name: _lines(value) for name, value in fields.items() if value}


def _person(name: Name) -> str:
    return ", ".join(part for part in (name.surname, name.given, name.suffix) if part)


def _lines(value: str | list[str]) -> str | list[str]:
    return squeezed(value) if isinstance(value, str) else [squeezed(one) for one in value]

"""Papers as BibTeX, written by bibtexparser.

Entry types and fields are those of BibTeX's own styles (Patashnik, BibTeXing, 1988); `eprint`, `archivePrefix` and
`primaryClass` are arXiv's (https://info.arxiv.org/help/hypertex/bibstyles/). Text beyond ASCII stays UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterable

from kg.exports.keys import keyed
from kg.exports.names import Name, and_others, parted
from kg.exports.publication import issued, publication
from kg.exports.records import Kind, Publication
from kg.exports.tex import tex, verbatim
from kg.papers import Paper

_TYPES: dict[Kind, str] = {"article": "article", "conference": "inproceedings", "chapter": "incollection"}
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def to_bibtex(papers: Iterable[Paper]) -> str:
    """One entry for each paper, under the key that `kg.exports.keys` gives it."""
    return "\n".join(entries(papers).values())


def entries(papers: Iterable[Paper]) -> dict[str, str]:
    """The entry of each paper, by the paper's id, in one bibliography of them all: no two have one key."""
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field
    from bibtexparser.writer import BibtexFormat

    style, written = BibtexFormat(), dict[str, str]()  # type: ignore[no-untyped-call]
    style.indent = "  "
    for key, paper in keyed(papers):
        published = publication(paper)
        fields = [Field(name, value) for name, value in _fields(paper, published).items()]
        library = Library([Entry(_TYPES.get(published.kind, "misc"), key, fields)])
        written[paper.id] = write_string(library, unparse_stack=[], bibtex_format=style)
    return written


def _fields(paper: Paper, published: Publication) -> dict[str, str]:
    """The fields of an entry, each in braces but for the month, which is one of BibTeX's abbreviations."""
    year, month, _ = issued(paper, published)
    people = [_person(name) for author in paper.authors if (name := parted(author.name)).family]
    if people and any(and_others(author.name) for author in paper.authors):
        people.append("others")  # BibTeX's word for et al.
    fields = {
        "title": "{" + tex(paper.name) + "}",
        "author": " and ".join(people),
        ("journal" if published.kind == "article" else "booktitle"): tex(published.container or ""),
        "series": tex(published.series or ""),
        "volume": tex(published.volume or ""),
        "number": tex(published.number or ""),
        "pages": tex(published.pages or "").replace("-", "--"),
        "year": tex(year or ""),
        "month": month or "",
        "note": tex(published.note or ""),
        "eprint": verbatim(paper.arxiv_id or ""),
        "archivePrefix": "arXiv" if paper.arxiv_id else "",
        "primaryClass": verbatim(paper.categories[0]) if paper.arxiv_id and paper.categories else "",
        "doi": verbatim(paper.doi or ""),
        "url": verbatim(paper.url or ""),
    }
    braced = {name: "{" + value + "}" for name, value in fields.items() if value}
    return braced | ({"month": _MONTHS[int(month) - 1]} if month else {})


def _person(name: Name) -> str:
    """A name as BibTeX reads it whatever it holds: `van Last, Jr., First`, or in braces where it is to stay whole."""
    if name.whole:
        return "{" + tex(name.family) + "}"
    return ", ".join(tex(part) for part in (name.surname, name.suffix, name.given) if part)

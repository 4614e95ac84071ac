"""Where a paper was published, as far as its journal reference and its DOI say so beyond doubt.

A comment (`accepted at ...`) is a promise, often about a workshop, and says nothing here.
"""

from __future__ import annotations

import re
from dataclasses import replace

from kg.exports.records import Publication
from kg.exports.references import read_journal_ref
from kg.exports.venues import of_doi
from kg.papers import Paper

_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?")


def publication(paper: Paper) -> Publication:
    """Where a paper was published; a parsed journal reference is believed before its DOI."""
    told = of_doi(paper.doi) if paper.doi else None
    said = read_journal_ref(paper.journal_ref) if paper.journal_ref else None
    if said is None or said.container is None:
        note = said.note if said else None
        return replace(told, note=note) if told else Publication("preprint" if paper.arxiv_id else "other", note=note)
    if told and told.kind == said.kind and _agree(told.year, said.year) and _agree(told.volume, said.volume):
        places = {name: getattr(said, name) or getattr(told, name) for name in ("volume", "number", "pages", "year")}
        return replace(said, **places)
    return said


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def issued(paper: Paper, published: Publication) -> tuple[str | None, str | None, str | None]:
    """(year, month, day) of the publication; of a preprint as its date says, of others the year alone.

    Where neither reference nor DOI says in which year a paper was published, it is that in which arXiv had it first.
    """
    dated = _DATE.match(paper.published or "")
    year, month, day = dated.groups() if dated else (None, None, None)
    if published.kind in {"preprint", "other"} and published.year is None:
        return year, month, day
    return published.year or year, None, None

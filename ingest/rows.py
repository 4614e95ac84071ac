"""Rows of tables as entries, by the headings of their columns. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.blocks import Block, Link
from ingest.citations import clean_title, parse_authors, venue_and_year
from ingest.entries import Entry, only_labels, plain
from kg.identifiers import title_key
from kg.links import PaperLink

_TITLE = frozenset({"title", "paper", "papers", "paper title", "name", "work", "article", "publication", "reference"})
_AUTHORS = frozenset({"author", "authors", "by", "who"})
_VENUE = frozenset({"venue", "conference", "journal", "published", "published in", "conf", "pub", "where", "source"})
_YEAR = frozenset({"year", "date", "when", "published on"})
_LINKS = frozenset({"link", "links", "pdf", "url", "arxiv", "code", "paper link", "materials", "github", "download"})


def entry_of_row(
    place: int, block: Block, section: tuple[str, ...], links: Sequence[tuple[Link, PaperLink]]
) -> Entry | None:
    """The work of a row whose columns are named; None when they are not, or it names several works or none."""
    cells = {cell.column: plain(block.text[cell.start : cell.end]) for cell in block.cells if cell.column}
    title = next((text for column, text in cells.items() if column in _TITLE and not only_labels(text)), None)
    if title is None or len({paper.key for _, paper in links if paper.arxiv_id}) > 1:
        return None
    if not links and (len(title.split()) < 3 or not cells.keys() & (_AUTHORS | _VENUE | _YEAR)):
        return None
    entry = Entry(place, section, block.line, [paper for _, paper in links], clean_title(title) or None)
    for column, text in cells.items():
        if column not in _TITLE and text:
            _take(entry, column, text)
    entry.link_text = next((link.text for link, _ in links if plain(link.text) == title), None)
    return entry


def _take(entry: Entry, column: str, text: str) -> None:
    if column in _AUTHORS:
        entry.authors = parse_authors(text) or (text,)
    elif column in _VENUE:
        venue, year = venue_and_year(text)
        entry.venue, entry.year = venue or text, entry.year or year
    elif column in _YEAR:
        entry.year = venue_and_year(text)[1] or entry.year
    elif column not in _LINKS and title_key(text) and not only_labels(text):
        entry.remarks.append(text)

"""Rows of tables as entries, by the headings of their columns. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.blocks import Block, Cell, Link
from ingest.citations import clean_title
from ingest.entries import Entry, is_generic, only_labels, plain
from ingest.people import parse_authors, surnames
from ingest.venues import venue_and_year
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
    cells = {cell.column.strip(" .:"): _said(block, cell) for cell in block.cells if cell.column}
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


def _said(block: Block, cell: Cell) -> str:
    """What a cell says beside `[pdf]` and the like."""
    text = list(block.text[cell.start : cell.end])
    for link in block.links:
        if cell.start <= link.start and link.end <= cell.end and is_generic(link) and link.end > link.start:
            text[link.start - cell.start : link.end - cell.start] = " " * (link.end - link.start)
    said = plain("".join(text)).strip(" ()[],|")
    return said if said else plain(block.text[cell.start : cell.end])


def _take(entry: Entry, column: str, text: str) -> None:
    if column in _AUTHORS:
        entry.authors = parse_authors(text) or surnames(text) or (text,)
    elif column in _VENUE:
        venue, year = venue_and_year(text)
        entry.venue, entry.year = venue or text, entry.year or year
    elif column in _YEAR:
        entry.year = venue_and_year(text)[1] or entry.year
    elif column not in _LINKS and title_key(text) and not only_labels(text):
        entry.remarks.append(text)

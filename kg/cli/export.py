"""`kg export`: papers for reference managers and spreadsheets, the graph for tools that draw it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from kg.cli.options import QUERY_SETTINGS, library_options, scope_option
from kg.cli.results import tell
from kg.errors import NotFound, UsageError
from kg.exports import FORMATS, GRAPH_WRITERS
from kg.filters import Scope
from kg.library import Library
from kg.papers import Paper
from kg.text import squeezed

_MOST_NAMED = 5  # of the papers that are not there


@click.command(context_settings=QUERY_SETTINGS)
@click.argument("query", nargs=-1, type=click.UNPROCESSED)
@click.option("--format", "format_", type=click.Choice((*FORMATS, *GRAPH_WRITERS)), default="bibtex", show_default=True)
@click.option(
    "--ids", metavar="FILE", help="Papers by their ids, DOIs or URLs instead of QUERY; - reads standard input."
)
@scope_option
@library_options
def export(library: Library, query: Sequence[str], format_: str, ids: str | None, scope: Scope) -> None:
    """Export the library, or what QUERY finds, or a set of papers, to standard output.

    bibtex, ris, csl-json, csv and jsonl are of the papers; graphml, gexf, node-link (JSON), nodes-csv and edges-csv are
    of the graph: the papers, what they are joined to (authors, categories, topics, headings, lists), and who says so.

    A QUERY is what `kg search` takes: words and filters, so a list, a topic or an author too. Every paper that has at
    least one of the words is exported, those that fit best first. What `kg search` finds only because it means
    something like the QUERY is not.

    --ids FILE names papers one by one, parted by spaces, commas or lines, and keeps their order; a line that begins
    with # is passed over.

    \b
    kg export > library.bib
    kg export 'topic:lottery-tickets year:2020..' > tickets.bib
    kg export --format ris list:wide-networks > wide.ris
    echo 1806.07572 1803.03635 | kg export --format csl-json --ids - > two.json
    kg export --format gexf > library.gexf
    """
    words = squeezed(" ".join(query))
    if ids is not None and (words or format_ in GRAPH_WRITERS):
        raise UsageError("--ids stands for a QUERY, and is for formats of papers: " + ", ".join(FORMATS))
    if format_ in GRAPH_WRITERS:
        tell(_notes(library, words))
        click.echo(GRAPH_WRITERS[format_](library.graph(words, scope)), nl=False)
        return
    papers = _found(library, words, scope) if ids is None else _named(library, ids)
    click.echo(FORMATS[format_].write(papers), nl=False)


def _found(library: Library, words: str, scope: Scope) -> list[Paper]:
    papers = library.selection(words, scope)
    notes = _notes(library, words)
    tell(notes if papers else (" ".join((*notes, "Nothing in the library matches: the export is empty.")),))
    return papers


def _notes(library: Library, words: str) -> tuple[str, ...]:
    """What `kg search` says of such a query: what could not be read, and which filter names nothing."""
    from search.hints import hints
    from search.query import parse

    query = parse(words)
    return (*query.notes, *hints(library.store, query.filters))


def _named(library: Library, file: str) -> list[Paper]:
    """The papers that a file names.

    :raises UsageError: it cannot be read, or names none.
    :raises NotFound: one of them is not in the library.
    """
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    pieces = (piece.strip(",;") for line in lines for piece in line.split())
    papers, unknown = library.papers([piece for piece in pieces if piece])
    if unknown:
        more = f" and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
        raise NotFound(f"{file}: not in the library: {', '.join(unknown[:_MOST_NAMED])[:300]}{more}; leave these out")
    if not papers:
        raise UsageError(f"{file}: names no paper")
    return papers

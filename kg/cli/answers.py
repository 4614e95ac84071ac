"""Commands that answer: search, related, show, export, status."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from kg.answers import RelatedResult, SearchResult
from kg.cli.options import Stopwatch, json_option, library_options, limit_option, print_json, scope_option
from kg.envelope import envelope, envelope_of_one
from kg.errors import UsageError
from kg.exports import GRAPH_WRITERS, WRITERS
from kg.filters import BY, MODES, SORTS, Filter, Mode, Related, Scope, Search
from kg.library import Library
from kg.papers import Author, Mention, Paper
from kg.text import squeezed

_MOST_UNRESOLVED = 10  # shown by `kg status`

# `-word` excludes a word: it is no option.
_WORDS = {"ignore_unknown_options": True}


@click.command(context_settings=_WORDS)
@click.argument("query", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--mode", type=click.Choice(MODES), default="hybrid", show_default=True, help="Which side searches.")
@scope_option
@limit_option
@json_option
@library_options
def search(library: Library, query: Sequence[str], mode: Mode, scope: Scope, limit: int, as_json: bool) -> None:
    """Search the library for QUERY.

    Words, "a phrase", -word, and filters: author: title: year:2019 year:2018..2020 cat:cs.LG topic: list: id:

    \b
    kg search 'double descent year:2018.. cat:stat'
    kg search --mode keyword '"lottery ticket" -vision'
    """
    watch = Stopwatch()
    answer = library.search(Search(squeezed(" ".join(query)), mode, scope=scope, limit=limit))
    if as_json:
        print_json(envelope(answer.results, answer.count, watch.ms, None, answer.notes, facets=answer.facets))
        return
    _tell(answer.notes)
    if answer.meant:
        _tell((f"Did you mean {answer.meant.id}, “{answer.meant.title}”?",))
    for rank, result in enumerate(answer.results, start=1):
        _print_result(rank, result)
    if not answer.results:
        click.echo("Nothing found." + _hint(library))


@click.command()
@click.argument("papers", nargs=-1, metavar="PAPER...")
@click.option("--not", "unwanted", multiple=True, metavar="PAPER", help="A paper that answers should not be like.")
@click.option("--text", metavar="FILE", help="A draft instead of PAPER; - reads standard input.")
@click.option("--by", type=click.Choice(BY), default="all", show_default=True, help="Which signals count.")
@click.option("--sort", type=click.Choice(SORTS), default="relevance", show_default=True, help="In which order.")
@click.option("--filter", "filters", metavar="QUERY", default="", help="Filters as in search: 'year:2019.. cat:cs.LG'.")
@scope_option
@limit_option
@json_option
@library_options
def related(
    library: Library,
    papers: Sequence[str],
    unwanted: Sequence[str],
    text: str | None,
    by: str,
    sort: str,
    filters: str,
    scope: Scope,
    limit: int,
    as_json: bool,
) -> None:
    """Papers related to PAPER (an id, URL or DOI), to several, or to a draft; and why.

    \b
    kg related 1806.07572
    kg related 1806.07572 1811.03962 --not 1812.11118 --by lists
    kg related 1806.07572 --by method --filter year:2020.. --sort newest
    kg related --text draft.txt
    """
    if bool(papers) == (text is not None):
        raise UsageError("give one or more PAPERs, or a draft with --text FILE")
    watch = Stopwatch()
    draft = _draft(text) if text is not None else None
    scope = Scope((*_filters(filters), *scope.filters), scope.everything)
    asked = Related(tuple(map(squeezed, papers)), tuple(map(squeezed, unwanted)), draft, by, scope, sort, limit)
    answer = library.related(asked)
    if as_json:
        print_json(envelope(answer.results, answer.count, watch.ms, None, answer.notes, facets=answer.facets))
        return
    _tell(answer.notes)
    for rank, result in enumerate(answer.results, start=1):
        _print_result(rank, result)
    if not answer.results:
        click.echo("Nothing related found." + _hint(library))


@click.command()
@click.argument("paper")
@json_option
@library_options
def show(library: Library, paper: str, as_json: bool) -> None:
    """Show PAPER with everything known: where it is listed, authors, topics, references, cited by."""
    watch = Stopwatch()
    answer = library.paper(squeezed(paper))
    if as_json:
        print_json(envelope_of_one(answer, watch.ms))
        return
    _print_paper(answer.paper)
    for found in answer.resolutions:
        click.echo(f"\nFound by {found.route}: {found.rule} (confidence {found.confidence:.2f})")
    if answer.references_state != "known":
        click.echo(f"\nReferences: {answer.references_state}")
    for label, neighbours in (("References", answer.references), ("Cited by", answer.cited_by)):
        if neighbours:
            click.secho(f"\n{label}", bold=True)
            for neighbour in neighbours:
                click.echo(f"  {neighbour.id}  {neighbour.title or ''}  [{', '.join(neighbour.sources)}]")


@click.command(context_settings=_WORDS)
@click.argument("query", nargs=-1, type=click.UNPROCESSED)
@click.option("--format", "format_", type=click.Choice((*WRITERS, *GRAPH_WRITERS)), default="bibtex", show_default=True)
@scope_option
@library_options
def export(library: Library, query: Sequence[str], format_: str, scope: Scope) -> None:
    """Export the library, or what QUERY finds, to standard output.

    bibtex, csv and jsonl are of the papers; graphml, gexf, node-link (JSON), nodes-csv and edges-csv are of the graph:
    the papers, what they are joined to (authors, categories, topics, headings, lists), and who says so.

    \b
    kg export > library.bib
    kg export 'topic:lottery-tickets year:2020..' > tickets.bib
    kg export --format gexf > library.gexf
    """
    words = squeezed(" ".join(query))
    if format_ in GRAPH_WRITERS:
        click.echo(GRAPH_WRITERS[format_](library.graph(words, scope)), nl=False)
    else:
        click.echo(WRITERS[format_](library.selection(words, scope)), nl=False)


@click.command()
@json_option
@library_options
def status(library: Library, as_json: bool) -> None:
    """Counts and health of the library."""
    watch = Stopwatch()
    found = library.status()
    if as_json:
        print_json(envelope_of_one(found, watch.ms))
        return
    for name, value in found.items():
        if not isinstance(value, list | dict | None):
            click.echo(f"{name.replace('_', ' '):18} {value}")
    states = ", ".join(f"{count} {state}" for state, count in found["references"].items() if count)
    click.echo(f"{'references':18} {states or 'none'}")
    for pause in found["paused"]:
        click.echo(f"{'paused':18} {pause['service']} until {pause['until'][:16]}")
    last = found["last_run"]
    click.echo(f"{'last run':18} {(last or {}).get('finished_at') or ('unfinished' if last else 'never')}")
    for problem in (last or {}).get("problems", []):
        click.echo(f"{'':18} {problem}")
    _print_unresolved(found["unresolved_works"])
    if not found["papers"]:
        click.echo(_hint(library).strip())


def _print_unresolved(works: Sequence[Mapping[str, Any]]) -> None:
    """The works that no service has described, where documents name them."""
    if works:
        click.echo("\nUnresolved, so known only from what lists say of them:")
    for work in works[:_MOST_UNRESOLVED]:
        click.echo(f"  {work['document']}:{work['line']}  {work['title'] or work['id']}")
    if len(works) > _MOST_UNRESOLVED:
        click.echo(f"  ... and {len(works) - _MOST_UNRESOLVED} more: `kg status --json` lists all")


def _filters(text: str) -> tuple[Filter, ...]:
    """The filters of a query that has nothing else."""
    from search.query import parse

    query = parse(text)
    if query.terms:
        raise UsageError(f"--filter {text!r}: only filters can stand here, such as year:2019.. author:name cat:cs.LG")
    return query.filters


def _draft(text: str) -> str:
    try:
        content = sys.stdin.read() if text == "-" else Path(text).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{text}: cannot be read: {error.strerror}") from error
    if not content.strip():
        raise UsageError(f"{text}: the draft is empty")
    return content


def _tell(notes: Sequence[str]) -> None:
    for note in notes:
        click.echo(f"note: {note}", err=True)


def _hint(library: Library) -> str:
    empty = not library.status()["papers"]
    return f" No papers in {library.config.data}: run `kg ingest SOURCE` first." if empty else ""


def _print_result(rank: int, result: SearchResult | RelatedResult) -> None:
    click.echo(f"{rank:3}. " + click.style(result.title or result.id, bold=True))
    line = " · ".join(part for part in (result.id, _people(result.authors), (result.published or "")[:4]) if part)
    click.echo(f"     {line}")
    if isinstance(result, RelatedResult):
        click.echo(f"     {result.score:.3f} = " + " + ".join(f"{r.contribution:.3f} {r.signal}" for r in result.why))
        for reason in result.why:
            click.secho(f"       {reason.signal}: {reason.evidence}", dim=True)
    elif result.snippet:
        shown = re.sub(r"\[\[(.*?)\]\]", lambda hit: click.style(hit[1], underline=True), result.snippet)
        click.echo(textwrap.indent(textwrap.fill(shown, 96), "     "))


def _people(authors: Sequence[Author]) -> str:
    names = [author.name for author in authors[:3]]
    return ", ".join(names) + (" et al." if len(authors) > 3 else "")


def _print_paper(paper: Paper) -> None:
    click.secho(paper.name, bold=True)
    click.echo(", ".join(author.name for author in paper.authors))
    facts = [
        paper.id,
        paper.published,
        " ".join(paper.categories),
        paper.url,
        paper.journal_ref,
        paper.comment,
    ]
    click.echo(" · ".join(fact for fact in facts if fact))
    if paper.withdrawn:
        click.secho("Withdrawn.", bold=True)
    if paper.abstract:
        click.echo("\n" + textwrap.fill(paper.abstract, 96))
    if paper.topics:
        click.echo("\nTopics: " + ", ".join(topic.label for topic in paper.topics))
    if paper.listed_in:
        click.secho("\nListed in", bold=True)
        for mention in paper.listed_in:
            _print_mention(mention)


def _print_mention(mention: Mention) -> None:
    click.echo(f"  {mention.document}:{mention.line}  {' › '.join(mention.section)}")
    if mention.remark:
        click.echo(textwrap.indent(textwrap.fill(mention.remark, 92), "    "))

"""Commands that answer: search, show, status."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import click

from kg.cli.options import (
    QUERY_SETTINGS,
    Stopwatch,
    json_option,
    library_options,
    limit_option,
    print_json,
    scope_option,
)
from kg.cli.results import emptiness, print_result, tell
from kg.envelope import envelope, envelope_of_one
from kg.filters import MODES, Mode, Scope, Search
from kg.library import Library
from kg.papers import Mention, Paper
from kg.text import squeezed

_MOST_UNRESOLVED = 10  # shown by `kg status`


@click.command(context_settings=QUERY_SETTINGS)
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
    tell(answer.notes)
    if answer.meant:
        tell((f"Did you mean {answer.meant.id}, “{answer.meant.title}”?",))
    for rank, result in enumerate(answer.results, start=1):
        print_result(rank, result)
    if not answer.results:
        click.echo(f"Nothing found. {emptiness(library)}".strip())


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
        click.echo(emptiness(library))


def _print_unresolved(works: Sequence[Mapping[str, Any]]) -> None:
    """The works that no service has described, where documents name them."""
    if works:
        click.echo("\nUnresolved, so known only from what lists say of them:")
    for work in works[:_MOST_UNRESOLVED]:
        click.echo(f"  {work['document']}:{work['line']}  {work['title'] or work['id']}")
    if len(works) > _MOST_UNRESOLVED:
        click.echo(f"  ... and {len(works) - _MOST_UNRESOLVED} more: `kg status --json` lists all")


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

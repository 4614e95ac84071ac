"""Commands that ask the graph: path, gaps."""

from __future__ import annotations

import click

from kg.answers import GapResult
from kg.answers_graph import PathNode
from kg.cli.options import Stopwatch, json_option, library_options, limit_option, print_json
from kg.cli.results import emptiness
from kg.cli.table import number_of
from kg.envelope import envelope, envelope_of_one
from kg.library import Library
from kg.text import squeezed


@click.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@json_option
@library_options
def path(library: Library, one: str, other: str, as_json: bool) -> None:
    """Show a shortest path between A and B, with the evidence of every step.

    A and B are papers, authors or topics: an id, URL or DOI of a paper, or else the id or name of an author or a
    topic; author:NAME and topic:NAME say which. Paths go through papers, authors, topics and headings of lists. Of
    several shortest ones the one whose middles join the least is shown: it says most. That nothing joins the two is an
    answer too: exit code 0, and with --json no nodes and no steps.

    \b
    kg path 1806.07572 1803.03635
    kg path "Jonathan Frankle" topic:kernels
    """
    watch = Stopwatch()
    answer = library.path(one, other)
    if as_json:
        print_json(envelope_of_one(answer, watch.ms))
        return
    if not answer.nodes:
        click.echo(f"No path joins {_named(answer.from_)} and {_named(answer.to)}.")
        return
    click.echo(_named(answer.nodes[0]))
    for node, step in zip(answer.nodes[1:], answer.steps, strict=True):
        click.secho(f"  {squeezed(step.evidence)}  [{step.source}]", dim=True)
        click.echo(_named(node))


@click.command()
@click.argument("reading_list", metavar="[LIST]", required=False)
@limit_option
@json_option
@library_options
def gaps(library: Library, reading_list: str | None, limit: int, as_json: bool) -> None:
    """Papers that the library points at and no list holds; with LIST, not that list.

    LIST is a list's id, title or document. Papers that its papers cite, are similar to, or stand beside in other lists
    come with the reasons, which add up to the score; without LIST what all lists together cite. Withdrawn papers, and
    other forms of a paper that is listed, are left out.

    \b
    kg gaps
    kg gaps my-reading-list --limit 20
    """
    watch = Stopwatch()
    answer = library.gaps(squeezed(reading_list) if reading_list is not None else None, limit)
    if as_json:
        print_json(envelope(answer.results, answer.count, watch.ms, None, answer.notes))
        return
    empty = emptiness(library)
    for note in () if empty else answer.notes:
        click.echo(f"note: {note}", err=True)
    for rank, result in enumerate(answer.results, start=1):
        _print_gap(rank, result)
    if answer.count > len(answer.results):
        click.echo(f"{len(answer.results)} of {number_of(answer.count, 'gap')}: --limit shows more.")
    elif not answer.results:
        click.echo(f"No gaps found. {empty}".strip())


def _named(node: PathNode) -> str:
    return f"{click.style(squeezed(node.label), bold=True)} ({node.kind} {squeezed(node.id)})"


def _print_gap(rank: int, result: GapResult) -> None:
    click.echo(f"{rank:3}. " + click.style(result.title or result.id, bold=True))
    kept = "" if result.in_library else "only cited"
    click.echo("     " + " · ".join(part for part in (result.id, (result.published or "")[:4], kept) if part))
    click.echo(f"     {result.score:.3f} = " + " + ".join(f"{r.contribution:.3f} {r.signal}" for r in result.why))
    for reason in result.why:
        click.secho(f"       {reason.evidence}", dim=True)

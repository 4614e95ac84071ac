"""Commands that read documents: ingest, extract."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import Stopwatch, json_option, library_options, print_json
from kg.cli.progress import progress_bar
from kg.cli.table import number_of, print_mentions
from kg.envelope import envelope_of_one, plain
from kg.errors import UsageError
from kg.library import Library
from kg.text import squeezed

if TYPE_CHECKING:
    from ingest.outcome import Outcome
    from kg.answers_news import Change, News
    from kg.refresh import Options

_MOST_NEW = 5  # papers and mentions that are shown as new
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--offline", is_flag=True, help="Touch no network.")
@click.option("--full", is_flag=True, help="Ask arXiv again for what is still fresh.")
@click.option("--no-references", is_flag=True, help="Ask neither Semantic Scholar nor OpenAlex what papers cite.")
@click.option("--set", "set_name", metavar="SET", help="Harvest a set of arXiv over OAI-PMH too, as in `--set cs.LG`.")
@click.option(
    "--since",
    type=click.DateTime(("%Y-%m-%d",)),
    metavar="DATE",
    help="With --set: what changed since that day (YYYY-MM-DD); without it, since the last harvest.",
)
@click.option(
    "--encoder",
    type=click.Choice(("full", "static", "none")),
    help="full: the model itself; static: one distilled from it, much faster and less able, for hundreds of thousands "
    "of papers; none: do not embed now. "
    "[default: as the library was embedded before, else full, but static above 50,000 papers]",
)
@click.option(
    "--snapshot",
    type=_FILE,
    metavar="FILE",
    help="Load metadata in the form of arXiv's public snapshot (JSON Lines, .gz too); no network.",
)
@click.option(
    "--citations",
    type=_FILE,
    metavar="FILE",
    help="Load citations: a table with the columns citing and cited, by tabs.",
)
@click.option(
    "--facts",
    type=_FILE,
    metavar="FILE",
    help="Titles, authors and dates (a snapshot without abstracts) to use until arXiv has answered.",
)
@click.option("--allow-private", is_flag=True, help="Fetch URLs on private addresses too.")
@json_option
@library_options
def ingest(library: Library, sources: Sequence[str], as_json: bool, **chosen: Any) -> None:
    """Read documents, find what they cite, fetch it from arXiv, embed and index it.

    SOURCE is a file, a folder, a glob or a URL; without one, the known sources are read again and what is
    stale is asked from arXiv. What arXiv's query API does not give comes from its OAI-PMH service, then from
    Semantic Scholar; references come from Semantic Scholar, then from OpenAlex. Interrupted, it goes on at the
    next call. Exit code 3: something is missing, run it again later.

    \b
    kg ingest awesome-list.md notes/ 'papers/*.txt'
    kg ingest
    kg ingest --set cs.LG --since 2026-01-01
    """
    from kg.refresh import refresh, summary

    watch = Stopwatch()
    options = _options(sources, **chosen)
    with progress_bar() as progress:
        outcome = refresh(library, options, progress, _say)
    for line in (*outcome.problems, *outcome.notes):
        _say(f"kg: {line}")
    if as_json:
        print_json(envelope_of_one(summary(outcome), watch.ms))
    else:
        _print_summary(library, outcome)
    nothing = sources and not (outcome.read or outcome.unchanged or options.files)
    if outcome.problems:
        sys.exit(1 if nothing else 3)


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--allow-private", is_flag=True, help="Fetch URLs on private addresses too.")
@json_option
@library_options
def extract(library: Library, sources: Sequence[str], allow_private: bool, as_json: bool) -> None:
    """Show the citations found in documents, storing nothing.

    Each is shown under its headings: line, how it is named (an arXiv id, a site, or by its title), title or (what the
    document calls it), authors and year, and below it what the document says of it.

    \b
    kg extract notes.md 'slides/*.pdf'
    kg extract https://example.org/reading-list.html --json
    """
    from ingest.reading import extract as find

    with progress_bar() as progress:
        mentions, problems, read = find(sources, allow_private, progress)
    if as_json:
        print_json({"mentions": [plain(mention) for mention in mentions]})
    else:
        print_mentions(mentions)
    for problem in problems:
        _say(f"kg: {problem}")
    if problems:
        sys.exit(3 if read else 1)


def _options(
    sources: Sequence[str],
    encoder: str | None,
    no_references: bool,
    since: datetime | None,
    **others: Any,
) -> Options:
    """What the command's options ask for."""
    from kg.refresh import Options

    _check_harvest(others["set_name"], since, others["offline"] or others["snapshot"] is not None)
    return Options(
        tuple(sources),
        encoder=encoder,
        references=not no_references,
        since=since.date() if since else None,
        **others,
    )


def _check_harvest(set_name: str | None, since: datetime | None, offline: bool) -> None:
    from ingest.harvest import EARLIEST

    if since and not set_name:
        raise UsageError("--since needs --set: which set of arXiv, as in `--set cs.LG`?")
    if set_name and offline:
        raise UsageError("--set asks arXiv, and --offline and --snapshot touch no network: leave one of them out")
    if since and since.date() < EARLIEST:
        raise UsageError(f"--since {since.date()}: arXiv's records begin on {EARLIEST}")
    if since and since.date() > datetime.now(UTC).date():
        raise UsageError(f"--since {since.date()} is in the future")


def _print_summary(library: Library, outcome: Outcome) -> None:
    found, unknown = library.status(), outcome.unknown
    asked = ", ".join(f"{count} to {service}" for service, count in outcome.requests_to.items() if count)
    click.echo(
        f"{number_of(outcome.read, 'document')} read, {outcome.unchanged} unchanged; "
        f"{number_of(sum(outcome.requests_to.values()), 'request')}{f': {asked}' if asked else ''}.\n"
        f"The library holds {number_of(found['papers'], 'paper')} from {number_of(found['documents'], 'document')}: "
        f"{found['with_abstract']} with abstract, {found['references_known']} with references, "
        f"{found['embedded']} embedded, {found['unresolved']} unresolved."
    )
    if outcome.harvested:
        click.echo(f"{number_of(outcome.harvested, 'record')} harvested.")
    for document in outcome.removed:
        click.echo(f"{document} is no longer there: its mentions were removed.")
    if outcome.news.papers < found["papers"]:  # of the first run everything is new
        _print_news(outcome.news)
    for change in outcome.changes:
        click.echo(_told(change))
    if unknown:
        shown = ", ".join(unknown[:5]) + (f" and {len(unknown) - 5} more" if len(unknown) > 5 else "")
        click.echo(f"arXiv does not know {shown}.")


def _print_news(news: News) -> None:
    """What has come since the last run."""
    if news.papers:
        click.echo(f"{number_of(news.papers, 'new paper')}:")
        for paper in news.first_papers[:_MOST_NEW]:
            click.echo(f"  {paper.paper}  {paper.title or ''}".rstrip())
        _print_rest(news.papers)
    if news.mentions:
        click.echo(f"{number_of(news.mentions, 'new mention')}:")
        for mention in news.first_mentions[:_MOST_NEW]:
            click.echo(f"  {mention.document}:{mention.line}  {mention.title or mention.paper}")
        _print_rest(news.mentions)


def _print_rest(count: int) -> None:
    if count > _MOST_NEW:
        click.echo(f"  ... and {count - _MOST_NEW} more")


def _told(change: Change) -> str:
    """A change as a line."""
    if change.what == "version":
        return f"{change.paper} has a new version: {change.before} is now {change.after} ({change.title})."
    if change.what == "withdrawn":
        return f"{change.paper} was withdrawn: {change.after}"
    return f"{change.paper} has a new title: “{change.before}” is now “{change.after}”."


def _say(line: str) -> None:
    click.echo(squeezed(line), err=True)

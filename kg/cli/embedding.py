"""The command that embeds what is not embedded yet: embed."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from types import FrameType

import click

from kg.cli.options import Stopwatch, json_option, library_options, print_json
from kg.cli.progress import progress_bar
from kg.cli.table import number_of
from kg.envelope import envelope_of_one
from kg.library import Library
from kg.text import squeezed


@click.command()
@click.option("--limit", type=click.IntRange(0), metavar="N", help="Texts in this run; 0 only indexes. [default: all]")
@click.option("--minutes", type=click.FloatRange(0), metavar="M", help="Begin nothing more after so many minutes.")
@click.option(
    "--ray", metavar="ADDRESS", help="Embed on the machines of a Ray cluster: auto, HOST:6379, ray://HOST:10001."
)
@json_option
@library_options
def embed(library: Library, limit: int | None, minutes: float | None, ray: str | None, as_json: bool) -> None:
    """Let the full model catch up where a static one was quicker, or embed what is left.

    The most useful papers come first: those that your lists hold, their nearest, what these cite and are cited by, then
    the most cited and the newest. What is embedded answers at once, beside the static vectors. Stopped at any
    moment (Ctrl-C) it goes on at the next call; nothing is embedded twice.

    \b
    kg ingest --snapshot arxiv-metadata-oai-snapshot.json --encoder static
    kg embed --minutes 60
    kg embed
    kg embed --ray auto
    """
    from kg.embedding import catch_up

    watch = Stopwatch()
    with progress_bar() as progress, _stopped_in_order():
        found = catch_up(library, limit, None if minutes is None else minutes * 60, progress, _say, ray)
    if as_json:
        print_json(envelope_of_one(asdict(found), watch.ms))
        return
    left = "nothing is left." if found.complete else "`kg embed` goes on."
    rate = f" ({found.texts / found.seconds:.0f} a second)" if found.texts else ""
    click.echo(f"{number_of(found.texts, 'text')} embedded{rate}; {left}")


@contextmanager
def _stopped_in_order() -> Iterator[None]:
    """Ctrl-C, and a signal to end, leave with one line: what was embedded is kept."""

    def stop(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        _say("kg: stopped; what was embedded is kept: `kg embed` goes on, and `kg embed --limit 0` lets it answer")
        sys.exit(3)
    finally:
        signal.signal(signal.SIGTERM, before)


def _say(line: str) -> None:
    click.echo(squeezed(line), err=True)

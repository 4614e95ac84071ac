"""Commands that keep a library safe: doctor, backup, restore."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from kg.cli.options import Stopwatch, json_option, library_options, print_json
from kg.cli.table import number_of
from kg.config import DEFAULT_DATA, Config
from kg.envelope import envelope, envelope_of_one
from kg.library import Library
from kg.text import squeezed

if TYPE_CHECKING:
    from kg.doctor import Finding


def _permitted(command: Callable[..., Any]) -> Callable[..., Any]:
    """Look at permissions before settings are read from the folder; while they are wrong, nothing else is opened."""

    @functools.wraps(command)
    def permitted(check: bool, data: str | None, as_json: bool, **others: Any) -> Any:
        from kg.doctor import permissions

        watch = Stopwatch()
        folder = Path(data or os.environ.get("KG_DATA") or DEFAULT_DATA)
        found = permissions(Config(data=folder), not check)
        if any(finding.mended is None for finding in found):
            _tell(found, as_json, watch)
        return command(check=check, data=data, as_json=as_json, permitted=found, watch=watch, **others)

    return permitted


@click.command()
@click.option("--check", is_flag=True, help="Only look; change nothing.")
@json_option
@_permitted
@library_options
def doctor(library: Library, permitted: list[Finding], check: bool, as_json: bool, watch: Stopwatch) -> None:
    """Find what is wrong with the library, and mend it.

    Looks at permissions, at what killed runs left behind, at every page of the database, its rows, full text and
    vectors, and at index, graph and map to the last bit. Nothing that cannot be made again is removed; for what cannot
    be mended it says what to do. Exit code 1: something is still wrong.

    \b
    kg doctor
    kg doctor --check --json
    """
    from kg.doctor import examine

    found = examine(library, not check, lambda line: click.echo(squeezed(line), err=True))
    _tell([*permitted, *found], as_json, watch)


def _tell(findings: list[Finding], as_json: bool, watch: Stopwatch) -> NoReturn:
    """Print what was found, and exit with 1 if something is still wrong."""
    left = sum(finding.mended is None for finding in findings)
    if as_json:
        print_json(envelope(findings, len(findings), watch.ms))
    else:
        for finding in findings:
            done = f"mended: {finding.mended}" if finding.mended else finding.advice
            click.echo(f"{finding.check:12} {finding.problem}\n{'':12} {done}")
        count = f"{number_of(len(findings), 'fault')} found, {len(findings) - left} mended."
        click.echo(count if findings else "All is well.")
    sys.exit(left > 0)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@json_option
@library_options
def backup(library: Library, file: Path | None, as_json: bool) -> None:
    """Copy the library to FILE (or a folder), whole and checked, while it is in use.

    Without FILE, to `backups` in the library's folder. The copy is one SQLite file with all papers, lists, references
    and vectors; what is made from these is left out, and so is kg.toml. `kg restore` is the way back.

    \b
    kg backup
    kg backup /media/disk/library.db
    """
    from kg.backup import back_up

    watch = Stopwatch()
    made = back_up(library.config, file)
    if as_json:
        print_json(envelope_of_one(made, watch.ms))
        return
    held = f"{number_of(made.papers, 'paper')} from {number_of(made.documents, 'document')}"
    click.echo(f"{made.file}: {held}, {made.bytes / 2**20:.1f} MiB.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@library_options
def restore(library: Library, file: Path, as_json: bool) -> None:
    """Put the copy FILE that `kg backup` made in the place of the library.

    What the library holds now is kept as a copy first. `kg serve` need not be stopped.

    \b
    kg restore data/backups/kg-20260101T120000.000000Z.db
    """
    from kg.backup import restore as put_back

    watch = Stopwatch()
    done = put_back(library, file, lambda line: click.echo(squeezed(line), err=True))
    if as_json:
        print_json(envelope_of_one(done, watch.ms))
        return
    held = f"{number_of(done.papers, 'paper')} from {number_of(done.documents, 'document')}"
    before = f" What was there before is in {done.before}." if done.before else ""
    click.echo(f"{done.file} holds {held} again.{before}")

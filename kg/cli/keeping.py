"""Commands that keep a library safe: doctor, backup, restore."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg.cli.options import Stopwatch, json_option, library_options, print_json
from kg.cli.table import number_of
from kg.envelope import envelope, envelope_of_one
from kg.library import Library
from kg.text import squeezed


@click.command()
@click.option("--check", is_flag=True, help="Only look; change nothing.")
@json_option
@library_options
def doctor(library: Library, check: bool, as_json: bool) -> None:
    """Find what is wrong with the library, and mend it.

    Looks at permissions, at what killed runs left behind, at every page of the database, its rows, full text and
    vectors, and at index, graph and map to the last bit. Nothing that cannot be made again is removed; for what cannot
    be mended it says what to do. Exit code 1: something is still wrong.

    \b
    kg doctor
    kg doctor --check --json
    """
    from kg.doctor import examine

    watch = Stopwatch()
    findings = examine(library, not check, lambda line: click.echo(squeezed(line), err=True))
    if as_json:
        print_json(envelope(findings, len(findings), watch.ms))
    else:
        for finding in findings:
            done = f"mended: {finding.mended}" if finding.mended else finding.advice
            click.echo(f"{finding.check:12} {finding.problem}\n{'':12} {done}")
        left = sum(finding.mended is None for finding in findings)
        click.echo(
            f"{number_of(len(findings), 'fault')} found, {len(findings) - left} mended." if findings else "All is well."
        )
    sys.exit(any(finding.mended is None for finding in findings))


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

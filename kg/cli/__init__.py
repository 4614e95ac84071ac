"""The `kg` command: each command checks its words, asks the library once, and prints."""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

import click

from kg import __version__
from kg.cli.answers import search, show, status
from kg.cli.embedding import embed
from kg.cli.evaluation import evaluate, evaluate_citations
from kg.cli.export import export
from kg.cli.graph import gaps, path
from kg.cli.ingest import extract, ingest
from kg.cli.keeping import backup, doctor, restore
from kg.cli.mcp import mcp
from kg.cli.related import related
from kg.cli.serve import serve
from kg.errors import KgError


class _Group(click.Group):
    """Commands in the order in which a newcomer needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kg")
def kg() -> None:
    """Turn reading lists into a library that answers.

    \b
    kg ingest my-list.md              read it, fetch what it cites, embed, index
    kg search "why do wide networks generalize"
    kg related 1806.07572             what belongs beside this paper, and why
    kg serve                          the same in the browser
    """


for command in (
    ingest,
    embed,
    extract,
    search,
    related,
    show,
    path,
    gaps,
    export,
    status,
    serve,
    mcp,
    doctor,
    backup,
    restore,
    evaluate,
    evaluate_citations,
):
    kg.add_command(command)


def main(args: list[str] | None = None) -> Any:
    """Run the command; errors become one line and an exit code."""
    try:
        return kg.main(args=args, prog_name="kg")
    except KgError as error:
        _fail(str(error), error.exit_code)
    except BrokenPipeError:
        # The reader of a pipe (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _fail(f"cannot write: {error.strerror or error}", 1)
    except Exception as error:
        from kg.store import DatabaseError

        if not isinstance(error, DatabaseError):
            raise
        _fail(
            f"the library cannot be read or written: {error}; is the disk full, or the file damaged? `kg doctor` looks",
            1,
        )


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"kg: {' '.join(message.split())}", err=True)
    sys.exit(code)

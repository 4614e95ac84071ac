"""The command that lets assistants ask, over the Model Context Protocol."""

from __future__ import annotations

import sys

import click

from kg.cli.options import library_options
from kg.errors import UsageError
from kg.library import Library

_SDK = ("mcp", "mcp_types")


@click.command()
@library_options
def mcp(library: Library) -> None:
    """Answer AI assistants, over the Model Context Protocol on standard input and output.

    An assistant starts it and asks by its tools: search, paper, related, related_work, path and gaps. It only reads.
    The folder is best given in full, since assistants run it wherever they are.

    \b
    kg mcp --data /home/me/papers/data
    """
    try:
        from kg.tools.server import serve
    except ImportError as error:
        if (error.name or "").split(".")[0] not in _SDK:
            raise
        raise UsageError(
            "the SDK of the Model Context Protocol is not installed, or too old: "
            f"run `{sys.executable} -m pip install 'mcp>=2.3'`"
        ) from None
    if sys.stdin.isatty():
        click.echo("Waiting for an assistant's messages on standard input; Ctrl-D ends it.", err=True)
    serve(library)

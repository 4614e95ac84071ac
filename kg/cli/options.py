"""Options that commands share, and how they print."""

from __future__ import annotations

import functools
import json
import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

import click

from kg.config import DEVICES, Config
from kg.filters import Scope
from kg.library import Library

_Command = TypeVar("_Command", bound=Callable[..., Any])


def library_options(command: _Command) -> Callable[..., Any]:
    """`--data`, `--model`, `--device`: the command gets an open `library` instead of them."""

    @click.option("--data", metavar="DIR", help="The library's folder. [env KG_DATA; default ./data]")
    @click.option("--model", metavar="NAME", help="A sentence-transformers model: a name or a folder. [env KG_MODEL]")
    @click.option("--device", type=click.Choice(DEVICES), help="Where to compute. [env KG_DEVICE; default auto]")
    @functools.wraps(command)
    def with_library(data: str | None, model: str | None, device: str | None, **others: Any) -> Any:
        config = Config.load({"data": data, "model": model, "device": device}, os.environ)
        library = Library(config)
        try:
            return command(library=library, **others)
        finally:
            library.close()

    return with_library


def scope_option(command: _Command) -> Callable[..., Any]:
    """`--all`: the command gets a `scope`."""

    @click.option(
        "--all", "everything", is_flag=True, help="Also works that are known only because a paper cites them."
    )
    @functools.wraps(command)
    def with_scope(everything: bool, **others: Any) -> Any:
        return command(scope=Scope(everything=everything), **others)

    return with_scope


# For commands that take a query: `-word` excludes a word, it is no option.
QUERY_SETTINGS = {"ignore_unknown_options": True}
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
limit_option = click.option(
    "--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many results."
)


def print_json(document: Any) -> None:
    """Print a document as JSON, text as it is."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


class Stopwatch:
    """Milliseconds since it was made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    @property
    def ms(self) -> float:
        """Milliseconds so far."""
        return (time.perf_counter() - self._start) * 1000

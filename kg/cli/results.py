"""How commands print papers, one after the other, and what there is to know of an answer."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

import click

from kg.answers import RelatedResult, SearchResult
from kg.answers_work import RelatedWorkResult, Support
from kg.library import Library
from kg.papers import Author

_WIDE = 96  # columns


def tell(notes: Sequence[str]) -> None:
    """What the user should know beside the answer, on standard error."""
    for note in notes:
        click.echo(f"note: {note}", err=True)


def emptiness(library: Library) -> str:
    """What to do next where the library is empty; nothing where it is not."""
    return "" if library.count() else library.config.no_papers


def print_result(rank: int, result: SearchResult | RelatedResult, at: bool = True) -> None:
    """A result with its rank and why it is one; `at` which sentence of a draft, unless that stands above."""
    click.echo(f"{rank:3}. " + click.style(result.title or result.id, bold=True))
    line = " · ".join(part for part in (result.id, _people(result.authors), (result.published or "")[:4]) if part)
    click.echo(f"     {line}")
    if isinstance(result, SearchResult):
        if result.snippet:
            shown = re.sub(r"\[\[(.*?)\]\]", lambda hit: click.style(hit[1], underline=True), result.snippet)
            click.echo(textwrap.indent(textwrap.fill(shown, _WIDE), "     "))
        return
    if at and isinstance(result, RelatedWorkResult) and result.supports:
        print_sentence(result.supports)
    click.echo(f"     {result.score:.3f} = " + " + ".join(f"{r.contribution:.3f} {r.signal}" for r in result.why))
    for reason in result.why:
        click.secho(f"       {reason.signal}: {reason.evidence}", dim=True)


def print_sentence(support: Support) -> None:
    """The sentence of a draft that a paper supports."""
    text = f"line {support.line}: “{support.sentence}” (cosine {support.similarity:.2f})"
    click.secho(textwrap.indent(textwrap.fill(text, _WIDE), "     "), fg="green")


def _people(authors: Sequence[Author]) -> str:
    names = [author.name for author in authors[:3]]
    return ", ".join(names) + (" et al." if len(authors) > 3 else "")

"""The citations of documents as a table that a person can check at a glance."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from urllib.parse import urlsplit

import click

from kg.papers import Mention

_NAMED_BY = 18  # columns for how a work is named: an arXiv id, a host, or its title alone
_SAID_BY = 26  # columns for who wrote it, and when
_WIDEST = 140


def print_mentions(mentions: Sequence[Mention]) -> None:
    """Print the citations of each document under its headings, each with what the document says of it."""
    width = min(shutil.get_terminal_size((110, 24)).columns, _WIDEST)
    for document, found in groupby(mentions, key=lambda mention: mention.document):
        inside = list(found)
        click.secho(f"{document}: {_counted(inside)}", bold=True)
        for section, entries in groupby(inside, key=lambda mention: mention.section):
            if section:
                click.secho(cut(f"  {' › '.join(section)}", width), fg="cyan")
            for entry in entries:
                _print_entry(entry, width)
    click.echo(number_of(len(mentions), "citation"))


def cut(text: str, width: int) -> str:
    """`text` in at most `width` characters; an ellipsis shows that something is missing."""
    return text if len(text) <= width else text[: width - 1] + "…"


def _print_entry(mention: Mention, width: int) -> None:
    room = max(width - 7 - _NAMED_BY - 2 - _SAID_BY - 2, 20)
    click.echo(
        f"{mention.line:5}  {cut(_named_by(mention), _NAMED_BY):{_NAMED_BY}}  "
        f"{cut(_name(mention), room):{room}}  {cut(_said_by(mention), _SAID_BY)}".rstrip()
    )
    if mention.remark:
        click.secho(f"{'':7}{cut(f'“{mention.remark}”', width - 7)}", dim=True)


def _named_by(mention: Mention) -> str:
    if mention.arxiv_id or not mention.urls:
        return mention.arxiv_id or ("by DOI" if mention.doi else "by title")
    return urlsplit(mention.urls[0]).netloc.removeprefix("www.")


def _name(mention: Mention) -> str:
    """The title, or in brackets what the document calls it instead."""
    return mention.title or f"({mention.link_text or mention.doi or 'no name'})"


def _said_by(mention: Mention) -> str:
    surnames = [author.split()[-1] for author in mention.authors if author.split()]
    who = f"{surnames[0]} et al." if len(surnames) > 2 else " & ".join(surnames)
    return " ".join(part for part in (who, mention.venue or "", str(mention.year or "")) if part)


def _counted(mentions: Sequence[Mention]) -> str:
    kinds = Counter(
        "by arXiv id" if mention.arxiv_id else "by address" if mention.urls else "by title" for mention in mentions
    )
    return f"{number_of(len(mentions), 'citation')} ({', '.join(f'{n} {kind}' for kind, n in kinds.most_common())})"


def number_of(count: int, word: str) -> str:
    """`1 document`, `2 documents`, `3 queries`."""
    if count == 1:
        return f"{count} {word}"
    return f"{count} {word.removesuffix('y')}ies" if word.endswith(("ry", "hy")) else f"{count} {word}s"

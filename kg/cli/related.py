"""`kg related`: what belongs beside papers, and what a draft should cite."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from kg.answers import RelatedAnswer, RelatedResult
from kg.answers_work import RelatedWorkAnswer
from kg.cli.beside import bibliography, with_inputs
from kg.cli.options import Stopwatch, json_option, library_options, limit_option, print_json, scope_option
from kg.cli.results import emptiness, print_result, tell
from kg.envelope import envelope
from kg.errors import UsageError
from kg.filters import BY, GROUPS, SORTS, Filter, Related, Scope
from kg.library import Library
from kg.text import squeezed

if TYPE_CHECKING:
    from kg.drafts import Draft

_LARGEST = 64 * 2**20  # bytes of a draft


@click.command()
@click.argument("papers", nargs=-1, metavar="PAPER...")
@click.option("--not", "unwanted", multiple=True, metavar="PAPER", help="A paper that answers should not be like.")
@click.option("--exclude", "excluded", multiple=True, metavar="PAPER", help="A paper that is left out, no more.")
@click.option("--text", metavar="FILE", help="A draft instead of PAPER; - reads standard input.")
@click.option("--group-by", type=click.Choice(GROUPS), help="Part the results by topic, or by the draft's sentences.")
@click.option("--by", type=click.Choice(BY), default="all", show_default=True, help="Which signals count.")
@click.option("--sort", type=click.Choice(SORTS), default="relevance", show_default=True, help="In which order.")
@click.option("--filter", "filters", metavar="QUERY", default="", help="Filters as in search: 'year:2019.. cat:cs.LG'.")
@click.option("--bibtex", is_flag=True, help="Print BibTeX of the results, nothing else.")
@scope_option
@limit_option
@json_option
@library_options
def related(
    library: Library,
    papers: Sequence[str],
    unwanted: Sequence[str],
    excluded: Sequence[str],
    text: str | None,
    group_by: str | None,
    by: str,
    sort: str,
    filters: str,
    bibtex: bool,
    scope: Scope,
    limit: int,
    as_json: bool,
) -> None:
    """Papers related to PAPER (an id, URL or DOI), to several, or to a draft; and why.

    A draft is a paragraph, an abstract or a whole paper in LaTeX, Markdown, HTML, plain text, PDF and more. What it
    cites already is left out; of each result the sentence is told that it supports.

    \b
    kg related 1806.07572
    kg related 1806.07572 1811.03962 --not 1812.11118 --by lists
    kg related 1806.07572 --by method --filter year:2020.. --sort newest
    kg related --text paper.tex --group-by sentence
    kg related --text paper.tex --bibtex >> references.bib
    """
    _check(papers, text, group_by)
    watch = Stopwatch()
    scope = Scope((*_filters(filters), *scope.filters), scope.everything)
    wanted, against, out = (tuple(map(squeezed, names)) for names in (papers, unwanted, excluded))
    question = Related(wanted, against, by=by, scope=scope, sort=sort, limit=limit, excluded=out)
    draft = None if text is None else _draft(text)
    with library.reading():
        answer = library.related(question) if draft is None else library.related_work(question, draft, group_by)
        written = _bibtex(library, answer) if bibtex else ""
    if bibtex:
        tell(answer.notes)
        click.echo(written, nl=False)
    elif as_json:
        print_json(_document(answer, watch.ms))
    else:
        _print(library, answer, group_by)


def _check(papers: Sequence[str], text: str | None, group_by: str | None) -> None:
    if bool(papers) == (text is not None):
        raise UsageError("give one or more PAPERs, or a draft with --text FILE")
    if group_by and text is None:
        raise UsageError("--group-by parts what a draft should cite: give one with --text FILE")


def _document(answer: RelatedAnswer | RelatedWorkAnswer, took_ms: float) -> object:
    beside: dict[str, object] = {"facets": answer.facets}
    if isinstance(answer, RelatedWorkAnswer):
        beside |= {"groups": answer.groups, "cited": answer.cited}
    return envelope(answer.results, answer.count, took_ms, None, answer.notes, **beside)


def _bibtex(library: Library, answer: RelatedAnswer | RelatedWorkAnswer) -> str:
    if isinstance(answer, RelatedWorkAnswer):
        return "\n".join(result.bibtex for result in answer.results)
    from kg.exports.bibtex import to_bibtex

    return to_bibtex(library.store.papers.get([result.id for result in answer.results]))


def _print(library: Library, answer: RelatedAnswer | RelatedWorkAnswer, group_by: str | None) -> None:
    tell(answer.notes)
    results: Sequence[RelatedResult] = answer.results
    ranked = {result.id: (rank, result) for rank, result in enumerate(results, start=1)}
    if isinstance(answer, RelatedWorkAnswer) and answer.groups:
        for group in answer.groups:
            label = f"line {group.line}: “{group.label}”" if group.line else group.label
            click.secho(textwrap.fill(label, 96), fg="green")
            for id_ in group.results:
                print_result(*ranked[id_], at=group_by != "sentence")
            click.echo()
    else:
        for rank, result in ranked.values():
            print_result(rank, result)
    if not answer.results:
        click.echo(f"Nothing related found. {emptiness(library)}".strip())
    if isinstance(answer, RelatedWorkAnswer) and answer.cited:
        said = ", ".join(f"{work.id} (line {work.line})" for work in answer.cited)
        click.secho(textwrap.fill(f"Cited already: {said}", 96), dim=True)


def _filters(text: str) -> tuple[Filter, ...]:
    """The filters of a query that has nothing else."""
    from search.query import parse

    query = parse(text)
    if query.terms:
        raise UsageError(f"--filter {text!r}: only filters can stand here, such as year:2019.. author:name cat:cs.LG")
    return query.filters


def _draft(text: str) -> Draft:
    from kg.drafts import read_draft

    if text == "-":
        return read_draft(_limited(sys.stdin.buffer, "standard input"))
    try:
        path = Path(text)
        if path.exists() and not path.is_file():
            raise UsageError(f"{text}: is no regular file")
        with path.open("rb") as file:
            content = _limited(file, text)
        whole = with_inputs(path, content)
        entries = bibliography(path, whole.text if whole else content.decode(errors="replace"))
    except (OSError, ValueError) as error:  # a ValueError: no path can have these characters
        raise UsageError(f"{text}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    return read_draft(whole.text, text, entries).placed(whole.lines) if whole else read_draft(content, text, entries)


def _limited(file: BinaryIO, name: str) -> bytes:
    content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise UsageError(f"{name}: is larger than {_LARGEST >> 20} MiB")
    return content

"""How values are shown on pages: Jinja filters. Everything that comes from outside is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from flask import Flask, request, url_for
from markupsafe import Markup

from kg.exports import FORMATS
from kg.identifiers import split_url
from kg.papers import Author, Mention, Paper
from kg.parameters import FILTERS
from webapp.pictures.charts import histogram, parts, years_of
from webapp.queries import SearchQuery
from webapp.tex import hits, plain, prose
from webapp.tex.signs import cleaned

_KEPT = {*SearchQuery.__struct_fields__, "by", "not", "paper", "depth", "expand", "since"} - {"cursor", "fields"}
_LONG_LIST = 50  # papers; fewer hardly have more mentions than a page shows


def add_filters(app: Flask) -> None:
    """Make the filters and functions known to the templates of `app`."""
    app.jinja_env.filters.update(
        prose=prose,
        coded=coded,
        plain=plain,
        hits=hits,
        year=year,
        web=web,
        people=people,
        anchor=anchor,
        paper_url=paper_url,
        said=said,
        named=named,
    )
    app.jinja_env.finalize = cleaned  # names, headings and addresses too cannot reorder or hide what is around them
    app.jinja_env.globals.update(
        asked=asked,
        formats=tuple(FORMATS.values()),
        is_unresolved=is_unresolved,
        kept=kept,
        no_filters=no_filters,
        place_url=place_url,
        state=state,
        histogram=histogram,
        years_of=years_of,
        parts=parts,
    )


def year(date: str | None) -> str:
    """The year of an ISO date."""
    return (date or "")[:4]


def web(url: str | None) -> str | None:
    """A URL that is safe to link to, or None: http and https only."""
    return url if url and split_url(url) else None


def coded(text: str) -> Markup:
    """A text whose pieces between backticks are code."""
    parts = text.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(p) if n % 2 else p for n, p in enumerate(parts))


def people(authors: Iterable[Author], most: int = 6) -> Markup:
    """Authors as links, the rest counted."""
    known = list(authors)
    links = [
        Markup('<a href="{}">{}</a>').format(url_for("pages.author", author_id=a.id), prose(a.name))
        for a in known[:most]
    ]
    more = Markup(" and {} more").format(len(known) - most) if len(known) > most else Markup("")
    return Markup(", ").join(links) + more


def anchor(mention: Mention) -> str:
    """Where a mention stands on its list's page."""
    return f"line-{mention.line}"


def place_url(mention: Mention, papers: int) -> str:
    """Where a mention stands on the page of its list, which holds so many papers: a long one has several pages."""
    line = mention.line if papers > _LONG_LIST else None
    return url_for("pages.reading_list", list_id=mention.list_id, line=line, _anchor=anchor(mention))


def paper_url(paper_id: str) -> str:
    """The page of a paper; the slash of an old id stays readable."""
    return url_for("pages.paper", reference=paper_id)


def said(mention: Mention) -> str:
    """The name that a list gives a paper where the paper's title is not known."""
    return mention.title or mention.link_text or (mention.urls[0] if mention.urls else "untitled")


def asked(
    path: str | None = None,
    add: tuple[str, str] | None = None,
    drop: tuple[str, str] | None = None,
    **put: str,
) -> str:
    """The question of this request at `path` (by default here), changed: paging starts anew.

    `add` and `drop` are one parameter's name and value; `put` replaces parameters, or drops them by "".
    """
    return (path or request.path) + kept(add, drop, **put)


def kept(add: tuple[str, str] | None = None, drop: tuple[str, str] | None = None, **put: str) -> str:
    """What follows the path in an address that `asked` gives: a question mark and parameters, or nothing."""
    pairs = [(n, v) for n, v in request.args.items(multi=True) if n in _KEPT and n not in put]
    pairs = [pair for pair in pairs if pair != drop]
    if add and add not in pairs:
        pairs.append(add)
    pairs += [(name, value) for name, value in put.items() if value]
    query = urlencode(pairs)
    return f"?{query}" if query else ""


def no_filters() -> dict[str, str]:
    """What drops every filter of the question, for `asked`."""
    return dict.fromkeys(FILTERS, "")


def named(choice: str, names: Mapping[str, str]) -> tuple[str, str]:
    """A choice with what it is called."""
    return choice, names.get(choice, choice)


def state(*without: str) -> list[tuple[str, str]]:
    """The parameters of this request, for a form that changes those it is `without`; paging starts anew."""
    return [(n, v) for n, v in request.args.items(multi=True) if n in _KEPT and n not in without]


def is_unresolved(paper: Paper) -> bool:
    """Whether no service has described a paper, only documents."""
    return paper.metadata_source in {None, "document"}

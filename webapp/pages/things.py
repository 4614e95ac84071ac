"""The pages of an author, a topic, a list: each with the papers that it holds."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from flask import render_template, request
from werkzeug.wrappers import Response

from kg.answers import AuthorAnswer, ListAnswer, SearchAnswer, TopicAnswer
from kg.filters import SORTS, Filter, Scope, Search
from kg.papers import Mention
from kg.parameters import FILTERS, Filtered, Paged, cursor_at
from webapp import params, replies
from webapp.replies import library
from webapp.show import is_unresolved

_MENTIONS_SHOWN = 300  # of a list; longer ones go on on further pages


def author(author_id: str) -> Response | str:
    """One author and their papers."""
    author_id, twin = params.twin(author_id)
    return _held("author", library().author(author_id), twin)


def topic(topic_id: str) -> Response | str:
    """One topic and its papers."""
    topic_id, twin = params.twin(topic_id)
    return _held("topic", library().topic(topic_id, papers=twin is not None and not _narrows()), twin)


def reading_list(list_id: str) -> Response | str:
    """One list as its author arranged it."""
    list_id, twin = params.twin(list_id)
    answer = library().reading_list(list_id)
    if twin == "json":
        return replies.one(answer)
    if twin:
        return replies.as_file(twin, answer.papers.values(), answer.id)
    page = Paged(limit=_MENTIONS_SHOWN, cursor=cursor_at(_offset(answer)))
    shown = answer.mentions[page.offset : page.offset + page.limit]
    return render_template(
        "list.html",
        list=answer,
        sections=[(section, list(ones)) for section, ones in groupby(shown, key=lambda mention: mention.section)],
        contents=_contents(answer),
        unresolved=[m for m in answer.mentions if m.paper and is_unresolved(answer.papers[m.paper])],
        following=page.next(len(answer.mentions)),
    )


def _offset(answer: ListAnswer) -> int:
    """Where the page begins that a cursor, or the line of a mention, asks for."""
    line = request.args.get("line", "")
    if not (line.isascii() and line.isdigit() and len(line) < 10):
        return params.read(Paged).offset
    before = sum(mention.line < int(line) for mention in answer.mentions)
    return min(before, max(len(answer.mentions) - 1, 0)) // _MENTIONS_SHOWN * _MENTIONS_SHOWN


def _held(field: str, answer: AuthorAnswer | TopicAnswer, twin: str | None) -> Response | str:
    """Something by which papers can be filtered: as data with all of them, or those that the request narrows it to."""
    if twin is None:
        return _page(field, answer)
    if _narrows():
        found = _found(field, answer.id, params.read(Filtered))
        answer = replace(answer, papers=tuple(replies.papers_of(found.results).values()))
    return replies.one(answer) if twin == "json" else replies.as_file(twin, answer.papers, answer.id)


def _page(field: str, answer: AuthorAnswer | TopicAnswer) -> str:
    """The same as a page, with one page of its papers."""
    asked = params.read(Filtered)
    found = _found(field, answer.id, asked)
    return render_template(
        f"{field}.html",
        answer=answer,
        field=field,
        found=found,
        papers=replies.papers_of(found.results),
        lists=replies.lists_by_id(),
        filters=params.filters(),
        following=asked.next(found.count),
        sorts=SORTS[1:],
        sort=_sort(),
    )


def _narrows() -> bool:
    return not {*FILTERS, *params.PAGING, "sort"}.isdisjoint(request.args)


def _found(field: str, id_: str, asked: Filtered) -> SearchAnswer:
    """One page of the papers of an author or a topic, as the request narrows and sorts them."""
    scope = Scope((Filter(field, id_), *asked.scope.filters), everything=field == "author")
    return library().search(Search(sort=_sort(), scope=scope, limit=asked.limit, offset=asked.offset))


def _sort() -> str:
    return params.choice("sort", SORTS, "newest")


def _contents(answer: ListAnswer) -> list[tuple[tuple[str, ...], Mention, int]]:
    """The headings of a list in its order, each with its first mention and how many there are under it."""
    grouped = ((section, list(ones)) for section, ones in groupby(answer.mentions, key=lambda m: m.section))
    return [(section, ones[0], len(ones)) for section, ones in grouped]

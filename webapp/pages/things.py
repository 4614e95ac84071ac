"""The pages of an author, a topic, a list: each with the papers that it holds."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TypeVar

from flask import render_template, request
from werkzeug.wrappers import Response

from kg.answers import AuthorAnswer, ListAnswer, SearchAnswer, TopicAnswer
from kg.filters import SORTS, Filter, Scope, Search
from kg.papers import Mention
from webapp import params, replies
from webapp.params import Page
from webapp.replies import library
from webapp.show import is_unresolved

_Held = TypeVar("_Held", AuthorAnswer, TopicAnswer)

MENTIONS_SHOWN = 300  # of a list; longer ones go on on further pages


def author(author_id: str) -> Response | str:
    """One author and their papers."""
    author_id, twin = params.twin(author_id)
    answer = library().author(author_id)
    if twin:
        answer = _narrowed(answer, "author")
    if twin == "json":
        return replies.one(answer)
    if twin == "bib":
        return replies.bibtex(answer.papers)
    return _with_papers("author.html", "author", answer.id, answer)


def topic(topic_id: str) -> Response | str:
    """One topic and its papers."""
    topic_id, twin = params.twin(topic_id)
    answer = library().topic(topic_id, papers=twin is not None)
    if twin:
        answer = _narrowed(answer, "topic")
    if twin == "json":
        return replies.one(answer)
    if twin == "bib":
        return replies.bibtex(answer.papers)
    return _with_papers("topic.html", "topic", answer.id, answer)


def reading_list(list_id: str) -> Response | str:
    """One list as its author arranged it."""
    list_id, twin = params.twin(list_id)
    answer = library().reading_list(list_id)
    if twin == "json":
        return replies.one(answer)
    if twin == "bib":
        return replies.bibtex(answer.papers.values())
    page = Page(MENTIONS_SHOWN, _offset(answer))
    shown = answer.mentions[page.offset : page.offset + page.limit]
    return render_template(
        "list.html",
        list=answer,
        sections=[(section, list(ones)) for section, ones in groupby(shown, key=lambda mention: mention.section)],
        contents=_contents(answer),
        unresolved=[m for m in answer.mentions if m.paper and is_unresolved(answer.papers[m.paper])],
        following=page.next(len(answer.mentions)),
        in_pages=len(answer.mentions) > MENTIONS_SHOWN,
    )


def _offset(answer: ListAnswer) -> int:
    """Where the page begins that a cursor, or the line of a mention, asks for."""
    line = request.args.get("line", "")
    if not (line.isascii() and line.isdigit() and len(line) < 10):
        return params.page().offset
    before = sum(mention.line < int(line) for mention in answer.mentions)
    return min(before, max(len(answer.mentions) - 1, 0)) // MENTIONS_SHOWN * MENTIONS_SHOWN


def _with_papers(template: str, field: str, id_: str, answer: object) -> str:
    """The page of something by which papers can be filtered, with one page of them, as the request narrows them."""
    page, found = params.page(), _found(field, id_)
    return render_template(
        template,
        answer=answer,
        field=field,
        found=found,
        papers=replies.papers_of(found.results),
        lists={one.id: one for one in library().lists()},
        filters=params.filters(),
        following=page.next(found.count),
        sorts=SORTS[1:],
        sort=_sort(),
    )


def _narrowed(answer: _Held, field: str) -> _Held:
    """The answer with the papers that the request narrows it to; with all of them where it does not."""
    if not {*params.FILTERS, *params.PAGING, "sort"} & set(request.args):
        return answer
    return replace(answer, papers=tuple(replies.papers_of(_found(field, answer.id).results).values()))


def _found(field: str, id_: str) -> SearchAnswer:
    """One page of the papers of an author or a topic, as the request narrows and sorts them."""
    page, given = params.page(), params.filters()
    scope = Scope((Filter(field, id_), *(one.filter for one in given)), everything=field == "author")
    return library().search(Search(sort=_sort(), scope=scope, limit=page.limit, offset=page.offset))


def _sort() -> str:
    return params.choice("sort", SORTS, "newest")


def _contents(answer: ListAnswer) -> list[tuple[tuple[str, ...], Mention, int]]:
    """The headings of a list in its order, each with its first mention and how many there are under it."""
    grouped = ((section, list(ones)) for section, ones in groupby(answer.mentions, key=lambda m: m.section))
    return [(section, ones[0], len(ones)) for section, ones in grouped]

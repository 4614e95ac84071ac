"""The search page: results, or without a question what the library holds."""

from __future__ import annotations

from flask import Response, render_template, request

from kg.filters import SORTS
from webapp import params, replies
from webapp.queries import SearchQuery
from webapp.replies import library

_NEWEST_SHOWN = 8
_TOPICS_SHOWN = 40


def home() -> str:
    """Search; without a question, what the library holds."""
    asked, given = params.read(SearchQuery), params.filters()
    query = request.args.get("q", "")
    if not (query.strip() or given):
        return _welcome()
    answer = library().search(asked.question)
    return render_template(
        "search.html",
        answer=answer,
        papers=replies.papers_of(answer.results),
        lists=replies.lists_by_id(),
        query=query,
        following=asked.next(answer.count),
        filters=given,
        sorts=SORTS,
    )


def search_as(twin: str) -> Response:
    """The search page as JSON, or its papers as a file."""
    asked = params.read(SearchQuery)
    answer = library().search(asked.question)
    if twin == "json":
        return replies.listing(answer.results, answer.count, asked, answer.notes, facets=answer.facets)
    return replies.as_file(twin, replies.papers_of(answer.results).values())


def _welcome() -> str:
    found = library()
    topics = [topic for topic in found.topics() if topic.papers]
    return render_template(
        "welcome.html",
        count=found.count(),
        newest=found.newest(_NEWEST_SHOWN),
        lists=found.lists(),
        topics=topics[:_TOPICS_SHOWN],
    )

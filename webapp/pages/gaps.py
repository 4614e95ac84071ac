"""What the lists, or one of them, point at and do not hold."""

from __future__ import annotations

from flask import Response, render_template

from kg.answers import GapsAnswer
from kg.gaps import find_list
from webapp import params, replies
from webapp.queries import GapsQuery
from webapp.replies import library


def gaps() -> str:
    """Gaps of the list that is chosen, or of all together, best first.

    :raises NotFound: no list goes by that name.
    """
    page = params.read(GapsQuery)
    chosen = find_list(library(), page.list) if page.list else None
    answer = _answered(page)
    return render_template(
        "gaps.html",
        answer=answer,
        chosen=chosen,
        papers=replies.papers_of(answer.results),
        lists=replies.lists_by_id(),
        following=page.next(answer.count),
    )


def gaps_as(twin: str) -> Response:
    """The same as JSON, or the papers as a file."""
    page = params.read(GapsQuery)
    answer = _answered(page)
    if twin == "json":
        return replies.listing(answer.results, answer.count, page, answer.notes)
    return replies.as_file(twin, replies.papers_of(answer.results).values())


def _answered(query: GapsQuery) -> GapsAnswer:
    return library().gaps(query.list or None, query.limit, query.offset)

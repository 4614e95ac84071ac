"""What the lists, or one of them, point at and do not hold."""

from __future__ import annotations

from flask import Response, render_template, request

from kg.answers import GapsAnswer
from kg.gaps import find_list
from kg.parameters import Paged
from webapp import params, replies
from webapp.replies import library


def gaps() -> str:
    """Gaps of the list that is chosen, or of all together, best first.

    :raises NotFound: no list goes by that name.
    """
    page, wanted = params.page(), _wanted()
    chosen = find_list(library(), wanted) if wanted else None
    answer = _answered(page)
    return render_template(
        "gaps.html",
        answer=answer,
        chosen=chosen,
        papers=replies.papers_of(answer.results),
        lists=replies.lists_by_id(),
        following=page.next(answer.count),
        data=library().config.data,
    )


def gaps_as(twin: str) -> Response:
    """The same as JSON, or the papers as a file."""
    page = params.page()
    answer = _answered(page)
    if twin == "json":
        return replies.listing(answer.results, answer.count, page, answer.notes)
    return replies.as_file(twin, replies.papers_of(answer.results).values())


def _wanted() -> str | None:
    return request.args.get("list", "").strip() or None


def _answered(page: Paged) -> GapsAnswer:
    return library().gaps(_wanted(), page.limit, page.offset)

"""The page of one paper."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kg.errors import NotFound
from kg.exports.bibtex import to_bibtex
from kg.filters import BY, SORTS
from webapp import params, replies
from webapp.pictures.around import Drawing, drawn
from webapp.queries import AroundQuery, RelatedQuery
from webapp.replies import library

_RELATED_SHOWN = 12
_NODES_SHOWN = 40


def paper(reference: str) -> Response | str:
    """One paper: what is known of it, who lists it, what is related and why."""
    reference, twin = params.twin(reference)
    answer = library().paper(reference)
    if twin == "json":
        return replies.one(answer)
    if twin:
        return replies.as_file(twin, [answer.paper], answer.paper.id)
    if answer.paper.id != reference:
        query = request.query_string.decode("ascii", "replace")
        return redirect(url_for("pages.paper", reference=answer.paper.id) + (f"?{query}" if query else ""))
    page = params.read(RelatedQuery, limit=_RELATED_SHOWN)
    related = library().related(page.question(answer.paper.id))
    return render_template(
        "paper.html",
        answer=answer,
        related=related,
        around=_around(answer.paper.id),
        following=page.next(related.count),
        filters=params.filters(),
        by=page.by,
        ways=BY,
        sorts=SORTS,
        lists=replies.lists_by_id(),
        bibtex=to_bibtex([answer.paper]),
    )


def _around(paper_id: str) -> Drawing | str:
    """The picture of what is around a paper, or why there is none."""
    depth, names = params.read(AroundQuery).depth, request.args.getlist("expand")[:_NODES_SHOWN]
    # A name that is nobody's any more is passed over: the page is about another paper.
    expanded = {id_: name for name in names if (id_ := library().store.identity.find(name))}
    try:
        return drawn(library().around(paper_id, depth, _NODES_SHOWN, tuple(expanded)), depth, expanded)
    except NotFound as missing:
        return str(missing)

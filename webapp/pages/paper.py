"""The page of one paper."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kg.bibtex import to_bibtex
from kg.filters import BY, Related
from webapp import params, replies
from webapp.replies import library

_RELATED_SHOWN = 12


def paper(reference: str) -> Response | str:
    """One paper: what is known of it, who lists it, what is related and why."""
    reference, twin = params.twin(reference)
    answer = library().paper(reference)
    if twin == "json":
        return replies.one(answer)
    if twin == "bib":
        return replies.bibtex([answer.paper])
    if answer.paper.id != reference:
        query = request.query_string.decode("ascii", "replace")
        return redirect(url_for("pages.paper", reference=answer.paper.id) + (f"?{query}" if query else ""))
    by = params.choice("by", BY, "all")
    return render_template(
        "paper.html",
        answer=answer,
        related=library().related(Related((answer.paper.id,), by=by, limit=_RELATED_SHOWN)),
        by=by,
        ways=BY,
        lists={found.id: found for found in library().lists()},
        bibtex=to_bibtex([answer.paper]),
    )

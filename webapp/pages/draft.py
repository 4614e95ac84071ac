"""What a draft should cite, and what is related to a set of papers: pasted text, chosen papers, chosen results."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from kg.answers import RelatedAnswer
from kg.filters import BY, SORTS, Related
from kg.papers import Paper
from webapp import params, replies
from webapp.params import Page
from webapp.replies import library

LONGEST_ADDRESS = 6000  # characters of parameters; with more, the answer comes without an address of its own
_MOST_PAPERS = 100
_FIELDS = ("text", "paper", "not", "by", "sort", *params.FILTERS, *params.PAGING)


def draft() -> Response | str:
    """Paste a draft, get what to cite. A short draft becomes part of the address, so the answer can be kept."""
    if request.method == "POST":
        query = urlencode([(n, v) for n, v in request.form.items(multi=True) if n in _FIELDS and v.strip()])
        if len(query) <= LONGEST_ADDRESS:
            return redirect(url_for("pages.draft") + (f"?{query}" if query else ""), 303)
    page = params.page()
    answer = _answer(page)
    return render_template(
        "draft.html",
        answer=answer,
        given=params.values(),
        chosen=library().papers(_references(params.values().getlist("paper"), "paper"))[0],
        papers=replies.papers_of(answer.results) if answer else {},
        lists={found.id: found for found in library().lists()},
        following=page.next(answer.count) if answer else None,
        ways=BY,
        sorts=SORTS,
        in_address=request.method == "GET",
    )


def draft_as(twin: str) -> Response:
    """The answer as JSON, BibTeX or CSV.

    :raises BadRequest: neither text nor papers are given.
    """
    page = params.page()
    answer = _answer(page)
    if answer is None:
        raise BadRequest("text: paste a draft, or name papers with paper=")
    if twin == "json":
        return replies.listing(answer.results, answer.count, page, answer.notes, facets=answer.facets)
    return replies.as_file(twin, replies.papers_of(answer.results).values())


def papers() -> str:
    """A set of papers, by their ids in the address: to be kept, sent, or taken along."""
    found, unknown = _chosen()
    notes = [f"{reference} is not in the library." for reference in unknown]
    return render_template("set.html", papers=found, notes=notes)


def papers_as(twin: str) -> Response:
    """The set as JSON, BibTeX or CSV; unknown papers are named in the notes of the JSON."""
    found, unknown = _chosen()
    if twin == "json":
        notes = [f"{reference} is not in the library." for reference in unknown]
        return replies.listing(found, len(found), notes=notes)
    return replies.as_file(twin, found)


def _chosen() -> tuple[list[Paper], list[str]]:
    wanted = [reference for reference in request.args.getlist("id") if reference.strip()]
    if len(wanted) > _MOST_PAPERS:
        raise BadRequest(f"id: more than {_MOST_PAPERS} papers")
    return library().papers(wanted)


def _answer(page: Page) -> RelatedAnswer | None:
    """The answer to the request; None where neither a text nor a paper is given."""
    given = params.values()
    text = given.get("text", "").strip() or None
    papers, unwanted = (_references(given.getlist(name), name) for name in ("paper", "not"))
    by, sort = params.choice("by", BY, "all"), params.choice("sort", SORTS, "relevance")
    scope = params.scope()
    if not (text or papers):
        return None
    return library().related(Related(papers, unwanted, text, by, scope, sort, page.limit, page.offset))


def _references(values: list[str], name: str) -> tuple[str, ...]:
    """Papers as people write them into one field: parted by spaces or commas."""
    found = tuple(dict.fromkeys(word for value in values for word in value.replace(",", " ").split()))
    if len(found) > _MOST_PAPERS:
        raise BadRequest(f"{name}: more than {_MOST_PAPERS} papers")
    return found

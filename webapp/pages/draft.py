"""What a draft should cite, and what is related to a set of papers: pasted text, chosen papers, chosen results."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.wrappers import Response

from kg.answers_work import RelatedWorkAnswer
from kg.errors import NotFound, UsageError
from kg.filters import BY, GROUPS, SORTS, Related
from kg.papers import Paper
from kg.parameters import FILTERS, MOST, Filtered
from webapp import params, replies
from webapp.replies import library
from webapp.whole import in_turn

LONGEST_ADDRESS = 6000  # characters of parameters; with more, the answer comes without an address of its own
_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
_OWN = ("list", "topic", "cat", "year")  # filters that the page has a field for
_FIELDS = ("text", "paper", "not", "group_by", "by", "sort", *FILTERS, *params.PAGING)


def draft() -> Response | str:
    """Paste a draft, get what to cite. A short draft becomes part of the address, so the answer can be kept."""
    if request.method == "POST":
        _check_form()
        query = urlencode([(n, v) for n, v in request.form.items(multi=True) if n in _FIELDS and v.strip()])
        if len(query) <= LONGEST_ADDRESS:
            return redirect(url_for("pages.draft") + (f"?{query}" if query else ""), 303)
    try:
        page = params.read(Filtered)
        return _page(_answer(page), page)
    except (BadRequest, NotFound, UsageError) as error:
        note = error.description if isinstance(error, BadRequest) else str(error)
        status = 404 if isinstance(error, NotFound) else 400
        return make_response(_page(None, None, note), status)  # with the draft still in its field


def _check_form() -> None:
    """
    :raises UnsupportedMediaType: what is sent is no form; files are no part of one here.
    """
    if request.mimetype not in _FORMS or "Content-Encoding" in request.headers:
        raise UnsupportedMediaType("The body is no form: send application/x-www-form-urlencoded, as it is.")
    if request.files:
        raise UnsupportedMediaType("The form carries a file: paste its text.")


def _page(answer: RelatedWorkAnswer | None, page: Filtered | None, note: str | None = None) -> str:
    given = params.values()
    chosen = library().papers(_references(given.getlist("paper"))[:MOST])[0]
    return render_template(
        "draft.html",
        answer=answer,
        note=note,
        given=given,
        beside=_beside(),
        chosen=chosen,
        papers=replies.papers_of(answer.results) if answer else {},
        lists=replies.lists_by_id(),
        following=page.next(answer.count) if answer and page else None,
        groups=GROUPS,
        ways=BY,
        sorts=SORTS,
        in_address=request.method == "GET",
    )


def _beside() -> list[tuple[str, str]]:
    """The filters of the request that have no field of their own on the page."""
    given = params.values()
    pairs = [(name, value) for name in FILTERS for value in given.getlist(name) if value.strip()]
    return [pair for pair in pairs if pair[0] not in _OWN or pair[1] != given.get(pair[0])]


def draft_as(twin: str) -> Response:
    """The answer as JSON, or its papers as a file.

    :raises BadRequest: neither text nor papers are given.
    """
    if request.method == "POST":
        _check_form()
    page = params.read(Filtered)
    answer = _answer(page)
    if answer is None:
        raise BadRequest("text: paste a draft, or name papers with paper=")
    if twin == "json":
        beside = {"facets": answer.facets, "groups": answer.groups, "cited": answer.cited}
        return replies.listing(answer.results, answer.count, page, answer.notes, **beside)
    return replies.as_file(twin, replies.papers_of(answer.results).values())


def papers() -> str:
    """A set of papers, by their ids in the address: to be kept, sent, or taken along."""
    found, unknown = _chosen()
    return render_template("set.html", papers=found, notes=replies.missing(unknown))


def papers_as(twin: str) -> Response:
    """The set as JSON or as a file; unknown papers are named in the notes of the JSON.

    :raises BadRequest: there is nothing to put into the file.
    """
    found, unknown = _chosen()
    if twin == "json":
        return replies.listing(found, len(found), notes=replies.missing(unknown))
    if not found:
        raise BadRequest("; ".join(replies.missing(unknown)) or "no paper is chosen: go back and tick some")
    return replies.as_file(twin, found)


def _chosen() -> tuple[list[Paper], list[str]]:
    wanted = [reference for reference in request.args.getlist("id") if reference.strip()]
    if len(wanted) > MOST:
        raise BadRequest(f"id: more than {MOST} papers")
    return library().papers(wanted)


def _answer(page: Filtered) -> RelatedWorkAnswer | None:
    """The answer to the request; None where neither a text nor a paper is given."""
    given = params.values()
    text = given.get("text", "")
    papers, unwanted = (_references(given.getlist(name)) for name in ("paper", "not"))
    if len(papers) + len(unwanted) > MOST:
        raise BadRequest(f"paper: more than {MOST} papers")
    by, sort = params.choice("by", BY, "all"), params.choice("sort", SORTS, "relevance")
    group_by = params.choice("group_by", (*GROUPS, ""), "") or None
    if not (text.strip() or papers):
        return None
    question = Related(
        papers=papers,
        unwanted=unwanted,
        text=text if text.strip() else None,
        by=by,
        scope=page.scope,
        sort=sort,
        limit=page.limit,
        offset=page.offset,
    )
    with in_turn(question):
        return library().related_work(question, group_by=group_by)


def _references(values: list[str]) -> tuple[str, ...]:
    """Papers as people write them into one field: parted by spaces or commas."""
    return tuple(dict.fromkeys(word for value in values for word in value.replace(",", " ").split()))

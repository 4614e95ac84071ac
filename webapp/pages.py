"""The pages. The address is the whole state; every page of data has a `.json` twin, and `.bib` for papers."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from kg.answers import SearchAnswer
from kg.bibtex import to_bibtex
from kg.filters import BY, MODES, SORTS, Related
from webapp import params, replies
from webapp.replies import library
from webapp.show import is_unresolved

blueprint = Blueprint("pages", __name__)
blueprint.before_request(replies.start_clock)

_RELATED_SHOWN = 12
_NEWEST_SHOWN = 8
_TOPICS_SHOWN = 40


@blueprint.get("/")
def home() -> str:
    """Search; without a question, what the library holds."""
    page, given = params.page(), params.filters()
    query = request.args.get("q", "")
    if not (query.strip() or given):
        return _welcome()
    answer = library().search(params.question(page))
    return render_template(
        "search.html",
        answer=answer,
        query=query,
        following=page.next(answer.count),
        filters=given,
        modes=MODES,
        sorts=SORTS,
    )


@blueprint.get("/search.json")
def search_json() -> Response:
    """The JSON twin of the search page."""
    page = params.page()
    answer = library().search(params.question(page))
    return replies.listing(answer.results, answer.count, page, answer.notes, facets=answer.facets)


@blueprint.get("/search.bib")
def search_bib() -> Response:
    """The BibTeX twin of the search page."""
    answer: SearchAnswer = library().search(params.question(params.page()))
    return replies.bibtex(library().papers([result.id for result in answer.results])[0])


@blueprint.get("/paper/<path:reference>")
def paper(reference: str) -> AnyResponse | str:
    """One paper: what is known of it, who lists it, what is related and why."""
    reference, twin = _twin(reference)
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


@blueprint.get("/author/<author_id>")
def author(author_id: str) -> AnyResponse | str:
    """One author and their papers."""
    author_id, twin = _twin(author_id)
    answer = library().author(author_id)
    if twin == "json":
        return replies.one(answer)
    if twin == "bib":
        return replies.bibtex(answer.papers)
    others = [name for name in answer.names if name != answer.name]
    return render_template("papers.html", kind="Author", title=answer.name, papers=answer.papers, also=others)


@blueprint.get("/topic/<topic_id>")
def topic(topic_id: str) -> AnyResponse | str:
    """One topic and its papers."""
    topic_id, twin = _twin(topic_id)
    answer = library().topic(topic_id)
    if twin == "json":
        return replies.one(answer)
    if twin == "bib":
        return replies.bibtex(answer.papers)
    return render_template("papers.html", kind="Topic", title=answer.label, papers=answer.papers, topic=answer)


@blueprint.get("/list/<list_id>")
def reading_list(list_id: str) -> AnyResponse | str:
    """One list as its author arranged it."""
    list_id, twin = _twin(list_id)
    answer = library().reading_list(list_id)
    if twin == "json":
        return replies.one(answer)
    if twin == "bib":
        return replies.bibtex(answer.papers.values())
    unresolved = [m for m in answer.mentions if m.paper and is_unresolved(answer.papers[m.paper])]
    return render_template("list.html", list=answer, unresolved=unresolved)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Whether a search can be answered."""
    library().newest(1)
    return Response('{"status": "ok"}\n', content_type="application/json")


def _welcome() -> str:
    found = library()
    return render_template(
        "welcome.html",
        count=found.status()["papers"],
        newest=found.newest(_NEWEST_SHOWN),
        lists=found.lists(),
        topics=found.topics()[:_TOPICS_SHOWN],
        data=found.config.data,
    )


def _twin(name: str) -> tuple[str, str | None]:
    """A name in an address, and the twin (`json`, `bib`) that its ending asks for."""
    for ending in ("json", "bib"):
        if name.endswith(f".{ending}"):
            return name.removesuffix(f".{ending}"), ending
    return name, None

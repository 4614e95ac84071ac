"""What changed since one looked: runs of `kg ingest`, newest first, and all that one of them brought."""

from __future__ import annotations

from datetime import datetime

from flask import Response, render_template, request

from kg.answers_news import NewAnswer, NewCounts
from kg.envelope import plain
from kg.papers import Paper
from kg.parameters import Paged
from webapp import atom, params, replies
from webapp.replies import library


def new() -> str:
    """Runs that brought something, or with `run` one of them, page by page."""
    page = params.page()
    answer, run = answered(page), params.number("run")
    return render_template(
        "new.html",
        answer=answer,
        run=run,
        since=request.args.get("since", "").strip(),
        papers=_known(answer),
        lists=replies.lists_by_id(),
        following=page.next(answer.count if run is None else max(_shown(answer.results[0].counts))),
        offset=page.offset if run is not None else 0,
        day=day,
        data=library().config.data,
    )


def new_as(twin: str) -> Response:
    """The same as JSON, the new papers as a file, or a feed."""
    page = params.page()
    answer = answered(page)
    if twin == "json":
        return as_json(answer, page)
    if twin == "atom":
        feed = atom.feed(answer, _known(answer), library().store.runs.began() or "")
        return Response(feed, content_type="application/atom+xml; charset=utf-8")
    return replies.as_file(twin, {paper.id: paper for run in answer.results for paper in run.papers}.values())


def answered(page: Paged) -> NewAnswer:
    """What is asked for by `since` and `run`.

    :raises BadRequest: `run` is no number.
    :raises UsageError: `since` is no date.
    """
    since = request.args.get("since", "").strip() or None
    return library().new(since, params.number("run"), page.limit, page.offset)


def as_json(answer: NewAnswer, page: Paged) -> Response:
    """The answer with what all runs brought together beside the results."""
    return replies.listing(answer.results, answer.count, page, answer.notes, counts=plain(answer.counts))


def day(at: str) -> str:
    """A moment (or a day) as people write it, in UTC."""
    found = datetime.fromisoformat(at)
    return f"{found.day} {found:%B %Y}" + (f", {found:%H:%M}" if "T" in at else "")


def _shown(counts: NewCounts) -> tuple[int, ...]:
    """How much of each part the page shows: mentions of papers that are new stand with the paper."""
    return counts.papers, counts.mentions_of_known, counts.changes, counts.moves


def _known(answer: NewAnswer) -> dict[str, Paper]:
    """The papers that are mentioned, or were changed, by id."""
    mentioned = [mention.paper for run in answer.results for mention in run.mentions if mention.paper]
    changed = [change.paper for run in answer.results for change in run.changes]
    return {paper.id: paper for paper in library().store.papers.get(list(dict.fromkeys(mentioned + changed)))}

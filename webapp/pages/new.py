"""What changed since one looked: runs of `kg ingest`, newest first, and all that one of them brought."""

from __future__ import annotations

from datetime import datetime

from flask import Response, render_template
from msgspec import UNSET

from kg.answers_news import NewAnswer, NewCounts
from kg.envelope import NewListing
from kg.papers import Paper
from webapp import atom, params, replies
from webapp.queries import NewQuery
from webapp.replies import library


def new() -> str:
    """Runs that brought something, or with `run` one of them, page by page."""
    page = params.read(NewQuery)
    answer, run = _answered(page), None if page.run is UNSET else page.run
    return render_template(
        "new.html",
        answer=answer,
        run=run,
        since=page.since.isoformat() if page.since else "",
        papers=_known(answer),
        lists=replies.lists_by_id(),
        following=page.next(answer.count if run is None else max(_shown(answer.results[0].counts))),
        offset=page.offset if run is not None else 0,
        day=day,
    )


def new_as(twin: str) -> Response:
    """The same as JSON, the new papers as a file, or a feed."""
    page = params.read(NewQuery)
    answer = _answered(page)
    if twin == "json":
        return replies.send(NewListing(replies.meta(answer.count, page, answer.notes), answer.results, answer.counts))
    if twin == "atom":
        feed = atom.feed(answer, _known(answer), library().store.runs.began() or "")
        return Response(feed, content_type="application/atom+xml; charset=utf-8")
    return replies.as_file(twin, {paper.id: paper for run in answer.results for paper in run.papers}.values())


def _answered(query: NewQuery) -> NewAnswer:
    since = query.since.isoformat() if query.since else None
    return library().new(since, None if query.run is UNSET else query.run, query.limit, query.offset)


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

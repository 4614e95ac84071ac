"""Metadata of papers by their arXiv ids: the query API, and where that says nothing OAI-PMH, then Semantic Scholar."""

from __future__ import annotations

from ingest.routes.queue import Run
from ingest.services import ARXIV, OAI, SEMANTIC_SCHOLAR
from ingest.services.asking import RequestRefused
from ingest.services.feed import CHUNK
from ingest.services.semantic_scholar import MOST_IDS
from kg.papers import Metadata
from kg.store.asks import moment


def from_query_api(run: Run) -> bool:
    """Ask arXiv for the next hundred papers that are stale; False when there are none."""
    wanted = run.store.asks.stale(run.since.fresh, run.since.unknown)
    if not wanted:
        return False
    run.show(ARXIV, "papers", len(wanted), CHUNK)
    ids, at = wanted[:CHUNK], moment()
    records, refused = run.services.feed.papers(ids, run.now)
    answers = {id_: "unknown" for id_ in ids} | {id_: "refused" for id_ in refused}
    _store(run, "arxiv", answers, records, at)
    return True


def from_oai(run: Run) -> bool:
    """Ask OAI-PMH for the next paper that the query API did not give, or cannot give now."""
    first = ("arxiv",) if run.answers(ARXIV) else ()
    wanted = run.store.asks.undescribed("oai", first, run.since.unknown)
    if not wanted:
        return False
    run.show(OAI, "papers", len(wanted), 1)
    at, answer = moment(), "unknown"
    try:
        record = run.services.oai.paper(wanted[0], run.now)
    except RequestRefused:
        if not run.tolerates("oai"):
            raise
        record, answer = None, "refused"
    _store(run, "oai", {wanted[0]: answer}, [record] if record else [], at)
    return True


def from_semantic_scholar(run: Run) -> bool:
    """Ask Semantic Scholar for the papers that arXiv gave by neither route, or cannot give now."""
    first = tuple(route for route, service in (("arxiv", ARXIV), ("oai", OAI)) if run.answers(service))
    wanted = run.store.asks.undescribed("s2", first, run.since.unknown)[:MOST_IDS]
    if not wanted:
        return False
    run.show(SEMANTIC_SCHOLAR, "papers", len(wanted), MOST_IDS)
    at = moment()
    found = run.services.semantic_scholar.papers([f"ARXIV:{id_}" for id_ in wanted], run.now)
    records = [one.metadata for one in found if one and one.metadata and one.arxiv_id in wanted]
    _store(run, "s2", {id_: "unknown" for id_ in wanted}, records, at)
    return True


def _store(run: Run, route: str, answers: dict[str, str], records: list[Metadata], at: str) -> None:
    with run.store.transaction():
        run.store.metadata.save(records)
        run.store.asks.note(route, answers | {record.arxiv_id: "known" for record in records}, at)
        run.store.fulltext.refresh()
    run.outcome.fetched += len(records)

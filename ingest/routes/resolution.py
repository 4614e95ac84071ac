"""Works that documents name without an arXiv id: found in the library, on arXiv, or through Semantic Scholar.

What is found is made one with the work, and the rule that it was found by is stored with how sure it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from ingest.identity import sure_names_of
from ingest.matching import Offered, Stated, Verdict, best, stated
from ingest.routes.queue import Run
from ingest.services import ARXIV, SEMANTIC_SCHOLAR
from ingest.services.asking import RequestRefused
from ingest.services.semantic_scholar import MOST_IDS, Described, paper_id
from kg.papers import Metadata, Paper
from kg.store import Store
from kg.store.asks import moment

_LONGEST_QUERY = 3000  # characters of one request's titles, as they stand in its address
_BY_IDENTIFIER = Verdict("identifier", 1.0)
_ABOUT = 20  # titles of one request
_EQUAL = 0.95  # least confidence of a rule by which titles are equal


def in_library(store: Store, at: str) -> int:
    """Make works known by title one with the library's arXiv papers of that title; how many there were."""
    with store.transaction():
        resolved = _found_in_library(store, at)
        _settle(store)
    return resolved


def _found_in_library(store: Store, at: str) -> int:
    resolved = 0
    for work in _works(store, store.papers.without_metadata()):
        said = stated(work.listed_in)
        ids = {id_: None for title in said.titles for id_ in store.identity.with_title(title)}
        offers = [(paper, _offered(paper)) for paper in store.papers.get(list(ids)) if paper.arxiv_id]
        found = best(said, offers)
        if found and found[1].confidence >= _EQUAL:
            _make_one(store, work, found[0].id, "library", found[1], at)
            resolved += 1
    return resolved


def by_title(run: Run) -> bool:
    """Ask arXiv for the next works by title, as many as one request takes; only titles that agree are taken."""
    works = _works(run.store, run.store.asks.unresolved("arxiv-title", run.since.unknown))
    if not works:
        return False
    run.show(ARXIV, "titles", len(works), _ABOUT)
    batch, at = _batch(works), moment()
    questions = [question for work in batch for question in stated(work.listed_in).asked]
    records = run.services.feed.titled(questions, run.now) if questions else []
    with run.store.transaction():
        run.store.asks.note("arxiv-title", {work.id: "unknown" for work in batch}, at)
        offers = [(record, _offer(record)) for record in records]
        found = ((work, best(stated(work.listed_in), offers)) for work in batch)
        _take(run, "arxiv-title", [(work, *one) for work, one in found if one])
    return True


def by_identifier(run: Run) -> bool:
    """Ask Semantic Scholar for works by DOI, or by its own id."""
    works = _works(run.store, run.store.asks.unresolved("s2-id", run.since.unknown))[:MOST_IDS]
    if not works:
        return False
    named = {work.id: name for work in works if (name := _identifier(work))}
    run.show(SEMANTIC_SCHOLAR, "works by DOI", len(works), MOST_IDS)
    at = moment()
    found = run.services.semantic_scholar.papers(list(named.values()), run.now) if named else []
    by_work = dict(zip(named, found, strict=True))
    with run.store.transaction():
        run.store.asks.note("s2-id", {work.id: "unknown" for work in works}, at)
        known = ((work, by_work.get(work.id)) for work in works)
        _take(run, "s2-id", [(work, one.metadata, _BY_IDENTIFIER) for work, one in known if one and one.metadata])
    return True


def by_match(run: Run) -> bool:
    """Ask Semantic Scholar for the next work by its title."""
    works = _works(run.store, run.store.asks.unresolved("s2-match", run.since.unknown))
    if not works:
        return False
    if untitled := [work.id for work in works if not stated(work.listed_in).titles]:
        with run.store.transaction():
            run.store.asks.note("s2-match", dict.fromkeys(untitled, "unknown"), moment())
        return True
    run.show(SEMANTIC_SCHOLAR, "titles", len(works), 1)
    work, at, answer, found = works[0], moment(), "unknown", None
    try:
        found = _matched(run, stated(work.listed_in))
    except RequestRefused:
        if not run.tolerates("s2-match"):
            raise
        answer = "refused"
    with run.store.transaction():
        run.store.asks.note("s2-match", {work.id: answer}, at)
        _take(run, "s2-match", [(work, found[0].metadata, found[1])] if found and found[0].metadata else [])
    return True


def _matched(run: Run, said: Stated) -> tuple[Described, Verdict] | None:
    """The first title for which the nearest paper is the one meant."""
    for title in said.titles:
        near = run.services.semantic_scholar.match(title, run.now)
        if near and (found := best(said, [(near, Offered(near.title, near.authors, near.year))])):
            return found
    return None


def _works(store: Store, ids: Sequence[str]) -> list[Paper]:
    return [work for work in store.papers.get(ids) if not work.arxiv_id and work.listed_in]


def _batch(works: Iterable[Paper]) -> list[Paper]:
    """The first works, as many as fit one request's address."""
    batch: list[Paper] = []
    length = 0
    for work in works:
        length += sum(len(quote(f"{words}{author}")) + 30 for words, author in stated(work.listed_in).asked)
        if batch and length > _LONGEST_QUERY:
            break
        batch.append(work)
    return batch


def _identifier(work: Paper) -> str | None:
    names: Iterator[str] = (name for mention in work.listed_in for name in sure_names_of(mention))
    return next((found for name in names if (found := paper_id(name))), None)


def _take(run: Run, route: str, found: Sequence[tuple[Paper, Metadata, Verdict]]) -> None:
    """Make works one with the papers found for them; what was found for one may be what another one means."""
    for work, record, verdict in found:
        run.store.metadata.save([record])
        _make_one(run.store, work, record.arxiv_id, route, verdict, run.now)
    if found:
        run.outcome.resolved += len(found) + _found_in_library(run.store, run.now)
        _settle(run.store)


def _make_one(store: Store, work: Paper, arxiv_id: str, route: str, verdict: Verdict, at: str) -> None:
    numbers = store.papers.numbers([work.id, arxiv_id])
    if work.id in numbers:  # it may have become one with another a moment ago, by its DOI
        store.identity.merge(numbers[work.id], numbers[arxiv_id])
    store.resolutions.note(work.id, arxiv_id, route, verdict.rule, verdict.confidence, at)


def _settle(store: Store) -> None:
    store.identity.settle_membership()
    store.fulltext.refresh()


def _offer(record: Metadata) -> Offered:
    return Offered(record.title, record.authors, _year(record.published))


def _offered(paper: Paper) -> Offered:
    return Offered(paper.title or "", tuple(author.name for author in paper.authors), _year(paper.published))


def _year(date: str | None) -> int | None:
    return int(date[:4]) if date and date[:4].isdigit() else None

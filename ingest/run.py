"""Facts into the library: from files, and from arXiv by id and by title. Each answer is stored before the next
is asked for; killed at any moment, the next run goes on from what is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

from ingest.bulk import read_citations, read_snapshot
from ingest.feed import CHUNK, ArxivFeed
from ingest.outcome import Outcome, Progress
from ingest.reading import now
from ingest.titles import batches, resolve_by_search, resolve_in_library
from kg.errors import ServiceError
from kg.store import Store

_T = TypeVar("_T")

# arXiv changes its records once a day at most, and old papers hardly ever.
FRESH = timedelta(days=30)
UNKNOWN_FRESH = timedelta(days=7)
_COMMIT_EVERY = 1000  # records of a file


def load_snapshot(store: Store, path: Path, progress: Progress) -> None:
    """Load bulk metadata.

    :raises DocumentError: the file cannot be read.
    """
    count = 0
    for records in _chunked(read_snapshot(path, "snapshot", now()), _COMMIT_EVERY):
        with store.transaction():
            store.metadata.save(records, bulk=True)
            store.fulltext.refresh()
        count += len(records)
        progress("loading", count, 0)


def load_facts(store: Store, path: Path) -> None:
    """Use bundled facts for papers of the library that no service has described yet.

    :raises DocumentError: the file cannot be read.
    """
    wanted = set(store.metadata.to_fetch(now(), now()))
    with store.transaction():
        store.metadata.save(r for r in read_snapshot(path, "facts", None) if r.arxiv_id in wanted)
        store.fulltext.refresh()


def load_citations(store: Store, path: Path) -> None:
    """Load citation edges. Papers that are only cited are kept apart from the library.

    :raises DocumentError: the file cannot be read.
    """
    for edges in _chunked(read_citations(path), _COMMIT_EVERY):
        with store.transaction():
            numbers = {id_: store.identity.ensure_arxiv(id_) for edge in edges for id_ in edge}
            store.citations.add(((numbers[a], numbers[b]) for a, b in edges), path.name)


def fetch_metadata(store: Store, feed: ArxivFeed, outcome: Outcome, full: bool, progress: Progress) -> None:
    """Ask arXiv for what is stale (`full`: for everything), chunk by chunk, each stored at once."""
    wanted = store.metadata.to_fetch(_ago(FRESH, full), _ago(UNKNOWN_FRESH, full))
    for done, chunk in enumerate(_chunked(wanted, CHUNK)):
        progress("arXiv", done * CHUNK, len(wanted))
        try:
            records = feed.papers(chunk, at := now())
        except ServiceError as error:
            left = len(wanted) - done * CHUNK
            outcome.problems_of_service.append(f"{error}; {left} papers wait for the next `kg ingest`")
            return
        with store.transaction():
            store.metadata.save(records)
            store.metadata.mark_asked(chunk, at)
            store.fulltext.refresh()
        outcome.fetched += len(records)
        outcome.unknown += sorted(set(chunk) - {record.arxiv_id for record in records})


def resolve_titles(store: Store, feed: ArxivFeed | None, outcome: Outcome, full: bool, progress: Progress) -> None:
    """Find the papers behind citations without an id: in the library, then (with `feed`) on arXiv."""
    outcome.resolved += resolve_in_library(store)
    if feed is None or outcome.problems_of_service:
        return
    asked = store.papers.get(store.metadata.titles_to_ask(_ago(UNKNOWN_FRESH, full)))
    works = [work for work in asked if work.listed_in]
    done = 0
    for batch in batches(works):
        progress("titles", done, len(works))
        try:
            outcome.resolved += resolve_by_search(store, feed, batch, now())
        except ServiceError as error:
            left = len(works) - done
            outcome.problems_of_service.append(f"{error}; {left} titles wait for the next `kg ingest`")
            return
        done += len(batch)


def _ago(span: timedelta, full: bool) -> str:
    """The time before which an answer is stale; for a full run, that is any time up to now."""
    return (datetime.now(UTC) - (timedelta(seconds=-1) if full else span)).isoformat(timespec="seconds")


def _chunked(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Lists of at most `size` items, in order."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk

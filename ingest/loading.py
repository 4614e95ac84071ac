"""Files of facts into the library: arXiv's snapshot, tables of citations, bundled facts.

Each chunk is committed with all that belongs to it, so a load that is killed is gone on with by loading again: what is
there already is only compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from ingest.bulk import read_citations, read_snapshot
from ingest.outcome import Progress
from ingest.reading import now
from kg.store import Store
from kg.store.bulk import Prepared

_T = TypeVar("_T")
_COMMIT_EVERY = 6000  # records of a file; so many are in memory, and as many parsed ahead
_LARGE = 4 << 20  # bytes of a file for which a second process pays


def load_snapshot(store: Store, path: Path, progress: Progress) -> None:
    """Load bulk metadata in the form of arXiv's public snapshot, in memory that does not grow with the file.

    :raises DocumentError: the file cannot be read.
    """
    count = 0
    for papers in _parsed(path, now()):
        with store.transaction():
            store.bulk.save(papers)
            store.fulltext.refresh()
        count += len(papers)
        progress("loading", count, 0)


def load_facts(store: Store, path: Path) -> None:
    """Use bundled facts for papers of the library that no service has described yet.

    :raises DocumentError: the file cannot be read.
    """
    wanted = set(store.metadata.wanting())
    with store.transaction():
        store.metadata.save(r for r in read_snapshot(path, "facts", None) if r.arxiv_id in wanted)
        store.fulltext.refresh()


def load_citations(store: Store, path: Path, progress: Progress) -> None:
    """Load citation edges. Papers that are only cited are kept apart from the library.

    :raises DocumentError: the file cannot be read.
    """
    count = 0
    for edges in _chunked(read_citations(path), _COMMIT_EVERY):
        with store.transaction():
            store.bulk.cite(edges, path.name)
        count += len(edges)
        progress("loading citations", count, 0)


def _parsed(path: Path, at: str) -> Iterator[list[Prepared]]:
    """Chunks of the records of a snapshot; of a large one, the next is parsed beside while one is stored."""
    if not path.is_file() or path.stat().st_size < _LARGE:
        yield from _chunked(map(Prepared.of, read_snapshot(path, "snapshot", at)), _COMMIT_EVERY)
        return
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=_begin, initargs=(path, at)) as beside:
        ahead = beside.submit(_next)
        while chunk := ahead.result():
            ahead = beside.submit(_next)
            yield chunk


_chunks: Iterator[list[Prepared]] = iter(())  # of the process that parses; the one that stores has none


def _begin(path: Path, at: str) -> None:
    global _chunks
    _chunks = _chunked(map(Prepared.of, read_snapshot(path, "snapshot", at)), _COMMIT_EVERY)


def _next() -> list[Prepared]:
    return next(_chunks, [])


def _chunked(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Lists of at most `size` items, in order."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk

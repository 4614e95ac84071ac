"""Files of facts into the library: arXiv's snapshot, tables of citations, bundled facts.

Each chunk is committed with all that belongs to it, so a load that is killed is gone on with by loading again: what is
there already is only compared.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from ingest.beside import chunked, parsed, parsed_beside
from ingest.bulk import read_citations, read_snapshot
from ingest.outcome import Progress
from ingest.reading import now
from kg.store import Store
from kg.store.indexes import OF_CITATIONS, OF_PAPERS

_COMMIT_EVERY = 6000  # records of a file; so many are in memory, and as many parsed ahead
_LARGE = 4 << 20  # bytes of a file for which a second process pays
# Bytes of a record (a third if it is packed) and of a citation, how many are many, and how many times more than there
# are a file must hold for making indexes anew to be quicker than keeping them.
_RECORD, _EDGE, _MANY, _MOSTLY_NEW = 1500, 22, 20_000, 2


def load_snapshot(store: Store, path: Path, progress: Progress) -> None:
    """Load bulk metadata in the form of arXiv's public snapshot, in memory that does not grow with the file.

    :raises DocumentError: the file cannot be read.
    """
    count, parse = 0, parsed_beside if _size(path) >= _LARGE else parsed
    indexes = OF_PAPERS if _size(path) >= _MOSTLY_NEW * _RECORD * max(store.papers.count(), _MANY) else ()
    with store.indexes.put_off(indexes), closing(parse(path, now(), _COMMIT_EVERY)) as chunks:
        for papers in chunks:
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
    indexes = OF_CITATIONS if _size(path) >= _MOSTLY_NEW * _EDGE * max(store.citations.count(), _MANY) else ()
    with store.indexes.put_off(indexes):
        for edges in chunked(read_citations(path), _COMMIT_EVERY):
            with store.transaction():
                store.bulk.cite(edges, path.name)
            count += len(edges)
            progress("loading citations", count, 0)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0

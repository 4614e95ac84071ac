"""A benchmark's corpus as a library of its own in a temporary folder, made the way `kg ingest` makes one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from kg.evaluation.beir import Collection
from kg.evaluation.cache import CachedEncoder, cache_folder
from kg.library import Library
from kg.papers import Mention, Metadata
from kg.store import Store
from kg.store.documents import Document as Listed
from kg.store.prepared import Prepared

if TYPE_CHECKING:
    from ingest.outcome import Progress

_SAVED_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A library made of a corpus. `papers` has the id that each document has there, `documents` the way back.

    `pools` has for each query the id of a list of the documents judged for it, where they were asked for.
    """

    library: Library
    papers: Mapping[str, str]
    documents: Mapping[str, str]
    pools: Mapping[str, str]


@contextmanager
def loaded(collection: Collection, library: Library, pools: Sequence[str], progress: Progress) -> Iterator[Loaded]:
    """The corpus as a library with the settings and the encoder of `library`; it is gone afterwards.

    `pools` names the queries whose judged documents are to be lists.

    :raises StorageError: the temporary folder cannot be written.
    """
    name = library.parts.model()
    encoder = CachedEncoder(name, lambda: library.parts.encoder(name), cache_folder())
    papers = {document: f"corpus-{number}" for number, document in enumerate(collection.corpus, start=1)}
    lists = {query: f"pool-{number}" for number, query in enumerate(pools, start=1)}
    with tempfile.TemporaryDirectory(prefix="kg-eval-", ignore_cleanup_errors=True) as folder:
        own = Library(replace(library.config, data=Path(folder)), lambda _: encoder)
        with Store(own.config.database) as store:
            _save(store, collection, papers)
            _save_pools(store, collection, papers, lists)
            _index(store, own, encoder, progress)
        try:
            yield Loaded(own, papers, {paper: document for document, paper in papers.items()}, lists)
        finally:
            own.close()
            encoder.save()


def _save(store: Store, collection: Collection, papers: Mapping[str, str]) -> None:
    """Store the corpus as records of a snapshot; their ids are ours, so that none is taken for another paper's."""
    records = (
        Prepared.of(Metadata(papers[id_], document.title, "snapshot", document.text or None))
        for id_, document in collection.corpus.items()
    )
    while chunk := list(islice(records, _SAVED_AT_ONCE)):
        with store.transaction():
            store.bulk.save(chunk)


def _save_pools(store: Store, collection: Collection, papers: Mapping[str, str], lists: Mapping[str, str]) -> None:
    """Store each pool as a list: the filter `list:` narrows a question to it before anything is ranked."""
    numbers = store.papers.numbers(list(papers.values()))
    with store.transaction():
        for query, name in lists.items():
            judged = [numbers[papers[document]] for document in collection.judgements[query]]
            mentions = [(Mention(name, line), number) for line, number in enumerate(judged, start=1)]
            store.documents.save(Listed(name, name, name, content_hash="", read_at=""), mentions)
        store.fulltext.refresh()


def _index(store: Store, own: Library, encoder: CachedEncoder, progress: Progress) -> None:
    """Embed what is not in the cache, and build the index and the postings."""
    from search.embedding import embed_missing
    from search.index import build as build_index
    from search.postings import build as build_postings

    embed_missing(store, encoder.name, lambda: encoder, progress)
    build_index(store, encoder.name, own.config.index_folder)
    build_postings(store, own.config.index_folder)

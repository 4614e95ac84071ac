"""What is made from the database: index, authors, topics, graph, map, postings, facets; each only if it is stale."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kg import generations
from kg.config import STATIC
from kg.connecting import connect
from kg.connecting import status as graph_status
from kg.generations import COLUMNS, FACETS, FINER, GRAPH, VECTORS, WORDS, finer_maker
from kg.joining import join_authors
from kg.library import Library
from kg.migrations import HISTORY
from kg.store import Store
from kg.store.words import TOKENIZER

if TYPE_CHECKING:
    from ingest.outcome import Progress
    from search.index import VectorIndex


def model_of(library: Library, store: Store) -> str:
    """The model that the library is embedded by: that of its index, else of the settings, else of most vectors."""
    manifest = generations.read(library.config.index_folder, VECTORS)
    wanted = manifest.maker if manifest else library.parts.model()
    models = store.vectors.models()
    return wanted if wanted in models or not models else models[0]


def drop_other_histories(store: Store, folder: Path) -> None:
    """Take away what was made from another database, or from changes that this one, put in its place, has not seen.

    Counts only grow, so it must be done before anything changes: later the same count may mean other changes.

    :raises OSError: the folder cannot be written.
    """
    states = {VECTORS: "texts", FINER: "texts", WORDS: "words", FACETS: "relations", GRAPH: "relations"}
    for kind, name in states.items():
        manifest = generations.read(folder, kind)
        made_of, now = (manifest.state if manifest else None) or 0, store.state(name)
        if made_of > now or (manifest and made_of // HISTORY != now // HISTORY):
            generations.drop(folder, kind)


def _untold(*_: object) -> None:
    """Progress that nobody follows."""


def index_vectors(library: Library, store: Store, model: str, progress: Progress = _untold) -> None:
    """Rebuild the vector index if the vectors of that model changed, or what is in place cannot be opened.

    :raises StorageError: the folder cannot be written.
    """
    folder = library.config.index_folder
    fresh = generations.status(folder, VECTORS, model, store.state("texts")) == "fresh"
    if not fresh or not library.parts.index_is_whole():
        from search.index import build

        progress("indexing vectors", 0, 0)
        build(store, model, folder)
    index_finer(library, store, model, progress)


def index_finer(library: Library, store: Store, model: str, progress: Progress = _untold, begin: bool = False) -> None:
    """Rebuild the index of what the full model has embedded beside a static one, if there is one, or one is to `begin`.

    :raises StorageError: the folder cannot be written.
    """
    folder, full = library.config.index_folder, model.removeprefix(STATIC)
    there = generations.version(folder, FINER) is not None
    if model == full and there:  # it has embedded all
        generations.discard(folder, FINER)
    if model != full and (begin or there) and finer_status(store, folder, full) != "fresh":
        from search.index import build_finer

        progress("indexing vectors of the full model", 0, 0)
        build_finer(store, full, folder)


def finer_status(store: Store, folder: Path, full: str) -> str:
    """Whether the index of what the full model has embedded so far is `fresh`, `stale` or `missing`."""
    return generations.status(folder, FINER, finer_maker(full, store.vectors.last()), store.state("texts"))


def derive(library: Library, store: Store, progress: Progress = _untold) -> None:
    """Rebuild all else that is made from the database and the vector index.

    :raises StorageError: the data folder cannot be written.
    """
    progress("joining authors", 0, 0)
    join_authors(store)
    _relate(library, store, progress)
    _draw(library, store, progress)
    _index_words(library.config.index_folder, store, progress)


def _relate(library: Library, store: Store, progress: Progress) -> None:
    """Rebuild topics and graph if what they are made of changed."""
    fresh, index = store.topics.are_fresh(), None
    if not fresh:
        from kg.grouping import group

        progress("finding topics", 0, 0)
        index = _index(library)
        group(store, index, datetime.now(UTC).isoformat(timespec="seconds"))
    if graph_status(store, library.config.index_folder) != "fresh":
        progress("building the graph", 0, 0)
        connect(store, _index(library) if fresh else index, library.config.index_folder)


def _draw(library: Library, store: Store, progress: Progress) -> None:
    """Draw the map anew if the vectors or the topics changed."""
    from kg.mapping import draw, is_fresh

    folder = library.config.index_folder
    if not is_fresh(store, folder) and (index := _index(library)) is not None:
        progress("drawing the map", 0, 0)
        draw(store, index, folder)


def _index_words(folder: Path, store: Store, progress: Progress) -> None:
    """Rebuild postings and facets if what they are made of changed."""
    if generations.status(folder, WORDS, TOKENIZER, store.words.state()) != "fresh":
        from search.postings import build as build_postings

        progress("indexing words", 0, 0)
        build_postings(store, folder)
    if generations.status(folder, FACETS, COLUMNS, store.state("relations")) != "fresh":
        from search.facets import build as build_columns

        progress("counting facets", 0, 0)
        build_columns(store, folder)


def _index(library: Library) -> VectorIndex | None:
    """The vectors in place, of whatever model; None where nothing is embedded.

    :raises StorageError: they cannot be read. To go on without them would make topics and a graph that pass for whole.
    """
    from search.index import VectorIndex

    folder = library.config.index_folder
    return None if generations.version(folder, VECTORS) is None else VectorIndex(folder)

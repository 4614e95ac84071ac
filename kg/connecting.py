"""The graph of a library: hands the store's relations, and the nearest papers of the index, to `graph.tables`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from graph.tables import EDGES, MAKER, NODES
from graph.writing import Similar, write
from kg import generations
from kg.generations import GRAPH, VECTORS
from kg.store import Store

if TYPE_CHECKING:
    from search.index import VectorIndex

_NEAREST = 5  # papers that each is joined to as similar
_WITHOUT = f"{MAKER}, no vectors"
_LEAST = 0.3  # the cosine below which even the nearest is not similar


def status(store: Store, folder: Path) -> str:
    """Whether the graph in that folder is `fresh`, `stale` or `missing`."""
    maker = _maker(folder)
    manifest = generations.read(folder, GRAPH)
    if maker == _WITHOUT and manifest is not None and manifest.maker.startswith(MAKER):
        maker = manifest.maker  # who is similar is still true
    return generations.status(folder, GRAPH, maker, store.state("relations"))


def connect(store: Store, index: VectorIndex | None, folder: Path) -> None:
    """Write the graph of the library as it is now; without an index no paper is similar to another.

    :raises StorageError: the folder cannot be written.
    """
    nodes = {kind: store.relations.nodes(kind) for kind in NODES if kind != "paper"}
    edges = {kind: store.relations.edges(kind) for kind in EDGES if kind != "similar"}
    similar = _similar(index) if index is not None else None
    state = store.state("relations")
    write(folder, state, store.relations.papers(), nodes, edges, similar, maker=_maker(folder))


def _maker(folder: Path) -> str:
    """What makes the graph: this code, and the index that says which papers are similar."""
    vectors = generations.read(folder, VECTORS)
    return f"{MAKER}, {vectors.folder}" if vectors else _WITHOUT


def _similar(index: VectorIndex) -> Similar:
    """The nearest papers of each paper."""
    near, cosines = index.neighbourhood(_NEAREST)
    kept = (near >= 0) & (cosines >= _LEAST)
    ones = np.repeat(index.numbers, kept.sum(axis=1))
    return Similar(ones, index.numbers[near[kept]], cosines[kept], index.manifest.maker)

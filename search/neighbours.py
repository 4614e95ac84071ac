"""The nearest papers of every paper, in time that hardly grows with each.

Papers are put into clusters of about five hundred (k-means). Each paper is compared with all of the few clusters whose
centres are nearest to it, cluster by cluster, so that comparing is one matrix product after the other: faster than
to ask an inverted index for one paper at a time. What lies elsewhere is missed.
"""

from __future__ import annotations

import os

import faiss
import numpy as np
from numpy.typing import NDArray

from kg.store.vectors import Matrix
from search.clusters import Clusters, centres_of, clusters_of

_EXACT_UP_TO = 20_000  # papers: all are compared with all

Places = NDArray[np.int64]


def nearest_of_each(vectors: Matrix, k: int, clusters: Clusters | None = None) -> tuple[Places, Matrix]:
    """Places (n, k) and cosines (n, k) of the papers nearest to each of vectors (n, d), best first.

    `clusters` are those of these vectors, where they are known already. No paper is its own neighbour; where fewer are
    found, places are filled up with -1 and cosines with 0.
    """
    count, wanted = len(vectors), max(min(k, len(vectors) - 1), 0)
    places, cosines = np.full((count, k), -1, dtype=np.int64), np.zeros((count, k), dtype=np.float32)
    if not wanted:
        return places, cosines
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    if count < _EXACT_UP_TO:
        found, near = faiss.knn(vectors, vectors, wanted + 1, metric=faiss.METRIC_INNER_PRODUCT)
        places[:, :wanted], cosines[:, :wanted] = _others(near, found)
    else:
        _by_clusters(
            vectors, clusters_of(vectors, centres_of(vectors)) if clusters is None else clusters, places, cosines
        )
    cosines[places < 0] = 0.0
    return places, cosines


def _others(near: Places, found: Matrix) -> tuple[Places, Matrix]:
    """The same without the paper itself, or without the last where it is not among them: (n, k) of (n, k + 1)."""
    others = near != np.arange(len(near))[:, None]
    others[others.all(axis=1), -1] = False
    shape = (len(near), near.shape[1] - 1)
    return near[others].reshape(shape), found[others].reshape(shape)


def _by_clusters(vectors: Matrix, looked_at: Clusters, places: Places, cosines: Matrix) -> None:
    """Fill in the nearest of each, a cluster at a time."""
    own, others = np.argsort(looked_at[:, 0], kind="stable"), np.argsort(looked_at.ravel(), kind="stable")
    clusters = np.arange(looked_at.max() + 2)
    own_starts = np.searchsorted(looked_at[own, 0], clusters)
    starts = np.searchsorted(looked_at.ravel()[others], clusters)
    for cluster in clusters[:-1]:
        members = np.sort(own[own_starts[cluster] : own_starts[cluster + 1]])
        asking = np.sort(others[starts[cluster] : starts[cluster + 1]] // looked_at.shape[1])
        if len(members):
            _compare(vectors, asking, members, places, cosines)


def _compare(vectors: Matrix, asking: Places, members: Places, places: Places, cosines: Matrix) -> None:
    """Let the papers at the places `asking` (q,) know the `members` (m,) that are nearer than what they know."""
    k = places.shape[1]
    wanted = min(k + 1, len(members))
    found, near = faiss.knn(vectors[asking], vectors[members], wanted, metric=faiss.METRIC_INNER_PRODUCT)
    near = members[near]
    found[near == asking[:, None]] = -np.inf
    known = np.where(places[asking] < 0, -np.inf, cosines[asking])
    both, at = np.concatenate([known, found], axis=1), np.concatenate([places[asking], near], axis=1)
    best = np.argsort(-both, axis=1, kind="stable")[:, :k]
    both = np.take_along_axis(both, best, axis=1)
    places[asking] = np.where(np.isneginf(both), -1, np.take_along_axis(at, best, axis=1))
    cosines[asking] = both

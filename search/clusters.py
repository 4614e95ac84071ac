"""Clusters of papers that are alike (k-means): what is near a paper is looked for in the few that are near to it."""

from __future__ import annotations

import faiss
import numpy as np
from numpy.typing import NDArray

from kg.store.vectors import Matrix

LOOKED_AT = 6  # clusters whose members a paper is compared with
_MEMBERS = 500  # papers of a cluster, about
_TRAINED_ON, _ROUNDS = 64, 6  # papers for each centre, and rounds: more of both move the centres, and change little
_PART = 1 << 16  # papers that are looked at together

Clusters = NDArray[np.int32]
"""(n, `LOOKED_AT`): the clusters whose centres are nearest to each paper, its own first."""


def centres_of(vectors: Matrix) -> Matrix:
    """The centres (c, d), of length 1, of about one cluster for 500 of the vectors (n, d)."""
    count, dimension = vectors.shape
    number = max(count // _MEMBERS, LOOKED_AT)
    sample = np.random.default_rng(0).choice(count, min(number * _TRAINED_ON, count), replace=False)
    means = faiss.Kmeans(
        dimension, number, niter=_ROUNDS, spherical=True, seed=0, max_points_per_centroid=2 * _TRAINED_ON
    )
    means.train(vectors[np.sort(sample)])
    return np.asarray(means.centroids)


def clusters_of(vectors: Matrix, centres: Matrix) -> Clusters:
    """The clusters that are nearest to each of vectors (n, d)."""
    index = faiss.IndexFlatIP(centres.shape[1])
    index.add(centres)
    parts = [np.asarray(vectors[start : start + _PART]) for start in range(0, len(vectors), _PART)]
    return np.concatenate([index.search(part, LOOKED_AT)[1].astype(np.int32) for part in parts])

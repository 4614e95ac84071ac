"""The inverted index over millions of papers: 8-bit codes in a list for each cluster; some are looked through.

How large a part is measured when it is built: as many lists as find 0.99 of the ten nearest of some of the papers.
"""

from __future__ import annotations

import faiss
import numpy as np
from faiss.contrib.ivf_tools import add_preassigned
from numpy.typing import NDArray

from kg.store.vectors import Matrix
from search.clusters import Clusters, centres_of, clusters_of

_TRAINED_ON = 1 << 17  # vectors from which the codes learn what they have to span
_PART = 1 << 16  # vectors that are coded at once
_ASKED, _NEAREST, _FOUND = 256, 10, 0.99  # papers whose nearest are looked for, how many, and the share to be found
_SHARES = (1 / 64, 1 / 32, 1 / 16, 1 / 12, 1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 1)  # of the lists

Places = NDArray[np.int64]


def inverted(vectors: Matrix) -> tuple[faiss.Index, Clusters]:
    """An inverted index of vectors (n, d), and the clusters that are nearest to each of them."""
    centres = centres_of(vectors)
    clusters = clusters_of(vectors, centres)
    count, dimension = vectors.shape
    quantizer = faiss.IndexFlatIP(dimension)
    quantizer.add(centres)
    index = faiss.IndexIVFScalarQuantizer(
        quantizer, dimension, len(centres), faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.train(vectors[_some(count, _TRAINED_ON)])
    for start in range(0, count, _PART):
        part = slice(start, start + _PART)
        own = clusters[part, 0].astype(np.int64)
        add_preassigned(index, np.asarray(vectors[part]), own)  # type: ignore[no-untyped-call]
    index.nprobe = _probes(index, vectors)
    return index, clusters


def _probes(index: faiss.IndexIVF, vectors: Matrix) -> int:
    """How many lists have to be looked through."""
    asked = np.asarray(vectors[_some(len(vectors), _ASKED)])
    true = _nearest(vectors, asked)
    for share in _SHARES:
        index.nprobe = max(round(share * index.nlist), 1)
        _, found = index.search(asked, 2 * _NEAREST)
        shared = [len({*one} & {*other}) for one, other in zip(true.tolist(), found.tolist(), strict=True)]
        if np.mean(shared) >= _FOUND * true.shape[1]:
            break
    return int(index.nprobe)


def _nearest(vectors: Matrix, asked: Matrix) -> Places:
    """Places (a, 10) of the vectors nearest to those asked for (a, d), these themselves among them."""
    heap = faiss.ResultHeap(len(asked), min(_NEAREST + 1, len(vectors)), keep_max=True)
    for start in range(0, len(vectors), _PART):
        part = np.asarray(vectors[start : start + _PART])
        found, near = faiss.knn(asked, part, min(_NEAREST + 1, len(part)), metric=faiss.METRIC_INNER_PRODUCT)
        heap.add_result(found, near + start)
    heap.finalize()
    return np.asarray(heap.I)


def _some(count: int, most: int) -> Places:
    """Places of some of so many papers, in order."""
    return np.sort(np.random.default_rng(0).choice(count, min(most, count), replace=False))

"""Measures of a ranking, and how sure their means are. Pure functions of grades; nothing here knows papers or modes.

They are those that BEIR reports (https://github.com/beir-cellar/beir, `beir/retrieval/evaluation.py`), which takes them
from trec_eval by way of pytrec_eval: the gain of a document is its grade itself (not 2^grade - 1), its discount is
log2(rank + 1), and a grade above 0 makes a document relevant. A document that nobody judged has grade 0.

`found` is always the grades of the ranked documents, best ranked first; `judged` the grades of all documents judged for
the query, in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

_RESAMPLES = 2000
_SEED = 0
_POOL_SHARE = 0.20


def ndcg(found: Sequence[int], judged: Sequence[int], cut: int) -> float:
    """Normalised discounted cumulative gain of the first `cut`: trec_eval's `ndcg_cut` (`m_ndcg_cut.c`).

    The ideal ranking holds all that is judged for the query, whether it was found or not, and is cut at the same place.
    0 where nothing is relevant.
    """
    ideal = _dcg(sorted(judged, reverse=True)[:cut])
    return _dcg(found[:cut]) / ideal if ideal else 0.0


def ndcg_of_pool(found: Sequence[int], judged: Sequence[int]) -> float:
    """nDCG cut at 20 % of the pool's size, rounded down (but not to 0): CSFCube's nDCG%20.

    Mysore et al., "CSFCube", NeurIPS 2021 (Datasets and Benchmarks); the cut as in its `eval_scripts/ranking_eval.py`.
    """
    return ndcg(found, judged, max(int(_POOL_SHARE * len(judged)), 1))


def recall(found: Sequence[int], judged: Sequence[int], cut: int) -> float:
    """The share of the relevant documents that is among the first `cut`: trec_eval's `recall`; 0 where none is."""
    relevant = _relevant(judged)
    return _relevant(found[:cut]) / relevant if relevant else 0.0


def average_precision(found: Sequence[int], judged: Sequence[int]) -> float:
    """Mean over the relevant documents of the precision at their ranks, 0 for those not found: trec_eval's `map`."""
    hits, total = 0, 0.0
    for rank, grade in enumerate(found, start=1):
        if grade > 0:
            hits += 1
            total += hits / rank
    relevant = _relevant(judged)
    return total / relevant if relevant else 0.0


def reciprocal_rank(found: Sequence[int]) -> float:
    """1 / rank of the first relevant document, 0 where there is none: trec_eval's `recip_rank`; its mean is the MRR."""
    return next((1.0 / rank for rank, grade in enumerate(found, start=1) if grade > 0), 0.0)


def intervals(values: Values, level: float = 0.95, seed: int = _SEED) -> Values:
    """Bounds (m, 2) of the interval in which the mean of each column of `values` (n queries, m columns) lies.

    The percentile bootstrap over queries (Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13).
    Every column is drawn with the same queries, so a column of differences is compared in pairs; equal `seed`s give
    equal bounds.
    """
    random = np.random.default_rng(seed)
    count = len(values)
    means = np.stack([values[random.integers(0, count, count)].mean(axis=0) for _ in range(_RESAMPLES)])
    tail = (1.0 - level) / 2.0
    return np.asarray(np.quantile(means, [tail, 1.0 - tail], axis=0).T, dtype=np.float64)


def _dcg(grades: Sequence[int]) -> float:
    return sum(grade / log2(rank + 1) for rank, grade in enumerate(grades, start=1) if grade > 0)


def _relevant(grades: Sequence[int]) -> int:
    return sum(grade > 0 for grade in grades)

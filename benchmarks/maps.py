"""How long the map takes to be laid out, against t-SNE of all papers: where both can run, the landmarks must pay."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
from sklearn.manifold import TSNE

from benchmarks.lines import at_most, compared
from benchmarks.standin import DIMENSIONS
from graph.maps import layout
from kg.store.vectors import Matrix

SIZE = 8_000
_CENTRES = 40
_NEAR = 0.06  # deviation around a centre in each dimension: of cosines as among papers of one field


def measure(size: int = SIZE) -> Iterator[str]:
    """One line: our map of so many papers that lie in groups, and scikit-learn's at its defaults."""
    vectors = _vectors(size)
    numbers, nowhere = np.arange(size), np.full((size, 2), np.nan, dtype=np.float32)
    ours = _seconds(lambda: layout(vectors, numbers, numbers % _CENTRES, nowhere))
    theirs = _seconds(lambda: TSNE(random_state=0).fit_transform(vectors))
    yield compared(f"map of {size} papers", ours, "t-SNE of all", theirs, "s", at_most(1.0))


def _vectors(size: int) -> Matrix:
    source = np.random.default_rng(0)
    centres = source.standard_normal((_CENTRES, DIMENSIONS)) / np.sqrt(DIMENSIONS)
    found = centres[np.arange(size) % _CENTRES] + _NEAR * source.standard_normal((size, DIMENSIONS))
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start

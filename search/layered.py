"""All papers by a quick model, and the most useful of them by the full one too, asked as one index.

So a library of millions answers after minutes, and better with every hour that the full model catches up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kg.arrays import places_of
from kg.generations import Manifest
from kg.store.vectors import Matrix
from search.encoder import Encoder
from search.index import VectorIndex

_USUAL, _DOUBT = 0.5, 50  # how far models agree, and the papers that it takes to believe otherwise
_COMPARED, _WITH = 200, 2000  # papers whose cosines by both models are compared, and to how many

Numbers = NDArray[np.int64]


class Index(Protocol):
    """What questions ask of the vectors of a library; see `search.index.VectorIndex`."""

    manifest: Manifest

    def __len__(self) -> int: ...

    def nearest(self, vector: Matrix, limit: int, among: Numbers | None = None) -> tuple[Numbers, Matrix]:
        """Numbers (n,) and cosines (n,) of the papers nearest to `vector` (d,), best first."""

    def cosines(self, vector: Matrix, numbers: Numbers) -> Matrix:
        """The cosine (n,) of `vector` (d,) to each of these papers (n,); NaN for those that are not in the index."""

    def spread(self, vector: Matrix) -> tuple[float, float]:
        """Mean and standard deviation of the cosine of `vector` (d,) to all papers."""

    def vector(self, number: int) -> Matrix | None:
        """The vector (d,) of a paper; None when it is not in the index."""


class LayeredIndex:
    """Both indexes as one; its vectors (f + b,) are the full model's and the quick one's, one behind the other.

    A cosine is the full model's where it is known. Else it is what is likely after the quick model has spoken: as many
    deviations from the mean, less what the two do not agree in (regression to the mean). A paper that the full model
    has not embedded has zeros in place of its vector, and is compared by the quick model alone.
    """

    def __init__(self, base: VectorIndex, finer: VectorIndex) -> None:
        self._base, self._finer = self.layers = base, finer
        self.manifest = base.manifest
        self._agreement = _agreement(base, finer)

    def __len__(self) -> int:
        return len(self._base)

    def nearest(self, vector: Matrix, limit: int, among: Numbers | None = None) -> tuple[Numbers, Matrix]:
        """The nearest by both, whichever model put them forward."""
        full, quick = self._parts(vector)
        found = self._base.nearest(quick, limit, among)
        if full is None:
            return found
        numbers = np.union1d(found[0], self._finer.nearest(full, limit, among)[0])
        cosines = self.cosines(vector, numbers)
        best = np.argsort(-cosines, kind="stable")[:limit]
        return numbers[best], cosines[best]

    def cosines(self, vector: Matrix, numbers: Numbers) -> Matrix:
        """The full model's cosine to each of these papers, or what it is likely to be; NaN for unknown papers."""
        full, quick = self._parts(vector)
        likely = self._base.cosines(quick, numbers)
        if full is None:
            return likely
        (mean, deviation), (usual, spread) = self._finer.spread(full), self._base.spread(quick)
        likely = mean + self._agreement * deviation * (likely - usual) / max(spread, 1e-9)
        known = self._finer.cosines(full, numbers)
        return np.asarray(np.where(np.isnan(known), likely, known), dtype=np.float32)

    def spread(self, vector: Matrix) -> tuple[float, float]:
        """Mean and deviation as the full model has them for papers from all over the library."""
        full, quick = self._parts(vector)
        return self._base.spread(quick) if full is None else self._finer.spread(full)

    def vector(self, number: int) -> Matrix | None:
        """The vector of a paper by both models."""
        quick, full = self._base.vector(number), self._finer.vector(number)
        if quick is None:
            return None
        return np.concatenate([np.zeros(self._finer.dimension, dtype=np.float32) if full is None else full, quick])

    def _parts(self, vector: Matrix) -> tuple[Matrix | None, Matrix]:
        full, quick = np.split(vector, [self._finer.dimension])
        return (full if full.any() else None), quick


class LayeredEncoder:
    """Encodes by both models; known by the name of the full one."""

    def __init__(self, full: Encoder, quick: Encoder) -> None:
        self.name, self._both = full.name, (full, quick)

    def documents(self, texts: Sequence[str]) -> Matrix:
        """Vectors (n, f + b) of texts."""
        return np.concatenate([encoder.documents(texts) for encoder in self._both], axis=1)

    def query(self, text: str) -> Matrix:
        """The vector (f + b,) of a question."""
        return np.concatenate([encoder.query(text) for encoder in self._both])


def _agreement(base: VectorIndex, finer: VectorIndex) -> float:
    """How far the models agree (0 to 1): the correlation of their cosines between some papers that both have."""
    places, known = places_of(finer.numbers, base.numbers)
    both = np.flatnonzero(known)
    some = np.random.default_rng(0).permutation(both)[: _COMPARED + _WITH]
    if len(some) < 3:
        return _USUAL
    full, quick = finer.vectors[some], base.vectors[places[some]]
    ones = min(_COMPARED, len(some) // 2)
    deviations = [_standard(vectors[:ones] @ vectors[ones:].T) for vectors in (full, quick)]
    found = float(np.clip((deviations[0] * deviations[1]).mean(), 0.0, 1.0))
    return (found * len(some) + _USUAL * _DOUBT) / (len(some) + _DOUBT)


def _standard(cosines: Matrix) -> Matrix:
    """Cosines (a, n) in deviations from the mean of each row."""
    centred = cosines - cosines.mean(axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(centred.std(axis=1, keepdims=True), 1e-9))

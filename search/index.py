"""The vector index: memory-mapped, exact up to some hundred thousand papers.

A question takes as long as the vectors take to be read. So from some ten thousand papers on FAISS first looks through
8-bit codes (`SQ8`), a quarter as large, for eight candidates for each that is wanted; true inner products rank them,
and prove that none is missing, or else all are compared. Above some hundred thousand the codes are in an inverted index
(`IVF,SQ8`) of which a part is looked through: there a paper may be missed. Papers are named by their number. The folder
is derived from the vectors in the database.
"""

from __future__ import annotations

import math
import os
import threading
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from kg import generations
from kg.arrays import Growing, mapped, places_of, product, save
from kg.generations import FINER, VECTORS, Manifest, finer_maker
from kg.store import Store
from kg.store.vectors import Matrix
from search.inverted import inverted
from search.neighbours import nearest_of_each

# Looking through more takes too long for a question: about 20 ms.
EXACT_UP_TO = 300_000
SPREAD_OUT = 2000  # papers from all over the library that tell what cosines are usual in it
CODED_FROM = 20_000  # fewer are compared whole in a millisecond
_REFINED = 8  # candidates of the inverted index for each one that is wanted
_PART = 1 << 16  # vectors that are coded at once
_FEW = 5_000  # papers that are compared at once wherever they lie
_CODES, _CLUSTERS = "codes.faiss", "clusters"

Numbers = NDArray[np.int64]


def build(store: Store, model: str, parent: Path) -> Manifest:
    """Write the index of all vectors of `model`, then drop the one before.

    :raises StorageError: the folder cannot be written.
    """
    state = store.state("texts")
    return generations.write(parent, VECTORS, model, state, lambda folder: _fill(store, model, folder, None))


def build_finer(store: Store, model: str, parent: Path) -> Manifest:
    """Write the index of what `model` has embedded so far, then drop the one before.

    That is what was useful first, so what is usual is told by papers from all over the library.

    :raises StorageError: the folder cannot be written.
    """
    state, usual = store.state("texts"), store.vectors.spread_out(SPREAD_OUT)
    maker = finer_maker(model, store.vectors.last())
    return generations.write(parent, FINER, maker, state, lambda folder: _fill(store, model, folder, usual))


class VectorIndex:
    """An index opened for questions."""

    def __init__(self, parent: Path, kind: str = VECTORS) -> None:
        """:raises StorageError: there is no index in `parent`, or it is damaged."""
        self._neighbourhood: tuple[Numbers, Matrix] | None = None
        self._kept = threading.local()
        self.manifest = generations.opened(parent, kind, self._open)

    def _open(self, folder: Path, manifest: Manifest) -> Manifest:
        self._numbers: Numbers = mapped(folder, "numbers")
        self._mean, self._covariance = mapped(folder, "mean"), mapped(folder, "covariance")
        self._vectors: Matrix = mapped(folder, "vectors")
        codes = folder / _CODES
        self._codes = faiss.read_index(str(codes), faiss.IO_FLAG_MMAP) if codes.exists() else None
        self._clusters = mapped(folder, _CLUSTERS) if (folder / f"{_CLUSTERS}.npy").exists() else None
        self._error = float(mapped(folder, "error")[0])
        if not len(self._numbers) == len(self._vectors) == manifest.count:
            raise ValueError("the vectors are not those that their manifest names")
        return manifest

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def dimension(self) -> int:
        """Of the vectors."""
        return len(self._mean)

    @property
    def numbers(self) -> Numbers:
        """Numbers (n,) of the papers of the index, in order: the paper at place `p` is `numbers[p]`."""
        return self._numbers

    @property
    def vectors(self) -> Matrix:
        """Vectors (n, d) of these papers, of length 1."""
        return self._vectors

    def neighbourhood(self, k: int) -> tuple[Numbers, Matrix]:
        """The `k` nearest papers of every paper: their places (n, k) in `numbers`, and cosines (n, k), best first.

        A paper is not its own neighbour; where there are fewer, places are filled up with -1 and cosines with 0.
        Exact below 20,000 papers; above, see `search.neighbours`. Worked out once: whoever asks for fewer next gets the
        first of these.
        """
        if self._neighbourhood is None or self._neighbourhood[0].shape[1] < k:
            self._neighbourhood = nearest_of_each(self._vectors, k, self._clusters)
        places, cosines = self._neighbourhood
        return places[:, :k], cosines[:, :k]

    def nearest(self, vector: Matrix, limit: int, among: Numbers | None = None) -> tuple[Numbers, Matrix]:
        """Numbers (n,) and cosines (n,) of the papers nearest to `vector` (d,), best first.

        Of `among` only, if given.
        """
        places = None
        if among is not None:
            places, known = places_of(among, self._numbers)
            places = np.sort(places[known])
        wanted = min(limit, len(self) if places is None else len(places))
        if wanted == 0 or vector.shape != self._mean.shape:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        if self._codes is not None and (places is None or len(places) > _FEW):
            return self._by_codes(self._codes, vector, wanted, places)
        scores = product(self._vectors if places is None else self._vectors[places], vector)
        best = _best(scores, wanted)
        return self._numbers[best if places is None else places[best]], scores[best]

    def cosines(self, vector: Matrix, numbers: Numbers) -> Matrix:
        """The cosine (n,) of `vector` (d,) to each of these papers (n,); NaN for those that are not in the index."""
        result = np.full(len(numbers), np.nan, dtype=np.float32)
        if vector.shape == self._mean.shape:
            rows, known = self._rows(numbers)
            result[known] = product(rows, vector)
        return result

    def _rows(self, numbers: Numbers) -> tuple[Matrix, NDArray[np.bool_]]:
        """The vectors of those of these papers (n,) that are in the index, and which these are.

        They are kept for the next text of a question that this thread compares with the same papers: to gather them
        takes longer than to compare.
        """
        kept: tuple[Numbers, Matrix, NDArray[np.bool_]] | None = getattr(self._kept, "rows", None)
        if kept is None or kept[0] is not numbers:
            places, known = places_of(numbers, self._numbers)
            self._kept.rows = kept = numbers, self._vectors[places[known]], known
        return kept[1:]

    def spread(self, vector: Matrix) -> tuple[float, float]:
        """Mean and standard deviation of the cosine of `vector` (d,) to all papers of the index."""
        if vector.shape != self._mean.shape:
            return 0.0, 0.0
        return float(self._mean @ vector), math.sqrt(max(float(vector @ product(self._covariance, vector)), 0.0))

    def vector(self, number: int) -> Matrix | None:
        """The vector (d,) of a paper; None when it is not in the index."""
        (place,), (known,) = places_of(np.array([number]), self._numbers)
        return self._vectors[place] if known else None

    def _by_codes(
        self, codes: faiss.Index, vector: Matrix, wanted: int, among: Numbers | None
    ) -> tuple[Numbers, Matrix]:
        """The nearest (at the places `among`), chosen by their codes and ranked by their true cosines.

        A paper that was not chosen is at most as near as the last one chosen, and as far as codes may err. Where
        that is nearer than the last one wanted, and the codes are those of an exact search, all are compared.
        """
        exact, count = len(self) <= EXACT_UP_TO, len(self) if among is None else len(among)
        params = _params(codes, len(self), among, exact)
        faiss.omp_set_num_threads(1)  # more only wait for one another over one question, in the way of the encoder's
        rough, found = codes.search(vector.reshape(1, -1), min(wanted * _REFINED, count), params=params)
        places = np.sort(found[0][found[0] >= 0])  # FAISS pads what it does not find with -1
        scores = product(self._vectors[places], vector)
        best = _best(scores, min(wanted, len(places)))
        sure = len(places) == count or scores[best[-1]] >= rough[0][-1] + self._error
        if not sure and exact:
            places = np.arange(len(self)) if among is None else among
            scores = product(self._vectors if among is None else self._vectors[places], vector)
            best = _best(scores, wanted)
        return self._numbers[places[best]], scores[best]


def _params(codes: faiss.Index, size: int, among: Numbers | None, exact: bool) -> faiss.SearchParameters | None:
    """How the codes are looked through: some of the lists if there are any, and only at the places `among`."""
    given: dict[str, Any] = {}
    if among is not None:
        wanted = np.zeros(size, dtype=bool)
        wanted[among] = True
        given["sel"] = faiss.IDSelectorBitmap(np.packbits(wanted, bitorder="little"))  # type: ignore[call-arg, arg-type]
    if not exact:
        given["nprobe"] = faiss.extract_index_ivf(codes).nprobe
        return faiss.SearchParametersIVF(**given)
    return faiss.SearchParameters(**given) if given else None


def _best(scores: Matrix, wanted: int) -> Numbers:
    """The places of the highest of the scores (n,), highest first, ties by place."""
    least = np.partition(scores, -wanted)[-wanted]
    places = np.flatnonzero(scores >= least)
    return places[np.argsort(-scores[places], kind="stable")][:wanted]


def _fill(store: Store, model: str, folder: Path, usual: Numbers | None) -> int:
    """Write the vectors, what they have in common, and their codes if there are many."""
    _copy(store, model, folder, usual)
    vectors = mapped(folder, "vectors")
    codes = _coded(vectors, folder) if len(vectors) >= CODED_FROM else None
    if codes is not None:
        faiss.write_index(codes, str(folder / _CODES))
    error = _error(codes, vectors) if codes is not None and len(vectors) <= EXACT_UP_TO else 0.0
    save(folder, "error", np.array([error]))
    return len(vectors)


def _copy(store: Store, model: str, folder: Path, usual: Numbers | None) -> None:
    """Write the vectors with the numbers of their papers, and mean and covariance of all, or of the `usual` ones."""
    numbers = Growing(folder, "numbers", np.int64)
    vectors, moments = None, _Moments(1)
    for some, part in store.vectors.of_papers(model):
        if vectors is None:
            vectors, moments = Growing(folder, "vectors", np.float32, part.shape[1]), _Moments(part.shape[1])
        vectors.append(part)
        moments.add(part if usual is None else part[np.isin(some, usual)])
        numbers.append(some)
    numbers.close()
    (vectors or Growing(folder, "vectors", np.float32, 1)).close()
    save(folder, "mean", moments.mean)
    save(folder, "covariance", moments.covariance)


def _coded(vectors: Matrix, folder: Path) -> faiss.Index:
    """8-bit codes of vectors (n, d); above some number in an inverted index, whose clusters are written too."""
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    if len(vectors) > EXACT_UP_TO:
        index, clusters = inverted(vectors)
        save(folder, _CLUSTERS, clusters)
        return index
    codes = faiss.IndexScalarQuantizer(vectors.shape[1], faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    # The codes of an exact search must span all vectors: one out of range would err by much.
    codes.train(np.asarray(vectors))
    for start in range(0, len(vectors), _PART):
        codes.add(np.asarray(vectors[start : start + _PART]))
    return codes


def _error(codes: faiss.Index, vectors: Matrix) -> float:
    """The largest distance of a vector from what its code stands for: no cosine to a unit vector errs by more."""
    parts = (np.asarray(vectors[start : start + _PART]) for start in range(0, len(vectors), _PART))
    return max(float(np.linalg.norm(part - codes.sa_decode(codes.sa_encode(part)), axis=1).max()) for part in parts)


class _Moments:
    """Mean (d,) and covariance (d, d) of vectors that come in parts (n, d)."""

    def __init__(self, dimension: int) -> None:
        self._count = 0
        self._sum = np.zeros(dimension)
        self._products = np.zeros((dimension, dimension))

    def add(self, vectors: Matrix) -> None:
        self._count += len(vectors)
        self._sum += vectors.sum(axis=0, dtype=np.float64)
        self._products += vectors.T @ vectors

    @property
    def mean(self) -> Matrix:
        return np.asarray(self._sum / max(self._count, 1), dtype=np.float32)

    @property
    def covariance(self) -> Matrix:
        mean = self._sum / max(self._count, 1)
        return np.asarray(self._products / max(self._count, 1) - np.outer(mean, mean), dtype=np.float32)

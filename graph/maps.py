"""Where papers lie on the map of a library: those that are alike lie near each other.

t-SNE (van der Maaten and Hinton 2008; scikit-learn's) of the vectors' first principal components, begun from the first
two of them, which keeps what is far apart apart (Kobak and Berens 2019), or from where the papers lay before, so that
they keep their place. Of many papers only landmarks are laid out so; the others lie beside the landmarks that are
nearest to them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, MARGIN = 1000.0, 700.0, 18.0  # of the map

_MOST = 3000  # landmarks
_DENSER = 0.75  # a topic has landmarks by this power of its size: small ones more than their share
_COMPONENTS = 50
_FEW = 24  # papers of which the first two components are the map
_ALONE = 1000  # papers that one processor lays out sooner than several that wait for one another
_ROUNDS, _LATER_ROUNDS = 500, 300  # of t-SNE: from nothing, and from the map before
_SLOWLY = 60.0  # papers for each unit of the learning rate there: at its default they move twice as far, for little
_PERPLEXITY, _PER_NEIGHBOUR = 30.0, 20.0  # at most, and papers for each
_NEAREST = 16  # landmarks that a paper lies beside
_SHARPNESS = 10.0  # how much more a landmark counts that is nearer by cosine
_REACH = 0.03  # of the map's width: of landmarks farther apart only the nearest one counts
_SPREAD = 0.5  # part of the way to the third of these, over which papers lie about
_PART = 2048  # papers placed at once
_APART, _PUSHES, _MOST_APART = 9.0, 40, 1500  # between points, times that they are pushed, papers they are looked at of

Points = NDArray[np.float32]
"""(n, 2) x and y of each paper."""
Matrix = NDArray[np.float32]
Numbers = NDArray[np.int64]


def layout(vectors: Matrix, numbers: Numbers, topics: Numbers, before: Points) -> Points:
    """Where each paper lies, in t-SNE's own scale; see `fitted`. The same papers always lie the same.

    :param vectors: (n, d), of length 1.
    :param numbers: (n,) the papers' numbers, from which everything that looks random follows.
    :param topics: (n,) the topic of each, -1 for none: landmarks are taken from all of them.
    :param before: where each paper lay on the map before; NaN where it was not on it.
    """
    count = len(vectors)
    if count <= _FEW:
        return _components(vectors, 2)
    chosen = _landmarks(numbers, topics)
    marks = np.asarray(vectors[chosen])
    points = _embedded(marks, before[chosen])
    if len(chosen) == count:
        return points
    result = np.empty((count, 2), dtype=np.float32)
    others = np.setdiff1d(np.arange(count), chosen)
    for start in range(0, len(others), _PART):
        part = others[start : start + _PART]
        result[part] = _beside(np.asarray(vectors[part]), marks, points, fractions(numbers[part]))
    result[chosen] = points
    return result


def fitted(points: Points) -> Points:
    """The points within the map: `MARGIN` to `WIDTH` - `MARGIN`, and likewise in height; a few are kept apart."""
    if not len(points):
        return points.reshape(0, 2)
    least, extent = points.min(axis=0), np.ptp(points, axis=0)
    size = np.array([WIDTH, HEIGHT], dtype=np.float32) - 2 * MARGIN
    scaled = np.where(extent > 0, (points - least) / np.where(extent > 0, extent, 1), 0.5) * size + MARGIN
    return np.asarray(_apart(scaled) if len(points) <= _MOST_APART else scaled, dtype=np.float32)


def _landmarks(numbers: Numbers, topics: Numbers) -> NDArray[np.intp]:
    """Places of the papers that are laid out, in order: all, or some of each topic.

    Which of a topic is settled by their numbers: few others take their place as papers come.
    """
    if len(numbers) <= _MOST:
        return np.arange(len(numbers))
    order = np.lexsort((fractions(numbers)[:, 0], topics))
    _, first, sizes = np.unique(topics[order], return_index=True, return_counts=True)
    rank = np.arange(len(order)) - np.repeat(first, sizes)
    wanted = (rank + 0.5) / np.repeat(sizes.astype(np.float64) ** _DENSER, sizes)
    return np.sort(order[np.argsort(wanted, kind="stable")[:_MOST]])


def _embedded(vectors: Matrix, before: Points) -> Points:
    """t-SNE of vectors (n, d), begun from where they lay before, if most of them did.

    :raises ImportError: scikit-learn is not whole.
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    known = ~np.isnan(before[:, 0])
    again = known.mean() > 0.5
    parts = _components(vectors, _COMPONENTS)
    tsne = TSNE(
        perplexity=min(max(len(vectors) / _PER_NEIGHBOUR, 2.0), _PERPLEXITY),
        init=_start(vectors, before, known) if again else parts[:, :2] / (parts[:, 0].std() or 1) * np.float32(1e-4),
        early_exaggeration=1.0 if again else 12.0,  # it would tear the map of before apart
        learning_rate=max(len(vectors) / _SLOWLY, 2.0) if again else "auto",
        max_iter=_LATER_ROUNDS if again else _ROUNDS,
        random_state=0,
    )
    with threadpool_limits(1 if len(vectors) < _ALONE else None):
        return np.asarray(tsne.fit_transform(parts), dtype=np.float32)


def _components(vectors: Matrix, most: int) -> Matrix:
    """The first principal components (n, most) of vectors (n, d); 0 for those that there are not."""
    centred = np.asarray(vectors, dtype=np.float64)
    centred = centred - centred.mean(axis=0) if len(centred) else centred
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, :most]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])  # not by chance
    result = np.zeros((len(vectors), most), dtype=np.float32)
    result[:, : axes.shape[1]] = centred @ axes
    return result


def _start(vectors: Matrix, before: Points, known: NDArray[np.bool_]) -> Points:
    """Where t-SNE begins: where the papers lay, the new ones beside those that are nearest to them."""
    start = before.copy()
    for place in np.flatnonzero(~known):
        start[place] = _beside(vectors[place : place + 1], vectors[known], before[known], np.zeros((1, 2)))[0]
    return start


def _beside(vectors: Matrix, marks: Matrix, points: Points, fractions: NDArray[np.float64]) -> Points:
    """Where vectors (m, d) lie beside landmarks (k, d) at `points` (k, 2): at the mean of the nearest, spread a little.

    The mean is weighted by cosine, and by how near to the nearest landmark the others lie: between two groups of them
    there is nothing. The spread fills the space between landmarks; `fractions` (m, 2) say where.
    """
    cosines = vectors @ marks.T
    wanted = min(_NEAREST, len(marks))
    near = np.argpartition(-cosines, wanted - 1, axis=1)[:, :wanted]
    found = np.take_along_axis(cosines, near, axis=1)
    at = points[near]
    first = at[np.arange(len(at)), found.argmax(axis=1)][:, None]
    reach = _REACH * np.ptp(points[:, 0]) or 1.0
    apart = np.square(at - first).sum(axis=2)
    weights = np.exp(_SHARPNESS * (found - found.max(axis=1, keepdims=True)) - apart / (2 * reach**2))
    weights /= weights.sum(axis=1, keepdims=True)
    middle = (at * weights[..., None]).sum(axis=1)
    third = np.sqrt(np.partition(apart, min(2, wanted - 1), axis=1)[:, min(2, wanted - 1)])
    spread = _SPREAD * np.minimum(third, reach) * np.sqrt(fractions[:, 0])
    angle = 2 * np.pi * fractions[:, 1]
    return np.asarray(middle + np.stack([spread * np.cos(angle), spread * np.sin(angle)], axis=1), dtype=np.float32)


def fractions(numbers: Numbers) -> NDArray[np.float64]:
    """Two fractions (n, 2) from 0 to 1 that follow from each number and look random (splitmix64)."""
    with np.errstate(over="ignore"):
        mixed = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    halves = np.stack([mixed >> np.uint64(32), mixed & np.uint64(0xFFFFFFFF)], axis=1)
    return np.asarray(halves / 2.0**32)


def _apart(points: NDArray[np.float32]) -> NDArray[np.float64]:
    """The points, pushed from one another where they would cover each other; papers of one text lie side by side."""
    from scipy.spatial import cKDTree

    turn = np.arange(len(points)) * 2.4  # radians: no two lie in one direction
    moved = points + 1e-3 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    for _ in range(_PUSHES):
        pairs = cKDTree(moved).query_pairs(_APART, output_type="ndarray")
        if not len(pairs):
            break
        way = moved[pairs[:, 0]] - moved[pairs[:, 1]]
        length = np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)
        push = way / length[:, None] * ((_APART * 1.01 - length) / 2)[:, None]
        np.add.at(moved, pairs[:, 0], push)
        np.add.at(moved, pairs[:, 1], -push)
        moved = np.clip(moved, MARGIN / 2, [WIDTH - MARGIN / 2, HEIGHT - MARGIN / 2])
    return np.asarray(moved)

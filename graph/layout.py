"""Where the nodes of a picture lie: about as far apart as they are in the graph, and no label on another. Pure.

A plan comes from majorising the stress of distances (Gansner, Koren and North 2004, "Graph drawing by stress
majorization"), which is what `networkx.kamada_kawai_layout` minimises too, but slowly. Of two ways to
begin the one is kept whose edges cross least. Every box then gets the place nearest to its plan, of places so far
apart that nothing can overlap, and moves to a free one where its edges disturb less.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Points: TypeAlias = NDArray[np.float64]
"""(n, 2): x to the right, y down."""
Plane: TypeAlias = NDArray[np.complex128]
"""Points as complex numbers, as the sides of lines are worked out fastest."""
Pairs: TypeAlias = NDArray[np.int64]
"""(m, 2): which two nodes an edge joins."""

_ROUNDS = 20  # of majorisation
_GAP = 12.0  # between boxes
_AIR = 1.5  # places for each box
_TURNS = (
    1  # in which every box may move where it disturbs less; a second takes as long, and spares a sixth of crossings
)
_OVER, _LENGTH = 2.0, 0.5  # what an edge through a box costs beside a crossing, and each box's width of an edge
_CORE = (60.0, 30.0)  # the inner part of a box that an edge may not run through: words are legible over a line
_TURNINGS = (2.399963, 1.0)  # from each node to the next at the start, in radians: the golden angle, and another


def laid_out(sizes: Sequence[tuple[float, float]], joined: Sequence[tuple[int, int]], width: float) -> Points:
    """The middles (n, 2) of boxes of these sizes (width and height), the first in the middle: at (0, 0).

    `joined` are pairs of boxes with an edge between them. Nothing lies further than half of `width` to a side, if no
    box is wider than that; the height follows. The same boxes and edges have the same places.
    """
    boxes = np.array(sizes, dtype=np.float64).reshape(-1, 2)
    if len(boxes) < 2:
        return np.zeros((len(boxes), 2))
    once = sorted({(min(pair), max(pair)) for pair in joined if pair[0] != pair[1]})
    pairs = np.array(once, dtype=np.int64).reshape(-1, 2)
    far = _distances(len(boxes), pairs)
    starts = [_spiral(far[0], turn) for turn in _TURNINGS]
    plans = [_majorised(start, far) for start in starts]
    best = min(plans, key=lambda points: _crossings(points, pairs))
    places = _places(boxes, width)
    return _untangled(_assigned(best, places), places, boxes, pairs)


def _distances(count: int, pairs: Pairs) -> Points:
    """How many edges lie between any two nodes (n, n); between parts that nothing joins, one more than the most."""
    far = np.full((count, count), np.inf)
    np.fill_diagonal(far, 0.0)
    far[pairs[:, 0], pairs[:, 1]] = far[pairs[:, 1], pairs[:, 0]] = 1.0
    for middle in range(count):
        np.minimum(far, far[:, middle, None] + far[None, middle], out=far)
    known = np.isfinite(far)
    far[~known] = far[known].max() + 1.0
    return np.asarray(far)


def _spiral(far: Points, turn: float) -> Points:
    """Around the first node, as far out as they are in the graph."""
    angles = turn * np.arange(len(far))
    return np.asarray(far[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1))


def _majorised(points: Points, far: Points) -> Points:
    """The plan that its stress leads to: each round moves every node to where all others would have it."""
    weights = np.divide(1.0, far**2, out=np.zeros_like(far), where=far > 0)
    laplacian = np.diag(weights.sum(axis=1)) - weights
    inverse = np.asarray(np.linalg.inv(laplacian + 1.0 / len(far)) - 1.0 / len(far), dtype=np.float64)
    pulls = weights * far
    for _ in range(_ROUNDS):
        between = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
        ratios = -np.divide(pulls, between, out=np.zeros_like(pulls), where=between > 1e-9)
        ratios -= np.diag(ratios.sum(axis=1))
        points = _product(inverse, _product(ratios, points))
    return points


def _product(one: Points, other: Points) -> Points:
    """Of two matrices, without BLAS: its threads would spin on, in the way of whoever encodes a question meanwhile."""
    return np.asarray(np.einsum("ij,jk->ik", one, other))


def _crossings(points: Points, pairs: Pairs) -> int:
    """How many times an edge crosses another."""
    plane = _complex(points)
    one, other = plane[pairs[:, 0]], plane[pairs[:, 1]]
    return int(np.count_nonzero(_crossed(one[:, None], other[:, None], one, other))) // 2


def _complex(points: Points) -> Plane:
    return np.asarray(points[..., 0] + 1j * points[..., 1])


def _crossed(one: Plane, other: Plane, start: Plane, end: Plane) -> NDArray[np.bool_]:
    """Whether the edge from one point to the other crosses that from start to end; those that share an end do not."""
    line = (other - one).conj()
    first = (line * (start - one)).imag * (line * (end - one)).imag
    line = (end - start).conj()
    second = (line * (one - start)).imag * (line * (other - start)).imag
    return np.asarray((first < -1e-9) & (second < -1e-9))


def _through(one: Plane, other: Plane, middle: Plane, box: Points) -> NDArray[np.bool_]:
    """Whether the edge from one point to the other runs through a box: no line parts them (separating axes)."""
    half, away = (other - one) / 2, (one + other) / 2 - middle
    wide, high = box[..., 0] / 2, box[..., 1] / 2
    dx, dy = np.abs(half.real), np.abs(half.imag)
    across = np.abs((half.conj() * away).imag) < dx * high + dy * wide
    return np.asarray(across & (np.abs(away.real) < dx + wide) & (np.abs(away.imag) < dy + high))


def _places(boxes: Points, width: float) -> Points:
    """Places (m, 2) where boxes cannot overlap, more than there are boxes; the first in the middle.

    They lie in rows that are set off by half a box, about as many to a side as make the picture wider than high.
    """
    pitch = boxes.max(axis=0) + _GAP
    columns = max(1, min(int(width // pitch[0]), round(np.sqrt(len(boxes)))))
    found, row = [(0.0, 0.0)], 0
    while len(found) < _AIR * len(boxes):
        # Every second row begins half a box further, so in each the number to a side of the middle is even or odd.
        sides = [side for side in range(1 - columns, columns) if (side - row) % 2 == 0]
        rows = (row, -row) if row else (0,)
        found += [(side / 2 * pitch[0], at * pitch[1]) for at in rows for side in sides if (side, at) != (0, 0)]
        row += 1
    return np.array(found)


def _assigned(points: Points, places: Points) -> NDArray[np.int64]:
    """The numbers (m,) of all places: first those of the points, near to where they are; the first has the first."""
    from scipy.optimize import linear_sum_assignment

    points = (points - points[0]) / np.maximum(points.std(axis=0), 1e-9) * places.std(axis=0)
    costs = ((points[1:, None] - places[None, 1:]) ** 2).sum(axis=2)
    taken = linear_sum_assignment(costs)[1] + 1
    return np.concatenate([[0], taken, np.setdiff1d(np.arange(1, len(places)), taken)]).astype(np.int64)


def _untangled(at: NDArray[np.int64], places: Points, boxes: Points, pairs: Pairs) -> Points:
    """Where the boxes lie once each has moved to the free place where its edges disturb least, several times over."""
    at, count = at.copy(), len(boxes)
    for _ in range(_TURNS):
        before = at.copy()
        for node in range(1, count):
            free = np.concatenate([at[[node]], at[count:]])
            costs = _disturbance(node, places[free], places[at[:count]], boxes, pairs)
            best = int(np.argmin(costs))
            if best and costs[best] < costs[0] - 1e-9:
                at[[node, count + best - 1]] = at[[count + best - 1, node]]
        if (at == before).all():
            break
    return places[at[:count]]


def _disturbance(node: int, places: Points, points: Points, boxes: Points, pairs: Pairs) -> Points:
    """What it costs (m,) to have a node at each of these places: crossings, edges through boxes, and length."""
    mine = (pairs == node).any(axis=1)
    near, others = pairs[mine].sum(axis=1) - node, pairs[~mine]
    plane, free = _complex(points), _complex(places)
    one, other = plane[others[:, 0]], plane[others[:, 1]]
    here, there = free[:, None, None], plane[near][:, None]
    crossed = _crossed(here, there, one, other).sum(axis=(1, 2))
    foreign = np.arange(len(points)) != near[:, None]
    foreign[:, node] = False
    cores = np.minimum(boxes, _CORE)
    through = (_through(here, there, plane, cores) & foreign).sum(axis=(1, 2))
    from_others = _through(one, other, free[:, None], cores[node]).sum(axis=1)
    length = np.abs(here - there).sum(axis=(1, 2)) / boxes.max()
    return np.asarray(crossed + _OVER * (through + from_others) + _LENGTH * length)

"""Where the names of topics stand on the map, from which magnification each has room, and which colours topics have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graph.maps import HEIGHT, WIDTH, Points

ZOOMS = (0.4, 1.0, 2.0, 4.0, 8.0)  # the first is that of a narrow screen, where letters are as large and the map small
COLOURS = 10
LONGEST = 32  # characters of a name on the map
_MOST = (12, 40, 80, 160, 320)  # names shown at each magnification
_SHIFTS = (0, -1, 1)  # lines up or down that a name may stand beside its place
_LEAST = 3  # papers of a topic that the whole map names
_LETTER, _LINE = 9.4, 20.0  # width of a letter and height of a line, of the map at its own size
_CELL = 25.0  # of the grid on which papers are counted
_AROUND = 1.6 * _CELL

Boxes = NDArray[np.float64]


def spot(points: Points) -> tuple[float, float]:
    """Where papers (n, 2; one at least) lie densest."""
    from scipy.ndimage import gaussian_filter

    edges = [np.arange(0, size + _CELL, _CELL) for size in (WIDTH, HEIGHT)]
    counts, _, _ = np.histogram2d(points[:, 0], points[:, 1], bins=edges)
    best = np.unravel_index(gaussian_filter(counts, 1.5, mode="constant").argmax(), counts.shape)
    centre = (np.array(best) + 0.5) * _CELL
    distance = np.hypot(*(points - centre).T)
    near = points[distance <= max(_AROUND, float(distance.min()))]
    return float(near[:, 0].mean()), float(near[:, 1].mean())


def placed(spots: Boxes, labels: Sequence[str], papers: Sequence[int]) -> tuple[Boxes, NDArray[np.float64]]:
    """Where each name stands (n, 2), and the magnification (n,) from which it has room; 0: it never has.

    `spots` are (n, 2), the most important first. At each of `ZOOMS` no two of the names shown cover each other, and a
    topic of a paper or two has none on the whole map.
    """
    at, zooms = spots.astype(np.float64).copy(), np.zeros(len(labels))
    for zoom, most in zip(ZOOMS, _MOST, strict=True):
        for place, label in enumerate(labels):
            shown = np.flatnonzero(zooms).tolist()
            if len(shown) >= most:
                break
            if zooms[place] or (papers[place] < _LEAST and zoom <= 1):
                continue
            half = half_size(label, zoom)
            others = np.array([half_size(labels[other], zoom) for other in shown]).reshape(-1, 2) + half
            for lines in _SHIFTS:
                here = _within(spots[place] + [0, lines * _LINE / zoom], half)
                if not (np.abs(at[shown] - here) < others).all(axis=1).any():
                    at[place], zooms[place] = here, zoom
                    break
    return at, zooms


def half_size(label: str, zoom: float) -> NDArray[np.float64]:
    """Half of the width and height (2,) that a name takes up at a magnification."""
    return np.array([min(len(label), LONGEST) * _LETTER + 6, _LINE]) / zoom / 2


def hues(spots: Boxes) -> NDArray[np.int64]:
    """A colour (n,) for each topic, the most important first: topics of one colour lie as far apart as may be."""
    found = np.zeros(len(spots), dtype=np.int64)
    for place in range(len(spots)):
        if place < COLOURS:
            found[place] = place
            continue
        distance = np.hypot(*(spots[:place] - spots[place]).T)
        found[place] = int(np.argmax([distance[found[:place] == hue].min() for hue in range(COLOURS)]))
    return found


def _within(point: Boxes, half: Boxes) -> Boxes:
    """The middle of a box, moved so that the box is within the map; a box that is wider stands in the middle."""
    size = np.array([WIDTH, HEIGHT])
    return np.where(2 * half < size, np.clip(point, half, np.maximum(size - half, half)), size / 2)

"""Thousands of papers as dots in SVG: cells of a grid in the colour of most papers there, runs of them one line.

No more bytes than a small photograph, however many papers there are.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from kg.answers_map import MapPoints

# Of equal lightness, and in contrast (3 : 1 at least) to a light ground and to a dark one.
PALETTE = "#4c7fd1 #c9622c #3d9150 #b759b0 #9a7d1c #1f93a5 #d2527a #7a6fd6 #6f8f2a #a8705a".split()
GREY = "#84888f"  # papers without a topic
WIDTH, HEIGHT = 1000, 700
_CELL = 2  # of the map's 1000 by 700
_SHADES = (0.35, 0.6, 1.0)  # of cells with one paper, two, more
_HEAD = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" fill="none" stroke-width="{_CELL}">'
_LIGHT = 40_000  # bytes that a page may carry with it

Cells = NDArray[np.int64]


@lru_cache(maxsize=2)
def dots(points: MapPoints, colours: tuple[int, ...]) -> Markup:
    """The papers as paths, one for each colour and shade; `colours` are those of the topics."""
    cells, hues, counts = _cells(points, np.array([*colours, len(PALETTE)], dtype=np.int64))
    drawn = []
    for hue, colour in enumerate((*PALETTE, GREY)):
        for number, shade in enumerate(_SHADES, 1):
            those = cells[(hues == hue) & (np.minimum(counts, len(_SHADES)) == number)]
            if len(those):
                drawn.append(f'<path stroke="{colour}" stroke-opacity="{shade}" d="{_path(those)}"/>')
    return Markup("".join(drawn))


@lru_cache(maxsize=2)
def image(points: MapPoints, colours: tuple[int, ...]) -> str:
    """The papers as an image of its own."""
    return f"{_HEAD}{dots(points, colours)}</svg>"


@lru_cache(maxsize=2)
def is_light(points: MapPoints, colours: tuple[int, ...]) -> bool:
    """Whether the dots may be part of the page."""
    return len(gzip.compress(dots(points, colours).encode(), 5)) <= _LIGHT


def colour_of(hue: int | None) -> str:
    """The colour of a topic's papers."""
    return GREY if hue is None else PALETTE[hue]


def _cells(points: MapPoints, colours: Cells) -> tuple[Cells, Cells, Cells]:
    """The cells (n,) that hold papers, row by row; the colour that most of each have, and how many they are."""
    columns = WIDTH // _CELL
    x, y = (np.asarray(values, dtype=np.float64) // _CELL for values in (points.x, points.y))
    cell = (y * columns + np.minimum(x, columns - 1)).astype(np.int64)
    hue = colours[np.array([-1 if topic is None else topic for topic in points.topic], dtype=np.int64)]
    kinds = len(PALETTE) + 1
    pairs, counts = np.unique(cell * kinds + hue, return_counts=True)
    order = np.lexsort((-counts, pairs // kinds))
    cells, first, _ = np.unique(pairs[order] // kinds, return_index=True, return_counts=True)
    return cells, pairs[order][first] % kinds, np.add.reduceat(counts[order], first)


def _path(cells: Cells) -> str:
    """A path over these cells (n,; in order), as lines along each row."""
    columns = WIDTH // _CELL
    starts = np.flatnonzero(np.diff(cells, prepend=-2) != 1)
    starts = np.union1d(starts, np.flatnonzero(cells % columns == 0))
    lengths = np.diff(np.append(starts, len(cells))) * _CELL
    rows, x = cells[starts] // columns, cells[starts] % columns * _CELL
    lines: Sequence[tuple[int, int, int]] = list(zip(x.tolist(), rows.tolist(), lengths.tolist(), strict=True))
    path, row, at = [], -1, 0
    for left, line, length in lines:
        path.append(f"m{left - at} 0h{length}" if line == row else f"M{left} {line * _CELL + _CELL // 2}h{length}")
        row, at = line, left + length
    return "".join(path)

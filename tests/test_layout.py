"""The layout of a picture: nothing overlaps, all lies inside, the same question has the same picture."""

from itertools import combinations

import numpy as np
import pytest

from graph.layout import Points, laid_out
from kg.library import Library
from webapp import create_app
from webapp.pictures.around import WIDTH, Drawing, drawn

BOX, WIDE = (143.0, 47.0), 1012.0
SHAPES = {
    "star": [(0, other) for other in range(1, 40)],
    "clique": list(combinations(range(40), 2)),
    "path": [(one, one + 1) for one in range(39)],
    "apart": [],
    "two stars": [*((0, other) for other in range(1, 20)), *((20, other) for other in range(21, 40))],
}


def overlaps(points: Points, sizes: list[tuple[float, float]]) -> int:
    boxes = np.array(sizes)
    room = (boxes[:, None] + boxes[None]) / 2 - np.abs(points[:, None] - points[None])
    return int(np.count_nonzero(np.triu(np.all(room > 1e-6, axis=2), 1)))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 40])
def test_any_number_of_boxes(count: int) -> None:
    points = laid_out([BOX] * count, [(0, other) for other in range(1, count)], WIDE)
    assert points.shape == (count, 2)
    assert not points[:1].any()
    assert overlaps(points, [BOX] * count) == 0 if count else True


@pytest.mark.parametrize("edges", SHAPES.values(), ids=SHAPES)
def test_nothing_overlaps_or_is_wider_than_the_picture(edges: list[tuple[int, int]]) -> None:
    sizes = [(40.0 + 11 * (place % 10), 26.0 + 7 * (place % 4)) for place in range(40)]
    points = laid_out(sizes, edges, WIDE)
    assert overlaps(points, sizes) == 0
    assert (np.abs(points[:, 0]) + np.array(sizes)[:, 0] / 2).max() <= WIDE / 2
    assert np.array_equal(points, laid_out(sizes, edges, WIDE))


def test_boxes_as_wide_as_the_picture_lie_below_one_another() -> None:
    sizes = [(900.0, 40.0)] * 6
    points = laid_out(sizes, [(0, 5)], WIDE)
    assert overlaps(points, sizes) == 0
    assert not points[:, 0].any()


def test_edges_that_need_not_cross_do_not() -> None:
    """Two squares that share the middle: a plan without crossings is there to be found."""
    edges = [(0, 1), (1, 2), (2, 3), (3, 0), (0, 4), (4, 5), (5, 6), (6, 0)]
    points = laid_out([BOX] * 7, edges, WIDE)
    apart = [pair for pair in combinations(edges, 2) if not {*pair[0]} & {*pair[1]}]
    assert not any(crossed(points, one, other) for one, other in apart)


def crossed(points: Points, one: tuple[int, int], other: tuple[int, int]) -> bool:
    def side(line: tuple[int, int], at: int) -> float:
        (x, y), (dx, dy) = points[at] - points[line[0]], points[line[1]] - points[line[0]]
        return float(dx * y - dy * x)

    return all(side(a, b[0]) * side(a, b[1]) < 0 for a, b in ((one, other), (other, one)))


@pytest.mark.parametrize("depth", [1, 2])
def test_every_picture_of_the_library(library: Library, depth: int) -> None:
    with create_app(library).test_request_context("/"):
        for paper in library.store.papers.all_ids():
            found = drawn(library.around(paper, depth), depth, {})
            boxes = [box_of(found, place) for place in range(len(found.shapes))]
            assert overlaps(np.array([box[:2] for box in boxes]), [box[2:] for box in boxes]) == 0
            left, top, width, height = map(float, found.box.split())
            assert width == WIDTH
            for x, y, wide, high in boxes:
                assert left <= x - wide / 2
                assert x + wide / 2 <= left + width
                assert top <= y - high / 2
                assert y + high / 2 <= top + height


def box_of(found: Drawing, place: int) -> tuple[float, float, float, float]:
    """The middle of what a shape and its label take, and its size."""
    shape = found.shapes[place]
    middle = shape.y if not shape.radius else shape.y - shape.radius + shape.height / 2
    return shape.x, middle, shape.width, shape.height

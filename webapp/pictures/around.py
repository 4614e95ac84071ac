"""What is around a paper as a drawing: where each shape, label and line of the picture lies, and what it links to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from textwrap import wrap

from flask import url_for

from graph.layout import laid_out
from kg.answers_graph import AroundAnswer, AroundNode, PathStep
from webapp.show import paper_url
from webapp.tex import plain

WIDTH = 1040.0  # units of the drawing: pixels, where there is room for it
_MARGIN = 14.0
_LETTER, _LINE = 6.5, 14.0  # of a label: width of a letter, height of a line
_LONGEST, _HELD, _LINES = 22, 20, 2  # of a label: letters a line, of one in its shape, and lines
_RADIUS = {"center": 12.0, "paper": 8.0, "author": 6.0}  # of shapes that stand above their label
_HOLDING = ("topic", "heading")  # shapes that hold their label
_PAD = (9.0, 4.0)  # around it
_PLUS = 19.0  # from the middle of a paper's circle to that of its +
_BEND = 16.0  # between lines that join the same two nodes


@dataclass(frozen=True, slots=True)
class Shape:
    """A node as it is drawn: `x` and `y` are the middle of its shape, `lines` its label, the first at `label_y`.

    `radius` is that of a circle or half the side of a square; shapes that hold their label have `width` and `height`.
    `name` tells screen readers what it is. `expand` names a paper whose neighbours can be shown also, `fold` one whose
    neighbours are.
    """

    node: AroundNode
    kind: str
    href: str
    name: str
    x: float
    y: float
    radius: float
    width: float
    height: float
    lines: tuple[str, ...]
    label_y: float
    expand: str | None
    fold: str | None

    @property
    def left(self) -> float:
        """Where a shape that holds its label begins."""
        return round(self.x - self.width / 2, 1)

    @property
    def top(self) -> float:
        """The same from above."""
        return round(self.y - self.height / 2, 1)

    @property
    def plus(self) -> float:
        """How far to the right of the middle the link stands that shows or hides a paper's neighbours."""
        return _PLUS


@dataclass(frozen=True, slots=True)
class Line:
    """An edge as it is drawn, a path from shape to shape: from that at the place `one` to that at `other`."""

    edge: PathStep
    one: int
    other: int
    path: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole picture; `box` is its viewBox."""

    answer: AroundAnswer
    box: str
    shapes: tuple[Shape, ...]
    lines: tuple[Line, ...]
    depth: int
    expanded: Mapping[str, str]

    @property
    def kinds(self) -> set[str]:
        """The kinds of shapes and edges that there are."""
        return {shape.kind for shape in self.shapes} | {line.edge.kind for line in self.lines}


def drawn(answer: AroundAnswer, depth: int, expanded: Mapping[str, str]) -> Drawing:
    """The drawing of what is around a paper and the `expanded` ones: their ids, with what the request calls them."""
    names = {f"{node.kind}:{node.id}": place for place, node in enumerate(answer.nodes)}
    ends = [(names[edge.from_], names[edge.to]) for edge in answer.edges]
    labels = [_label(node) for node in answer.nodes]
    sizes = [_size(_kind(answer, node), lines) for node, lines in zip(answer.nodes, labels, strict=True)]
    points = laid_out(sizes, ends, WIDTH - 2 * _MARGIN)
    shapes = tuple(
        _shape(answer, node, lines, (float(x), float(y)), size, expanded)
        for node, lines, (x, y), size in zip(answer.nodes, labels, points, sizes, strict=True)
    )
    tops = [y - height / 2 for (_, y), (_, height) in zip(points, sizes, strict=True)]
    bottoms = [y + height / 2 for (_, y), (_, height) in zip(points, sizes, strict=True)]
    top, bottom = min(tops) - _MARGIN, max(bottoms) + _MARGIN
    box = f"{-WIDTH / 2:.0f} {top:.0f} {WIDTH:.0f} {bottom - top:.0f}"
    return Drawing(answer, box, shapes, _lines(answer.edges, ends, shapes), depth, expanded)


def _kind(answer: AroundAnswer, node: AroundNode) -> str:
    if node.kind != "paper":
        return node.kind
    return "center" if node.id == answer.center else "paper" if node.in_library else "outside"


def _label(node: AroundNode) -> tuple[str, ...]:
    """A node's name in two short lines; of a heading the list is left out, which its full name tells."""
    text = plain(node.label.rpartition(" › ")[2] if node.kind == "heading" else node.label)
    longest = _HELD if node.kind in _HOLDING else _LONGEST
    lines = wrap(text, longest) or [node.id[:longest]]
    if len(lines) > _LINES:
        kept = lines[_LINES - 1]
        lines[_LINES - 1 :] = [(kept if len(kept) < longest else kept[:-1]).rstrip(" ,.:;-–—") + "…"]
    return tuple(lines)


def _size(kind: str, lines: Sequence[str]) -> tuple[float, float]:
    """Width and height of the box that a shape and its label take."""
    width, height = max(map(len, lines)) * _LETTER, len(lines) * _LINE
    if kind in _HOLDING:
        return width + 2 * _PAD[0], height + 2 * _PAD[1]
    radius = _RADIUS.get(kind, _RADIUS["paper"])
    reach = 2 * (_PLUS + 10) if kind in ("paper", "outside") else 2 * radius
    return max(width, reach), 2 * radius + 3 + height


def _shape(
    answer: AroundAnswer,
    node: AroundNode,
    lines: tuple[str, ...],
    point: tuple[float, float],
    size: tuple[float, float],
    expanded: Mapping[str, str],
) -> Shape:
    kind, (x, y), (width, height) = _kind(answer, node), point, size
    holds = kind in _HOLDING
    radius = 0.0 if holds else _RADIUS.get(kind, _RADIUS["paper"])
    middle = y if holds else y - height / 2 + radius
    first = y - height / 2 + (_PAD[1] if holds else 2 * radius + 3) + 0.78 * _LINE
    other = node.kind == "paper" and kind != "center"
    return Shape(
        node,
        kind,
        _href(answer, node),
        _name(node, kind),
        round(x, 1),
        round(middle, 1),
        radius,
        round(width, 1),
        round(height, 1),
        lines,
        round(first, 1),
        node.id if other and node.id not in expanded else None,
        expanded.get(node.id) if other else None,
    )


def _name(node: AroundNode, kind: str) -> str:
    year = f" ({node.published[:4]})" if node.published else ""
    what = {"center": "this paper", "outside": "paper that is only cited"}.get(kind, kind)
    return f"{what}: {plain(node.label)}{year}"


def _href(answer: AroundAnswer, node: AroundNode) -> str:
    """The page of a node; of a heading where its list has the first of the papers of the picture."""
    if node.kind == "paper":
        return paper_url(node.id)
    if node.kind == "author":
        return url_for("pages.author", author_id=node.id)
    if node.kind == "topic":
        return url_for("pages.topic", topic_id=node.id)
    said = [edge.source for edge in answer.edges if edge.to == f"heading:{node.id}"]
    line = min((int(line) for source in said[:1] for line in re.findall(r":(\d+)(?=, |$)", source)), default=None)
    anchor = f"line-{line}" if line else None
    return url_for("pages.reading_list", list_id=node.id.partition("#")[0], line=line, _anchor=anchor)


def _lines(edges: Sequence[PathStep], ends: Sequence[tuple[int, int]], shapes: Sequence[Shape]) -> tuple[Line, ...]:
    """The edges as lines; those that join the same two nodes bend away from one another."""
    together: dict[frozenset[int], list[int]] = {}
    for place, pair in enumerate(ends):
        together.setdefault(frozenset(pair), []).append(place)
    lines = []
    for place, (edge, (one, other)) in enumerate(zip(edges, ends, strict=True)):
        group = together[frozenset((one, other))]
        bend = (group.index(place) - (len(group) - 1) / 2) * _BEND
        # Bent by the place of the nodes, not by the way the edge points: else two would bend to the same side.
        lines.append(Line(edge, one, other, _path(shapes[one], shapes[other], bend if one < other else -bend)))
    return tuple(lines)


def _path(one: Shape, other: Shape, bend: float) -> str:
    """A line from the rim of one shape to that of another, with its middle so far to the left."""
    far = hypot(other.x - one.x, other.y - one.y) or 1.0
    left = ((other.y - one.y) / far, -(other.x - one.x) / far)
    middle = ((one.x + other.x) / 2 + left[0] * 2 * bend, (one.y + other.y) / 2 + left[1] * 2 * bend)
    (ax, ay), (bx, by) = _rim(one, middle, 1.0), _rim(other, middle, 3.0)
    curve = f"L{bx:.1f} {by:.1f}" if not bend else f"Q{middle[0]:.1f} {middle[1]:.1f} {bx:.1f} {by:.1f}"
    return f"M{ax:.1f} {ay:.1f}{curve}"


def _rim(shape: Shape, towards: tuple[float, float], gap: float) -> tuple[float, float]:
    """Where the line from the middle of a shape to a point leaves it, a little outside."""
    dx, dy = towards[0] - shape.x, towards[1] - shape.y
    far = hypot(dx, dy) or 1.0
    if shape.radius:
        out = shape.radius + gap
    else:
        sides = [half / abs(part) for half, part in ((shape.width / 2, dx), (shape.height / 2, dy)) if part]
        out = min(sides, default=0.0) * far + gap
    out = min(out, far)
    return shape.x + dx / far * out, shape.y + dy / far * out

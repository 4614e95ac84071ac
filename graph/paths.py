"""A shortest path between two nodes of the graph: fewest steps, then through the middles that say most.

Paths go through papers, authors, topics and headings. Categories and lists join everything to everything, so a path
through one says nothing. Of paths of one length the best has the rarest middles: each costs the binary logarithm of how
much it joins, so a heading of three papers is worth more than a topic of fifty, and a paper that two cite more than
one that thousands do; a similarity costs more than a statement.

The search goes breadth first, a layer of nodes at a time, over the arrays as they are mapped: nothing is built for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.facts import where
from graph.tables import EDGES, Places, Tables
from kg.answers_graph import PathNode, PathStep

KINDS = ("paper", "author", "topic", "heading")  # nodes that paths go through
STEPS = ("cites", "wrote", "about", "listed_under", "similar")  # edges that they follow, either way
_SIMILAR = 3.0  # what a similarity costs beside its middle: as much as a middle that joins eight times as much


class Node(NamedTuple):
    """A node by its kind and place."""

    kind: str
    place: int


class Step(NamedTuple):
    """An edge of a path, as it points: from one place to the other."""

    kind: str
    one: int
    other: int


class _Edges(NamedTuple):
    """Edges of some nodes (n,): which of these each is of (k,), the node at its other end (k,), its kind (k,)."""

    which: Places
    ends: Places
    kinds: Places


class _Layer(NamedTuple):
    """Nodes (n,) that are equally far from the start; for each the node after it, the kind of step there, its cost."""

    nodes: Places
    following: Places
    kinds: Places
    costs: NDArray[np.float64]


def shortest(tables: Tables, start: Node, end: Node) -> tuple[list[Node], list[Step]]:
    """The nodes of the best shortest path, from start to end, and its steps; no nodes where there is no path."""
    search = _Search(tables)
    first, last = search.named(start), search.named(end)
    far = search.distances(first, last)
    if far[last] < 0:
        return [], []
    nodes, kinds = search.best(far, last)
    found = [search.node(node) for node in nodes]
    return found, [_step(tables, STEPS[kind], *pair) for kind, pair in zip(kinds, pairwise(found), strict=True)]


class _Search:
    """The nodes of all `KINDS` in one numbering, and what is asked of them."""

    def __init__(self, tables: Tables) -> None:
        counts = [len(tables.ids[kind]) for kind in KINDS]
        self._links = tables.links
        self._bounds: Places = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self._offsets: Mapping[str, int] = dict(zip(KINDS, self._bounds.tolist(), strict=False))

    def named(self, node: Node) -> int:
        """The number of a node."""
        return self._offsets[node.kind] + node.place

    def node(self, number: int) -> Node:
        """The node of a number."""
        kind = int(np.searchsorted(self._bounds, number, side="right")) - 1
        return Node(KINDS[kind], number - int(self._bounds[kind]))

    def distances(self, first: int, last: int) -> NDArray[np.int32]:
        """How many steps each node is from the first, as far as the last; -1 for those not reached."""
        far = np.full(int(self._bounds[-1]), -1, dtype=np.int32)
        far[first], steps, front = 0, 0, np.array([first])
        while len(front) and far[last] < 0:
            ends = self._edges(front).ends
            front, steps = np.unique(ends[far[ends] < 0]), steps + 1
            far[front] = steps
        return far

    def best(self, far: NDArray[np.int32], last: int) -> tuple[list[int], list[int]]:
        """The nodes of the cheapest way to the last, from the first; and the kinds of its steps."""
        none = np.zeros(1, dtype=np.int64)
        layers = [_Layer(np.array([last]), none, none, np.zeros(1))]
        for distance in range(int(far[last]) - 1, -1, -1):
            layers.append(self._before(layers[-1], far, distance))
        nodes, kinds = [int(layers[-1].nodes[0])], []
        for layer in reversed(layers[1:]):
            at = int(np.searchsorted(layer.nodes, nodes[-1]))
            nodes.append(int(layer.following[at]))
            kinds.append(int(layer.kinds[at]))
        return nodes, kinds

    def _before(self, layer: _Layer, far: NDArray[np.int32], distance: int) -> _Layer:
        """The nodes at that distance which lead to a layer, each with its cheapest way on."""
        which, ends, kinds = self._edges(layer.nodes)
        back = far[ends] == distance
        which, ends, kinds = which[back], ends[back], kinds[back]
        costs = layer.costs[which] + np.where(kinds == STEPS.index("similar"), _SIMILAR, 0.0)
        order = np.lexsort((layer.nodes[which], kinds, costs, ends))
        nodes, firsts = np.unique(ends[order], return_index=True)
        chosen = order[firsts]
        own = np.log2(1.0 + self._joined(nodes)) if distance else np.zeros(len(nodes))
        return _Layer(nodes, layer.nodes[which[chosen]], kinds[chosen], costs[chosen] + own)

    def _joined(self, nodes: Places) -> Places:
        """How many edges each of these nodes has."""
        return np.bincount(self._edges(nodes).which, minlength=len(nodes))

    def _edges(self, nodes: Places) -> _Edges:
        """All edges of these nodes, whichever way they point."""
        parts = list(self._parts(nodes))
        which, ends, kinds = (np.concatenate(column) for column in zip(*parts, strict=True))
        return _Edges(which, ends, kinds)

    def _parts(self, nodes: Places) -> Iterator[_Edges]:
        of_kinds = np.searchsorted(self._bounds, nodes, side="right") - 1
        for code, kind in enumerate(STEPS):
            links, (one, other) = self._links[kind], EDGES[kind]
            for rows, near, there in ((links.out, one, other), (links.back, other, one)):
                own = np.flatnonzero(of_kinds == KINDS.index(near))
                which, ends = rows.of_all(nodes[own] - self._offsets[near])
                yield _Edges(own[which], ends + self._offsets[there], np.full(len(ends), code))


def _step(tables: Tables, kind: str, one: Node, other: Node) -> Step:
    """The edge of that kind between two nodes, as it points; between papers it may be either way."""
    if one.kind == EDGES[kind][0] and tables.edge(kind, one.place, other.place) is not None:
        return Step(kind, one.place, other.place)
    return Step(kind, other.place, one.place)


def described(tables: Tables, node: Node) -> PathNode:
    """A node of a path, for people; a heading by its list too."""
    label = where(tables, node.place) if node.kind == "heading" else tables.label(node.kind, node.place)
    return PathNode(node.kind, tables.id(node.kind, node.place), label)


def told(tables: Tables, step: Step) -> PathStep:
    """A step of a path, with its evidence and who says so."""
    one, other = (described(tables, Node(*end)) for end in zip(EDGES[step.kind], step[1:], strict=True))
    edge = tables.edge(step.kind, step.one, step.other)
    assert edge is not None  # the path was found along it
    evidence = {
        "cites": f"“{one.label}” cites “{other.label}”",
        "wrote": f"{one.label} wrote “{other.label}”",
        "about": f"“{one.label}” is about {other.label}",
        "listed_under": f"“{one.label}” is listed under “{other.label}”",
    }
    said = evidence.get(step.kind) or f"similar: cosine {float(tables.cosines[edge]):.2f}"
    return PathStep(step.kind, _name(one), _name(other), said, tables.source(step.kind, edge))


def _name(node: PathNode) -> str:
    """A node's name as `graph.whole` and exports have it."""
    return f"{node.kind}:{node.id}"

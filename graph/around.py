"""What is around a paper, as a picture of a few dozen nodes: those that say most of it, and not simply the nearest.

Papers come first: those joined to it in several ways at once, then those that are joined to it more strongly; of those
that only stand under its heading, or are by its author, a few. Papers that are only cited are shown where one of the
others cites them too. Beside these stand the headings and topics of the paper, and its authors as far as they wrote
another paper of the picture (or others who wrote three).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from math import ceil
from typing import NamedTuple

import numpy as np

from graph.paths import STEPS, Node, Step
from graph.signals import Values, specificity
from graph.tables import EDGES, Places, Rows, Tables

_WEIGHTS: Mapping[str, float] = {"cites": 1.0, "similar": 1.0, "wrote": 0.6, "listed_under": 0.5}
# Similar: the cosine. What an author or a heading is joined to is shown as a whole, as far as there is room.
_STRENGTHS: Mapping[str, float] = {"wrote": 1.2, "listed_under": 1.1, "cites": 1.0, "about": 0.3}
_GROUPS: Mapping[
    str, tuple[str, float]
] = {  # the edge to each kind of group, and the most of the limit that it may take
    "heading": ("listed_under", 0.1),
    "topic": ("about", 0.075),
    "author": ("wrote", 0.125),
}
_BESIDE = 0.25  # of the limit: headings, topics and authors, where there are papers enough for the rest
_COMPANY = 0.2  # of the limit: papers joined by one heading or author alone
_OUTSIDE = 0.1  # of the limit: papers that are only cited
_EDGES_A_NODE = 2.0


class Picture(NamedTuple):
    """Nodes, the paper itself first, and the edges between them as they point."""

    nodes: list[Node]
    steps: list[Step]


def around(tables: Tables, center: int, depth: int = 1, limit: int = 40, expanded: Sequence[int] = ()) -> Picture:
    """At most `limit` nodes around the paper at that place, and around those at the `expanded` places.

    The paper and the expanded ones are always among them, as far as the limit goes. With a `depth` of 2, half of the
    papers are neighbours of neighbours. The same question of the same graph has the same answer.
    """
    fixed = list(dict.fromkeys([center, *expanded]))[:limit]
    papers = _papers(tables, fixed, depth, limit)
    few = papers[: max(limit - int(_BESIDE * limit), len(fixed))]
    groups = _groups(tables, fixed, few, limit)[: limit - len(few)]
    nodes = [*(Node("paper", place) for place in papers[: limit - len(groups)]), *groups]
    steps = sorted(_steps(tables, nodes), key=lambda step: _rank(tables, step, fixed))
    joined = _joined(steps, [Node("paper", place) for place in fixed])
    kept = [node for node in nodes if node in joined]
    return Picture(
        kept, _strongest([step for step in steps if _ends(step)[0] in joined], int(_EDGES_A_NODE * len(kept)))
    )


def _papers(tables: Tables, fixed: list[int], depth: int, limit: int) -> list[int]:
    """The papers to show, best first: those given, their neighbours in turns, and what they cite with these."""
    near = _in_turns([_neighbours(tables, place, limit) for place in fixed], fixed)
    if depth > 1:
        first = near[: max(limit - int(_BESIDE * limit) - len(fixed), 0) // 2]
        near = [*first, *_beyond(tables, first, {*fixed, *near}, limit), *near[len(first) :]]
    outside = _cited_together(tables, fixed, [*fixed, *near[:limit]])[: int(_OUTSIDE * limit)]
    return [*fixed, *near, *outside][:limit]


def _neighbours(tables: Tables, paper: int, limit: int) -> list[int]:
    """Papers of the library that are joined to one, best first: in the most ways, then most strongly."""
    ties = [_cited(tables, paper), _similar(tables, paper)]
    ties += [_company(tables.links["wrote"].back, tables.links["wrote"].out, paper)]
    ties += [_company(tables.links["listed_under"].out, tables.links["listed_under"].back, paper)]
    others = np.unique(np.concatenate([places for places, _ in ties]))
    others = others[tables.in_library[others] & (others != paper)]
    values = np.zeros((len(ties), len(others)))
    for row, (places, tied) in zip(values, ties, strict=True):
        wanted = np.isin(places, others)
        np.maximum.at(row, np.searchsorted(others, places[wanted]), tied[wanted])
    ways, scores = (values > 0).sum(axis=0), np.array(list(_WEIGHTS.values())) @ values
    order = np.lexsort((others, -scores, -ways))
    alone = (ways == 1) & (values[:2].max(axis=0, initial=0) == 0)
    few = np.cumsum(alone[order]) <= _COMPANY * limit
    return [int(place) for place in others[order][few | ~alone[order]]]


def _cited(tables: Tables, paper: int) -> tuple[Places, Values]:
    cites = tables.links["cites"]
    places = np.union1d(cites.out.of(paper), cites.back.of(paper)).astype(np.int64)
    return places, np.ones(len(places))


def _similar(tables: Tables, paper: int) -> tuple[Places, Values]:
    rows = tables.links["similar"]
    there, back = rows.out.of(paper).astype(np.int64), rows.back.of(paper).astype(np.int64)
    cosines = [_cosine(tables, paper, other) for other in there] + [_cosine(tables, other, paper) for other in back]
    return np.concatenate([there, back]), np.array(cosines, dtype=np.float64)


def _cosine(tables: Tables, one: int, other: int) -> float:
    edge = tables.edge("similar", one, other)
    assert edge is not None
    return max(float(tables.cosines[edge]), 1e-6)


def _company(there: Rows, back: Rows, paper: int) -> tuple[Places, Values]:
    """Papers under one heading with a paper, or by one author: the fewer there are, the more it says."""
    groups = there.of(paper).astype(np.int64)
    which, members = back.of_all(groups)
    return members, specificity(back.starts[groups + 1] - back.starts[groups])[which]


def _in_turns(ranked: list[list[int]], known: Sequence[int]) -> list[int]:
    """The papers of several lists, each once: all firsts, all seconds and so on."""
    turns = chain.from_iterable(zip_longest(*ranked))
    return [place for place in dict.fromkeys(turns) if place is not None and place not in known]


def _beyond(tables: Tables, papers: list[int], known: set[int], limit: int) -> list[int]:
    """Neighbours of these papers, those of the most of them first; each paper has a vote that falls with the rank."""
    votes: Counter[int] = Counter()
    for paper in papers:
        found = [place for place in _neighbours(tables, paper, limit) if place not in known][:limit]
        votes.update({place: limit - rank for rank, place in enumerate(found)})
    return sorted(votes, key=lambda place: (-votes[place], place))


def _cited_together(tables: Tables, fixed: list[int], papers: list[int]) -> list[int]:
    """Papers that are only cited, by a given one and another one of these, the most cited first."""
    rows = tables.links["cites"].out
    cited, counts = np.unique(rows.of_all(np.array(papers))[1], return_counts=True)
    ours = np.isin(cited, rows.of_all(np.array(fixed))[1])
    chosen = ours & ~tables.in_library[cited] & (counts > 1) & ~np.isin(cited, papers)
    order = np.lexsort((cited[chosen], -counts[chosen]))
    return [int(place) for place in cited[chosen][order]]


def _groups(tables: Tables, fixed: list[int], papers: list[int], limit: int) -> list[Node]:
    """Headings and topics of the paper and the expanded ones, and authors of several papers; those of most first."""
    found: list[tuple[int, Node]] = []
    for kind, (edge, share) in _GROUPS.items():
        rows = tables.links[edge].back if kind == "author" else tables.links[edge].out
        counts = Counter(group for paper in papers for group in rows.of(paper).tolist())
        own = {group for paper in fixed for group in rows.of(paper).tolist()}
        known = own if kind != "author" else {group for group in counts if counts[group] >= 2 + (group not in own)}
        best = sorted(known, key=lambda group: (group not in own, -counts[group], group))
        found += [(rank, Node(kind, group)) for rank, group in enumerate(best[: ceil(share * limit)])]
    found.sort(key=lambda ranked: ranked[0])  # stable: the first of each kind, then the second
    return _distinct(tables, [node for _, node in found], set(papers))


def _distinct(tables: Tables, groups: list[Node], papers: set[int]) -> list[Node]:
    """These less a topic that is one of the headings: of the same name, with the same papers of the picture."""
    kept: dict[tuple[str, frozenset[int]], Node] = {}
    for node in groups:
        rows = tables.links[_GROUPS[node.kind][0]]
        members = (rows.out if node.kind == "author" else rows.back).of(node.place).tolist()
        kept.setdefault((tables.label(*node).casefold(), frozenset(papers.intersection(members))), node)
    return list(kept.values())


def _steps(tables: Tables, nodes: Sequence[Node]) -> Iterator[Step]:
    """All edges between these nodes; of two papers that are each among the other's nearest, one."""
    places = {kind: {node.place for node in nodes if node.kind == kind} for kind in ("paper", *_GROUPS)}
    for kind in STEPS:
        one, other = EDGES[kind]
        rows, seen = tables.links[kind].out, set()
        for start in (node.place for node in nodes if node.kind == one):
            for end in sorted(places[other].intersection(rows.of(start).tolist())):
                if (one, start) != (other, end) and (kind != "similar" or (end, start) not in seen):
                    seen.add((start, end))
                    yield Step(kind, start, end)


def _rank(tables: Tables, step: Step, fixed: Sequence[int]) -> tuple[float, int]:
    """The order in which edges are shown: those of the paper and the expanded ones, then the strongest."""
    strength = _STRENGTHS.get(step.kind) or _cosine(tables, step.one, step.other)
    own = any(end.kind == "paper" and end.place in fixed for end in _ends(step))
    return -(strength + own), STEPS.index(step.kind)


def _ends(step: Step) -> tuple[Node, Node]:
    one, other = EDGES[step.kind]
    return Node(one, step.one), Node(other, step.other)


def _joined(steps: Sequence[Step], start: Sequence[Node]) -> set[Node]:
    """Those that edges join to these nodes, however far, and these themselves."""
    found, before = set(start), 0
    pairs = [{*_ends(step)} for step in steps]
    while len(found) != before:
        before = len(found)
        found.update(*(pair for pair in pairs if pair & found))
    return found


def _strongest(steps: Sequence[Step], most: int) -> list[Step]:
    """So many of these edges, the first first; but before any other, those that hold the nodes together."""
    group: dict[Node, Node] = {}

    def root(node: Node) -> Node:
        while node in group:
            node = group[node]
        return node

    holding: list[Step] = []
    others: list[Step] = []
    for step in steps:
        one, other = (root(end) for end in _ends(step))
        (holding if one != other else others).append(step)
        if one != other:
            group[one] = other
    kept = {*holding, *others[: max(most - len(holding), 0)]}
    return [step for step in steps if step in kept]

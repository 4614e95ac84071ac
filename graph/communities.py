"""Communities of papers: groups that are near in meaning, cite one another and are listed together.

All that is known joins one weighted graph: the nearest papers by cosine, citations, and places under one heading.
Groups are found by the Leiden algorithm (Traag, Waltman and van Eck 2019), which maximises modularity; its resolution
is chosen so that there are about as many as a reader can look over. What was found before is kept: a paper stays where
it was, a new one joins the group that most of its edges lead to, and all are grouped anew only where that is clearly
better.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Places = NDArray[np.int64]
Labels = NDArray[np.int64]
"""(n,) the group of each paper; -1 for none."""

SMALLEST = 3  # papers of a group
_CITATION = 0.25  # weight of a citation, beside cosines of about 0.6 that count twice between mutual neighbours
_LISTED = 0.6  # weight of all edges that one place under a heading gives a paper
_LARGEST_HEADING = 60  # papers; under a larger one they have little in common
_LEAST_COSINE = 0.3  # of less, nearest or not, nobody would say that two papers are alike
_JOINS = 0.3  # share of a new paper's weight that must lead to a group for the paper to join it
_LEAVES = 0.75  # and of one that is elsewhere already
_CLEARLY = 0.5  # and for a paper that no list files, to join the topic of a heading
_NEW = 0.25  # of the median size of groups: what does not fit into them must be so many papers to be one
_CLEARLY_BETTER = 0.03  # modularity that grouping anew must gain
_TRIALS = 12  # resolutions that are tried
_NEAR_ENOUGH = 0.1  # part by which there may be more or fewer groups than wanted
_LARGE_GRAPH = 100_000  # papers from which on each trial takes too long
_SMALL_GROUPS = 0.004  # resolution for each paper at which there are groups of about fifteen
_PARTS_FROM, _PART = 600, 200  # papers of a group that is divided, and about how many its parts hold
_PARTS_LATER = 900  # papers of a group that was not divided before
_SMALLEST_PART = 20


def wanted_number(papers: int) -> int:
    """About how many groups a reader wants of so many papers: 15 of 312, 180 of 160,000."""
    return round(1.5 * math.pow(papers, 0.4))


def combined(
    count: int,
    near: tuple[Places, NDArray[np.float32]] | None = None,
    citations: Places | None = None,
    headings: Iterable[Sequence[int]] = (),
) -> sparse.csr_matrix:
    """The weighted graph (n, n) of `count` papers, symmetric, without loops.

    `near` are places (n, k) of the nearest papers (-1: none) and cosines (n, k), where mutual neighbours count twice;
    `citations` are pairs (m, 2) of places; `headings` hold the places that are listed under one.
    """
    graph = sparse.csr_matrix((count, count))
    if near is not None and near[0].size:
        rows = np.repeat(np.arange(count), near[0].shape[1])
        graph = graph + _edges(
            count, rows, near[0].ravel(), np.where(near[1].ravel() < _LEAST_COSINE, 0.0, near[1].ravel())
        )
    if citations is not None and len(citations):
        pairs = np.unique(np.sort(citations, axis=1), axis=0)
        graph = graph + _edges(count, pairs[:, 0], pairs[:, 1], np.full(len(pairs), _CITATION))
    for heading in headings:
        members = np.unique(np.array(heading, dtype=np.int64))
        if 1 < len(members) <= _LARGEST_HEADING:
            one, other = np.triu_indices(len(members), 1)
            graph = graph + _edges(count, members[one], members[other], np.full(len(one), _LISTED / (len(members) - 1)))
    return graph.tocsr()


def _edges(count: int, rows: Places, columns: Places, weights: NDArray[np.floating]) -> sparse.csr_matrix:
    """Edges both ways; those from a paper to itself, to none (-1), or of no weight are left out."""
    kept = (columns >= 0) & (rows != columns) & (weights > 0)
    half = sparse.csr_matrix((weights[kept].astype(np.float64), (rows[kept], columns[kept])), shape=(count, count))
    return (half + half.T).tocsr()


def joined(graph: sparse.csr_matrix, labels: Labels, before: Labels, least: float = _CLEARLY) -> Labels:
    """`labels` in which papers of no group have joined the one that most of their weight leads to, if it is enough.

    `least` is the share that is enough; for a paper that was in that group `before`, half of it is.
    """
    free = np.flatnonzero(labels < 0)
    best, share = _votes(graph, free, labels)
    joins = (best >= 0) & (share >= np.where(best == before[free], least / 2, least))
    result = labels.copy()
    result[free[joins]] = best[joins]
    return result


def groups_of(graph: sparse.csr_matrix, before: Labels | None = None) -> Labels:
    """The groups of a graph, numbered from 0; papers without any edge, and groups of less than three, are left out.

    With the groups `before` (-1: the paper is new) most papers stay where they were.
    """
    linked = np.flatnonzero(np.diff(graph.indptr))
    result = np.full(graph.shape[0], -1, dtype=np.int64)
    if len(linked) < SMALLEST:
        return result
    part = graph[linked][:, linked]
    result[linked] = _divided(part, wanted_number(len(linked)), before[linked] if before is not None else None)
    return _numbered(result, SMALLEST)


def parts_of(graph: sparse.csr_matrix, groups: Labels, before: Labels | None = None) -> Labels:
    """The parts of the groups that are large; a paper of no part, or of a small group, has -1."""
    held = groups >= 0
    sizes = np.bincount(groups[held], minlength=1)
    undivided = np.ones_like(sizes, dtype=bool)
    if before is not None:
        undivided[groups[held & (before >= 0)]] = False
    later = before is not None and bool((before >= 0).any())
    large = np.flatnonzero(sizes >= np.where(undivided & later, _PARTS_LATER, _PARTS_FROM))
    inside = np.flatnonzero(np.isin(groups, large))
    result = np.full(len(groups), -1, dtype=np.int64)
    if len(inside):
        part = _within(graph[inside][:, inside], groups[inside])
        found = _divided(part, max(len(inside) // _PART, 2), before[inside] if before is not None else None)
        _, pairs = np.unique(np.stack([groups[inside], found]), axis=1, return_inverse=True)
        result[inside] = np.where(found < 0, -1, pairs.ravel())
    return _numbered(result, _SMALLEST_PART)


def _divided(graph: sparse.csr_matrix, wanted: int, before: Labels | None) -> Labels:
    """About as many groups as wanted; those of before, with the new papers, unless others are clearly better."""
    resolution, fresh = _fitting(graph, wanted)
    if before is None or not (before >= 0).any():
        return fresh
    kept = _kept(graph, before, resolution)
    gained = _modularity(graph, fresh, resolution) - _modularity(graph, kept, resolution)
    return fresh if gained > _CLEARLY_BETTER else kept


def _within(graph: sparse.csr_matrix, groups: Labels) -> sparse.csr_matrix:
    """The graph without edges between groups."""
    edges = graph.tocoo()
    same = groups[edges.row] == groups[edges.col]
    return sparse.csr_matrix((edges.data[same], (edges.row[same], edges.col[same])), shape=graph.shape)


def _fitting(graph: sparse.csr_matrix, wanted: int) -> tuple[float, Labels]:
    """The resolution at which there are about as many groups as wanted, and the groups.

    Of a large graph it is found on one of small groups in place of papers, which has about the same.
    """
    if graph.shape[0] <= _LARGE_GRAPH:
        return _bisected(graph, wanted)
    small = _leiden(graph, _SMALL_GROUPS * graph.shape[0])
    member = sparse.csr_matrix((np.ones(len(small)), (np.arange(len(small)), small)))
    resolution, _ = _bisected((member.T @ graph @ member).tocsr(), wanted)
    return resolution, _leiden(graph, resolution)


def _bisected(graph: sparse.csr_matrix, wanted: int) -> tuple[float, Labels]:
    """The resolution at which there are about as many groups as wanted, found by bisection; and the groups."""
    low, high, resolution = 1 / 64, 4096.0, 1.0
    tried: list[tuple[float, float, Labels]] = []
    while len(tried) < _TRIALS and high / low > 1.05:
        labels = _leiden(graph, resolution)
        number = max(int((np.bincount(labels) >= SMALLEST).sum()), 1)
        tried.append((abs(np.log(number / wanted)), resolution, labels))
        if tried[-1][0] < _NEAR_ENOUGH:
            break
        low, high = (resolution, high) if number < wanted else (low, resolution)
        # As many times more groups as are wanted take about as many times the resolution.
        resolution = float(np.clip(resolution * wanted / number, low * 1.02, high / 1.02))
    _, resolution, labels = min(tried, key=lambda trial: trial[0])
    return resolution, labels


def _leiden(graph: sparse.csr_matrix, resolution: float) -> Labels:
    from sknetwork.clustering import Leiden

    found = Leiden(resolution=resolution, random_state=0).fit_predict(graph)
    return np.asarray(found, dtype=np.int64)


def _kept(graph: sparse.csr_matrix, before: Labels, resolution: float) -> Labels:
    """The groups before, with the papers that are new to them; what fits nowhere makes groups of its own."""
    labels = _moved(graph, before)
    least = max(SMALLEST, round(_NEW * float(np.median(np.bincount(labels[labels >= 0])))))
    for _ in range(2):  # the second time also through those that came in the first
        labels = joined(graph, labels, before, _JOINS)
    free = np.flatnonzero(labels < 0)
    if not len(free):
        return labels
    own = _leiden(graph[free][:, free], resolution)
    large = np.bincount(own)[own] >= least
    labels[free[large]] = own[large] + labels.max() + 1
    labels[free[~large]], _ = _votes(graph, free[~large], labels)
    return labels


def _moved(graph: sparse.csr_matrix, before: Labels) -> Labels:
    """The groups before, less papers of which nearly all weight leads elsewhere: they are there."""
    papers = np.arange(len(before))
    best, share = _votes(graph, papers, before)
    return np.where((before >= 0) & (best >= 0) & (share >= _LEAVES), best, before)


def _votes(graph: sparse.csr_matrix, papers: Places, labels: Labels) -> tuple[Labels, NDArray[np.float64]]:
    """For each paper (m,) the group that most of its weight leads to (-1: none), and the share of its weight."""
    if not len(papers) or labels.max(initial=-1) < 0:
        return np.full(len(papers), -1, dtype=np.int64), np.zeros(len(papers))
    known = np.flatnonzero(labels >= 0)
    member = sparse.csr_matrix((np.ones(len(known)), (known, labels[known])), shape=(len(labels), labels.max() + 1))
    rows = graph[papers]
    votes = (rows @ member).tocsr()
    total = np.maximum(np.asarray(rows.sum(axis=1)).ravel(), 1e-12)
    best = np.asarray(votes.argmax(axis=1)).ravel()
    most = np.asarray(votes.max(axis=1).todense()).ravel()
    return np.where(most > 0, best, -1), most / total


def _modularity(graph: sparse.csr_matrix, labels: Labels, resolution: float) -> float:
    """Newman's modularity with a resolution (Reichardt and Bornholdt 2006); a paper of no group is a group."""
    alone = labels < 0
    own = labels.copy()
    own[alone] = labels.max(initial=-1) + 1 + np.arange(alone.sum())
    degrees = np.asarray(graph.sum(axis=1)).ravel()
    edges = graph.tocoo()
    inside = edges.data[own[edges.row] == own[edges.col]].sum() / degrees.sum()
    expected = ((np.bincount(own, weights=degrees) / degrees.sum()) ** 2).sum()
    return float(inside - resolution * expected)


def _numbered(labels: Labels, smallest: int) -> Labels:
    """The same groups, less those that are too small, numbered from 0: the largest first, ties by their first paper."""
    known, first, inverse, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    kept = np.flatnonzero((known >= 0) & (sizes >= smallest))
    kept = kept[np.lexsort((first[kept], -sizes[kept]))]
    numbers = np.full(len(known), -1, dtype=np.int64)
    numbers[kept] = np.arange(len(kept))
    return numbers[inverse]

"""Which topic of this run is which of the run before, so that ids and names stay and none is given twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, count

import numpy as np
from scipy import sparse

from kg.identifiers import slug

_SAME = 1 / 3  # Jaccard index of the papers of two topics that may be one: half of each, where they are as large


def heirs(groups: Sequence[Collection[int]], before: Mapping[str, Collection[int]]) -> list[str | None]:
    """For each group of papers the id of the topic `before` that it goes on from; None for a new one.

    Pairs are those whose Jaccard indices have the largest sum (the assignment problem, Kuhn 1955).
    """
    from scipy.optimize import linear_sum_assignment

    ids = sorted(before)
    if not groups or not ids:
        return [None] * len(groups)
    width = max(chain([0], *groups, *before.values())) + 1
    now, then = _members(groups, width), _members([before[id_] for id_ in ids], width)
    common = (now @ then.T).toarray()
    union = np.asarray(now.sum(axis=1)) + np.asarray(then.sum(axis=1)).T - common
    alike = common / np.maximum(union, 1.0)
    found: list[str | None] = [None] * len(groups)
    for row, column in zip(*linear_sum_assignment(alike, maximize=True), strict=True):
        if alike[row, column] >= _SAME:
            found[row] = ids[column]
    return found


def _members(groups: Sequence[Collection[int]], width: int) -> sparse.csr_matrix:
    """(g, width), 1 where a group holds a paper."""
    rows = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    columns = np.fromiter(chain.from_iterable(groups), dtype=np.int64, count=len(rows))
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(groups), width))


def new_ids(labels: Iterable[str], used: Collection[str]) -> list[str]:
    """An id for each label: its slug, with a number where that was ever used."""
    taken, found = set(used), []
    for label in labels:
        name = slug(label) or "topic"
        id_ = next(id_ for n in count(1) if (id_ := name if n == 1 else f"{name}-{n}") not in taken)
        taken.add(id_)
        found.append(id_)
    return found

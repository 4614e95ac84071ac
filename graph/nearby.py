"""Topics that are near one another: those whose papers cite each other, or are alike."""

from __future__ import annotations

import numpy as np

from graph.tables import Places, Rows, Tables

_JOINING = ("cites", "similar")


def near_topics(tables: Tables, topic: int, most: int) -> list[tuple[int, int]]:
    """(place, edges) of the topics that edges between papers join to one most often, for their size; the most first.

    What the topic is part of, and its own parts, are left out.
    """
    parts = _below(tables, topic)
    about = tables.links["about"]
    inside = np.unique(about.back.of_all(parts)[1])
    joined = np.concatenate([rows.of_all(inside)[1] for rows in _rows(tables)])
    outside = joined[~np.isin(joined, inside)]
    counts = np.bincount(about.out.of_all(outside)[1], minlength=len(tables.ids["topic"]))
    counts[[*parts.tolist(), *_above(tables, topic)]] = 0
    # A large topic is joined to everything: its edges count by the root of its size.
    scores = counts / np.sqrt(np.maximum(about.back.degrees, 1))
    best = np.argsort(-scores, kind="stable")[:most]
    return [(place, int(counts[place])) for place in best.tolist() if counts[place]]


def _rows(tables: Tables) -> list[Rows]:
    return [rows for kind in _JOINING for rows in (tables.links[kind].out, tables.links[kind].back)]


def _below(tables: Tables, topic: int) -> Places:
    """A topic and all topics within it."""
    found = reached = np.array([topic], dtype=np.int64)
    while len(reached):
        reached = np.setdiff1d(tables.links["within"].back.of_all(reached)[1], found)
        found = np.union1d(found, reached)
    return found


def _above(tables: Tables, topic: int) -> list[int]:
    """The topics that one is within."""
    found: list[int] = []
    above = tables.links["within"].out.of(topic).tolist()
    while above and above[0] not in found:
        found += above
        above = tables.links["within"].out.of(above[0]).tolist()
    return found

"""The whole graph as networkx, for whoever wants to work with it: typed nodes, typed edges, each edge with its source.

A node is named by its kind, a colon and its id (`paper:1806.07572`), an edge by its kind; see `graph.tables` for both.
Questions are answered from the tables: networkx takes seconds and a gigabyte where these take none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graph.tables import EDGES, NODES, Rows, Tables

if TYPE_CHECKING:
    Graph: TypeAlias = nx.MultiDiGraph[str]
else:  # networkx takes no type arguments at run time
    Graph = nx.MultiDiGraph
Mask: TypeAlias = NDArray[np.bool_]
# What stays beside chosen papers: the kind of node, and the edges and their way that lead to it from kinds before.
_JOINED = (
    ("author", "wrote", "back"),
    ("category", "in_category", "out"),
    ("topic", "about", "out"),
    ("heading", "listed_under", "out"),
    ("list", "part_of", "out"),
)


def networkx_graph(tables: Tables, everything: bool = True, papers: Sequence[int] | None = None) -> Graph:
    """The graph as networkx has it; without `everything` less the papers that are only cited.

    With `papers` (numbers) it has these only, and beside them what they are joined to: their authors, categories,
    topics with those above them, headings and lists.

    Nodes have `kind` and `label`, papers `published` where it is known and `in_library`; edges have `kind` and
    `source`, similar papers `cosine`.
    """
    graph: Graph = nx.MultiDiGraph()
    kept = _kept(tables, everything, papers)
    names = {kind: [f"{kind}:{tables.id(kind, place)}" for place in range(len(tables.ids[kind]))] for kind in NODES}
    for kind in NODES:
        for place in np.flatnonzero(kept[kind]).tolist():
            data = {"kind": kind, "label": tables.label(kind, place)} if kind != "paper" else _of_paper(tables, place)
            graph.add_node(names[kind][place], **data)
    for kind, (one, other) in EDGES.items():
        for start, end, data in _edges(tables, kind, kept[one], kept[other]):
            graph.add_edge(names[one][start], names[other][end], kind, **data)
    return graph


def _kept(tables: Tables, everything: bool, papers: Sequence[int] | None) -> dict[str, Mask]:
    """Which nodes of each kind (n,) are of the graph."""
    kept = {kind: np.ones(len(tables.ids[kind]), dtype=bool) for kind in NODES}
    if not everything:
        kept["paper"] &= tables.in_library
    if papers is None:
        return kept
    kept["paper"] &= np.isin(tables.numbers, np.asarray(papers, dtype=np.int64))
    for kind, edges, way in _JOINED:
        rows = tables.links[edges].out if way == "out" else tables.links[edges].back
        kept[kind] = _reached(rows, kept[EDGES[edges][way == "back"]], len(kept[kind]))
    above = kept["topic"]
    while above.any():
        above = _reached(tables.links["within"].out, above, len(above)) & ~kept["topic"]
        kept["topic"] |= above
    return kept


def _reached(rows: Rows, some: Mask, count: int) -> Mask:
    """Which nodes (count,) the edges of some nodes lead to."""
    found = np.zeros(count, dtype=bool)
    found[rows.ends[np.repeat(some, rows.degrees)]] = True
    return found


def _of_paper(tables: Tables, place: int) -> dict[str, Any]:
    found = {"kind": "paper", "label": tables.label("paper", place), "in_library": bool(tables.in_library[place])}
    published = tables.published(place)
    return found if published is None else {**found, "published": published}


def _edges(tables: Tables, kind: str, ones: Mask, others: Mask) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """(from, to, what is known of it) of the edges of a kind between these nodes, by their places."""
    rows = tables.links[kind].out
    starts = np.repeat(np.arange(len(rows.starts) - 1), rows.degrees)
    chosen = np.flatnonzero(ones[starts] & others[rows.ends])
    for edge, start, end in zip(chosen.tolist(), starts[chosen].tolist(), rows.ends[chosen].tolist(), strict=True):
        data: dict[str, Any] = {"kind": kind, "source": tables.source(kind, edge)}
        if kind == "similar":
            data["cosine"] = round(float(tables.cosines[edge]), 4)
        yield start, end, data

"""The graph written out, one function for each format of `kg export`.

Tools that read graphs call the ends of an edge its source and target, so who says that there is the edge is `said_by`.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kg.exports.tables import table

if TYPE_CHECKING:
    from graph.whole import Graph

_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot hold
_NODE_COLUMNS = ("id", "kind", "label", "published", "in_library")
_EDGE_COLUMNS = ("source", "target", "kind", "said_by", "cosine")


def to_graphml(graph: Graph) -> str:
    """GraphML, for Gephi, yEd, igraph, Neo4j, networkx."""
    import networkx as nx

    written = io.BytesIO()
    nx.write_graphml(_for_xml(graph), written)
    return written.getvalue().decode()


def to_gexf(graph: Graph) -> str:
    """GEXF 1.2, Gephi's own."""
    import networkx as nx

    written = io.BytesIO()
    nx.write_gexf(_for_xml(graph), written)
    return written.getvalue().decode()


def to_node_link(graph: Graph) -> str:
    """Networkx's JSON of nodes and edges, as D3 and others read it; an edge's key is its kind."""
    import networkx as nx

    named: Graph = nx.MultiDiGraph()
    named.add_nodes_from(graph.nodes(data=True))
    for one, other, kind, data in graph.edges(keys=True, data=True):
        named.add_edge(one, other, kind, **_said(data))
    return json.dumps(nx.node_link_data(named, edges="edges"), ensure_ascii=False) + "\n"


def to_nodes_csv(graph: Graph) -> str:
    """A table of the nodes, those of `to_edges_csv`."""
    return table(_NODE_COLUMNS, ({"id": node, **data} for node, data in graph.nodes(data=True)))


def to_edges_csv(graph: Graph) -> str:
    """A table of the edges; `source` and `target` are ids of `to_nodes_csv`."""
    edges = graph.edges(data=True)
    return table(_EDGE_COLUMNS, ({**_said(data), "source": one, "target": other} for one, other, data in edges))


def _for_xml(graph: Graph) -> Graph:
    """The graph with nothing that XML cannot hold, its edges numbered: in both formats an edge's id is its own."""
    import networkx as nx

    fit: Graph = nx.MultiDiGraph()
    fit.add_nodes_from((_fit(node), _fit_values(data)) for node, data in graph.nodes(data=True))
    for number, (one, other, data) in enumerate(graph.edges(data=True)):
        fit.add_edge(_fit(one), _fit(other), number, **_fit_values(_said(data)))
    return fit


def _said(data: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of an edge, under the names that files have."""
    return {"said_by" if name == "source" else name: value for name, value in data.items()}


def _fit(text: str) -> str:
    return _NO_XML.sub("", text)


def _fit_values(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _fit(value) if isinstance(value, str) else value for name, value in data.items()}


GRAPH_WRITERS: Mapping[str, Callable[[Graph], str]] = {
    "graphml": to_graphml,
    "gexf": to_gexf,
    "node-link": to_node_link,
    "nodes-csv": to_nodes_csv,
    "edges-csv": to_edges_csv,
}

"""The graph written out: read back by networkx and others, it is the graph that it was."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
from lxml import etree

from graph.whole import Graph
from kg.errors import NotFound
from kg.exports import GRAPH_WRITERS
from kg.filters import Scope
from kg.library import Library
from tests.conftest import Run

HOSTILE = "Nets & <kernels> \x00\x0b\x1f\ud800\ufffe “50 %”\r\n= 1 + 1"
FIT = "Nets & <kernels>  “50 %”"


@pytest.fixture
def graph(library: Library) -> Graph:
    return library.graph("", Scope())


def as_said(graph: Any, who: str = "said_by") -> tuple[dict[str, Any], Counter[tuple[str, ...]]]:
    """Nodes with their kind and label, and all edges with their kind and source."""
    nodes = {node: (data["kind"], data["label"], data.get("published")) for node, data in graph.nodes(data=True)}
    return nodes, Counter((one, other, data["kind"], data[who]) for one, other, data in graph.edges(data=True))


def from_graphml(text: str) -> Any:
    return nx.parse_graphml(text, force_multigraph=True)


def from_gexf(text: str) -> Any:
    return nx.read_gexf(io.BytesIO(text.encode()))


def from_node_link(text: str) -> Any:
    return nx.node_link_graph(json.loads(text), edges="edges")


READERS = {"graphml": from_graphml, "gexf": from_gexf, "node-link": from_node_link}


@pytest.mark.parametrize(("format_", "read"), READERS.items())
def test_read_back_it_is_the_same(graph: Graph, format_: str, read: Callable[[str], Any]) -> None:
    back = read(GRAPH_WRITERS[format_](graph))
    assert back.is_directed()
    assert as_said(back) == as_said(graph, "source")
    published = {data["published"] for _, data in back.nodes(data=True) if "published" in data}
    assert "2018-03-09" in published  # a date is text, not a number
    assert {data["in_library"] for _, data in back.nodes(data=True) if data["kind"] == "paper"} == {True}


@pytest.mark.parametrize(("format_", "name"), [("graphml", "{*}edge"), ("gexf", "{*}edge")])
def test_edges_have_ids_of_their_own(graph: Graph, format_: str, name: str) -> None:
    root = etree.fromstring(GRAPH_WRITERS[format_](graph).encode())
    ids = [edge.get("id") for edge in root.iter(name)]
    assert len(set(ids)) == len(ids) == graph.number_of_edges()
    nodes = {node.get("id") for node in root.iter("{*}node")}
    assert {end for edge in root.iter(name) for end in (edge.get("source"), edge.get("target"))} <= nodes


@pytest.mark.parametrize("format_", ["graphml", "gexf"])
def test_what_xml_cannot_hold_is_left_out(format_: str) -> None:
    hostile: Graph = nx.MultiDiGraph()
    hostile.add_node("paper:a\x01", kind="paper", label=HOSTILE, in_library=True, published="2018")
    hostile.add_node("author:b", kind="author", label="B")
    for kind in ("wrote", "cites"):
        hostile.add_edge("author:b", "paper:a\x01", kind, kind=kind, source="x\x02]]>")
    text = GRAPH_WRITERS[format_](hostile)
    assert etree.fromstring(text.encode()) is not None
    back = READERS[format_](text)
    assert back.nodes["paper:a"]["label"].startswith(FIT)
    assert Counter(data["said_by"] for *_, data in back.edges(data=True)) == {"x]]>": 2}


def test_tables_of_nodes_and_edges(graph: Graph) -> None:
    nodes = list(csv.DictReader(io.StringIO(GRAPH_WRITERS["nodes-csv"](graph))))
    edges = list(csv.DictReader(io.StringIO(GRAPH_WRITERS["edges-csv"](graph))))
    assert list(nodes[0]) == ["id", "kind", "label", "published", "in_library"]
    assert list(edges[0]) == ["source", "target", "kind", "said_by", "cosine"]
    said = as_said(graph, "source")
    assert {row["id"]: (row["kind"], row["label"], row["published"] or None) for row in nodes} == said[0]
    assert Counter((row["source"], row["target"], row["kind"], row["said_by"]) for row in edges) == said[1]
    assert all(bool(row["cosine"]) is (row["kind"] == "similar") for row in edges)


def test_only_what_a_query_finds_and_what_that_is_joined_to(run: Run, library: Library) -> None:
    found = from_node_link(run("export", "author:frankle", "--format", "node-link").out)
    assert {node for node in found if node.startswith("paper:")} == {"paper:1803.03635", "paper:1912.05671"}
    by_kind = Counter(data["kind"] for _, data in found.nodes(data=True))
    assert (by_kind["topic"], by_kind["heading"], by_kind["list"]) == (1, 1, 1)
    assert "author:jonathan-frankle" in found
    assert "author:arthur-jacot" not in found
    whole = library.graph("", Scope())
    assert as_said(found) == as_said(whole.subgraph(found), "source")


def test_every_format_from_the_command(run: Run, library: Library) -> None:
    for format_ in GRAPH_WRITERS:
        result = run("export", "--format", format_)
        assert (result.code, result.err) == (0, "")
        assert "1806.07572" in result.out
        assert "1806.07572" not in run("export", "author:frankle", "--format", format_).out
    assert from_graphml(run("export", "zebra", "--format", "graphml").out).number_of_nodes() == 0


def test_without_a_graph_that_is_said(run: Run, library: Library) -> None:
    (library.config.index_folder / "graph.json").unlink()
    with pytest.raises(NotFound, match="kg ingest"):
        library.graph("", Scope())
    result = run("export", "--format", "gexf")
    assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)

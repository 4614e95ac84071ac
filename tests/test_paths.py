"""Paths: the shortest, of several the one that says most, and who says so."""

import json
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from flask.testing import FlaskClient

from graph.paths import KINDS, STEPS, Node, described, shortest, told
from graph.tables import Tables
from graph.whole import networkx_graph
from kg.answers_graph import PathNode, PathStep
from kg.errors import NotFound
from kg.library import Library
from tests.conftest import Run
from tests.tables import write_graph
from webapp import create_app

PAPERS = [(number, name, name.upper(), "", True) for number, name in enumerate("abcdefgh", start=1)]


def tables(folder: Path, **edges: list[tuple[int | str, int | str]]) -> Tables:
    nodes = {
        "author": [("ann", "Ann Bee"), ("ben", "Ben Cee")],
        "topic": [("kernels", "Kernels"), ("all", "All")],
        "heading": [("list#K", "K"), ("list#L", "L")],
        "list": [("list", "My list")],
        "category": [("cs.LG", "cs.LG")],
    }
    sourced = {kind: [(one, other, f"{kind} says") for one, other in pairs] for kind, pairs in edges.items()}
    write_graph(folder, 1, PAPERS, nodes, sourced, [0.71] * len(edges.get("similar", [])))
    return Tables(folder)


def way(graph: Tables, one: tuple[str, int], other: tuple[str, int]) -> list[str]:
    nodes, steps = shortest(graph, Node(*one), Node(*other))
    assert len(steps) == max(len(nodes) - 1, 0)
    return [described(graph, node).label for node in nodes]


def test_of_paths_of_one_length_the_one_through_the_rarest_middle(tmp_path: Path) -> None:
    graph = tables(
        tmp_path,
        about=[(number, "all") for number in range(1, 9)],
        listed_under=[(1, "list#K"), (2, "list#K"), (3, "list#K")],
        in_category=[(1, "cs.LG"), (2, "cs.LG"), (4, "cs.LG")],
        part_of=[("list#K", "list")],
    )
    assert way(graph, ("paper", 0), ("paper", 1)) == ["A", "My list › K", "B"]
    assert way(graph, ("paper", 0), ("paper", 3)) == ["A", "All", "D"]


def test_a_citation_comes_before_a_similarity(tmp_path: Path) -> None:
    graph = tables(tmp_path, similar=[(1, 2), (2, 3), (1, 4), (4, 3)], cites=[(5, 1), (5, 3), (1, 2)])
    assert way(graph, ("paper", 0), ("paper", 2)) == ["A", "E", "C"]
    (step,) = shortest(graph, Node("paper", 0), Node("paper", 1))[1]
    assert step.kind == "cites"


def test_every_step_is_told_as_its_edge_points(tmp_path: Path) -> None:
    graph = tables(
        tmp_path,
        cites=[(2, 1)],
        wrote=[("ann", 2), ("ann", 3)],
        about=[(3, "kernels"), (4, "kernels")],
        listed_under=[(4, "list#K"), (5, "list#K")],
        part_of=[("list#K", "list")],
        similar=[(6, 5)],
    )
    nodes, steps = shortest(graph, Node("paper", 0), Node("paper", 5))
    assert [node.kind for node in nodes] == [
        "paper",
        "paper",
        "author",
        "paper",
        "topic",
        "paper",
        "heading",
        "paper",
        "paper",
    ]
    assert [told(graph, step) for step in steps] == [
        PathStep("cites", "paper:b", "paper:a", "“B” cites “A”", "cites says"),
        PathStep("wrote", "author:ann", "paper:b", "Ann Bee wrote “B”", "wrote says"),
        PathStep("wrote", "author:ann", "paper:c", "Ann Bee wrote “C”", "wrote says"),
        PathStep("about", "paper:c", "topic:kernels", "“C” is about Kernels", "about says"),
        PathStep("about", "paper:d", "topic:kernels", "“D” is about Kernels", "about says"),
        PathStep("listed_under", "paper:d", "heading:list#K", "“D” is listed under “My list › K”", "listed_under says"),
        PathStep("listed_under", "paper:e", "heading:list#K", "“E” is listed under “My list › K”", "listed_under says"),
        PathStep("similar", "paper:f", "paper:e", "similar: cosine 0.71", "similar says"),
    ]


def test_the_same_node_and_no_path(tmp_path: Path) -> None:
    graph = tables(tmp_path, cites=[(1, 2)])
    assert way(graph, ("paper", 0), ("paper", 0)) == ["A"]
    assert way(graph, ("author", 0), ("author", 0)) == ["Ann Bee"]
    assert way(graph, ("paper", 0), ("topic", 1)) == []


@pytest.mark.parametrize("seed", range(8))
def test_as_short_as_networkx_finds(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)

    def some(ones: list[int | str], others: list[int | str], count: int) -> list[tuple[int | str, int | str]]:
        pairs = {(ones[random.integers(len(ones))], others[random.integers(len(others))]) for _ in range(count)}
        return sorted((pair for pair in pairs if pair[0] != pair[1]), key=str)

    papers: list[int | str] = [*range(1, 9)]
    graph = tables(
        tmp_path,
        cites=some(papers, papers, 4),
        wrote=some(["ann", "ben"], papers, 3),
        about=some(papers, ["kernels", "all"], 3),
        listed_under=some(papers, ["list#K", "list#L"], 3),
        similar=some(papers, papers, 2),
    )
    whole = networkx_graph(graph)
    followed = nx.Graph([(one, other) for one, other, kind in whole.edges(keys=True) if kind in STEPS])
    followed.add_nodes_from(whole)
    nodes = [Node(kind, place) for kind in KINDS for place in range(len(graph.ids[kind]))]
    for one in nodes:
        lengths = nx.single_source_shortest_path_length(followed, f"{one.kind}:{graph.id(*one)}")
        for other in nodes:
            found, steps = shortest(graph, one, other)
            assert (len(steps) if found else None) == lengths.get(f"{other.kind}:{graph.id(*other)}")


@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("arXiv:1806.07572v2", "paper:1806.07572"),
        ("https://openreview.net/forum?id=rJl-b3RcF7", "paper:1803.03635"),
        ("author:jonathan-frankle", "author:jonathan-frankle"),
        ("Jonathan  Frankle", "author:jonathan-frankle"),
        ("topic:kernels", "topic:kernels"),
        ("kernels", "topic:kernels"),
        ("Why capacity misleads", "topic:why-capacity-misleads"),
    ],
)
def test_papers_authors_and_topics_by_their_names(library: Library, name: str, node: str) -> None:
    answer = library.path(name, name)
    assert f"{answer.from_.kind}:{answer.from_.id}" == node
    assert (answer.nodes, answer.steps) == ((answer.from_,), ())


@pytest.mark.parametrize("name", ["nowhere", "author:kernels", "topic:nowhere", "author:", "", "paper:"])
def test_an_unknown_end_is_named(library: Library, name: str) -> None:
    with pytest.raises(NotFound, match=r"no .* in the library; "):
        library.path("1806.07572", name)


def test_an_empty_library_and_one_without_a_graph(run: Run, library: Library, tmp_path: Path) -> None:
    (library.config.index_folder / "graph.json").unlink()
    with pytest.raises(NotFound, match="kg ingest"):
        library.path("1806.07572", "kernels")
    result = run("path", "a", "b", "--data", tmp_path / "nothing")
    assert (result.code, result.err.count("\n")) == (1, 1)


def test_the_command_and_the_api_say_the_same(run: Run, library: Library) -> None:
    printed = run("path", "1803.03635", "Michael Carbin", "--json")
    document = json.loads(printed.out)
    assert list(document["result"]) == ["from", "to", "nodes", "steps"]
    assert [list(step) for step in document["result"]["steps"]] == [["kind", "from", "to", "evidence", "source"]]
    client: FlaskClient = create_app(library).test_client()
    answer = client.get("/api/v1/path?from=1803.03635&to=Michael+Carbin").get_json()
    assert answer["result"] == document["result"]
    text = run("path", "1803.03635", "author:michael-carbin").out
    assert "Michael Carbin wrote “The Lottery Ticket Hypothesis" in text
    assert "[arxiv]" in text


def test_no_path_is_an_answer(run: Run, library: Library) -> None:
    result = run("path", "hep-th/9901001", "2001.99999", "--json")
    found = json.loads(result.out)["result"]
    apart = run("path", "topic:sparsity", "author:ana-maria-lopez")
    assert (result.code, apart.code) == (0, 0)
    assert bool(found["nodes"]) == bool(found["steps"])


@pytest.mark.parametrize(
    ("query", "status"), [("", 400), ("?from=1806.07572", 400), ("?from=1806.07572&to=nowhere", 404)]
)
def test_what_the_api_refuses(library: Library, query: str, status: int) -> None:
    answer = create_app(library).test_client().get(f"/api/v1/path{query}")
    assert answer.status_code == status
    assert ("to" if "from" in query else "from") in json.loads(answer.data)["detail"]


def test_a_heading_is_named_with_its_list(tmp_path: Path) -> None:
    graph = tables(tmp_path, listed_under=[(1, "list#K")], part_of=[("list#K", "list")])
    assert described(graph, Node("heading", 0)) == PathNode("heading", "list#K", "My list › K")

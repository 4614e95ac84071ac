"""What is around a paper: which nodes, which edges, who says so; as an answer, as JSON, on the page."""

import json
import re
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from graph.around import Picture, around
from graph.paths import Node, told
from graph.tables import EDGES, Tables
from kg.errors import NotFound
from kg.library import Library
from tests.tables import write_graph
from webapp import create_app

NTK = "1806.07572"


def tables(
    folder: Path, count: int = 60, outside: Iterable[int] = (), **edges: list[tuple[int | str, int | str]]
) -> Tables:
    """Papers 1 to `count`, at the places 0 to `count` - 1."""
    papers = [(n, f"p{n}", f"Paper {n}", "", n not in outside) for n in range(1, count + 1)]
    ends = {kind: {pair[EDGES[name].index(kind)] for name in edges if kind in EDGES[name] for pair in edges[name]}
            for kind in ("author", "topic", "heading")}  # fmt: skip
    nodes = {kind: [(str(id_), str(id_).title()) for id_ in ids] for kind, ids in ends.items()}
    sourced = {kind: [(one, other, f"{kind} says") for one, other in pairs] for kind, pairs in edges.items()}
    write_graph(folder, 1, papers, nodes, sourced, [0.5 + n / 1000 for n in range(len(edges.get("similar", [])))])
    return Tables(folder)


def numbers(picture: Picture) -> list[int]:
    return [node.place + 1 for node in picture.nodes if node.kind == "paper"]


def true_of(graph: Tables, picture: Picture) -> None:
    """No edge to a node that is not shown, none that the tables do not have, none twice, every node joined to another."""
    shown, touched = set(picture.nodes), set(picture.nodes[:1])
    assert len(shown) == len(picture.nodes)
    assert len(set(picture.steps)) == len(picture.steps) <= 2.5 * len(picture.nodes)
    for step in picture.steps:
        ends = [Node(kind, place) for kind, place in zip(EDGES[step.kind], step[1:], strict=True)]
        assert shown.issuperset(ends)
        assert graph.edge(step.kind, step.one, step.other) is not None
        assert told(graph, step).source == f"{step.kind} says"
        touched.update(ends)
    assert touched == shown


def test_papers_joined_in_several_ways_come_first(tmp_path: Path) -> None:
    graph = tables(
        tmp_path,
        cites=[(1, 2), (1, 3), (4, 1)],
        similar=[(1, 4), (5, 1)],
        listed_under=[(1, "here"), (6, "here"), (3, "here"), (4, "here")],
    )
    picture = around(graph, 0)
    assert numbers(picture) == [1, 4, 3, 2, 5, 6]
    true_of(graph, picture)


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 17, 40, 100])
def test_never_more_than_the_limit(tmp_path: Path, depth: int, limit: int) -> None:
    papers = range(2, 121)
    graph = tables(
        tmp_path,
        count=120,
        cites=[*((1, n) for n in papers if n % 3), *((n, n // 2) for n in papers if n > 3)],
        similar=[(n, n - 1) for n in papers],
        wrote=[("ann", n) for n in range(1, 50)],
        about=[(n, "all") for n in range(1, 120)],
        listed_under=[(n, f"heading {n // 9}") for n in range(1, 120)],
    )
    picture = around(graph, 0, depth, limit)
    assert len(picture.nodes) <= limit
    assert len(picture.nodes) == limit or limit == 100
    assert picture.nodes[0] == Node("paper", 0)
    assert picture == around(graph, 0, depth, limit)
    true_of(graph, picture)
    opened = around(graph, 0, depth, limit, [77, 99])
    assert [node.place for node in opened.nodes[:3]] == [0, 77, 99][:limit]
    assert len(opened.nodes) <= limit


def test_neighbours_of_neighbours_with_depth_two(tmp_path: Path) -> None:
    graph = tables(tmp_path, cites=[(1, 2), (2, 3), (3, 4)])
    assert numbers(around(graph, 0)) == [1, 2]
    assert numbers(around(graph, 0, 2)) == [1, 2, 3]


def test_an_expanded_paper_brings_its_neighbours(tmp_path: Path) -> None:
    many = [(1, n) for n in range(2, 50)]
    graph = tables(tmp_path, cites=[*many, (5, 51), (52, 5), (55, 56)])
    assert not {51, 52}.intersection(numbers(around(graph, 0)))
    opened = around(graph, 0, expanded=[4])
    assert {1, 5, 51, 52}.issubset(numbers(opened))
    true_of(graph, opened)
    apart = around(graph, 0, expanded=[54])
    assert {1, 55, 56}.issubset(numbers(apart))


def test_a_lonely_paper_and_one_that_cites_itself(tmp_path: Path) -> None:
    graph = tables(tmp_path, cites=[(2, 2), (3, 4)], wrote=[("ann", 1)], similar=[(2, 2)])
    assert around(graph, 0) == Picture([Node("paper", 0)], [])
    assert around(graph, 1) == Picture([Node("paper", 1)], [])


def test_of_two_that_are_each_among_the_nearest_of_the_other_one_edge(tmp_path: Path) -> None:
    graph = tables(tmp_path, similar=[(1, 2), (2, 1)], cites=[(1, 2), (2, 1)])
    assert sorted(step.kind for step in around(graph, 0).steps) == ["cites", "cites", "similar"]


def test_papers_that_are_only_cited_where_another_cites_them_too(tmp_path: Path) -> None:
    graph = tables(tmp_path, outside=(7, 8, 9), cites=[(1, 2), (1, 7), (2, 7), (1, 8), (2, 9)])
    picture = around(graph, 0)
    assert numbers(picture) == [1, 2, 7]
    true_of(graph, picture)
    assert numbers(around(graph, 6)) == [7, 1, 2]


def test_authors_of_another_paper_shown_headings_and_topics(tmp_path: Path) -> None:
    graph = tables(
        tmp_path,
        cites=[(1, 2)],
        wrote=[("ann", 1), ("ben", 1), ("ben", 2), ("cyd", 2)],
        about=[(1, "nets"), (2, "trees")],
        listed_under=[(1, "first"), (2, "first"), (2, "second")],
    )
    picture = around(graph, 0)
    labels = [graph.label(*node) for node in picture.nodes]
    assert labels == ["Paper 1", "Paper 2", "First", "Nets", "Ben"]
    assert Node("heading", 0) in picture.nodes
    true_of(graph, picture)


def test_a_topic_that_is_the_heading_is_shown_once(tmp_path: Path) -> None:
    graph = tables(tmp_path, about=[(1, "nets"), (2, "nets")], listed_under=[(1, "nets"), (2, "nets"), (3, "more")])
    assert [node.kind for node in around(graph, 0).nodes] == ["paper", "paper", "heading"]


# -- the library, the API and the page --------------------------------------------------------------------------------


def test_the_library_tells_nodes_and_edges(library: Library) -> None:
    answer = library.around("arXiv:1803.03635v1")
    assert answer.center == "1803.03635"
    center, *others = answer.nodes
    assert (center.kind, center.id, center.published, center.in_library) == ("paper", "1803.03635", "2018-03-09", True)
    assert {(node.kind, node.id) for node in others} >= {("author", "jonathan-frankle"), ("paper", "1912.05671")}
    assert {node.in_library for node in others if node.kind != "paper"} == {None}
    wrote = next(edge for edge in answer.edges if edge.kind == "wrote")
    assert (wrote.from_, wrote.source) == ("author:jonathan-frankle", "arxiv")
    assert "Jonathan Frankle wrote “The Lottery" in wrote.evidence
    names = {f"{node.kind}:{node.id}" for node in answer.nodes}
    assert all({edge.from_, edge.to} <= names for edge in answer.edges)


def test_unknown_papers_and_no_graph(library: Library) -> None:
    for reference, expanded in (("2301.00001", ()), (NTK, ("2301.00001",))):
        with pytest.raises(NotFound, match=r"2301\.00001"):
            library.around(reference, expanded=expanded)
    (library.config.index_folder / "graph.json").unlink()
    with pytest.raises(NotFound, match="kg ingest"):
        library.around(NTK)
    page = create_app(library).test_client().get(f"/paper/{NTK}")
    assert page.status_code == 200
    assert "there is no graph yet: run `kg ingest`" in page.text


def test_a_paper_that_is_newer_than_the_graph(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = library.parts.graph()
    assert graph is not None
    monkeypatch.setattr(graph, "paper", lambda number: None)
    with pytest.raises(NotFound, match=r"not in the graph yet: run `kg ingest`"):
        library.around(NTK)


@pytest.fixture
def client(library: Library) -> FlaskClient:
    return create_app(library).test_client()


@pytest.mark.parametrize("reference", [NTK, "hep-th/9901001", "hep-th%2F9901001"])
def test_the_api(client: FlaskClient, library: Library, reference: str) -> None:
    answer = client.get(f"/api/v1/papers/{reference}/graph?depth=2&limit=7").get_json()
    assert list(answer) == ["meta", "result"]
    result = answer["result"]
    assert list(result) == ["center", "nodes", "edges"]
    assert result["center"] == reference.replace("%2F", "/") == result["nodes"][0]["id"]
    assert 1 <= len(result["nodes"]) <= 7
    assert {tuple(node) for node in result["nodes"]} == {("kind", "id", "label", "published", "in_library")}
    assert {tuple(edge) for edge in result["edges"]} <= {("kind", "from", "to", "evidence", "source")}
    assert len(result["edges"]) == len(library.around(result["center"], 2, 7).edges)


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        (f"{NTK}/graph?depth=3", 400, "depth"),
        (f"{NTK}/graph?depth=x", 400, "depth"),
        (f"{NTK}/graph?limit=0", 400, "limit"),
        (f"{NTK}/graph?limit=101", 400, "limit"),
        (f"{NTK}/graph?width=2", 400, "width"),
        ("2301.00001/graph", 404, "2301.00001"),
    ],
)
def test_what_the_api_refuses(client: FlaskClient, path: str, status: int, word: str) -> None:
    answer = client.get(f"/api/v1/papers/{path}")
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert word in json.loads(answer.data)["detail"]


class Section(HTMLParser):
    """Links, ids and the words of the list of the section around the paper."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[dict[str, str | None]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page[page.index('<section class="around"') :].partition("</section>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "a":
            self.links.append(dict(attrs))

    def swaps(self, part: str) -> list[str]:
        return [str(link["href"]) for link in self.links if "data-swap" in link and part in str(link["href"])]


def section(client: FlaskClient, query: str = "") -> Section:
    return Section(client.get(f"/paper/1803.03635{query}").text)


def test_the_page_has_each_edge_as_line_and_in_words(client: FlaskClient, library: Library) -> None:
    page, answer = client.get("/paper/1803.03635").text, library.around("1803.03635")
    found = Section(page)
    lines = [attrs for tag, attrs in found.tags if tag == "g" and str(attrs.get("class")).startswith("edge ")]
    assert len([line for line in lines if "data-ends" in line]) == len(answer.edges)
    words = page.partition('<details class="words">')[2].partition("</details>")[0]
    assert words.count("<li>") == len(answer.edges)
    targets = {str(link["href"]) for link in found.links}
    assert {"/paper/1912.05671", "/author/jonathan-frankle"} <= targets
    assert any(re.fullmatch(r"/list/awesome-wide-networks\?line=21#line-21", target) for target in targets)


def test_links_keep_the_question_of_the_page(client: FlaskClient) -> None:
    plain = section(client, "?by=lists&year=2018..2019")
    (wider,) = plain.swaps("depth=2")
    assert wider == "/paper/1803.03635?by=lists&year=2018..2019&depth=2#around"
    (more,) = plain.swaps("expand=1912.05671")
    assert more.startswith("/paper/1803.03635?by=lists&year=2018..2019&expand=")
    opened = section(client, "?depth=2&expand=1912.05671")
    assert [href for href in opened.swaps("") if "expand=1912.05671" not in href] == [
        "/paper/1803.03635?depth=2#around"
    ] * 2
    again = opened.swaps("expand=1912.05671&expand=")
    assert again
    assert all(href.startswith("/paper/1803.03635?depth=2&expand=1912.05671&expand=") for href in again)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?depth=7", 400),
        ("?expand=2301.00001", 200),
        ("?expand=arXiv:1912.05671v1", 200),
        ("?" + "expand=x&" * 99, 200),
    ],
)
def test_odd_questions_of_the_page(client: FlaskClient, query: str, status: int) -> None:
    assert client.get(f"/paper/1803.03635{query}").status_code == status
    if "arXiv" in query:
        assert "/paper/1803.03635#around" in section(client, query).swaps("")


def test_hostile_names_are_text(client: FlaskClient, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = library.parts.graph()
    assert graph is not None
    evil = '"><script>alert(1)</script><a style="x" onload=\'x\' &amp;'
    monkeypatch.setattr(graph, "label", lambda kind, place: evil)
    page: Any = client.get("/paper/1803.03635").text
    assert "<script>" not in page
    assert not any({"style", "onload"} & set(attrs) for _, attrs in Section(page).tags)

"""Topics, the graph, and relatedness with its reasons."""

import gzip
from math import log2, sqrt
from pathlib import Path

import pytest

from graph.build import Graph, build
from graph.relatedness import SIGNALS, WEIGHTS, Evidence, combine, graph_signals
from graph.saved import load, save, saved_state
from graph.topics import topic_of, topics_of
from kg.answers import ListCount
from kg.filters import BY
from kg.papers import Author, Mention, Paper, Topic


def listed(paper: str, *section: str) -> Mention:
    return Mention("list.md", 1, section, paper=paper, list_id="list")


@pytest.fixture
def graph() -> Graph:
    ann, bob = Author("ann", "Ann"), Author("bob", "Bob")
    topic = (Topic("kernels", "Kernels"),)
    papers = [
        Paper("a", title="A", authors=(ann, bob), topics=topic, categories=("cs.LG",)),
        Paper("b", title="B", authors=(ann,), topics=topic),
        Paper("c", title="C"),
        Paper("d", title="D"),
    ]
    mentions = [listed("a", "Kernels"), listed("b", "Kernels"), listed("c", "Others"), listed("d", "Others")]
    citations = [("a", "c", "file"), ("b", "c", "file"), ("d", "a", "file"), ("d", "b", "file")]
    return build(papers, [ListCount("list", "My List", "list.md", 4)], mentions, citations)


@pytest.mark.parametrize(
    ("section", "label"),
    [
        (("Sparsity",), "Sparsity"),
        (("Tickets", "Tickets: 2019"), "Tickets"),
        (("Kernels", "Others"), "Kernels"),
        (("3.1 Loss landscapes",), "Loss landscapes"),
        (("kernel methods (2020)",), "Kernel methods"),
        (("Papers", "2019"), None),
        ((), None),
    ],
)
def test_topics_are_the_headings_that_name_one(section: tuple[str, ...], label: str | None) -> None:
    topic = topic_of(section)
    assert (topic.label if topic else None) == label


def test_the_title_of_a_list_and_of_a_paper_is_no_topic() -> None:
    mentions = [
        Mention("l", 1, ("My List", "On Nets at Work"), paper="a"),
        Mention("l", 2, ("My List", "Kernels"), title="On Nets at Work", paper="b"),
    ]
    topics, papers = topics_of(mentions, ["My List"])
    assert topics == [Topic("kernels", "Kernels")]
    assert papers == {"b": ["kernels"]}


def test_every_edge_has_a_kind_and_a_source(graph: Graph) -> None:
    assert all({"kind", "source"} <= data.keys() for _, _, data in graph.edges(data=True))
    assert {data["kind"] for _, data in graph.nodes(data=True)} == {
        "paper",
        "author",
        "topic",
        "category",
        "list",
        "heading",
    }


def test_the_graph_comes_back_as_it_was_saved(graph: Graph, tmp_path: Path) -> None:
    save(graph, tmp_path / "g.json.gz", 7)
    loaded = load(tmp_path / "g.json.gz")
    assert loaded is not None
    assert dict(loaded.nodes(data=True)) == dict(graph.nodes(data=True))
    assert sorted(loaded.edges(keys=True, data=True), key=str) == sorted(graph.edges(keys=True, data=True), key=str)
    assert saved_state(tmp_path / "g.json.gz") == 7


@pytest.mark.parametrize("content", [None, b"", b"\x1f\x8bbroken", gzip.compress(b"{}")[:-3]])
def test_a_missing_or_damaged_graph_is_none(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        save(Graph(), tmp_path / "g.json.gz", 7)
        (tmp_path / "g.json.gz").write_bytes(content)
    assert load(tmp_path / "g.json.gz") is None
    assert saved_state(tmp_path / "g.json.gz") is None


def test_signals_follow_their_formulas(graph: Graph) -> None:
    signals = graph_signals(graph, "a", "all")
    assert {other: evidence.fact for other, evidence in signals["citation"].items()} == {
        "c": "cited by it",
        "d": "cites it",
    }
    assert signals["shared_references"]["b"].value == pytest.approx(1 / sqrt(1 * 1))
    assert signals["co_cited"]["b"].value == pytest.approx(1.0)
    assert signals["authors"]["b"].value == pytest.approx(1 / 2)
    assert signals["authors"]["b"].fact == "also by Ann"
    assert signals["co_listed"]["b"].value == pytest.approx(1 / log2(3))
    assert signals["co_listed"]["b"].fact == "both under “My List › Kernels”"
    assert signals["topic"].keys() == {"b"}


def test_only_the_signals_asked_for(graph: Graph) -> None:
    assert graph_signals(graph, "a", "authors").keys() == {"authors"}
    assert graph_signals(graph, "nowhere", "all") == {}
    assert set(SIGNALS["all"]) == set(WEIGHTS)
    assert tuple(SIGNALS) == BY


def test_reasons_add_up_to_the_score(graph: Graph) -> None:
    sides = [
        graph_signals(graph, "a", "all") | {"text": {"b": Evidence(0.7, "alike")}},
        graph_signals(graph, "c", "all"),
    ]
    for item in combine(sides, [graph_signals(graph, "d", "all")], {"a", "c", "d"}):
        assert item.score == pytest.approx(sum(reason.contribution for reason in item.why), abs=1e-9)
        for reason in item.why:
            assert reason.contribution == pytest.approx(reason.weight * reason.value)
        assert item.id not in {"a", "c", "d"}


def test_several_sources_of_one_citation_are_all_kept_and_counted_once() -> None:
    graph = build([Paper("a"), Paper("b"), Paper("c")], [], [], [("a", "b", "f"), ("a", "b", "g"), ("c", "b", "f")])
    assert {data["source"] for *_, data in graph.edges(data=True)} == {"f", "g"}
    assert graph_signals(graph, "a", "citations")["shared_references"]["c"].value == pytest.approx(1.0)


def test_headings_add_up_and_the_larger_says_less(graph: Graph) -> None:
    papers = [Paper(name) for name in "abcdefgh"]
    mentions = [*(listed(p, "Small") for p in "ab"), *(listed(p, "Large") for p in "abcdefgh")]
    built = build(papers, [ListCount("list", "L", "list.md", 8)], mentions, [])
    values = {p: e.value for p, e in graph_signals(built, "a", "lists")["co_listed"].items()}
    assert values["c"] == pytest.approx(1 / log2(9))
    assert values["b"] == pytest.approx(1 - (1 - 1 / log2(3)) * (1 - 1 / log2(9)))


def test_what_is_like_an_unwanted_paper_sinks() -> None:
    wanted = [{"text": {"x": Evidence(0.5, "alike"), "y": Evidence(0.5, "alike")}}]
    unwanted = [{"text": {"x": Evidence(0.9, "alike")}}]
    assert [item.id for item in combine(wanted, unwanted, ())] == ["y", "x"]


def test_citation_cycles_and_both_ways() -> None:
    graph = build([Paper("a"), Paper("b")], [], [], [("a", "b", "f"), ("b", "a", "f"), ("a", "b", "g")])
    assert graph_signals(graph, "a", "citations")["citation"]["b"].fact == "each cites the other"

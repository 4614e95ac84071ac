"""Topics, the graph in tables and as networkx, and relatedness with its reasons."""

from collections.abc import Iterable, Mapping
from math import log2, sqrt
from pathlib import Path

import numpy as np
import pytest

from graph.facts import fact, fact_of_votes
from graph.relatedness import DRAFT_WEIGHTS, SIGNALS, WEIGHTS, combine, proposed
from graph.signals import Signal, graph_signals
from graph.tables import EDGES, Tables
from graph.topics import topic_of, topics_of
from graph.votes import electorate, neighbours, voters_for
from graph.whole import networkx_graph
from graph.writing import Edge
from kg.errors import StorageError
from kg.filters import BY
from kg.papers import Mention, Topic
from tests.tables import write_graph

A, B, C, D = 1, 2, 5, 9  # numbers of papers
NODES = {
    "author": [("ann", "Ann"), ("bob", "Bob")],
    "category": [("cs.LG", "cs.LG")],
    "topic": [("kernels", "Kernels")],
    "heading": [("list#Kernels", "Kernels"), ("list#Others", "Others")],
    "list": [("list", "My List")],
}
LINKS: dict[str, list[Edge]] = {
    "cites": [(A, C, "file"), (B, C, "file, s2"), (D, A, "file"), (D, B, "file")],
    "wrote": [("ann", A, "arxiv"), ("bob", A, "arxiv"), ("ann", B, "arxiv")],
    "in_category": [(A, "cs.LG", "arxiv")],
    "about": [(A, "kernels", "headings"), (B, "kernels", "headings")],
    "listed_under": [
        (A, "list#Kernels", "list.md:3"),
        (B, "list#Kernels", "list.md:4"),
        (C, "list#Others", "list.md:7"),
        (D, "list#Others", "list.md:8"),
    ],
    "part_of": [("list#Kernels", "list", "list.md"), ("list#Others", "list", "list.md")],
    "similar": [(B, A, "model"), (A, D, "model"), (A, B, "model")],
}


def tables_of(
    folder: Path,
    edges: Mapping[str, Iterable[Edge]],
    papers: Iterable[int] = (A, B, C, D),
    nodes: Mapping[str, Iterable[tuple[str, str]]] = NODES,
    cosines: Iterable[float] = (),
) -> Tables:
    rows = [
        (number, f"p{number}", f"Paper {number}", "2019-01-02" if number == A else "", number != D) for number in papers
    ]
    write_graph(folder, 7, rows, nodes, edges, list(cosines))
    return Tables(folder)


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return tables_of(tmp_path, LINKS, cosines=(0.75, 0.5, 0.25))


def values(signal: Signal) -> dict[int, float]:
    numbers, found = signal
    return dict(zip(numbers.tolist(), found.tolist(), strict=True))


def signal(**found: float) -> Signal:
    numbers = sorted(int(name[1:]) for name in found)
    return np.array(numbers, dtype=np.int64), np.array([found[f"p{number}"] for number in numbers])


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


def test_every_node_and_edge_is_in_networkx_with_its_source(tables: Tables) -> None:
    graph = networkx_graph(tables)
    assert dict(graph.nodes(data=True)) == {
        "paper:p1": {"kind": "paper", "label": "Paper 1", "in_library": True, "published": "2019-01-02"},
        "paper:p2": {"kind": "paper", "label": "Paper 2", "in_library": True},
        "paper:p5": {"kind": "paper", "label": "Paper 5", "in_library": True},
        "paper:p9": {"kind": "paper", "label": "Paper 9", "in_library": False},
        **{f"{kind}:{id_}": {"kind": kind, "label": label} for kind, named in NODES.items() for id_, label in named},
    }
    names = {number: f"paper:p{number}" for number in (A, B, C, D)}
    cosines = {(A, B): 0.25, (A, D): 0.5, (B, A): 0.75}
    wanted = {
        (names.get(one) or f"{EDGES[kind][0]}:{one}", names.get(other) or f"{EDGES[kind][1]}:{other}", kind): {
            "kind": kind,
            "source": source,
            **({"cosine": cosines[one, other]} if kind == "similar" else {}),
        }
        for kind, edges in LINKS.items()
        for one, other, source in edges
    }
    assert {(one, other, key): data for one, other, key, data in graph.edges(keys=True, data=True)} == wanted


def test_papers_that_are_only_cited_may_be_left_out(tables: Tables) -> None:
    graph = networkx_graph(tables, everything=False)
    assert "paper:p9" not in graph
    assert ("paper:p9", "paper:p1") not in graph.edges()


def test_edges_to_nowhere_are_left_out(tmp_path: Path) -> None:
    found = tables_of(
        tmp_path, {"cites": [(A, 77, "file"), (77, A, "file"), (A, B, "file")], "wrote": [("eve", A, "x")]}
    )
    assert networkx_graph(found).number_of_edges() == 1


@pytest.mark.parametrize("papers", [(), (A,)])
def test_a_library_of_nothing_and_of_one_paper(tmp_path: Path, papers: tuple[int, ...]) -> None:
    found = tables_of(tmp_path, {}, papers, {})
    assert networkx_graph(found).number_of_nodes() == len(papers)
    assert graph_signals(found, B) == {}
    assert all(len(numbers) == 0 for number in papers for numbers, _ in graph_signals(found, number).values())


@pytest.mark.parametrize("damage", ["nothing", "a file less", "half a file"])
def test_a_missing_or_damaged_graph_is_told(tmp_path: Path, damage: str) -> None:
    if damage != "nothing":
        tables_of(tmp_path, LINKS)
        file = next(tmp_path.glob("graph-*/cites_out_ends.npy"))
        file.unlink() if damage == "a file less" else file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(StorageError, match="kg ingest"):
        Tables(tmp_path)


def test_signals_follow_their_formulas(tables: Tables) -> None:
    signals = {name: values(found) for name, found in graph_signals(tables, A).items()}
    assert signals["citation"] == {C: 1.0, D: 1.0}
    assert signals["shared_references"] == {B: pytest.approx(1 / sqrt(1 * 1))}
    assert signals["co_cited"] == {B: pytest.approx(1.0)}
    assert signals["authors"] == {B: pytest.approx(1 / 2)}
    assert signals["co_listed"] == {B: pytest.approx(1 / log2(3))}
    assert signals["topic"] == {B: pytest.approx(1 / log2(3))}


def test_facts_say_what_the_signals_are_made_of(tables: Tables) -> None:
    assert fact(tables, "citation", A, C) == "cited by it"
    assert fact(tables, "citation", A, D) == "cites it"
    assert fact(tables, "shared_references", A, B) == "1 shared reference: Paper 5"
    assert fact(tables, "co_cited", A, B) == "cited together by 1 paper: Paper 9"
    assert fact(tables, "authors", A, B) == "also by Ann"
    assert fact(tables, "co_listed", A, B) == "both under “My List › Kernels”"
    assert fact(tables, "topic", A, B) == "both about Kernels"


def test_long_facts_name_three_and_count_the_rest(tmp_path: Path) -> None:
    cited = range(10, 16)
    edges: dict[str, list[Edge]] = {"cites": [(one, other, "f") for one in (A, B) for other in cited]}
    found = tables_of(tmp_path, edges, (A, B, *cited))
    assert fact(found, "shared_references", A, B) == "6 shared references: Paper 10; Paper 11; Paper 12 and 3 more"


def test_what_each_way_of_asking_counts() -> None:
    assert tuple(SIGNALS) == BY
    assert {name for names in SIGNALS.values() for name in names} == set(WEIGHTS) == set(DRAFT_WEIGHTS)


def test_headings_add_up_and_the_larger_says_less(tmp_path: Path) -> None:
    papers = range(1, 9)
    edges: dict[str, list[Edge]] = {
        "listed_under": [*((p, "list#Kernels", "l") for p in (1, 2)), *((p, "list#Others", "l") for p in papers)]
    }
    found = values(graph_signals(tables_of(tmp_path, edges, papers), 1)["co_listed"])
    assert found[3] == pytest.approx(1 / log2(9))
    assert found[2] == pytest.approx(1 - (1 - 1 / log2(3)) * (1 - 1 / log2(9)))


def test_citation_cycles_and_both_ways(tmp_path: Path) -> None:
    found = tables_of(tmp_path, {"cites": [(A, B, "f"), (B, A, "f"), (B, C, "f"), (C, A, "f")]})
    assert fact(found, "citation", A, B) == "each cites the other"
    assert values(graph_signals(found, A)["citation"]) == {B: 1.0, C: 1.0}


def test_edges_may_be_taken_away(tables: Tables) -> None:
    place = tables.paper(B)
    assert place is not None
    less = tables.without("cites", place, [tables.paper(C)])
    assert values(graph_signals(less, A)["shared_references"]) == {}
    assert less.cited.tolist() == [A, B, C]
    assert less.citing.tolist() == [A, D]
    assert values(graph_signals(tables, A)["shared_references"]) == {B: 1.0}
    assert [less.source("cites", edge) for edge in range(3)] == ["file", "file", "file"]


# -- the neighbours' votes ------------------------------------------------------------------------


def liked(*papers: tuple[int, float]) -> Signal:
    return np.array([number for number, _ in papers]), np.array([like for _, like in papers])


NOBODY: Signal = (np.zeros(0, dtype=np.int64), np.zeros(0))


def test_the_nearest_papers_vote_for_what_they_cite(tables: Tables) -> None:
    votes = electorate(tables, liked((D, 2.0), (A, 1.0)), NOBODY, np.zeros(0, dtype=np.int64))
    heavy, light = 16 / 17, 1 / 17
    assert values(neighbours(tables, votes)) == {
        A: pytest.approx(sqrt(heavy)),
        B: pytest.approx(sqrt(heavy)),
        C: pytest.approx(sqrt(light)),
    }
    assert fact_of_votes(tables, votes, C) == "cited by 1 of the papers most like it: Paper 1"


def test_those_that_cite_the_nearest_vote_too(tables: Tables) -> None:
    votes = electorate(tables, NOBODY, liked((C, 1.0)), np.zeros(0, dtype=np.int64))
    assert tables.numbers[votes.voters].tolist() == [A, B]
    assert votes.weights.tolist() == [0.5, 0.5]
    assert tables.numbers[voters_for(tables, votes, 2)].tolist() == [A, B]


def test_papers_left_out_have_no_vote(tables: Tables) -> None:
    votes = electorate(tables, liked((D, 2.0), (A, 1.0)), liked((C, 1.0)), np.array([A, D]))
    assert tables.numbers[votes.voters].tolist() == [B]
    assert values(neighbours(tables, votes)) == {C: pytest.approx(1.0)}


def test_without_voters_nothing_is_voted_for(tables: Tables) -> None:
    votes = electorate(tables, NOBODY, NOBODY, np.zeros(0, dtype=np.int64))
    assert values(neighbours(tables, votes)) == {}


# -- the weighted sum -----------------------------------------------------------------------------


def test_values_add_up_to_the_score(tables: Tables) -> None:
    wanted = [graph_signals(tables, A) | {"text": signal(p2=0.7)}, graph_signals(tables, C)]
    unwanted = [graph_signals(tables, D)]
    numbers = proposed(wanted, None)
    assert numbers.tolist() == [A, B, C, D]
    scored = combine(numbers, wanted, unwanted, WEIGHTS)
    sums = sum(WEIGHTS[name] * value for name, value in scored.values.items())
    assert scored.scores == pytest.approx(sums, abs=1e-12)
    assert scored.scores.tolist() == sorted(scored.scores.tolist(), reverse=True)
    place = scored.numbers.tolist().index(B)
    assert scored.values["text"][place] == pytest.approx(0.35)  # the mean of two examples


def test_only_what_is_allowed_is_put_forward(tables: Tables) -> None:
    assert proposed([graph_signals(tables, A)], np.array([B, D])).tolist() == [B, D]
    assert proposed([], None).tolist() == []


def test_a_signal_puts_forward_its_best() -> None:
    many = np.arange(2000), np.linspace(0, 1, 2000)
    assert proposed([{"topic": many}], None).tolist() == list(range(1500, 2000))


def test_what_is_like_an_unwanted_paper_sinks() -> None:
    wanted, unwanted = [{"text": signal(p1=0.5, p2=0.5)}], [{"text": signal(p1=0.9)}]
    scored = combine(np.array([1, 2]), wanted, unwanted, WEIGHTS)
    assert scored.numbers.tolist() == [2, 1]
    assert scored.values["text"].tolist() == [0.5, pytest.approx(0.05)]


def test_signals_that_are_absent_cost_nothing() -> None:
    scored = combine(np.array([1, 2]), [{"text": signal(p1=0.5, p2=0.5), "citation": signal(p2=1.0)}], [], WEIGHTS)
    assert scored.scores.tolist() == [pytest.approx(0.5 + WEIGHTS["citation"]), 0.5]
    assert set(scored.values) == {"text", "citation"}

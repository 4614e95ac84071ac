"""Gaps: what lists point at and do not hold, with reasons that add up."""

import json
from math import log2
from pathlib import Path

import numpy as np
import pytest

from graph.gaps import Pointing, evidence, gaps, of_list, of_lists
from graph.tables import Places, Tables
from kg.answers import GapsAnswer
from kg.connecting import connect
from kg.errors import NotFound
from kg.library import Library
from kg.papers import Mention, Metadata
from kg.store import Store
from kg.store.documents import Document
from tests.conftest import Run, open_library
from tests.tables import write_graph
from webapp import create_app

# a, b in the list “One”, c, d in “Two”; e of the library and f only cited, both in no list.
LISTED = [(1, "one#"), (2, "one#"), (3, "two#"), (4, "two#"), (1, "two#")]
CITES = [(1, 5), (1, 6), (2, 6), (2, 3), (5, 6), (5, 1), (5, 7), (6, 8)]


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    papers = [(number, name, name.upper(), "", number < 6) for number, name in enumerate("abcdefgh", start=1)]
    nodes = {"heading": [("one#", "One"), ("two#", "Two")], "list": [("one", "One"), ("two", "Two")]}
    edges = {
        "cites": CITES,
        "listed_under": LISTED,
        "part_of": [("one#", "one"), ("two#", "two")],
        "similar": [(1, 4), (4, 1), (2, 5)],
    }
    write_graph(tmp_path, 1, papers, nodes, {k: [(*e, "x") for e in v] for k, v in edges.items()}, [0.8, 0.8, 0.6])  # type: ignore[misc]
    return Tables(tmp_path)


def nothing(numbers: Places) -> Places:
    return numbers[:0]


def test_of_all_lists_what_none_holds_and_papers_of_lists_cite(tables: Tables) -> None:
    scored, _ = gaps(tables, of_lists(tables), nothing)
    assert scored.numbers.tolist() == [6, 5]  # not 7, which only a paper of no list cites; not 3, which is listed
    assert scored.values["cited"].tolist() == pytest.approx([2 / log2(3), 1 / log2(3)])
    assert scored.values["co_cited"].tolist() == pytest.approx(
        [1 / 2, 0]
    )  # of the two others that e cites, a is listed
    assert scored.scores.tolist() == pytest.approx([2 / log2(3) + 0.25, 1 / log2(3)])


def test_of_one_list_what_it_cites_is_like_or_stands_beside(tables: Tables) -> None:
    one = tables.place("list", "one")
    assert one is not None
    pointing = of_list(tables, one)
    scored, votes = gaps(tables, pointing, nothing)
    values = {
        name: dict(zip(scored.numbers.tolist(), found.tolist(), strict=True)) for name, found in scored.values.items()
    }
    assert values["cited"] == pytest.approx({6: 2 / log2(3), 5: 1 / log2(3), 3: 1 / log2(3), 4: 0.0})
    assert values["co_listed"] == pytest.approx({3: 0.5, 4: 0.5, 5: 0.0, 6: 0.0})  # with a, which is one of two others
    assert values["similar"] == pytest.approx({4: 0.8, 5: 0.6, 3: 0.0, 6: 0.0})  # once, though each is near the other
    assert evidence(tables, pointing, votes, "co_listed", 3) == "beside papers of “One” under 1 other heading: Two"
    assert evidence(tables, pointing, votes, "cited", 5) == "cited by 2 papers of “One”: A; B"
    assert (
        evidence(tables, pointing, votes, "co_cited", 5) == "cited together with papers of “One” by 1 paper outside: E"
    )


def test_what_is_left_out_is_not_counted(tables: Tables) -> None:
    scored, _ = gaps(tables, of_lists(tables), lambda numbers: numbers[numbers == 6])
    assert scored.numbers.tolist() == [5]


def test_without_lists_what_the_library_cites(tmp_path: Path) -> None:
    papers = [(1, "a", "A", "", True), (2, "b", "B", "", True), (3, "c", "C", "", False)]
    write_graph(tmp_path, 1, papers, {}, {"cites": [(1, 3, "x"), (1, 2, "x")]})
    tables = Tables(tmp_path)
    scored, votes = gaps(tables, of_lists(tables), nothing)
    assert scored.numbers.tolist() == [3]
    assert evidence(tables, of_lists(tables), votes, "cited", 2) == "cited by 1 paper of the library: A"
    assert len(gaps(tables, Pointing(np.zeros(0, dtype=np.int64), None, "nothing"), nothing)[0].numbers) == 0


def record(arxiv_id: str, title: str, author: str = "Ann Bee", **others: object) -> Metadata:
    return Metadata(arxiv_id, title, "arxiv", authors=(author,), fetched_at="2026-01-01", **others)  # type: ignore[arg-type]


@pytest.fixture
def cited(tmp_path: Path) -> Library:
    """A library of one listed paper that cites four: a known, a withdrawn, another form of itself, a namesake."""
    records = [
        record("2001.00001", "Wide Networks", version=2),
        record("2001.00002", "Deep Networks"),
        record("2001.00003", "Gone Networks", withdrawn=True),
        record("2001.00004", "Wide networks."),
        record("2001.00005", "Wide Networks", "Zoe Other"),
    ]
    with Store(tmp_path / "data" / "kg.db") as store:
        with store.transaction():
            number = {found.arxiv_id: store.identity.ensure_arxiv(found.arxiv_id) for found in records}
            mention = Mention("list.md", 1, ("Nets",), arxiv_id="2001.00001")
            store.documents.save(Document("list.md", "/list.md", "My List", "", ""), [(mention, number["2001.00001"])])
            store.metadata.save(records)
            store.identity.settle_membership()
            first = number["2001.00001"]
            store.citations.add([(first, found) for found in number.values() if found != first], "file")
        connect(store, None, tmp_path / "data" / "index")
    return open_library(tmp_path / "data")


def test_withdrawn_works_and_other_forms_of_listed_ones_are_no_gaps(cited: Library) -> None:
    for answer in (cited.gaps(), cited.gaps("my-list"), cited.gaps("My List"), cited.gaps("list.md")):
        assert [(result.id, result.cited_by, result.in_library) for result in answer.results] == [
            ("2001.00002", 1, False),
            ("2001.00005", 1, False),
        ]
        for result in answer.results:
            assert result.score == pytest.approx(sum(reason.contribution for reason in result.why))
            assert all(reason.contribution == reason.weight * reason.value for reason in result.why)
    assert cited.gaps().results[0].why[0].evidence == "cited by 1 paper of your lists: Wide Networks"
    second = cited.gaps(limit=1, offset=1)
    assert (second.count, [result.id for result in second.results]) == (2, ["2001.00005"])
    cited.close()


def test_the_command_and_the_api(cited: Library, run: Run) -> None:
    cited.close()
    printed = json.loads(run("gaps", "--limit", 1, "--json").out)
    assert (printed["meta"]["count"], [result["id"] for result in printed["results"]]) == (2, ["2001.00002"])
    text = run("gaps", "my-list", "--limit", 1).out
    assert "Deep Networks" in text
    assert "only cited" in text
    assert "1 of 2 gaps" in text
    client = create_app(cited).test_client()
    first = client.get("/api/v1/gaps?limit=1").get_json()
    assert first["results"] == printed["results"]
    following = client.get(f"/api/v1/gaps?limit=1&cursor={first['meta']['next']}").get_json()
    assert [result["id"] for result in following["results"]] == ["2001.00005"]
    assert client.get("/api/v1/gaps?list=nowhere").status_code == 404
    assert client.get("/api/v1/gaps?lists=x").status_code == 400
    cited.close()


def test_an_unknown_list_is_told_those_that_there_are(library: Library, run: Run) -> None:
    with pytest.raises(NotFound, match="awesome-wide-networks, seminar-on-deep-learning"):
        library.gaps("nowhere")
    result = run("gaps", "nowhere")
    assert (result.code, result.err.count("\n")) == (1, 1)


def test_without_references_that_is_said(library: Library, run: Run) -> None:
    assert library.gaps() == GapsAnswer((), 0, ("No references are known yet: `kg ingest` fetches them.",))
    assert "kg ingest" in run("gaps").err
    beside = library.gaps("awesome-wide-networks")
    assert {reason.signal for result in beside.results for reason in result.why} <= {"similar", "co_listed"}


def test_an_empty_library(run: Run, tmp_path: Path) -> None:
    result = run("gaps")
    assert (result.code, result.err) == (0, "")
    assert "kg ingest SOURCE" in result.out
    assert run("gaps", "nowhere").code == 1
    assert not (tmp_path / "data").exists()

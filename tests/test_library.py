"""The library's own questions: related papers, one paper, authors, topics, lists, health."""

import shutil
from pathlib import Path

import pytest

from kg.errors import NotFound
from kg.filters import Filter, Related, Scope, Search
from kg.library import Library
from kg.papers import Mention
from kg.store import Store
from kg.store.documents import Document
from tests.conftest import open_library


def test_related_papers_explain_themselves(library: Library) -> None:
    answer = library.related(Related(("1803.03635",)))
    assert answer.results[0].id == "1912.05671"
    assert {"text", "authors", "co_listed", "topic", "keywords"} <= {reason.signal for reason in answer.results[0].why}
    for result in answer.results:
        assert result.id != "1803.03635"
        assert result.score == pytest.approx(sum(reason.contribution for reason in result.why), abs=1e-6)
        assert all(reason.evidence for reason in result.why)


@pytest.mark.parametrize(
    ("by", "signals"),
    [
        ("text", {"text", "keywords"}),
        ("lists", {"co_listed", "topic"}),
        ("authors", {"authors"}),
        ("citations", {"citation", "shared_references", "co_cited"}),
    ],
)
def test_one_kind_of_signal_at_a_time(library: Library, by: str, signals: set[str]) -> None:
    results = library.related(Related(("1811.03962",), by=by)).results
    assert {reason.signal for result in results for reason in result.why} <= signals
    assert bool(results) is (by != "citations")


def test_several_papers_and_unwanted_ones(library: Library) -> None:
    seeds = ("1806.07572", "1811.03962")
    answer = library.related(Related(seeds, ("1803.03635",)))
    assert not {result.id for result in answer.results} & {*seeds, "1803.03635"}
    plain = {result.id: result.score for result in library.related(Related(seeds)).results}
    pushed = {result.id: result.score for result in answer.results}
    assert pushed["1912.05671"] < plain["1912.05671"]


def test_a_draft_instead_of_a_paper(library: Library) -> None:
    answer = library.related(Related(text="Sparse subnetworks that train as well alone as the dense network."))
    assert answer.results[0].id == "1803.03635"
    assert answer.results[0].match == "both"


def test_filters_and_pages_of_related_papers(library: Library) -> None:
    everything = library.related(Related(("1806.07572",), limit=100))
    assert everything.count == len(everything.results)
    assert {
        r.id for r in library.related(Related(("1806.07572",), scope=Scope((Filter("year", "2019"),)))).results
    } == {
        "1912.05671",
        "1905.10337",
    }
    assert library.related(Related(("1806.07572",), limit=2, offset=2)).results == everything.results[2:4]


def test_without_an_index_related_papers_come_from_the_rest(library: Library) -> None:
    (library.config.index_folder / "vectors.json").unlink()
    answer = library.related(Related(("1803.03635",)))
    assert answer.results[0].id == "1912.05671"
    assert answer.notes


def test_two_papers_with_nothing_in_common_are_still_related(tmp_path: Path) -> None:
    with Store(tmp_path / "kg.db") as store, store.transaction():
        for name in ("1806.07572", "1811.03962"):
            number = store.identity.ensure_arxiv(name)
            store.documents.save(Document(name, name, name, "", ""), [(Mention(name, 1, arxiv_id=name), number)])
        store.identity.settle_membership()
    library = open_library(tmp_path)
    (result,) = library.related(Related(("1806.07572",))).results
    assert (result.id, result.score) == ("1811.03962", 0.0)
    assert library.related(Related(("1806.07572",), by="authors")).results == ()
    library.close()


def test_a_paper_by_any_of_its_names(library: Library) -> None:
    for name in (
        "1803.03635",
        "arXiv:1803.03635v2",
        "https://openreview.net/forum?id=rJl-b3RcF7",
        "10.48550/arXiv.1803.03635",
    ):
        assert library.paper(name).paper.id == "1803.03635"
    assert library.paper("10.1073/PNAS.1903070116").paper.id == "1812.11118"


def test_what_is_not_there_is_said(library: Library) -> None:
    for ask in (library.paper, library.author, library.topic, library.reading_list):
        with pytest.raises(NotFound, match="nowhere"):
            ask("nowhere")
    with pytest.raises(NotFound, match="nowhere"):
        library.related(Related(("1806.07572",), ("nowhere",)))


def test_authors_topics_and_lists(library: Library) -> None:
    author = library.author("jonathan-frankle")
    assert (author.name, [paper.id for paper in author.papers]) == ("Jonathan Frankle", ["1912.05671", "1803.03635"])
    assert {topic.id: topic.papers for topic in library.topics()} == {
        "generalisation": 4,  # all of the headings below it
        "kernels": 2,
        "sparsity": 2,
        "why-capacity-misleads": 1,
        "beyond-kernels": 3,
    }
    topic = library.topic("sparsity")
    assert (topic.label, len(topic.papers)) == ("Sparsity", 2)
    assert {found.id: found.papers for found in library.lists()} == {
        "awesome-wide-networks": 4,
        "seminar-on-deep-learning": 4,
    }
    answer = library.reading_list("seminar-on-deep-learning")
    assert [m.paper for m in answer.mentions] == ["1812.11118", "1905.10337", "hep-th/9901001", "2001.99999"]
    assert {m.list_id for m in answer.mentions} == {"seminar-on-deep-learning"}
    assert answer.papers["1905.10337"].title == "What Can ResNet Learn Efficiently, Going Beyond Kernels?"


def test_values_of_several_examples_are_true_means(library: Library) -> None:
    def text(question: Related) -> dict[str, float]:
        return {r.id: w.value for r in library.related(question).results for w in r.why if w.signal == "text"}

    one, other = (text(Related((paper,), limit=100)) for paper in ("1806.07572", "1803.03635"))
    both = text(Related(("1806.07572", "1803.03635"), limit=100))
    pushed = text(Related(("1806.07572",), ("1803.03635",), limit=100))
    assert both.keys() >= {"1811.03962", "1912.05671"}
    for paper, value in both.items():
        assert value == pytest.approx((one.get(paper, 0.0) + other.get(paper, 0.0)) / 2)
    for paper, value in pushed.items():
        assert value == pytest.approx(one.get(paper, 0.0) - 0.5 * other.get(paper, 0.0))


def test_health(library: Library) -> None:
    status = library.status()
    del status["last_run"]
    (work,) = status.pop("unresolved_works")
    assert (work["id"], work["title"]) == ("2001.99999", None)
    assert status == {
        "documents": 2,
        "mentions": 8,
        "papers": 8,
        "with_abstract": 6,
        "unresolved": 1,
        "cited_only": 0,
        "embedded": 7,
        "references_known": 0,
        "references": {"known": 0, "none known": 7, "withheld": 0, "not asked": 1},
        "paused": [],
        "index": "fresh",
        "graph": "fresh",
        "model": "words-64",
    }


def test_deleting_everything_derived_loses_nothing(library: Library) -> None:
    shutil.rmtree(library.config.index_folder)
    status = library.status()
    assert (status["index"], status["graph"], status["papers"]) == ("missing", "missing", 8)
    assert library.search(Search("lottery ticket")).results


def test_an_empty_folder_is_an_empty_library(tmp_path: Path) -> None:
    library = open_library(tmp_path / "nothing")
    assert library.search(Search("anything")).results == ()
    assert library.status()["papers"] == 0
    assert not (tmp_path / "nothing").exists()
    library.close()

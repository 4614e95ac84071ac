"""`kg eval`: benchmarks in BEIR form and the user's own lists, with the tiny encoder."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph.relatedness import Scored
from graph.signals import graph_signals
from graph.tables import Tables
from kg.errors import NotFound, UsageError
from kg.evaluation import benchmark, lists
from kg.evaluation.beir import read_collection
from kg.evaluation.cache import CachedEncoder, cache_folder
from kg.evaluation.report import RETRIEVAL, estimated
from kg.evaluation.sampling import sampled
from kg.evaluation.trec import write_run
from kg.evaluation.ways import by_signal
from kg.library import Library
from kg.papers import Mention
from kg.parts import Parts
from tests.conftest import Run, open_library
from tests.encoders import WordEncoder
from tests.test_cli import fails

CORPUS = [
    {"_id": "a", "title": "Kernels of wide networks", "text": "Training becomes regression with a fixed kernel."},
    {"_id": "1806.07572", "title": "Sparse tickets", "text": "Dense networks hold sparse networks that train alone."},
    {"_id": "c/3", "title": "Interpolation", "text": "Test error falls, rises and falls again."},
    {"_id": "d", "title": "Strings and branes", "text": "Nothing about networks."},
]
TEXTS = [
    {"_id": "q1", "text": "kernel regression of wide networks"},
    {"_id": "q2", "text": "error falls again"},
    {"_id": "q3", "text": "nobody judged this"},
]
PAPERS = [{"_id": "p1", "paper_id": "a", "facet": "method"}, {"_id": "p2", "paper_id": "d"}]
QRELS = "query-id\tcorpus-id\tscore\nq1\ta\t2\nq1\td\t0\nq2\tc/3\t1\nq2\ta\t0\n"
PAPER_QRELS = "query-id\tcorpus-id\tscore\np1\t1806.07572\t2\np1\td\t1\np1\tc/3\t0\np2\ta\t1\np2\td\t0\n"


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "cache"))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Library]:
    """A library that holds nothing, with the tiny encoder."""
    library = open_library(tmp_path / "nothing")
    yield library
    library.close()


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command uses the tiny encoder."""
    monkeypatch.setenv("KG_MODEL", WordEncoder.name)
    monkeypatch.setattr(Parts, "_loaded_encoder", lambda self, name: WordEncoder())


def folder_of(path: Path, corpus: Any = CORPUS, queries: Any = TEXTS, qrels: str = QRELS) -> Path:
    path.mkdir(exist_ok=True)
    for name, records in (("corpus", corpus), ("queries", queries)):
        text = "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in records)
        (path / f"{name}.jsonl").write_text(text, encoding="utf-8")
    (path / "qrels.tsv").write_text(qrels, encoding="utf-8")
    return path


def evaluated(folder: Path, library: Library, pool: bool = False) -> tuple[Any, Any]:
    return benchmark.evaluate(read_collection(folder), library, pool, None, lambda *_: None)


# -- benchmarks -----------------------------------------------------------------------------------


def test_questions_in_words(tmp_path: Path, empty: Library) -> None:
    report, rankings = evaluated(folder_of(tmp_path / "bench"), empty)
    assert (report.task, report.papers, report.queries, report.left_out) == ("search", 4, 2, 1)
    assert list(report.modes) == ["keyword", "semantic", "hybrid"]
    assert list(report.modes["hybrid"]) == ["nDCG@10", "recall@20", "recall@100", "MAP"]
    assert [(d.mode, d.against) for d in report.differences] == [("hybrid", "keyword"), ("hybrid", "semantic")]
    assert rankings["keyword"]["q1"][0][0] == "a"
    assert report.modes["keyword"]["MAP"].value == 1.0  # both answers come first
    assert not (tmp_path / "nothing").exists()  # the user's library is not touched


def test_the_figures_are_those_of_the_rankings() -> None:
    rankings = {
        "one": {"q1": [("x", 2.0), ("a", 1.0)], "q2": [("b", 1.0)]},
        "both": {"q1": [("a", 2.0)], "q2": [("b", 1.0), ("x", 0.5)]},
    }
    modes, (difference,) = estimated(rankings, {"q1": {"a": 1}, "q2": {"b": 2, "c": 1}}, RETRIEVAL)
    assert modes["one"]["MAP"].value == pytest.approx((1 / 2 + 1 / 2) / 2)
    assert modes["both"]["MAP"].value == pytest.approx((1 + 1 / 2) / 2)
    assert modes["one"]["recall@20"].value == pytest.approx((1 + 1 / 2) / 2)
    # q1: 1/log2(3) = 0.63093; q2: 2 / (2 + 1/log2(3)) = 0.76018
    assert modes["one"]["nDCG@10"].value == pytest.approx((0.63093 + 0.76018) / 2, abs=1e-5)
    assert difference.measures["MAP"].value == pytest.approx(0.25)
    assert (difference.measures["MAP"].low, difference.measures["MAP"].high) == (0.0, 0.5)


def test_papers_as_questions(tmp_path: Path, empty: Library) -> None:
    report, rankings = evaluated(folder_of(tmp_path / "bench", queries=PAPERS, qrels=PAPER_QRELS), empty)
    assert report.task == "related"
    assert list(report.modes) == ["keywords", "text", "all"]
    assert "nDCG%20" not in report.modes["all"]
    for ranked in rankings.values():
        assert "a" not in dict(ranked["p1"])  # a paper is not related to itself


def test_with_a_pool_all_that_is_judged_is_ranked_and_nothing_else(tmp_path: Path, empty: Library) -> None:
    folder = folder_of(tmp_path / "bench", queries=PAPERS, qrels=PAPER_QRELS)
    report, rankings = evaluated(folder, empty, pool=True)
    assert list(report.modes["all"])[-1] == "nDCG%20"
    for ranked in rankings.values():
        assert {document for document, _ in ranked["p1"]} == {"1806.07572", "d", "c/3"}
        assert [document for document, _ in ranked["p2"]] == ["a", "d"]  # the paper itself is last, if it was judged
    texts, rankings = evaluated(folder_of(tmp_path / "texts"), empty, pool=True)
    assert [document for document, _ in rankings["keyword"]["q2"]] == ["c/3", "a"]
    assert texts.modes["semantic"]["recall@20"].value == 1.0


def test_one_signal_alone_leaves_out_what_it_says_nothing_of() -> None:
    values = {"text": np.array([0.9, 0.2, 0.0]), "keywords": np.array([0.0, 0.5, 0.5])}
    found = Scored(np.array([9, 2, 1]), np.array([0.9, 0.7, 0.5]), values)
    assert by_signal(found, "keywords") == [(1, 0.5), (2, 0.5)]
    assert by_signal(found, "text") == [(9, 0.9), (2, 0.2)]
    assert by_signal(found, "citation") == []
    assert [number for number, _ in by_signal(found, None)] == [9, 2, 1]


def test_a_second_evaluation_embeds_nothing(tmp_path: Path, empty: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_of(tmp_path / "bench")
    first, _ = evaluated(folder, empty)
    assert isinstance(empty.encoder, WordEncoder)
    assert len(empty.encoder.texts) == 4

    def refuse(name: str) -> WordEncoder:
        raise AssertionError("something is embedded again")

    again = Library(empty.config, refuse)
    assert evaluated(folder, again)[0] == first
    (file, *_) = cache_folder().rglob("*.npz")
    file.write_bytes(b"damaged")
    assert evaluated(folder, empty)[0] == first


def test_without_a_place_to_keep_vectors_they_are_made_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    encoder = CachedEncoder("words-64", WordEncoder, tmp_path / "file")
    assert encoder.documents(["one", "two", "one"]).shape == (3, 64)
    assert encoder.query("one").shape == (64,)
    encoder.save()


def test_a_corpus_without_abstracts(tmp_path: Path, empty: Library) -> None:
    bare = [{"_id": document["_id"], "title": document["title"]} for document in CORPUS]
    report, _ = evaluated(folder_of(tmp_path / "bench", bare), empty)
    assert report.notes == ("The corpus has no abstracts: titles alone were searched.",)
    nameless = [{"_id": document["_id"], "text": document["text"]} for document in CORPUS]
    assert evaluated(folder_of(tmp_path / "nameless", nameless), empty)[0].queries == 2


def test_a_sample_is_the_same_every_time() -> None:
    items = list(range(100))
    assert sampled(items, None) == sampled(items, 100) == items
    assert len(sampled(items, 7)) == 7
    assert sampled(items, 7) == sampled(items, 7) == sorted(sampled(items, 7))


# -- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"corpus": [*CORPUS, "{not json\n"]}, ("corpus.jsonl, line 5", "no JSON")),
        ({"corpus": [*CORPUS, "[" * 100_000 + "\n"]}, ("corpus.jsonl, line 5", "no JSON")),
        ({"corpus": ["[1]\n"]}, ("corpus.jsonl, line 1", "no JSON object")),
        ({"corpus": [{"title": "no id"}]}, ("corpus.jsonl, line 1", "_id")),
        ({"corpus": [*CORPUS, "\n", CORPUS[0]]}, ("corpus.jsonl, line 6", "'a'", "before")),
        ({"corpus": [{"_id": "a", "title": 7}]}, ("corpus.jsonl, line 1", "title is no text")),
        ({"corpus": []}, ("corpus.jsonl", "empty")),
        ({"queries": []}, ("queries.jsonl", "empty")),
        ({"queries": [{"_id": "q1"}]}, ("queries.jsonl, line 1", "neither text nor paper_id")),
        ({"queries": [*TEXTS, *PAPERS]}, ("queries.jsonl, line 4", "one kind")),
        ({"queries": [{"_id": "q1", "paper_id": "zz"}]}, ("queries.jsonl, line 1", "'zz'", "corpus.jsonl")),
        ({"qrels": ""}, ("qrels.tsv, line 1", "query-id")),
        ({"qrels": "q1\ta\t1\n"}, ("qrels.tsv, line 1", "header")),
        ({"qrels": QRELS + "q1 a 1\n"}, ("qrels.tsv, line 6", "1 columns")),
        ({"qrels": QRELS + "q1\ta\tyes\n"}, ("qrels.tsv, line 6", "'yes'")),
        ({"qrels": QRELS + "q1\ta\t" + "9" * 400 + "\n"}, ("qrels.tsv, line 6", "nine digits")),
        ({"qrels": QRELS + "q9\ta\t1\n"}, ("qrels.tsv, line 6", "'q9'", "queries.jsonl")),
        ({"qrels": QRELS + "q1\tzz\t1\n"}, ("qrels.tsv, line 6", "'zz'", "corpus.jsonl")),
        ({"qrels": QRELS + "q1\ta\t1\n"}, ("qrels.tsv, line 6", "another score")),
        ({"qrels": "query-id\tcorpus-id\tscore\nq1\ta\t0\n"}, ("qrels.tsv", "no query has a relevant document")),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(tmp_path: Path, change: Any, words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as error:
        read_collection(folder_of(tmp_path / "bench", **change))
    for word in words:
        assert word in str(error.value)


def test_files_that_cannot_be_read(run: Run, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "bench")
    (folder / "qrels.tsv").unlink()
    fails(run("eval", folder), 2, "qrels.tsv", "missing")
    (folder / "queries.jsonl").write_bytes(b'{"_id": "\xff"}')
    fails(run("eval", folder), 2, "queries.jsonl", "UTF-8")
    fails(run("eval", tmp_path / "none"), 2, "no folder")
    (tmp_path / "bare").mkdir()
    fails(run("eval", tmp_path / "bare"), 2, "corpus.jsonl", "missing")
    fails(run("eval", tmp_path / "bare", "--run", tmp_path / "no" / "where"), 2, "--run")
    fails(run("eval", "--pool"), 2, "--pool", "FOLDER")


def test_lines_may_end_as_on_windows_and_ids_be_numbers(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "bench", [{"_id": 7, "title": "A"}], [{"_id": 1, "text": "a"}])
    (folder / "qrels.tsv").write_bytes("\ufeffquery-id\tcorpus-id\tscore\r\n1\t7\t1\r\n".encode())
    assert read_collection(folder).judgements == {"1": {"7": 1}}


# -- runs -----------------------------------------------------------------------------------------


def test_a_run_holds_every_mode_in_trec_form(run: Run, tmp_path: Path, tiny: None) -> None:
    folder = folder_of(tmp_path / "bench")
    found = run("eval", folder, "--run", tmp_path / "out.run", "--json")
    assert (found.code, found.err) == (0, "")
    rows = [line.split(" ") for line in (tmp_path / "out.run").read_text().splitlines()]
    assert {len(row) for row in rows} == {6}
    assert {row[5] for row in rows} == {"keyword", "semantic", "hybrid"}
    assert {row[0] for row in rows} == {"q1", "q2"}
    first = next(row for row in rows if row[5] == "keyword")
    assert (first[:4], first[5]) == (["q1", "Q0", "a", "1"], "keyword")


def test_scores_of_a_run_fall_so_that_trec_eval_keeps_the_order(tmp_path: Path) -> None:
    ranking = [(name, score) for name, score in zip("abcd", (300.0, 300.0, 5.0, 5.0), strict=True)]
    write_run(tmp_path / "out.run", {"all": {"q": ranking}})
    scores = [float(line.split()[4]) for line in (tmp_path / "out.run").read_text().splitlines()]
    import numpy as np

    assert (np.diff(np.array(scores, dtype=np.float32)) < 0).all()


def test_ids_that_no_run_can_hold_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a b"):
        write_run(tmp_path / "out.run", {"all": {"q": [("a b", 1.0)]}})
    assert not (tmp_path / "out.run").exists()


# -- the user's lists ------------------------------------------------------------------------------


LIST = """\
# Networks

## Kernels

- [Neural Tangent Kernel](https://arxiv.org/abs/1806.07572)
- [A Convergence Theory](https://arxiv.org/abs/1811.03962)
- [What Can ResNet Learn](https://arxiv.org/abs/1905.10337)

## Sparsity

- [The Lottery Ticket Hypothesis](https://arxiv.org/abs/1803.03635)
- [Linear Mode Connectivity](https://arxiv.org/abs/1912.05671)
"""


@pytest.fixture
def listed(library: Library, tmp_path: Path) -> Library:
    """The suite's library, with one more list that has a heading of three papers."""
    from kg.refresh import Options, refresh

    (tmp_path / "more.md").write_text(LIST)
    refresh(library, Options((str(tmp_path / "more.md"),), offline=True), lambda *_: None, lambda _: None)
    return library


def test_a_heading_with_three_papers_makes_three_entries() -> None:
    def mention(paper: str, *section: str, line: int = 1) -> Mention:
        return Mention("list.md", line, section, paper=paper, list_id="list")

    three = [mention(paper, "A", "B") for paper in ("x", "y", "z")]
    found, left_out = lists.entries([*three, mention("x", "A", "B", line=9), mention("x", "A"), mention("w", "A")])
    assert [(entry.paper, entry.others) for entry in found] == [
        ("x", ("y", "z")),
        ("y", ("x", "z")),
        ("z", ("x", "y")),
    ]
    assert [m.line for m in found[0].mentions] == [1, 9]
    assert left_out == 2


def test_leave_one_out(listed: Library) -> None:
    """The suite's notes have a heading of three papers too."""
    report, rankings = lists.evaluate(listed, 100, lambda *_: None)
    assert (report.task, report.queries) == ("lists", 6)
    assert list(report.modes) == ["keywords", "text", "all"]
    assert list(report.modes["all"]) == ["recall@10", "recall@20", "nDCG@10", "MRR"]
    entries, _ = lists.entries(listed.store.documents.all_mentions())
    for entry in entries:
        assert not set(entry.others) & set(dict(rankings["all"][entry.name]))
    kernels = [entry for entry in entries if "1806.07572" in (entry.paper, *entry.others)]
    assert [entry.paper for entry in kernels] == ["1806.07572", "1811.03962", "1905.10337"]
    for entry in kernels:
        assert entry.paper in dict(rankings["all"][entry.name])  # its text still speaks for it


def test_a_sample_of_the_lists_is_said_to_be_one(listed: Library) -> None:
    report, _ = lists.evaluate(listed, 2, lambda *_: None)
    assert report.queries == 2
    assert any("sample of 2 of 6" in note for note in report.notes)
    assert lists.evaluate(listed, 2, lambda *_: None)[0] == report


def signals_of(library: Library, graph: Tables, paper: str) -> dict[str, dict[str, float]]:
    """What a graph says of a paper: values of others by id, for each signal."""
    store = library.store
    found = graph_signals(graph, store.papers.numbers([paper])[paper])
    return {
        name: {store.papers.ids([number])[number]: value for number, value in zip(*signal, strict=True)}
        for name, signal in found.items()
    }


def test_what_is_hidden_leaves_no_trace_in_the_graph(listed: Library) -> None:
    found, _ = lists.entries(listed.store.documents.all_mentions())
    entry = next(entry for entry in found if entry.paper == "1905.10337")
    graph = listed.parts.graph()
    assert graph is not None
    before = signals_of(listed, graph, "1811.03962")
    assert "1905.10337" in before["co_listed"]
    assert "1905.10337" in before["topic"]
    less = signals_of(listed, lists.hidden(graph, listed.store, entry, ()), "1811.03962")
    assert "1905.10337" not in less["co_listed"]
    assert "1905.10337" not in less["topic"]
    # Two are left under that heading: each says more of the other.
    assert less["co_listed"]["1806.07572"] > before["co_listed"]["1806.07572"]
    assert signals_of(listed, graph, "1811.03962") == before


def test_what_another_list_says_of_it_stays(listed: Library) -> None:
    """Two lists have a heading “Kernels” with 1806.07572: hidden from one, it keeps what the other says."""
    found, _ = lists.entries(listed.store.documents.all_mentions())
    entry = next(entry for entry in found if entry.paper == "1806.07572")
    graph = listed.parts.graph()
    assert graph is not None
    less = lists.hidden(graph, listed.store, entry, ("kernels",))
    signals = signals_of(listed, less, "1811.03962")
    assert "1806.07572" in signals["co_listed"]
    assert "1806.07572" in signals["topic"]
    assert "1806.07572" not in signals_of(listed, less, "1905.10337")["co_listed"]


def test_a_library_without_such_lists_is_told(empty: Library, run: Run, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="holds 3 papers"):
        lists.evaluate(empty, 100, lambda *_: None)
    fails(run("eval", "--data", tmp_path / "nowhere"), 1, "kg ingest")


# -- the command ----------------------------------------------------------------------------------


def test_the_command_is_listed(run: Run) -> None:
    assert "  eval " in run("--help").out
    assert "qrels.tsv" in run("eval", "--help").out


def test_the_command_in_json(run: Run, tmp_path: Path, tiny: None) -> None:
    found = json.loads(run("eval", folder_of(tmp_path / "bench"), "--json").out)
    assert list(found) == ["meta", "result"]
    assert list(found["meta"]) == ["count", "took_ms", "next", "notes"]
    result = found["result"]
    assert (result["task"], result["queries"], result["left_out"], result["depth"]) == ("search", 2, 1, 1000)
    assert list(result["modes"]["hybrid"]["nDCG@10"]) == ["value", "low", "high"]
    assert result["differences"][0]["against"] == "keyword"


def test_the_command_for_people(run: Run, tmp_path: Path, tiny: None) -> None:
    text = run("eval", folder_of(tmp_path / "bench"), "--pool").out
    assert "2 queries, 4 papers, only those judged ranked, words-64" in text
    assert "nDCG%20" in text
    assert "hybrid - semantic" in text
    assert "1 query left out" in text
    assert "1000 deep" in text


def test_the_command_on_lists(listed: Library, run: Run, tiny: None) -> None:
    found = run("eval", "--data", listed.config.data, "--sample", 2)
    assert found.code == 0
    assert "2 hidden papers" in found.out
    assert "all - text" in found.out
    assert "still searched" in found.out


@pytest.mark.slow
def test_a_real_benchmark_is_read(shared: Path) -> None:
    for name, of_papers, queries in (("scifact", False, 809), ("csfcube", True, 24)):
        if (folder := shared / "data" / name).is_dir():
            collection = read_collection(folder)
            assert (collection.of_papers, len(collection.answerable())) == (of_papers, queries)

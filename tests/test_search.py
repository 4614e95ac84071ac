"""The index, the fusion and the question."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kg import generations
from kg.connecting import connect
from kg.errors import StorageError
from kg.filters import MODES, Filter, Related, Scope, Search
from kg.generations import VECTORS
from kg.library import Library
from kg.papers import Mention
from kg.store import Store
from kg.store.documents import Document
from kg.store.vectors import Matrix
from search.embedding import embed_missing
from search.fusion import Spread, fuse
from search.index import VectorIndex, build
from tests.conftest import open_library
from tests.encoders import WordEncoder
from tests.test_store import NTK, list_paper, mention


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "kg.db")
    list_paper(store, mention())
    store.metadata.save([NTK])
    return store


def test_each_text_is_embedded_once(store: Store) -> None:
    encoder = WordEncoder()
    done: list[tuple[str, int, int]] = []
    for count in (1, 0):
        assert embed_missing(store, encoder.name, lambda: encoder, lambda *told: done.append(told)) == count
    assert encoder.texts == ["Neural Tangent Kernel. Wide networks train like kernels."]
    assert done == [("embedding", 0, 1), ("embedding", 1, 1)]


def status(store: Store, model: str, folder: Path) -> str:
    return generations.status(folder, VECTORS, model, store.state("texts"))


def test_the_index_is_fresh_until_something_changes(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    assert status(store, WordEncoder.name, folder) == "missing"
    embed_missing(store, WordEncoder.name, WordEncoder)
    build(store, WordEncoder.name, folder)
    assert status(store, WordEncoder.name, folder) == "fresh"
    assert status(store, "another-model", folder) == "stale"
    store.metadata.save([NTK, NTK.__class__("1811.03962", "Another", "arxiv", fetched_at="2026")], bulk=True)
    assert status(store, WordEncoder.name, folder) == "stale"
    build(store, WordEncoder.name, folder)
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 1


def test_nearest_is_exact_and_never_padded(store: Store, tmp_path: Path) -> None:
    encoder = WordEncoder()
    embed_missing(store, encoder.name, lambda: encoder)
    build(store, encoder.name, tmp_path / "index")
    index = VectorIndex(tmp_path / "index")
    (number,), (cosine,) = index.nearest(encoder.query(encoder.texts[0]), 10)
    assert cosine == pytest.approx(1.0, abs=1e-5)
    assert len(index.nearest(encoder.query("x"), 10, among=np.zeros(0, dtype=np.int64))[0]) == 0
    assert len(index.nearest(np.ones(3, dtype=np.float32), 10)[0]) == 0
    assert index.vector(number) is not None
    assert index.vector(number + 1) is None
    assert np.isnan(index.cosines(encoder.query("x"), np.array([number, number + 1]))).tolist() == [False, True]


@pytest.fixture
def many(tmp_path: Path) -> Iterator[tuple[Store, Matrix]]:
    """A store of 600 papers with vectors of eight dimensions."""
    vectors = np.random.default_rng(3).standard_normal((600, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with Store(tmp_path / "many.db") as store:
        records = [NTK.__class__(f"1901.{n:05}", f"Title {n}", "arxiv", fetched_at="2026") for n in range(1, 601)]
        store.metadata.save(records, bulk=True)
        store.vectors.add("m", store.vectors.missing("m"), vectors)
        yield store, vectors


@pytest.mark.parametrize(("coded_from", "exact_up_to"), [(20_000, 300_000), (100, 300_000), (100, 200)])
def test_the_nearest_are_those_of_a_full_comparison(
    many: tuple[Store, Matrix], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, coded_from: int, exact_up_to: int
) -> None:
    monkeypatch.setattr("search.index.CODED_FROM", coded_from)
    monkeypatch.setattr("search.index.EXACT_UP_TO", exact_up_to)
    store, _ = many
    build(store, "m", tmp_path / "index")
    index = VectorIndex(tmp_path / "index")
    (parts,) = store.vectors.of_papers("m")
    numbers, vectors = parts
    for question in vectors[:40]:
        cosines = vectors @ question
        best = numbers[np.argsort(-cosines, kind="stable")]
        found, scores = index.nearest(question, 10)
        assert len(set(found) & set(best[:10])) >= (10 if exact_up_to > 600 else 9)
        assert scores == pytest.approx(cosines[found - numbers[0]], abs=1e-5)
        for among in (numbers[::2], numbers[::40]):
            kept = [n for n in best if n in set(among)]
            assert index.nearest(question, 10, among)[0].tolist() == kept[:10]
        mean, deviation = index.spread(question)
        assert (mean, deviation) == pytest.approx((cosines.mean(), cosines.std()), abs=1e-4)


def test_where_codes_cannot_tell_all_are_compared(
    many: tuple[Store, Matrix], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.index.CODED_FROM", 100)
    monkeypatch.setattr("search.index._REFINED", 1)
    store, vectors = many
    build(store, "m", tmp_path / "index")
    index = VectorIndex(tmp_path / "index")
    ((numbers, vectors),) = store.vectors.of_papers("m")
    for question in vectors[:40]:
        best = numbers[np.argsort(-(vectors @ question), kind="stable")]
        assert index.nearest(question, 25)[0].tolist() == best[:25].tolist()


@pytest.mark.parametrize("damage", ["manifest", "cut", "garbled", "swapped"])
def test_a_damaged_index_is_named(store: Store, tmp_path: Path, damage: str) -> None:
    embed_missing(store, WordEncoder.name, WordEncoder)
    folder = tmp_path / "index"
    manifest = build(store, WordEncoder.name, folder)
    flat = folder / manifest.folder / "vectors.npy"
    if damage == "manifest":
        (folder / "vectors.json").write_text("{")
    elif damage == "cut":
        flat.write_bytes(b"IxF")
    elif damage == "garbled":
        flat.write_bytes(b"x" * flat.stat().st_size)
    else:
        (folder / "vectors.json").write_text(
            json.dumps({**json.loads((folder / "vectors.json").read_text()), "count": 7})
        )
    with pytest.raises(StorageError, match="kg ingest"):
        VectorIndex(folder)


def test_an_empty_library_has_an_empty_index(tmp_path: Path) -> None:
    with Store(None) as store:
        build(store, "m", tmp_path / "index")
    manifest = generations.read(tmp_path / "index", VECTORS)
    assert manifest is not None
    assert manifest.count == 0
    assert len(VectorIndex(tmp_path / "index")) == 0


def test_fusion() -> None:
    assert Spread(2.0, 0.0).zscores(np.array([2.0, 2.0])).tolist() == [0.0, 0.0]
    assert Spread(1.0, 2.0).zscores(np.array([5.0])).tolist() == [2.0]
    words, meaning = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])
    assert fuse(words, meaning, weight=3.0).argmax() == 1
    assert fuse(words, meaning, weight=0.3).argmax() == 0


def ids(library: Library, query: str, *filters: Filter, **options: Any) -> list[str]:
    return [result.id for result in library.search(Search(query, scope=Scope(filters), **options)).results]


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "semantic"])
def test_every_mode_finds_by_words(library: Library, mode: str) -> None:
    assert ids(library, "sparse subnetworks train alone", mode=mode)[0] == "1803.03635"


@pytest.mark.parametrize(
    "query",
    [
        "1912.05671",
        "arXiv:1912.05671v9",
        "https://arxiv.org/abs/1912.05671",
        "linear mode connectivity and the LOTTERY ticket hypothesis!",
    ],
)
def test_an_id_a_url_or_a_title_comes_first(library: Library, query: str) -> None:
    first = library.search(Search(query)).results[0]
    assert (first.id, first.match) == ("1912.05671", "exact")


def test_other_addresses_of_a_work_find_it(library: Library) -> None:
    assert ids(library, "https://openreview.net/pdf?id=rJl-b3RcF7")[0] == "1803.03635"


def test_remarks_of_the_lists_are_searched(library: Library) -> None:
    (result,) = library.search(Search("worth", "keyword")).results
    assert result.id == "1811.03962"
    assert "[[worth]]" in result.snippet


def test_phrases_are_needed_and_excluded_words_forbidden(library: Library) -> None:
    assert set(ids(library, '"lottery ticket"')) == {"1803.03635", "1912.05671"}
    assert ids(library, '"lottery ticket" -connectivity') == ["1803.03635"]
    assert "1803.03635" not in ids(library, "networks -sparse", mode="semantic")


def test_filters_narrow_before_ranking(library: Library) -> None:
    assert set(ids(library, "networks author:carbin")) == {"1803.03635", "1912.05671"}
    assert ids(library, "networks", Filter("cat", "hep-th")) == ["hep-th/9901001"]
    assert ids(library, "year:2019") == ["1912.05671", "1905.10337"]
    assert ids(library, "list:awesome-wide-networks topic:sparsity year:2018") == ["1803.03635"]
    assert "1806.07572" not in ids(library, "1806.07572 year:2019")


def test_filters_alone_list_what_passes_newest_first(library: Library) -> None:
    assert ids(library, "cat:cs.NE") == ["1803.03635"]
    assert ids(library, "", limit=3) == ["1912.05671", "1905.10337", "1812.11118"]


def test_pages_join_without_gap_or_repeat(library: Library) -> None:
    whole = ids(library, "networks", limit=100)
    assert [*ids(library, "networks", limit=3), *ids(library, "networks", limit=100, offset=3)] == whole
    assert len(set(whole)) == len(whole)


def test_orders(library: Library) -> None:
    dates = [result.published or "" for result in library.search(Search("networks", sort="newest")).results]
    assert dates == sorted(dates, reverse=True)


def test_most_listed_and_most_cited_come_first(tmp_path: Path) -> None:
    with Store(tmp_path / "kg.db") as store, store.transaction():
        numbers = [store.identity.ensure_arxiv(f"1901.{n:05}") for n in (1, 2, 3)]
        for paper, lists in zip(numbers, (1, 3, 2), strict=True):
            for n in range(lists):
                place = f"/{paper}-{n}.md"
                found = Mention("x", 1, title="Wide networks")
                store.identity.describe(store.documents.save(Document("x", place, "x", "", ""), [(found, paper)]))
        store.citations.add([(numbers[0], numbers[2]), (numbers[1], numbers[2]), (numbers[2], numbers[0])], "f")
        store.identity.settle_membership()
        store.fulltext.refresh()
    library = open_library(tmp_path)
    assert ids(library, "wide", sort="listed") == ["1901.00002", "1901.00003", "1901.00001"]
    assert ids(library, "wide", sort="cited") == ["1901.00003", "1901.00001", "1901.00002"]
    library.close()


def test_both_sides_score_every_candidate(library: Library) -> None:
    for result in library.search(Search("networks", limit=100)).results:
        (paper,), _ = library.papers([result.id])
        said = " ".join(mention.remark or "" for mention in paper.listed_in)
        holds = "network" in f"{paper.title} {paper.abstract} {said}".lower()
        assert (result.match in {"both", "keyword"}) is holds, result


def test_papers_that_left_the_library_are_not_found(library: Library) -> None:
    with Store(library.config.database) as store, store.transaction():
        location = next(d.location for d in store.documents.below("/") if d.location.endswith("awesome.md"))
        store.documents.remove(location)
        store.identity.settle_membership()
    for query in (
        "1803.03635",
        "lottery ticket",
        "The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks",
    ):
        assert "1803.03635" not in ids(library, query)
    assert "1803.03635" not in [r.id for r in library.related(Related(("1812.11118",), limit=100)).results]
    assert ids(library, "1803.03635", mode="keyword") == []


def test_an_id_inside_a_sentence_is_no_name(library: Library) -> None:
    answer = library.search(Search("compare 10.1073/pnas.1903070116 with others"))
    assert "exact" not in {result.match for result in answer.results}


def test_a_server_sees_the_new_index_and_graph(library: Library) -> None:
    assert ids(library, "lottery ticket")[0] in {"1803.03635", "1912.05671"}
    before = library.parts.graph()
    with Store(library.config.database) as store:
        store.metadata.save([replace(NTK, title="Renamed")])
        embed_missing(store, WordEncoder.name, lambda: library.encoder)
        build(store, WordEncoder.name, library.config.index_folder)
        connect(store, None, library.config.index_folder)
    semantic = library.parts.semantic()
    assert semantic is not None
    assert semantic.index.manifest == generations.read(library.config.index_folder, VECTORS)
    assert library.parts.graph() is not before
    graph = library.parts.graph()
    assert graph is not None
    assert "Renamed" in [graph.label("paper", place) for place in range(len(graph.numbers))]
    assert len(graph.cosines) == 0


def test_facets_count_the_results(library: Library) -> None:
    facets = library.search(Search("cat:cs.LG")).facets
    assert {value["value"]: value["count"] for value in facets["year"]} == {"2018": 4, "2019": 2}
    assert facets["author"][0]["count"] == 2
    assert {value["value"] for value in facets["list"]} == {
        "awesome-wide-networks",
        "seminar-on-deep-learning",
    }


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        '"',
        "()",
        "AND OR NOT NEAR",
        "title:",
        "*",
        "a" * 100_000,
        "'; DROP TABLE papers; --",
        "<b>",
        "\x00\x07",
        "🎓 שלום",
        '"" -""',
        "^a* {b}: c",
    ],
)
def test_any_text_is_answered(library: Library, query: str) -> None:
    for mode in MODES:
        answer = library.search(Search(query, mode))
        assert answer.count >= len(answer.results)


def test_without_vectors_the_keyword_side_answers_and_says_so(library: Library) -> None:
    (library.config.index_folder / "vectors.json").unlink()
    answer = library.search(Search("lottery"))
    assert answer.results[0].id in {"1803.03635", "1912.05671"}
    assert "kg ingest" in answer.notes[0]

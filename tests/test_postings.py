"""The keyword side and the facets in arrays: the same answers as FTS5 and SQL give, and damage that is noticed."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from kg.errors import StorageError
from kg.filters import Scope, Search, Terms
from kg.library import Library
from kg.papers import Metadata
from kg.store import Store
from search import facets, postings
from search.facets import FacetColumns
from search.keywords import keyword_scores
from search.postings import Postings

WORDS = "network networks wide deep kernel kernels the of état naïve über transformer-based α 2019 x".split()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """200 papers of random words, some of them only cited."""
    source = random.Random(5)
    with Store(tmp_path / "kg.db") as store:
        records = [
            Metadata(
                f"1901.{n:05}",
                " ".join(source.choices(WORDS, k=4)),
                "arxiv",
                abstract=" ".join(source.choices(WORDS, k=source.randrange(40))),
                authors=tuple(source.choices(("Ann Bee", "Carl Dee", "Eve Fox"), k=2)),
                categories=("cs.LG",) if n % 3 else ("cs.LG", "stat.ML"),
                published=f"{2015 + n % 5}-01-01",
                fetched_at="2026",
            )
            for n in range(1, 201)
        ]
        store.metadata.save(records[:150], bulk=True)
        store.metadata.save(records[150:], bulk=False)
        store.fulltext.refresh()
        yield store


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize(
    "query", ["kernel", "networks", "the wide state-of-the-art", "ÉTAT", "nothing here", "2019 x α"]
)
def test_scores_are_those_of_fts5(store: Store, tmp_path: Path, query: str, everything: bool) -> None:
    postings.build(store, tmp_path)
    terms = Terms(tuple(query.split()))
    fast = keyword_scores(store, Postings(tmp_path), terms, everything)
    slow = keyword_scores(store, None, terms, everything)
    assert fast.best().tolist() == slow.best().tolist()
    assert fast.of(slow.numbers) == pytest.approx(slow.scores, rel=1e-5)
    if everything:
        assert (fast.spread.mean, fast.spread.deviation) == pytest.approx((slow.spread.mean, slow.spread.deviation))


def test_words_that_fall_into_two_parts_are_put_together(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    postings.build(store, tmp_path / "whole")
    monkeypatch.setattr("kg.store.words._ROWS", 7)
    postings.build(store, tmp_path / "parts")
    for stem in store.words.stems(WORDS):
        whole, parts = (Postings(tmp_path / name).scores([stem]) for name in ("whole", "parts"))
        assert (whole == parts).all()


def test_the_best_are_in_order_and_ties_by_number(store: Store) -> None:
    scores = keyword_scores(store, None, Terms(("kernel", "wide")), False)
    best = scores.best()
    assert sorted(best) == scores.numbers.tolist()
    pairs = list(zip(-scores.of(best), best, strict=True))
    assert pairs == sorted(pairs)
    assert scores.best(5).tolist() == best[:5].tolist()
    kept = scores.among(best[:20:2])
    assert sorted(kept.numbers) == sorted(best[:20:2])
    assert kept.spread == scores.spread
    assert scores.of(np.array([0, 10**9])).tolist() == [0.0, 0.0]


def test_facets_are_those_of_sql(store: Store, tmp_path: Path) -> None:
    facets.build(store, tmp_path)
    columns = FacetColumns(tmp_path)
    numbers = np.array(store.columns.numbers(), dtype=np.int64)
    for some in (numbers, numbers[::7], numbers[:1], numbers[:0]):
        assert facets.facets(store, columns, some) == facets.facets(store, None, some)


def test_facets_of_the_lists_are_those_of_sql(library: Library) -> None:
    store, columns = library.store, library.parts.columns(library.store.state("relations"))
    assert columns is not None
    numbers = np.array(store.columns.numbers(), dtype=np.int64)
    found = facets.facets(store, columns, numbers)
    assert found == facets.facets(store, None, numbers)
    assert all(found.values())


def test_an_empty_library_has_empty_folders(tmp_path: Path) -> None:
    with Store(None) as store:
        postings.build(store, tmp_path)
        facets.build(store, tmp_path)
        assert keyword_scores(store, Postings(tmp_path), Terms(("x",)), False).best().tolist() == []
        assert facets.facets(store, FacetColumns(tmp_path), np.zeros(0, dtype=np.int64))["year"] == []


@pytest.mark.parametrize("kind", ["words", "facets"])
def test_what_is_damaged_or_stale_is_passed_over(library: Library, kind: str) -> None:
    before = library.search(Search("lottery ticket networks", "keyword"))
    folder = library.config.index_folder
    (made,) = folder.glob(f"{kind}-*")
    numbers = made / "numbers.npy"
    numbers.write_bytes(b"x" * numbers.stat().st_size)
    with pytest.raises(StorageError, match="kg ingest"):
        {"words": Postings, "facets": FacetColumns}[kind](folder)
    fresh = Library(library.config)
    after = fresh.search(Search("lottery ticket networks", "keyword"))
    assert [r.id for r in after.results] == [r.id for r in before.results]
    assert after.facets == before.facets
    fresh.close()


def test_a_change_of_the_words_puts_the_postings_out_of_use(library: Library) -> None:
    assert library.parts.postings(library.store.words.state()) is not None
    with Store(library.config.database) as store, store.transaction():
        store.metadata.save([Metadata("1806.07572", "Zebras", "arxiv", fetched_at="2026")])
    assert library.store.words.state() is None
    assert library.parts.postings(library.store.words.state()) is None
    with Store(library.config.database) as store:
        store.fulltext.refresh()
    assert library.parts.postings(library.store.words.state()) is None
    assert [r.id for r in library.search(Search("zebras", "keyword", scope=Scope())).results] == ["1806.07572"]

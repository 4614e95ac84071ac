"""What is done another way where there are many papers gives what the plain way gives."""

import json
from pathlib import Path
from sqlite3 import OperationalError

import faiss
import numpy as np
import pytest
from scipy import sparse

import ingest.loading
from graph import communities
from ingest.loading import load_snapshot
from kg import mapping
from kg.arrays import Growing, Texts, mapped, save_texts
from kg.config import Config
from kg.library import Library
from kg.refresh import Options, refresh
from kg.store import Store
from search import neighbours
from search.index import VectorIndex
from tests.test_map import clusters


def test_an_array_grows_in_its_file(tmp_path: Path) -> None:
    file = Growing(tmp_path, "values", np.int32)
    for part in ([1, 2, 3], [], list(range(5000))):
        file.append(np.array(part))
    file.close()
    found = mapped(tmp_path, "values")
    assert found.dtype == np.int32
    assert found.tolist() == [1, 2, 3, *range(5000)]


def test_an_array_that_never_grew_is_empty(tmp_path: Path) -> None:
    Growing(tmp_path, "values", np.float32).close()
    assert mapped(tmp_path, "values").shape == (0,)


def test_texts_are_written_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.arrays._PART", 3)
    wanted = ["", "a", "é" * 5, "\ud800", "", "last", "more", ""]
    save_texts(tmp_path, "texts", iter(wanted))
    found = Texts(tmp_path, "texts")
    assert [found[place].decode("utf-8", "surrogatepass") for place in range(len(found))] == wanted


def test_neighbours_by_clusters_are_nearly_those_of_comparing_all(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, _ = clusters(3000, kinds=40)
    exact, _ = neighbours.nearest_of_each(vectors, 5)
    monkeypatch.setattr(neighbours, "_EXACT_UP_TO", 100)
    near, cosines = neighbours.nearest_of_each(vectors, 5)
    shared = [len({*one} & {*other}) for one, other in zip(exact.tolist(), near.tolist(), strict=True)]
    assert np.mean(shared) / 5 > 0.9
    assert (near != np.arange(3000)[:, None]).all()
    assert np.allclose(cosines, np.einsum("nd,nkd->nk", vectors, vectors[near]), atol=1e-5)
    assert (np.diff(cosines, axis=1) <= 0).all()


@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_where_there_are_few_places_are_filled_up(count: int) -> None:
    vectors, _ = clusters(count)
    near, cosines = neighbours.nearest_of_each(vectors, 3)
    assert near.shape == cosines.shape == (count, 3)
    assert ((near < 0).sum(axis=1) == max(3 - max(count - 1, 0), 0)).all()
    assert (cosines[near < 0] == 0).all()


def test_groups_of_a_large_graph_are_as_many_as_of_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, kind = clusters(4000, kinds=50)
    found, near = faiss.knn(vectors, vectors, 8, metric=faiss.METRIC_INNER_PRODUCT)
    graph = communities.combined(len(vectors), (near, found))
    plain = communities.groups_of(graph)
    monkeypatch.setattr(communities, "_LARGE_GRAPH", 1000)
    monkeypatch.setattr(communities, "_SMALL_GROUPS", 0.1)
    by_parts = communities.groups_of(graph)
    assert abs(plain.max() - by_parts.max()) <= 0.2 * plain.max()
    together = sparse.csr_matrix((np.ones(4000), (by_parts, kind))).toarray()
    assert together.max(axis=1).sum() > 0.95 * 4000  # a group holds papers of one kind


def snapshot(path: Path, count: int) -> Path:
    rows = (
        {"id": f"1901.{n:05}", "title": f"Paper {n}", "abstract": f"Of {n}.", "authors": f"A{n} B"}
        for n in range(1, count + 1)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small files are taken for large ones."""
    monkeypatch.setattr(ingest.loading, "_MANY", 0)
    monkeypatch.setattr(ingest.loading, "_RECORD", 1)


def indexes(store: Store) -> set[str]:
    return {name for name, _ in store.checks.schema()}


@pytest.mark.usefixtures("many")
def test_a_large_load_puts_indexes_off_and_makes_them(tmp_path: Path) -> None:
    missing: list[set[str]] = []
    with Store(tmp_path / "kg.db") as store:
        load_snapshot(store, snapshot(tmp_path / "s.jsonl", 20), lambda *_: missing.append(indexes(store)))
        assert "papers_by_title" in missing[0]
        assert not indexes(store)
        assert store.checks.damage() == []
        assert store.papers.count() == 20


@pytest.mark.usefixtures("many")
def test_a_large_load_that_fails_has_its_indexes(tmp_path: Path) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("disk full")

    with Store(tmp_path / "kg.db") as store:
        with pytest.raises(OperationalError):
            load_snapshot(store, snapshot(tmp_path / "s.jsonl", 20), fail)
        assert not indexes(store)
        assert store.papers.count() == 20


def test_what_a_killed_load_left_away_is_made_by_the_next_run(tmp_path: Path) -> None:
    with Store(tmp_path / "kg.db") as store:
        load_snapshot(store, snapshot(tmp_path / "s.jsonl", 5), lambda *_: None)
        store._db.execute("DROP INDEX papers_by_title")  # as a process does that is killed later
        assert indexes(store)
    library = Library(Config(data=tmp_path))
    refresh(library, Options(snapshot=tmp_path / "s.jsonl", encoder="none"), lambda *_: None, lambda _: None)
    library.close()
    with Store(tmp_path / "kg.db") as store:
        assert not indexes(store)


def test_a_map_of_many_papers_shows_some_and_says_so(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = len(library.map().points)
    monkeypatch.setattr(mapping, "MOST", 5)
    with Store(library.config.database) as store:
        mapping.draw(store, VectorIndex(library.config.index_folder), library.config.index_folder)
    part = library.map()
    assert len(part.points) == 5
    assert part.notes == (f"The map shows 5 of {whole} papers: those that lists hold, and some others.",)


def test_papers_of_lists_are_on_the_map_whatever_their_number(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(library.config.database) as store:
        load_snapshot(store, snapshot(library.config.data / "s.jsonl", 40), lambda *_: None)
        listed = sorted({number for number, _ in store.columns.values("list")})
        numbers = np.array(store.columns.numbers(), dtype=np.int64)
        monkeypatch.setattr(mapping, "MOST", len(listed) + 2)
        drawn = numbers[mapping._drawn(store, numbers)].tolist()
    assert len(drawn) == len(listed) + 2 < len(numbers)
    assert drawn == sorted(drawn)
    assert {*listed} < {*drawn}

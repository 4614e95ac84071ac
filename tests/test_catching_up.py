"""`kg embed`: the full model catches up with a static one, the most useful papers first, and answers beside it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from kg import generations
from kg.config import STATIC
from kg.deriving import derive, index_vectors
from kg.doctor import examine
from kg.embedding import Embedded, catch_up, useful_first
from kg.errors import UsageError
from kg.filters import Related, Search
from kg.generations import FINER, GRAPH, MAP, VECTORS
from kg.library import Library
from kg.refresh import Options, refresh
from kg.store import Store
from kg.store.vectors import Matrix
from search.layered import LayeredIndex
from tests.conftest import Run, open_library
from tests.encoders import WordEncoder

FULL, QUICK = WordEncoder.name, STATIC + WordEncoder.name


class QuickEncoder(WordEncoder):
    """Sees every other direction that the full one sees."""

    name = QUICK

    def _vector(self, text: str) -> Matrix:
        part = super()._vector(text)[::2]
        return np.asarray(part / np.linalg.norm(part), dtype=np.float32)


def nothing(*_: object) -> None:
    pass


@pytest.fixture
def static(library: Library, tmp_path: Path) -> Iterator[Library]:
    """The suite's library with 40 papers more that no list holds, embedded by the static model."""
    rows = [
        {
            "id": f"1901.{n:05}",
            "title": f"Kernels {n}",
            "abstract": f"Neural kernels of {n}.",
            "update_date": f"20{n:02}-01-01",
        }
        for n in range(1, 41)
    ]
    (tmp_path / "s.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    refresh(library, Options(snapshot=tmp_path / "s.jsonl", encoder="none"), nothing, nothing)
    opened = open_library(library.config.data)
    opened.parts._make_encoder = lambda name: QuickEncoder() if name == QUICK else WordEncoder()
    with Store(library.config.database) as store:
        store._db.execute("DELETE FROM vectors")
        numbers = np.array(store.columns.numbers(), dtype=np.int64)
        texts = store.vectors.missing_of(QUICK, numbers)
        store.vectors.add(QUICK, list(texts), QuickEncoder().documents(list(texts.values())))
        index_vectors(opened, store, QUICK)
        derive(opened, store)
    yield opened
    opened.close()


def go_on(library: Library, limit: int | None = None, seconds: float | None = None) -> Embedded:
    return catch_up(library, limit, seconds, nothing, nothing)


def embedded(library: Library) -> set[int]:
    with Store(library.config.database) as store:
        return {number for numbers, _ in store.vectors.of_papers(FULL) for number in numbers.tolist()}


def test_every_paper_comes_once_and_those_of_lists_first(static: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.index.SPREAD_OUT", 3)
    with Store(static.config.database) as store:
        batches = [numbers.tolist() for numbers in useful_first(static, store)]
        listed = {number for number, _ in store.columns.values("list")}
        every = [number for (number,) in store._db.execute("SELECT number FROM papers WHERE in_library")]
    order = [number for batch in batches for number in batch]
    assert sorted(order) == sorted(every)
    assert batches[0] == store_order(static)[:3]
    assert set(order[3 : 3 + len(listed - {*batches[0]})]) == listed - {*batches[0]}


def store_order(library: Library) -> list[int]:
    with Store(library.config.database) as store:
        rows = store._db.execute(
            "SELECT number FROM papers WHERE in_library AND text_hash IS NOT NULL ORDER BY text_hash"
        )
        return [number for (number,) in rows]


def test_the_last_ones_are_the_least_cited_and_oldest(static: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.index.SPREAD_OUT", 0)
    monkeypatch.setattr("kg.embedding._NEIGHBOURS", 1)
    with Store(static.config.database) as store:
        *_, last = useful_first(static, store)
        numbers, dates = store.papers.dates()
    when = dict(zip(numbers.tolist(), dates.tolist(), strict=True))
    assert [when[number] for number in last.tolist()] == sorted((when[n] for n in last.tolist()), reverse=True)


def test_it_goes_on_where_it_stopped_and_embeds_nothing_twice(static: Library) -> None:
    everything = len(store_order(static))
    assert go_on(static, limit=5) == Embedded(5, pytest.approx(0, abs=60), False)
    first = embedded(static)
    assert go_on(static, limit=7).texts == 7
    assert first < embedded(static)
    assert go_on(static).texts == everything - 12
    assert go_on(static) == Embedded(0, pytest.approx(0, abs=60), True)
    encoder = static.parts.encoder(FULL)
    assert isinstance(encoder, WordEncoder)
    assert len(encoder.texts) == len(set(encoder.texts)) == everything


def test_after_the_time_nothing_more_is_begun(static: Library) -> None:
    assert go_on(static, seconds=0).texts == 0


def test_beside_the_static_vectors_nothing_else_becomes_stale(static: Library) -> None:
    folder = static.config.index_folder
    before = {kind: generations.read(folder, kind) for kind in (VECTORS, GRAPH, MAP)}
    go_on(static, limit=5)
    assert {kind: generations.read(folder, kind) for kind in before} == before
    with Store(static.config.database) as store:
        assert generations.status(folder, VECTORS, QUICK, store.state("texts")) == "fresh"
    assert [finding for finding in examine(static, False, nothing) if finding.what != "permissions"] == []


def test_a_damaged_finer_index_is_made_anew(static: Library) -> None:
    go_on(static, limit=5)
    manifest = generations.read(static.config.index_folder, FINER)
    assert manifest is not None
    (static.config.index_folder / manifest.folder / "mean.npy").write_bytes(b"nonsense")
    found = examine(static, True, nothing)
    assert found[-1].problem == "the index of the full model is damaged"
    assert generations.read(static.config.index_folder, FINER) is not None
    assert not examine(static, False, nothing)


def test_a_paper_is_compared_by_the_best_that_is_known_of_it(static: Library) -> None:
    go_on(static, limit=len(store_order(static)) // 2)
    semantic = static.parts.semantic()
    assert semantic is not None
    assert isinstance(semantic.index, LayeredIndex)
    question = semantic.encoder.query("neural kernels of wide networks")
    assert question.shape == (96,)
    numbers = np.array(store_order(static), dtype=np.int64)
    known = np.isin(numbers, [*embedded(static)])
    cosines = semantic.index.cosines(question, numbers)
    with Store(static.config.database) as store:
        parts = {
            n: v for some, vectors in store.vectors.of_papers(FULL) for n, v in zip(some.tolist(), vectors, strict=True)
        }
    full = WordEncoder().query("neural kernels of wide networks")
    assert cosines[known] == pytest.approx([float(parts[n] @ full) for n in numbers[known].tolist()], abs=1e-5)
    quick = static.parts.vectors()
    assert quick is not None
    told = quick.cosines(QuickEncoder().query("neural kernels of wide networks"), numbers[~known])
    assert np.corrcoef(told, cosines[~known])[0, 1] == pytest.approx(1, abs=1e-4)
    found, best = semantic.index.nearest(question, 10)
    assert best.tolist() == pytest.approx(sorted(cosines.tolist(), reverse=True)[:10], abs=1e-5)
    assert found[0] == numbers[np.argmax(cosines)]


def test_a_paper_that_the_full_model_has_not_embedded_is_compared_by_the_other(static: Library) -> None:
    go_on(static, limit=5)
    semantic, quick = static.parts.semantic(), static.parts.vectors()
    assert semantic is not None
    assert quick is not None
    number = next(n for n in store_order(static) if n not in embedded(static))
    vector, own = semantic.index.vector(number), quick.vector(number)
    assert vector is not None
    assert own is not None
    assert semantic.index.nearest(vector, 5)[0].tolist() == quick.nearest(own, 5)[0].tolist()
    assert semantic.index.spread(vector) == quick.spread(own)
    assert semantic.index.vector(10**9) is None


def test_questions_are_answered_while_it_catches_up_and_after(static: Library) -> None:
    def answers() -> list[list[str]]:
        paper = static.newest(1)[0].id
        related = static.related(Related((paper,))).results
        found = static.search(Search("neural kernels")).results
        return [[result.id for result in results] for results in (found, related)]

    before = answers()
    go_on(static, limit=9)
    meanwhile = answers()
    go_on(static)
    after = answers()
    assert all(before)
    assert all(meanwhile)
    assert all(after)
    semantic = static.parts.semantic()
    assert semantic is not None
    assert semantic.index.manifest.maker == FULL
    assert generations.read(static.config.index_folder, FINER) is None


def test_new_papers_are_in_both_indexes_after_the_next_run(static: Library, tmp_path: Path) -> None:
    go_on(static, limit=5)
    static.parts.keep_static = nothing  # type: ignore[method-assign]
    row = {"id": "1902.00001", "title": "A new one", "abstract": "Of something else."}
    (tmp_path / "new.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    refresh(static, Options(snapshot=tmp_path / "new.jsonl"), nothing, nothing)
    semantic, number = static.parts.semantic(), static.store.papers.numbers(["1902.00001"])["1902.00001"]
    assert semantic is not None
    assert isinstance(semantic.index, LayeredIndex)
    assert semantic.index.vector(number) is not None
    assert "1902.00001" in {found.id for found in static.search(Search("something else", "semantic")).results}
    assert not examine(static, False, nothing)


def test_topics_are_those_of_the_full_model_once_it_is_complete(static: Library) -> None:
    with Store(static.config.database) as store:
        before = store._db.execute("SELECT value FROM topics_made_of ORDER BY state").fetchall()
        go_on(static, limit=5)
        assert store._db.execute("SELECT value FROM topics_made_of ORDER BY state").fetchall() == before
        go_on(static)
        assert store._db.execute("SELECT value FROM topics_made_of ORDER BY state").fetchall() != before
        assert store.topics.are_fresh()


def test_without_a_library_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run `kg ingest SOURCE` first"):
        go_on(open_library(tmp_path / "none"))
    assert not (tmp_path / "none").exists()


@pytest.mark.slow
def test_the_command_stops_in_order_and_goes_on(run: Run, tmp_path: Path) -> None:
    rows = [{"id": f"1901.{n:05}", "title": f"Title {n}", "abstract": "Some words. " * 60} for n in range(1, 3001)]
    (tmp_path / "s.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    data = tmp_path / "data"
    assert run("ingest", "--data", data, "--snapshot", tmp_path / "s.jsonl", "--encoder", "none").code == 0
    command = [sys.executable, "-m", "kg", "embed", "--data", str(data)]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        wait_until(lambda: count(data) > 0)
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 3, told
    assert told.count("\n") == 1
    assert "`kg embed` goes on" in told
    before = count(data)
    assert 0 < before < 3000
    found = run("embed", "--data", data, "--limit", 10, "--json")
    assert found.code == 0
    assert json.loads(found.out)["result"] == {"texts": 10, "seconds": pytest.approx(0, abs=600), "complete": False}
    assert count(data) == before + 10


def count(data: Path) -> int:
    with Store(data / "kg.db", read_only=True) as store:
        return sum(len(numbers) for numbers, _ in store.vectors.of_papers("all-MiniLM-L6-v2"))


def wait_until(true: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)

"""Which model embeds: the full one, but for the first time that there are very many papers."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.outcome import Progress
from kg import generations
from kg.config import STATIC
from kg.generations import VECTORS
from kg.library import Library
from kg.refresh import Options, refresh
from kg.store import Store
from tests.conftest import open_library
from tests.encoders import WordEncoder

FULL, QUICK = WordEncoder.name, STATIC + WordEncoder.name
TOLD = ["5 papers are embedded by a static model, which takes minutes; `kg embed` lets the full one catch up"]


class QuickEncoder(WordEncoder):
    """Stands for the static model."""

    name = QUICK


def nothing(*_: object) -> None:
    pass


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A library that is to be made, of which four papers are not yet many."""
    monkeypatch.setattr("kg.refresh._MANY", 4)
    opened = open_library(tmp_path / "data")
    opened.parts._make_encoder = lambda name: QuickEncoder() if name == QUICK else WordEncoder()
    opened.parts.keep_static = nothing  # type: ignore[method-assign]
    yield opened
    opened.close()


def load(library: Library, count: int, encoder: str | None = None, progress: Progress = nothing) -> list[str]:
    """Load so many papers; what was told."""
    rows = [{"id": f"1901.{n:05}", "title": f"Kernels {n}", "abstract": f"Of {n}."} for n in range(1, count + 1)]
    file, told = library.config.data.with_name("s.jsonl"), list[str]()
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    refresh(library, Options(snapshot=file, encoder=encoder), progress, told.append)
    return told


def maker(library: Library) -> str | None:
    manifest = generations.read(library.config.index_folder, VECTORS)
    return manifest.maker if manifest else None


def test_many_papers_are_embedded_by_a_static_model_and_it_is_said_once(empty: Library) -> None:
    assert load(empty, 5) == TOLD
    assert maker(empty) == QUICK
    assert load(empty, 6) == []
    assert maker(empty) == QUICK


def test_few_papers_are_embedded_by_the_full_model_and_so_are_those_that_come_later(empty: Library) -> None:
    assert load(empty, 4) == []
    assert load(empty, 6) == []
    assert maker(empty) == FULL


@pytest.mark.parametrize(("encoder", "made"), [("full", FULL), ("static", QUICK), ("none", None)])
def test_whoever_names_a_model_gets_it(empty: Library, encoder: str, made: str | None) -> None:
    assert load(empty, 5, encoder) == []
    assert maker(empty) == made


def test_what_was_not_to_be_embedded_is_embedded_as_if_it_were_new(empty: Library) -> None:
    load(empty, 5, "none")
    assert load(empty, 5) == TOLD
    assert maker(empty) == QUICK


def test_a_first_run_that_was_stopped_goes_on_with_its_model(empty: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.embedding._STATIC_CHUNK", 2)

    def stop(what: str, *_: object) -> None:
        if what == "embedding":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(empty, 5, None, stop)
    with Store(empty.config.database) as store:
        assert store.vectors.models() == [QUICK]
    assert maker(empty) is None
    assert load(empty, 5) == []
    assert maker(empty) == QUICK

"""One state for each answer: what is committed meanwhile, and folders of another state, make none wrong, and none fail."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from kg import generations
from kg.errors import ModelError, NotFound, Overdue, UsageError
from kg.filters import Scope, Search
from kg.generations import FINER
from kg.library import Library
from kg.refresh import Options, refresh
from tests.conftest import open_library
from webapp import create_app

KINDS = tuple(kind for kind in generations.KINDS if kind != FINER)  # a library of one model has no finer one

ENTRIES = [
    f"- [Wide networks of kind {number}](https://arxiv.org/abs/2001.{number:05}) by Ann Bee" for number in range(1, 10)
]
ADDRESSES = (
    "/",
    "/?q=wide+networks",
    "/search.json?q=wide+networks&limit=100",
    "/search.json?q=wide&sort=cited&mode=keyword",
    "/search.json?q=%22wide+networks%22&mode=semantic",
    "/search.json?author=ann-bee&limit=100",
    "/search.bib?q=wide",
    "/paper/2001.00004",
    "/paper/2001.00004?depth=2&expand=2001.00003",
    "/api/v1/papers/2001.00004/related?limit=50",
    "/api/v1/papers/2001.00004/related?by=lists&sort=newest",
    "/api/v1/papers/2001.00004/graph?depth=2&limit=100",
    "/api/v1/path?from=2001.00004&to=2001.00005",
    "/api/v1/gaps",
    "/gaps",
    "/graph",
    "/graph?q=wide",
    "/graph.json",
    "/graph.svg",
    "/author/ann-bee",
    "/author/ann-bee.json",
    "/list/{list}",
    "/list/{list}.json",
    "/topic/{topic}.json",
    "/topic/{topic}",
    "/new",
    "/new.atom",
    "/api/v1/topics",
    "/api/v1/lists",
    "/api/v1/status",
    "/related?paper=2001.00004",
    "/related.json?text=Wide+networks+are+of+many+kinds,+and+none+of+them+is+narrow.",
)


def ingest(library: Library, document: Path, entries: list[str]) -> None:
    document.write_text("# Wide\n\n## Networks\n\n" + "\n".join(entries) + "\n", encoding="utf-8")
    outcome = refresh(library, Options((str(document),), offline=True), lambda *_: None, lambda _: None)
    assert not outcome.problems


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The data folders of a library before and after three of its papers left and three others came."""
    folder = tmp_path_factory.mktemp("states")
    library = open_library(folder / "data")
    ingest(library, folder / "wide.md", ENTRIES[:6])
    shutil.copytree(folder / "data", folder / "before")
    ingest(library, folder / "wide.md", ENTRIES[3:])
    library.close()
    return folder / "before", folder / "data"


def put_together(states: tuple[Path, Path], database: int, kinds: tuple[str, ...], data: Path) -> Library:
    """A library with the database of one state, and these folders of the other one."""
    shutil.copytree(states[database], data)
    index, other = data / "index", states[1 - database] / "index"
    for kind in kinds:
        for old in index.glob(f"{kind}[-.]*"):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        for new in other.glob(f"{kind}[-.]*"):
            shutil.copytree(new, index / new.name) if new.is_dir() else shutil.copy(new, index)
    return open_library(data)


def addresses(library: Library) -> list[str]:
    names = {"list": library.lists()[0].id, "topic": library.topics()[0].id}
    return [address.format(**names) for address in ADDRESSES]


def ids(answer: Any) -> set[str]:
    """The ids of papers in an answer."""
    results = answer.get("results") or answer.get("result", {}).get("papers", [])
    return {result["id"] for result in results if "authors" in result} if isinstance(results, list) else set()


@pytest.mark.parametrize("kinds", [*((kind,) for kind in KINDS), tuple(KINDS)], ids=[*KINDS, "all"])
@pytest.mark.parametrize("database", [0, 1], ids=["folders-after", "folders-before"])
def test_folders_of_another_state(
    states: tuple[Path, Path], tmp_path: Path, database: int, kinds: tuple[str, ...]
) -> None:
    with closing(put_together(states, database, kinds, tmp_path / "data")) as library:
        held = {paper.id for paper in library.selection("", Scope())}
        assert len(held) == 6
        client = create_app(library).test_client()
        for address in addresses(library):
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.text)
            if answer.mimetype == "application/json" and "author" not in address:  # of an author all that is known
                assert ids(answer.get_json()) <= held, address
        for paper in held:
            assert client.get(f"/api/v1/papers/{paper}").status_code == 200
            assert client.get(f"/api/v1/papers/{paper}/graph").status_code in {200, 404}  # not in the graph yet


def spoil(folder: Path, kind: str, how: str) -> None:
    """Do to a folder that a server has open what may be done to it."""
    if how == "gone":
        shutil.rmtree(folder, ignore_errors=True)
        return
    named = generations.read(folder, kind)
    assert named is not None
    if how == "unnamed":
        (folder / f"{kind}.json").unlink()
    elif how == "emptied":
        shutil.rmtree(folder / named.folder)
    elif how == "no manifest":
        (folder / f"{kind}.json").write_bytes(b"\xff{")
    else:  # as long as before, and nonsense; written in place, so it is seen by who has it open
        for file in (folder / named.folder).iterdir():
            content = bytearray(file.read_bytes())
            content[128:] = b"\x7f" * len(content[128:])
            with file.open("r+b") as opened:
                opened.write(content)


SPOILED = [(how, KINDS) for how in ("gone", "unnamed", "emptied", "no manifest")]


@pytest.mark.parametrize(("how", "kinds"), [*SPOILED, *(("nonsense", (kind,)) for kind in KINDS)])
def test_folders_that_are_spoiled_while_serving(
    states: tuple[Path, Path], tmp_path: Path, kinds: tuple[str, ...], how: str
) -> None:
    """Answers go on, before and after the server looks at the folder anew."""
    shutil.copytree(states[1], tmp_path / "data")
    with closing(open_library(tmp_path / "data")) as library:
        client = create_app(library).test_client()
        asked = addresses(library)
        for address in asked:
            assert client.get(address).status_code == 200
        for kind in kinds:
            spoil(tmp_path / "data" / "index", kind, how)
        for _ in range(2):
            for address in asked:
                answer = client.get(address)
                fine = answer.status_code == 200 or (answer.status_code == 404 and "graph" in answer.text)
                assert fine, (address, answer.status_code, answer.text)


def test_what_is_committed_meanwhile_is_not_seen(states: tuple[Path, Path], tmp_path: Path) -> None:
    shutil.copytree(states[0], tmp_path / "data")
    with closing(open_library(tmp_path / "data")) as library:
        question = Search("wide networks", limit=100)
        with library.reading():
            before = library.search(question)
            with closing(open_library(tmp_path / "data")) as other:
                ingest(other, tmp_path / "other.md", ENTRIES[6:])
            after = library.search(question)
        assert after == before
        assert library.search(question).count == 9


def test_a_reading_ends_and_the_log_can_be_cleared(states: tuple[Path, Path], tmp_path: Path) -> None:
    shutil.copytree(states[0], tmp_path / "data")
    with closing(open_library(tmp_path / "data")) as library:
        client = create_app(library).test_client()
        for address in addresses(library):
            client.get(address)
        with pytest.raises(NotFound), library.reading():
            library.path("2001.00004", "nothing")
        with closing(sqlite3.connect(tmp_path / "data" / "kg.db")) as writer:
            writer.execute("UPDATE papers SET comment = 'x'")
            writer.commit()
            assert writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)


def endless(library: Library) -> int:
    """A question that SQLite answers in hours."""
    rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9000000000) SELECT count(*) FROM n"
    return int(library.store._db.execute(rows).fetchone()[0])


def test_what_takes_too_long_is_stopped(library: Library) -> None:
    began = time.perf_counter()
    with pytest.raises(Overdue, match=r"0\.2 seconds"), library.reading(0.2):
        endless(library)
    assert time.perf_counter() - began < 5
    assert library.count() == 8  # without the time limit that is over
    with library.reading(0.2):
        time.sleep(0.3)
        assert library.count() == 8  # what takes no time is answered


@pytest.fixture
def client(library: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    monkeypatch.setattr(library, "status", lambda: endless(library))
    monkeypatch.setattr(library, "lists", lambda: endless(library))
    return create_app(library, seconds=0.2).test_client()


def test_an_answer_that_takes_too_long_says_so(client: FlaskClient) -> None:
    problem = client.get("/api/v1/status")
    assert (problem.status_code, problem.content_type) == (503, "application/problem+json")
    assert problem.headers["Retry-After"].isdigit()
    assert "longer than 0.2 seconds" in json.loads(problem.data)["detail"]
    page = client.get("/?q=wide")
    assert (page.status_code, page.mimetype) == (503, "text/html")
    assert "longer than 0.2 seconds" in page.text
    assert client.get("/api/v1/search?q=networks").status_code == 200


def test_a_model_that_cannot_be_loaded_is_no_fault_of_the_question(library: Library, tmp_path: Path) -> None:
    def missing(name: str) -> Any:
        raise UsageError(f"the model {tmp_path} cannot be loaded")

    with closing(Library(library.config, missing)) as broken:
        with pytest.raises(ModelError, match="cannot be loaded"):
            broken.search(Search("wide", "semantic"))
        client = create_app(broken).test_client()
        answers = [client.get("/api/v1/search?q=wide&mode=semantic"), client.get("/?q=wide&mode=semantic")]
        answers += [client.post("/related", data={"text": "Wide networks are kernels, as is known. " * 200})]
        answers += [client.post("/api/v1/related-work", json={"text": "Wide networks are kernels, as is known."})]
        for answer in answers:
            assert answer.status_code == 503
            assert str(tmp_path) not in answer.text
        assert client.get("/api/v1/search?q=wide&mode=keyword").status_code == 200
        by_words = client.get("/api/v1/search?q=wide").get_json()
        assert by_words["results"]
        assert "The model cannot be loaded" in by_words["meta"]["notes"][0]


def test_a_word_without_end_stops_nothing(tmp_path: Path) -> None:
    """FTS5 cuts words after 32,768 bytes, within a sign: what is left is no UTF-8, and raised where it was read."""
    word = "網" * 20_000
    with closing(open_library(tmp_path / "data")) as library:
        ingest(library, tmp_path / "endless.md", [*ENTRIES, f"- [Endless](https://arxiv.org/abs/2001.00099): {word}"])
        client = create_app(library).test_client()
        for address in (
            f"/api/v1/search?q={word}",
            f'/?q="{word} a"&mode=keyword',
            f"/api/v1/search?title={word[:400]}",
        ):
            assert client.get(address).status_code == 200
        assert library.search(Search("endless wide", mode="keyword")).count == 10

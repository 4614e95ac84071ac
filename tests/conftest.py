"""Fixtures: a replica of arXiv, a small library made from it, the command, the pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kg.config import Config
from kg.library import Library
from kg.refresh import Options, refresh
from tests.encoders import WordEncoder
from tests.examples import AWESOME, NOTES, PAPERS
from tests.replica import Replica
from tests.replica.records import records

if TYPE_CHECKING:
    from tests.faults.scenes import World

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each test has a folder of its own, and nothing of the user's settings or network."""
    for name in os.environ:
        if name.startswith("KG_") and name != "KG_REQUIRE_BROWSER":
            monkeypatch.delenv(name)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for service, path in (("ARXIV", "/api/query"), ("OAI", "/oai"), ("S2", "/graph/v1"), ("OPENALEX", "/openalex")):
        monkeypatch.setenv(f"KG_{service}_URL", f"http://127.0.0.1:9{path}")
    monkeypatch.setenv("KG_ARXIV_DELAY", "0")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def replica(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replica]:
    """All services on loopback with the suite's papers; the settings point to them."""
    with Replica(records(PAPERS)) as server:
        for name, value in server.settings().items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """A folder with the suite's two documents."""
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "awesome.md").write_text(AWESOME, encoding="utf-8")
    (folder / "notes.txt").write_text(NOTES, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def made_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the suite's library, embedded with `WordEncoder`; copy it, never change it."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "awesome.md").write_text(AWESOME, encoding="utf-8")
    (folder / "notes.txt").write_text(NOTES, encoding="utf-8")
    data = folder / "data"
    with Replica(records(PAPERS)) as server:
        library = open_library(data, server.arxiv_url)
        sources = (str(folder / "awesome.md"), str(folder / "notes.txt"))
        outcome = refresh(library, Options(sources), lambda *_: None, lambda _: None)
        library.close()
    assert not outcome.problems
    return data


@pytest.fixture
def library(made_library: Path, tmp_path: Path) -> Iterator[Library]:
    """A copy of the suite's library, open."""
    shutil.copytree(made_library, tmp_path / "data")
    opened = open_library(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Libraries that faults happen to, and processes that have them; see `tests.faults`."""
    from tests.faults.worlds import MOST, made, told

    with made(tmp_path_factory.mktemp("faults")) as world:
        yield world
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        for line in told() if MOST else ():
            request.config.get_terminal_writer().line(line)


def open_library(data: Path, arxiv_url: str = "http://127.0.0.1:9/api/query") -> Library:
    """A library whose encoder is the tiny one."""
    base = arxiv_url.removesuffix("/api/query")
    config = Config(
        data=data,
        model=WordEncoder.name,
        arxiv_url=arxiv_url,
        oai_url=f"{base}/oai",
        s2_url=f"{base}/graph/v1",
        openalex_url=f"{base}/openalex",
        arxiv_delay=0.0,
    )
    return Library(config, lambda _: WordEncoder())


@dataclass(frozen=True)
class Result:
    """What a command did."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run `kg` with arguments in this process."""
    from kg.cli import main

    def run_(*args: object) -> Result:
        capfd.readouterr()
        code = 0
        try:
            main([str(arg) for arg in args])
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capfd.readouterr()
        return Result(code, out, err)

    return run_


@pytest.fixture
def shared() -> Path:
    """The folder of real reading lists, where it is there."""
    if not SHARED.is_dir():
        pytest.skip("needs the real reading lists in ../shared, which are not here")
    return SHARED

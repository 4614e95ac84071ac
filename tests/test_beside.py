"""The process that parses a snapshot beside the one that stores it: neither outlives the other."""

import json
import multiprocessing
import signal
import time
from pathlib import Path
from typing import Any

import pytest

import ingest.beside
import ingest.loading
from ingest.loading import load_snapshot
from kg.errors import DocumentError
from kg.store import Store
from tests.test_loading import row


def many(file: Path) -> Path:
    file.write_text("\n".join(json.dumps(row(n, abstract="On networks. " * 50)) for n in range(1, 3001)))
    return file


def hold(file: Path, told: Any) -> None:
    """Begin to parse a file beside, tell by which process, and wait to be killed."""
    chunks = ingest.beside.parsed_beside(file, "2026", 500)
    next(chunks)
    told.send([child.pid for child in multiprocessing.active_children()])
    time.sleep(60)


def ended(pid: int) -> bool:
    """Whether a process is gone within some seconds."""
    for _ in range(100):
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_the_process_beside_ends_with_one_that_is_killed(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    hear, told = context.Pipe(duplex=False)
    victim = context.Process(target=hold, args=(many(tmp_path / "many.jsonl"), told))
    victim.start()
    (beside,) = hear.recv()
    victim.kill()
    victim.join()
    assert victim.exitcode == -signal.SIGKILL
    assert ended(beside)


@pytest.mark.slow
def test_a_process_beside_that_is_killed_is_told(tmp_path: Path) -> None:
    before = set(multiprocessing.active_children())
    chunks = ingest.beside.parsed_beside(many(tmp_path / "many.jsonl"), "2026", 500)
    next(chunks)
    (beside,) = set(multiprocessing.active_children()) - before
    beside.kill()
    with pytest.raises(DocumentError, match="the process that parses it was ended"):
        list(chunks)


@pytest.mark.slow
def test_a_load_that_fails_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ingest.loading, "_LARGE", 0)
    monkeypatch.setattr(ingest.loading, "_COMMIT_EVERY", 500)
    before = multiprocessing.active_children()
    with Store(None) as store, pytest.raises(KeyboardInterrupt):
        load_snapshot(store, many(tmp_path / "many.jsonl"), fail)
    assert multiprocessing.active_children() == before

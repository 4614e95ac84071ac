"""The process that parses a snapshot beside the one that stores it: neither outlives the other."""

import gzip
import json
import signal
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

import ingest.beside
import ingest.loading
import ingest.workers
from ingest.loading import load_snapshot
from kg.errors import DocumentError
from kg.store import Store
from tests.test_loading import row


def many(file: Path) -> Path:
    file.write_text("\n".join(json.dumps(row(n, abstract="On networks. " * 50)) for n in range(1, 3001)))
    return file


HOLD = """
import os, sys, time
from pathlib import Path
import ingest.beside
chunks = ingest.beside.parsed_beside(Path(sys.argv[1]), "2026", 500)
next(chunks)
print(*Path(f"/proc/self/task/{os.getpid()}/children").read_text().split(), flush=True)
time.sleep(60)
"""


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
    file = many(tmp_path / "many.jsonl")
    victim = subprocess.Popen([sys.executable, "-c", HOLD, str(file)], stdout=subprocess.PIPE)
    assert victim.stdout is not None
    (beside,) = map(int, victim.stdout.readline().split())
    victim.kill()
    victim.communicate()
    assert victim.returncode == -signal.SIGKILL
    assert ended(beside)


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that are started beside."""
    made: list[subprocess.Popen[bytes]] = []

    def started(*args: str) -> subprocess.Popen[bytes]:
        made.append(ingest.workers.started(*args))
        return made[-1]

    monkeypatch.setattr(ingest.beside, "started", started)
    return made


@pytest.mark.slow
def test_a_process_beside_that_is_killed_is_told(tmp_path: Path, beside: list[subprocess.Popen[bytes]]) -> None:
    chunks = ingest.beside.parsed_beside(many(tmp_path / "many.jsonl"), "2026", 500)
    next(chunks)
    beside[0].kill()
    with pytest.raises(DocumentError, match="the process that parses it was ended"):
        list(chunks)


@pytest.mark.slow
def test_a_load_that_fails_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: list[subprocess.Popen[bytes]]
) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ingest.loading, "_LARGE", 0)
    monkeypatch.setattr(ingest.loading, "_COMMIT_EVERY", 500)
    with Store(None) as store, pytest.raises(KeyboardInterrupt):
        load_snapshot(store, many(tmp_path / "many.jsonl"), fail)
    assert [process.returncode for process in beside] == [-signal.SIGKILL]


@pytest.mark.slow
def test_what_comes_from_beside_is_what_is_parsed_here(tmp_path: Path) -> None:
    file = many(tmp_path / "many.jsonl")
    assert list(ingest.beside.parsed_beside(file, "2026", 700)) == list(ingest.beside.parsed(file, "2026", 700))


@pytest.mark.slow
def test_a_file_that_cannot_be_parsed_is_told_from_beside(tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").write_text("none\n")
    with pytest.raises(DocumentError, match=r"none\.jsonl: no line is a record"):
        list(ingest.beside.parsed_beside(tmp_path / "none.jsonl", "2026", 700))


def test_a_line_without_end_is_no_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.bulk._LONGEST_LINE", 10_000)
    with gzip.open(tmp_path / "bomb.jsonl.gz", "wt") as file:
        file.write("[" * 5_000_000 + "\n" + json.dumps(row(1)) + "\n")
    tracemalloc.start()
    (chunk,) = ingest.beside.parsed(tmp_path / "bomb.jsonl.gz", "2026", 500)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(chunk) == 1
    assert most < 3_000_000

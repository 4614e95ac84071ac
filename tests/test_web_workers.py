"""Several processes that answer for one library, and the one that encodes for all of them."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from kg.errors import ModelError
from kg.store.vectors import Matrix
from search.encoding import EncoderClient, EncoderProcess, RemoteEncoder
from tests.encoders import WordEncoder
from webapp.workers import _private_socket


class BatchEncoder(WordEncoder):
    """Notes which questions came together."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__()
        self.batches: list[list[str]] = []
        self._seconds = seconds

    def queries(self, texts: Sequence[str]) -> Matrix:
        self.batches.append(list(texts))
        time.sleep(self._seconds)
        return np.stack([self.query(text) for text in texts])


@pytest.fixture
def path() -> Iterator[tuple[str, socket.socket]]:
    with _private_socket() as found:
        yield found


def serving(listener: socket.socket, encoder: BatchEncoder) -> None:
    def load(name: str) -> BatchEncoder:
        if name != encoder.name:
            raise ModelError(f"no model {name}")
        return encoder

    threading.Thread(target=EncoderProcess(load).serve, args=(listener,), daemon=True).start()


def test_vectors_are_those_of_the_encoder(path: tuple[str, socket.socket]) -> None:
    serving(path[1], BatchEncoder())
    remote = RemoteEncoder(WordEncoder.name, EncoderClient(path[0]))
    assert remote.query("wide networks").tolist() == WordEncoder().query("wide networks").tolist()
    texts = [f"text {number}" for number in range(20)]
    assert remote.documents(texts).tolist() == WordEncoder().documents(texts).tolist()
    assert remote.queries(texts).tolist() == WordEncoder().documents(texts).tolist()


def test_what_comes_in_meanwhile_is_one_batch_and_is_remembered(path: tuple[str, socket.socket]) -> None:
    encoder = BatchEncoder(0.3)
    serving(path[1], encoder)
    clients = [EncoderClient(path[0]) for _ in range(2)]
    asked = [
        threading.Thread(target=RemoteEncoder(encoder.name, clients[number % 2]).query, args=(f"question {number}",))
        for number in range(9)
    ]
    for thread in asked:
        thread.start()
        time.sleep(0.01)
    for thread in asked:
        thread.join()
    assert sorted(text for batch in encoder.batches for text in batch) == [f"question {number}" for number in range(9)]
    assert len(encoder.batches) <= 3
    RemoteEncoder(encoder.name, clients[0]).query("question 3")
    assert sum(batch.count("question 3") for batch in encoder.batches) == 1


def test_a_model_that_cannot_be_loaded_is_told_and_others_go_on(path: tuple[str, socket.socket]) -> None:
    serving(path[1], BatchEncoder())
    client = EncoderClient(path[0])
    with pytest.raises(ModelError, match="no model of-nobody"):
        RemoteEncoder("of-nobody", client).query("x")
    assert len(RemoteEncoder(WordEncoder.name, client).query("x")) == 64


@pytest.mark.parametrize("sent", [b"nonsense", b"\xff" * 40, b"\x00\x00\x00\x02\xc1\xc1", b"\x00\x00\x00\x01", b""])
def test_what_is_no_request_ends_its_connection_only(path: tuple[str, socket.socket], sent: bytes) -> None:
    serving(path[1], BatchEncoder())
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path[0])
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(10)
        assert connection.recv(100) == b""
    assert len(RemoteEncoder(WordEncoder.name, EncoderClient(path[0])).query("x")) == 64


def test_where_nobody_answers_it_says_so_in_time(path: tuple[str, socket.socket]) -> None:
    start = time.monotonic()
    with pytest.raises(ModelError, match="does not answer"):
        RemoteEncoder("any", EncoderClient(path[0], patience=0.2)).query("x")
    path[1].close()
    with pytest.raises(ModelError, match="does not answer"):
        RemoteEncoder("any", EncoderClient(path[0])).query("x")
    assert time.monotonic() - start < 5


def test_a_connection_that_ends_is_made_anew(path: tuple[str, socket.socket]) -> None:
    client = EncoderClient(path[0])
    threading.Thread(target=lambda: path[1].accept()[0].close(), daemon=True).start()
    with pytest.raises(ModelError, match="does not answer"):
        RemoteEncoder(WordEncoder.name, client).query("x")
    serving(path[1], BatchEncoder())
    wait_until(lambda: answers(lambda: RemoteEncoder(WordEncoder.name, client).query("x")))


def test_the_socket_is_its_owners_alone_and_goes() -> None:
    with _private_socket() as (path, _):
        assert stat.S_IMODE(Path(path).parent.stat().st_mode) == 0o700
    assert not Path(path).parent.exists()


def answers(ask: Callable[[], object]) -> bool:
    with suppress(ModelError, OSError):
        ask()
        return True
    return False


def wait_until(true: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


class Served:
    """`kg serve --workers 2` over a library."""

    def __init__(self, data: Path, *options: str) -> None:
        command = [sys.executable, "-m", "kg", "serve", "--port", "0", "--workers", "2", "--data", str(data), *options]
        self.data = data
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split()[-1].rstrip("/")

    def get(self, address: str) -> dict[str, object]:
        with urllib.request.urlopen(self.url + address, timeout=60) as reply:
            found: dict[str, object] = json.load(reply)
            return found

    def children(self) -> list[int]:
        """The encoding process, then those that answer."""
        file = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return sorted(int(pid) for pid in file.read_text().split())

    def meaning(self, words: str) -> bool:
        """Whether a question is answered by meaning."""
        found = self.get(f"/search.json?q={words}")
        return not found["meta"]["notes"]  # type: ignore[index]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("workers")
    rows = [{"id": f"1901.{n:05}", "title": f"Neural kernels {n}", "abstract": "Wide networks."} for n in range(1, 30)]
    (data / "s.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    command = [sys.executable, "-m", "kg", "ingest", "--data", str(data), "--snapshot", str(data / "s.jsonl")]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    found = Served(data)
    wait_until(lambda: found.meaning("warm"))
    yield found
    found.process.kill()
    found.process.communicate()


linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks at processes in /proc, as Linux has it")


@linux
@pytest.mark.slow
def test_only_one_process_has_loaded_a_model(served: Served) -> None:
    loaded = ["libtorch" in Path(f"/proc/{pid}/maps").read_text() for pid in served.children()]
    assert loaded == [True, False, False]


@linux
@pytest.mark.slow
def test_what_ends_is_started_again_and_nobody_hears_an_error(served: Served) -> None:
    encoder, one, _ = before = served.children()
    os.kill(one, signal.SIGKILL)
    wait_until(lambda: len(served.children()) == 3 and served.children() != before)
    assert served.meaning("after+a+kill")
    os.kill(encoder, signal.SIGKILL)
    assert served.get("/search.json?q=kernels")["results"]
    wait_until(lambda: served.meaning(f"again+{time.monotonic_ns()}"))


@linux
@pytest.mark.slow
def test_it_ends_with_its_parent_however_that_ends(served: Served) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        other = Served(served.data)
        children = other.children()
        assert len(children) == 3
        start = time.monotonic()
        other.process.send_signal(number)
        other.process.communicate(timeout=20)
        wait_until(lambda children=children: not any(Path(f"/proc/{pid}/exe").exists() for pid in children), 20)  # type: ignore[misc]
        assert time.monotonic() - start < 20
        assert other.process.returncode == (0 if number == signal.SIGTERM else -number)


@linux
@pytest.mark.slow
def test_a_token_is_asked_for_by_all_of_them(served: Served) -> None:
    other = Served(served.data, "--token", "secret")
    try:
        for _ in range(8):
            with pytest.raises(urllib.error.HTTPError, match="401") as refused:
                other.get("/api/v1/status")
            refused.value.close()
    finally:
        other.process.terminate()
        other.process.communicate(timeout=20)

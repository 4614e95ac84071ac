"""`kg embed --ray`: many machines embed, machines and the command itself die, and each text is embedded once."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from kg.config import BUNDLED_MODEL, Config
from kg.embedding import Embedded, catch_up
from kg.errors import UsageError
from kg.library import Library
from kg.store import Store
from kg.store.vectors import Matrix, Vectors
from search import foreman as foremen
from search import machines
from search.encoder import digest
from search.foreman import Crew, Done, Foreman, Given, Machine, Model
from search.machines import embed_on
from tests.conftest import Run

TEXTS, CHUNK, DIES_AFTER = 480, 16, 3
WORDS = "neural kernels of wide networks are trained by gradient descent on data".split()
BUNDLED = Model(BUNDLED_MODEL, "cpu", "")
# `kg`, with smaller chunks; after some of them the process is killed.
DYING = f"""
import os, signal, sys, search.embedding
from kg.cli import main
from kg.store.vectors import Vectors

search.embedding._CHUNK = {CHUNK}
add, times = Vectors.add, []

def add_and_die(*args):
    add(*args)
    times.append(1)
    if len(times) == {DIES_AFTER}:
        os.kill(os.getpid(), signal.SIGKILL)

Vectors.add = add_and_die
main(sys.argv[1:])
"""


def nothing(*_: object) -> None:
    pass


@pytest.fixture
def data(tmp_path: Path, run: Run) -> Path:
    """A library of which nothing is embedded."""
    words = np.random.default_rng(7)
    rows = [
        {"id": f"1901.{n:05}", "title": f"Title {n}", "abstract": " ".join(words.choice(WORDS, 2 + n % 9))}
        for n in range(1, TEXTS + 1)
    ]
    (tmp_path / "s.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    made = run("ingest", "--data", tmp_path / "data", "--snapshot", tmp_path / "s.jsonl", "--encoder", "none")
    assert made.code == 0, made.err
    return tmp_path / "data"


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Two machines with a processor each, as Ray plays them on one; that one is gone is noticed in two seconds."""
    pytest.importorskip("ray", reason="needs the extra `ray`")
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    folder = tempfile.mkdtemp(prefix="kg-ray-")  # its sockets have room for no longer name
    health = {f"health_check_{name}": value for name, value in HEALTH.items()}
    machine = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
    head = {**machine, "include_dashboard": False, "temp_dir": folder, "_system_config": health}
    made = Cluster(initialize_head=True, head_node_args=head)
    try:
        made.add_node(**machine)
        yield made
    finally:
        made.shutdown()
        shutil.rmtree(folder, ignore_errors=True)


HEALTH = {"initial_delay_ms": 0, "period_ms": 500, "timeout_ms": 500, "failure_threshold": 3}


def stored(data: Path) -> dict[str, bytes]:
    with Store(data / "kg.db", read_only=True) as store:
        return dict(store._db.execute("SELECT text_hash, vector FROM vectors WHERE model = ?", [BUNDLED_MODEL]))


def killing(cluster: Any) -> Callable[..., Done]:
    """What waits for the next vectors, and kills the second machine when both are at work, and it waits for a chunk.

    Such a chunk comes soon, and goes to the one that is dead.
    """
    plain = machines._next

    def next_(*asked: Any) -> Done:
        done = plain(*asked)
        for worker in [*cluster.worker_nodes]:
            time.sleep(1)  # neither has anything to do then, and both ask
            if done.machine == worker.node_id:
                cluster.remove_node(worker, allow_graceful=False)
        return done

    return next_


@pytest.fixture
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
def test_each_text_is_embedded_once_whoever_dies(cluster: Any, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-c", DYING, "embed", "--data", str(data), "--ray", cluster.address]
    died = subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    before = stored(data)
    assert len(before) == DIES_AFTER * CHUNK
    shutil.copytree(data, data.with_name("local"))

    monkeypatch.setattr("search.embedding._CHUNK", CHUNK)
    asked, told, add = Counter[str](), list[str](), Vectors.add

    def noted(self: Vectors, model: str, hashes: Sequence[str], vectors: Matrix, counted: bool = True) -> None:
        asked.update(hashes)
        add(self, model, hashes, vectors, counted)

    with monkeypatch.context() as noting:
        noting.setattr(Vectors, "add", noted)
        noting.setattr(machines, "_next", killing(cluster))
        library = Library(Config(data=data))
        found = catch_up(library, None, None, nothing, told.append, cluster.address)
        library.close()
    assert found == Embedded(TEXTS - len(before), pytest.approx(0, abs=600), True)
    assert told == ["1 of 2 machines are left in the Ray cluster: they go on"]
    assert set(asked.values()) == {1}
    assert not asked.keys() & before.keys()

    library = Library(Config(data=data.with_name("local")))
    assert catch_up(library, None, None, nothing, nothing).texts == len(asked)
    library.close()
    assert stored(data) == stored(data.with_name("local"))
    assert len(stored(data)) == TEXTS


@pytest.mark.parametrize(
    ("machines", "device", "crew"),
    [
        ([{"CPU": 16}, {"CPU": 4}, {"memory": 1e9}], "auto", Crew(2, 2, 0)),
        ([{"CPU": 1}], "cpu", Crew(1, 0.5, 0)),
        ([{"CPU": 8, "GPU": 2}, {"CPU": 8}, {"CPU": 8, "GPU": 1}], "auto", Crew(3, 0.5, 1)),
        ([{"CPU": 8, "GPU": 2}, {"CPU": 8}], "cpu", Crew(2, 4, 0)),
    ],
)
def test_there_is_one_encoder_for_each_gpu_or_each_machine(
    machines: list[dict[str, float]], device: str, crew: Crew
) -> None:
    assert Crew.of(machines, device) == crew


def test_without_a_processor_it_says_what_to_do() -> None:
    with pytest.raises(UsageError, match="ray start --address"):
        Crew.of([{"memory": 1e9}], "auto")


def in_a_loop(asked: Coroutine[Any, Any, Any]) -> Any:
    """What comes of it in a loop of its own thread: this one may have a browser's."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asked).result()


@pytest.fixture
def foreman(monkeypatch: pytest.MonkeyPatch) -> Foreman:
    monkeypatch.setattr(foremen, "_vectors", lambda *_: iter(()))
    return Foreman(Crew(1, 1, 0), BUNDLED, 1)


def test_a_turn_that_is_run_again_gets_the_same_chunk_until_it_is_stored(foreman: Foreman) -> None:
    async def asked() -> list[Given | None]:
        await foreman.give(0, ["a"])
        await foreman.give(1, ["b"])
        found = [await foreman.chunk(turn) for turn in (7, 8, 7)]
        await foreman.stored(7)
        return [*found, await foreman.chunk(7), await foreman.chunk(8)]

    first, second = Given(0, ["a"]), Given(1, ["b"])
    assert in_a_loop(asked()) == [first, second, first, None, second]


def test_a_chunk_is_not_lost_with_who_waits_for_it(foreman: Foreman) -> None:
    async def asked() -> Given | None:
        gone = asyncio.ensure_future(foreman.chunk(7))
        await asyncio.sleep(0)
        gone.cancel()
        await foreman.give(0, ["a"])
        return await foreman.chunk(7)

    assert in_a_loop(asyncio.wait_for(asked(), 10)) == Given(0, ["a"])


@pytest.mark.slow
def test_a_machine_with_another_model_of_that_name_refuses() -> None:
    pytest.importorskip("ray", reason="needs the extra `ray`")
    machine = Machine.__new__(Machine)
    machine._id, machine._encoder, machine._model = "1", None, BUNDLED
    assert machine._done(0).refused == "the model 'all-MiniLM-L6-v2' is another one there than where the library is"
    machine._model = Model("/nowhere", "cpu", digest(None))
    assert machine._done(0).refused.startswith("the model '/nowhere' is not on this machine: ")


@pytest.mark.parametrize(
    ("address", "code", "told"),
    [
        ("nonsense", 2, "kg: --ray 'nonsense' is none of auto, local, HOST:PORT, ray://HOST:PORT\n"),
        ("127.0.0.1:9", 3, "kg: no Ray cluster answers at '127.0.0.1:9': [Errno 111] Connection refused; "),
        ("ray://127.0.0.1:9", 3, "kg: no Ray cluster answers at 'ray://127.0.0.1:9': [Errno 111] Connection refused; "),
    ],
)
def test_an_address_where_no_cluster_is_is_told_in_a_line(
    run: Run, data: Path, address: str, code: int, told: str
) -> None:
    pytest.importorskip("ray", reason="needs the extra `ray`")
    found = run("embed", "--data", data, "--ray", address)
    assert (found.code, found.out, found.err.count("\n")) == (code, "", 1)
    assert found.err.startswith(told)


def test_without_ray_it_says_how_to_get_it(run: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    found = run("embed", "--data", data, "--ray", "auto")
    assert (found.code, found.err) == (
        2,
        "kg: Ray is not installed: run `pip install 'kg[ray]'`, here and on all machines\n",
    )


def test_where_nothing_is_to_be_embedded_no_cluster_is_asked() -> None:
    assert list(embed_on("127.0.0.1:9", BUNDLED, [], nothing)) == []

"""Embedding on many machines: Ray (https://docs.ray.io) brings chunks of texts to them, and runs again what was lost.

An actor on the cluster's head, the foreman (`search.foreman`), runs a pipeline of Ray Data. Its rows are turns: in each
an encoder asks it for the next chunk, and gives the vectors. The process that writes the library hands chunks in and
takes vectors out; no more chunks are on the way than keep the encoders busy, so nothing grows with the library. A
machine that dies takes no chunk along: its turns are run again elsewhere, and get the same chunks. (Ray Data cannot be
driven through `ray://`, hence the foreman.)
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from kg.errors import ModelError, ServiceError, UsageError
from search.foreman import Crew, Done, Foreman, Model

if TYPE_CHECKING:
    from search.embedding import Chunk, Computed

_PATIENCE = 1800.0  # seconds without any vectors, after which nothing is expected any more
_PATIENCE_TO_CONNECT = 5.0
_AHEAD = 3  # chunks for each encoder: one at work, one to go on with, one on its way back
_TURNS = 512  # of the first data set of Ray, which take half a second to make; each next one has twice as many
_LOCAL_MEMORY = 256 * 2**20  # bytes that a cluster made for one run has for what is on the way
_HEAD = {"node:__internal_head__": 0.001}  # a resource that Ray gives to the first machine of a cluster


def embed_on(address: str, model: Model, chunks: Iterable[Chunk], say: Callable[[str], None]) -> Computed:
    """The vectors of chunks, computed on a Ray cluster, in the order in which they come in.

    A chunk whose vectors were taken, so that the iterator was asked for the next ones, is never computed again.

    :param address: as `ray.init` takes it: `auto`, `HOST:6379`, `ray://HOST:10001`; `local` makes a cluster here.
    :param say: is told when machines leave the cluster.
    :raises UsageError: Ray is not installed, or has nothing to compute on.
    :raises ServiceError: there is no such cluster, or it failed.
    :raises ModelError: a machine cannot load the model, or has another one of its name.
    """
    rest = iter(chunks)
    if (first := next(rest, None)) is None:
        return
    with _cluster(address) as ray:
        machines = _machines(ray)
        crew = Crew.of(machines, model.device)
        foreman = ray.remote(Foreman).options(num_cpus=0, resources=_HEAD).remote(crew, model, _TURNS)
        numbered, waiting = enumerate(chain([first], rest)), dict[int, list[str]]()

        def give(count: int) -> None:
            for number, chunk in islice(numbered, count):
                waiting[number] = list(chunk)
                foreman.give.remote(number, list(chunk.values()))

        give(_AHEAD * crew.encoders)
        while waiting:
            done = _next(ray, foreman, address)
            if (keys := waiting.pop(done.number, None)) is not None:
                yield keys, np.frombuffer(done.vectors, dtype=np.float32).reshape(len(keys), -1)
                foreman.stored.remote(done.turn)
                give(1)
            if len(left := _machines(ray)) < len(machines):
                say(f"{len(left)} of {len(machines)} machines are left in the Ray cluster: they go on")
                machines = left


def _machines(ray: Any) -> list[Mapping[str, float]]:
    """The resources of each machine that is there."""
    return [machine["Resources"] for machine in ray.nodes() if machine["Alive"]]


def _next(ray: Any, foreman: Any, address: str) -> Done:
    """The next vectors that come in.

    :raises ServiceError: the cluster failed.
    :raises ModelError: a machine cannot encode.
    """
    try:
        done: Done = ray.get(foreman.next.remote(), timeout=_PATIENCE)
    except ray.exceptions.RayError as error:
        what = "nothing came back for half an hour" if isinstance(error, TimeoutError) else _last_line(error)
        again = f"what came back is kept, and `kg embed --ray {address}` goes on"
        raise ServiceError(f"the Ray cluster at {address} failed: {what}; {again}") from error
    if done.refused:
        names = {machine["NodeID"]: machine["NodeManagerHostname"] for machine in ray.nodes()}
        raise ModelError(f"on the machine {names.get(done.machine, done.machine)}: {done.refused}")
    return done


def _last_line(error: Exception) -> str:
    """What went wrong, without the way there."""
    return str(error).strip().rpartition("\n")[2].strip()[:300]


@contextmanager
def _cluster(address: str) -> Iterator[Any]:
    """A connection to a Ray cluster, which prints nothing of its own.

    :raises UsageError: Ray is not installed.
    :raises ServiceError: there is no such cluster.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # a cluster that is made here reports to nobody
    os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", "1")  # a cluster that is gone is asked for half a minute, not 13
    try:
        import ray
    except ImportError as error:
        raise UsageError("Ray is not installed: run `pip install 'kg[ray]'`, here and on all machines") from error
    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        try:
            _connect(ray, address)
            yield ray
        finally:
            ray.shutdown()


def _connect(ray: Any, address: str) -> None:
    """
    :raises UsageError: that is no address.
    :raises ServiceError: there is no such cluster.
    """
    _look_for(address)
    made = {"include_dashboard": False, "object_store_memory": _LOCAL_MEMORY} if address == "local" else {}
    to_end = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address, log_to_driver=False, logging_level=logging.CRITICAL, **made)
    except (OSError, RuntimeError, ValueError) as error:
        raise _nobody(address, error) from error
    except SystemExit as error:  # what Ray makes of a signal to end
        raise KeyboardInterrupt from error
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, to_end or signal.SIG_DFL)  # Ray takes it for itself


def _look_for(address: str) -> None:
    """See whether anybody listens there, which Ray would go on trying for a quarter of an hour.

    :raises UsageError: that is no address.
    :raises ServiceError: nobody listens.
    """
    if address in {"auto", "local"}:
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdecimal():
        raise UsageError(f"--ray {address!r} is none of auto, local, HOST:PORT, ray://HOST:PORT")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _PATIENCE_TO_CONNECT).close()
    except (OSError, OverflowError) as error:
        raise _nobody(address, error) from error


def _nobody(address: str, error: Exception) -> ServiceError:
    reason = " ".join(str(error).split())[:200]
    return ServiceError(f"no Ray cluster answers at {address!r}: {reason}; `ray start --head` makes one")

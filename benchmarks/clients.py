"""Clients of a server on this machine, each a thread with one connection, and the server that they ask."""

from __future__ import annotations

import http
import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.mix import Mix, Reply, Request

_HOST = "127.0.0.1"
_TIMEOUT = 30.0  # seconds for an answer; more is a fault
_MOST = 200_000  # requests of one client
_LOADING, _TRIES = 120.0, 10  # seconds for an answer while the encoder is loaded, and answers that it is not yet
_STOPPING = 30  # seconds that a server may take to end


class Served(NamedTuple):
    """A server that answers: its process, its port, and the file of what it says."""

    process: int
    port: int
    log: Path


class Told(NamedTuple):
    """How long an answer took, and what was wrong with it, if anything."""

    kind: str
    milliseconds: float
    fault: str | None


@contextmanager
def served(data: Path, log: Path, settings: Mapping[str, str] | None = None) -> Iterator[Served]:
    """`kg serve` on a library, in a process of its own.

    :raises RuntimeError: it does not start.
    """
    command = [sys.executable, "-m", "kg", "serve", "--port", "0", "--data", str(data)]
    environ = {**os.environ, **(settings or {})}
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environ) as process,
    ):
        assert process.stdout is not None
        try:
            address = process.stdout.readline().split()[-1:]
            if not address:
                raise RuntimeError(log.read_text(encoding="utf-8"))
            yield Served(process.pid, int(address[0].rstrip("/").rpartition(":")[2]), log)
        finally:
            process.terminate()
            process.wait(_STOPPING)


def warm_up(port: int) -> None:
    """Wait until the encoder is loaded: a question of meaning is answered.

    :raises OSError: it is not, in time.
    """
    connection = http.client.HTTPConnection(_HOST, port, timeout=_LOADING)
    for _ in range(_TRIES):
        reply = ask(connection, Request("", "/api/v1/search?q=warm&mode=semantic", lambda _: None))
        if reply.status == http.HTTPStatus.OK:
            break
    connection.close()


class Client(threading.Thread):
    """Asks one thing after the other until a time (of `time.monotonic`), and notes how each was answered."""

    def __init__(self, port: int, mix: Mix, end: float) -> None:
        super().__init__(daemon=True)
        self._connection = http.client.HTTPConnection(_HOST, port, timeout=_TIMEOUT)
        self._mix, self._end = iter(mix), end
        self._tags: dict[str, str] = {}
        self.told: list[Told] = []

    def run(self) -> None:
        for _ in range(_MOST):
            if time.monotonic() > self._end:
                break
            self.told.append(self._asked(next(self._mix)))
        self._connection.close()

    def _asked(self, request: Request) -> Told:
        start = time.perf_counter()
        try:
            reply = ask(self._connection, request, self._tags.get(request.path) if request.if_none_match else None)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            return Told(request.kind, _since(start), f"{type(error).__name__}: {error}")
        took = _since(start)
        if tag := reply.headers.get("etag"):
            self._tags[request.path] = tag
        return Told(request.kind, took, _judged(request, reply))


def _judged(request: Request, reply: Reply) -> str | None:
    try:
        fault = request.check(reply)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        fault = f"not as it should be: {type(error).__name__} {error}"
    return f"{fault} ({request.path[:200]})" if fault else None


def _since(start: float) -> float:
    """Milliseconds."""
    return 1000 * (time.perf_counter() - start)


def ask(connection: http.client.HTTPConnection, request: Request, tag: str | None = None) -> Reply:
    """The answer to a request, read whole.

    :raises OSError: the connection was reset, or there was no answer in time.
    :raises http.client.HTTPException: what came is no answer, or not all of it.
    """
    headers = {"If-None-Match": tag} if tag else {}
    if request.media_type:
        headers["Content-Type"] = request.media_type
    connection.request("POST" if request.body is not None else "GET", request.path, request.body, headers)
    response = connection.getresponse()
    body = response.read()
    return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, body)

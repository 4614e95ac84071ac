"""Asking several programs the same, in turn, each in a process of its own: neither threads nor memory are shared.

    built("product", 312)
    with Asked("product", 312) as kg:
        seconds = kg.ask("flat minima")

A peer is a module of `benchmarks.peers` with `build(size)`, which makes what is kept in the cache, and functions that
open that and return what is to be asked. The clock runs in the peer's own process, so the pipe costs nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Self

Ask = Callable[[str], object]

WARM_UP = 10  # questions before the clock counts
_PAUSE = 0.01  # seconds: OpenMP's threads of who was asked before go on spinning for some milliseconds


class Asked:
    """A process that answers questions.

    :param peer: `module` or `module:function` of `benchmarks.peers`; the function is `opened` if none is named.
    :param size: papers.
    """

    def __init__(self, peer: str, size: int) -> None:
        module, _, function = peer.partition(":")
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed on leaving
        self._process = subprocess.Popen(
            _command(module, function or "opened", size),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self._answer()

    def ask(self, question: str) -> float:
        """Seconds that one question takes."""
        assert self._process.stdin
        time.sleep(_PAUSE)
        self._process.stdin.write(question.replace("\n", " ") + "\n")
        self._process.stdin.flush()
        return float(self._answer())

    def memory(self) -> float:
        """Resident memory in MB."""
        return resident(self._process.pid)

    def _answer(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            raise RuntimeError(self._errors.read()[-2000:])
        return line

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()  # the end of the questions is the end of the process
        self._errors.close()


@lru_cache
def built(module: str, size: int) -> None:
    """See to it that what a peer opens is there and up to date; in a process that takes its memory with it."""
    subprocess.run(_command(module, "build", size), check=True, stdout=subprocess.DEVNULL)


def in_turn(peers: Mapping[str, Asked], questions: Sequence[str]) -> dict[str, list[float]]:
    """Seconds of each question for each peer; all are asked one question before any is asked the next.

    The first `WARM_UP` questions do not count, and should not come again: answers may be remembered.
    """
    seconds: dict[str, list[float]] = {name: [] for name in peers}
    for number, question in enumerate(questions):
        names = list(peers) if number % 2 else list(peers)[::-1]
        for name in names:
            seconds[name].append(peers[name].ask(question))
    return {name: found[WARM_UP:] for name, found in seconds.items()}


def resident(pid: int) -> float:
    """Resident memory of a process in MB (10^6 bytes)."""
    status = Path(f"/proc/{pid}/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024 / 1e6
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], check=True, capture_output=True, text=True)
    return int(told.stdout) * 1024 / 1e6


def _command(module: str, function: str, size: int) -> list[str]:
    return [sys.executable, "-m", "benchmarks.asked", module, function, str(size)]


def _serve(ask: Ask) -> None:
    """Answer each line of the input with the seconds it took."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    answers.write("ready\n")
    answers.flush()
    for line in sys.stdin:
        start = time.perf_counter()
        ask(line.rstrip("\n"))
        answers.write(f"{time.perf_counter() - start}\n")
        answers.flush()


if __name__ == "__main__":
    module, function, size = sys.argv[1:]
    made = getattr(import_module(f"benchmarks.peers.{module}"), function)(int(size))
    if function != "build":
        _serve(made)

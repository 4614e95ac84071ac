"""Targets worked off in processes of their own: one that crashes, or hangs where no signal reaches it, names its input."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.fuzzing.targets import Target, all_targets
from tests.fuzzing.trying import Failure, tried, warm

_BLOCK = 1000  # inputs that a process is given at once
_MOST_MEMORY = 4 << 30  # bytes of address space; more is refused, which fails the input
_STALLED = 60.0  # seconds with one input in hand, after which a process is killed
_STARTING = 300.0  # seconds for imports and tables, however busy the machine is
_KEPT = 50  # failures of a block that are told in full


@dataclass(frozen=True, slots=True)
class Block:
    """Some inputs of a target: those numbered from `start` to before `stop`."""

    target: str
    seed: int
    start: int
    stop: int


@dataclass(slots=True)
class Tally:
    """What became of a target's inputs; `slowest` in seconds of processor time, `memory` the peak in MiB."""

    inputs: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    slowest_number: int = 0
    memory: float = 0.0
    failures: list[Failure] = field(default_factory=list)
    failed: int = 0

    def add(self, other: Tally) -> None:
        """Take another's inputs too."""
        self.inputs += other.inputs
        self.seconds += other.seconds
        if other.slowest > self.slowest:
            self.slowest, self.slowest_number = other.slowest, other.slowest_number
        self.memory = max(self.memory, other.memory)
        self.failures += other.failures
        self.failed += other.failed


def shares(targets: Mapping[str, Target], inputs: int) -> dict[str, int]:
    """How many of so many inputs each target gets, at least one."""
    whole = sum(target.share for target in targets.values())
    return {name: max(1, round(inputs * target.share / whole)) for name, target in targets.items()}


def run(
    counts: Mapping[str, int],
    seed: int,
    processes: int,
    told: Callable[[str, Tally], None] = lambda *_: None,
    load: Callable[[], dict[str, Target]] = all_targets,
) -> dict[str, Tally]:
    """Work off so many inputs of each target, some of each before more of any; `told` hears of each block of them.

    :param load: makes the targets, in each process.
    """
    blocks = deque(
        Block(name, seed, start, min(start + _BLOCK, count))
        for start in range(0, max(counts.values()), _BLOCK)
        for name, count in counts.items()
        if start < count
    )
    tallies = {name: Tally() for name in counts}
    with TemporaryDirectory() as folder:
        workers = [_Worker(Path(folder) / str(place), load) for place in range(processes)]
        try:
            for block, tally in _worked_off(workers, blocks):
                tallies[block.target].add(tally)
                told(block.target, tally)
        finally:
            for worker in workers:
                worker.end()
    return tallies


def _worked_off(workers: list[_Worker], blocks: deque[Block]) -> Iterator[tuple[Block, Tally]]:
    for worker in workers:
        worker.take(blocks)
    while busy := {worker.pipe: worker for worker in workers if worker.block}:
        wait(list(busy), timeout=1.0)
        for worker in busy.values():
            block = worker.block
            if block and (tally := worker.done(blocks)):
                yield block, tally
                worker.take(blocks)


class _Worker:
    """A process, what it was given, and which input it has in hand."""

    def __init__(self, folder: Path, load: Callable[[], dict[str, Target]]) -> None:
        self.block: Block | None = None
        self._folder, self._load = folder, load
        self._context = get_context("spawn")
        self._in_hand = self._context.Value("q", -1, lock=False)
        self._seen, self._since = -1, 0.0
        self._begin()

    def _begin(self) -> None:
        self._folder.mkdir(exist_ok=True)
        self.pipe, there = self._context.Pipe()
        self._process = self._context.Process(target=_serve, args=(there, self._in_hand, self._folder, self._load))
        self._process.start()
        there.close()

    def take(self, blocks: deque[Block]) -> None:
        """Work off the next block, if there is one."""
        self.block = blocks.popleft() if blocks else None
        if self.block:
            self._in_hand.value, self._seen, self._since = -1, -1, time.monotonic()
            self.pipe.send(self.block)

    def done(self, blocks: deque[Block]) -> Tally | None:
        """What became of the block, once it is done; of a process that died, what can be told."""
        try:
            if self.pipe.poll():
                tally: Tally = self.pipe.recv()
                return tally
        except (EOFError, OSError):
            return self._broken(blocks, f"crash: the process ended with {self._code()}")
        if self._is_stalled():
            self._process.kill()
            return self._broken(blocks, f"hang: more than {_STALLED:.0f} s, and no signal reached it")
        return None

    def _is_stalled(self) -> bool:
        if self._in_hand.value != self._seen:
            self._seen, self._since = self._in_hand.value, time.monotonic()
        return time.monotonic() - self._since > (_STALLED if self._seen >= 0 else _STARTING)

    def _code(self) -> str:
        self._process.join(10)
        code = self._process.exitcode or 0
        return signal.Signals(-code).name if code < 0 else str(code)

    def _broken(self, blocks: deque[Block], what: str) -> Tally:
        """The block up to the input in hand, with that as a failure; the others are for the process that follows."""
        assert self.block is not None
        number = self._in_hand.value
        if number < 0:
            raise RuntimeError(f"{self.block.target}: {what} before its first input")
        if number + 1 < self.block.stop:
            blocks.appendleft(Block(self.block.target, self.block.seed, number + 1, self.block.stop))
        failure = Failure(self.block.target, self.block.seed, number, what)
        self.end()
        self._begin()
        return Tally(number + 1 - self.block.start, failures=[failure], failed=1)

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _serve(pipe: Connection, in_hand: Any, folder: Path, load: Callable[[], dict[str, Target]]) -> None:
    """What a process does: work off blocks until the pipe is closed."""
    os.chdir(folder)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    targets, warmed = load(), set[str]()
    warnings.simplefilter("error")
    while True:
        try:
            block: Block = pipe.recv()
        except EOFError:
            return
        target = targets[block.target]
        if target.name not in warmed:
            warm(target)
            warmed.add(target.name)
        pipe.send(_tally(target, block, in_hand))


def _tally(target: Target, block: Block, in_hand: Any) -> Tally:
    tally = Tally()
    for number in range(block.start, block.stop):
        in_hand.value = number
        failure, took = tried(target, block.seed, number)
        tally.add(Tally(1, took, took, number, 0.0, [], int(failure is not None)))
        if failure and len(tally.failures) < _KEPT:
            tally.failures.append(failure)
    scale = 2**10 if sys.platform == "linux" else 2**20
    tally.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale
    return tally

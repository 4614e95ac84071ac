"""The same commands from a list to the whole of arXiv: time, memory and disk of each stage, and of questions.

    python -m benchmarks.scale --papers 163698 3000000

Each size is a process of its own that does what `kg ingest --snapshot FILE --citations FILE --encoder static` does.
Memory is what is the process's own (`Private_Dirty`, and that of the process which parses beside it), and what is
resident, mapped files among it, which goes when memory is short. Then questions are asked: of the libraries in turn, so
that both meet the same machine.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import corpus, enlarged
from benchmarks.watching import Held, held

if TYPE_CHECKING:
    from kg.library import Library

SIZES = (163_698, 3_000_000)
_EVERY = 0.5  # seconds between two looks at memory
_WARM, _QUESTIONS, _CHECKED = 40, 400, 100  # questions before it counts, that count, and whose recall is looked at
_PART = 1 << 16  # vectors compared at once


@dataclass
class Stage:
    """What a stage of `kg ingest` took: seconds, and bytes at the most."""

    name: str
    seconds: float = 0.0
    private: int = 0
    resident: int = 0


@dataclass
class Stages:
    """Follows `kg ingest` from stage to stage by its progress."""

    seen: list[Stage] = field(default_factory=lambda: [Stage("starting")])
    _since: float = field(default_factory=time.perf_counter)

    def progress(self, what: str, *_: object) -> None:
        """Note that `what` is being done now."""
        if what != self.seen[-1].name:
            self.end()
            self.seen.append(Stage(what))
            sys.stderr.write(f"{time.strftime('%H:%M:%S')} {what}\n")

    def end(self) -> None:
        """Note that the stage is over."""
        now = time.perf_counter()
        self.seen[-1].seconds += now - self._since
        self._since = now

    def watch(self, over: threading.Event) -> None:
        """Look at the memory of this process and its children until it is `over`."""
        while not over.wait(_EVERY):
            stage = self.seen[-1]
            now = list(_held())
            stage.private = max(stage.private, sum(one.private for one in now))
            stage.resident = max(stage.resident, sum(one.resident for one in now))


def _held() -> Iterator[Held]:
    """What this process holds, and those that it has started; one that has just ended is passed over."""
    children = [pid for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()]
    for pid in (Path("/proc/self").readlink().name, *children):
        with suppress(OSError, ValueError):
            yield held(int(pid))


def folder_of(count: int) -> Path:
    """The data folder of the library of so many papers."""
    return corpus.CACHE / f"scale-{count}"


def ingest(count: int) -> list[Stage]:
    """Make the library in this process, or go on with it."""
    from kg.config import Config
    from kg.library import Library
    from kg.refresh import Options, refresh

    snapshot, citations = enlarged.snapshot_of(count), enlarged.citations_of(count)
    stages, over = Stages(), threading.Event()
    watch = threading.Thread(target=stages.watch, args=(over,))
    watch.start()
    try:
        options = Options(snapshot=snapshot, citations=citations, offline=True, encoder="static")
        refresh(Library(Config(data=folder_of(count))), options, stages.progress, lambda _: None)
    finally:
        stages.end()
        over.set()
        watch.join()
    return stages.seen


def _disk(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def report(count: int, stages: list[Stage]) -> Iterator[str]:
    """One line for each stage, then the sum."""
    whole = Stage(
        "all",
        sum(stage.seconds for stage in stages),
        max(stage.private for stage in stages),
        max(stage.resident for stage in stages),
    )
    for stage in (*stages, whole):
        yield (
            f"{count:>9,} papers  {stage.name:<20} {stage.seconds:8.1f} s  {stage.seconds / count * 1e6:6.0f} us each"
            f"  private {stage.private / 1e9:6.2f} GB  resident {stage.resident / 1e9:6.2f} GB"
        )
    yield f"{count:>9,} papers  on disk {_disk(folder_of(count)) / 1e9:.2f} GB"


def asked(counts: Sequence[int]) -> Iterator[str]:
    """How long hybrid questions take at each size, asked in turn, and how many of the ten nearest are found."""
    from kg.config import Config
    from kg.filters import Search
    from kg.library import Library

    libraries = {count: Library(Config(data=folder_of(count))) for count in counts}
    questions = corpus.questions(SIZES[0], _WARM + _QUESTIONS)
    taken: dict[int, list[float]] = {count: [] for count in counts}
    for question in questions:
        for count, library in libraries.items():
            start = time.perf_counter()
            library.search(Search(question))
            taken[count].append((time.perf_counter() - start) * 1000)
    p95: dict[int, float] = {}
    for count, library in libraries.items():
        marks = statistics.quantiles(taken[count][_WARM:], n=100)
        p95[count] = marks[94]
        yield (
            f"{count:>9,} papers  hybrid p50 {marks[49]:.0f}, p95 {marks[94]:.0f}, p99 {marks[98]:.0f} ms"
            f"  recall@10 of the nearest {_recall(library, questions[-_CHECKED:]):.4f}"
        )
    yield f"p95 at {counts[-1]:,} papers is {p95[counts[-1]] / p95[counts[0]]:.2f} times that at {counts[0]:,}"


def _recall(library: Library, questions: Sequence[str]) -> float:
    """The share of the ten nearest papers that the index finds, compared with all of them."""
    semantic, index = library.parts.semantic(), library.parts.vectors()
    assert semantic is not None
    assert index is not None
    found: list[float] = []
    for question in questions:
        vector = semantic.encoder.query(question)
        near = index.nearest(vector, 10)[0]
        cosines = np.concatenate(
            [index.vectors[start : start + _PART] @ vector for start in range(0, len(index), _PART)]
        )
        true = index.numbers[np.argpartition(-cosines, 10)[:10]]
        found.append(len({*near.tolist()} & {*true.tolist()}) / 10)
    return statistics.mean(found)


def main() -> None:
    """Make the libraries, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, nargs="+", default=SIZES)
    parser.add_argument("--asked", action="store_true", help="only ask questions of the libraries that are there")
    parser.add_argument("--here", action="store_true", help="in this process, told as JSON")
    chosen = parser.parse_args()
    for count in () if chosen.asked else chosen.papers:
        if chosen.here:
            for line in report(count, ingest(count)):
                sys.stdout.write(f"{line}\n")
        else:
            subprocess.run([sys.executable, "-m", "benchmarks.scale", "--here", "--papers", str(count)], check=True)
    if not chosen.here:
        for line in asked(chosen.papers):
            sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()

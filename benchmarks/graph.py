"""How long the graph takes to be built and asked, and what memory that takes, against what was set for it."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from benchmarks import corpus
from benchmarks.asked import WARM_UP, Asked, built, in_turn
from benchmarks.lines import at_most, compared, percentile
from benchmarks.peers import product

MOST_SECONDS, MOST_MEMORY = 60.0, 2000.0  # of building; MB
MOST_MS = 30.0  # of 95 questions in 100
_QUESTIONS = 200


def measure(size: int = corpus.SIZES[-1]) -> Iterator[str]:
    """One line for each comparison; with the real citations where they are there."""
    built("product", size)
    yield f"graph, {size} papers with {'real' if corpus.CITATIONS.is_file() else 'no'} citations, stand-ins for vectors"
    command = [sys.executable, "-m", "benchmarks.graph", str(product.folder(size))]
    yield from subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    records = list(islice(corpus.records(size), 0, size, size // (WARM_UP + _QUESTIONS)))
    yield _asked("related papers", size, "product:related", [record.id for record in records])
    yield _asked("what a draft should cite", size, "product:related_to_draft", [record.text for record in records])


def _asked(name: str, size: int, peer: str, questions: Sequence[str]) -> str:
    with Asked(peer, size) as kg:
        seconds = in_turn({"kg": kg}, questions)["kg"]
    p50, p95 = (percentile(seconds, percent) * 1000 for percent in (50, 95))
    return compared(f"{name}, {size} papers, p95 (p50 {p50:.1f} ms)", p95, "limit", MOST_MS, "ms", at_most(1.0))


def _build(data: Path) -> Iterator[str]:
    """Build the graph of a library anew in this process, from its store and its index."""
    from kg.config import Config
    from kg.connecting import connect
    from kg.store import Store
    from search.index import VectorIndex

    config = Config(data=data)
    with Store(config.database, read_only=True) as store, tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        connect(store, VectorIndex(config.index_folder), Path(folder))
        seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    yield compared("graph built", seconds, "limit", MOST_SECONDS, "s", at_most(1.0))
    yield compared("memory of building it", memory, "limit", MOST_MEMORY, "MB", at_most(1.0))


if __name__ == "__main__":
    for line in _build(Path(sys.argv[1])):
        sys.stdout.write(f"{line}\n")

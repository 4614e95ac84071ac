"""How long a new process takes to its first answers from a large library, whose files the system has in memory."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks import corpus
from benchmarks.asked import built
from benchmarks.lines import at_most, compared
from benchmarks.peers import product

MOST_KEYWORD, MOST_SEMANTIC = 500.0, 1000.0  # ms
_RUNS = 3
# Everything that a program does which opens a library; the clock runs from its first line.
_PROGRAM = """
import time; start = time.perf_counter()
import json, sys
from pathlib import Path
from kg.config import Config
from kg.filters import Search
from kg.library import Library
def since(start): return (time.perf_counter() - start) * 1000
library = Library(Config(data=Path(sys.argv[1])))
assert library.search(Search(sys.argv[2], "keyword")).results
print(since(start), flush=True)
start = time.perf_counter(); library.encoder.query("a first text"); encoder = since(start)
start = time.perf_counter()
assert library.search(Search(sys.argv[3], "semantic")).results
print(json.dumps([encoder, since(start)]), flush=True)
"""


def measure(size: int) -> Iterator[str]:
    """Lines for the first keyword answer and for the first semantic one."""
    built("product", size)
    asked = corpus.questions(size, 2)
    runs = [_first_answers(str(product.folder(size)), *asked) for _ in range(_RUNS)]
    inside, whole, encoder, semantic = (statistics.median(column) for column in zip(*runs, strict=True))
    name = f"opening {size} papers, first keyword answer"
    yield compared(f"{name}, in process", inside, "set", MOST_KEYWORD, "ms", at_most(1.0))
    start = statistics.median(_bare_start() for _ in range(_RUNS))
    yield compared(
        f"{name}, with Python's start ({start:.0f} ms)", whole, "set", MOST_KEYWORD + start, "ms", at_most(1.0)
    )
    name = f"opening {size} papers, first semantic answer after the encoder's load ({encoder:.0f} ms)"
    yield compared(name, semantic, "set", MOST_SEMANTIC, "ms", at_most(1.0))


def _first_answers(*arguments: str) -> tuple[float, float, float, float]:
    """Milliseconds to the first keyword answer in the process and from outside, of the encoder, of the semantic one."""
    start, command = time.perf_counter(), [sys.executable, "-c", _PROGRAM, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        inside = float(process.stdout.readline())
        whole = (time.perf_counter() - start) * 1000
        encoder, semantic = json.loads(process.stdout.readline())
    return inside, whole, encoder, semantic


def _bare_start() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return (time.perf_counter() - start) * 1000

"""`make bench`: speed as ratios against a peer or a limit in the same run. Never a test."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from benchmarks import api, bulk, graph, maps, pages, reading, search, topics
from kg.config import Config
from kg.filters import Scope, Search, Terms
from kg.library import Library
from kg.refresh import Options, refresh

DATA = Path(__file__).parents[1] / "data"
QUERIES = (
    "why do wide networks generalize",
    "lottery tickets",
    "texture bias",
    "double descent in regression",
)


def main() -> None:
    """Print one line for each comparison."""
    for line in chain.from_iterable(
        part.measure() for part in (reading, bulk, search, graph, topics, maps, pages, api)
    ):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()  # some take minutes
    with tempfile.TemporaryDirectory() as folder:
        library = _bundled(Path(folder))
        start = _start_up("import sentence_transformers")
        for arguments in (
            "--help",
            f"status --data {folder}",
            f"search --data {folder} --mode keyword tickets",
        ):
            _report(
                f"kg {arguments.split()[0]}",
                _start_up(None, *arguments.split()),
                "importing the encoder",
                start,
            )
        _report(
            "keyword query",
            _median(lambda q: library.search(Search(q, "keyword"))),
            "bare FTS5",
            _median(_bare(library)),
        )
        library.close()


def _bundled(folder: Path) -> Library:
    library = Library(Config(data=folder))
    sources = (str(DATA / "deep-learning-theory.md"),)
    facts = DATA / "deep-learning-theory.facts.jsonl"
    refresh(library, Options(sources, offline=True, facts=facts), lambda *_: None, lambda _: None)
    return library


def _start_up(program: str | None, *arguments: str) -> float:
    """Seconds of the fastest of three starts of a program, or of `kg` with arguments."""
    command = [sys.executable, "-c", program] if program else [sys.executable, "-m", "kg", *arguments]
    return min(_seconds(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(3))


def _bare(library: Library) -> Callable[[str], object]:
    """The same words asked of the full-text table alone."""
    fulltext = library.store.fulltext
    return lambda query: fulltext.search(Terms(tuple(query.split())), Scope(), 200)


def _median(ask: Callable[[str], object]) -> float:
    """Median seconds of a question, warm."""
    for query in QUERIES:
        ask(query)
    return statistics.median(_seconds(lambda q=query: ask(q)) for _ in range(20) for query in QUERIES)  # type: ignore[misc]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _report(name: str, ours: float, peer: str, theirs: float) -> None:
    sys.stdout.write(
        f"{name:16} {ours * 1000:8.1f} ms   {peer:22} {theirs * 1000:8.1f} ms   ratio {ours / theirs:5.2f}\n"
    )


if __name__ == "__main__":
    main()

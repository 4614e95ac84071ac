"""How fast arXiv's snapshot and a table of citations are loaded, and in how much memory, against a bare loop."""

from __future__ import annotations

import gzip
import json
import random
import resource
import sqlite3  # noqa: TID251 - the bare peer
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.reading import WORDS
from ingest.loading import load_citations, load_snapshot
from kg.store import Store

SHARED = Path(__file__).parents[2] / "shared" / "data"
LEAST_SPEED = 8000  # records a second
MOST_MEMORY = 300  # MB above start


def measure() -> Iterator[str]:
    """One line for each comparison; on the real snapshot where it is there, else on one that is made."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        snapshot = SHARED / "arxiv-snapshot-ml.jsonl.gz"
        yield _apart("snapshot", str(snapshot if snapshot.is_file() else _made(folder)), name)
        edges = SHARED / "citations" / "edges.tsv"
        if edges.is_file():
            yield _apart("citations", str(edges), name)


def _apart(what: str, path: str, folder: str) -> str:
    """A measurement in a process of its own, so that memory is its own."""
    command = [sys.executable, "-m", "benchmarks.bulk", what, path, folder]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _made(folder: Path, count: int = 30_000) -> Path:
    source, path = random.Random(1), folder / "made.jsonl.gz"  # noqa: S311 (no secret)
    with gzip.open(path, "wt") as file:
        for number in range(count):
            text = " ".join(source.choices(WORDS, k=150))
            row: dict[str, str] = {
                "id": f"{1901 + number // 90_000}.{number % 90_000 + 1:05}",
                "title": text[:70],
                "abstract": text,
            }
            file.write(
                json.dumps({**row, "authors": f"Ann B{number % 999}, Carl D{number % 777}", "categories": "cs.LG"})
                + "\n"
            )
    return path


def _snapshot(path: Path, folder: Path) -> str:
    bare = _bare(path, folder / "bare.db")
    with Store(folder / "snapshot.db") as store:
        before, start = _peak(), time.perf_counter()
        load_snapshot(store, path, lambda *_: None)
        seconds, grown = time.perf_counter() - start, _peak() - before
        beside = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6
        count = store.papers.counts()["papers"]
        start = time.perf_counter()
        load_snapshot(store, path, lambda *_: None)
        again = time.perf_counter() - start
    speed, memory = count / seconds, grown + beside
    return (
        f"snapshot: {count} records, {speed:.0f} a second ({speed / LEAST_SPEED:.2f} of the least), "
        f"{seconds / bare:.1f} times a bare json.loads + executemany; {grown:.0f} MB above start, "
        f"and {beside:.0f} MB of the process beside ({memory / MOST_MEMORY:.2f} of the most); "
        f"loaded again, {count / again:.0f} a second"
    )


def _citations(path: Path, folder: Path) -> str:
    with Store(folder / "citations.db") as store:
        before, start = _peak(), time.perf_counter()
        load_citations(store, path, lambda *_: None)
        seconds, grown = time.perf_counter() - start, _peak() - before
        count = store.citations.count()
    return f"citations: {count} edges, {count / seconds:.0f} a second; {grown:.0f} MB above start"


def _bare(path: Path, database: Path) -> float:
    """Seconds of the least that any loader does."""
    start = time.perf_counter()
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE papers (id TEXT PRIMARY KEY, title, authors, abstract, categories)")
    names = ("id", "title", "authors", "abstract", "categories")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = (tuple(found[name] for name in names) for found in map(json.loads, file))
        connection.executemany("INSERT OR IGNORE INTO papers VALUES (?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return time.perf_counter() - start


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    what, path, folder = sys.argv[1:]
    sys.stdout.write({"snapshot": _snapshot, "citations": _citations}[what](Path(path), Path(folder)) + "\n")

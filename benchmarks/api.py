"""Requests a second of the JSON API beside Datasette, which serves the same SQLite file, under wrk in the same run.

`apt install wrk` (https://github.com/wg/wrk); Datasette comes with the extra `bench`.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode
from urllib.request import urlopen

from benchmarks import corpus
from benchmarks.asked import built
from benchmarks.lines import at_least, compared
from benchmarks.peers import product
from benchmarks.standin import StandIn
from kg.config import Config
from kg.library import Library
from kg.refresh import Options, refresh

_SIZE = corpus.SIZES[1]
_CONNECTIONS, _SECONDS = 8, 8
_PATHS = 3000  # of one kind; wrk goes through them again and again
_FRESH = 12_000  # questions of which none comes twice
_LISTED = 40
# wrk asks one path after the other, each of its threads from another place on, and tells what it found as JSON.
_SCRIPT = """
local paths, threads = {}, 0
function setup(thread) thread:set("first", threads); threads = threads + 1 end
function init(args)
  for line in io.lines(args[1]) do paths[#paths + 1] = line end
  place = first * math.floor(#paths / 2)
end
function request() place = place % #paths + 1; return wrk.format("GET", paths[place]) end
function done(summary, latency)
  io.write(string.format('\\n{"requests": %d, "microseconds": %d, "failed": %d, "p50": %d, "p95": %d, "p99": %d}\\n',
    summary.requests, summary.duration, summary.errors.status + summary.errors.timeout + summary.errors.read,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
"""


class Load(NamedTuple):
    """What wrk found: requests a second, and the time of an answer in milliseconds."""

    rate: float
    p50: float
    p95: float
    p99: float
    failed: int

    def __str__(self) -> str:
        failed = f", {self.failed} FAILED" if self.failed else ""
        return f"{self.rate:.0f} requests/s, p50 {self.p50:.1f}, p95 {self.p95:.1f}, p99 {self.p99:.1f} ms{failed}"


def measure(size: int = _SIZE) -> Iterator[str]:
    """One line for each kind of request; one that says why where wrk is not installed."""
    if shutil.which("wrk") is None:
        yield "api: wrk is not installed, nothing is measured"
        return
    built("product", size)
    data = product.folder(size)
    _list_some(data)
    with ExitStack() as servers:
        ours = servers.enter_context(_served(["-m", "kg", "serve", "--data", str(data), "--port"], "/healthz"))
        file = data / "kg.db"
        theirs = servers.enter_context(_served(["-m", "datasette", "serve", str(file), "--port"], "/-/versions.json"))
        yield from _compared(ours, theirs, data, size)


def _compared(ours: str, theirs: str, data: Path, size: int) -> Iterator[str]:
    library = Library(Config(data=data))
    rows = library.store.papers.all_ids()[:: max(1, size // _PATHS)][:_PATHS]
    numbers = library.store.papers.numbers(rows)
    (reading_list,) = [found.id for found in library.lists()][:1]
    library.close()
    questions = corpus.questions(size, _FRESH)
    half = len(questions) // 2
    row = _loaded(theirs, [f"/kg/papers/{number}.json" for number in numbers.values()])
    yield _told("Datasette, a row of papers", row)
    ranked = _loaded(theirs, [_best_of_words(question) for question in questions[:_PATHS]])
    yield _told("Datasette, full text, any word, ranked by SQL", ranked)
    plain = _loaded(theirs, [_with_all_words(question) for question in questions[:_PATHS]])
    yield _told("Datasette, full text, its own search for all words", plain)
    text = max(ranked, plain)
    for name, paths, peer, least in (
        ("paper", [f"/papers/{id_}" for id_ in rows], row, 1),
        ("list of lists", ["/lists"], row, 1),
        (f"list of {_LISTED} papers", [f"/lists/{reading_list}"], row, 1),
        ("search, the same 20 questions", [_search(question) for question in questions[:20]], text, 0.5),
        ("search by words, each question new", [_search(q, mode="keyword") for q in questions[half:]], text, 0.5),
        ("search, each question new", [_search(question) for question in questions[:half]], text, 0.5),
        ("related", [f"/papers/{id_}/related" for id_ in rows], text, 0),
    ):
        found = _loaded(ours, [f"/api/v1{path}" for path in paths])
        yield _told(f"kg, {name}", found)
        yield compared(f"{name}, {size} papers", found.rate, "Datasette", peer.rate, "requests/s", at_least(least))


def _search(question: str, **more: str) -> str:
    return f"/search?{urlencode({'q': question, **more})}"


def _with_all_words(question: str) -> str:
    return f"/kg/papers_fts.json?{urlencode({'_search': question.rstrip('?'), '_size': 20})}"


def _best_of_words(question: str) -> str:
    """The twenty best papers for words, with the columns that a result of ours has, as Datasette answers SQL."""
    words = " OR ".join(f'"{word}"' for word in question.split())
    sql = (
        "select papers.id, papers.title, papers.published, papers.abstract from papers_fts "
        "join papers on papers.number = papers_fts.rowid where papers_fts match :q order by papers_fts.rank limit 20"
    )
    return f"/kg.json?{urlencode({'sql': sql, 'q': words, '_shape': 'array'})}"


def _told(name: str, load: Load) -> str:
    return f"{name}: {load}"


def _list_some(data: Path) -> None:
    """Let the library have a list; the snapshot has none."""
    library = Library(Config(data=data), make_encoder=lambda *_: StandIn())
    if not library.lists():
        source = data.parent / f"{data.name}.md"
        papers = library.newest(_LISTED)
        source.write_text("# A list\n\n" + "".join(f"- [{p.title}](https://arxiv.org/abs/{p.id})\n" for p in papers))
        refresh(library, Options((str(source),), offline=True), lambda *_: None, lambda _: None)
    library.close()


def _loaded(address: str, paths: Sequence[str]) -> Load:
    """What wrk finds when these paths are asked for, after all that is loaded at the first request is loaded."""
    for path in paths[:_CONNECTIONS]:
        urlopen(address + path).read()  # noqa: S310 - our own address
    kept = corpus.CACHE / "wrk"
    kept.mkdir(exist_ok=True)
    (kept / "paths").write_text("".join(f"{path}\n" for path in paths))
    (kept / "ask.lua").write_text(_SCRIPT)
    options = ["-t2", f"-c{_CONNECTIONS}", f"-d{_SECONDS}s", "--timeout", "20s", "-s", str(kept / "ask.lua")]
    told = subprocess.run(
        ["wrk", *options, address, str(kept / "paths")],
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(told.stdout.splitlines()[-1])
    p50, p95, p99 = (found[name] / 1000 for name in ("p50", "p95", "p99"))
    return Load(found["requests"] / (found["microseconds"] / 1e6), p50, p95, p99, found["failed"])


@contextmanager
def _served(command: Sequence[str], ready: str) -> Iterator[str]:
    """The address of a server that is started, once it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    quiet = subprocess.DEVNULL
    with subprocess.Popen([sys.executable, *command, str(port)], stdout=quiet, stderr=quiet) as server:
        for _ in range(300):
            try:
                urlopen(address + ready).read()  # noqa: S310
                break
            except OSError:
                time.sleep(0.1)
        yield address
        server.terminate()


if __name__ == "__main__":  # python -m benchmarks.api [SIZE]
    for line in measure(*map(int, sys.argv[1:2])):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

"""A long run in short: `kg serve` under all kinds of questions while papers come and go, with nothing lost or swollen.

    python -m benchmarks.soak [--minutes 10] [--papers 5000]

The real server with the real encoder answers clients on this machine, as many as `CLIENTS`, that ask what
`benchmarks.mix` says. Beside it `kg ingest` runs again and again, each time with papers added, changed and removed, so
that each time every index is new; now and then `kg backup` and `kg status` too. What a run brought has to be answered,
and what it took away must not be. It ends with 1 where an answer was wrong or late, or a limit is missed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.asked import built
from benchmarks.clients import Client, Told, served, warm_up
from benchmarks.lines import percentile
from benchmarks.mix import Mix
from benchmarks.peers import product
from benchmarks.watching import Held, Watch, typical
from benchmarks.writing import Writer, list_some
from kg.config import Config
from kg.library import Library

CLIENTS = 8
_WARM = 0.25  # of the run: by then every kind of question was asked, and an index was exchanged
_COMPARED = 0.2  # of the run, after that and at its end
_GROWTH = 5.0  # per cent
# An index that is being exchanged is open twice; the libraries that compute start threads of their own when first used.
_MORE_FILES, _MORE_THREADS = 16, 4
_KEPT = 2000  # papers that are asked for


@dataclass
class Found:
    """What a run found."""

    told: list[Told]
    seen: list[Held]
    runs: int
    picked_up: int
    log: str
    faults: list[str] = field(default_factory=list)

    def part(self, start: float, share: float) -> Held:
        """What the server held in a part of the run, typically."""
        end = self.seen[-1].seconds
        return typical([held for held in self.seen if start * end <= held.seconds <= (start + share) * end])


def soak(data: Path, seconds: float, clients: int = CLIENTS) -> Found:
    """Ask a server on that library for so long, and write to the library meanwhile."""
    list_some(data)
    mixes = _mixes(data, clients)
    with tempfile.TemporaryDirectory() as folder, served(data, Path(folder) / "log") as server:
        warm_up(server.port)
        end = time.monotonic() + seconds
        watch = Watch(server.process)
        asking = [Client(server.port, mix, end) for mix in mixes]
        with Writer(data, server.port, Path(folder), end) as writer:
            for thread in (watch, *asking, writer):
                thread.start()
            for client in asking:
                client.join()
            watch.stop()  # what is still written is no load
            writer.join()
        log = server.log.read_text(encoding="utf-8", errors="replace")
    told = [answer for client in asking for answer in client.told]
    return Found(told, watch.seen, writer.runs, writer.picked_up, log, writer.faults)


def _mixes(data: Path, clients: int) -> list[Mix]:
    library = Library(Config(data=data))
    papers = library.newest(10**6)[:: max(1, library.count() // _KEPT)]
    lists, topics = ([one.id for one in some] for some in (library.lists(), library.topics()))
    library.close()
    ids, titles = [paper.id for paper in papers], [paper.title for paper in papers if paper.title]
    return [Mix(ids, titles, lists, topics, seed) for seed in range(clients)]


def missed(found: Found) -> Iterator[str]:
    """A line for each limit that was missed."""
    wrong = Counter(f"{one.kind}: {one.fault}" for one in found.told if one.fault)
    yield from (f"{times} times {fault}" for fault, times in wrong.most_common(20))
    yield from found.faults
    if found.log.strip():
        yield f"the server's log: {found.log[-1000:]}"
    if not found.picked_up:
        yield "no new index was picked up"
    before, after = found.part(_WARM, _COMPARED), found.part(1 - _COMPARED, _COMPARED)
    if (grown := _growth(before.private, after.private)) > _GROWTH:
        yield f"memory grew by {grown:.1f} %"
    if after.files > before.files + _MORE_FILES or after.threads > before.threads + _MORE_THREADS:
        yield "files or threads are left behind"


def lines(found: Found) -> Iterator[str]:
    """What was found, a line for each figure."""
    seconds = found.seen[-1].seconds
    wrong = sum(bool(one.fault) for one in found.told)
    yield f"{len(found.told)} requests in {seconds:.0f} s by {CLIENTS} clients, {wrong} errors"
    yield f"{found.runs} runs of kg ingest, {found.picked_up} of them seen in the answers"
    of_kind: dict[str, list[float]] = defaultdict(list)
    for one in found.told:
        of_kind[one.kind].append(one.milliseconds)
        of_kind["all"].append(one.milliseconds)
    for kind, times in sorted(of_kind.items()):
        p50, p95, p99 = (percentile(times, percent) for percent in (50, 95, 99))
        yield f"{kind:18} {len(times):7}   p50 {p50:7.1f}   p95 {p95:7.1f}   p99 {p99:7.1f}   most {max(times):7.1f} ms"
    before, after = found.part(_WARM, _COMPARED), found.part(1 - _COMPARED, _COMPARED)
    for name in ("private", "proportional", "resident"):
        one, other = getattr(before, name), getattr(after, name)
        grown = f"{one / 1e6:8.1f} MB warm, {other / 1e6:8.1f} MB at the end: {_growth(one, other):+.1f} %"
        yield f"memory, {name:12} {grown}"
    yield f"open files {before.files} and {after.files}, threads {before.threads} and {after.threads}"


def _growth(before: int, after: int) -> float:
    """In per cent."""
    return 100 * (after - before) / before


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, and say what was found; 1 where a limit was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--papers", type=int, default=5000)
    asked = parser.parse_args(arguments)
    built("product", asked.papers)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        shutil.copytree(product.folder(asked.papers), data)
        found = soak(data, asked.minutes * 60)
    for line in lines(found):
        sys.stdout.write(f"{line}\n")
    faults = list(missed(found))
    for fault in faults:
        sys.stdout.write(f"MISSED: {fault}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

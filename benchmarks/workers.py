"""One web process or several, over the same library: answers a second, how long they take, and memory.

wrk (https://github.com/wg/wrk) asks each in turn, three times; the medians are told. Questions are new each time, so
that all are encoded.
"""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import corpus
from benchmarks.peers import product
from benchmarks.watching import held

SIZE = 33_000
_SECONDS, _CONNECTIONS, _ROUNDS = 6, 8, 3
_SCRIPT = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local thread = 0
function setup(t) t:set("first", thread); thread = thread + 1 end
function request() first = (first %% #paths) + 1; return wrk.format("GET", paths[first]) end
"""
_RESULT = re.compile(r"Requests/sec:\s+([\d.]+)")
_LATENCY = re.compile(r"(50|99)%\s+([\d.]+)(us|ms|s)")
_UNIT = {"us": 1e-3, "ms": 1.0, "s": 1e3}


def measure() -> Iterator[str]:
    """One line for each kind of request."""
    if shutil.which("wrk") is None:
        yield "web workers: left out, wrk is not here (Debian's package wrk)"
        return
    product.build(SIZE)
    with tempfile.TemporaryDirectory() as name, _served(1) as one, _served(2) as two:
        yield f"web workers: one process holds {_memory(one):.0f} MB, two and the encoder's {_memory(two):.0f}"
        for what, paths in _paths().items():
            script = Path(name) / f"{what}.lua"
            file = script.with_suffix(".txt")
            file.write_text("\n".join(paths))
            script.write_text(_SCRIPT % file)
            seen = {url: [_wrk(url, script) for _ in range(_ROUNDS)] for url in (one[1], two[1])}
            rates = [statistics.median(rate for rate, _, _ in found) for found in seen.values()]
            slow = [statistics.median(p99 for _, _, p99 in found) for found in seen.values()]
            yield (
                f"web workers, {what}: {rates[0]:.0f} a second by one (p99 {slow[0]:.0f} ms), {rates[1]:.0f} by two "
                f"(p99 {slow[1]:.0f} ms), ratio {rates[1] / rates[0]:.2f}"
            )


def _paths() -> dict[str, list[str]]:
    words = [re.sub(r"\W+", "+", question) for question in corpus.questions(SIZE, 3000)]
    ids = [record.id for record, _ in zip(corpus.records(SIZE), range(500), strict=False)]
    return {
        "papers": [f"/api/v1/papers/{id_}" for id_ in ids],
        "by words": [f"/api/v1/search?mode=keyword&q={question}" for question in words],
        "with meaning": [f"/api/v1/search?q={question}" for question in words],
        "related": [f"/api/v1/papers/{id_}/related" for id_ in ids],
    }


@contextmanager
def _served(workers: int) -> Iterator[tuple[int, str]]:
    command = [sys.executable, "-m", "kg", "serve", "--port", "0", "--data", str(product.folder(SIZE))]
    with subprocess.Popen([*command, "--workers", str(workers)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1].rstrip("/")
        try:
            for number in range(8):
                urllib.request.urlopen(f"{url}/?q=warm+{number}", timeout=120).read()  # noqa: S310 (our own server)
            yield process.pid, url
        finally:
            process.terminate()


def _memory(server: tuple[int, str]) -> float:
    """Megabytes of a server and its processes, shared pages divided among them."""
    time.sleep(1)
    children = Path(f"/proc/{server[0]}/task/{server[0]}/children").read_text().split()
    return sum(held(int(pid)).proportional for pid in (str(server[0]), *children)) / 1e6


def _wrk(url: str, script: Path) -> tuple[float, float, float]:
    """Requests a second, and milliseconds of the median and of the 99th part."""
    command = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{_SECONDS}s", "--latency", "-s", str(script), url]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in told:
        raise RuntimeError(f"some requests were refused:\n{told}")
    rate = _RESULT.search(told)
    assert rate is not None
    times = {part: float(value) * _UNIT[unit] for part, value, unit in _LATENCY.findall(told)}
    return float(rate[1]), times["50"], times["99"]


if __name__ == "__main__":
    for line in measure():
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

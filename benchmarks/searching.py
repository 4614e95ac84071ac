"""How long warm questions take, and what memory that takes, against txtai, bare FAISS + FTS5, and arxiv-sanity-lite."""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from urllib.parse import quote, urlsplit

from benchmarks import corpus
from benchmarks.asked import WARM_UP, Asked, built, in_turn, resident
from benchmarks.lines import Limit, at_most, compared, percentile
from benchmarks.peers import product

MOST_OF_TXTAI, MOST_OF_BARE, MOST_OF_SANITY, MOST_MEMORY = at_most(0.5), at_most(2.0), at_most(0.1), at_most(1.0)
_QUESTIONS = 200
_SCANS, _RELATED = 50, 20  # fewer: the peer takes half a second for each


def hybrid(size: int, peer: bool) -> Iterator[str]:
    """Lines for hybrid questions and for memory; `peer` tells whether txtai is there."""
    asked = corpus.questions(size, WARM_UP + _QUESTIONS)
    modules = {"kg": "product", "bare FAISS + FTS5": "bare"} | ({"txtai": "txtai"} if peer else {})
    for module in modules.values():
        built(module, size)
    with ExitStack() as stack:
        peers = {name: stack.enter_context(Asked(module, size)) for name, module in modules.items()}
        seconds = in_turn(peers, asked)
        memory = {name: process.memory() for name, process in peers.items()}
    limits = {"txtai": MOST_OF_TXTAI, "bare FAISS + FTS5": MOST_OF_BARE}
    for other in list(modules)[:0:-1]:
        yield from _quantiles(f"hybrid query, {size} papers", seconds, other, limits[other])
    served = server_memory(size, asked)
    if peer:
        yield compared(f"memory of kg serve, {size} papers", served, "txtai", memory["txtai"], "MB", MOST_MEMORY)
    else:
        yield f"memory of kg serve, {size} papers: {served:.0f} MB"


def against_sanity(size: int) -> Iterator[str]:
    """Lines for the method of arxiv-sanity-lite: its search by words, and its related papers."""
    other = "arxiv-sanity-lite's method"
    search = {"kg": "product", other: "sanity"}
    yield from _pair(f"search, {size} papers", size, search, corpus.questions(size, WARM_UP + _SCANS), MOST_OF_SANITY)
    related = {"kg": "product:related", other: "sanity:related"}
    papers = [record.id for record in islice(corpus.records(size), 0, size, size // (WARM_UP + _RELATED))]
    yield from _pair(f"related papers, {size} papers", size, related, papers, MOST_OF_SANITY)


def server_memory(size: int, questions: Sequence[str]) -> float:
    """Resident memory in MB of `kg serve` after these hybrid questions."""
    command = [sys.executable, "-m", "kg", "serve", "--port", "0", "--data", str(product.folder(size))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout
            address = urlsplit(server.stdout.readline().split()[-1]).netloc
            for question in questions:
                _get(address, f"/api/v1/search?q={quote(question)}")
            return resident(server.pid)
        finally:
            server.terminate()


def _get(address: str, path: str) -> None:
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")


def _pair(name: str, size: int, modules: dict[str, str], questions: Sequence[str], limit: Limit) -> Iterator[str]:
    for module in modules.values():
        built(module.partition(":")[0], size)
    with ExitStack() as stack:
        peers = {peer: stack.enter_context(Asked(module, size)) for peer, module in modules.items()}
        seconds = in_turn(peers, questions)
    yield from _quantiles(name, seconds, list(modules)[1], limit)


def _quantiles(name: str, seconds: dict[str, list[float]], other: str, limit: Limit) -> Iterator[str]:
    for percent in (50, 95):
        ours, theirs = (percentile(seconds[peer], percent) * 1000 for peer in ("kg", other))
        yield compared(f"{name}, p{percent}", ours, other, theirs, "ms", limit)

"""Search measured against txtai, bare FAISS + FTS5 and the method of arxiv-sanity-lite, all in one run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec

from benchmarks import corpus, embedding, opening, searching

_SANITY_SIZE = corpus.SIZES[1]  # papers; its README speaks of 30,000


def measure(sizes: tuple[int, ...] = corpus.SIZES) -> Iterator[str]:
    """One line for each comparison, at each of these numbers of papers; the others once."""
    peer = find_spec("txtai") is not None
    yield _about(peer)
    yield from embedding.measure(peer)
    for size in sizes:
        yield from searching.hybrid(size, peer)
        if size == _SANITY_SIZE:
            yield from searching.against_sanity(size)
    yield from opening.measure(sizes[-1])


def _about(peer: bool) -> str:
    texts = "records of arXiv's snapshot" if corpus.SNAPSHOT.is_file() else "made-up texts"
    if not peer:
        return f"search, on {texts}; txtai is not installed (pip install '.[bench]'): no comparison with it"
    return (
        f"search, on {texts}. For speed only, the vectors of papers are stand-ins (random projections of hashed "
        "words), the same for all; questions are encoded by the real encoder on each side. Above 5,000 papers txtai's "
        "index of vectors is approximate (its default), kg's and the bare one are exact"
    )


if __name__ == "__main__":  # python -m benchmarks.search [SIZE ...]
    for line in measure(tuple(map(int, sys.argv[1:])) or corpus.SIZES):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

"""Embedding what is new: each text once, saved as it goes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import islice

from kg.config import STATIC
from kg.store import Store
from kg.store.vectors import Matrix
from search.encoder import Encoder

Progress = Callable[[str, int, int], None]  # what is done, how many of it, of how many
Chunk = Mapping[str, str]  # texts by their hashes, embedded and committed together
Computed = Generator[tuple[list[str], Matrix]]  # hashes, and a vector (n, d) for each

# Texts between two commits: a few seconds of work on a laptop, half a second of a static model.
_CHUNK, _STATIC_CHUNK = 256, 2048


def embed_missing(store: Store, model: str, load: Callable[[], Encoder], progress: Progress = lambda *_: None) -> int:
    """Embed every text of the library that `model` has not embedded yet; how many there were.

    `load` gives its encoder, and is called only if there are any. Each chunk is committed, so an interrupted run
    loses a few seconds of work at most.
    """
    if model.startswith(STATIC):
        return _embed_by_hash(store, model, load, progress)
    missing = store.vectors.missing(model)  # shortest first: equal lengths together waste no padding
    if not missing:
        return 0
    progress("embedding", 0, len(missing))
    chunks = (store.vectors.texts(missing[start : start + _CHUNK]) for start in range(0, len(missing), _CHUNK))
    keep(store, model, computed_here(chunks, load), lambda done: progress("embedding", done, len(missing)))
    return len(missing)


def chunks_of(texts: Mapping[str, str]) -> Iterator[Chunk]:
    """The chunks that texts are embedded in, in this order."""
    rest = iter(texts.items())
    while chunk := dict(islice(rest, _CHUNK)):
        yield chunk


def computed_here(chunks: Iterable[Chunk], load: Callable[[], Encoder]) -> Computed:
    """The vectors of chunks, computed by this process."""
    for chunk in chunks:
        yield list(chunk), load().documents(list(chunk.values()))


def keep(
    store: Store, model: str, computed: Computed, told: Callable[[int], object] = lambda _: None, counted: bool = True
) -> int:
    """Store vectors as they are computed; how many there were.

    Each chunk is committed before the next one is asked for, and then `told` how many texts there have been. For
    `counted`, see `Vectors.add`.
    """
    done = 0
    with closing(computed):
        for keys, vectors in computed:
            store.vectors.add(model, keys, vectors, counted)
            done += len(keys)
            told(done)
    return done


def _embed_by_hash(store: Store, model: str, load: Callable[[], Encoder], progress: Progress) -> int:
    """The same in the order of the texts' hashes, in which the table of vectors is filled quickest."""
    done, after, begun = 0, "", 0.0
    while chunk := store.vectors.missing_texts(model, after, _STATIC_CHUNK):
        begun = begun if done else _share(min(chunk))
        store.vectors.add(model, list(chunk), load().documents(list(chunk.values())))
        done, after = done + len(chunk), max(chunk)
        # Hashes are spread evenly, so the last one tells how many there are: to count them would take longer.
        rest = done * (1 - _share(after)) / max(_share(after) - begun, 1e-9)
        progress("embedding", done, done + (round(rest) if len(chunk) == _STATIC_CHUNK else 0))
    return done


def _share(key: str) -> float:
    """Which share of all hashes come before this one."""
    return int(key[:8], 16) / 16**8

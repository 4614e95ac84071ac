"""Embedding what is new: each text once, saved as it goes."""

from __future__ import annotations

from collections.abc import Callable

from kg.store import Store
from search.encoder import Encoder

Progress = Callable[[str, int, int], None]  # what is done, how many of it, of how many

_CHUNK = 256  # texts between two commits: a few seconds of work on a laptop


def embed_missing(store: Store, model: str, load: Callable[[], Encoder], progress: Progress = lambda *_: None) -> int:
    """Embed every text of the library that `model` has not embedded yet; how many there were.

    `load` gives its encoder, and is called only if there are any. Each chunk is committed, so an interrupted run
    loses a few seconds of work at most.
    """
    missing = store.vectors.missing(model)  # shortest first: equal lengths together waste no padding
    if not missing:
        return 0
    progress("embedding", 0, len(missing))
    encoder = load()
    for start in range(0, len(missing), _CHUNK):
        chunk = store.vectors.texts(missing[start : start + _CHUNK])
        vectors = encoder.documents(list(chunk.values()))
        store.vectors.add(model, list(chunk), vectors)
        progress("embedding", min(start + _CHUNK, len(missing)), len(missing))
    return len(missing)

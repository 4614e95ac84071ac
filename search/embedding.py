"""Embedding what is new: each text once, saved as it goes."""

from __future__ import annotations

from collections.abc import Callable

from kg.store import Store
from search.encoder import Encoder

_CHUNK = 256  # texts between two commits: a few seconds of work on a laptop


def embed_missing(store: Store, encoder: Encoder, advance: Callable[[int], None] = lambda done: None) -> int:
    """Embed every text of the library that the encoder has not embedded yet; how many there were.

    Each chunk is committed, so an interrupted run loses a few seconds of work at most. `advance` is told
    how many more texts are done.
    """
    missing = store.vectors.missing(encoder.name)  # shortest first: equal lengths together waste no padding
    for start in range(0, len(missing), _CHUNK):
        chunk = store.vectors.texts(missing[start : start + _CHUNK])
        vectors = encoder.documents(list(chunk.values()))
        store.vectors.add(encoder.name, list(chunk), vectors)
        advance(len(chunk))
    return len(missing)

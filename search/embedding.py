"""Embedding what is new: each text once, saved as it goes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping

from kg.config import STATIC
from kg.store import Store
from search.encoder import Encoder

Progress = Callable[[str, int, int], None]  # what is done, how many of it, of how many

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
    for start in range(0, len(missing), _CHUNK):
        embed(store, model, store.vectors.texts(missing[start : start + _CHUNK]), load)
        progress("embedding", min(start + _CHUNK, len(missing)), len(missing))
    return len(missing)


def embed(
    store: Store,
    model: str,
    texts: Mapping[str, str],
    load: Callable[[], Encoder],
    until: float = math.inf,
    told: Callable[[int], object] = lambda _: None,
    counted: bool = True,
) -> int:
    """Embed texts by their hashes, chunk by chunk, until that moment (of `time.monotonic`); how many were embedded.

    Each chunk is committed, and then `told` how many there have been. For `counted`, see `Vectors.add`.
    """
    keys, done = list(texts), 0
    while done < len(keys) and time.monotonic() < until:
        chunk = keys[done : done + _CHUNK]
        store.vectors.add(model, chunk, load().documents([texts[key] for key in chunk]), counted)
        done += len(chunk)
        told(done)
    return done


def _embed_by_hash(store: Store, model: str, load: Callable[[], Encoder], progress: Progress) -> int:
    """The same in the order of the texts' hashes, in which the table of vectors is filled quickest."""
    done, after, begun = 0, "", 0.0
    while chunk := store.vectors.missing_texts(model, after, _STATIC_CHUNK):
        if not done:
            progress("embedding", 0, 0)
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

"""Vectors that cost nothing, for measurements of speed alone: embedding the snapshot takes an hour without a GPU.

They say something of the words of a text and nothing of its meaning. Questions are encoded by the real encoder.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from kg.config import BUNDLED_MODEL
from kg.store.vectors import Matrix

DIMENSIONS = 384  # as many as all-MiniLM-L6-v2 has
_BUCKETS = 4096


class StandIn:
    """An encoder that passes itself off as the bundled one."""

    name = BUNDLED_MODEL

    def __init__(self) -> None:
        self._directions = np.random.default_rng(1).standard_normal((_BUCKETS, DIMENSIONS)).astype(np.float32)

    def documents(self, texts: Sequence[str]) -> Matrix:
        """Vectors (n, 384) of length 1: the sum of a random direction for each hashed word."""
        sums = np.stack([self._directions[_buckets(text)].sum(axis=0) for text in texts])
        return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), dtype=np.float32)

    def query(self, text: str) -> Matrix:
        """The vector (384,) of length 1 of a text."""
        return np.asarray(self.documents([text])[0], dtype=np.float32)


def _buckets(text: str) -> list[int]:
    return [zlib.crc32(word.encode()) % _BUCKETS for word in text.lower().split() or [""]]

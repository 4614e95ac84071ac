"""A tiny deterministic encoder, for tests where meaning is not the point."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from kg.identifiers import title_key
from kg.store.vectors import Matrix


class WordEncoder:
    """Each word has a fixed random direction; a text is the sum of its words, made unit length."""

    name = "words-64"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def documents(self, texts: Sequence[str]) -> Matrix:
        self.texts.extend(texts)
        return np.stack([self._vector(text) for text in texts])

    def query(self, text: str) -> Matrix:
        return self._vector(text)

    def _vector(self, text: str) -> Matrix:
        words = title_key(text).split() or ["nothing"]
        total = sum(np.random.default_rng(zlib.crc32(w.encode())).standard_normal(64) for w in words)
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)

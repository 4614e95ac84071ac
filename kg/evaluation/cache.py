"""Vectors of texts of benchmarks, kept beside libraries: a second evaluation embeds nothing."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import uuid
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kg import __version__
from kg.files import replace_file
from kg.papers import text_hash

if TYPE_CHECKING:
    from kg.store.vectors import Matrix
    from search.encoder import Encoder


def cache_folder() -> Path:
    """Where the vectors are kept: in the user's cache directory, apart by version, since each may encode otherwise."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or ("~/Library/Caches" if sys.platform == "darwin" else "~/.cache")
    return Path(base).expanduser() / "kg" / f"vectors-{__version__}"


class CachedEncoder:
    """An encoder that asks another one only for texts that are new, and loads it only then.

    :param name: the model's name, under which the vectors are kept.
    :param load: gives the encoder (seconds).
    :param folder: holds a folder for each model, with a file (`keys` (n,), `vectors` (n, d)) for each part saved.
    """

    def __init__(self, name: str, load: Callable[[], Encoder], folder: Path) -> None:
        self.name = name
        self._load = load
        self._folder = folder / hashlib.sha256(name.encode()).hexdigest()[:16]
        self._known = _read(self._folder)
        self._unsaved: list[str] = []

    def documents(self, texts: Sequence[str]) -> Matrix:
        """Vectors (n, d) of length 1 for `n` titles with abstracts; what is new is saved at once."""
        by_key = {f"document {text_hash(text)}": text for text in texts}
        missing = [key for key in by_key if key not in self._known]
        if missing:
            self._add(missing, self._load().documents([by_key[key] for key in missing]))
            self.save()
        return np.stack([self._known[f"document {text_hash(text)}"] for text in texts])

    def query(self, text: str) -> Matrix:
        """The vector (d,) of length 1 of a question; saved by `save`."""
        key = f"query {text_hash(text)}"
        if key not in self._known:
            self._add([key], self._load().query(text)[np.newaxis])
        return self._known[key]

    def save(self) -> None:
        """Keep what is new for the next evaluation; without a place to keep it, that one will embed again."""
        if not self._unsaved:
            return
        content = io.BytesIO()
        vectors = np.stack([self._known[key] for key in self._unsaved])
        np.savez(content, keys=np.array(self._unsaved), vectors=vectors)
        try:
            replace_file(self._folder / f"{uuid.uuid4().hex}.npz", content.getvalue())
        except OSError:
            return
        self._unsaved.clear()

    def _add(self, keys: Sequence[str], vectors: Matrix) -> None:
        self._known.update(zip(keys, vectors, strict=True))
        self._unsaved.extend(keys)


def _read(folder: Path) -> dict[str, Matrix]:
    known: dict[str, Matrix] = {}
    for file in sorted(folder.glob("*.npz")):
        try:
            with np.load(file, allow_pickle=False) as part:
                known.update(zip(part["keys"].tolist(), part["vectors"], strict=True))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            continue  # damaged: these are embedded again
    return known

"""The vector index: exact inner products by FAISS, on disk beside a manifest that says what it is of.

`manifest.json` names the file of vectors and is replaced last, in one step, so a reader never sees half of an
index. Everything here can be rebuilt from the database.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import faiss
import numpy as np

from kg.errors import StorageError
from kg.files import replace_file
from kg.store import Store
from kg.store.vectors import Matrix
from search.manifest import Manifest, read_manifest


def build(store: Store, model: str, folder: Path) -> Manifest:
    """Write the index of all vectors of `model`, then drop the files of the one before.

    :raises StorageError: the folder cannot be written.
    """
    state = store.state("texts")
    numbers, vectors = store.vectors.of_papers(model)
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1] or 1))
    if len(numbers):
        index.add_with_ids(vectors, numbers)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"vectors-{uuid.uuid4().hex[:12]}.faiss"
        faiss.write_index(index, str(file))
        manifest = Manifest(model, state, len(numbers), file.name, file.stat().st_size)
        replace_file(folder / "manifest.json", json.dumps(asdict(manifest)).encode())
        for old in folder.glob("vectors-*.faiss"):
            if old.name != manifest.file:
                old.unlink(missing_ok=True)
    except (OSError, RuntimeError) as error:
        raise StorageError(f"the index cannot be written to {folder}: {error}") from error
    return manifest


def is_whole(folder: Path) -> bool:
    """Whether the index on disk can be opened."""
    try:
        VectorIndex(folder)
    except StorageError:
        return False
    return True


class VectorIndex:
    """An index opened for questions. Ids are the numbers of papers."""

    def __init__(self, folder: Path) -> None:
        """:raises StorageError: there is no index in `folder`, or it is damaged."""
        self.manifest, self._index = _opened(folder)
        if self._index.ntotal != self.manifest.count:
            raise StorageError(f"the index in {folder} is not the one it says: run `kg ingest`")

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(self, vector: Matrix, limit: int, among: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """(number, cosine) of the papers nearest to `vector` (d,), best first; of `among` only, if given."""
        wanted = min(limit, len(self) if among is None else len(among))
        if wanted == 0 or vector.shape[-1] != self._index.d:
            return []
        selector = None if among is None else faiss.IDSelectorBatch(np.asarray(among, dtype=np.int64))
        params = faiss.SearchParameters(sel=selector) if selector else None  # type: ignore[call-arg]
        scores, numbers = self._index.search(vector.reshape(1, -1), wanted, params=params)
        # FAISS pads what it does not find with -1.
        return [(int(n), float(s)) for n, s in zip(numbers[0], scores[0], strict=True) if n >= 0]

    def cosines(self, vector: Matrix, numbers: Sequence[int]) -> dict[int, float]:
        """The cosine of `vector` (d,) to each of these papers that is in the index."""
        return dict(self.nearest(vector, len(numbers), numbers))

    def vector(self, number: int) -> Matrix | None:
        """The vector (d,) of a paper; None when it is not in the index."""
        try:
            return np.asarray(self._index.reconstruct(number), dtype=np.float32)
        except RuntimeError:
            return None


def _opened(folder: Path) -> tuple[Manifest, faiss.Index]:
    """The manifest and its index; read again if `kg ingest` put another one in place between the two."""
    for _ in range(3):
        manifest = read_manifest(folder)
        try:
            if manifest is not None:
                return manifest, faiss.read_index(str(folder / manifest.file))
        except RuntimeError as error:
            if read_manifest(folder) == manifest:
                raise StorageError(f"the index in {folder} is damaged: run `kg ingest`") from error
    raise StorageError(f"no whole index in {folder}: run `kg ingest`")

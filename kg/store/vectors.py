"""Vectors of texts, kept by (hash of the text, model): nothing is ever embedded twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from kg.papers import embedded_text

Matrix = NDArray[np.float32]


class Vectors:
    """The table `vectors`; a vector is stored as little-endian float32."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def missing(self, model: str) -> list[tuple[str, str]]:
        """(hash, text) of every text of the library that has no vector of `model`, each once."""
        rows = self._db.execute(
            "SELECT p.text_hash, p.title, p.abstract FROM papers p LEFT JOIN vectors v "
            "ON v.text_hash = p.text_hash AND v.model = ? "
            "WHERE p.text_hash IS NOT NULL AND p.in_library = 1 AND v.id IS NULL "
            "GROUP BY p.text_hash ORDER BY min(p.number)",
            [model],
        )
        return [(key, embedded_text(title, abstract)) for key, title, abstract in rows]

    def add(self, model: str, hashes: Sequence[str], vectors: Matrix) -> None:
        """Store one vector for each hash; `vectors` is (n, d)."""
        rows = zip(hashes, vectors.astype("<f4"), strict=True)
        with self._db.atomic():
            self._db.conn.executemany(
                "INSERT OR REPLACE INTO vectors (text_hash, model, vector) VALUES (?, ?, ?)",
                [(key, model, vector.tobytes()) for key, vector in rows],
            )

    def count(self, model: str) -> int:
        """Number of the library's papers that have a vector of `model`."""
        row = self._db.execute(f"SELECT count(*) {_OF_PAPERS}", [model]).fetchone()
        return int(row[0])

    def of_papers(self, model: str) -> tuple[NDArray[np.int64], Matrix]:
        """Numbers (n,) and vectors (n, d) of the papers embedded by `model`, by number."""
        rows: Iterable[tuple[int, bytes]] = self._db.execute(
            f"SELECT p.number, v.vector {_OF_PAPERS} ORDER BY p.number", [model]
        )
        numbers, blobs = [], []
        for number, blob in rows:
            numbers.append(number)
            blobs.append(blob)
        matrix = np.frombuffer(b"".join(blobs), dtype="<f4").astype(np.float32)
        return np.array(numbers, dtype=np.int64), matrix.reshape(len(numbers), -1 if numbers else 0)


_OF_PAPERS = "FROM papers p JOIN vectors v ON v.text_hash = p.text_hash WHERE v.model = ? AND p.in_library = 1"

"""Vectors of texts, kept by (hash of the text, model): nothing is ever embedded twice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from kg.papers import embedded_text

Matrix = NDArray[np.float32]


class Vectors:
    """The table `vectors`; a vector is stored as little-endian float32."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def missing(self, model: str) -> list[str]:
        """Hashes of the texts of the library that have no vector of `model`, shortest text first."""
        rows = self._db.execute(
            "SELECT p.text_hash FROM papers p WHERE p.text_hash IS NOT NULL AND p.in_library = 1 "
            "AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.text_hash = p.text_hash AND v.model = ?) "
            "GROUP BY p.text_hash ORDER BY length(p.title) + coalesce(length(p.abstract), 0), min(p.number)",
            [model],
        )
        return [key for (key,) in rows]

    def missing_texts(self, model: str, after: str, limit: int) -> dict[str, str]:
        """Hash -> text of the next texts of the library that have no vector of `model`, in the order of their hashes."""
        rows = self._db.execute(
            "SELECT p.text_hash, p.title, p.abstract FROM papers p WHERE p.text_hash > ? AND p.in_library = 1 "
            "AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.text_hash = p.text_hash AND v.model = ?) "
            "ORDER BY p.text_hash LIMIT ?",
            [after, model, limit],
        )
        return {key: embedded_text(title, abstract) for key, title, abstract in rows}

    def texts(self, hashes: Sequence[str]) -> dict[str, str]:
        """The text of each of these hashes that a paper still has, in the same order."""
        rows = self._db.execute(
            "SELECT p.text_hash, p.title, p.abstract FROM json_each(?) asked JOIN papers p "
            "ON p.text_hash = asked.value GROUP BY asked.key ORDER BY asked.key",
            [json.dumps(list(hashes))],
        )
        return {key: embedded_text(title, abstract) for key, title, abstract in rows}

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

    def models(self) -> list[str]:
        """The models that there are vectors of, most first."""
        rows = self._db.execute("SELECT model FROM vectors GROUP BY model ORDER BY count(*) DESC, model")
        return [model for (model,) in rows]

    def of_papers(self, model: str) -> Iterator[tuple[NDArray[np.int64], Matrix]]:
        """Numbers (n,) and vectors (n, d) of the papers embedded by `model`, by number, in parts."""
        cursor = self._db.execute(f"SELECT p.number, v.vector {_OF_PAPERS} ORDER BY p.number", [model])
        while rows := cursor.fetchmany(_PART):
            numbers, blobs = zip(*rows, strict=True)
            matrix = np.frombuffer(b"".join(blobs), dtype="<f4").astype(np.float32)
            yield np.array(numbers, dtype=np.int64), matrix.reshape(len(numbers), -1)


_PART = 4096  # vectors read at once
_OF_PAPERS = "FROM papers p JOIN vectors v ON v.text_hash = p.text_hash WHERE v.model = ? AND p.in_library = 1"

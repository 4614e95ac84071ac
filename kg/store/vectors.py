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
        """Hash -> text of the next texts of the library that have no vector of `model`, in the order of hashes."""
        rows = self._db.execute(
            "SELECT p.text_hash, p.title, p.abstract FROM papers p WHERE p.text_hash > ? AND p.in_library = 1 "
            "AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.text_hash = p.text_hash AND v.model = ?) "
            "ORDER BY p.text_hash LIMIT ?",
            [after, model, limit],
        )
        return {key: embedded_text(title, abstract) for key, title, abstract in rows}

    def spread_out(self, most: int) -> NDArray[np.int64]:
        """Numbers (n,) of so many papers from all over the library, whatever they say and whenever they came."""
        rows = self._db.execute(
            "SELECT number FROM papers WHERE text_hash IS NOT NULL AND in_library = 1 ORDER BY text_hash LIMIT ?",
            [most],
        )
        return np.array([number for (number,) in rows], dtype=np.int64)

    def missing_of(self, model: str, numbers: NDArray[np.int64]) -> dict[str, str]:
        """Hash -> text of those of these papers of the library that have no vector of `model`, the shortest first."""
        rows = self._db.execute(
            "SELECT p.text_hash, p.title, p.abstract FROM json_each(?) asked JOIN papers p ON p.number = asked.value "
            "WHERE p.text_hash IS NOT NULL AND p.in_library = 1 "
            "AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.text_hash = p.text_hash AND v.model = ?)",
            [json.dumps(numbers.tolist()), model],
        )
        found = {key: embedded_text(title, abstract) for key, title, abstract in rows}
        return dict(sorted(found.items(), key=lambda one: len(one[1])))

    def texts(self, hashes: Sequence[str]) -> dict[str, str]:
        """The text of each of these hashes that a paper still has, in the same order."""
        rows = self._db.execute(
            "SELECT p.text_hash, p.title, p.abstract FROM json_each(?) asked JOIN papers p "
            "ON p.text_hash = asked.value GROUP BY asked.key ORDER BY asked.key",
            [json.dumps(list(hashes))],
        )
        return {key: embedded_text(title, abstract) for key, title, abstract in rows}

    def add(self, model: str, hashes: Sequence[str], vectors: Matrix, counted: bool = True) -> None:
        """Store one vector for each hash; `vectors` is (n, d).

        Those that are not `counted` make nothing stale that is derived from the vectors of another model.
        """
        rows = zip(hashes, vectors.astype("<f4"), strict=True)
        state = "SELECT value FROM states WHERE name = 'texts'"
        with self._db.atomic():
            (before,) = self._db.execute(state).fetchone()
            self._db.conn.executemany(
                "INSERT OR REPLACE INTO vectors (text_hash, model, vector) VALUES (?, ?, ?)",
                [(key, model, vector.tobytes()) for key, vector in rows],
            )
            if not counted:
                self._db.execute("UPDATE states SET value = ? WHERE name = 'texts'", [before])

    def count_change(self) -> None:
        """Let what is derived from vectors be stale: those of another model are in place from now on."""
        with self._db.atomic():
            self._db.execute("UPDATE states SET value = value + 1 WHERE name = 'texts'")

    def last(self) -> int:
        """The number of the newest vector; 0 where there is none."""
        return int(self._db.execute("SELECT coalesce(max(id), 0) FROM vectors").fetchone()[0])

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

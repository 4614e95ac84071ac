"""Works as records, assembled from their tables."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from kg.papers import Author, Paper, Topic
from kg.store.documents import Documents


class Papers:
    """Reading of `papers` with authors, categories, topics and mentions.

    A paper has a number (stable, internal) and an id (what users see).
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._documents = Documents(db)

    def get(self, ids: Sequence[str]) -> list[Paper]:
        """The papers of these ids, in this order; ids of no paper are left out."""
        rows = self._db.query(
            "SELECT * FROM papers WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(list(ids))]
        )
        by_id = {row["id"]: row for row in rows}
        return self._assembled([by_id[id_] for id_ in ids if id_ in by_id])

    def numbers(self, ids: Sequence[str]) -> dict[str, int]:
        """Number of each of these ids that is a paper's."""
        rows = self._db.execute(
            "SELECT id, number FROM papers WHERE id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(ids))],
        )
        return dict(rows.fetchall())

    def ids(self, numbers: Iterable[int]) -> dict[int, str]:
        """Id of each of these numbers that is a paper's, in the same order."""
        rows = self._db.execute(
            "SELECT papers.number, papers.id FROM json_each(?) JOIN papers ON papers.number = json_each.value "
            "ORDER BY json_each.key",
            [json.dumps([int(number) for number in numbers])],
        )
        return dict(rows.fetchall())

    def titles(self, numbers: Iterable[int]) -> dict[int, str | None]:
        """Title of each of these numbers that is a paper's; None where it is not known."""
        rows = self._db.execute(
            "SELECT number, title FROM papers WHERE number IN (SELECT value FROM json_each(?))",
            [json.dumps(list(numbers))],
        )
        return dict(rows.fetchall())

    def dates(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Numbers (n,) of all works of the library, in order, and when each was published: 20190102, 0 if unknown."""
        rows = self._db.execute(
            "SELECT number, CAST(substr(replace(coalesce(published, '0'), '-', '') || '0000', 1, 8) AS INTEGER) "
            "FROM papers WHERE in_library ORDER BY number"
        )
        found = np.fromiter(chain.from_iterable(rows), dtype=np.int64).reshape(-1, 2)
        return found[:, 0].copy(), found[:, 1].copy()

    def newest(self, limit: int) -> list[str]:
        """Ids of the newest works of the library."""
        rows = self._db.execute(
            "SELECT id FROM papers WHERE in_library ORDER BY coalesce(published, '') DESC, number LIMIT ?",
            [limit],
        )
        return [id_ for (id_,) in rows]

    def count(self) -> int:
        """How many works the library holds."""
        return int(self._db.execute("SELECT count(*) FROM papers WHERE in_library").fetchone()[0])

    def all_ids(self) -> list[str]:
        """Ids of all works of the library (not of those only cited), newest first."""
        rows = self._db.execute("SELECT id FROM papers WHERE in_library ORDER BY published DESC, id")
        return [id_ for (id_,) in rows]

    def by_author(self, author: str) -> list[str]:
        """Ids of an author's papers, newest first."""
        rows = self._db.execute(
            "SELECT p.id FROM papers p JOIN paper_authors a ON a.paper = p.number "
            "WHERE a.author = ? GROUP BY p.number ORDER BY p.published DESC, p.id",
            [author],
        )
        return [id_ for (id_,) in rows]

    def author(self, author_id: str) -> Author | None:
        """The author of that id, if a paper is theirs."""
        row = self._db.execute(
            "SELECT id, name FROM authors WHERE id = ?1 AND EXISTS (SELECT 1 FROM paper_authors WHERE author = ?1)",
            [author_id],
        ).fetchone()
        return Author(*row) if row else None

    def withdrawn(self, numbers: Iterable[int]) -> list[int]:
        """Those of these papers that are known to be withdrawn."""
        rows = self._db.execute(
            "SELECT number FROM json_each(?) JOIN papers ON number = json_each.value WHERE withdrawn",
            [json.dumps(list(numbers))],
        )
        return [number for (number,) in rows]

    def without_metadata(self) -> list[str]:
        """Ids of the library's works that no service has described, only documents."""
        rows = self._db.execute(f"SELECT id FROM papers WHERE {_UNRESOLVED} ORDER BY number")
        return [id_ for (id_,) in rows]

    def unresolved(self) -> list[dict[str, Any]]:
        """The library's works that no service has described: `id, title`, `document` and `line` of a mention."""
        return list(
            self._db.query(
                "SELECT p.id, p.title, d.source AS document, m.line FROM papers p "
                "LEFT JOIN mentions m ON m.id = (SELECT min(id) FROM mentions WHERE paper = p.number) "
                f"LEFT JOIN documents d ON d.id = m.document WHERE {_UNRESOLVED} ORDER BY d.source, m.line, p.number"
            )
        )

    def counts(self) -> dict[str, int]:
        """`papers, with_abstract, unresolved, cited_only`."""
        return {
            name: int(self._db.execute(f"SELECT count(*) FROM papers WHERE {which}").fetchone()[0])
            for name, which in _COUNTED.items()
        }

    def _assembled(self, rows: Sequence[dict[str, Any]]) -> list[Paper]:
        numbers = [row["number"] for row in rows]
        authors = self._grouped("SELECT paper, author, name FROM paper_authors", "position", numbers)
        categories = self._grouped("SELECT paper, category FROM paper_categories", "position", numbers)
        topics = self._grouped(
            "SELECT paper, topics.id, label FROM paper_topics JOIN topics ON topics.id = topic",
            "label",
            numbers,
        )
        mentions = defaultdict(list)
        for mention in self._documents.mentions_of(numbers):
            mentions[mention.paper].append(mention)
        return [
            Paper(
                **{name: row[name] for name in _PLAIN},
                withdrawn=bool(row["withdrawn"]),
                authors=tuple(Author(*author) for author in authors[row["number"]]),
                categories=tuple(category for (category,) in categories[row["number"]]),
                topics=tuple(Topic(*topic) for topic in topics[row["number"]]),
                listed_in=tuple(mentions[row["id"]]),
            )
            for row in rows
        ]

    def _grouped(self, select: str, order: str, numbers: list[int]) -> dict[int, list[tuple[Any, ...]]]:
        rows = self._db.execute(
            f"{select} WHERE paper IN (SELECT value FROM json_each(?)) ORDER BY paper, {order}",
            [json.dumps(numbers)],
        )
        groups: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for paper, *values in rows:
            groups[paper].append(tuple(values))
        return groups


_PLAIN = """
    id arxiv_id doi title abstract published updated version comment journal_ref url pdf_url
    metadata_source fetched_at
""".split()
_UNRESOLVED = "in_library AND coalesce(metadata_source, 'document') = 'document'"
# As indexes have it, which then are counted in place of rows.
_COUNTED = {
    "papers": "in_library",
    "with_abstract": "in_library AND abstract IS NOT NULL",
    "unresolved": _UNRESOLVED,
    "cited_only": "NOT in_library",
}

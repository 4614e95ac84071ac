"""Many papers at once: what one record after the other would store, by a few statements for thousands.

Only papers that the library has no trace of are stored this way; all others are saved one by one, since what is known
of them counts (`kg.store.metadata`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from sqlite_utils import Database

from kg.store.metadata import MetadataRecords
from kg.store.prepared import Prepared
from kg.store.unchanged import Unchanged

_GIVEN = Prepared._fields[: Prepared._fields.index("authors")]  # the columns of `papers` that a record gives
_INSERT = (
    f"INSERT INTO papers (number, {', '.join(_GIVEN)}, id, url, pdf_url, bulk, in_library, fts_stale) "
    f"VALUES (?1, {', '.join(f'?{place}' for place, _ in enumerate(_GIVEN, start=2))}, "
    "?2, 'https://arxiv.org/abs/' || ?2, 'https://arxiv.org/pdf/' || ?2, 1, 1, 0)"
)
_FTS = "INSERT INTO papers_fts (rowid, title, abstract, authors, remarks) VALUES (?, ?, ?, ?, NULL)"


class BulkLoading:
    """Writing of many papers, and of citations between them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._metadata = MetadataRecords(db)
        self._unchanged = Unchanged(db)

    def save(self, papers: Sequence[Prepared]) -> None:
        """Store records of papers, in a transaction of the caller's; new ones with their full text."""
        known = self._known(papers)
        new: list[Prepared] = []
        rest: list[Prepared] = []
        for paper in papers:
            (new if known.isdisjoint(paper.names) else rest).append(paper)
            known.update(paper.names)  # also of one that is known: the first to name a DOI has it
        self._insert(new)
        unchanged = self._unchanged.among(rest)
        self._db.conn.executemany(
            "UPDATE papers SET fetched_at = ? WHERE number = ?",
            [(paper.fetched_at, unchanged[paper.arxiv_id]) for paper in rest if paper.arxiv_id in unchanged],
        )
        self._metadata.save((paper.record for paper in rest if paper.arxiv_id not in unchanged), bulk=True)

    def cite(self, edges: Iterable[tuple[str, str]], source: str) -> int:
        """Store citations between arXiv ids, in a transaction of the caller's; how many were new.

        Papers that were unknown are kept apart from the library.
        """
        before = self._db.conn.total_changes
        with self._untriggered():
            new = self._cite_untriggered(list(edges), source)
        if self._db.conn.total_changes > before:
            self._db.execute("UPDATE states SET value = value + 1 WHERE name = 'relations'")
        return new

    def _cite_untriggered(self, rows: Sequence[tuple[str, str]], source: str) -> int:
        ids = json.dumps(sorted({id_ for edge in rows for id_ in edge}))
        self._db.execute(
            "INSERT OR IGNORE INTO papers (id, arxiv_id, url, pdf_url) SELECT value, value, "
            "'https://arxiv.org/abs/' || value, 'https://arxiv.org/pdf/' || value FROM json_each(?) "
            "WHERE value NOT IN (SELECT alias FROM aliases) ORDER BY key",
            [ids],
        )
        number = "coalesce((SELECT number FROM papers WHERE id = ?{0}), (SELECT paper FROM aliases WHERE alias = ?{0}))"
        cursor = self._db.conn.executemany(
            "INSERT OR IGNORE INTO citations SELECT a, b, ?3 "
            f"FROM (SELECT {number.format(1)} AS a, {number.format(2)} AS b) WHERE a <> b",
            [(citing, cited, source) for citing, cited in rows],
        )
        return cursor.rowcount

    def _known(self, papers: Sequence[Prepared]) -> set[str]:
        """Those of the records' names that some paper goes by."""
        rows = self._db.execute(
            "SELECT value FROM json_each(?1) WHERE EXISTS (SELECT 1 FROM papers WHERE id = value) "
            "OR EXISTS (SELECT 1 FROM aliases WHERE alias = value)",
            [json.dumps([name for paper in papers for name in paper.names])],
        )
        return {name for (name,) in rows}

    def _insert(self, papers: Sequence[Prepared]) -> None:
        """Store papers that are new, with all that belongs to them: none is left to be made fresh by triggers."""
        if not papers:
            return
        with self._untriggered():
            self._insert_untriggered(papers)
        for state in ("texts", "relations", "words"):
            self._db.execute("UPDATE states SET value = value + 1 WHERE name = ?", [state])

    @contextmanager
    def _untriggered(self) -> Iterator[None]:
        """Without triggers, which take as long as the rows themselves.

        All within the caller's transaction: a process that dies here leaves them as they were.
        """
        triggers = self._db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            self._db.execute(f"DROP TRIGGER {name}")
        yield
        for _, sql in triggers:
            self._db.execute(sql)

    def _insert_untriggered(self, papers: Sequence[Prepared]) -> None:
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'papers'").fetchone()
        numbered = list(enumerate(papers, start=(row[0] if row else 0) + 1))
        many = self._db.conn.executemany
        given = len(_GIVEN)
        many(_INSERT, ((number, *paper[:given]) for number, paper in numbered))
        many("INSERT OR IGNORE INTO authors VALUES (?, ?)", {one: None for paper in papers for one in paper.authors})
        many(
            "INSERT INTO paper_authors VALUES (?, ?, ?, ?)",
            ((number, place, *one) for number, paper in numbered for place, one in enumerate(paper.authors)),
        )
        many(
            "INSERT INTO paper_categories VALUES (?, ?, ?)",
            ((number, place, name) for number, paper in numbered for place, name in enumerate(paper.categories)),
        )
        many(
            "INSERT INTO aliases VALUES (?, ?)",
            [(name, number) for number, paper in numbered for name in paper.names[1:]],
        )
        many(_FTS, (_text(number, paper) for number, paper in numbered))


def _text(number: int, paper: Prepared) -> tuple[object, ...]:
    return number, paper.title, paper.abstract, ", ".join(name for _, name in paper.authors) or None

"""Many papers at once: what one record after the other would store, by a few statements for thousands.

Only papers that the library has no trace of are stored this way; all others are saved one by one, since what is known
of them counts (`kg.store.metadata`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from sqlite_utils import Database

from kg.identifiers import title_key
from kg.papers import Metadata, embedded_text, text_hash
from kg.store.metadata import MetadataRecords
from kg.store.people import people

_COLUMNS = (
    "number, id, arxiv_id, doi, title, title_key, abstract, published, updated, version, comment, journal_ref, "
    "withdrawn, url, pdf_url, metadata_source, fetched_at, bulk, in_library, text_hash, fts_stale"
)
_INSERT = f"INSERT INTO papers ({_COLUMNS}) VALUES ({', '.join('?' * len(_COLUMNS.split(',')))})"
_FTS = "INSERT INTO papers_fts (rowid, title, abstract, authors, remarks) VALUES (?, ?, ?, ?, NULL)"


class Prepared(NamedTuple):
    """A record with what is computed of it, so that another process can do that."""

    record: Metadata
    title_key: str
    text_hash: str
    authors: list[tuple[str, str]]

    @classmethod
    def of(cls, record: Metadata) -> Prepared:
        """What is stored of a record."""
        hashed = text_hash(embedded_text(record.title, record.abstract))
        return cls(record, title_key(record.title), hashed, people(record.authors))


class BulkLoading:
    """Writing of many papers, and of citations between them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._metadata = MetadataRecords(db)

    def save(self, papers: Sequence[Prepared]) -> None:
        """Store records of papers, in a transaction of the caller's; new ones with their full text."""
        known = self._known([paper.record for paper in papers])
        new, rest = [], []
        for paper in papers:
            names = _names(paper.record)
            if known.isdisjoint(names):
                known.update(names)
                new.append(paper)
            else:
                rest.append(paper.record)
        self._insert(new)
        self._metadata.save(rest, bulk=True)

    def cite(self, edges: Iterable[tuple[str, str]], source: str) -> int:
        """Store citations between arXiv ids, in a transaction of the caller's; how many were new.

        Papers that were unknown are kept apart from the library.
        """
        rows = list(edges)
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

    def _known(self, records: Sequence[Metadata]) -> set[str]:
        """Those of the records' names that some paper goes by."""
        names = json.dumps([name for record in records for name in _names(record)])
        rows = self._db.execute(
            "SELECT value FROM json_each(?1) WHERE EXISTS (SELECT 1 FROM papers WHERE id = value) "
            "OR EXISTS (SELECT 1 FROM aliases WHERE alias = value)",
            [names],
        )
        return {name for (name,) in rows}

    def _insert(self, papers: Sequence[Prepared]) -> None:
        """Store papers that are new, with all that belongs to them: none is left to be made fresh by triggers."""
        if not papers:
            return
        with self._untriggered():
            self._insert_untriggered(papers)
        for state in ("texts", "relations"):
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
        many(_INSERT, [_row(number, paper) for number, paper in numbered])
        many("INSERT OR IGNORE INTO authors VALUES (?, ?)", {one: None for paper in papers for one in paper.authors})
        many(
            "INSERT INTO paper_authors VALUES (?, ?, ?, ?)",
            [(number, place, *one) for number, paper in numbered for place, one in enumerate(paper.authors)],
        )
        many(
            "INSERT INTO paper_categories VALUES (?, ?, ?)",
            [(number, place, name) for number, paper in numbered for place, name in enumerate(paper.record.categories)],
        )
        many(
            "INSERT INTO aliases VALUES (?, ?)",
            [(f"doi:{paper.record.doi.lower()}", number) for number, paper in numbered if paper.record.doi],
        )
        many(_FTS, [_text(number, paper) for number, paper in numbered])


def _names(record: Metadata) -> list[str]:
    return [record.arxiv_id, f"doi:{record.doi.lower()}"] if record.doi else [record.arxiv_id]


def _text(number: int, paper: Prepared) -> tuple[object, ...]:
    authors = ", ".join(name for _, name in paper.authors) or None
    return number, paper.record.title, paper.record.abstract, authors


def _row(number: int, paper: Prepared) -> tuple[object, ...]:
    record = paper.record
    return (
        number,
        record.arxiv_id,
        record.arxiv_id,
        record.doi,
        record.title,
        paper.title_key,
        record.abstract,
        record.published,
        record.updated,
        record.version,
        record.comment,
        record.journal_ref,
        int(record.withdrawn),
        f"https://arxiv.org/abs/{record.arxiv_id}",
        f"https://arxiv.org/pdf/{record.arxiv_id}",
        record.source,
        record.fetched_at,
        1,
        1,
        paper.text_hash,
        0,
    )

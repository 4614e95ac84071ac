"""Indexes that a large load is quicker without: each row would go to another page of each, and be written alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlite_utils import Database

from kg.store.checks import Checks

# What loading itself never asks by, in an order that has nothing to do with that of the rows.
OF_PAPERS = (
    "papers_by_title",
    "papers_by_text",
    "papers_by_title_hash",
    "papers_newest",
    "papers_with_abstract",
    "paper_authors_by_author",
    "paper_categories_by_category",
)
OF_CITATIONS = ("citations_by_cited",)
_ALL = OF_PAPERS + OF_CITATIONS
_CACHE = 262_144  # KiB of pages in memory meanwhile: names of authors still go all over


class Indexes:
    """The indexes of the tables that bulk metadata goes to."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @contextmanager
    def put_off(self, names: Sequence[str]) -> Iterator[None]:
        """Drop what a large load is quicker without; made anew from the sorted rows at the end, whatever happens.

        A process that is killed inside leaves them away: `complete` makes them.
        """
        (cache,) = self._db.execute("PRAGMA cache_size").fetchone()
        self._db.execute(f"PRAGMA cache_size = -{_CACHE}")
        with self._db.atomic():
            for name in names:
                self._db.execute(f"DROP INDEX IF EXISTS [{name}]")
        try:
            yield
        finally:
            self.complete()
            self._db.execute(f"PRAGMA cache_size = {cache}")

    def complete(self) -> None:
        """Make those that are not there; cheap where all are."""
        query = "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name IN (SELECT value FROM json_each(?))"
        if self._db.execute(query, [json.dumps(_ALL)]).fetchone()[0] == len(_ALL):
            return
        checks = Checks(self._db)
        for name, sql in checks.schema():
            if name in _ALL:
                checks.make(name, sql)

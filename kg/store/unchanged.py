"""Which of many records say only what is stored already, so that a file that is loaded again takes no time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlite_utils import Database

from kg.store.prepared import Prepared

_COMPARED = (
    "doi title title_key abstract published updated version comment journal_ref withdrawn "
    "metadata_source fetched_at text_hash"
).split()
_FETCHED = _COMPARED.index("fetched_at")
_OF = "IN (SELECT value FROM json_each(?))"


class Unchanged:
    """Comparing of records with the papers of a library, by a few queries for thousands."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def among(self, papers: Sequence[Prepared]) -> dict[str, int]:
        """arXiv id -> number, of records that would change nothing but the time of their papers.

        In doubt a record is left out, and has to be saved. So is one whose paper another record speaks of, since
        the one that comes first may change what the other is compared with.
        """
        stored = self._stored([paper.arxiv_id for paper in papers])
        often = Counter(paper.arxiv_id for paper in papers)
        candidates = [
            paper
            for paper in papers
            if often[paper.arxiv_id] == 1 and paper.arxiv_id in stored and _says(paper, stored[paper.arxiv_id][1])
        ]
        numbers = {paper.arxiv_id: stored[paper.arxiv_id][0] for paper in candidates}
        authors = self._lists("SELECT paper, name FROM paper_authors", numbers.values())
        categories = self._lists("SELECT paper, category FROM paper_categories", numbers.values())
        settled = self._settled([f"doi:{paper.doi.lower()}" for paper in candidates if paper.doi])
        return {
            paper.arxiv_id: number
            for paper in candidates
            for number in (numbers[paper.arxiv_id],)
            if [(name,) for _, name in paper.authors] in ([], authors.get(number))
            and [(category,) for category in paper.categories] in ([], categories.get(number))
            and (not paper.doi or f"doi:{paper.doi.lower()}" in settled)
        }

    def _stored(self, ids: Sequence[str]) -> dict[str, tuple[int, tuple[Any, ...]]]:
        """Papers loaded in bulk by their ids; without those that a record names by another id."""
        rows = self._db.execute(
            f"SELECT id, number, {', '.join(_COMPARED)} FROM papers WHERE id {_OF} AND bulk AND in_library "
            f"AND number NOT IN (SELECT paper FROM aliases WHERE alias {_OF})",
            [json.dumps(ids)] * 2,
        )
        return {id_: (number, values) for id_, number, *values in rows}

    def _lists(self, query: str, numbers: Iterable[int]) -> dict[int, list[tuple[str, ...]]]:
        rows = self._db.execute(f"{query} WHERE paper {_OF} ORDER BY paper, position", [json.dumps(list(numbers))])
        lists: dict[int, list[tuple[str, ...]]] = {}
        for paper, *values in rows:
            lists.setdefault(paper, []).append(tuple(values))
        return lists

    def _settled(self, names: Sequence[str]) -> set[str]:
        """Those of the names that are a paper's on arXiv: nothing is left to be merged by them."""
        rows = self._db.execute(
            f"SELECT alias FROM aliases JOIN papers ON number = paper WHERE alias {_OF} AND arxiv_id IS NOT NULL "
            "AND alias NOT IN (SELECT id FROM papers)",
            [json.dumps(names)],
        )
        return {name for (name,) in rows}


def _says(paper: Prepared, stored: Sequence[Any]) -> bool:
    """Whether the columns are what the record says, from the same source; what it does not know does not count."""
    if not (paper.fetched_at and stored[_FETCHED]):
        return False
    said = (getattr(paper, name) for name in _COMPARED)
    return all(
        value is None or value == old or place == _FETCHED
        for place, (value, old) in enumerate(zip(said, stored, strict=True))
    )

"""Papers by their titles, as people write and paste them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

from sqlite_utils import Database

from kg.identifiers import title_key
from kg.titles import hash_of, letters, spellings, title_words

_MOST_WORDS = 80  # of a title with its authors beside it; a longer text is none
_MOST_BESIDE, _FEW_BESIDE = 16, 4  # words on one side of a title and on the other: authors, and a year or an id
_BESIDE = frozenset("abs al and arxiv by et pdf preprint".split())  # stand beside titles and say nothing
_EARLIEST, _LATEST = -1, 3  # years of a publication after its first version
_VERSION = re.compile(r"v\d{1,3}$")


class _Candidate(NamedTuple):
    number: int
    title_hash: int
    published: str | None
    arxiv_id: str | None
    authors: str | None


class Titles:
    """The titles in `papers`, by the hash of their letters (`kg.titles`)."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def called(self, title: str) -> list[int]:
        """Numbers of the papers with that title in any spelling: the nearest spelling first, then those on arXiv."""
        rows = self._db.execute(
            "SELECT number FROM papers WHERE title_hash IN (SELECT value FROM json_each(?1)) "
            "OR (title_key = ?2 AND ?2 <> '') "
            "ORDER BY title IS NOT ?3, title_key IS NOT ?2, arxiv_id IS NULL, number",
            [json.dumps(spellings(title)), title_key(title), " ".join(title.split())],
        )
        return [number for (number,) in rows]

    def called_in(self, text: str) -> list[int]:
        """Numbers of the papers whose title the text is, but for words beside it that the paper itself explains.

        These are names of its authors, its year, its id, and what pages and files add (`pdf`, `et al.`).
        """
        words = title_words(text)
        if not 2 <= len(words) <= _MOST_WORDS:
            return []
        parts = _parts(words)
        fitting = [
            (len(beside), row.number)
            for row in self._candidates(parts)
            for beside in (parts[row.title_hash],)
            if all(word in _BESIDE or _explained(word, row) for word in beside)
        ]
        fewest = min(fitting, default=(0, 0))[0]
        return [number for count, number in sorted(fitting) if count == fewest]

    def other_forms(self, numbers: Sequence[int]) -> list[tuple[int, int]]:
        """Each of these papers with each other record of the same work.

        Two records of one title are one work if they share an author, or nobody knows the authors of one.
        """
        rows = self._db.execute(
            "SELECT one.number, other.number FROM json_each(?) JOIN papers one ON one.number = json_each.value "
            "JOIN papers other ON other.title_key = one.title_key AND other.number <> one.number "
            f"WHERE one.title_key <> '' AND ({_SHARE_AN_AUTHOR})",
            [json.dumps(list(numbers))],
        )
        return rows.fetchall()

    def like_key(self, surname: str, year: str, word: str) -> list[int]:
        """Numbers of the papers of an author and a year with these letters in their title, as keys of BibTeX do."""
        rows = self._db.execute(
            "SELECT number FROM papers WHERE number IN (SELECT rowid FROM papers_fts WHERE papers_fts MATCH ?) "
            "AND substr(published, 1, 4) = ? AND instr(replace(title_key, ' ', ''), ?)",
            [f'authors : "{title_key(surname)}"', year, word],
        )
        return [number for (number,) in rows]

    def _candidates(self, hashes: Iterable[int]) -> list[_Candidate]:
        rows = self._db.execute(
            "SELECT number, title_hash, published, arxiv_id, "
            "(SELECT group_concat(name, ' ') FROM paper_authors WHERE paper = number) "
            "FROM papers WHERE title_hash IN (SELECT value FROM json_each(?))",
            [json.dumps(list(hashes))],
        )
        return [_Candidate(*row) for row in rows]


_HAS_NONE = "NOT EXISTS (SELECT 1 FROM paper_authors WHERE paper = {}.number)"
_SHARE_AN_AUTHOR = (
    "EXISTS (SELECT 1 FROM paper_authors a JOIN paper_authors b ON b.author = a.author "
    "WHERE a.paper = one.number AND b.paper = other.number) "
    f"OR {_HAS_NONE.format('one')} OR {_HAS_NONE.format('other')}"
)


def _parts(words: Sequence[str]) -> dict[int, list[str]]:
    """Hash of each stretch of the words that may be the title -> the words beside it."""
    parts: dict[int, list[str]] = {}
    for before, after in product(range(min(_MOST_BESIDE, len(words) - 1) + 1), repeat=2):
        stop = len(words) - after
        if min(before, after) <= _FEW_BESIDE and before < stop:
            parts.setdefault(hash_of(letters(words[before:stop])), [*words[:before], *words[stop:]])
    return parts


def _explained(word: str, paper: _Candidate) -> bool:
    """Whether the word is an author's name or initial, the paper's year, or a part of its id."""
    if word.isdecimal() and len(word) == 4 and paper.published and _soon(int(word), int(paper.published[:4])):
        return True
    if paper.arxiv_id and _VERSION.sub("", word) in title_words(paper.arxiv_id):
        return True
    names = title_words(paper.authors or "")
    return letters([word]) in {letters([name]) for name in names} or word in {name[0] for name in names}


def _soon(year: int, written: int) -> bool:
    """Whether a work may be cited with that year: preprints come out later, and a few were printed before."""
    return _EARLIEST <= year - written <= _LATEST

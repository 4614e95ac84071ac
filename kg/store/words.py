"""The words of the full-text table, one occurrence at a time, as its own tokenizer makes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from sqlite3 import Cursor
from typing import NamedTuple
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

# How `papers_fts` reads text; a word of a query has to be read the same way.
TOKENIZER = "porter unicode61 remove_diacritics 2"
# Where the tokenizer takes words apart: `state-of-the-art` is four words.
_PART = re.compile(r"[^\W_]+")
# Signs of a word; FTS5 cuts longer ones after 32,768 bytes, within a sign, and then it is no text any more.
_LONGEST = 8_000
_GATHERED = 2_000_000  # occurrences that are dealt with together
_ROWS = 1_000  # words fetched at once


class Occurrences(NamedTuple):
    """How often each of some words (w,) occurs; of each occurrence (n,) the paper's number and the column's weight.

    Occurrences lie word by word, and within a word by number.
    """

    stems: Sequence[str]
    counts: NDArray[np.int64]
    numbers: NDArray[np.int64]
    weights: NDArray[np.float32]


class Words:
    """Reading of the vocabulary of `papers_fts` (https://sqlite.org/fts5.html#the_fts5vocab_virtual_table_module)."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def state(self) -> int | None:
        """How often the table has changed; None while papers have changed that it does not show yet."""
        if self._db.execute("SELECT 1 FROM papers WHERE fts_stale LIMIT 1").fetchone():
            return None
        return int(self._db.execute("SELECT value FROM states WHERE name = 'words'").fetchone()[0])

    def occurrences(self, weights: Mapping[str, float]) -> Iterator[Occurrences]:
        """Where each word occurs, by stem in bytes' order, in parts that end with a word.

        Words that do not end are left out.
        """
        self._db.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.occurrences USING fts5vocab(main, papers_fts, instance)"
        )
        codes = " ".join(f"WHEN '{name}' THEN {code}" for code, name in enumerate(weights))
        # One row for each word, its occurrences as text: rows for each take ten times as long.
        cursor = self._db.execute(
            f"SELECT term, count(*), group_concat(doc * {len(weights)} + CASE col {codes} END) FROM temp.occurrences "
            f"WHERE length(term) <= {_LONGEST} GROUP BY term"
        )
        values = np.array(list(weights.values()), dtype=np.float32)
        for rows in _gathered(cursor):
            stems, counts, texts = zip(*rows, strict=True)
            coded = np.fromstring(",".join(texts), dtype=np.int64, sep=",")
            yield Occurrences(stems, np.array(counts), coded // len(values), values[coded % len(values)])

    def listed(self) -> list[tuple[int, bool]]:
        """(number, whether it is in the library) of all papers that have a full text, by number."""
        rows = self._db.execute(
            "SELECT f.id, coalesce(in_library, 0) FROM papers_fts_docsize f "
            "LEFT JOIN papers ON number = f.id ORDER BY f.id"
        )
        return [(int(number), bool(listed)) for number, listed in rows]

    def stems(self, words: Iterable[str]) -> dict[str, str]:
        """The stems of these words, as the table's tokenizer makes them, each with the first word that has it."""
        parts = [part for word in words for part in _PART.findall(normalize("NFC", word)) if len(part) <= _LONGEST]
        db = self._db
        with db.atomic():
            db.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.asked USING fts5 (word, tokenize = '{TOKENIZER}')")
            db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.stems USING fts5vocab(temp, asked, instance)")
            db.execute("DELETE FROM temp.asked")
            db.conn.executemany("INSERT INTO temp.asked (rowid, word) VALUES (?, ?)", enumerate(parts))
        found: dict[str, str] = {}
        for stem, place in db.execute("SELECT term, doc FROM temp.stems ORDER BY doc, offset"):
            found.setdefault(stem, parts[place])
        return found


def _gathered(cursor: Cursor) -> Iterator[list[tuple[str, int, str]]]:
    """Rows (word, occurrences, what they are) in parts of about so many occurrences."""
    part: list[tuple[str, int, str]] = []
    held = 0
    while rows := cursor.fetchmany(_ROWS):
        for row in rows:
            part.append(row)
            held += row[1]
            if held >= _GATHERED:
                yield part
                part, held = [], 0
    if part:
        yield part

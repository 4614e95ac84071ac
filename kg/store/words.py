"""The words of the full-text table, one occurrence at a time, as its own tokenizer makes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from unicodedata import normalize

from sqlite_utils import Database

# How `papers_fts` reads text; a word of a query has to be read the same way.
TOKENIZER = "porter unicode61 remove_diacritics 2"
# Where the tokenizer takes words apart: `state-of-the-art` is four words.
_PART = re.compile(r"[^\W_]+")
# Signs of a word; FTS5 cuts longer ones after 32,768 bytes, within a sign, and then it is no text any more.
_LONGEST = 8_000
_ROWS = 500_000  # occurrences fetched at once


class Words:
    """Reading of the vocabulary of `papers_fts` (https://sqlite.org/fts5.html#the_fts5vocab_virtual_table_module)."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def state(self) -> int | None:
        """How often the table has changed; None while papers have changed that it does not show yet."""
        if self._db.execute("SELECT 1 FROM papers WHERE fts_stale LIMIT 1").fetchone():
            return None
        return int(self._db.execute("SELECT value FROM states WHERE name = 'words'").fetchone()[0])

    def occurrences(self, weights: Mapping[str, float]) -> Iterator[Sequence[tuple[str, int, float]]]:
        """Every word as (stem, number of the paper, weight of the column), by stem in bytes' order, then by paper.

        In parts, since there are hundreds for each paper. Words that do not end are left out.
        """
        self._db.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.occurrences USING fts5vocab(main, papers_fts, instance)"
        )
        weight = (
            "CASE col " + " ".join(f"WHEN '{name}' THEN {float(value)}" for name, value in weights.items()) + " END"
        )
        cursor = self._db.execute(f"SELECT term, doc, {weight} FROM temp.occurrences WHERE length(term) <= {_LONGEST}")
        while part := cursor.fetchmany(_ROWS):
            yield part

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

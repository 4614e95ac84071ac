"""The least that a hybrid search can be made of: the question's vector, a flat FAISS scan, one FTS5 query."""

from __future__ import annotations

import re
import sqlite3  # noqa: TID251 - the bare peer
from pathlib import Path

import faiss  # noqa: TID251 - the bare peer
import numpy as np

from benchmarks import corpus
from benchmarks.asked import Ask
from benchmarks.standin import StandIn
from kg.store.vectors import Matrix
from search.encoder import SentenceEncoder

_POOL = 200  # candidates of each side
_SQL = "SELECT rowid, bm25(papers) FROM papers WHERE papers MATCH ? ORDER BY rank LIMIT ?"


def build(size: int) -> None:
    """A full-text table of title, abstract and authors, and a file of vectors, unless they are there."""
    if _vectors_file(size).is_file():
        return
    corpus.announce(f"FAISS and FTS5 of {size} papers")
    _database_file(size).unlink(missing_ok=True)
    with sqlite3.connect(_database_file(size)) as database:
        database.execute(
            "CREATE VIRTUAL TABLE papers USING fts5 "
            "(title, abstract, authors, tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        rows = ((record.title, record.abstract, record.authors) for record in corpus.records(size))
        database.executemany("INSERT INTO papers VALUES (?, ?, ?)", rows)
        database.execute("INSERT INTO papers (papers) VALUES ('optimize')")
    database.close()
    unfinished = _vectors_file(size).with_suffix(".part.npy")
    np.save(unfinished, StandIn().documents([record.text for record in corpus.records(size)]))
    unfinished.replace(_vectors_file(size))


def opened(size: int) -> Ask:
    """The 200 best of each side."""
    vectors: Matrix = np.load(_vectors_file(size))
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    database, encoder = sqlite3.connect(_database_file(size)), SentenceEncoder()

    def ask(question: str) -> object:
        near = index.search(encoder.query(question).reshape(1, -1), min(_POOL, len(vectors)))
        return near, database.execute(_SQL, [_any_word(question), _POOL]).fetchall()

    return ask


def _any_word(question: str) -> str:
    return " OR ".join(f'"{word}"' for word in re.findall(r"\w+", question))


def _database_file(size: int) -> Path:
    return corpus.CACHE / f"bare-{corpus.origin()}-{size}.db"


def _vectors_file(size: int) -> Path:
    return corpus.CACHE / f"bare-{corpus.origin()}-{size}.npy"

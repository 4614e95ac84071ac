"""Papers and questions for the measurements of search, at any size; kept between runs in the temporary folder.

The papers are real where the shared data is, else made up: words of a vocabulary with Zipf's frequencies, so that
some are as common and most as rare as in English.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

CACHE = Path(tempfile.gettempdir()) / "kg-bench"
SNAPSHOT = Path(__file__).parents[2] / "shared" / "data" / "arxiv-snapshot-ml.jsonl.gz"
CITATIONS = SNAPSHOT.parent / "citations" / "edges.tsv"
SIZES = (312, 33_000, 163_698)  # papers: five reading lists, a field, the snapshot
_VOCABULARY = 60_000  # words


class Record(NamedTuple):
    """What the peers are given of a paper; `authors` as one text."""

    id: str
    title: str
    abstract: str
    authors: str

    @property
    def text(self) -> str:
        """Title and abstract."""
        return f"{self.title}. {self.abstract}"


def origin() -> str:
    """Names the kind of text, in file names too."""
    return "snapshot" if SNAPSHOT.is_file() else "made"


def announce(what: str) -> None:
    """Say on the error output what takes long, and only once."""
    sys.stderr.write(f"building {what} (kept in {CACHE}) ...\n")


def snapshot_of(size: int) -> Path:
    """A file of `size` papers in the form of arXiv's snapshot: real ones at equal distances, or made-up ones."""
    path = CACHE / f"{origin()}-{size}.jsonl.gz"
    if not path.is_file():
        CACHE.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        with gzip.open(unfinished, "wt", compresslevel=1, encoding="utf-8") as file:
            file.writelines(_real(size) if SNAPSHOT.is_file() else _made(size))
        unfinished.replace(path)
    return path


def records(size: int) -> Iterator[Record]:
    """The papers of `snapshot_of(size)`."""
    with gzip.open(snapshot_of(size), "rt", encoding="utf-8") as file:
        for found in map(json.loads, file):
            yield Record(found["id"], found["title"], found["abstract"] or "", found["authors"] or "")


def questions(size: int, count: int, seed: int = 7) -> list[str]:
    """Titles turned into questions and, in turn, three to eight words of a title in any order; none comes twice."""
    source = random.Random(seed)  # noqa: S311 (no secret)
    titles = [words for record in records(size) if len(words := _words(record.title)) > 2]
    found: dict[str, None] = {}
    while len(found) < count:
        found[_question(source, source.choice(titles), len(found))] = None
    return list(found)


def _question(source: random.Random, title: list[str], number: int) -> str:
    if number % 2:
        return f"how does {' '.join(title)} work?"
    return " ".join(source.sample(title, min(len(title), source.randint(3, 8))))


def _words(title: str) -> list[str]:
    """Words without the signs that a query language could read something into."""
    return re.findall(r"\w+(?:-\w+)*", title)


def _real(size: int) -> Iterator[str]:
    with gzip.open(SNAPSHOT, "rt", encoding="utf-8") as file:
        lines = file.readlines()
    for number in range(size):
        yield lines[number * len(lines) // size]


def _made(size: int) -> Iterator[str]:
    source = random.Random(size)  # noqa: S311 (no secret)
    for number in range(size):
        row = {
            "id": f"{1501 + number // 90_000}.{number % 90_000 + 1:05}",
            "title": _phrase(source, 9).capitalize(),
            "abstract": _phrase(source, 150).capitalize(),
            "authors": ", ".join(f"{_phrase(source, 1)} {_phrase(source, 1)}".title() for _ in range(3)),
            "categories": "cs.LG",
            "update_date": "2015-01-01",
        }
        yield json.dumps(row) + "\n"


def _phrase(source: random.Random, count: int) -> str:
    words, weights = _vocabulary()
    return " ".join(source.choices(words, cum_weights=weights, k=count))


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[list[str], list[float]]:
    """Words that can be spoken, and the sums of their frequencies (1 / rank)."""
    source = random.Random(1)  # noqa: S311 (no secret)
    syllables = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]
    words = ["".join(source.choices(syllables, k=1 + min(rank, 3000) // 1000)) for rank in range(_VOCABULARY)]
    return words, list(accumulate(1 / (rank + 1) for rank in range(_VOCABULARY)))

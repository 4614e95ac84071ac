"""Papers made from real ones, as many as are wanted: arXiv as a whole, for measurements of size.

The first are the real ones as they are. Each further one is written over one of them (its base) with another of the
same category (its partner): sentences of both abstracts in turn, words of both titles, authors of both, some under new
names, and now and then a word that nobody has used yet. So length of texts, frequencies of words, papers of an author,
nearness within a category and citations stay like those of the real ones, and words and people grow in number with
the papers. All follows from a seed.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import corpus

SEED = 1991  # the year in which arXiv began
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_MONTHS = [f"{year:02}{month:02}" for year in range(15, 25) for month in range(1, 13)]
_FIRST = 50_001  # of a month's numbers: no month has had so many papers
_NEW_WORD, _NEW_NAME, _WITH_DOI = 0.15, 0.3, 0.2  # of papers, of authors, of papers

Row = dict[str, Any]


def snapshot_of(count: int) -> Path:
    """A file of so many papers in the form of arXiv's snapshot, kept between runs."""
    path = corpus.CACHE / f"enlarged-{count}.jsonl"
    if not path.is_file():
        corpus.CACHE.mkdir(parents=True, exist_ok=True)
        corpus.announce(f"a snapshot of {count} papers")
        unfinished = path.with_suffix(".part")
        with unfinished.open("w", encoding="utf-8") as file:
            file.writelines(_lines(count))
        unfinished.replace(path)
    return path


def citations_of(count: int) -> Path:
    """A table of citations between so many papers: those of the real ones, and the same among each further set."""
    path = corpus.CACHE / f"enlarged-{count}.tsv"
    if not path.is_file():
        with path.open("w", encoding="utf-8") as file:
            file.write("citing\tcited\n")
            file.writelines(f"{citing}\t{cited}\n" for citing, cited in _edges(count))
    return path


def _lines(count: int) -> Iterator[str]:
    with gzip.open(corpus.SNAPSHOT, "rt", encoding="utf-8") as file:
        real = file.readlines()
    yield from real[:count]
    rows: list[Row] = [json.loads(line) for line in real]
    alike = defaultdict(list)
    for place, row in enumerate(rows):
        alike[_category(row)].append(place)
    source = random.Random(SEED)  # noqa: S311 (no secret)
    for number in range(len(real), count):
        base = rows[number % len(rows)]
        partner = rows[source.choice(alike[_category(base)])]
        yield json.dumps(_made(source, number - len(rows), base, partner)) + "\n"


def _made(source: random.Random, number: int, base: Row, partner: Row) -> Row:
    month = _MONTHS[number % len(_MONTHS)]
    created = f"Mon, {1 + source.randrange(28)} {_month_name(month)} 20{month[:2]} 12:00:00 GMT"
    return {
        **base,
        "id": _id_of(number),
        "title": _title(source, base["title"], partner["title"]),
        "abstract": _abstract(source, base["abstract"] or "", partner["abstract"] or ""),
        "authors": None,
        "authors_parsed": _authors(source, base, partner),
        "doi": f"10.99999/made.{number}" if source.random() < _WITH_DOI else None,
        "versions": [{"version": "v1", "created": created}],
        "update_date": f"20{month[:2]}-{month[2:]}-28",
    }


def _id_of(number: int) -> str:
    """The arXiv id of a paper that was made: such as nobody has."""
    return f"{_MONTHS[number % len(_MONTHS)]}.{_FIRST + number // len(_MONTHS)}"


def _month_name(month: str) -> str:
    return "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[int(month[2:]) - 1]


def _category(row: Row) -> str:
    return (row.get("categories") or "cs.LG").split()[0]


def _title(source: random.Random, one: str, other: str) -> str:
    """About two thirds of one title's words, in order, and the end of the other's."""
    words, more = one.split(), other.split()
    cut = max(1, round(len(words) * source.uniform(0.4, 0.9)))
    return " ".join([*words[:cut], *more[-max(1, len(words) - cut) :]])


def _abstract(source: random.Random, one: str, other: str) -> str:
    """Sentences of both, about as many as the one has, in their order; sometimes with a word that is new."""
    sentences, more = _SENTENCE.split(one), _SENTENCE.split(other)
    for place in range(min(len(sentences), len(more))):
        if source.random() < 0.5:
            sentences[place] = more[place]
    if source.random() < _NEW_WORD:
        sentences.append(f"We call it {_word(source)}.")
    return " ".join(sentences)


def _word(source: random.Random) -> str:
    return "".join(source.choice("bdfgklmnprstvz") + source.choice("aeiou") for _ in range(4))


def _authors(source: random.Random, one: Row, other: Row) -> list[list[str]]:
    """As many as the one has, from both; some have the family name of another."""
    known = [*(one.get("authors_parsed") or []), *(other.get("authors_parsed") or [])]
    chosen = source.sample(known, min(len(known), max(1, len(one.get("authors_parsed") or []))))
    return [
        [source.choice(known)[0] + (_word(source)[:2] if source.random() < 0.5 else ""), *name[1:]]
        if source.random() < _NEW_NAME
        else name
        for name in chosen
    ]


def _edges(count: int) -> Iterator[tuple[str, str]]:
    with gzip.open(corpus.SNAPSHOT, "rt", encoding="utf-8") as file:
        place_of = {json.loads(line)["id"]: place for place, line in enumerate(file)}
    pairs = [line.split("\t")[:2] for line in corpus.CITATIONS.read_text(encoding="utf-8").splitlines()[1:]]
    yield from ((citing, cited) for citing, cited in pairs)
    for start in range(0, count - len(place_of), len(place_of)):  # the paper made over place p is start + p
        made = {id_: _id_of(start + place) for id_, place in place_of.items() if start + place < count - len(place_of)}
        yield from ((made[citing], made.get(cited, cited)) for citing, cited in pairs if citing in made)

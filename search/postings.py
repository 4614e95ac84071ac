"""The keyword side in arrays: what each word adds to the BM25 score of each paper, worked out beforehand.

The scores are those of FTS5's `bm25()` over the same table (https://sqlite.org/fts5.html#the_bm25_function): summed
ahead of the question, as in BM25S (Lù, arXiv:2407.03618), they take a hundredth of the time that FTS5 takes for
a question with common words. The folder is derived from the full-text table and memory-mapped.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg import generations
from kg.arrays import Texts, changes, mapped, save, save_texts
from kg.generations import WORDS, Manifest
from kg.store import Store
from kg.store.fulltext import WEIGHTS
from kg.store.words import TOKENIZER

_K1, _B = 1.2, 0.75  # FTS5's own, which cannot be set
_KEPT_SPANS = 16_384  # stems of which it is remembered where their postings lie: a look-up reads words all over
_LEAST_IDF = 1e-6  # FTS5's for a word that half of the papers or more have


def build(store: Store, parent: Path) -> Manifest:
    """Write the postings of the full-text table, then drop those before.

    :raises StorageError: the folder cannot be written.
    """
    state = store.words.state()
    return generations.write(parent, WORDS, TOKENIZER, state, lambda folder: _fill(store, folder))


class Postings:
    """The postings opened for questions. Papers are named by their place (0 to N - 1) in `numbers`."""

    def __init__(self, parent: Path) -> None:
        """:raises StorageError: there are none in `parent`, or they are damaged."""
        self.manifest = generations.opened(parent, WORDS, self._open)
        self._span = lru_cache(maxsize=_KEPT_SPANS)(self._find)

    def _open(self, folder: Path, manifest: Manifest) -> Manifest:
        self.numbers, self.in_library = (mapped(folder, name) for name in ("numbers", "in_library"))
        self._starts, self._places, self._impacts = (mapped(folder, name) for name in ("starts", "places", "impacts"))
        self._words = Texts(folder, "words")
        if len(self.numbers) != manifest.count or len(self._places) != len(self._impacts):
            raise ValueError("the postings are not those that their manifest names")
        return manifest

    def scores(self, stems: Sequence[str]) -> NDArray[np.float32]:
        """BM25 (N,) of every paper for these stems; 0 where none of them occurs."""
        total = np.zeros(len(self.numbers), dtype=np.float32)
        for span in map(self._span, stems):
            total[self._places[span]] += self._impacts[span]
        return total

    def rarest(self, stems: Sequence[str], most: int) -> list[str]:
        """Those `most` of the stems that the fewest papers have, of those that any has; the rarest first."""
        held = [(span.stop - span.start, stem) for stem in stems for span in (self._span(stem),)]
        return [stem for count, stem in sorted(held) if count][:most]

    def has(self, stem: str, number: int) -> bool:
        """Whether the paper with that number has the stem."""
        place, span = int(np.searchsorted(self.numbers, number)), self._span(stem)
        at = span.start + int(np.searchsorted(self._places[span], place))
        known = place < len(self.numbers) and self.numbers[place] == number
        return bool(known and at < span.stop and self._places[at] == place)

    def _find(self, stem: str) -> slice:
        """Where the postings of a stem lie."""
        place, wanted = bisect_left(self._words, stem.encode()), stem.encode()
        if place == len(self._words) or self._words[place] != wanted:
            return slice(0, 0)
        return slice(int(self._starts[place]), int(self._starts[place + 1]))


def _fill(store: Store, folder: Path) -> int:
    listed = store.words.listed()
    numbers = np.array([number for number, _ in listed], dtype=np.int64)
    inside = np.array([in_library for _, in_library in listed], dtype=bool)
    vocabulary = _Vocabulary(np.zeros(len(numbers)))
    for part in _whole_words(store):
        _add(vocabulary, part, numbers)
    holders = np.array(vocabulary.holders, dtype=np.int64)
    arrays = {
        "numbers": numbers,
        "in_library": inside,
        "starts": np.concatenate([[0], np.cumsum(holders)]).astype(np.int64),
        "places": _joined(vocabulary.places, np.int32),
        "impacts": _impacts(vocabulary, holders),
    }
    for name, values in arrays.items():
        save(folder, name, values)
    save_texts(folder, "words", vocabulary.words)
    return len(numbers)


@dataclass(slots=True)
class _Vocabulary:
    """All words so far, with how many papers hold each; places of these papers, with weighted frequencies."""

    lengths: NDArray[np.float64]
    words: list[str] = field(default_factory=list)
    holders: list[int] = field(default_factory=list)
    places: list[NDArray[np.int32]] = field(default_factory=list)
    frequencies: list[NDArray[np.float32]] = field(default_factory=list)


def _add(vocabulary: _Vocabulary, part: Sequence[tuple[str, int, float]], numbers: NDArray[np.int64]) -> None:
    stems, found, weights = zip(*part, strict=True)
    places = np.searchsorted(numbers, np.array(found, dtype=np.int64))
    vocabulary.lengths += np.bincount(places, minlength=len(numbers))
    begins_word = changes(np.array(stems, dtype=object))
    begins = begins_word | changes(places)
    heads = np.flatnonzero(begins)
    vocabulary.places.append(places[heads].astype(np.int32))
    vocabulary.frequencies.append(np.add.reduceat(np.array(weights, dtype=np.float32), heads))
    words = np.flatnonzero(begins_word)
    vocabulary.holders.extend(np.add.reduceat(begins.astype(np.int64), words).tolist())
    vocabulary.words.extend(stems[word] for word in words)


def _impacts(vocabulary: _Vocabulary, holders: NDArray[np.int64]) -> NDArray[np.float32]:
    """What each posting adds to its paper's score; (n,) for `n` postings."""
    papers = len(vocabulary.lengths)
    idf = np.maximum(np.log((papers - holders + 0.5) / (holders + 0.5)), _LEAST_IDF).astype(np.float32)
    average = max(vocabulary.lengths.sum() / max(papers, 1), 1.0)
    norms = (_K1 * (1 - _B + _B * vocabulary.lengths / average)).astype(np.float32)
    frequencies, places = _joined(vocabulary.frequencies, np.float32), _joined(vocabulary.places, np.int32)
    result: NDArray[np.float32] = np.repeat(idf, holders) * frequencies * (_K1 + 1) / (frequencies + norms[places])
    return result


def _whole_words(store: Store) -> Iterator[Sequence[tuple[str, int, float]]]:
    """The occurrences in parts that do not end within a word."""
    rest: list[tuple[str, int, float]] = []
    for part in store.words.occurrences(WEIGHTS):
        rest.extend(part)
        cut = bisect_left(rest, rest[-1][0].encode(), key=lambda row: row[0].encode())
        if cut:
            yield rest[:cut]
            del rest[:cut]
    if rest:
        yield rest


def _joined(parts: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)

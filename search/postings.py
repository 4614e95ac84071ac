"""The keyword side in arrays: what each word adds to the BM25 score of each paper, worked out beforehand.

The scores are those of FTS5's `bm25()` over the same table (https://sqlite.org/fts5.html#the_bm25_function): summed
ahead of the question, as in BM25S (Lù, arXiv:2407.03618), they take a hundredth of the time that FTS5 takes for
a question with common words. The folder is derived from the full-text table and memory-mapped.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kg import generations
from kg.arrays import Growing, Texts, changes, mapped, save, save_texts
from kg.generations import WORDS, Manifest
from kg.store import Store
from kg.store.fulltext import WEIGHTS
from kg.store.words import TOKENIZER

_K1, _B = 1.2, 0.75  # FTS5's own, which cannot be set
_KEPT_SPANS = 16_384  # stems of which it is remembered where their postings lie: a look-up reads words all over
_LEAST_IDF = 1e-6  # FTS5's for a word that half of the papers or more have
_PART = 1 << 20  # postings that are made at once
_MANY = 500_000  # postings, from which on it pays to import SciPy
_IMPACTS = "impacts"

Numbers = NDArray[np.int64]


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
        self._starts, self._places, self._impacts = (mapped(folder, name) for name in ("starts", "places", _IMPACTS))
        self._words = Texts(folder, "words")
        if len(self.numbers) != manifest.count or len(self._places) != len(self._impacts):
            raise ValueError("the postings are not those that their manifest names")
        return manifest

    def scores(self, stems: Sequence[str]) -> NDArray[np.float32]:
        """BM25 (N,) of every paper for these stems; 0 where none of them occurs."""
        spans = [self._span(stem) for stem in stems]
        if sum(span.stop - span.start for span in spans) > _MANY:
            return self._summed(spans)
        total = np.zeros(len(self.numbers), dtype=np.float32)
        for span in spans:
            total[self._places[span]] += self._impacts[span]
        return total

    def _summed(self, spans: Sequence[slice]) -> NDArray[np.float32]:
        """The same by SciPy, which adds millions of numbers without writing them down in between."""
        from scipy import sparse

        lengths = [span.stop - span.start for span in spans]
        impacts, places = (np.concatenate([part[span] for span in spans]) for part in (self._impacts, self._places))
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        columns = sparse.csc_array((impacts, places, starts), shape=(len(self.numbers), len(spans)))
        return np.asarray(columns @ np.ones(len(spans), dtype=np.float32), dtype=np.float32)

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
    save(folder, "numbers", numbers)
    save(folder, "in_library", np.array([in_library for _, in_library in listed], dtype=bool))
    lengths = np.zeros(len(numbers))
    holders = _write_frequencies(store, folder, numbers, lengths)
    save(folder, "starts", np.concatenate([[0], np.cumsum(holders)]).astype(np.int64))
    if len(holders):
        _make_impacts(folder, holders, lengths)
    return len(numbers)


def _write_frequencies(store: Store, folder: Path, numbers: Numbers, lengths: NDArray[np.float64]) -> Numbers:
    """Write the papers of each word with its weighted frequency there; how many papers hold each word (w,).

    Each paper's weighted length is added to `lengths` (N,).
    """
    words: list[str] = []
    holders = [np.zeros(0, dtype=np.int64)]
    places, frequencies = Growing(folder, "places", np.int32), Growing(folder, _IMPACTS, np.float32)
    place_of = np.zeros(numbers[-1] + 1 if len(numbers) else 0, dtype=np.int32)  # to look up is quicker than to search
    place_of[numbers] = np.arange(len(numbers))
    for part in store.words.occurrences(WEIGHTS):
        word, place = np.repeat(np.arange(len(part.stems)), part.counts), place_of[part.numbers]
        lengths += np.bincount(place, minlength=len(numbers))
        heads = np.flatnonzero(changes(word) | changes(place))
        places.append(place[heads])
        frequencies.append(np.add.reduceat(part.weights, heads))
        holders.append(np.bincount(word[heads], minlength=len(part.stems)))
        words.extend(part.stems)
    places.close()
    frequencies.close()
    save_texts(folder, "words", words)
    return np.concatenate(holders)


def _make_impacts(folder: Path, holders: Numbers, lengths: NDArray[np.float64]) -> None:
    """Make of each frequency what it adds to its paper's score, in the same file."""
    papers = len(lengths)
    idf = np.maximum(np.log((papers - holders + 0.5) / (holders + 0.5)), _LEAST_IDF).astype(np.float32)
    average = max(lengths.sum() / max(papers, 1), 1.0)
    norms = (_K1 * (1 - _B + _B * lengths / average)).astype(np.float32)
    places, ends = mapped(folder, "places"), np.cumsum(holders)
    impacts = np.lib.format.open_memmap(folder / f"{_IMPACTS}.npy", mode="r+")
    for start in range(0, len(impacts), _PART):
        part = slice(start, min(start + _PART, len(impacts)))
        word = np.searchsorted(ends, np.arange(part.start, part.stop), side="right")
        frequencies = impacts[part]
        impacts[part] = idf[word] * frequencies * (_K1 + 1) / (frequencies + norms[places[part]])
    impacts.flush()

"""The keyword side of a question: BM25 of every paper, from the postings, or from FTS5 where these are stale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kg.arrays import places_of
from kg.filters import Scope, Terms
from kg.store import Store
from search.fusion import Scores, Spread
from search.postings import Postings

Numbers = NDArray[np.int64]

_MANY, _EVERY = 500_000, 64  # scores that are many, and of how many one is looked at


@dataclass(frozen=True, slots=True)
class KeywordScores:
    """BM25 of papers: numbers (n,) in ascending order, and scores (n,), above 0 where a paper has one of the words.

    `stems` are those that count, each with the first word that has it.
    """

    numbers: Numbers
    scores: NDArray[np.float32]
    spread: Spread
    stems: Mapping[str, str]

    def of(self, numbers: Numbers) -> Scores:
        """Scores (m,) of these papers; 0 for those without any of the words."""
        places, known = places_of(numbers, self.numbers)
        found = np.zeros(len(numbers))
        found[known] = self.scores[places[known]]
        return found

    def best(self, limit: int | None = None) -> Numbers:
        """The papers that have one of the words, best first, ties by number."""
        return self.ranked(limit)[0]

    def ranked(self, limit: int | None = None) -> tuple[Numbers, Scores]:
        """The same with their scores."""
        places = np.flatnonzero(self.scores > _least_of(self.scores, limit))
        if limit is not None and limit < len(places):
            scores = self.scores[places]
            places = places[scores >= np.partition(scores, -limit)[-limit]]
        places = places[np.argsort(-self.scores[places], kind="stable")][:limit]
        return self.numbers[places], self.scores[places].astype(np.float64)

    def among(self, allowed: Numbers) -> KeywordScores:
        """Those of these papers (in order) only; what is usual in the library stays the same."""
        places, known = places_of(allowed, self.numbers)
        kept = places[known]
        return replace(self, numbers=self.numbers[kept], scores=self.scores[kept])


def _least_of(scores: NDArray[np.float32], limit: int | None) -> float:
    """A score that at least `limit` of many scores (n,) are above, found by looking at few of them; else 0.

    To part the best from millions of others takes longer than all else of a question.
    """
    if limit is None or len(scores) < _MANY:
        return 0.0
    few = scores[::_EVERY]
    guess = float(np.partition(few, -2 * (limit // _EVERY + 2))[-2 * (limit // _EVERY + 2)])
    return guess if guess > 0 and np.count_nonzero(scores > guess) >= limit else 0.0


def keyword_scores(
    store: Store, postings: Postings | None, terms: Terms, everything: bool, most: int | None = None
) -> KeywordScores:
    """Score all papers of the library for these terms; with `everything`, those that are only cited too.

    Of a long text the `most` rarest words are enough, the rarest first; or the first where it is not known how rare
    they are.
    """
    stems = store.words.stems(terms.words)
    if most is not None:
        kept = postings.rarest(list(stems), most) if postings else list(stems)[:most]
        stems = {stem: stems[stem] for stem in kept}
    if postings is None or terms.phrases or terms.excluded:
        # What has a phrase is found by FTS5, which alone knows where words stand.
        return _by_fts5(store, replace(terms, words=tuple(dict.fromkeys(stems.values()))), everything, stems)
    scores = postings.scores(list(stems))
    spread = _spread(scores, len(scores))
    if not everything:
        scores = scores * postings.in_library
    return KeywordScores(postings.numbers, scores, spread, stems)


def _by_fts5(store: Store, terms: Terms, everything: bool, stems: Mapping[str, str]) -> KeywordScores:
    found = sorted(store.fulltext.search(terms, Scope(everything=everything)))
    scores = np.array([score for _, score in found], dtype=np.float32)
    spread = _spread(scores, store.fulltext.count())
    return KeywordScores(np.array([number for number, _ in found], dtype=np.int64), scores, spread, stems)


def _spread(scores: NDArray[np.float32], papers: int) -> Spread:
    """Mean and deviation over all papers; `scores` may leave out those that are 0."""
    count = max(papers, len(scores), 1)
    mean = float(scores.sum()) / count
    return Spread(mean, float(np.sqrt(max(float(np.square(scores).sum()) / count - mean * mean, 0.0))))

"""How like a text the papers are: by meaning, by words, and by both. What relatedness knows of texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np

from kg.arrays import without
from kg.filters import Terms
from kg.store.vectors import Matrix
from search.fusion import Scores, Spread, fuse
from search.keywords import KeywordScores, Numbers, keyword_scores
from search.question import Semantic, Sides

_FEWEST = 20  # papers that each of many passages puts forward, at least
_MOST_WORDS = 48  # of a draft, the rarest: what is left says next to nothing, and takes longest


@dataclass(frozen=True)
class Likeness:
    """A text (of a paper, a draft, or a part of one) as it is compared with papers.

    `vector` (d,) is None where nothing is embedded, or the paper is not. Papers `left_out` are no measure of the best.
    """

    sides: Sides
    vector: Matrix | None
    words: KeywordScores
    left_out: Numbers

    @property
    def semantic(self) -> Semantic | None:
        """The semantic side, where there is one."""
        return self.sides.semantic

    def shared_words(self, number: int, most: int) -> list[str]:
        """The rarest of its words that a paper has too, the rarest first; none where only FTS5 knows."""
        if (postings := self.sides.postings) is None:
            return []
        held = (word for stem, word in self.words.stems.items() if len(stem) > 2 and postings.has(stem, number))
        return list(islice(held, most))

    def nearest(self, limit: int, among: Numbers | None = None) -> Numbers:
        """Numbers of the papers that are the `limit` nearest by meaning, or the `limit` best by words; ascending."""
        words = self.words if among is None else self.words.among(among)
        found = np.sort(words.best(limit))
        if self.semantic is not None and self.vector is not None:
            found = np.union1d(found, self.semantic.index.nearest(self.vector, limit, among)[0])
        return without(found, self.left_out)

    def cosines(self, numbers: Numbers) -> Scores:
        """Cosine (n,) to each of these papers; what points away, or is not embedded, counts as unrelated (0)."""
        if self.semantic is None or self.vector is None:
            return np.zeros(len(numbers))
        cosines = self.semantic.index.cosines(self.vector, numbers).astype(np.float64)
        return np.maximum(np.nan_to_num(cosines), 0.0)

    def by_words(self, numbers: Numbers) -> Scores:
        """BM25 (n,) of each of these papers, as a part of the best that any paper has."""
        return self.words.of(numbers) / self.best if self.best > 0 else np.zeros(len(numbers))

    def both(self, numbers: Numbers) -> Scores:
        """Both sides in one, as search joins them (`search.fusion`): (n,), 0 for what is usual in the library."""
        by_words = self.words.spread.zscores(self.words.of(numbers))
        if self.semantic is None or self.vector is None:
            return by_words
        spread = Spread(*self.semantic.index.spread(self.vector))
        cosines = self.semantic.index.cosines(self.vector, numbers).astype(np.float64)
        return fuse(by_words, spread.zscores(np.where(np.isnan(cosines), spread.mean, cosines)), self.semantic.weight)

    @cached_property
    def best(self) -> float:
        """The best that any paper has by words."""
        scores = self.words.scores[~np.isin(self.words.numbers, self.left_out)]
        return float(scores.max(initial=0.0))


@dataclass(frozen=True)
class LikenessOfPassages:
    """A long text as it is compared with papers: passage by passage, and the best passage counts (MaxP).

    MaxP: Dai and Callan, "Deeper Text Understanding for IR with Contextual Neural Language Modeling", SIGIR 2019. An
    encoder takes in only the beginning of a long text, and its rarest words are slips. One passage is as likeness is.
    """

    passages: Sequence[Likeness]

    def nearest(self, limit: int, among: Numbers | None = None) -> Numbers:
        """Numbers of the papers that the passages put forward, each its share of `limit` or a few; ascending."""
        share = min(limit, max(limit // len(self.passages), _FEWEST))
        return np.unique(np.concatenate([passage.nearest(share, among) for passage in self.passages]))

    def cosines(self, numbers: Numbers) -> Scores:
        """Cosine (n,) of each of these papers to the passage that it is nearest to."""
        return _best([passage.cosines(numbers) for passage in self.passages])

    def by_words(self, numbers: Numbers) -> Scores:
        """BM25 (n,) of each of these papers for its best passage, as a part of the best that any paper has for any."""
        best = max(passage.best for passage in self.passages)
        scores = _best([passage.words.of(numbers) for passage in self.passages])
        return scores / best if best > 0 else np.zeros(len(numbers))

    def both(self, numbers: Numbers) -> Scores:
        """Both sides in one (n,), for the passage that each paper is most like; see `Likeness.both`."""
        return _best([passage.both(numbers) for passage in self.passages])

    def nearest_passage(self, number: int, by_words: bool = False) -> int:
        """The place of the passage that a paper is nearest to by meaning, or most like by words."""
        if len(self.passages) == 1:
            return 0
        asked = np.array([number])
        said = [float((p.words.of(asked) if by_words else p.cosines(asked))[0]) for p in self.passages]
        return int(np.argmax(said))


def likeness(sides: Sides, text: str, vector: Matrix | None, left_out: Numbers) -> Likeness:
    """A text as it is compared with papers; its vector is worked out by the caller, or known."""
    words = keyword_scores(sides.store, sides.postings, Terms(words=tuple(text.split())), True, _MOST_WORDS)
    return Likeness(sides, vector, words, left_out)


def _best(scores: Sequence[Scores]) -> Scores:
    """The best (n,) of several scores (n,) of each paper."""
    return np.asarray(np.max(scores, axis=0), dtype=np.float64)

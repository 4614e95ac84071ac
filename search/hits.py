"""What a question has found, in arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.fusion import Scores

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Hits:
    """The papers found, best first: numbers, scores, and whether words or meaning found each; all (n,).

    The first `exact` of them are named by the whole query.
    """

    numbers: Numbers
    scores: Scores
    by_words: Flags
    by_meaning: Flags
    exact: int = 0

    @classmethod
    def of_words(cls, numbers: Numbers) -> Hits:
        """Hits of the keyword side, not scored yet."""
        count = len(numbers)
        return cls(numbers, np.zeros(count), np.ones(count, dtype=bool), np.zeros(count, dtype=bool))

    def __len__(self) -> int:
        return len(self.numbers)

    def part(self, offset: int, limit: int) -> Hits:
        """One page."""
        return self._at(np.arange(len(self))[offset : offset + limit], max(self.exact - offset, 0))

    def ordered(self, numbers: Sequence[int]) -> Hits:
        """The same hits in the order of these numbers."""
        order = np.argsort(self.numbers, kind="stable")
        places = order[np.searchsorted(self.numbers, np.array(numbers, dtype=np.int64), sorter=order)]
        return self._at(places, self.exact)

    def among(self, numbers: Numbers) -> Hits:
        """Those of the hits that are among these papers."""
        return self._at(np.flatnonzero(np.isin(self.numbers, numbers)), self.exact)

    def without(self, numbers: Numbers) -> Hits:
        """Those of the hits that are not among these papers."""
        return self._at(np.flatnonzero(~np.isin(self.numbers, numbers)), self.exact)

    def match(self, place: int) -> str:
        """Which side found the paper at that place: `exact`, `both`, `keyword` or `semantic`."""
        if place < self.exact:
            return "exact"
        if self.by_words[place]:
            return "both" if self.by_meaning[place] else "keyword"
        return "semantic"

    def _at(self, places: NDArray[np.intp], exact: int) -> Hits:
        return Hits(self.numbers[places], self.scores[places], self.by_words[places], self.by_meaning[places], exact)


def exact_first(named: Sequence[int], hits: Hits) -> Hits:
    """Put the papers that the whole query names at the top, scored just above the best of the rest."""
    if not named:
        return hits
    first = np.array(named, dtype=np.int64)
    rest = hits.without(first)
    best = float(rest.scores.max()) if len(rest) else 0.0
    flags = np.ones(len(first), dtype=bool)
    return Hits(
        np.concatenate([first, rest.numbers]),
        np.concatenate([np.full(len(first), best + 1.0), rest.scores]),
        np.concatenate([flags, rest.by_words]),
        np.concatenate([flags, rest.by_meaning]),
        len(first),
    )

"""Joining the keyword and the semantic side into one ranking.

Both scores become z-scores and are summed with a weight on the semantic side (score-based fusion: Fox & Shaw,
"Combination of Multiple Searches", TREC-2, 1994). Mean and deviation are those over the whole library, not over the
candidates: so a paper's score for a question does not depend on filters, and on the dev data it ranks better. Fusion
by rank with equal weights does worse than the encoder alone where the encoder is much the better side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

# Learnt on the 809 train queries of SciFact: 2 to 3 are equally good there (docs/design.md has the figures).
SEMANTIC_WEIGHT = 2.5
# A static model says little that the words do not say: with 2.5 it does worse than BM25 alone.
STATIC_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and standard deviation of a side's scores over the whole library."""

    mean: float
    deviation: float

    def zscores(self, scores: Scores) -> Scores:
        """Scores (n,) in deviations from the mean; all 0 when the side tells no paper from another."""
        if self.deviation <= 1e-9:
            return np.zeros(len(scores))
        return (scores - self.mean) / self.deviation


def fuse(keyword: Scores, semantic: Scores, weight: float = SEMANTIC_WEIGHT) -> Scores:
    """One score (n,) for each candidate from its two z-scores (n,)."""
    return (keyword + weight * semantic) / (1.0 + weight)

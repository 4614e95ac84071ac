"""Joining the keyword and the semantic side into one ranking.

Both scores are made comparable by z-scores over the candidates and summed with a weight on the semantic
side (score-based fusion: Fox & Shaw, "Combination of Multiple Searches", TREC-2, 1994). Rank-based fusion
with equal weights does worse than the encoder alone where the encoder is much the better side.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

# Learnt on the train queries of SciFact: 2 to 3 are equally good there.
SEMANTIC_WEIGHT = 2.5


def fuse(keyword: Scores, semantic: Scores, weight: float = SEMANTIC_WEIGHT) -> Scores:
    """One score (n,) for each candidate from its two scores (n,); what a side did not find is 0 there."""
    return (zscores(keyword) + weight * zscores(semantic)) / (1.0 + weight)


def zscores(scores: Scores) -> Scores:
    """Scores (n,) moved to mean 0 and standard deviation 1; all 0 when they do not differ."""
    spread = scores.std() if len(scores) else 0.0
    return (scores - scores.mean()) / spread if spread > 1e-12 else np.zeros(len(scores))

"""Rankings and judgements in, figures with intervals out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from search.measures import Values, average_precision, intervals, ndcg, ndcg_of_pool, recall, reciprocal_rank

Ranking = Sequence[tuple[str, float]]  # (document, score), best first
Rankings = Mapping[str, Mapping[str, Ranking]]  # by mode, then by query
Judgements = Mapping[str, Mapping[str, int]]  # grades by query, then by document
Measure = Callable[[Sequence[int], Sequence[int]], float]  # of grades found and grades judged, see `search.measures`

RETRIEVAL: Mapping[str, Measure] = {
    "nDCG@10": lambda found, judged: ndcg(found, judged, 10),
    "recall@20": lambda found, judged: recall(found, judged, 20),
    "recall@100": lambda found, judged: recall(found, judged, 100),
    "MAP": average_precision,
}
POOLED: Mapping[str, Measure] = {**RETRIEVAL, "nDCG%20": ndcg_of_pool}
CITATIONS: Mapping[str, Measure] = {name: RETRIEVAL[name] for name in ("recall@20", "recall@100", "nDCG@10", "MAP")}
HIDDEN: Mapping[str, Measure] = {
    "recall@10": lambda found, judged: recall(found, judged, 10),
    "recall@20": lambda found, judged: recall(found, judged, 20),
    "nDCG@10": lambda found, judged: ndcg(found, judged, 10),
    "MRR": lambda found, _: reciprocal_rank(found),
}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over queries, and the 95 % interval in which it lies."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better `mode` is than `against` on the same queries, by measure."""

    mode: str
    against: str
    measures: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Report:
    """What an evaluation found.

    `task` is `search` (questions in words), `related` (papers as questions), `citations` (hidden bibliographies) or
    `lists` (leave-one-out); `source` is the folder or file, or the folder of the library. `queries` were asked of
    `papers` papers, `left_out` were not, since nothing that is relevant to them is known. `depth` is how many papers
    of each ranking count; with `pool` only those judged do.
    """

    task: str
    source: str
    model: str
    papers: int
    queries: int
    left_out: int
    depth: int
    pool: bool
    modes: Mapping[str, Mapping[str, Estimate]]
    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = ()


def estimated(
    rankings: Rankings, judgements: Judgements, measures: Mapping[str, Measure]
) -> tuple[dict[str, dict[str, Estimate]], tuple[Difference, ...]]:
    """Every measure of every mode, and the differences of the last mode, which joins the others, to each of them."""
    values = {mode: _values(ranked, judgements, measures) for mode, ranked in rankings.items()}
    *halves, joined = values
    modes = {mode: _estimates(measures, values[mode]) for mode in values}
    differences = tuple(
        Difference(joined, half, _estimates(measures, values[joined] - values[half])) for half in halves
    )
    return modes, differences


def _values(ranked: Mapping[str, Ranking], judgements: Judgements, measures: Mapping[str, Measure]) -> Values:
    """The measures (n queries, m measures) of one mode."""
    rows = []
    for query, ranking in ranked.items():
        grades = judgements[query]
        found, judged = [grades.get(document, 0) for document, _ in ranking], list(grades.values())
        rows.append([measure(found, judged) for measure in measures.values()])
    return np.array(rows, dtype=np.float64)


def _estimates(names: Mapping[str, Measure], values: Values) -> dict[str, Estimate]:
    means = values.mean(axis=0)
    return {
        name: Estimate(float(mean), float(low), float(high))
        for name, mean, (low, high) in zip(names, means, intervals(values), strict=True)
    }

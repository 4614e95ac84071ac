"""Related papers ranked in several ways, of one answer: by each signal alone, and by all together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from graph.relatedness import Scored
from kg.evaluation.report import Ranking
from kg.filters import Related
from kg.relating import relate

if TYPE_CHECKING:
    from graph.tables import Places, Tables
    from search.question import Sides

Ways = Mapping[str, str | None]  # the signal that ranks, by the name of the way; None for all of them
PAPERS: Ways = {"keywords": "keywords", "text": "text", "all": None}


def ranked(
    sides: Sides, tables: Tables | None, question: Related, ways: Ways, depth: int, unseen: Places | None = None
) -> dict[str, Ranking]:
    """The first `depth` (id, score) of an answer, ranked in each way; papers `unseen` (numbers) have no part in it."""
    scored = relate(sides, tables, question, unseen).scored
    best = {way: by_signal(scored, signal)[:depth] for way, signal in ways.items()}
    ids = sides.store.papers.ids({number for ranking in best.values() for number, _ in ranking})
    return {way: [(ids[number], score) for number, score in ranking] for way, ranking in best.items()}


def by_signal(scored: Scored, signal: str | None) -> list[tuple[int, float]]:
    """Related papers (number, score) as one signal alone would rank them; as they are for None.

    What the signal says nothing of is left out. Ties go by number: the other signals must not have a say in them.
    """
    values = scored.scores if signal is None else scored.values.get(signal, np.zeros(len(scored.numbers)))
    found = np.arange(len(values)) if signal is None else np.flatnonzero(values > 0)
    order = found[np.lexsort((scored.numbers[found], -values[found]))]
    return list(zip(scored.numbers[order].tolist(), values[order].tolist(), strict=True))

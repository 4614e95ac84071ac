"""How papers are related, and why: a weighted sum of signals whose parts are shown.

    score = sum over signals of weight x value

The value of a signal for one example is between 0 and 1; several examples are averaged, and what is like an unwanted
one loses by it, so a value may fall below 0. A signal that is absent adds nothing and costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from graph.signals import Signal, Values
from graph.tables import Places
from kg.arrays import places_of

# For what belongs beside a paper; learnt on CSFCube, on halves of bibliographies, and on lists (docs/design.md).
WEIGHTS: Mapping[str, float] = {
    "text": 1.0,
    "sentences": 0.5,
    "keywords": 0.22,
    "citation": 0.3,
    "shared_references": 0.4,
    "co_cited": 0.35,
    "neighbours": 0.9,
    "co_listed": 0.15,
    "authors": 0.2,
    "topic": 0.05,
}
# For what a draft should cite; learnt on hidden bibliographies. There, what like papers cite says most by far.
DRAFT_WEIGHTS: Mapping[str, float] = {**WEIGHTS, "keywords": 0.9, "neighbours": 4.0}
SIGNALS: Mapping[str, tuple[str, ...]] = {
    "all": tuple(name for name in WEIGHTS if name != "sentences"),
    "text": ("text", "keywords"),
    "citations": ("citation", "shared_references", "co_cited", "neighbours"),
    "lists": ("co_listed", "topic"),
    "authors": ("authors",),
    "background": ("text", "sentences", "keywords"),
    "method": ("text", "sentences", "keywords"),
    "result": ("text", "sentences", "keywords"),
}
# A paper that is like an unwanted one loses this part of what that likeness would have added.
NEGATIVE = 0.5
_PROPOSED = 500  # papers that one signal of one example puts forward, at most


@dataclass(frozen=True, slots=True)
class Scored:
    """Papers by number (n,) with their scores (n,), best first; `values` has each signal's values of them (n,)."""

    numbers: Places
    scores: Values
    values: Mapping[str, Values]


def proposed(examples: Sequence[Mapping[str, Signal]], allowed: Places | None) -> Places:
    """Numbers of the papers that some signal puts forward for one of the examples; of those `allowed`, if given."""
    parts = [_best(*signal, allowed) for signals in examples for signal in signals.values()]
    return np.unique(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)


def combine(
    numbers: Places,
    wanted: Sequence[Mapping[str, Signal]],
    unwanted: Sequence[Mapping[str, Signal]],
    weights: Mapping[str, float],
) -> Scored:
    """Score these papers (n,), in ascending order; best first, ties by number.

    Each element of `wanted` holds the signals of one paper (or draft) that answers should be like, each of `unwanted`
    of one they should not be like.
    """
    values = {}
    for name in weights:
        told = [signals[name] for signals in (*wanted, *unwanted) if name in signals]
        if told:
            values[name] = _mean(name, numbers, wanted) - NEGATIVE * _mean(name, numbers, unwanted)
    scores = sum((weights[name] * value for name, value in values.items()), np.zeros(len(numbers)))
    order = np.argsort(-scores, kind="stable")
    return Scored(numbers[order], scores[order], {name: value[order] for name, value in values.items()})


def value_of(signal: Signal, numbers: Places) -> Values:
    """The values (m,) that a signal gives these papers (m,); 0 for those that it says nothing of."""
    places, known = places_of(numbers, signal[0])
    found = np.zeros(len(numbers))
    found[known] = signal[1][places[known]]
    return found


def _mean(name: str, numbers: Places, examples: Sequence[Mapping[str, Signal]]) -> Values:
    values = [value_of(signals[name], numbers) for signals in examples if name in signals]
    return np.asarray(sum(values, np.zeros(len(numbers))) / max(len(examples), 1))


def _best(numbers: Places, values: Values, allowed: Places | None) -> Places:
    if allowed is not None:
        kept = places_of(numbers, allowed)[1]
        numbers, values = numbers[kept], values[kept]
    if len(numbers) <= _PROPOSED:
        return numbers
    return numbers[np.argpartition(-values, _PROPOSED)[:_PROPOSED]]

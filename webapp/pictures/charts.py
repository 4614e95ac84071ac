"""Small charts, worked out as numbers that templates draw as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kg.answers import Reason

_LEAST = 2.0  # units of height that one paper has, however many others have


@dataclass(frozen=True, slots=True)
class Bar:
    """One column of a histogram, from its upper left corner; `top` to `height` of the chart is the column."""

    year: int
    count: int
    x: float
    top: float
    width: float


@dataclass(frozen=True, slots=True)
class Part:
    """One summand of a score, as a part of a bar that is as wide as the score."""

    signal: str
    x: float
    width: float


def histogram(counts: Mapping[int, int], width: float, height: float) -> list[Bar]:
    """A column for each year from the first to the last, those without a paper too; none of nothing."""
    if not counts:
        return []
    years = range(min(counts), max(counts) + 1)
    most, step = max(counts.values()), width / len(years)
    return [
        Bar(year, counts.get(year, 0), round(at * step, 2), _top(counts.get(year, 0), most, height), round(step, 2))
        for at, year in enumerate(years)
    ]


def years_of(facet: Iterable[Mapping[str, str | int]]) -> dict[int, int]:
    """The counts of a facet of years."""
    return {int(value["value"]): int(value["count"]) for value in facet if str(value["value"]).isdigit()}


def parts(why: Sequence[Reason], best: float, width: float) -> list[Part]:
    """The positive summands of a score side by side, where `best` is as wide as the chart."""
    found, x = [], 0.0
    for reason in why:
        if reason.contribution > 0 and best > 0:
            wide = round(width * reason.contribution / best, 1)
            found.append(Part(reason.signal, round(x, 1), wide))
            x += wide
    return found


def _top(count: int, most: int, height: float) -> float:
    return round(height - max(height * count / most, _LEAST if count else 0.0), 2)

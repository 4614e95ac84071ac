"""How the benchmarks say what they found: a ratio, both raw figures, the limit, and whether it was kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Limit(NamedTuple):
    """What a ratio is held to: `at most` or `at least` a value."""

    kind: str
    value: float

    def kept(self, ratio: float) -> bool:
        """Whether a ratio is within the limit."""
        return ratio <= self.value if self.kind == "at most" else ratio >= self.value


def at_most(value: float) -> Limit:
    """A ratio may be `value`, or less."""
    return Limit("at most", value)


def at_least(value: float) -> Limit:
    """A ratio must be `value`, or more."""
    return Limit("at least", value)


def compared(name: str, ours: float, peer: str, theirs: float, unit: str, limit: Limit) -> str:
    """One line: our figure over that of a peer, or over what was set, both in `unit`."""
    ratio = ours / theirs
    return (
        f"{name}: {ours:.1f} {unit} / {peer} {theirs:.1f} {unit} = {ratio:.2f} "
        f"({limit.kind} {limit.value:g}) {'ok' if limit.kept(ratio) else 'MISSED'}"
    )


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest of the values that `percent` of them do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]

"""A part of many questions, the same one every time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

_SEED = 0
_T = TypeVar("_T")


def sampled(items: Sequence[_T], most: int | None) -> list[_T]:
    """At most that many of the items, drawn by a fixed seed, in their order; all for None."""
    if most is None or most >= len(items):
        return list(items)
    places = np.random.default_rng(_SEED).choice(len(items), size=most, replace=False)
    return [items[place] for place in sorted(places)]

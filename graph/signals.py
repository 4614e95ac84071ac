"""What the graph says of a paper's relation to others: each signal gives papers and values between 0 and 1.

All values are worked out in arrays; the fact behind one is put in words by `graph.facts`, for the few papers shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph.tables import Links, Places, Rows, Tables

Values: TypeAlias = NDArray[np.float64]
Signal: TypeAlias = tuple[Places, Values]
"""Numbers (n,) of papers, in order, and the value (n,) that each has."""


def graph_signals(tables: Tables, number: int) -> dict[str, Signal]:
    """Every signal of the paper with that number; nothing where the graph does not know it."""
    place = tables.paper(number)
    if place is None:
        return {}
    found = {name: find(tables.links, place) for name, find in _FINDERS.items()}
    return {name: _others(tables, place, *signal) for name, signal in found.items()}


def specificity(members: int | Places) -> Values:
    """How much it says that two papers are in one group of so many: 1 / log2(1 + n), 0.63 for two and 0.15 for 100."""
    return np.asarray(1.0 / np.log2(1.0 + np.maximum(members, 2)), dtype=np.float64)


def _others(tables: Tables, place: int, places: Places, values: Values) -> Signal:
    other = places != place
    return tables.numbers[places[other]], values[other]


def _citation(links: Mapping[str, Links], place: int) -> Signal:
    """1 where one of the two cites the other."""
    cites = links["cites"]
    places = np.union1d(cites.out.of(place), cites.back.of(place)).astype(np.int64)
    return places, np.ones(len(places))


def _shared_references(links: Mapping[str, Links], place: int) -> Signal:
    """Bibliographic coupling (Kessler 1963), as the cosine of the two reference sets."""
    return _cosine(links["cites"].out, links["cites"].back, place)


def _co_cited(links: Mapping[str, Links], place: int) -> Signal:
    """Co-citation (Small 1973), as the cosine of the two sets of citing papers."""
    return _cosine(links["cites"].back, links["cites"].out, place)


def _cosine(there: Rows, back: Rows, place: int) -> Signal:
    own = there.of(place).astype(np.int64)
    others, shared = np.unique(back.of_all(own)[1], return_counts=True)
    sizes = there.starts[others + 1] - there.starts[others]
    return others, shared / np.sqrt(max(len(own), 1) * sizes)


def _co_listed(links: Mapping[str, Links], place: int) -> Signal:
    """Under one heading: the fewer papers it holds, the more it says; several headings add (noisy or)."""
    return _in_groups(links["listed_under"], place)


def _topic(links: Mapping[str, Links], place: int) -> Signal:
    """About the same topic, weighted by how specific the topic is."""
    return _in_groups(links["about"], place)


def _in_groups(links: Links, place: int) -> Signal:
    groups = links.out.of(place).astype(np.int64)
    which, members = links.back.of_all(groups)
    sizes = links.back.starts[groups + 1] - links.back.starts[groups]
    others, at = np.unique(members, return_inverse=True)
    missed = np.log1p(-specificity(sizes)[which])
    return others, 1.0 - np.exp(np.bincount(at, weights=missed, minlength=len(others)))


def _authors(links: Mapping[str, Links], place: int) -> Signal:
    """Shared authors, as the Jaccard index of the two author sets."""
    wrote = links["wrote"]
    own = wrote.back.of(place).astype(np.int64)
    others, shared = np.unique(wrote.out.of_all(own)[1], return_counts=True)
    sizes = wrote.back.starts[others + 1] - wrote.back.starts[others]
    return others, shared / (len(own) + sizes - shared)


_FINDERS: Mapping[str, Callable[[Mapping[str, Links], int], Signal]] = {
    "citation": _citation,
    "shared_references": _shared_references,
    "co_cited": _co_cited,
    "co_listed": _co_listed,
    "authors": _authors,
    "topic": _topic,
}

"""Facets in arrays: how many of some papers have each year, category, topic, author and list.

Counting the authors of a hundred thousand hits takes SQL seconds, and these arrays milliseconds. The folder is derived
from the tables, and memory-mapped.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kg import generations
from kg.answers import Facets
from kg.arrays import Texts, mapped, save, save_texts
from kg.generations import COLUMNS, FACETS, Manifest
from kg.store import Store

MOST = 12  # values of each facet that are told; of years all are
_NAMES = ("year", "category", "topic", "author", "list")

Numbers = NDArray[np.int64]


def build(store: Store, parent: Path) -> Manifest:
    """Write the columns of all papers, then drop those before.

    :raises StorageError: the folder cannot be written.
    """
    return generations.write(parent, FACETS, COLUMNS, store.state("relations"), lambda folder: _fill(store, folder))


class FacetColumns:
    """The columns opened for counting."""

    def __init__(self, parent: Path) -> None:
        """:raises StorageError: there are none in `parent`, or they are damaged."""
        self.manifest = generations.opened(parent, FACETS, self._open)

    def _open(self, folder: Path, manifest: Manifest) -> Manifest:
        self._numbers: Numbers = mapped(folder, "numbers")
        self._columns = {name: _Column(folder, name) for name in _NAMES}
        if len(self._numbers) != manifest.count:
            raise ValueError("the columns are not those that their manifest names")
        return manifest

    def counts(self, numbers: Numbers) -> dict[str, list[tuple[str, int]]]:
        """(value, count) of each facet among these papers (n,): years from the newest, others from the most."""
        places = np.searchsorted(self._numbers, np.sort(numbers))  # in any order it would take ten times as long
        found = {name: column.counts(places) for name, column in self._columns.items()}
        return {**found, "year": sorted(found["year"], reverse=True)}

    def totals(self, name: str) -> dict[str, int]:
        """How many papers have each value of a facet that any has."""
        return self._columns[name].totals()


class _Column:
    """The values of each paper: those of place `p` are `codes[starts[p]:starts[p + 1]]`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._starts, self._codes = mapped(folder, f"{name}_starts"), mapped(folder, f"{name}_codes")
        self._values = Texts(folder, f"{name}_values")
        self._most = None if name == "year" else MOST

    def totals(self) -> dict[str, int]:
        """How many papers have each value."""
        counted = np.bincount(self._codes, minlength=len(self._values)).tolist()
        return {self._values[code].decode("utf-8", "surrogatepass"): count for code, count in enumerate(counted)}

    def counts(self, places: NDArray[np.intp]) -> list[tuple[str, int]]:
        """(value, count) among the papers at these places, from the most; equal counts by value."""
        starts = self._starts[places]
        lengths = self._starts[places + 1] - starts
        ends = np.cumsum(lengths)
        within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)
        counted = np.bincount(self._codes[np.repeat(starts, lengths) + within], minlength=len(self._values))
        best = np.flatnonzero(counted)
        best = best[np.argsort(-counted[best], kind="stable")][: self._most]
        return [(self._values[code].decode("utf-8", "surrogatepass"), int(counted[code])) for code in best.tolist()]


def facets(store: Store, columns: FacetColumns | None, numbers: Numbers) -> Facets:
    """The facets of these papers (n,); by SQL where the columns are stale."""
    if columns is None:
        return store.fulltext.facets(numbers.tolist(), MOST)
    return store.fulltext.labelled(columns.counts(numbers))


def _fill(store: Store, folder: Path) -> int:
    numbers = np.array(store.columns.numbers(), dtype=np.int64)
    save(folder, "numbers", numbers)
    for name in _NAMES:
        _save_column(folder, name, numbers, store.columns.values(name))
    return len(numbers)


def _save_column(folder: Path, name: str, numbers: Numbers, rows: Iterable[tuple[int, str]]) -> None:
    """Write the values of each paper, given as rows (number, value) by number; codes are in the order of values."""
    papers, values = [], []
    for number, value in rows:
        papers.append(number)
        values.append(value)
    known = sorted(set(values))
    codes = {value: code for code, value in enumerate(known)}
    held = np.bincount(np.searchsorted(numbers, np.array(papers, dtype=np.int64)), minlength=len(numbers))
    save(folder, f"{name}_starts", np.concatenate([[0], np.cumsum(held)]).astype(np.int64))
    save(folder, f"{name}_codes", np.array([codes[value] for value in values], dtype=np.int32))
    save_texts(folder, f"{name}_values", known)

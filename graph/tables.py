"""The knowledge graph in arrays, as questions are asked of it: memory-mapped, so that opening it costs nothing.

    paper   --cites-->         paper      source: where the citation is known from
    author  --wrote-->         paper      source: the route its metadata came by
    paper   --in_category-->   category   source: the same
    paper   --about-->         topic      source: headings or communities
    topic   --within-->        topic      source: the same
    paper   --listed_under-->  heading    source: document and line of every mention
    heading --part_of-->       list       source: the document
    paper   --similar-->       paper      source: the model, with the cosine; the nearest papers of each

Nodes of one kind are named by their place (0 to n - 1); papers lie in the order of their numbers, all others in that of
their ids. Edges lie in compressed rows (CSR), one for each place, both ways. `graph.writing`
writes them, `graph.whole` makes networkx of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kg import generations
from kg.arrays import Texts, mapped, places_of
from kg.generations import GRAPH, Manifest

MAKER = "tables 1"  # changes with what is written
NODES = ("paper", "author", "category", "topic", "heading", "list")
EDGES: Mapping[str, tuple[str, str]] = {
    "cites": ("paper", "paper"),
    "wrote": ("author", "paper"),
    "in_category": ("paper", "category"),
    "about": ("paper", "topic"),
    "within": ("topic", "topic"),
    "listed_under": ("paper", "heading"),
    "part_of": ("heading", "list"),
    "similar": ("paper", "paper"),
}

Places: TypeAlias = NDArray[np.int64]
Ends: TypeAlias = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Rows:
    """For each place, the places at the other end of its edges: `ends[starts[place] : starts[place + 1]]`."""

    starts: Places
    ends: Ends

    def of(self, place: int) -> Ends:
        """The other ends of one place's edges."""
        return self.ends[self.starts[place] : self.starts[place + 1]]

    def of_all(self, places: Places) -> tuple[Places, Places]:
        """The edges of several places (n,): which of them each edge is of (k,), and its other end (k,)."""
        counts = self.starts[places + 1] - self.starts[places]
        which = np.repeat(np.arange(len(places)), counts)
        first = np.repeat(self.starts[places] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
        return which, self.ends[first + np.arange(len(which))].astype(np.int64)

    @property
    def degrees(self) -> Places:
        """How many edges each place has."""
        return np.diff(self.starts)


@dataclass(frozen=True, slots=True)
class Links:
    """All edges of one kind: the way they point, and the way back; `sources` (codes) lie as `out.ends` do."""

    out: Rows
    back: Rows
    sources: NDArray[np.int32]

    def without(self, one: int, others: Iterable[int]) -> Links:
        """These edges less those from `one` to the `others`."""
        start = int(self.out.starts[one])
        gone = start + np.flatnonzero(np.isin(self.out.of(one), list(others)))
        kept = np.ones(len(self.out.ends), dtype=bool)
        kept[gone] = False
        starts = np.repeat(np.arange(len(self.out.starts) - 1), self.out.degrees)[kept]
        return links_of(
            starts, self.out.ends[kept], self.sources[kept], len(self.out.starts) - 1, len(self.back.starts) - 1
        )


class Tables:
    """The graph of a library, opened for questions.

    `numbers` (n,) are those of the papers, in order; `in_library` (n,) tells those of the library from those that are
    only cited.
    """

    def __init__(self, parent: Path) -> None:
        """:raises StorageError: there is none in `parent`, or it is damaged."""
        self.manifest = generations.opened(parent, GRAPH, self._open)

    def _open(self, folder: Path, manifest: Manifest) -> Manifest:
        self.numbers, self.in_library = mapped(folder, "numbers"), mapped(folder, "in_library")
        self.ids = {kind: Texts(folder, f"{kind}_ids") for kind in NODES}
        self._labels = {kind: Texts(folder, f"{kind}_labels") for kind in NODES}
        self._published, self._sources = Texts(folder, "published"), Texts(folder, "sources")
        self.links = {kind: _opened(folder, kind) for kind in EDGES}
        self.cosines: NDArray[np.float32] = mapped(folder, "cosines")
        if len(self.numbers) != manifest.count or len(self.ids["paper"]) != manifest.count:
            raise ValueError("the papers are not those that its manifest names")
        return manifest

    def paper(self, number: int) -> int | None:
        """The place of the paper with that number."""
        (place,), (known,) = places_of(np.array([number]), self.numbers)
        return int(place) if known else None

    def place(self, kind: str, id_: str) -> int | None:
        """The place of the node of that kind (not a paper) with that id."""
        ids, wanted = self.ids[kind], id_.encode()
        place = bisect_left(ids, wanted)
        return place if place < len(ids) and ids[place] == wanted else None

    def id(self, kind: str, place: int) -> str:
        """The id of a node."""
        return self.ids[kind][place].decode()

    def label(self, kind: str, place: int) -> str:
        """A node's name in words: a title, a person's name, a heading."""
        return self._labels[kind][place].decode()

    def published(self, place: int) -> str | None:
        """When a paper was published, as exact as it is known."""
        return self._published[place].decode() or None

    def source(self, kind: str, edge: int) -> str:
        """Who says that there is the edge at that place of `links[kind].out.ends`."""
        return self._sources[int(self.links[kind].sources[edge])].decode()

    def edge(self, kind: str, one: int, other: int) -> int | None:
        """Where the edge of that kind from `one` to `other` lies, if there is one."""
        rows = self.links[kind].out
        found = np.flatnonzero(rows.of(one) == other)
        return int(rows.starts[one] + found[0]) if len(found) else None

    @cached_property
    def members(self) -> Places:
        """Numbers of the papers of the library."""
        found: Places = self.numbers[self.in_library]
        return found

    @cached_property
    def citing(self) -> Places:
        """Numbers of the papers whose references are known."""
        return self.numbers[np.flatnonzero(self.links["cites"].out.degrees)]

    @cached_property
    def cited(self) -> Places:
        """Numbers of the papers that others cite."""
        return self.numbers[np.flatnonzero(self.links["cites"].back.degrees)]

    def without(self, kind: str, one: int, others: Iterable[int]) -> Tables:
        """The graph as it would be without the edges of that kind from `one` to the `others`."""
        changed = object.__new__(Tables)
        changed.__dict__.update({key: value for key, value in self.__dict__.items() if key not in ("citing", "cited")})
        changed.links = {**self.links, kind: self.links[kind].without(one, others)}
        return changed


def links_of(ones: NDArray[Any], others: NDArray[Any], sources: NDArray[Any], one: int, other: int) -> Links:
    """Links of edges (n,) that lie in the order of their starts, between so many nodes."""
    back = np.argsort(others, kind="stable")
    return Links(_rows(ones, others, one), _rows(others[back], ones[back], other), sources.astype(np.int32))


def _rows(ones: NDArray[Any], others: NDArray[Any], count: int) -> Rows:
    starts = np.concatenate([[0], np.cumsum(np.bincount(ones, minlength=count))]).astype(np.int64)
    return Rows(starts, others.astype(np.int32))


def _opened(folder: Path, kind: str) -> Links:
    out, back = (
        Rows(mapped(folder, f"{kind}_{name}_starts"), mapped(folder, f"{kind}_{name}_ends")) for name in ("out", "back")
    )
    return Links(out, back, mapped(folder, f"{kind}_sources"))

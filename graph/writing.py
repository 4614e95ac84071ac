"""The graph of a library written as `graph.tables` reads it: rows as they come, a few thousand at a time, into arrays.

Nothing is held for each edge but three numbers, so that the graph of all of arXiv fits into the memory of a laptop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from graph.tables import EDGES, MAKER, NODES, Ends, Links, Places, links_of
from kg import generations
from kg.arrays import GrowingTexts, changes, places_of, save, save_texts
from kg.generations import GRAPH, Manifest

PaperRow = tuple[int, str, str, str, bool]  # number, id, title, published, of the library
Edge = tuple[int | str, int | str, str]  # from, to (a paper's number, another node's id), source

_Row = TypeVar("_Row")
_PART = 1 << 16  # rows that are dealt with together


@dataclass(frozen=True, slots=True)
class Similar:
    """Papers that are alike: numbers of both (m,), and cosines (m,). `source` is the model that says so."""

    ones: Places
    others: Places
    cosines: NDArray[np.float32]
    source: str


def write(
    parent: Path,
    state: int,
    papers: Iterable[PaperRow],
    nodes: Mapping[str, Iterable[tuple[str, str]]],
    edges: Mapping[str, Iterable[Edge]],
    similar: Similar | None = None,
    maker: str = MAKER,
) -> Manifest:
    """Write the graph of a library that is in that state, then drop the one before.

    Papers come by number. An edge to a node that is not there is left out. `maker` says what the graph is made by.

    :raises StorageError: the folder cannot be written.
    """
    return generations.write(parent, GRAPH, maker, state, lambda folder: _fill(folder, papers, nodes, edges, similar))


def _fill(
    folder: Path,
    papers: Iterable[PaperRow],
    nodes: Mapping[str, Iterable[tuple[str, str]]],
    edges: Mapping[str, Iterable[Edge]],
    similar: Similar | None,
) -> int:
    numbers = _save_papers(folder, papers)
    named: dict[str, dict[str, int]] = {kind: _save_nodes(folder, kind, nodes.get(kind, ())) for kind in NODES[1:]}
    sources: dict[str, int] = {}
    for kind, (one, other) in EDGES.items():
        if kind == "similar" and similar is not None:
            _save_similar(folder, similar, numbers, sources.setdefault(similar.source, len(sources)))
            continue
        ends = (named.get(one, numbers), named.get(other, numbers))
        links, order = _sorted(*_places(edges.get(kind, ()), *ends, sources), len(ends[0]), len(ends[1]))
        _save(folder, kind, links)
        if kind == "similar":
            save(folder, "cosines", np.ones(len(order), dtype=np.float32))
    save_texts(folder, "sources", sources)
    return len(numbers)


def _save_papers(folder: Path, papers: Iterable[PaperRow]) -> Places:
    """Write the papers; their numbers (n,)."""
    found, inside = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=bool)]
    columns = [GrowingTexts(folder, name) for name in ("paper_ids", "paper_labels", "published")]
    for part in _parts(papers):
        numbers, *texts, of_library = zip(*part, strict=True)
        found.append(np.array(numbers, dtype=np.int64))
        inside.append(np.array(of_library, dtype=bool))
        for column, values in zip(columns, texts, strict=True):
            column.append(values)
    for column in columns:
        column.close()
    save(folder, "numbers", np.concatenate(found))
    save(folder, "in_library", np.concatenate(inside))
    return np.concatenate(found)


def _save_nodes(folder: Path, kind: str, nodes: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Write the nodes of a kind, in the order of their ids; the place of each."""
    named = sorted(set(nodes), key=lambda node: node[0].encode())
    save_texts(folder, f"{kind}_ids", (id_ for id_, _ in named))
    save_texts(folder, f"{kind}_labels", (label for _, label in named))
    return {id_: place for place, (id_, _) in enumerate(named)}


def _save_similar(folder: Path, similar: Similar, numbers: Places, source: int) -> None:
    ones, known = places_of(similar.ones, numbers)
    others, known_too = places_of(similar.others, numbers)
    kept = np.flatnonzero(known & known_too)
    codes = np.full(len(kept), source, dtype=np.int32)
    links, order = _sorted(ones[kept], others[kept], codes, len(numbers), len(numbers))
    _save(folder, "similar", links)
    save(folder, "cosines", similar.cosines[kept][order])


_Ends = Places | Mapping[str, int]  # what tells the place of a paper's number, or of another node's id


def _places(edges: Iterable[Edge], ones: _Ends, others: _Ends, sources: dict[str, int]) -> tuple[Ends, Ends, Ends]:
    """Edges as places, and codes of their sources, each (m,); those to a node that is not there are left out."""
    nothing = np.zeros(0, dtype=np.int32)
    found = [(nothing, nothing, nothing)]
    for part in _parts(edges):
        one, other, said_by = zip(*part, strict=True)
        codes = np.array([sources.setdefault(source, len(sources)) for source in said_by], dtype=np.int32)
        starts, ends = _placed(one, ones), _placed(other, others)
        kept = (starts >= 0) & (ends >= 0)
        found.append((starts[kept], ends[kept], codes[kept]))
    starts, ends, codes = (np.concatenate(column) for column in zip(*found, strict=True))
    return starts, ends, codes


def _placed(names: Sequence[int | str], known: _Ends) -> Ends:
    """The place (n,) of each node; -1 where it is not there."""
    if isinstance(known, Mapping):
        return np.array([known.get(str(name), -1) for name in names], dtype=np.int32)
    places, there = places_of(np.array(names, dtype=np.int64), known)
    return np.where(there, places, -1).astype(np.int32)


def _sorted(ones: NDArray[Any], others: NDArray[Any], sources: Ends, one: int, other: int) -> tuple[Links, Places]:
    """Edges (m,) of one kind in rows, each pair once, and at which place of the given ones each was."""
    order = np.lexsort((others, ones))
    order = order[changes(ones[order]) | changes(others[order])]
    return links_of(ones[order], others[order], sources[order], one, other), order


def _save(folder: Path, kind: str, links: Links) -> None:
    for name, rows in (("out", links.out), ("back", links.back)):
        save(folder, f"{kind}_{name}_starts", rows.starts)
        save(folder, f"{kind}_{name}_ends", rows.ends)
    save(folder, f"{kind}_sources", links.sources)


def _parts(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    rest = iter(rows)
    while part := list(islice(rest, _PART)):
        yield part

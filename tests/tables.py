"""A small graph written as `kg ingest` writes it, from edges as a test tells them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from graph.writing import Edge, PaperRow, Similar, write


def write_graph(
    folder: Path,
    state: int,
    papers: Iterable[PaperRow],
    nodes: Mapping[str, Iterable[tuple[str, str]]],
    edges: Mapping[str, Iterable[Edge]],
    cosines: Sequence[float] = (),
) -> None:
    """`cosines` are those of the edges `similar`, in their order; of these all are said by the same model."""
    pairs = list(edges.get("similar", ()))
    similar = Similar(
        np.array([one for one, _, _ in pairs], dtype=np.int64),
        np.array([other for _, other, _ in pairs], dtype=np.int64),
        np.array(cosines or [1.0] * len(pairs), dtype=np.float32),
        pairs[0][2] if pairs else "",
    )
    write(folder, state, papers, nodes, edges, similar)

"""txtai's topics (https://github.com/neuml/txtai): communities (Louvain) of its graph of nearest texts."""

from __future__ import annotations

from typing import Any

import grandcypher  # noqa: F401 (txtai's extra `graph`, without which it makes no topics)
import numpy as np
from numpy.typing import NDArray
from txtai import Embeddings


def topics(vectors: NDArray[np.float32], resolution: int | None = None) -> NDArray[np.int64]:
    """The topic (n,) of each vector (n, d); at txtai's defaults, or with a resolution of its own."""
    chosen: dict[str, Any] = {} if resolution is None else {"resolution": resolution}
    graph = {"topics": chosen} if resolution is None else {"approximate": False, "topics": chosen}

    def transform(numbers: list[str]) -> NDArray[np.float32]:
        return vectors[[int(number) for number in numbers]]

    index = Embeddings(method="external", transform=transform, content=True, graph=graph)
    index.index((number, str(number), None) for number in range(len(vectors)))
    found = np.full(len(vectors), -1)
    for topic, members in enumerate(index.graph.topics.values()):
        found[[int(member) for member in members]] = topic
    return found

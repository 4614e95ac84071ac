"""Counts and health of a library, as `kg status` tells them."""

from __future__ import annotations

from typing import Any

from kg import generations
from kg.config import Config
from kg.connecting import status as graph_status
from kg.generations import VECTORS
from kg.parts import Parts
from kg.store import Store
from kg.store.asks import moment


def status(store: Store, config: Config) -> dict[str, Any]:
    """The keys of the contract; index and graph are `fresh`, `stale` or `missing`."""
    documents, mentions = store.documents.counts()
    model = Parts(config).model()
    return {
        "documents": documents,
        "mentions": mentions,
        **store.papers.counts(),
        "embedded": store.vectors.count(model),
        "references_known": store.citations.papers_with_references(),
        "references": store.asks.references(),
        "unresolved_works": store.papers.unresolved(),
        "paused": [
            {"service": service, "until": until, "reason": reason}
            for service, (until, reason) in store.asks.paused(moment()).items()
        ],
        "index": generations.status(config.index_folder, VECTORS, model, store.state("texts")),
        "graph": graph_status(store, config.index_folder),
        "model": model,
        "last_run": store.runs.last(),
    }

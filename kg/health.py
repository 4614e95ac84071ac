"""Counts and health of a library, as `kg status` tells them."""

from __future__ import annotations

from typing import Any

from graph.saved import saved_state
from kg.config import Config
from kg.parts import Parts
from kg.store import Store
from kg.store.asks import moment
from search import generations
from search.generations import VECTORS


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
        "graph": _graph_status(store, config),
        "model": model,
        "last_run": store.runs.last(),
    }


def _graph_status(store: Store, config: Config) -> str:
    saved = saved_state(config.graph_file)
    if saved is None:
        return "missing"
    return "fresh" if saved == store.state("relations") else "stale"

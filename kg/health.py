"""Counts and health of a library, as `kg status` tells them."""

from __future__ import annotations

from typing import Any, Literal, TypedDict, cast

from kg import generations
from kg.config import Config
from kg.connecting import status as graph_status
from kg.generations import VECTORS
from kg.parts import Parts
from kg.store import Store
from kg.store.asks import moment

Freshness = Literal["fresh", "stale", "missing"]


class Unresolved(TypedDict):
    """A work that no service has described, and where a document names it."""

    id: str
    title: str | None
    document: str | None
    line: int | None


class Pause(TypedDict):
    """A service that asked not to be asked for a while."""

    service: str
    until: str
    reason: str


class Status(TypedDict):
    """What `kg status` tells; `references` counts papers by what is known of theirs, `last_run` is its record."""

    documents: int
    mentions: int
    papers: int
    with_abstract: int
    unresolved: int
    cited_only: int
    embedded: int
    references_known: int
    references: dict[str, int]
    unresolved_works: list[Unresolved]
    paused: list[Pause]
    index: Freshness
    graph: Freshness
    model: str
    last_run: dict[str, Any] | None


def status(store: Store, config: Config) -> Status:
    """Counts and health, with the keys of the contract."""
    documents, mentions = store.documents.counts()
    model = Parts(config).model()
    found: dict[str, Any] = {
        "documents": documents,
        "mentions": mentions,
        **store.papers.counts(),
        "embedded": _embedded(store, config, model),
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
    return cast(Status, found)


def _embedded(store: Store, config: Config, model: str) -> int:
    """Number of papers that have a vector: as the index tells where it is fresh, since counting takes long."""
    manifest = generations.read(config.index_folder, VECTORS)
    fresh = manifest is not None and (manifest.maker, manifest.state) == (model, store.state("texts"))
    return manifest.count if manifest and fresh else store.vectors.count(model)

"""What the index on disk was made from. Read without FAISS, so that `kg status` starts at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from kg.store import Store


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made from: `state` is the store's count of changes to texts, `size` the file's in bytes."""

    model: str
    state: int
    count: int
    file: str
    size: int


def read_manifest(folder: Path) -> Manifest | None:
    """What the index on disk was made from; None when there is none, or it is not whole."""
    try:
        manifest = Manifest(**json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
        return manifest if (folder / manifest.file).stat().st_size == manifest.size else None
    except (OSError, ValueError, TypeError):
        return None


def status(store: Store, model: str, folder: Path) -> str:
    """`fresh`, `stale` (the library or the model changed since) or `missing`."""
    manifest = read_manifest(folder)
    if manifest is None:
        return "missing"
    return "fresh" if (manifest.model, manifest.state) == (model, store.state("texts")) else "stale"

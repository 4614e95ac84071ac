"""Derived folders: each is written whole under a new name, then named by a manifest that is replaced in one step.

A reader never sees half of one, and whoever has an older one open goes on with it. All of it can be made again from
the database. Nothing heavy is imported, so that `kg status` starts at once.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

from kg.errors import StorageError
from kg.files import make_folder, replace_file, sync, sync_folder

VECTORS, FINER, WORDS, FACETS, GRAPH, MAP = KINDS = "vectors", "finer", "words", "facets", "graph", "map"
COLUMNS = "columns"  # what facets are made by

_Opened = TypeVar("_Opened")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a derived folder was made from.

    `maker` is what made it (a model, a tokenizer), `state` the store's count of changes, `count` that of papers,
    `size` that of its files in bytes, `digests` the SHA-256 of each, by its name.
    """

    maker: str
    state: int | None
    count: int
    folder: str
    size: int
    digests: dict[str, str] = field(default_factory=dict)


def finer_maker(model: str, last: int) -> str:
    """What makes the index of what a model has embedded so far: the model, and the number of the last vector."""
    return f"{model}#{last}"


def write(parent: Path, kind: str, maker: str, state: int | None, fill: Callable[[Path], int]) -> Manifest:
    """Let `fill` write a new folder of that kind (it tells how many papers), then drop the one before.

    Each step is on the disk before the next: a power cut leaves the old folder or the new one, whole.

    :raises StorageError: it cannot be written.
    """
    folder = parent / f"{kind}-{uuid.uuid4().hex[:12]}"
    try:
        make_folder(folder)
        count = fill(folder)
        sync_folder(folder)
        manifest = Manifest(maker, state, count, folder.name, _size(folder), _digests(folder))
        replace_file(parent / f"{kind}.json", json.dumps(asdict(manifest)).encode())
        for old in unnamed(parent, kind, folder.name):
            shutil.rmtree(old, ignore_errors=True)
    except (OSError, RuntimeError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        why = getattr(error, "strerror", None) or f"{error}; is the disk full?"  # numpy tells only how much was written
        raise StorageError(f"the index cannot be written to {parent}: {why}") from error
    return manifest


def read(parent: Path, kind: str) -> Manifest | None:
    """The manifest of what is in place; None when there is nothing, or it is not whole."""
    try:
        manifest = Manifest(**json.loads((parent / f"{kind}.json").read_text(encoding="utf-8")))
        return manifest if _size(parent / manifest.folder) == manifest.size else None
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def unnamed(parent: Path, kind: str, named: str | None = None) -> list[Path]:
    """Folders of that kind other than the `named` one: of before, or left behind by a process that was killed."""
    return [folder for folder in parent.glob(f"{kind}-*") if folder.name != named]


def is_damaged(parent: Path, kind: str) -> bool:
    """Whether what is in place is not what was written, to the last bit: all of it is read."""
    if not (parent / f"{kind}.json").exists():
        return False
    manifest = read(parent, kind)
    try:
        return manifest is None or manifest.digests not in ({}, _digests(parent / manifest.folder))
    except OSError:
        return True


def drop(parent: Path, kind: str) -> None:
    """Take what is in place out of its place; its folder goes when the next one is written.

    :raises OSError: the folder cannot be written.
    """
    (parent / f"{kind}.json").unlink(missing_ok=True)
    if parent.is_dir():
        sync(parent)


def discard(parent: Path, kind: str) -> None:
    """Take what is in place out of its place, and its folder too: nothing will come after it.

    :raises OSError: the folder cannot be written.
    """
    drop(parent, kind)
    for folder in unnamed(parent, kind):
        shutil.rmtree(folder, ignore_errors=True)


def version(parent: Path, kind: str) -> tuple[int, int] | None:
    """What changes when another folder of that kind is put in place; None when there is none. Cheap."""
    try:
        found = (parent / f"{kind}.json").stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def opened(parent: Path, kind: str, open_: Callable[[Path, Manifest], _Opened]) -> _Opened:
    """What `open_` makes of the folder in place; tried again if `kg ingest` puts another one there meanwhile.

    :raises StorageError: there is none, or it is damaged.
    """
    for _ in range(3):
        manifest = read(parent, kind)
        try:
            if manifest is not None:
                return open_(parent / manifest.folder, manifest)
        except (OSError, ValueError, RuntimeError) as error:
            if read(parent, kind) == manifest:
                raise StorageError(f"the index in {parent} is damaged: run `kg ingest`") from error
    raise StorageError(f"no whole index in {parent}: run `kg ingest`")


def status(parent: Path, kind: str, maker: str, state: int | None) -> str:
    """`fresh`, `stale` (of another state, or by another maker) or `missing`."""
    manifest = read(parent, kind)
    if manifest is None:
        return "missing"
    return "fresh" if (manifest.maker, manifest.state) == (maker, state) else "stale"


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def _digests(folder: Path) -> dict[str, str]:
    digests = {}
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            digests[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests

"""Files that are never seen half written."""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

# The names that `temporary_of` gives, with a database's log too.
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}\.tmp(?:-wal|-shm|-journal)?")


def replace_file(path: Path, content: bytes) -> None:
    """Write a file in one step: readers see the old content or the new, whatever happens, a power cut too.

    :raises OSError: the folder cannot be written or the disk is full; the old file is untouched.
    """
    make_folder(path.parent)
    temporary = temporary_of(path)
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        put_in_place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def replace_folder(path: Path, fill: Callable[[Path], None]) -> None:
    """Let `fill` write a folder beside, then put it in place of the one that is there.

    Between the two steps of that none is there: only for what can be made again.

    :raises OSError: it cannot be written.
    """
    temporary = temporary_of(path)
    try:
        make_folder(temporary)
        fill(temporary)
        sync_folder(temporary)
        shutil.rmtree(path, ignore_errors=True)
        put_in_place(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def make_folder(path: Path) -> None:
    """Make a folder with those above it, if it is not there; their names are on the disk when this returns.

    :raises OSError: it cannot be made.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.is_dir()]
    path.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        sync(folder.parent)


def temporary_of(path: Path) -> Path:
    """A name beside `path` under which it can be written."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")


def half_written(folder: Path) -> list[Path]:
    """What is being written in a folder, or was left behind by a process that was killed."""
    return sorted(path for path in folder.glob(".*") if _TEMPORARY.fullmatch(path.name))


def put_in_place(temporary: Path, path: Path) -> None:
    """Give what was written, and is on the disk, its name; that is on the disk too when this returns."""
    temporary.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk.

    :raises OSError: the disk did not take them.
    """
    if os.name == "nt" and path.is_dir():  # Windows opens no folders, and keeps names by itself
        return
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def sync_folder(folder: Path) -> None:
    """Wait until a folder and all below it are on the disk.

    :raises OSError: the disk did not take them.
    """
    for below in folder.rglob("*"):
        sync(below)
    sync(folder)

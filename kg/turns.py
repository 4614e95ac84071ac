"""One process at a time writes a library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from kg.errors import StorageError
from kg.files import make_folder

# One name for whatever writes, so that versions of `kg` that know fewer commands take turns too.
_LOCK = "ingest.lock"


@contextmanager
def alone(folder: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the turn to write a library; who comes second waits, and `say` is told so.

    :raises StorageError: the folder cannot be written.
    """
    try:
        make_folder(folder)
        lock = FileLock(folder / _LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say(f"another kg is writing in {folder}: waiting for it")
            lock.acquire()
    except OSError as error:
        raise StorageError(
            f"cannot write to {folder}: {error.strerror or error}; choose another folder with --data"
        ) from error
    try:
        yield
    finally:
        lock.release()

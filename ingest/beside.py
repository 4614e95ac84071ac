"""A snapshot that is parsed by a process beside, while this one stores what was parsed before.

The two are joined by one pipe only. So the process beside ends with this one, however that ends, and is at most one
chunk ahead.
"""

from __future__ import annotations

import signal
from collections.abc import Generator, Iterable
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

from ingest.bulk import read_snapshot
from kg.errors import DocumentError
from kg.store.prepared import Prepared

_T = TypeVar("_T")


def parsed(path: Path, at: str, size: int) -> Generator[list[Prepared], None, None]:
    """The records of a snapshot, in chunks.

    :raises DocumentError: the file cannot be read.
    """
    return chunked(map(Prepared.of, read_snapshot(path, "snapshot", at)), size)


def parsed_beside(path: Path, at: str, size: int) -> Generator[list[Prepared], None, None]:
    """The same, from a process beside, which is ended when the iterator is closed.

    :raises DocumentError: the file cannot be read.
    """
    context = get_context("spawn")  # a fork would take over the open database
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(path, at, size, sender))
    process.start()
    sender.close()  # the process has the only one now: when it dies, receiving ends
    try:
        while chunk := _received(receiver, path):
            yield chunk
    finally:
        process.terminate()
        process.join()
        receiver.close()


def chunked(items: Iterable[_T], size: int) -> Generator[list[_T], None, None]:
    """Lists of at most `size` items, in order."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _received(receiver: Connection, path: Path) -> list[Prepared]:
    try:
        found: list[Prepared] | DocumentError = receiver.recv()
    except (EOFError, OSError):  # it ended between two chunks, or in the middle of one
        raise DocumentError(f"{path}: cannot be read: the process that parses it was ended") from None
    if isinstance(found, DocumentError):
        raise found
    return found


def _send(path: Path, at: str, size: int, sender: Connection) -> None:
    """What the process beside does: all chunks, and an empty one; or the error that ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that stores, and it ends this one
    try:
        for chunk in parsed(path, at, size):
            sender.send(chunk)
        sender.send([])
    except DocumentError as error:
        sender.send(error)
    except BrokenPipeError:
        pass  # the process that stores is gone

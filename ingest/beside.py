"""A snapshot that is parsed by a process beside (`python -m ingest.beside`), while this one stores what came before.

The two are joined by one pipe only. So the process beside ends with this one, however that ends, and is at most one
chunk ahead.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Generator, Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import IO, TypeVar

import msgspec

from ingest.bulk import read_snapshot
from ingest.text import fit
from ingest.workers import ended, started
from kg.errors import DocumentError
from kg.pipes import Closed, Reply, receive, send
from kg.store.prepared import Prepared

_T = TypeVar("_T")
_LARGEST = 2**30  # bytes of a chunk


def parsed(path: Path, at: str, size: int) -> Generator[list[Prepared], None, None]:
    """The records of a snapshot, in chunks.

    :raises DocumentError: the file cannot be read.
    """
    return chunked(map(Prepared.of, read_snapshot(path, "snapshot", at)), size)


def parsed_beside(path: Path, at: str, size: int) -> Generator[list[Prepared], None, None]:
    """The same, from a process beside, which is ended when the iterator is closed.

    :raises DocumentError: the file cannot be read.
    """
    process = started("ingest.beside", str(path), at, str(size))
    decoder = msgspec.msgpack.Decoder(Reply[list[Prepared]])
    try:
        while process.stdout and (chunk := _received(process.stdout, decoder, path)):
            yield chunk
    finally:
        ended(process)


def chunked(items: Iterable[_T], size: int) -> Generator[list[_T], None, None]:
    """Lists of at most `size` items, in order."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _received(pipe: IO[bytes], decoder: msgspec.msgpack.Decoder[Reply[list[Prepared]]], path: Path) -> list[Prepared]:
    try:
        reply = receive(pipe, decoder, _LARGEST)
    except Closed:  # it ended between two chunks, or in the middle of one
        raise DocumentError(f"{path}: cannot be read: the process that parses it was ended") from None
    if reply.refused is not None:
        raise DocumentError(reply.refused)
    return reply.result or []


def _send(path: Path, at: str, size: int, pipe: IO[bytes]) -> None:
    """What the process beside does: all chunks, and an empty one; or the error that ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that stores, and it ends this one
    try:
        for chunk in parsed(path, at, size):
            send(pipe, Reply(chunk))
        send(pipe, Reply())
    except DocumentError as error:
        send(pipe, Reply(refused=fit(str(error))))


if __name__ == "__main__":
    with suppress(Closed):  # the process that stores is gone
        _send(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.stdout.buffer)

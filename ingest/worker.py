"""The worker: a process of its own (`python -m ingest.worker`) that is handed documents and tells what they mention.

Documents are hostile until they are read, and most parsers are written in C. So a worker may be killed, by whoever asks
and by the limits that it sets on itself; it has no keys in its environment, and answers in plain values.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, NoReturn, TypeVar

import msgspec

from ingest.limits import MEMORY, OutOfMemory, allow_processor, confine, end_with, guarded
from kg.errors import DocumentError
from kg.papers import Mention
from kg.pipes import Closed, Reply, Request, receive, send, send_packed

LARGEST_QUESTION = 2**30  # bytes: a document of 64 MiB, or a draft with all that belongs to it
LARGEST_REPLY = 256 * 2**20  # bytes: a list of 64 MiB has 75 MB to tell
_Q = TypeVar("_Q")


class Unread(msgspec.Struct):
    """A document that is to be read: `given` names it to the user, `location` and `kind` (media type) to readers."""

    given: str
    location: str
    kind: str
    content: bytes


class Understood(msgspec.Struct):
    """What a document says: its title, where it has one, and all that it mentions."""

    title: str | None
    mentions: tuple[Mention, ...]


def understand(unread: Unread) -> Understood:
    """Read a document.

    :raises DocumentError: it is empty, damaged or of a format that is not read.
    """
    from ingest.mentions import find_mentions
    from ingest.readers import parse_document

    parsed = parse_document(unread.location, unread.content, unread.kind)
    return Understood(parsed.title, tuple(find_mentions(unread.given, parsed)))


def serve(question: type[_Q], answer: Callable[[_Q], Any]) -> NoReturn:
    """Answer what is asked on standard input, one question after the other, until that is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks, and it ends this one
    asked, told = _pipes()
    end_with(asked.fileno())
    confine(int(sys.argv[1]) if len(sys.argv) > 1 else MEMORY)
    decoder = msgspec.msgpack.Decoder(Request[question])  # type: ignore[valid-type]
    try:
        send(told, Reply())  # it has started
        while True:
            request = receive(asked, decoder, LARGEST_QUESTION)
            allow_processor(request.seconds)
            packed, last = _answered(answer, request.question)
            del request
            send_packed(told, packed)
            if last:
                break
    except (Closed, MemoryError):  # nobody asks any more, or not even the question fits
        pass
    os._exit(0)  # with whatever a library would still do at its end


def _answered(answer: Callable[[_Q], Any], question: _Q) -> tuple[bytes, bool]:
    """The reply, packed, and whether it is the last one."""
    try:
        with guarded():
            packed = msgspec.msgpack.encode(Reply(answer(question)))
        if len(packed) > LARGEST_REPLY:
            raise OutOfMemory(f"has more to tell than {LARGEST_REPLY >> 20} MiB: part it")
    except DocumentError as error:
        last = isinstance(error, OutOfMemory)
        return msgspec.msgpack.encode(Reply(refused=str(error), last=last)), last
    return packed, False


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output, which nothing else that runs here reads or writes."""
    pipes = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nothing, stream)
    return pipes


if __name__ == "__main__":
    serve(Unread, understand)

"""Messages between two processes over a pipe: their length, then MessagePack.

Never pickle: what is read out of one is a value of the type that is expected or nothing, whoever wrote it
(https://docs.python.org/3/library/pickle.html warns; https://jcristharif.com/msgspec/usage.html is what is used).
"""

from __future__ import annotations

import struct
from io import BufferedRWPair
from typing import IO, Any, Generic, TypeAlias, TypeVar

import msgspec

_T = TypeVar("_T")
Pipe: TypeAlias = IO[bytes] | BufferedRWPair  # of a process, or of a socket
_LENGTH = struct.Struct("!I")


class Closed(Exception):
    """The other process has ended, or what it wrote is no message."""


class Request(msgspec.Struct, Generic[_T]):
    """A question to a worker; it may take `seconds` of a processor's time."""

    question: _T
    seconds: float


class Reply(msgspec.Struct, Generic[_T]):
    """What a worker answers: a result, or why there is none; after its `last` one it ends."""

    result: _T | None = None
    refused: str | None = None
    last: bool = False


def send(pipe: Pipe, message: Any) -> int:
    """Write a message; its size in bytes.

    :raises Closed: the other process has ended.
    """
    return send_packed(pipe, msgspec.msgpack.encode(message))


def send_packed(pipe: Pipe, packed: bytes) -> int:
    """Write a message that is MessagePack already (less than 4 GiB); its size in bytes.

    :raises Closed: the other process has ended.
    """
    try:
        pipe.write(_LENGTH.pack(len(packed)))
        pipe.write(packed)
        pipe.flush()
    except (OSError, ValueError) as error:  # a ValueError: the pipe is closed on this side
        raise Closed(str(error)) from error
    return len(packed)


def receive(pipe: Pipe, decoder: msgspec.msgpack.Decoder[_T], largest: int) -> _T:
    """Read a message of at most `largest` bytes.

    :raises Closed: the other process has ended, perhaps in the middle of it, or it is no such message.
    """
    try:
        (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
        if length > largest:
            raise Closed(f"a message of {length} bytes")
        return decoder.decode(_exactly(pipe, length))
    except (OSError, ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise Closed(str(error)) from error


def _exactly(pipe: Pipe, size: int) -> bytes:
    found = pipe.read(size)
    if len(found) < size:
        raise Closed("the pipe has ended")
    return found

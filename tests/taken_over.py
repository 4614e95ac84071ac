"""A worker whose parser was taken over: it answers with what it was told to by the name of the document."""

import os
import pickle
import struct
import sys
from dataclasses import replace

import msgspec

from ingest.worker import LARGEST_QUESTION, Understood, Unread
from kg.papers import Mention
from kg.pipes import Reply, Request, receive, send

MENTION = Mention("list.md", 1, title="A Title")


class Opens:
    """Unpickling it makes a file."""

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, ("unpickled", "w")


def framed(message: bytes) -> bytes:
    return struct.pack("!I", len(message)) + message


ANSWERS = {
    "pickle": framed(pickle.dumps(Opens())),
    "nothing": b"",
    "half": framed(b"x" * 50)[:20],
    "endless": struct.pack("!I", 2**32 - 1),
    "deep": framed(b"\x91" * 100_000),
    "text": framed(msgspec.msgpack.encode("all is well")),
    "wrong": framed(msgspec.msgpack.encode({"result": {"title": 7, "mentions": [{"document": [], "line": "1"}]}})),
    **{
        f"mention{number}": framed(msgspec.msgpack.encode(Reply(Understood("T", (mention,)))))
        for number, mention in enumerate(
            (
                replace(MENTION, line=-5),
                replace(MENTION, line=2**63),
                replace(MENTION, year=2**64 - 1),
                replace(MENTION, document="another.md"),
                replace(MENTION, paper="1806.07572"),
                replace(MENTION, list_id="another"),
            )
        )
    },
}


def main() -> None:
    send(sys.stdout.buffer, Reply())
    request = receive(sys.stdin.buffer, msgspec.msgpack.Decoder(Request[Unread]), LARGEST_QUESTION)
    sys.stdout.buffer.write(ANSWERS[request.question.location])
    sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()

"""Drafts, as the process reads them that is handed them, and what that process tells."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from functools import cache

import msgspec

from ingest.mentions import find_mentions
from ingest.readers import parse_document
from ingest.worker import LARGEST_REPLY, Understood
from ingest.worker import Unread as Document
from kg.drafts import Draft, Unread
from kg.drafts.cited import cited_works
from kg.drafts.reading import read
from kg.errors import DocumentError
from kg.papers import Mention
from kg.pipes import Closed, Reply, Request, receive
from tests import drafts, examples, test_bibliography
from tests.fuzzing.documents import OF_TEX
from tests.fuzzing.documents import TARGETS as DOCUMENTS
from tests.fuzzing.invariants import lines_of, storable
from tests.fuzzing.questions import library
from tests.fuzzing.targets import Target, text_of, words

_TOKENS = words(
    r"\cite{ntk} \citep[see][]{a,b} [@key] @key [see␣@a;␣@b] \input{x} \bibliography{x} @article{a, \begin{document} \end{document} \section{",
    r"References␤ [1] # {1806.07572} \bibitem{a} .␣ ? \nocite{*} ␤␤ ␤ --- $ $$ % \begin{thebibliography}{9} \verb| <p> doi:10.1000/x et␣al.",
)
_SEEDS = tuple(text.encode() for text in drafts.DRAFTS.values())
_DECLARED = (DocumentError, RecursionError)  # `ingest.limits` tells of both


def _of(name: str) -> Callable[[bytes], object]:
    def work(data: bytes) -> object:
        content = data if name else text_of(data).encode("utf-8", "replace").replace(b"\0", b" ")
        bibliography = test_bibliography.BIBTEX if len(data) % 2 else ""
        found = read(Unread(content, name, bibliography, not name))
        storable((found.passages, found.keys))
        storable(cited_works(library().store, found))
        most = lines_of(data) + bibliography.count("\n") + 1
        assert all(0 <= sentence.line <= most for sentence in found.sentences), "a line outside the text"
        assert all(0 <= citation.line <= most for citation in found.citations), "a line outside the text"
        return found

    return work


@cache
def _decoders() -> list[msgspec.msgpack.Decoder[object]]:
    kinds = (Reply[Understood], Reply[Draft], Request[Document], Request[Unread])
    return [msgspec.msgpack.Decoder(kind) for kind in kinds]


def _messages(data: bytes) -> object:
    """A message of the other process, whatever that has become: a value of the type, or none."""
    found = []
    for decoder in _decoders():
        try:
            found.append(receive(io.BytesIO(data), decoder, LARGEST_REPLY))
        except Closed as error:
            found.append(str(error))
    return found


def _packed(message: object) -> bytes:
    packed = msgspec.msgpack.encode(message)
    return struct.pack("!I", len(packed)) + packed


def _messages_seeds() -> tuple[bytes, ...]:
    mentions: list[Mention] = find_mentions("x.md", parse_document("x.md", examples.AWESOME.encode()))
    told: tuple[object, ...] = (
        Reply(Understood("Awesome", tuple(mentions[:2]))),
        Reply(read(Unread(_SEEDS[1]))),
        Reply(refused="is empty", last=True),
    )
    asked = Request(Document("x", "x.md", "", b"# x"), 1.0), Request(Unread(b"x", "y"), 2.5)
    return tuple(map(_packed, (*told, *asked)))


_DOCUMENT_TOKENS = next(target.tokens for target in DOCUMENTS if target.name == "latex")
_MESSAGE_TOKENS = (
    b"\xc0",
    b"\xc2",
    b"\xcf" + b"\xff" * 8,
    b"\xd3\x80" + b"\0" * 7,
    b"\xdd\xff\xff\xff\xff",
    b"\xdf\x7f\xff\xff\xff",
    b"\xdb\0\0\0\1a",
    b"\x81",
    b"\x91",
    b"\xa4line",
    b"\0\0\0\x10",
    b"\xcb\x7f\xf8" + b"\0" * 6,
)

TARGETS = [
    Target("draft", _of(""), _SEEDS, _TOKENS, _DECLARED, 10, longest=OF_TEX),
    Target(
        "draft.tex",
        _of("x.tex"),
        (drafts.LATEX.encode(), drafts.BIBTEX.encode()),
        (*_TOKENS, *_DOCUMENT_TOKENS),
        _DECLARED,
        6,
        longest=OF_TEX,
    ),
    Target("draft.md", _of("x.md"), (drafts.MARKDOWN.encode(), drafts.KEYS.encode()), _TOKENS, _DECLARED, 8),
    Target("messages", _messages, _messages_seeds(), _MESSAGE_TOKENS, (), 40),
]

"""Requests as they come in over a connection: within bounds that waitress leaves open, and refused as problems."""

# mypy: allow-untyped-calls

from __future__ import annotations

import contextlib
import time
from http import HTTPStatus

from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import ChunkedReceiver
from waitress.task import ErrorTask
from waitress.utilities import RequestHeaderFieldsTooLarge

from webapp import MOST_BODY
from webapp.errors import problem
from webapp.guard import HEADERS
from webapp.logs import refused

_LONGEST_LINE = 2**14  # bytes that stand before a chunk, or after the last one
_LONGEST_TOLD = 200  # characters of what the server says of a request: it may repeat it
_UNREAD = 2**16, 64  # bytes read at once, and how often at most, of what is thrown away
_FAULT = "Something went wrong here; the server's log says what."
_MEANS = {413: "the body is too large", 431: "the address and headers are too long together"}


class _Body(OverflowableBuffer):
    """A body as far as the application takes it.

    What is beyond is read too, and dropped: who sends it hears the answer, and it takes no room here.
    """

    def __init__(self, overflow: int) -> None:
        super().__init__(overflow)
        self.length = 0

    def append(self, s: bytes) -> None:
        self.length += len(s)
        if self.length <= MOST_BODY:
            super().append(s)

    def __len__(self) -> int:
        return self.length


class _Parser(HTTPRequestParser):
    """Answers what waitress 3.0 stumbles over: lengths of thousands of digits, hosts that are none, endless lines."""

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as error:
            raise ParsingError(str(error)) from None
        if self.chunked and "CONTENT_LENGTH" in self.headers:  # RFC 9112, 6.1: somebody between may go by the other
            raise ParsingError("Content-Length and Transfer-Encoding contradict each other")
        if self.body_rcv is not None:
            self.body_rcv.buf = _Body(self.adj.inbuf_overflow)

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        chunks = self.body_rcv
        if isinstance(chunks, ChunkedReceiver) and len(chunks.control_line) + len(chunks.trailer) > _LONGEST_LINE:
            self.error, self.completed = RequestHeaderFieldsTooLarge("a line between chunks"), True
        return consumed


class _Refusal(ErrorTask):
    """What never reaches the application is told as the application tells it."""

    def execute(self) -> None:
        error = self.request.error
        told = f"{_MEANS.get(error.code, 'this is no request')}: {error.body[:_LONGEST_TOLD]}"
        body = problem(error.code, _FAULT if error.code == HTTPStatus.INTERNAL_SERVER_ERROR else told)
        self.status = f"{error.code} {HTTPStatus(error.code).phrase}"
        self.response_headers += [("Content-Type", "application/problem+json"), ("Content-Length", str(len(body)))]
        self.response_headers += [*HEADERS.items(), ("Cache-Control", "no-store")]
        refused(error.code, len(body))
        self.set_close_on_finish()
        self.write(body)


class Channel(HTTPChannel):
    """A connection."""

    parser_class = _Parser
    error_task_class = _Refusal
    began = 0  # seconds since the epoch when the request that is coming in began to

    def handle_read(self) -> None:
        """Read what has come; a request that comes drop by drop is as one that does not come (`channel_timeout`)."""
        before = self.request
        super().handle_read()
        if self.request is not None:
            if self.request is not before:
                self.began = int(time.time())
            self.last_activity = self.began

    def handle_close(self) -> None:
        """Close, but read first what is there: closed with unread bytes, a connection is reset and the answer lost."""
        size, times = _UNREAD
        with contextlib.suppress(OSError):
            for _ in range(times):
                if self.socket is None or not self.socket.recv(size):
                    break
        super().handle_close()

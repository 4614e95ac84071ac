"""The replica as an HTTP server: answers, fails as told, and remembers every request."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from tests.replica import query_api
from tests.replica.faults import FAULTS, Answer
from tests.replica.records import Record


@dataclass(frozen=True)
class Request:
    """One request as it came: `at` in seconds of a monotonic clock."""

    at: float
    path: str
    params: dict[str, str]
    user_agent: str
    status: int


class Replica:
    """arXiv's query API for the records given, on a port of this machine.

    :param spacing: answer 429 to a request that comes sooner than this many seconds after the one before.
    """

    def __init__(self, records: Iterable[Record], port: int = 0, spacing: float = 0.0) -> None:
        self.records = {record.id: record for record in records}
        self.log: list[Request] = []
        self._faults: list[str | None] = []  # for the next requests, in order; None: the right answer
        self._spacing = spacing
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.replica = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def arxiv_url(self) -> str:
        """What to set KG_ARXIV_URL to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/api/query"

    def fail(self, fault: str, times: int = 1) -> None:
        """Answer the next requests with a fault; see `tests.replica.faults`."""
        if fault not in FAULTS:
            raise ValueError(f"unknown fault {fault!r}: {', '.join(FAULTS)}")
        self._faults += [fault] * times

    def fail_later(self, fault: str, after: int, times: int = 1) -> None:
        """Answer so many requests rightly, then fail."""
        self._faults += [None] * after
        self.fail(fault, times)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, params: dict[str, str], length: int, user_agent: str) -> Answer:
        """Answer one request and note it."""
        with self._lock:
            fault = self._next_fault()
            answer = self._answer(path, params, length, fault)
            self.log.append(Request(time.monotonic(), path, params, user_agent, answer.status))
        return answer

    def _answer(self, path: str, params: dict[str, str], length: int, fault: str | None) -> Answer:
        if path != "/api/query":
            return Answer(404, b"")
        if self._spacing and self.log and time.monotonic() - self.log[-1].at < self._spacing:
            return FAULTS["rate_limit"]
        if fault and (FAULTS[fault].body or FAULTS[fault].reset or fault in {"nothing", "not_acceptable"}):
            return FAULTS[fault]
        return query_api.answer(self.records, params, length, fault)

    def _next_fault(self) -> str | None:
        return self._faults.pop(0) if self._faults else None


class _Server(ThreadingHTTPServer):
    replica: Replica
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._reply(urlsplit(self.path).query)

    def do_POST(self) -> None:
        self._reply(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def _reply(self, query: str) -> None:
        params = dict(parse_qsl(query, keep_blank_values=True))
        length = len(self.path)
        agent = self.headers.get("User-Agent", "")
        answer = self.server.replica.answer(urlsplit(self.path).path, params, length, agent)
        if answer.reset:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body[: len(answer.body) // 2] if answer.cut else answer.body)
        if answer.cut:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the console: the replica's log is a list."""

"""The replica as an HTTP server: answers, fails as told, and remembers every request."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from tests.replica import oai, openalex, query_api, semantic_scholar
from tests.replica.asked import Answer, Asked, Request, asked
from tests.replica.faults import FAULTS, MOVED, service_of
from tests.replica.records import Record
from tests.replica.world import SERVICES, World

_ANSWERS: dict[str, Callable[[World, Asked], Answer]] = {
    "arxiv": query_api.answer,
    "oai": oai.answer,
    "s2": semantic_scholar.answer,
    "openalex": openalex.answer,
}
_LIMITED = FAULTS["arxiv"]["rate_limit"]


class Replica(World):
    """All services for the records given, on one port of this machine.

    :param spacing: arXiv (both of its services together) answers 429 to a request that comes sooner than this many
        seconds after the one before.
    """

    def __init__(self, records: Iterable[Record], port: int = 0, spacing: float = 0.0) -> None:
        super().__init__(records)
        self.log: list[Request] = []
        self._faults: dict[str, list[str | None]] = {name: [] for name in SERVICES}  # of the next requests
        self._spacing = spacing
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.replica = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def arxiv_url(self) -> str:
        """What to set KG_ARXIV_URL to."""
        return f"{self._base}/api/query"

    @property
    def oai_url(self) -> str:
        """What to set KG_OAI_URL to."""
        return f"{self._base}/oai"

    @property
    def s2_url(self) -> str:
        """What to set KG_S2_URL to."""
        return f"{self._base}/graph/v1"

    @property
    def openalex_url(self) -> str:
        """What to set KG_OPENALEX_URL to."""
        return f"{self._base}/openalex"

    def settings(self) -> dict[str, str]:
        """The environment that points `kg` at the replica."""
        urls = {"ARXIV": self.arxiv_url, "OAI": self.oai_url, "S2": self.s2_url, "OPENALEX": self.openalex_url}
        return {**{f"KG_{name}_URL": url for name, url in urls.items()}, "KG_ARXIV_DELAY": "0"}

    def fail(self, fault: str, times: int = 1, service: str | None = None) -> None:
        """Answer the next requests to a service with a fault; see `tests.replica.faults`."""
        self._faults[service_of(fault, service)] += [fault] * times

    def fail_later(self, fault: str, after: int, times: int = 1, service: str | None = None) -> None:
        """Answer so many requests rightly, then fail."""
        self._faults[service_of(fault, service)] += [None] * after
        self.fail(fault, times, service)

    def requests(self, service: str) -> list[Request]:
        """The requests that a service got."""
        return [request for request in self.log if request.service == service]

    def most_at_once(self, service: str) -> int:
        """How many requests a service had to answer at one time, at the most."""
        times = [(r.at, 1) for r in self.requests(service)] + [(r.ended, -1) for r in self.requests(service)]
        now = most = 0
        for _, change in sorted(times):
            now += change
            most = max(most, now)
        return most

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, question: Asked, request: Request) -> Answer:
        """Answer one request and note it."""
        with self._lock:
            request.service = _service(question.path)
            soon = self._too_soon(request)
            self.log.append(request)
            answer = self._answer(question, request.service, soon)
            request.status = answer.status
        if answer.stall:
            self._stopped.wait(self.stall_seconds)
        return answer

    def _answer(self, question: Asked, service: str, soon: bool) -> Answer:
        if not service:
            return Answer(404, b"")
        faults = self._faults[service] if question.path != MOVED else []  # A23: who was sent there gets an answer
        fault = faults.pop(0) if faults else None
        if fault == "legacy":
            return query_api.answer(self, question, legacy=True)
        right = _ANSWERS[service](self, question)
        if soon:
            return _LIMITED(right, question, self)
        return FAULTS[service][fault](right, question, self) if fault else right

    def _too_soon(self, request: Request) -> bool:
        """A15."""
        times = [one.at for one in self.log if one.service in {"arxiv", "oai"}]
        ours = request.service in {"arxiv", "oai"}
        return bool(self._spacing and ours and times and request.at - times[-1] < self._spacing)

    @property
    def _base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"


def _service(path: str) -> str:
    """Whose path it is; an empty text for nobody's."""
    if path in {"/api/query", MOVED}:
        return "arxiv"
    if path == "/oai":
        return "oai"
    return "s2" if path.startswith("/graph/v1/") else "openalex" if path.startswith("/openalex/") else ""


class _Server(ThreadingHTTPServer):
    replica: Replica
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error; anything else is one, and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body are sent together: else each answer waits for an acknowledgement

    def do_GET(self) -> None:
        self._reply("GET")

    def do_POST(self) -> None:
        self._reply("POST")

    def _reply(self, method: str) -> None:
        at = time.monotonic()
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0) or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        question = asked(method, self.path, headers, sent)
        request = Request(at, question.path, question.params, headers.get("user-agent", ""))
        request.method, request.body, request.headers = method, question.body, headers
        answer = self.server.replica.answer(question, request)
        request.ended = time.monotonic()  # before it is sent: the client may have asked again a moment after
        self._send(answer)

    def _send(self, answer: Answer) -> None:
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
        self.wfile.flush()
        if answer.cut:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the console: the replica's log is a list."""

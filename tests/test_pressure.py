"""The real server under pressure: many clients, slow clients, requests that are none; memory stays what it is.

Run against a process of its own, over sockets: what waitress refuses never reaches the application, and a client that
is well-behaved (as `requests` is) cannot send most of this.
"""

from __future__ import annotations

import http.client
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.serving import Served, served

pytestmark = pytest.mark.slow

MIB = 2**20
PATIENCE = 30.0  # seconds: the machine may be busy with other tests
HOST = b"Host: 127.0.0.1\r\n"
WORK = b"POST /api/v1/related-work HTTP/1.1\r\n" + HOST
DRAFT = "Wide networks trained by gradient descent are close to their linearisation around the start."
QUESTIONS = (
    b"/api/v1/search?q=wide+networks",
    b"/api/v1/papers/1803.03635/related?limit=5",
    b"/api/v1/papers/1806.07572/graph?depth=2",
    b"/api/v1/papers/hep-th/9901001",
    b"/api/v1/topics",
    b"/api/v1/lists/awesome-wide-networks",
)


@pytest.fixture(scope="module")
def process(made_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(made_library, tmp_path_factory.mktemp("pressure")) as running:
        yield running


@pytest.fixture
def server(process: Served) -> Iterator[Served]:
    """The server; after the test it must have said nothing (no traceback, no warning), and still answer."""
    before = process.said()
    yield process
    assert ask(process, b"/healthz").json() == {"status": "ok"}
    assert process.said() == before


@dataclass(frozen=True)
class Answer:
    status: int
    kind: str
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def detail(self) -> str:
        """What the problem says, once it has been seen to be one (RFC 9457)."""
        assert self.kind == "application/problem+json", self
        problem = self.json()
        assert list(problem) == ["type", "title", "status", "detail"]
        assert problem["status"] == self.status
        assert "Traceback" not in problem["detail"]
        return str(problem["detail"])


def connect(server: Served) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)


def heard(connection: socket.socket) -> Answer:
    answer = http.client.HTTPResponse(connection, method="GET")
    answer.begin()
    return Answer(answer.status, answer.getheader("Content-Type") or "", answer.read())


def send(server: Served, parts: Iterable[bytes]) -> Answer:
    with connect(server) as connection:
        for part in parts:
            connection.sendall(part)
        return heard(connection)


def get(path: bytes, headers: bytes = b"") -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\n" + HOST + headers + b"Connection: close\r\n\r\n"


def ask(server: Served, path: bytes, headers: bytes = b"") -> Answer:
    return send(server, [get(path, headers)])


def post(body: bytes, kind: bytes = b"application/json") -> bytes:
    return WORK + b"Content-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (kind, len(body)) + body


def chunks(body: bytes, size: int = 2**16) -> Iterator[bytes]:
    yield WORK + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    for start in range(0, len(body), size):
        part = body[start : start + size]
        yield b"%x\r\n%s\r\n" % (len(part), part)
    yield b"0\r\n\r\n"


def test_two_hundred_at_once(server: Served) -> None:
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(server)) for _ in range(200)]
        for connection, path in zip(connections, itertools.cycle(QUESTIONS)):
            connection.sendall(get(path))
        answers = [heard(connection) for connection in connections]
    assert [answer.status for answer in answers] == [200] * 200
    assert all(answer.json()["meta"]["count"] >= 1 for answer in answers)


def test_who_waits_or_dribbles_keeps_nobody_waiting(server: Served) -> None:
    whole = get(QUESTIONS[0])
    with ExitStack() as stack:
        idle, dribbling, unfinished = (
            [stack.enter_context(connect(server)) for _ in range(number)] for number in (100, 100, 100)
        )
        for connection in unfinished:
            connection.sendall(WORK + b"Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{")
        stop = threading.Event()
        thread = threading.Thread(target=_dribble, args=(dribbling, whole[:-1], stop))
        thread.start()
        stack.callback(thread.join)
        stack.callback(stop.set)
        took = [_seconds(lambda: ask(server, QUESTIONS[0])) for _ in range(30)]
        assert sorted(took)[-3] < 2.0
        stop.set()
        thread.join()
        for connection in idle[:5]:
            connection.sendall(whole)
        for connection in dribbling[:5]:
            connection.sendall(whole[-1:])
        assert {heard(connection).status for connection in idle[:5] + dribbling[:5]} == {200}


def _dribble(connections: list[socket.socket], content: bytes, stop: threading.Event) -> None:
    """Send each connection a byte every now and then, and what is left of the content when it is time to stop."""
    sent = 0
    while sent < len(content) - 1 and not stop.wait(0.05):
        for connection in connections:
            connection.sendall(content[sent : sent + 1])
        sent += 1
    for connection in connections:
        connection.sendall(content[sent:])


def _seconds(work: Callable[[], Answer]) -> float:
    began = time.perf_counter()
    assert work().status == 200
    return time.perf_counter() - began


def test_who_goes_away_is_not_missed(server: Served) -> None:
    for content in (b"", b"GET /api/v1/sea", get(QUESTIONS[0]), WORK + b"Content-Length: 5\r\n\r\n{"):
        for _ in range(20):
            with connect(server) as connection:
                connection.sendall(content)


@pytest.mark.parametrize("size", [MIB + 1, 8 * MIB, 40 * MIB])
@pytest.mark.parametrize("way", [lambda body: [post(body)], chunks], ids=["at once", "chunked"])
def test_a_body_over_the_limit_is_refused(server: Served, size: int, way: Callable[[bytes], Iterable[bytes]]) -> None:
    answer = send(server, way(b"x" * size))
    assert answer.status == 413
    assert "1048576 bytes" in answer.detail


def test_a_body_is_refused_as_soon_as_it_is_announced(server: Served) -> None:
    announced = WORK + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % 10**12
    assert send(server, [announced]).status == 413
    answer = send(server, [announced + b"x" * MIB])
    assert (answer.status, answer.detail[:25]) == (413, "the body is too large: ex")


@pytest.mark.parametrize("way", [lambda body: [post(body)], chunks], ids=["at once", "chunked"])
def test_a_body_at_the_limit_is_read(server: Served, way: Callable[[bytes], Iterable[bytes]]) -> None:
    frame = json.dumps({"text": DRAFT, "by": "text", "cursor": ""}).encode()
    assert send(server, way(frame + b" " * (MIB - len(frame)))).status == 200


def test_requests_in_a_row_are_answered_in_that_row(server: Served) -> None:
    paths = [b"/api/v1/papers/1803.03635", b"/api/v1/papers/nothing", b"/api/v1/papers/1806.07572"] * 10
    with connect(server) as connection:
        connection.sendall(b"".join(get(path).replace(b"Connection: close\r\n", b"") for path in paths))
        reader = connection.makefile("rb")
        answers = [_next(reader) for _ in paths]
    assert [status for status, _ in answers] == [200, 404, 200] * 10
    assert answers[2][1]["result"]["id"] == "1806.07572"


def _next(reader: Any) -> tuple[int, Any]:
    """The next answer on a connection, read by its Content-Length."""
    status = int(reader.readline().split()[1])
    headers = dict(line.rstrip().split(b": ", 1) for line in iter(reader.readline, b"\r\n"))
    return status, json.loads(reader.read(int(headers[b"Content-Length"])))


_LENGTH = WORK + b"Content-Length: %b\r\n\r\n{}"
_CHUNKED = WORK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (400, b"\x00\xff\xfe nothing\r\n\r\n"),
        (400, b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + b"x" * 50 + b"\r\n\r\n"),  # TLS
        (400, b"GET\r\n\r\n"),
        (400, b"get /api/v1/status HTTP/1.1\r\n" + HOST + b"\r\n"),
        (400, b"GET /api/v1/status HTTP/1.1\nHost: 127.0.0.1\n\n\r\n\r\n"),
        (400, b"GET /api/v1/status\r\n\r\n"),
        (400, b"GET /api/v1/status HTTP/1.1\r\n\r\n"),  # no host
        (400, b"GET /api/v1/status HTTP/1.1\r\n" + HOST + HOST + b"\r\n"),
        (400, get(b"http://[::1/api/v1/status")),
        (400, get(b"/api/v1/search?q=\xff\xfe")),
        (400, get(b"/api/v1/status", b"X : a\r\n")),
        (400, get(b"/api/v1/status", b"X: a\x00b\r\n")),
        (400, get(b"/api/v1/papers/" + b"a" * 50_000)),
        (404, get(b"//api//v1//status").replace(b"//api", b"/api")),
        (404, get(b"/api/v1/../../etc/passwd")),
        (404, get(b"/api/v1/papers/..%2F..%2Fetc%2Fpasswd")),
        (404, get(b"/api/v1/papers/%00")),
        (404, get(b"/api/v1/papers/%FF%FE")),
        (404, get(b"/api/v1/lists/%0D%0AX-Own:%20b")),
        (405, b"TRACE /api/v1/status HTTP/1.1\r\n" + HOST + b"\r\n"),
        (405, b"FOO|BAR /api/v1/status HTTP/1.1\r\n" + HOST + b"\r\n"),
        (431, get(b"/api/v1/search?q=" + b"a" * MIB)),
        (431, get(b"/api/v1/status", b"X: " + b"a" * 300_000 + b"\r\n")),
        (431, get(b"/api/v1/status", b"X: a\r\n" * 20_000)),
        (400, _LENGTH % b"-1"),
        (400, _LENGTH % b"x"),
        (400, _LENGTH % "²".encode()),
        (400, _LENGTH % (b"9" * 5000)),
        (413, _LENGTH % (b"9" * 30)),
        (400, _LENGTH % b"2\r\nContent-Length: 3"),
        (501, WORK + b"Transfer-Encoding: gzip, chunked\r\n\r\n"),
        (400, _CHUNKED + b"zz\r\n"),
        (400, _CHUNKED + b"-5\r\nabc"),
        (400, _CHUNKED + b"2\r\n{}XX0\r\n\r\n"),
        (431, _CHUNKED + b"f" * 500_000),
        (431, _CHUNKED + b"0\r\n" + b"X: y\r\n" * 200_000),
        (415, WORK + b"Content-Length: 2\r\n\r\n{}"),
    ],
)
def test_requests_that_are_none(server: Served, status: int, request_: bytes) -> None:
    answer = send(server, [request_])
    assert answer.status == status
    assert len(answer.detail) < 700


@pytest.mark.parametrize(
    "request_",
    [
        get(b"/api/v1/search?q=%00%FF%ED%A0%80%zz%"),
        get(b"/api/v1/search?q=" + b"a" * 60_000),
        get(b"/api/v1/search?q=" + b"%22(" * 5000),
        get(b"http://127.0.0.1/api/v1/search"),
        get(b"/api/v1/search", b"Accept: \xff;q=zz, */*;q=1e999, text/csv;q=nan\r\n"),
        get(b"/api/v1/search", b"Accept-Encoding: gzip;q=nan, \xff\r\n"),
        get(b"/api/v1/search", b'If-None-Match: "\xff", W/", x\r\nIf-Modified-Since: Tue, 99 Foo 99999\r\n'),
        get(b"/api/v1/search", b"Range: bytes=5-2, 99999999999999999999-\r\n"),
        get(b"/api/v1/search", b'Cookie: a=\xff; =;;"\r\nAuthorization: Basic \xff\r\nExpect: 200-maybe\r\n'),
        b"GET /api/v1/search HTTP/9.9\r\n" + HOST + b"Connection: close\r\n\r\n",
        post(json.dumps({"text": DRAFT}).encode(), b"application/json; charset=\xff; ;;="),
        post(b'{"text": 5, "text": "Wide networks are close to kernels, as is known by now."}'),  # the last one counts
    ],
)
def test_odd_requests_that_can_be_answered(server: Served, request_: bytes) -> None:
    answer = send(server, [request_])
    assert (answer.status, answer.kind) == (200, "application/json")


@pytest.mark.parametrize(
    ("status", "body", "named"),
    [
        (400, b"", "empty"),
        (400, b"{'text': 'x'}", "not JSON"),
        (400, b'{"text": "x"} x', "not JSON"),
        (400, b'\xef\xbb\xbf{"text": "x"}', "not JSON"),
        (400, b'{"text": "\xff\xfe"}', "not JSON"),
        (400, b'{"text": "\xed\xa0\x80"}', "not JSON"),
        (400, b'{"text": "\\ud800"}', "not JSON"),
        (400, b'{"text": "a\x00b"}', "not JSON"),
        (400, '{"text": "x"}'.encode("utf-16"), "not JSON"),
        (400, b"[" * 100_000, "not JSON"),
        (400, b'{"text": ' * 50_000, "not JSON"),
        (400, b'{"text": "x", "limit": NaN}', "not JSON"),
        (400, b'{"text": "x", "limit": 1e999999}', "not JSON"),
        (400, b'{"text": "x", "limit": %s}' % (b"9" * 100_000), "not JSON"),
        (422, b'{"text": "x", "limit": %d}' % 2**63, "limit"),
        (422, b'{"text": "x", "limit": 5.5}', "limit"),
        (422, b'{"text": "x", "limit": "5"}', "limit"),
        (422, b'{"text": "x", "limit": true}', "limit"),
        (422, b'{"text": "x", "limit": 0}', "limit"),
        (422, b'{"text": "x", "cursor": "o0"}', "cursor"),
        (422, b'{"text": "x", "by": "magic"}', "by"),
        (422, b'{"text": "x", "fields": ["colour"]}', "colour"),
        (422, b'{"text": "x", "year": "soon"}', "year"),
        (422, b'{"text": "x", "year": true}', "year"),
        (422, b'{"text": "x", "year": [2019, 12]}', "year"),
        (422, b'{"text": "x", "cat": [["cs.LG"]]}', "cat"),
        (422, b'{"txt": "x"}', "txt"),
        (422, b'{"%s": "x"}' % (b"k" * 100_000), "kkk"),
        (422, b'{"text": ["x"]}', "text"),
        (422, b'{"text": "\\u0000 \\n"}', "text"),
        (422, b"{}", "text"),
        (422, b"null", "object"),
        (422, b"[]", "object"),
        (422, b'{"papers": %s}' % (b"[" * 500 + b"]" * 500), "papers"),
        (422, b'{"papers": "1806.07572"}', "papers"),
        (422, b'{"papers": [null]}', "papers"),
        (422, b'{"papers": [""]}', "papers"),
        (422, json.dumps({"papers": ["1806.07572"] * 101}).encode(), "papers"),
        (422, json.dumps({"papers": ["a" * 2001]}).encode(), "papers"),
        (422, b'{"papers": ["2301.00001"]}', "2301.00001"),
        (422, b'{"text": "x", "not": ["\\u0000"]}', "\\x00"),
        (422, b'{"text": "x", "exclude": ["2301.00001"]}', "2301.00001"),
    ],
)
def test_bodies_that_ask_nothing(server: Served, status: int, body: bytes, named: str) -> None:
    answer = send(server, [post(body)])
    assert answer.status == status
    assert named in answer.detail
    assert len(answer.detail) < 700


def test_memory_stays_what_it_is(server: Served) -> None:
    """After a warm-up, thousands of requests of every kind leave nothing behind."""
    rounds = iter(range(10**6))
    _ask_much(server, rounds, 40)
    before = server.memory()
    _ask_much(server, rounds, 160)
    assert server.memory() - before < 4 * MIB  # one kilobyte kept of each request


def _ask_much(server: Served, rounds: Iterator[int], times: int) -> None:
    """Rounds of 24 requests, each of which differs from those before: what is kept for each would be seen."""
    for number in itertools.islice(rounds, times):
        word = b"w%d" % number
        for path in QUESTIONS:
            ask(server, path)
            ask(server, path + (b"&" if b"?" in path else b"?") + word + b"=1")
        for path in (
            b"/api/v1/search?q=",
            b"/api/v1/papers/",
            b"/api/v1/authors/",
            b"/api/v1/path?from=1806.07572&to=",
        ):
            ask(server, path + word)
        ask(server, b"/api/v1/search?q=" + word, b"Accept: text/csv\r\nAccept-Encoding: gzip\r\n")
        ask(server, b"/api/v1/search?q=networks&author=" + word)
        ask(server, b"/?q=" + word)
        send(server, [post(json.dumps({"text": f"{DRAFT} {word.decode()}"}).encode())])
        send(server, [post(json.dumps({"text": DRAFT, word.decode(): "x" * 10_000}).encode())])
        send(server, chunks(b"x" * (MIB + number)))
        send(server, [b"GET " + word + b"\r\n\r\n"])
        with connect(server) as connection:
            connection.sendall(get(QUESTIONS[0])[:-2])

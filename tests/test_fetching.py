"""What is fetched from the web: only from where it may be, never more than is asked for, never for longer."""

import gzip
import http.server
import socket
import sys
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import requests

from ingest import fetching
from ingest.addresses import is_disguised, is_public
from ingest.fetching import fetch
from ingest.http import TooMuch, TooSlow, session
from ingest.services.asking import Asker
from ingest.services.feed import _followed
from ingest.services.pace import Pace
from ingest.services.web import Web
from ingest.sources import locate, read
from kg.errors import DocumentError, ServiceError

LARGEST = 2**20
PRIVATE = """
    10.0.0.1 172.16.0.1 192.168.1.1 127.0.0.1 127.255.255.254 169.254.169.254 100.64.0.1 0.0.0.0 0.1.2.3 224.0.0.1
    239.1.1.1 255.255.255.255 240.0.0.1 192.0.0.1 192.0.0.8 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1
    :: ::1 fe80::1 fe80::1%eth0 fc00::1 fd12::1 fec0::1 ff02::1 ff0e::1 2001:db8::1
    ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1 ::8.8.8.8 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::1
    3fff::1 3fff:fff::1 5f00::1 100::1 100:0:0:1::1 ::ffff:192.0.0.8
    2002:7f00:1:: 2002:a00:1:: 2002:c0a8:101::1 2001:0:7f00:1::1 2001:0:4136:e378:8000:63bf:80ff:fffe
""".split()
PUBLIC = "8.8.8.8 151.101.1.42 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1".split()
LIST = b"# A list\n"
BOMB, DEFLATED = gzip.compress(b"a" * 50 * LARGEST), zlib.compress(b"a" * 50 * LARGEST)
TWICE = gzip.compress(gzip.compress(b"a" * 100 * LARGEST))


class Site(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.log.append((self.path, dict(self.headers)))  # type: ignore[attr-defined]
        getattr(self, "_" + self.path.partition("?")[0].strip("/"))()

    def _list(self) -> None:
        self._send(200, LIST)

    def _cookies(self) -> None:
        self._send(302, b"", {"Location": "/list", "Set-Cookie": "id=7; Path=/"})

    def _away(self) -> None:
        self._send(302, b"", {"Location": unquote(self.path.partition("?")[2])})

    def _damaged(self) -> None:
        self._send(302, b"not gzip", {"Location": "/list", "Content-Encoding": "gzip"})

    def _short(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/list")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"ffff\r\nshort")
        self.close_connection = True

    def _gzip(self) -> None:
        self._send(200, BOMB, {"Content-Encoding": "gzip"})

    def _twice(self) -> None:
        self._send(200, TWICE, {"Content-Encoding": "gzip, gzip"})

    def _deflate(self) -> None:
        self._send(200, DEFLATED, {"Content-Encoding": "deflate"})

    def _good_gzip(self) -> None:
        self._send(200, gzip.compress(LIST), {"Content-Encoding": "gzip"})

    def _head(self) -> None:
        """A head without end, byte by byte."""
        while not self.server.stopped.wait(0.05):  # type: ignore[attr-defined]
            self.wfile.write(b"x")

    def _body(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        while not self.server.stopped.wait(0.05):  # type: ignore[attr-defined]
            self.wfile.write(b"x")

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Site)
        self.log: list[tuple[str, dict[str, str]]] = []
        self.stopped = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what is tested."""


@pytest.fixture
def site() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.stopped.set()
        server.shutdown()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What a name server answers: for each name its addresses, one for each question; the last one stays.

    Connections to addresses that are not of this machine are noted, and refused.
    """
    answers: dict[str, list[str]] = {}
    ask, connect = socket.getaddrinfo, socket.socket.connect

    def getaddrinfo(host: Any, *args: Any, **options: Any) -> Any:
        queue = answers.get(str(host), [])
        return ask((queue.pop(0) if len(queue) > 1 else queue[0]) if queue else host, *args, **options)

    def connected(self: socket.socket, address: Any) -> None:
        answers.setdefault("connected", []).append(address[0])
        if not str(address[0]).startswith("127."):
            raise OSError("no network")
        connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket.socket, "connect", connected)
    return answers


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", "2130706433 0x7f000001 0177.0.0.1 127.1 0x7f.1 127.0.0.1. 127.0.1 0 017700000001".split()
)
def test_addresses_in_disguise(host: str, site: Server) -> None:
    assert is_disguised(host)
    with pytest.raises(DocumentError, match="in an unusual form"):
        fetch(f"http://{host}:{site.server_port}/list", True, LARGEST)
    assert not site.log


@pytest.mark.parametrize("host", ["127.0.0.1", "8.8.8.8", "example.org", "1e100.net", "10.example.org", "0x.org"])
def test_hosts_in_no_disguise(host: str) -> None:
    assert not is_disguised(host)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "localhost.", "a.localhost", "LOCALHOST", "[::1]", "[::ffff:7f00:1]"]
)
def test_private_hosts_are_refused(host: str, site: Server) -> None:
    with pytest.raises(DocumentError, match="private address: give --allow-private"):
        fetch(f"http://{host}:{site.server_port}/list", False, LARGEST)
    assert not site.log


@pytest.mark.parametrize("user", ["ann@", "ann:secret@", "example.org@", ":@"])
def test_names_and_passwords_in_addresses_are_refused(user: str, site: Server) -> None:
    with pytest.raises(DocumentError, match="a user name or a password") as refused:
        fetch(f"http://{user}127.0.0.1:{site.server_port}/list", True, LARGEST)
    assert "secret" not in str(refused.value)
    assert not site.log


def test_a_name_that_means_another_address_the_second_time(site: Server, names: dict[str, list[str]]) -> None:
    """DNS rebinding: what was checked is what is connected to, and the name is asked for once."""
    names["lists.example"] = ["8.8.8.8", "127.0.0.1"]
    with pytest.raises(DocumentError, match="no connection"):
        fetch(f"http://lists.example:{site.server_port}/list", False, LARGEST)
    assert names["connected"] == ["8.8.8.8"]
    assert names["lists.example"] == ["127.0.0.1"], "it was asked once"
    with pytest.raises(DocumentError, match="private address"):
        fetch(f"http://lists.example:{site.server_port}/list", False, LARGEST)
    assert names["connected"] == ["8.8.8.8"]
    assert not site.log


def test_the_name_stays_in_the_request(site: Server, names: dict[str, list[str]]) -> None:
    names["lists.example"] = ["127.0.0.1"]
    assert fetch(f"http://lists.example:{site.server_port}/list", True, LARGEST)[0] == LIST
    assert site.log[0][1]["Host"] == f"lists.example:{site.server_port}"


@pytest.mark.parametrize(
    "there", ["http://127.0.0.2:{port}/list", "http://inner.example:{port}/list", "//[::1]:{port}/list"]
)
def test_redirections_are_checked_at_each_step(
    there: str, site: Server, names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """127.0.0.1 stands for a public address here; the site leads to one that is not."""
    names["inner.example"] = ["10.0.0.1"]
    monkeypatch.setattr("ingest.http.is_public", lambda address: address == "127.0.0.1")
    assert fetch(f"{site.url}/list", False, LARGEST)[0] == LIST
    with pytest.raises(DocumentError, match="private address"):
        fetch(f"{site.url}/away?{there.format(port=site.server_port)}", False, LARGEST)
    assert [path.partition("?")[0] for path, _ in site.log] == ["/list", "/away"]
    assert set(names["connected"]) == {"127.0.0.1"}


@pytest.mark.parametrize(
    "there", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://u:p@127.0.0.1/", "gopher://x", "http://2130706433/"]
)
def test_redirections_lead_to_plain_addresses_only(there: str, site: Server) -> None:
    with pytest.raises(DocumentError, match=r"no http\(s\) address|user name or a password|unusual form"):
        fetch(f"{site.url}/away?{there}", True, LARGEST)
    assert len(site.log) == 1


@pytest.mark.parametrize("path", ["/damaged", "/short"])
def test_what_a_redirection_says_beside_is_not_read(path: str, site: Server) -> None:
    assert fetch(site.url + path, True, LARGEST)[0] == LIST
    with session(LARGEST, 5.0) as asking, suppress(requests.RequestException):
        assert asking.get(site.url + path, allow_redirects=False, timeout=5).status_code == 302


@pytest.mark.parametrize("path", ["/damaged", "/short"])
def test_what_a_redirection_of_a_service_says_beside_is_no_traceback(path: str, site: Server) -> None:
    service = Web(Asker("The service", Pace(0.0), sleep=lambda _: None))
    with pytest.raises(ServiceError, match="The service does not answer") as refused:
        service.ask(site.url + path, lambda answer: answer.content)
    assert "\n" not in str(refused.value)


def test_a_redirection_is_never_prepared_for(site: Server) -> None:
    """requests reads the whole of an answer for that, and adds passwords."""
    with session(LARGEST, 5.0) as asking:
        answer = asking.get(f"{site.url}/cookies", allow_redirects=False, stream=True, timeout=5)
        assert (answer.is_redirect, answer.headers["Location"], answer.next) == (True, "/list", None)
        answer.close()


@pytest.fixture
def silent(site: Server) -> Iterator[str]:
    """An address of this machine at which the site's port is open, and no connection is ever made."""
    with socket.socket() as full:
        full.bind(("127.0.0.2", site.server_port))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.2", site.server_port))
        yield "127.0.0.2"
        for one in waiting:
            one.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux answers at 127.0.0.2, and not where a queue is full")
@pytest.mark.parametrize("found", [6, 50])
def test_all_addresses_of_a_host_have_one_time(
    found: int, site: Server, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = (socket.AF_INET, socket.SOCK_STREAM, 6, "", (silent, site.server_port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [place] * found)
    monkeypatch.setattr(fetching, "_TIMEOUT", (0.9, 5.0))
    began = time.monotonic()
    with pytest.raises(DocumentError, match="no answer in time"):
        fetch(f"http://lists.example:{site.server_port}/list", True, LARGEST)
    assert 0.8 < time.monotonic() - began < 2.5


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux answers at 127.0.0.2, and not where a queue is full")
def test_an_address_that_is_silent_leaves_time_to_the_next(
    site: Server, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, site.server_port)) for host in (silent, "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: places)
    monkeypatch.setattr(fetching, "_TIMEOUT", (2.0, 5.0))
    began = time.monotonic()
    assert fetch(f"http://lists.example:{site.server_port}/list", True, LARGEST)[0] == LIST
    assert 0.9 < time.monotonic() - began < 1.9


def test_no_password_and_no_cookie_is_sent(site: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login ann password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    assert requests.utils.get_netrc_auth(site.url) == ("ann", "secret"), "requests itself would send it"
    assert fetch(f"{site.url}/cookies", True, LARGEST)[0] == LIST
    assert len(site.log) == 2
    for _, headers in site.log:
        assert not {"authorization", "cookie"} & {name.lower() for name in headers}


@pytest.mark.parametrize("path", ["gzip", "twice", "deflate"])
def test_bombs_are_not_unpacked(path: str, site: Server) -> None:
    tracemalloc.start()
    with pytest.raises(DocumentError, match="larger than 1 MiB"):
        fetch(f"{site.url}/{path}", True, LARGEST)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 8 * LARGEST


def test_what_is_packed_is_unpacked(site: Server) -> None:
    assert fetch(f"{site.url}/good_gzip", True, LARGEST)[0] == LIST


@pytest.mark.parametrize(
    ("path", "reason"), [("head", "no connection|cut short"), ("body", "not fetched whole within")]
)
def test_servers_that_dribble_are_left(path: str, reason: str, site: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.http._LONGEST_HEAD", 0.6)
    monkeypatch.setattr(fetching, "_LONGEST_FETCH", 0.6)
    began = time.monotonic()
    with pytest.raises(DocumentError, match=reason):
        fetch(f"{site.url}/{path}", True, LARGEST)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(("path", "error"), [("gzip", TooMuch), ("body", TooSlow)])
def test_services_are_read_within_bounds_too(path: str, error: type[Exception], site: Server) -> None:
    with session(LARGEST, 0.6) as asking, pytest.raises(error):
        asking.get(f"{site.url}/{path}", timeout=5)
    with session(LARGEST, 5.0) as asking:
        assert asking.get(f"{site.url}/list", timeout=5).content == LIST
        assert asking.get(f"{site.url}/list", timeout=5).content == LIST


def test_through_a_proxy_private_addresses_are_refused_as_far_as_they_are_known(
    site: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", site.url)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(DocumentError, match="private address"):
        fetch("http://10.0.0.1/list", False, LARGEST)
    assert not site.log


@pytest.mark.parametrize(
    "there", ["http://evilarxiv.org/api", "http://arxiv.org.evil.net/", "ftp://arxiv.org/", "//10.0.0.1/"]
)
def test_arxiv_is_followed_to_arxiv_only(there: str) -> None:
    with pytest.raises(ServiceError, match="arXiv does not answer"):
        _followed("https://export.arxiv.org/api/query", there)
    assert _followed("http://export.arxiv.org/api/query", "https://arxiv.org/api/q?x=1") == "https://arxiv.org/api/q"


@pytest.mark.parametrize("given", ["http://127.0.0.1/\udcff", "http://\udcff/"])
def test_addresses_that_are_no_text(given: str) -> None:
    with pytest.raises(DocumentError, match="not UTF-8"):
        read(locate(given), allow_private=True)

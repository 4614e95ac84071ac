"""Served safely: who is let in, what is told to whom, what is logged, and that nothing is written."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from waitress.utilities import logger as waitress_log

from kg.config import model_shown
from kg.filters import Related
from kg.library import Library
from search.query import parse
from tests.conftest import Run
from tests.serving import served
from webapp import Access, create_app, logs
from webapp.server import _SETTINGS, _server
from webapp.whole import in_turn

SECRET = "kept-to-myself"
FORMAT = logs.OneLine("%(levelname)s %(message)s")


# -- who is let in ---------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "0", "::ffff:0.0.0.0", "::0", "0x0", "lab.example"])
def test_an_address_that_others_reach_asks_who_may_read(run: Run, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = socket.getaddrinfo

    def resolved(name: str, *args: Any) -> Any:
        return known("192.0.2.7" if name == "lab.example" else name, *args)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    refused = run("serve", "--host", host, "--port", "0")
    assert (refused.code, refused.out) == (2, "")
    assert "--token" in refused.err
    assert "--public-read" in refused.err


def test_localhost_that_is_elsewhere_is_no_loopback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    known = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *args: known("192.0.2.7", *args))
    assert run("serve", "--host", "localhost", "--port", "0").code == 2


@pytest.mark.parametrize("token", ["", " ", "two words", "tab\t", "näh", "nul\x7f", "\u200b"])
@pytest.mark.parametrize("given", ["option", "environment"])
def test_a_token_that_is_none_lets_nobody_in(run: Run, token: str, given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if given == "environment":
        monkeypatch.setenv("KG_TOKEN", token)
    refused = run("serve", "--port", "0", *(["--token", token] if given == "option" else []))
    assert refused.code == 2
    assert "token" in refused.err
    assert refused.err.count("\n") == 1


@pytest.mark.parametrize(
    "origin",
    [
        *"* null notes.example https://notes.example/ https://notes.example/x https://*.example HTTPS://notes.example "
        "https://Notes.example https://notes.example:443 http://notes.example:80 https://a@notes.example ftp://notes.example "
        "file:// https://a,https://b https://notes.example:0".split(),
        "",
        "https://a https://b",
        "https://a\r\nX: y",
    ],
)
def test_an_origin_is_exact(run: Run, origin: str) -> None:
    assert run("serve", "--port", "0", "--cors", origin).code == 2


@pytest.mark.parametrize("name", ["http://lab.example", "lab.example:80", "*", "a b", "", "lab.example/x"])
def test_a_host_is_a_name(run: Run, name: str) -> None:
    assert run("serve", "--port", "0", "--allow-host", name).code == 2


@pytest.mark.slow
def test_the_token_of_the_environment(made_library: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kg", "serve", "--port", "0", "--data", str(made_library)]
    command += ["--cors", "http://127.0.0.1:3000", "--allow-host", "lab.example", "--log", "requests"]
    environment = {**os.environ, "KG_TOKEN": SECRET, "KG_MODEL": "words-64"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as server:
        assert server.stdout is not None
        url = server.stdout.readline().split(" on ")[1].strip()
        for path in ("healthz", "", "static/style.css"):
            for sent, status in ((None, 401), (f"Bearer {SECRET}", 200), (f"Basic {basic('any', SECRET)}", 200)):
                request = urllib.request.Request(url + path, headers={"Authorization": sent} if sent else {})
                assert _status(request) == status
        server.terminate()
        out, said = server.communicate()
    assert SECRET not in out + said
    assert said.count("\n") == 9


def basic(name: str, password: str) -> str:
    return base64.b64encode(f"{name}:{password}".encode()).decode()


def _status(request: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_a_browser_is_asked_for_a_password_and_a_program_is_not(library: Library) -> None:
    client = create_app(library, Access(token="pä:ss")).test_client()
    assert client.get("/").headers.getlist("WWW-Authenticate") == ["Bearer", 'Basic realm="kg", charset="UTF-8"']
    assert client.get("/api/v1/status").headers.getlist("WWW-Authenticate") == ["Bearer"]
    for sent, status in ((basic("", "pä:ss"), 200), (basic("x", "pä"), 401), ("=", 401), ("/w==", 401), ("", 401)):
        assert client.get("/", headers={"Authorization": f"basic {sent}"}).status_code == status


# -- what is told ----------------------------------------------------------------------------------


@pytest.fixture
def client(library: Library) -> FlaskClient:
    return create_app(library).test_client()


@pytest.mark.parametrize("how", ["garbage", "cut", "older", "newer", "folder"])
def test_what_ails_the_library_is_logged_and_not_told(
    library: Library, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    database = library.config.database
    spoil(database, how)
    client = create_app(library).test_client()
    for path in ("/", "/?q=wide", "/api/v1/search?q=wide", "/paper/1806.07572.bib", "/new.atom", "/healthz"):
        answer = client.get(path)
        if answer.status_code in {200, 404}:
            assert how in {"cut", "folder"}  # what is read is whole; no library is an empty one
            continue
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert str(library.config.data) not in answer.text
        assert "the server&#39;s log says why" in answer.text or "the server's log says why" in answer.text
    assert how == "folder" or caplog.records
    for record in caplog.records:
        assert "\n" not in FORMAT.format(record)


def spoil(database: Path, how: str) -> None:
    import sqlite3
    from contextlib import closing

    if how == "folder":
        database.unlink()
        database.mkdir()
    elif how == "garbage":
        database.write_bytes(b"SQLite format 3\0" + b"\xff" * 10_000)
    elif how == "cut":
        with database.open("r+b") as file:
            file.truncate(40_000)
    else:
        with closing(sqlite3.connect(database)) as opened, opened:
            if how == "older":
                opened.execute("DELETE FROM _sqlite_migrations WHERE id = (SELECT max(id) FROM _sqlite_migrations)")
            else:
                opened.execute("UPDATE _sqlite_migrations SET name = 'm999' WHERE id = 1")


def test_an_empty_library_tells_no_path(tmp_path: Path) -> None:
    from tests.conftest import open_library

    empty = open_library(tmp_path / "none")
    client = create_app(empty).test_client()
    for rule in ("/", "/gaps", "/new", "/graph", "/api", "/related", "/api/v1/status", "/api/v1/gaps", "/new.atom"):
        answer = client.get(rule)
        assert answer.status_code == 200
        assert str(tmp_path) not in answer.text
    empty.close()


def test_a_fault_is_one_line_without_what_was_asked(
    library: Library, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        try:
            raise KeyError(f"{SECRET}\nforged line")
        except KeyError as error:
            raise ValueError(SECRET) from error

    client = create_app(library).test_client()
    monkeypatch.setattr(library, "search", fails)
    answer = client.get(f"/api/v1/search?q={SECRET}")
    assert answer.status_code == 500
    assert SECRET not in answer.text
    (record,) = caplog.records
    line = FORMAT.format(record)
    assert line.startswith("ERROR GET /api/v1/search: ValueError at tests/test_serving.py:")
    assert line.endswith(", after KeyError")
    assert SECRET not in line
    assert "\n" not in line


@pytest.mark.parametrize("place", ["template", "after the request"])
def test_faults_beside_the_question(
    library: Library, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    app = create_app(library)
    if place == "template":
        app.jinja_env.filters["prose"] = fails
    else:
        monkeypatch.setattr("webapp.guard.compress", fails)
    answer = app.test_client().get("/?q=wide")
    assert answer.status_code == 500
    assert SECRET not in answer.text
    assert SECRET not in "".join(FORMAT.format(record) for record in caplog.records)
    assert any("RuntimeError at" in FORMAT.format(record) for record in caplog.records)


def test_every_answer_has_the_headers(client: FlaskClient) -> None:
    etag = client.get("/").headers["ETag"]
    answers = [
        client.get("/"),
        client.get("/", headers={"If-None-Match": etag}),
        client.get("/static/style.css", buffered=True),
        client.get("/graph.svg"),
        client.get("/nothing"),
        client.get("/", headers={"Host": "evil.example"}),
        client.get("/", headers={"Host": "["}),
        client.head("/"),
        client.options("/"),
        client.post("/"),
        client.get("/api/v1/search?limit=0"),
        client.get("/paper/arXiv:1806.07572v2"),
        client.post("/api/v1/related-work"),
    ]
    assert {answer.status_code for answer in answers} == {200, 302, 304, 400, 404, 405, 415}
    from webapp.guard import HEADERS

    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers.getlist(name) == [value], (answer, name)
        if answer.status_code >= 400:
            assert answer.headers["Cache-Control"] == "no-store"


def test_a_model_is_told_without_its_folder() -> None:
    assert model_shown("/home/ann/models/tiny") == "tiny"
    assert model_shown("static:./models/tiny") == "static:tiny"
    assert model_shown("org/tiny") == "org/tiny"


# -- what takes long -------------------------------------------------------------------------------


def test_long_drafts_leave_threads_to_others(client: FlaskClient) -> None:
    long = {"text": "Wide networks trained by gradient descent are close to kernels. " * 200}
    ways = [lambda: client.post("/api/v1/related-work", json=long), lambda: client.post("/related", data=long)]
    ways.append(lambda: client.get("/api/v1/papers/1806.07572/related?" + "not=1803.03635&" * 30))
    with in_turn(Related(text=long["text"])), in_turn(Related(text=long["text"])):
        for ask in ways:
            answer = ask()
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert client.post("/api/v1/related-work", json={"text": long["text"][:1000]}).status_code == 200
    assert [ask().status_code for ask in ways] == [200, 200, 200]


def test_phrases_have_no_more_words_than_a_query() -> None:
    """FTS5 took four seconds for these, in a library of 33,000 papers."""
    query = parse(" ".join(f'"{"of the " * 30}{number}"' for number in range(10)) + ' -"of the" wide')
    assert len(query.terms.phrases) == 1
    assert (query.terms.excluded, query.terms.words) == (("of the",), ("wide",))
    assert "first 64 words" in query.notes[-1]


# -- nothing is written ----------------------------------------------------------------------------


def digests(data: Path) -> dict[str, str]:
    """Of everything in the folder but the files that SQLite keeps beside a database that is open."""
    files = (file for file in data.rglob("*") if file.is_file() and not file.name.endswith(("-wal", "-shm")))
    return {str(file.relative_to(data)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_no_request_writes(library: Library) -> None:
    app = create_app(library)
    client, before = app.test_client(), digests(library.config.data)
    values = {
        "reference": "1806.07572",
        "id": "1806.07572",
        "author_id": "jonathan-frankle",
        "list_id": "awesome-wide-networks",
    }
    values |= {"topic_id": "sparsity", "twin": "json", "filename": "style.css"}
    statuses = set()
    adapter = app.url_map.bind("127.0.0.1")
    for rule in app.url_map.iter_rules():
        path = adapter.build(
            rule.endpoint, {name: values[name] for name in rule.arguments}, method=next(iter(rule.methods or ()))
        )
        for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "COPY"):
            for sent in (
                {},
                {"json": {"text": "Wide networks are kernels."}},
                {"data": {"text": "Wide networks are kernels."}},
            ):
                answer = client.open(path, method=method, buffered=True, **sent)
                statuses.add(answer.status_code)
                assert answer.status_code < 500, (method, path, answer.text)
    assert {200, 405, 415} <= statuses
    assert digests(library.config.data) == before
    with pytest.raises(Exception, match="readonly"):
        library.store._db.execute("DELETE FROM papers")


# -- what is logged --------------------------------------------------------------------------------


def asked(url: str) -> None:
    """Requests with something to hide in the query, the body, a header; with something that forges; and none at all."""
    port = int(url.rpartition(":")[2])
    for path in (f"/?q={SECRET}", f"/api/v1/papers/x%0aERROR%20forged%1b[31m%E2%80%AE\\?q={SECRET}", "/healthz"):
        request = urllib.request.Request(url + path, headers={"Authorization": f"Bearer {SECRET}", "Cookie": SECRET})
        _status(request)
    _status(urllib.request.Request(url + "/related", f"text={SECRET}".encode(), method="POST"))
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(f"{SECRET}\r\n\r\n".encode())
        connection.recv(100)


@pytest.mark.slow
@pytest.mark.parametrize("kind", logs.KINDS)
def test_what_is_logged(made_library: Path, tmp_path: Path, kind: logs.Kind) -> None:
    with served(made_library, tmp_path, log=kind) as server:
        asked(server.url)
        time.sleep(0.2)  # a line comes after its answer
        said = server.said()
    lines = said.splitlines()
    if kind == "faults":
        assert said == ""
        return
    assert all(line[:20].count(":") == 2 and " INFO " in line for line in lines)
    told = [line.split(" INFO ")[1] for line in lines]
    query = f"?q={SECRET}" if kind == "queries" else ""
    assert told[0].startswith(f"GET /{query} 200 ")
    assert told[1].startswith(f"GET /api/v1/papers/x\\nERROR forged\\x1b[31m\\u202e\\\\{query} 404 ")
    assert told[2].startswith("GET /healthz 200 ")
    assert told[2].endswith(" ms 15 bytes")
    assert told[3].startswith("POST /related 303 ")
    assert told[-1].startswith("- - 400 ")
    assert said.count(SECRET) == (3 if kind == "queries" else 0)  # the form's answer leads to an address with it


@contextmanager
def broken_server() -> Iterator[int]:
    """A server whose application fails as no application of ours does."""

    def fails(*_: object) -> None:
        raise ValueError(SECRET)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = _server(fails, listener)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        server.close()
        thread.join(5)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # its socket is closed under it
def test_a_request_that_comes_drop_by_drop_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each drop ends the silence; the request has its time all the same."""
    monkeypatch.setitem(_SETTINGS, "channel_timeout", 1)
    monkeypatch.setitem(_SETTINGS, "cleanup_interval", 1)
    with broken_server() as port, socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        sent = 0
        with suppress(OSError):  # closed on the other side
            while sent < 100:
                connection.sendall(b"x")
                sent += 1
                time.sleep(0.1)
        assert 5 < sent < 60


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # its socket is closed under it
def test_faults_that_the_server_sees(caplog: pytest.LogCaptureFixture) -> None:
    with broken_server() as port, socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(f"GET /x?q={SECRET} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        received = b""
        while part := connection.recv(2**16):
            received += part
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 500")
    assert b"\r\nContent-Security-Policy: default-src 'none'" in head
    assert json.loads(body)["detail"] == "Something went wrong here; the server's log says what."
    (record,) = (record for record in caplog.records if record.name == waitress_log.name)
    line = FORMAT.format(record)
    assert line.startswith("ERROR Exception while serving /x: ValueError at ")
    assert SECRET not in line


def test_signs_that_cannot_be_seen_are_escaped() -> None:
    assert logs.escaped("a\r\nb\x1b\x9b\u2028\u202e\u200b\ud800\\né") == (
        "a\\r\\nb\\x1b\\x9b\\u2028\\u202e\\u200b\\ud800\\\\né"
    )
    record = logging.LogRecord("x", logging.ERROR, "", 0, "a %s", ("\n",), None)
    assert FORMAT.format(record) == "ERROR a \\n"


# -- time ------------------------------------------------------------------------------------------


NOISE = 0.15  # seconds that the machine may be busy elsewhere
HOSTILE = ("a", "1.", "- ", ",", ";q=", '"a ', "(", "author:", "網", "\u200b")
HEADERS = "Host Accept Accept-Encoding Authorization Cookie If-None-Match Range Content-Type Referer".split()
PARAMETERS = (
    [("/api/v1/search", name) for name in "q limit cursor fields author title year cat topic list id".split()]
    + [("/", "q"), ("/api/v1/papers", "ids"), ("/api/v1/path", "from"), ("/api/v1/gaps", "list")]
    + [("/api/v1/new", "since"), ("/related", "paper"), ("/list/awesome-wide-networks", "line")]
)


@pytest.mark.slow
def test_the_time_of_a_request_grows_with_its_length(client: FlaskClient) -> None:
    """Every expression that sees requests is fed what makes bad ones back up; see `tests/test_time.py`."""

    def seconds(ask: Any, text: str) -> float:
        began = time.process_time()
        assert ask(text).status_code < 500
        return time.process_time() - began

    asks: dict[str, Any] = {
        f"{path}?{name}": lambda text, path=path, name=name: client.get(path, query_string={name: text})
        for path, name in PARAMETERS
    } | {name: lambda text, name=name: client.get("/healthz", headers={name: text}) for name in HEADERS}
    asks |= {prefix: lambda text, prefix=prefix: client.get(prefix + text) for prefix in ("/paper/", "/list/", "/x")}
    for name, ask in asks.items():
        for unit in HOSTILE if name not in HEADERS else [u for u in HOSTILE if u.isascii()]:
            if (large := seconds(ask, unit * (16_000 // len(unit)) + "!")) > NOISE:
                small = seconds(ask, unit * (4_000 // len(unit)) + "!")
                assert large <= 14 * small + NOISE, f"{name} {unit!r}: {small:.3f} s for 4 kB, {large:.3f} s for 16 kB"

"""Keys of services: sent to their own service, and found nowhere else, whatever goes wrong."""

import http.server
import json
import logging
import threading
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.services.asking import Asker
from ingest.services.openalex import OpenAlex
from ingest.services.pace import Pace
from ingest.services.semantic_scholar import SemanticScholar
from ingest.services.web import _is_same
from kg.config import Config
from kg.errors import ServiceError, UsageError
from tests.conftest import Run
from tests.replica import Replica
from tests.replica.faults import FAULTS

S2_KEY, OPENALEX_KEY = "s2-key-7f3a9c", "openalex-key-5d81e2"
MOST_ROUNDS = 20


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_S2_KEY", S2_KEY)
    monkeypatch.setenv("KG_OPENALEX_KEY", OPENALEX_KEY)


def told(text: str | bytes) -> bool:
    """Whether a key is in a text."""
    text = text if isinstance(text, bytes) else text.encode()
    return S2_KEY.encode() in text or OPENALEX_KEY.encode() in text


@pytest.mark.slow
def test_no_fault_of_a_service_brings_a_key_to_light(
    run: Run,
    lists: Path,
    replica: Replica,
    keys: None,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Every fault that the replica knows, one after the other, until each has been an answer."""
    caplog.set_level(logging.DEBUG)
    # A handler that another test has left may write to a stream that is closed: that is not what is looked for here.
    monkeypatch.setattr(logging, "raiseExceptions", False)
    replica.retry_after, replica.stall_seconds = 0, 0.01
    replica.hide("1806.07572", "arxiv")  # so OAI-PMH and Semantic Scholar are asked for metadata too
    for service, faults in FAULTS.items():
        for name in faults:
            replica.fail(name, 1, service)
    rounds = 0
    while any(replica._faults.values()) and rounds < MOST_ROUNDS:
        result = run("ingest", "lists", "--encoder", "none", "--data", f"data{rounds}")
        assert not told(result.out + result.err)
        assert "Traceback" not in result.err
        rounds += 1
    assert not any(replica._faults.values()), "each fault was an answer"
    assert not told(caplog.text)
    written = [file for number in range(rounds) for file in (tmp_path / f"data{number}").rglob("*") if file.is_file()]
    assert len(written) > rounds
    assert not [file for file in written if told(file.read_bytes())]
    _check_requests(replica)


def _check_requests(replica: Replica) -> None:
    """Each key came to its own service, and only there."""
    assert all(request.headers["x-api-key"] == S2_KEY for request in replica.requests("s2"))
    assert all(request.headers["authorization"] == f"Bearer {OPENALEX_KEY}" for request in replica.requests("openalex"))
    assert replica.requests("s2")
    assert replica.requests("openalex")
    for request in replica.requests("arxiv") + replica.requests("oai"):
        assert not told(json.dumps(request.headers))


class Telling(http.server.BaseHTTPRequestHandler):
    """Repeats all headers that it gets in its refusal, or sends whoever asks elsewhere."""

    def do_GET(self) -> None:
        self.server.log.append(str(self.headers))  # type: ignore[attr-defined]
        moved = self.server.moved  # type: ignore[attr-defined]
        body = json.dumps(
            {"message": f"refused: {list(self.headers.values())[::-1]}", "error": str(self.headers)}
        ).encode()
        self.send_response(302 if moved else 403)
        self.send_header("Content-Length", str(len(body)))
        if moved:
            self.send_header("Location", moved + self.path)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host: str = "127.0.0.1", moved: str = "") -> None:
        super().__init__((host, 0), Telling)
        self.moved, self.log = moved, list[str]()
        self.url = f"http://{host}:{self.server_port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


@pytest.fixture
def elsewhere() -> Iterator[Server]:
    with Server() as server:
        yield server
        server.shutdown()


def asked(url: str) -> list[str]:
    """What is raised by asking both services with keys at an address, with all that led to it."""
    said = []
    s2 = SemanticScholar(url, Asker("Semantic Scholar", Pace(0.0), lambda _: None, "KG_S2_KEY"), S2_KEY)
    openalex = OpenAlex(url, Asker("OpenAlex", Pace(0.0), lambda _: None, "KG_OPENALEX_KEY"), OPENALEX_KEY)
    for ask in (lambda: s2.papers(["ARXIV:1806.07572"], "2026"), lambda: openalex.described(["openalex:w1"])):
        with pytest.raises(ServiceError) as error:
            ask()
        said.append("".join(traceback.format_exception(error.value)))
    return said


def test_a_service_that_repeats_the_key_is_not_quoted_with_it(elsewhere: Server) -> None:
    said = asked(elsewhere.url)
    assert [told(headers) for headers in elsewhere.log] == [True, True]
    assert not any(map(told, said))
    assert "is KG_S2_KEY right?" in said[0]
    assert "***" in said[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2"], ids=["port", "host"])
def test_no_key_goes_to_where_a_service_leads(elsewhere: Server, host: str) -> None:
    with Server(host, moved=elsewhere.url) as service:
        said = asked(service.url)
        service.shutdown()
    assert all("moved elsewhere" in line for line in said)
    assert service.log
    assert not elsewhere.log


@pytest.mark.parametrize(
    ("url", "there", "same"),
    [
        ("https://a.org/x", "https://a.org/y", True),
        ("http://a.org/x", "https://a.org/y", True),
        ("http://a.org:80/x", "https://a.org/y", True),
        ("https://a.org/x", "http://a.org/y", False),
        ("http://a.org:8000/x", "https://a.org/y", False),
        ("http://a.org/x", "https://a.org:8443/y", False),
        ("https://a.org/x", "https://u@a.org/y", False),
        ("https://a.org/x", "https://a.org.evil.net/y", False),
        ("https://a.org/x", "ftp://a.org/y", False),
    ],
)
def test_where_a_key_may_follow(url: str, there: str, same: bool) -> None:
    assert _is_same(url, there) is same


@pytest.mark.parametrize("key", ["one\ntwo", "one two", "schlüssel", "one\r\nX-Other: 1"])
def test_what_is_no_key_is_told_without_it(key: str) -> None:
    with pytest.raises(UsageError, match="KG_S2_KEY is no key") as error:
        Config.load({}, {"KG_S2_KEY": key})
    assert key.split()[0] not in str(error.value).replace("one line", "")


def test_settings_do_not_show_keys() -> None:
    assert not told(repr(replace(Config(), s2_key=S2_KEY, openalex_key=OPENALEX_KEY)))

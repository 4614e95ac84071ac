"""Sources: files, folders, globs, URLs."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.sources import documents_of, locate, read
from kg.errors import DocumentError


def names(given: str) -> list[str]:
    return [document.given for document in documents_of(locate(given))]


def test_a_folder_stands_for_its_documents(lists: Path) -> None:
    (lists / "deep").mkdir()
    (lists / "deep" / "more.md").write_text("# More")
    (lists / "picture.png").write_bytes(b"\0")
    (lists / ".git").mkdir()
    (lists / ".git" / "hidden.md").write_text("# Hidden")
    assert names("lists") == ["lists/awesome.md", "lists/deep/more.md", "lists/notes.txt"]


def test_a_glob_stands_for_its_matches(lists: Path) -> None:
    assert names("lists/*.md") == ["lists/awesome.md"]
    assert names("lists/**/*.txt") == ["lists/notes.txt"]


def test_a_glob_may_match_a_folder_without_documents(lists: Path) -> None:
    (lists / "pictures").mkdir()
    assert names("lists/*") == ["lists/awesome.md", "lists/notes.txt"]


def test_what_gitignore_names_is_left_out(lists: Path) -> None:
    (lists / ".gitignore").write_text("drafts/\n*.txt\n!keep.txt\n")
    (lists / "drafts").mkdir()
    (lists / "drafts" / "a.md").write_text("# A")
    (lists / "keep.txt").write_text("text")
    assert names("lists") == ["lists/awesome.md", "lists/keep.txt"]


def test_a_file_named_like_a_glob_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "notes[1].md").write_text("# A")
    assert names("notes[1].md") == ["notes[1].md"]


def test_locations_are_found_from_any_folder(lists: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = locate("lists/awesome.md")
    monkeypatch.chdir("/")
    assert read(source)[0].startswith(b"# Awesome")


@pytest.mark.parametrize(("given", "reason"), [("nowhere.md", "no such file"), ("empty", "no document")])
def test_what_is_not_there_is_named(tmp_path: Path, given: str, reason: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DocumentError, match=f"{given}.*{reason}"):
        documents_of(locate(given))


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, headers, body = {
            "/list.md": (200, {}, b"# List"),
            "/moved": (302, {"Location": "/list.md"}, b""),
            "/round": (302, {"Location": "/round"}, b""),
            "/away": (302, {"Location": "file:///etc/passwd"}, b""),
        }.get(self.path, (404, {}, b"no"))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_urls_are_fetched_through_redirects(site: str) -> None:
    assert read(locate(f"{site}/moved"), allow_private=True)[0] == b"# List"


@pytest.mark.parametrize(("path", "reason"), [("/nothing", "404"), ("/round", "redirects"), ("/away", "no http")])
def test_urls_that_lead_nowhere_say_so(site: str, path: str, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        read(locate(site + path), allow_private=True)


def test_private_addresses_are_refused_unless_meant(site: str) -> None:
    with pytest.raises(DocumentError, match="--allow-private"):
        read(locate(f"{site}/list.md"))


def test_a_server_that_is_not_there(site: str) -> None:
    with pytest.raises(DocumentError, match="no connection"):
        read(locate("http://127.0.0.1:9/list.md"), allow_private=True)


def test_an_address_that_is_none() -> None:
    with pytest.raises(DocumentError, match="no http"):
        read(locate("http://example.org:99999/x"))

"""Bad input: one line that names the document, the others go on, exit code 3."""

from __future__ import annotations

import gzip
import http.server
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import fetching
from tests.conftest import Run
from tests.pdfs import Text, make_pdf

GOOD = "- [The Kernel View of Wide Networks](https://arxiv.org/abs/1806.07572)\n"
PDF = make_pdf([Text("On Wide Networks at Work. Ann Bee, Carl Dee. ICML 2019", 72, 700)])
REFUSED = {
    "empty.md": (b"", "empty"),
    "blank.txt": (b" \n\t\n", "empty"),
    "binary.md": (b"\x89PNG\r\n\0\0" + bytes(range(256)) * 20, "binary"),
    "nul.txt": (b"text with \0 inside\n", "binary"),
    "truncated.pdf": (PDF[: len(PDF) // 3], "damaged"),
    "locked.pdf": (make_pdf([Text("secret", 72, 700)], locked=True), "encrypted"),
    "scan.pdf": (make_pdf([]), "no text layer"),
    "bomb.md.gz": (gzip.compress(b"a " * (40 * 2**20)), "larger than 64 MiB"),
    "cut.md.gz": (gzip.compress(GOOD.encode() * 100)[:60], "cannot be unpacked"),
    "broken.ipynb": (b'{"cells": 3}', "no Jupyter notebook"),
    "deep.ipynb": (b"[" * 100_000, "nested too deeply"),
    "deep.rst": (("* " * 400 + "a").encode(), "nested too deeply"),
    "long.rst": (b"word " * 5000, "line of more than"),
    "none.bib": (b"no entry here", "no BibTeX entry"),
    "none.bbl": (b"\\begin{thebibliography}{9}", "holds no"),
    "deep.eml": (b"Content-Type: " + b"(" * 5000 + b"\n\nx", "nested too deeply"),
}
READ = {
    "latin.md": "# Café\n".encode("latin-1") + GOOD.encode(),
    "wide.md": GOOD.encode("utf-16"),
    "mark.md": b"\xef\xbb\xbf" + GOOD.encode(),
    "charset.eml": b"Content-Type: text/plain; charset=unheard-of\n\n" + GOOD.encode(),
    "halves.eml": b"Content-Type: text/plain; charset=utf-7\n\n- A +2AA- title of https://arxiv.org/abs/1806.07572",
    "lists.md": ("> " * 3000 + "\n\n").encode() + GOOD.encode(),
    "brackets.md": b"[" * 50_000 + b"\n\n" + GOOD.encode(),
    "tags.html": b"<div>" * 200 + b"<a href='https://arxiv.org/abs/1806.07572'>wide nets and kernels</a>",
    "dates.org": ("* a\n" + "<2020-01-01 Mon>--" * 5000 + "\n").encode() + b"- https://arxiv.org/abs/1806.07572\n",
    "tags.org": ("* a " + ":a" * 5000 + "\n- https://arxiv.org/abs/1806.07572\n").encode(),
    "heading.ipynb": json.dumps(
        {
            "cells": [
                {"cell_type": "heading", "level": 1e300, "source": "\ud800"},
                {"cell_type": "markdown", "source": GOOD},
            ]
        }
    ).encode(),
    "line.md": b"a " * 5_000_000 + b"\n\n" + GOOD.encode(),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_named_in_one_line(run: Run, tmp_path: Path, name: str) -> None:
    content, reason = REFUSED[name]
    (tmp_path / "good.md").write_text(GOOD)
    (tmp_path / name).write_bytes(content)
    result = run("extract", name, "good.md", "--json")
    assert result.code == 3
    (line,) = result.err.splitlines()
    assert name in line
    assert reason in line
    assert len(json.loads(result.out)["mentions"]) == 1
    assert run("extract", name).code == 1


@pytest.mark.parametrize("name", READ)
def test_what_can_be_read_is(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(READ[name])
    result = run("extract", name, "--json")
    assert (result.code, result.err) == (0, "")
    assert "1806.07572" in [mention["arxiv_id"] for mention in json.loads(result.out)["mentions"]]


def test_ingest_stores_what_is_left(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    for name, (content, _) in REFUSED.items():
        (folder / name).write_bytes(content)
    for name, content in READ.items():
        (folder / name).write_bytes(content)
    result = run("ingest", "papers", "--offline", "--encoder", "none")
    assert result.code == 3
    assert len([line for line in result.err.splitlines() if line.startswith("kg: ")]) == len(REFUSED)
    assert f"{len(READ)} documents read" in result.out


def test_names_that_are_too_long_or_hold_line_ends(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(GOOD)
    (tmp_path / "two\nlines.md").write_bytes(b"")
    result = run("extract", "x" * 300, "two\nlines.md", "good.md", "--json")
    assert result.code == 3
    assert len(result.err.splitlines()) == 2


def test_a_folder_that_holds_itself_is_read_once(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "loop"
    folder.mkdir()
    (folder / "good.md").write_text(GOOD)
    (folder / "self").symlink_to(folder)
    os.mkfifo(folder / "pipe.md")
    result = run("extract", "loop/**/*.md", "--json")
    assert len(json.loads(result.out)["mentions"]) == 1


@pytest.mark.parametrize("pattern", ["!", "\\", "[z-a]", "[[:foo:]]", "*a" * 30, "*" * 40 + "x"])
def test_patterns_of_gitignore_that_mean_nothing(run: Run, tmp_path: Path, pattern: str) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / ".gitignore").write_text(f"{pattern}\ndraft.md\n")
    (folder / ("a" * 60 + ".md")).write_text(GOOD)
    (folder / "draft.md").write_text(GOOD)
    assert len(json.loads(run("extract", "lists", "--json").out)["mentions"]) == 1


class _Evil(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name = self.path.strip("/").rstrip("x")
        if name.isdigit():
            self._head(int(name))
        else:
            getattr(self, f"_{name}")()

    def _loop(self) -> None:
        self._head(302, Location=f"{self.path}x")

    def _astray(self) -> None:
        self._head(302, Location="http://[x")

    def _huge(self) -> None:
        self._head(200, Content_Length=str(2 * 2**30))
        while not self.server.stopped.is_set():  # type: ignore[attr-defined]
            self.wfile.write(b"x" * 65536)

    def _slow(self) -> None:
        self._head(200)
        while not self.server.stopped.wait(0.05):  # type: ignore[attr-defined]
            self.wfile.write(b"x" * 9000)

    def _hang(self) -> None:
        self.server.stopped.wait(20)  # type: ignore[attr-defined]

    def _cut(self) -> None:
        self._head(200, Content_Length="5000")
        self.wfile.write(b"short")

    def _picture(self) -> None:
        self._head(200, Content_Type="image/png")

    def _windows(self) -> None:
        self._head(200, Content_Type="text/plain; charset=windows-1251")
        self.wfile.write(("# Список\n\n" + GOOD).encode("windows-1251"))

    def _head(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def evil() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Evil)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    server.stopped = threading.Event()  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.stopped.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("loop", "redirects more than 5 times"),
        ("astray", "cannot be fetched"),
        ("404", "HTTP 404 Not Found"),
        ("429", "try again later"),
        ("huge", "larger than 64 MiB"),
        ("slow", "not fetched whole"),
        ("hang", "no answer in time"),
        ("cut", "cut short"),
        ("picture", "no document that is read"),
    ],
)
def test_servers_that_do_not_give_a_page(
    run: Run, tmp_path: Path, evil: str, path: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_TIMEOUT", (5, 0.5 if path == "hang" else 20))
    monkeypatch.setattr(fetching, "_LONGEST_FETCH", 0.8 if path == "slow" else 60.0)
    (tmp_path / "good.md").write_text(GOOD)
    result = run("extract", f"{evil}/{path}", "good.md", "--allow-private", "--json")
    assert result.code == 3
    (line,) = result.err.splitlines()
    assert f"{evil}/{path}" in line
    assert reason in line
    assert len(json.loads(result.out)["mentions"]) == 1


def test_the_encoding_that_a_server_names(run: Run, evil: str) -> None:
    result = run("extract", f"{evil}/windows", "--allow-private", "--json")
    assert json.loads(result.out)["mentions"][0]["section"] == ["Список"]

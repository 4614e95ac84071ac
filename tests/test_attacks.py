"""Attacks tried against the real server over sockets, one line each: what is sent, and what must come of it.

`python -m tests.test_attacks` tries all of them and prints the table as Markdown, with what was observed. What a
browser makes of hostile titles is in `tests/browser/test_hostile_pages.py`, load and slow clients in
`tests/test_pressure.py`, hostile documents in `tests/test_hostile.py`.
"""

from __future__ import annotations

import base64
import gzip
import json
import shutil
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.serving import serving

pytestmark = pytest.mark.slow

PATIENCE, SILENCE = 30.0, 1.0  # seconds until an answer begins, and after which nothing more comes
HOST = b"Host: 127.0.0.1\r\n"
TOKEN, ORIGIN = "sesame", "https://notes.example"
SCRIPT = "</title></script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
FORMULA = '=HYPERLINK("http://cell.example","x")'


@dataclass(frozen=True)
class Answer:
    """One answer, as it came over the wire."""

    status: int
    headers: dict[str, list[str]]
    body: bytes

    def header(self, name: str) -> str:
        return ", ".join(self.headers.get(name, []))


Check = Callable[[list[Answer]], None]


@dataclass(frozen=True)
class Attack:
    """What is tried: bytes for a connection to the open server, or (`guarded`) to one with a token and an origin.

    The statuses of all answers must be `statuses`, and what they are is `checked`.
    """

    kind: str
    name: str
    sent: bytes
    statuses: tuple[int, ...]
    checked: Check | None = None
    guarded: bool = False

    @property
    def shown(self) -> str:
        text = self.sent.replace(HOST, b"").replace(b"Connection: close\r\n", b"").decode("latin-1")
        text = text.replace("GET ", "", 1).replace(" HTTP/1.1\r\n\r\n", "").encode("unicode_escape").decode()
        return text if len(text) <= 90 else f"{text[:90]}… ({len(self.sent)} bytes)"


def get(path: str, headers: str = "", host: bytes = HOST) -> bytes:
    return (
        f"GET {path} HTTP/1.1\r\n".encode("latin-1") + host + headers.encode("latin-1") + b"Connection: close\r\n\r\n"
    )


def post(path: str, body: bytes, kind: str, headers: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{headers}"
    return head.encode() + HOST + b"Connection: close\r\n\r\n" + body


def raw(text: str, body: bytes = b"") -> bytes:
    return text.replace("\n", "\r\n").encode("latin-1") + body


# -- what answers must be ----------------------------------------------------------------------------


def lacks(*texts: str) -> Check:
    def check(answers: list[Answer]) -> None:
        for answer in answers:
            for text in texts:
                assert text.encode() not in answer.body
                assert all(text not in value for values in answer.headers.values() for value in values)

    return check


def data(kind: str, disposition: str = "") -> Check:
    """No browser takes it for a page."""

    def check(answers: list[Answer]) -> None:
        (answer,) = answers
        assert answer.header("content-type").startswith(kind)
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("content-disposition").startswith(disposition)

    return check


def says(*texts: str) -> Check:
    def check(answers: list[Answer]) -> None:
        assert all(text.encode() in answers[0].body for text in texts)

    return check


def header(name: str, value: str | None) -> Check:
    def check(answers: list[Answer]) -> None:
        assert all(answer.headers.get(name.lower()) == (None if value is None else [value]) for answer in answers)

    return check


def no_header_of_ours(answers: list[Answer]) -> None:
    assert all("x-own" not in answer.headers and "set-cookie" not in answer.headers for answer in answers)


def stays_here(answers: list[Answer]) -> None:
    """A redirection is to this server."""
    for answer in answers:
        location = answer.header("location")
        assert not location or (location.startswith("/") and not location.startswith(("//", "/\\")))


def policy_is_strict(answers: list[Answer]) -> None:
    policy = answers[0].header("content-security-policy")
    parts = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert parts["default-src"] == parts["base-uri"] == parts["frame-ancestors"] == "'none'"
    assert parts["script-src"] == parts["style-src"] == parts["form-action"] == "'self'"
    assert "unsafe" not in policy
    assert "*" not in policy


def is_json(answers: list[Answer]) -> None:
    (answer,) = answers
    assert isinstance(json.loads(answer.body), dict)
    assert answer.header("content-type") in {"application/json", "application/problem+json"}


def finds_nothing(answers: list[Answer]) -> None:
    assert json.loads(answers[0].body)["meta"]["count"] == 0


def no_formula(answers: list[Answer]) -> None:
    assert b'"=' not in answers[0].body
    assert b",=" not in answers[0].body


Q = quote
S = "/api/v1/search?q="
FORM = "application/x-www-form-urlencoded"
HTML_SIGNS = ("<script>alert(1)", "<img src=x")
SMUGGLED = "GET /api/v1/smuggled HTTP/1.1\nHost: 127.0.0.1\n\n"
POSTED = "POST /related HTTP/1.1\nHost: 127.0.0.1\nContent-Type: application/x-www-form-urlencoded\n"
SQL = "' OR 1=1; DROP TABLE papers; --"
FTS = '"" OR title:* NEAR(a b, 1) {title}: ^a AND NOT )('
OWN = "x%0d%0aX-Own:%20b%0d%0aSet-Cookie:%20a=b"

# fmt: off
ATTACKS = [
    # -- cross-site scripting
    *(
        Attack("XSS, reflected", name, get(path), statuses, lacks(*HTML_SIGNS))
        for name, path, statuses in (
            ("query", f"/?q={Q(SCRIPT)}", (200,)),
            ("filter", f"/?q=x&author={Q(SCRIPT)}", (200,)),
            ("name of a parameter", f"/?q=x&{Q(SCRIPT)}=1", (200,)),
            ("choice", f"/?q=x&sort={Q(SCRIPT)}", (400,)),
            ("path", f"/{Q(SCRIPT)}", (404,)),
            ("id of a paper", f"/paper/{Q(SCRIPT)}", (404,)),
            ("map", f"/graph?q={Q(SCRIPT)}", (200,)),
            ("draft", f"/related?text={Q(SCRIPT * 3)}+is+a+sentence+of+some+words.", (200,)),
            ("set of papers", f"/papers?id={Q(SCRIPT)}", (200,)),
            ("feed", f"/new.atom?since=2020-01-01&x={Q(SCRIPT)}", (200,)),
        )
    ),
    Attack("XSS, reflected", "JSON twin", get(f"/search.json?q={Q(SCRIPT)}"), (200,), data("application/json")),
    Attack("XSS, reflected", "problem", get(f"{S}x&{Q(SCRIPT)}=1"), (400,), data("application/problem+json")),
    Attack("XSS, reflected", "form that is sent", post("/related", b"sort=x&text=" + Q(SCRIPT * 200).encode(), FORM), (400,), lacks(*HTML_SIGNS)),
    Attack("XSS, stored", "page of the paper", get("/paper/1803.03635"), (200,), lacks(*HTML_SIGNS)),
    Attack("XSS, stored", "results", get("/?q=1803.03635"), (200,), lacks(*HTML_SIGNS)),
    Attack("XSS, stored", "map", get("/graph"), (200,), lacks(*HTML_SIGNS)),
    Attack("XSS, stored", "JSON", get("/paper/1803.03635.json"), (200,), data("application/json")),
    Attack("XSS, stored", "BibTeX", get("/paper/1803.03635.bib"), (200,), data("application/x-bibtex", "inline; filename=")),
    Attack("XSS, stored", "RIS", get("/paper/1803.03635.ris"), (200,), data("application/x-research", "attachment")),
    Attack("XSS, stored", "CSV", get("/paper/1803.03635.csv"), (200,), data("text/csv", "attachment")),
    Attack("XSS, stored", "JSON Lines", get("/paper/1803.03635.jsonl"), (200,), data("application/x-ndjson", "attachment")),
    Attack("XSS, stored", "CSL", get("/paper/1803.03635.csl.json"), (200,), data("application/vnd.citationstyles", "attachment")),
    Attack("XSS, stored", "feed", get("/new.atom"), (200,), lacks(*HTML_SIGNS)),
    Attack("XSS, stored", "formula for a spreadsheet", get("/paper/1912.05671.csv"), (200,), no_formula),
    # -- the policy of pages
    Attack("CSP", "inline script, base, frames, other hosts", get("/"), (200,), policy_is_strict),
    Attack("CSP", "policy of an error", get("/nothing"), (404,), policy_is_strict),
    Attack("CSP", "policy of what is no request", raw("GET / HTTP/1.1\n\n"), (400,), policy_is_strict),
    Attack("CSP", "JSON as script (JSONP)", get(f"{S}x&callback=alert"), (400,), is_json),
    Attack("CSP", "twin as script (JSONP)", get("/search.json?q=x&callback=alert(1)//"), (200,), is_json),
    Attack("CSP", "dangling markup", get("/?q=" + Q("<img src='//evil.example/?")), (200,), lacks("<img src='//")),
    Attack("CSP", "upload that is served", post("/related", b'--b\r\nContent-Disposition: form-data; name="text"; filename="a.js"\r\n\r\nalert(1)\r\n--b--\r\n', "multipart/form-data; boundary=b"), (415,)),
    # -- who is asked, and who asks
    *(
        Attack("DNS rebinding", host, get("/", host=f"Host: {host}\r\n".encode("latin-1")), (400,))
        for host in (
            "evil.example",
            "evil.example:8000",
            "127.0.0.1.evil.example",
            "127.0.0.1@evil.example",
            "evil.example#127.0.0.1",
            "localhost.evil.example",
            "[::1].evil.example",
            "127.0.0.1:80, evil.example",
            "0x7f000001",
            "\xff",
        )
    ),
    Attack("DNS rebinding", "two hosts", get("/", "Host: evil.example\r\n"), (400,)),
    Attack("DNS rebinding", "X-Forwarded-Host", get("/", "X-Forwarded-Host: 127.0.0.1\r\n", b"Host: evil.example\r\n"), (400,)),
    Attack("DNS rebinding", "absolute address", get("http://evil.example/new.atom"), (200,), lacks("evil.example")),
    Attack("CORS", "no origin is allowed", get("/api/v1/status", "Origin: https://evil.example\r\n"), (200,), header("access-control-allow-origin", None)),
    Attack("CORS", "origin null", get("/api/v1/status", "Origin: null\r\n"), (200,), header("access-control-allow-origin", None)),
    Attack("CORS", "another origin than the one allowed", get("/api/v1/status", f"Origin: https://evil.example\r\nAuthorization: Bearer {TOKEN}\r\n"), (200,), header("access-control-allow-origin", ORIGIN), True),
    Attack("CORS", "asked first, by another origin", raw("OPTIONS /api/v1/status HTTP/1.1\nHost: 127.0.0.1\nOrigin: https://evil.example\nConnection: close\n\n"), (204,), header("access-control-allow-origin", ORIGIN), True),
    Attack("CORS", "with credentials", get("/api/v1/status", f"Origin: {ORIGIN}\r\nAuthorization: Bearer {TOKEN}\r\n"), (200,), header("access-control-allow-credentials", None), True),
    Attack("CORS", "pages", get("/", f"Origin: {ORIGIN}\r\nAuthorization: Bearer {TOKEN}\r\n"), (200,), header("access-control-allow-origin", None), True),
    *(
        Attack("Token", name, get(path, headers), (status,), None, True)
        for name, path, headers, status in (
            ("none", "/", "", 401),
            ("none, health", "/healthz", "", 401),
            ("none, style", "/static/style.css", "", 401),
            ("none, no route", "/nothing", "", 401),
            ("empty", "/", "Authorization: Bearer \r\n", 401),
            ("its beginning", "/", "Authorization: Bearer sesam\r\n", 401),
            ("more than it", "/", "Authorization: Bearer sesame2\r\n", 401),
            ("in the address", f"/?token={TOKEN}&access_token={TOKEN}", "", 401),
            ("in a cookie", "/", f"Cookie: token={TOKEN}\r\n", 401),
            ("not ASCII", "/", "Authorization: Bearer \xff\xfe\r\n", 401),
            ("Basic, no base64", "/", "Authorization: Basic !!!\r\n", 401),
            ("Basic, as the name", "/", f"Authorization: Basic {base64.b64encode(b'sesame:').decode()}\r\n", 401),
            ("Basic, as the password", "/", f"Authorization: Basic {base64.b64encode(b'me:sesame').decode()}\r\n", 200),
            ("forged address of this machine", "/", "X-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\n", 401),
        )
    ),
    # -- files
    *(
        Attack("Traversal", path, get(path), (404,), lacks("root:", "[project]"))
        for path in (
            "/static/../../pyproject.toml",
            "/static/..%2f..%2fpyproject.toml",
            "/static/%2e%2e/%2e%2e/pyproject.toml",
            "/static/..%252f..%252fpyproject.toml",
            "/static/..\\..\\pyproject.toml",
            "/static/..%5c..%5cpyproject.toml",
            "/static//etc/passwd",
            "/static/%00style.css",
            "/static/style.css%00.svg",
            "/paper/../../etc/passwd",
            "/paper/..%2f..%2fkg.db",
            "/paper/file:///etc/passwd",
            "/list/..%2f..%2fkg.db",
            "/api/v1/lists/%2Fetc%2Fpasswd",
            "/api/v1/gaps?list=/etc/passwd",
            "/../../../../etc/passwd",
            "/kg.db",
            "/data/kg.db",
        )
    ),
    Attack("Traversal", "LaTeX that includes a file", post("/api/v1/related-work", json.dumps({"text": "\\documentclass{article}\\begin{document}\\input{/etc/passwd} Wide networks are kernels, as all know.\\end{document}"}).encode(), "application/json"), (200,), lacks("root:")),
    # -- injection
    *(
        Attack("SQL injection", name, get(path.replace("@", Q(SQL))), (status,), check)
        for name, path, status, check in (
            ("query", "/api/v1/search?q=@&mode=keyword", 200, is_json),
            ("author", "/api/v1/search?author=@", 200, finds_nothing),
            ("title", "/api/v1/search?title=@", 200, finds_nothing),
            ("topic", "/api/v1/search?topic=@", 200, finds_nothing),
            ("list", "/api/v1/search?list=@", 200, finds_nothing),
            ("category, with a wildcard", "/api/v1/search?cat=%25@", 200, finds_nothing),
            ("id", "/api/v1/search?id=@", 200, finds_nothing),
            ("year", "/api/v1/search?year=@", 400, None),
            ("sort", "/api/v1/search?sort=@", 400, None),
            ("cursor", "/api/v1/search?cursor=@", 400, None),
            ("fields", "/api/v1/search?fields=@", 400, None),
            ("ids", "/api/v1/papers?ids=@", 200, finds_nothing),
            ("paper", "/api/v1/papers/@", 404, None),
            ("author's page", "/author/@", 404, None),
            ("topic's page", "/topic/@", 404, None),
            ("list's page", "/list/@", 404, None),
            ("path", "/api/v1/path?from=@&to=@", 404, None),
            ("since", "/api/v1/new?since=@", 400, None),
            ("run", "/api/v1/new?run=@", 400, None),
            ("expand", "/paper/1806.07572?expand=@", 200, None),
        )
    ),
    *(
        Attack("FTS injection", name, get(path.replace("@", Q(FTS))), (200,), is_json)
        for name, path in (
            ("query", "/api/v1/search?q=@&mode=keyword"),
            ("phrase", "/api/v1/search?q=%22networks+@%22&mode=keyword"),
            ("excluded", "/api/v1/search?q=networks+-@&mode=keyword"),
            ("title", "/api/v1/search?title=@"),
            ("NUL", "/api/v1/search?q=%00%22%00+-%22%00a+b%22&mode=keyword"),
        )
    ),
    *(
        Attack("Header injection", name, get(path), (status,), no_header_of_ours)
        for name, path, status in (
            ("redirection", f"/paper/arXiv:1806.07572v2?{OWN}", 302),
            ("redirection, in the id", "/paper/arXiv:1806.07572v2%0d%0aX-Own:%20b", 404),
            ("file name", f"/author/jonathan-frankle.bib?x={OWN}", 200),
            ("file name, in the id", f"/list/{OWN}.bib", 404),
            ("feed", f"/new.atom?since=2020-01-01&{OWN}", 200),
            ("query", f"/?q={OWN}", 200),
            ("line feeds alone", "/paper/arXiv:1806.07572v2?a=%0aX-Own:%20b", 302),
            ("Unicode that ends in CR LF", "/paper/arXiv:1806.07572v2?a=%e5%98%8d%e5%98%8aX-Own:%20b", 302),
        )
    ),
    Attack("Header injection", "form's redirection", post("/related", f"text=a{OWN}&sort={OWN}".encode(), FORM), (303,), no_header_of_ours),
    *(
        Attack("Open redirect", name, sent, (status,), stays_here)
        for name, sent, status in (
            ("two slashes", get("//evil.example/"), 404),
            ("backslash", get("/\\evil.example/"), 404),
            ("paper's page", get("/paper//evil.example"), 404),
            ("paper by its address", get("/paper/https://arxiv.org/abs/1806.07572?next=//evil.example"), 302),
            ("paper by another address", get("/paper/https://evil.example/"), 404),
            ("form", post("/related", b"text=a+b&next=//evil.example&url=//evil.example", FORM), 303),
            ("form, by Host", post("/related", b"text=a+b", FORM, "X-Forwarded-Host: evil.example\r\n"), 303),
        )
    ),
    *(
        Attack("Cache poisoning", name.strip(), get("/new.atom", f"{name}\r\n"), (200,), lacks("evil"))
        for name in (
            "X-Forwarded-Host: evil.example",
            "X-Forwarded-Proto: evil",
            "X-Forwarded-Prefix: /evil",
            "X-Forwarded-Port: 666",
            "Forwarded: host=evil.example;proto=evil",
            "X-Original-URL: /evil",
            "X-Rewrite-URL: /evil",
            "X-Host: evil.example",
        )
    ),
    # -- requests in requests
    Attack("Smuggling", "CL.TE", raw(f"{POSTED}Content-Length: 6\nTransfer-Encoding: chunked\n\n0\n\nG"), (400,)),
    Attack("Smuggling", "TE.CL", raw(f"{POSTED}Content-Length: 4\nTransfer-Encoding: chunked\n\n{len(SMUGGLED) + 3:x}\n{SMUGGLED}\n0\n\n"), (400,)),
    Attack("Smuggling", "TE.TE, another coding", raw(f"{POSTED}Transfer-Encoding: chunked\nTransfer-Encoding: x\n\n0\n\n{SMUGGLED}"), (501,)),
    Attack("Smuggling", "coding in other signs", raw(f"{POSTED}Transfer-Encoding: \x0bchunked\n\n0\n\n{SMUGGLED}"), (400,)),
    Attack("Smuggling", "two lengths", raw(f"{POSTED}Content-Length: 0\nContent-Length: 50\n\n{SMUGGLED}"), (400,)),
    Attack("Smuggling", "two lengths in one line", raw(f"{POSTED}Content-Length: 0, 50\n\n{SMUGGLED}"), (400,)),
    Attack("Smuggling", "length with a sign", raw(f"{POSTED}Content-Length: +50\n\n{SMUGGLED}"), (400,)),
    Attack("Smuggling", "length in hexadecimal", raw(f"{POSTED}Content-Length: 0x5\n\n{SMUGGLED}"), (400,)),
    Attack("Smuggling", "length with an underscore", raw(f"{POSTED}Content-Length: 5_0\n\n{SMUGGLED}"), (400,)),
    Attack("Smuggling", "space before the colon", raw(f"{POSTED}Content-Length : 50\n\n{SMUGGLED}"), (400,)),
    Attack("Smuggling", "header of an underscore", raw(f"{POSTED}Content_Length: 500\nContent-Length: 0\nConnection: close\n\n"), (303,)),
    Attack("Smuggling", "folded header", raw(f"{POSTED}X: a\n Transfer-Encoding: chunked\nContent-Length: 0\nConnection: close\n\n"), (303,)),
    Attack("Smuggling", "header after a bare CR", raw(f"{POSTED}X: a\rContent-Length: 50\nConnection: close\n\n"), (400,)),
    Attack("Smuggling", "lines that end in LF alone", b"POST /related HTTP/1.1\nHost: 127.0.0.1\nContent-Length: 0\n\n" + raw(SMUGGLED), (400,)),
    Attack("Smuggling", "chunk of a size with a sign", raw(f"{POSTED}Transfer-Encoding: chunked\n\n+5\nabcde\n0\n\n"), (400,)),
    Attack("Smuggling", "chunk's extension with LF", raw(f"{POSTED}Transfer-Encoding: chunked\n\n") + b"5;a\nabcde\r\n0\r\n\r\n", (400,)),
    Attack("Smuggling", "chunk longer than it says", raw(f"{POSTED}Transfer-Encoding: chunked\n\n2\nabcde\n0\n\n{SMUGGLED}"), (400,)),
    Attack("Smuggling", "trailer that is a length", raw(f"{POSTED}Transfer-Encoding: chunked\nConnection: close\n\n0\nContent-Length: 50\n\n"), (303,)),
    Attack("Smuggling", "HTTP/0.9", b"GET /\r\n\r\n", (400,)),
    Attack("Smuggling", "chunked HTTP/1.0", raw("POST /related HTTP/1.0\nHost: 127.0.0.1\nContent-Type: application/x-www-form-urlencoded\nTransfer-Encoding: chunked\n\n0\n\n") + raw(SMUGGLED), (303,)),
    Attack("Smuggling", "body of a GET", raw("GET /healthz HTTP/1.1\nHost: 127.0.0.1\nContent-Length: 42\nConnection: close\n\nGET /api/v1/smuggled HTTP/1.1\nHost: a\n\n"), (200,)),
    Attack("Smuggling", "pipelined, the second one refused", raw("GET /healthz HTTP/1.1\nHost: 127.0.0.1\n\n") + get("/nothing"), (200, 404)),
    # -- methods
    *(
        Attack("Method override", name, post("/api/v1/search?q=x" + query, b"{}", "application/json", headers), (status,))
        for name, query, headers, status in (
            ("header", "", "X-HTTP-Method-Override: GET\r\n", 405),
            ("other header", "", "X-Method-Override: DELETE\r\nX-HTTP-Method: PUT\r\n", 405),
            ("parameter", "&_method=DELETE", "", 405),
        )
    ),
    *(
        Attack("Method override", method, raw(f"{method} /paper/1806.07572 HTTP/1.1\nHost: 127.0.0.1\nContent-Length: 0\nConnection: close\n\n"), (405,))
        for method in ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND")
    ),
    Attack("CSRF", "form of another site", post("/related", b"text=a+b", FORM, "Origin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\n"), (303,)),
    Attack("CSRF", "JSON sent as text", post("/api/v1/related-work", b'{"text": "a"}', "text/plain"), (415,)),
    Attack("CSRF", "form sent to the API", post("/api/v1/related-work", b"text=a", FORM), (415,)),
    # -- much of it
    Attack("Bomb", "gzip of 100 MB", post("/api/v1/related-work", gzip.compress(b" " * 10**8), "application/json", "Content-Encoding: gzip\r\n"), (415,)),
    Attack("Bomb", "gzip, as a form", post("/related", gzip.compress(b"text=" + b"a" * 10**7), FORM, "Content-Encoding: gzip\r\n"), (415,)),
    Attack("Bomb", "JSON 400,000 deep", post("/api/v1/related-work", b"[" * 400_000, "application/json"), (400,)),
    Attack("Bomb", "objects 100,000 deep", post("/api/v1/related-work", b'{"text":' * 100_000, "application/json"), (400,)),
    Attack("Bomb", "number of a million digits", post("/api/v1/related-work", b'{"limit": %s}' % (b"9" * 1_000_000), "application/json"), (400,)),
    Attack("Bomb", "100,000 keys", post("/api/v1/related-work", json.dumps({f"k{n}": 0 for n in range(70_000)}).encode(), "application/json"), (422,)),
    Attack("Bomb", "form of 200,000 fields", post("/related", b"a=&" * 200_000 + b"text=x", FORM), (303,)),
    Attack("Bomb", "multipart of 5,000 parts", post("/related", b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 5_000 + b"--b--", "multipart/form-data; boundary=b"), (413,)),
    Attack("Bomb", "8,000 parameters", get("/api/v1/search?" + "&".join(f"p{n}=" for n in range(8_000))), (400,)),
    Attack("Bomb", "one parameter 20,000 times", get("/api/v1/search?" + "q=a&" * 15_000), (400,)),
    Attack("Bomb", "500 headers", get("/healthz", "".join(f"X-{n}: a\r\n" for n in range(500))), (200,)),
    Attack("Bomb", "1,000 ranges", get("/static/style.css", "Range: bytes=" + ",".join("0-" for _ in range(1000)) + "\r\n"), (416,)),
    Attack("Bomb", "ranges that overlap", get("/static/style.css", "Range: bytes=0-99,50-150,0-\r\n"), (416,)),
    Attack("ETag", "any", get("/api/v1/papers/1806.07572", "If-None-Match: *\r\n"), (304,)),
    Attack("ETag", "6,000 of them", get("/api/v1/papers/1806.07572", "If-None-Match: " + ",".join(f'"{n}"' for n in range(6000)) + "\r\n"), (200,)),
    Attack("ETag", "of an error", get("/api/v1/papers/nothing", "If-None-Match: *\r\n"), (404,)),
    Attack("ETag", "If-Match", get("/api/v1/papers/1806.07572", 'If-Match: "x"\r\n'), (412,), is_json),
    Attack("ETag", "If-Range, dates", get("/api/v1/papers/1806.07572", 'If-Range: "x"\r\nIf-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n'), (200,)),
]
# fmt: on


# -- trying ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Servers:
    """Ports of the server anyone may ask, and of the one that asks for a token; the data folder of both."""

    open: int
    guarded: int
    data: Path


@contextmanager
def served(made_library: Path, folder: Path) -> Iterator[Servers]:
    """Both servers, on a library with a hostile title, and one that is a formula."""
    shutil.copytree(made_library, folder / "data")
    with closing(sqlite3.connect(folder / "data" / "kg.db")) as database, database:
        for title, paper in ((SCRIPT, "1803.03635"), (FORMULA, "1912.05671")):
            database.execute("UPDATE papers SET title = ? WHERE id = ?", [title, paper])
    logs = [folder / "one", folder / "two"]
    for log in logs:
        log.mkdir()
    with ExitStack() as stack:
        one = stack.enter_context(serving(folder / "data", logs[0]))
        two = stack.enter_context(serving(folder / "data", logs[1], TOKEN, cors=ORIGIN))
        yield Servers(one.port, two.port, folder / "data")
        assert one.said() + two.said() == ""


def tried(servers: Servers, attack: Attack) -> list[Answer]:
    """All answers that come of an attack."""
    port = servers.guarded if attack.guarded else servers.open
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(attack.sent)
        received = connection.recv(2**16)
        connection.settimeout(SILENCE)
        try:
            while part := connection.recv(2**16):
                received += part
        except TimeoutError:  # it waits for the next request
            pass
    return list(_answers(received))


def _answers(received: bytes) -> Iterator[Answer]:
    while received:
        head, _, rest = received.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers: dict[str, list[str]] = {}
        for line in lines:
            name, _, value = line.partition(": ")
            headers.setdefault(name.lower(), []).append(value)
        length = int(headers.get("content-length", ["0"])[0])
        code = int(status.split()[1])
        length = 0 if code in {204, 304} else length
        yield Answer(code, headers, rest[:length])
        received = rest[length:]


def everywhere(answers: list[Answer], data: Path) -> None:
    """What every answer must be, whatever was asked: guarded by its headers, and without what only this machine knows."""
    for answer in answers:
        assert answer.status != 500
        for name in (
            "content-security-policy",
            "x-content-type-options",
            "x-frame-options",
            "referrer-policy",
            "permissions-policy",
            "cross-origin-opener-policy",
            "cross-origin-resource-policy",
        ):
            assert len(answer.headers.get(name, [])) == 1, name
        for text in (b"Traceback", b"sqlite3", b"SELECT ", str(data).encode()):
            assert text not in answer.body, text


@pytest.fixture(scope="module")
def servers(made_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with served(made_library, tmp_path_factory.mktemp("attacks")) as running:
        yield running


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.kind}: {attack.name}"[:60])
def test_attack(servers: Servers, attack: Attack) -> None:
    answers = tried(servers, attack)
    assert tuple(answer.status for answer in answers) == attack.statuses, answers
    everywhere(answers, servers.data)
    if attack.checked:
        attack.checked(answers)


def main() -> None:
    """Print what comes of each attack as a table in Markdown."""
    from tests.conftest import made_library

    class Folders:
        def mktemp(self, name: str) -> Path:
            return Path(tempfile.mkdtemp(prefix=name))

    made = made_library.__wrapped__(Folders())  # type: ignore[attr-defined]
    write = sys.stdout.write
    write("| attack | what was sent | what came of it |\n|---|---|---|\n")
    with served(made, Path(tempfile.mkdtemp())) as servers:
        for attack in ATTACKS:
            answers = tried(servers, attack)
            came = ", ".join(f"{answer.status}" for answer in answers)
            try:
                assert tuple(answer.status for answer in answers) == attack.statuses
                everywhere(answers, servers.data)
                if attack.checked:
                    attack.checked(answers)
                verdict = "held"
            except AssertionError:
                verdict = "**NOT HELD**"
            shown = attack.shown.replace("|", "\\|").replace("`", "'")
            write(f"| {attack.kind}: {attack.name} | `{shown}` | {came}; {verdict} |\n".replace("\n |", " |"))


if __name__ == "__main__":
    main()

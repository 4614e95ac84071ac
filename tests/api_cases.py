"""Requests for every route of the JSON API, the library that they are asked of, and how answers are compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kg.library import Library
from kg.refresh import Options, refresh
from tests.conftest import open_library
from tests.examples import AWESOME, NOTES, PAPERS
from tests.replica import Replica
from tests.replica.records import records
from webapp.api.routes import ROUTES

CITED: dict[str, list[str]] = {  # so that there are references, citations and gaps
    "1912.05671": ["1803.03635", "1806.07572", "1711.00165"],
    "1803.03635": ["1711.00165", "1506.02626"],
    "1905.10337": ["1811.03962", "1806.07572"],
}
DRAFT = r"""\section{Width}
Wide networks trained by gradient descent become regression with a fixed kernel~\cite{jacot}.
Sparse subnetworks of dense networks train as well alone.

\begin{thebibliography}{9}
\bibitem{jacot} A. Jacot. Neural Tangent Kernel: Convergence and Generalization in Neural Networks. arXiv:1806.07572, 2018.
\end{thebibliography}
"""


@dataclass(frozen=True)
class Case:
    """A request, and which route of the document it is for."""

    name: str
    path: str
    route: str
    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"

    def ask(self, client: FlaskClient, **headers: str) -> TestResponse:
        more = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        given = {"json": self.body} if self.body is not None else {}
        return client.open(f"/api/v1{self.path}", method=self.method, headers=more, **given)


def _get(route: str, *paths: str) -> list[Case]:
    return [Case(path, path, f"GET {route}") for path in paths]


def _work(**bodies: Any) -> list[Case]:
    return [
        Case(f"related-work: {name}", "/related-work", "POST /related-work", body, method="POST")
        for name, body in bodies.items()
    ]


CASES = [
    *_get(
        "/search",
        "/search?q=networks",
        "/search?q=networks&limit=2&cursor=o2",
        "/search?q=%22lottery+ticket%22+-mode&mode=keyword",
        "/search?q=sparse+nets&mode=semantic&limit=3",
        "/search?q=arXiv:1806.07572v2&fields=title,match,score",
        "/search?q=%22open+year:soon&mode=keyword",
        "/search?sort=newest&fields=published",
        "/search?sort=oldest&fields=published",
        "/search?author=frankle&fields=title",
        "/search?author=jonathan-frankle&author=li&fields=title",
        "/search?title=kernel&fields=title",
        "/search?year=2018&fields=title",
        "/search?year=2018..2019&fields=title",
        "/search?year=%3E%3D2019&fields=title",
        "/search?cat=stat&fields=categories",
        "/search?category=cs.NE&fields=categories",
        "/search?topic=sparsity&fields=topics",
        "/search?list=seminar-on-deep-learning&fields=title",
        "/search?id=1806.07572&id=hep-th/9901001&fields=title",
        "/search?q=nothing-like-this&year=1950",
    ),
    *_get(
        "/papers",
        "/papers?ids=1803.03635,hep-th/9901001,2301.00001",
        "/papers?ids=2001.99999&fields=title,listed_in",
    ),
    *_get("/papers/{id}", "/papers/1912.05671", "/papers/hep-th/9901001", "/papers/2001.99999", "/papers/1711.00165"),
    *_get(
        "/papers/{id}/related",
        "/papers/1803.03635/related",
        "/papers/1803.03635/related?by=text&limit=2",
        "/papers/1803.03635/related?by=citations",
        "/papers/1803.03635/related?by=lists&not=1806.07572",
        "/papers/1803.03635/related?by=authors&year=2019&fields=title,score",
        "/papers/hep-th/9901001/related?sort=newest&limit=3&cursor=o3&fields=published",
    ),
    *_get(
        "/papers/{id}/graph",
        "/papers/1803.03635/graph",
        "/papers/1803.03635/graph?depth=2&limit=12",
        "/papers/hep-th/9901001/graph?limit=1",
    ),
    *_work(
        text={"text": DRAFT},
        sentences={"text": DRAFT, "group_by": "sentence", "limit": 3},
        topics={"text": DRAFT, "group_by": "topic", "by": "text", "limit": 4, "cursor": "o1"},
        papers={"papers": ["1803.03635", "1806.07572"], "not": ["1905.10337"], "exclude": ["1912.05671"]},
        filters={"papers": ["1803.03635"], "year": "2018", "cat": ["cs.LG", "stat"], "fields": ["title", "bibtex"]},
        newest={"papers": ["1803.03635"], "sort": "newest", "fields": ["published"]},
    ),
    *_get("/authors/{id}", "/authors/jonathan-frankle", "/authors/ana-maria-lopez"),
    *_get("/topics", "/topics", "/topics?limit=1&cursor=o1"),
    *_get("/topics/{id}", "/topics/sparsity", "/topics/kernels"),
    *_get("/lists", "/lists", "/lists?limit=1", "/lists?limit=1&cursor=o1"),
    *_get("/lists/{id}", "/lists/awesome-wide-networks", "/lists/seminar-on-deep-learning"),
    *_get(
        "/gaps",
        "/gaps",
        "/gaps?list=seminar-on-deep-learning&limit=2",
        "/gaps?limit=1&cursor=o1",
        "/gaps?fields=title,cited_by",
    ),
    *_get(
        "/new",
        "/new",
        "/new?since=2020-01-01&limit=1",
        "/new?since=2999-01-01",
        "/new?run=1",
        "/new?run=1&limit=1&cursor=o1",
    ),
    *_get("/path", "/path?from=1806.07572&to=1912.05671", "/path?from=jonathan-frankle&to=kernels"),
    *_get("/status", "/status"),
    *_get("/healthz", "/healthz"),
]


def _wrong(status: int, path: str, body: Any = None, method: str = "GET", **headers: str) -> Case:
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return Case(f"{status} {method} {path} {json.dumps(body or '')}", path, "error", body, status, more, method)


ERRORS = [
    *(_wrong(400, f"/search?{asked}") for asked in ("limit=0", "cursor=x", "mode=psychic", "year=soon", "querry=x")),
    *(_wrong(400, f"/search?{asked}") for asked in ("fields=title,colour", "q=a&q=b", "sort=size", "limit=five")),
    *(_wrong(400, path) for path in ("/papers", "/papers?ids=", "/papers/1803.03635/graph?depth=3", "/path?from=x")),
    *(_wrong(400, path) for path in ("/new?since=yesterday", "/status?x=1", "/papers/1803.03635?fields=title")),
    *(_wrong(404, f"/{path}") for path in ("papers/2301.00001", "papers/2301.00001/related", "authors/nobody")),
    *(_wrong(404, f"/{path}") for path in ("topics/none", "lists/none", "gaps?list=none", "new?run=99", "nothing")),
    *(_wrong(404, f"/{path}") for path in ("path?from=1803.03635&to=nowhere", "papers/1803.03635/related?not=x")),
    _wrong(405, "/search", method="POST"),
    _wrong(405, "/related-work"),
    _wrong(415, "/related-work", method="POST", Content_Type="text/plain"),
    *(
        _wrong(422, "/related-work", body, "POST")
        for body in (
            {"txt": "x"},
            {"text": 5},
            {"papers": ["2301.00001"]},
            {"papers": ["1803.03635"], "limit": 101},
            {"papers": ["1803.03635"], "not": ["2301.00001"]},
            {"text": " "},
            [],
        )
    ),
]
GETS = [case for case in CASES if case.method == "GET"]
PAPERS_OF = [case for case in CASES if any(f"{r.method} {r.path}" == case.route and r.bibliography for r in ROUTES)]


@contextmanager
def cited_library(folder: Path) -> Iterator[Library]:
    """The suite's documents and papers, with what the papers cite."""
    (folder / "awesome.md").write_text(AWESOME, encoding="utf-8")
    (folder / "notes.txt").write_text(NOTES, encoding="utf-8")
    rows = [{**paper, "references": CITED.get(paper["id"], [])} for paper in PAPERS]
    with Replica(records(rows)) as server:
        library = open_library(folder / "data", server.arxiv_url)
        sources = (str(folder / "awesome.md"), str(folder / "notes.txt"))
        outcome = refresh(library, Options(sources), lambda *_: None, lambda _: None)
    assert not outcome.problems
    yield library
    library.close()


def differences(old: Any, new: Any, where: str = "") -> list[str]:
    """Where two answers differ; numbers with a fraction may by a thousandth, as processors add differently."""
    if isinstance(old, float) and isinstance(new, float | int):
        return [] if abs(old - new) < 2e-3 else [f"{where}: {old} -> {new}"]
    if isinstance(old, dict) and isinstance(new, dict):
        if list(old) != list(new):
            return [f"{where}: keys {list(old)} -> {list(new)}"]
        return [line for key in old for line in differences(old[key], new[key], f"{where}.{key}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return [line for n, (one, other) in pairs for line in differences(one, other, f"{where}[{n}]")]
    return [] if old == new and type(old) is type(new) else [f"{where}: {old!r} -> {new!r}"]

"""A run of `kg ingest` in a process of its own that is killed (SIGKILL) at a chosen moment.

Moments are counted, not timed: each SQL statement and each request is one, so a seed names the same moments on any
machine, and none between two of them can be missed.
"""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingest.services import Services
from kg.config import Config
from kg.library import Library
from kg.migrations import HISTORY
from kg.refresh import Options, refresh
from tests.encoders import WordEncoder
from tests.examples import PAPERS
from tests.replica import Replica
from tests.replica.records import records

CHUNK = 2  # papers in one request, so that a small library takes many
TIMES = {
    "sources": {"added_at"},
    "documents": {"read_at"},
    "papers": {"fetched_at"},
    "asks": {"asked_at"},
    "mentions": {"since"},  # in which run
    "resolutions": {"at"},
    "changes": {"at"},
    "retired_topics": {"at"},
}

WORKS = """
- [svcca](http://papers.nips.cc/paper/7188-svcca-singular-vector-canonical-correlation-analysis)
- [double descent](https://doi.org/10.1073/pnas.1903070116)
- Wide Networks that Nobody Put on a Server. Ann Bee, Carl Dee. ICML 2019
- Wide Networks that Only Another Service Knows. Eve Fox, Gus Hay. ICML 2019
- [hidden from the query API](https://arxiv.org/abs/1706.05806)
"""
CITED = {
    "1806.07572": ["1803.03635", {"title": "A Book of Kernels", "doi": "10.1234/kernels", "year": 2001}],
    "1912.05671": ["1803.03635", {"title": "A Remark without Any Name"}],
}


def services() -> Replica:
    """All services; two papers are known to the second routes only."""
    rows = [{**paper, "references": CITED.get(paper["id"], [])} for paper in PAPERS]
    rows += [
        {"id": "1706.05806", "title": "SVCCA: Singular Vector Canonical Correlation Analysis", "authors": ["Ann Bee"]},
        {
            "id": "1905.00001",
            "title": "Wide Networks that Only Another Service Knows",
            "authors": ["Eve Fox", "Gus Hay"],
        },
    ]
    server = Replica(records(rows))
    server.hide("1706.05806", "arxiv")
    server.hide("1905.00001", "arxiv", "oai")
    return server


def ingest(config: Config, sources: tuple[str, ...], die_at: int = 0) -> int:
    """Run once; how many moments it had. At the moment `die_at` the process kills itself."""
    moments = 0

    def count(*_: object) -> None:
        nonlocal moments
        moments += 1
        if moments == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    with small_chunks(), _counted(count):
        library = Library(config, lambda _: WordEncoder())
        refresh(library, Options(sources), lambda *_: None, lambda _: None)
        library.close()
    return moments


def content(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, without times and the record of runs."""
    connection = sqlite3.connect(database)
    names = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    tables = [name for name in names if name != "runs" and not name.startswith(("papers_fts_", "_sqlite"))]
    found = {table: _rows(connection, table) for table in tables}
    connection.close()
    return found


def _rows(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    kept = ", ".join(column for column in columns if column not in TIMES.get(table, ()))
    if table in {"states", "topics_made_of"}:  # each library begins to count elsewhere
        kept = kept.replace("value", f"value % {HISTORY}")
    rowid = "rowid, " if table == "papers_fts" else ""
    return sorted(connection.execute(f"SELECT {rowid}{kept} FROM {table}").fetchall(), key=repr)


class Patched:
    """Attributes of modules replaced for a while."""

    def __init__(self, *changes: tuple[Any, str, Any]) -> None:
        self._changes = changes

    def __enter__(self) -> None:
        self._old = [getattr(place, name) for place, name, _ in self._changes]
        for place, name, value in self._changes:
            setattr(place, name, value)

    def __exit__(self, *_: object) -> None:
        for (place, name, _), old in zip(self._changes, self._old, strict=True):
            setattr(place, name, old)


def small_chunks() -> Patched:
    import ingest.routes.metadata
    import ingest.routes.resolution
    import search.embedding
    from ingest.services import semantic_scholar

    return Patched(
        (ingest.routes.metadata, "CHUNK", CHUNK),
        (ingest.routes.resolution, "_LONGEST_QUERY", 120),
        (semantic_scholar, "MOST_PAPERS", CHUNK),
        (search.embedding, "_CHUNK", 3),
    )


def _counted(count: Callable[..., None]) -> Patched:
    def connected(*args: Any, **options: Any) -> sqlite3.Connection:
        connection = sqlite3.connect(*args, **options)
        connection.set_trace_callback(count)
        return connection

    def services(config: Config) -> Services:
        made = Services.of(config)
        for asker in made.askers:
            asker.ask = _before(count, asker.ask)  # type: ignore[method-assign]
        return made

    import kg.refresh

    return Patched(
        (kg.store.opening, "connect", connected),
        (kg.refresh, "Services", type("S", (), {"of": staticmethod(services)})),
    )


def _before(count: Callable[..., None], ask: Callable[..., Any]) -> Callable[..., Any]:
    def asked(once: Callable[[], Any]) -> Any:
        count()
        found = ask(once)
        count()
        return found

    return asked

"""The real server is asked by four clients while a process ingests again and again: every answer is of one state.

What is read twice for one answer has to agree: counts with what is shown, facets with the papers, lists with their
mentions. `KG_BESIDE_SECONDS` lets it go on for longer than some seconds.
"""

from __future__ import annotations

import collections
import itertools
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kg.refresh import Options, refresh
from tests.conftest import open_library
from tests.serving import ROOT, Served, serving

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("KG_BESIDE_SECONDS", "5"))
CLIENTS, LEAST = 4, 15  # answers that each of them gets, however busy the machine is
KEPT = 12  # papers that always are there
SWAPPED = {"odd": 20, "even": 25}  # of each of two lists that take turns, with one more that is new each time
INGEST = """
import sys
from pathlib import Path
from tests.test_beside_ingest import ingest
for turn in range(1, 10**6):
    ingest(Path(sys.argv[1]), Path(sys.argv[2]), turn)
    print(turn, flush=True)
"""


def entry(number: int, half: str) -> str:
    return f"- [Wide networks {half} of kind {number}](https://arxiv.org/abs/{number // 500 + 2001}.{number % 500 + 1:05}) by Ann Bee"


def ingest(data: Path, lists: Path, turn: int) -> None:
    """Put one of two lists in place of the other, with a paper that is new each time."""
    half = tuple(SWAPPED)[turn % 2]
    first = 100 if turn % 2 else 200
    entries = [entry(number, half) for number in (*range(first, first + SWAPPED[half] - 1), 500 + turn)]
    kept = [entry(number, "kept") for number in range(KEPT)]
    for name, lines in (("kept", kept), ("swapped", entries)):
        (lists / f"{name}.md").write_text(f"# The {name}\n\n## {half}\n\n" + "\n".join(lines) + "\n", encoding="utf-8")
    library = open_library(data)
    try:
        outcome = refresh(library, Options((str(lists),), offline=True), lambda *_: None, lambda _: None)
    finally:
        library.close()
    assert not outcome.problems


def counted(values: list[str]) -> dict[str, int]:
    return dict(collections.Counter(values))


def facet(answer: Any, name: str) -> dict[str, int]:
    return {found["value"]: found["count"] for found in answer["facets"][name]}


def all_agree(answer: Any) -> None:
    """Everything is on one page, so facets are what is shown; one half of the swapped papers is there, and no other."""
    results = answer["results"]
    assert answer["meta"]["count"] == len(results) == len({result["id"] for result in results})
    halves = counted([result["title"].split()[2] for result in results])
    swapped = (halves.keys() - {"kept"}).pop()
    assert halves == {"kept": KEPT, swapped: SWAPPED[swapped]}
    assert facet(answer, "author") == counted([author["id"] for r in results for author in r["authors"]])
    assert facet(answer, "topic") == counted([topic["id"] for r in results for topic in r["topics"]])
    # A document is stored before its mentions are tied to papers.
    assert facet(answer, "list") in ({"the-kept": KEPT, "the-swapped": SWAPPED[swapped]}, {"the-kept": KEPT})


def search_agrees(answer: Any) -> None:
    results = answer["results"]
    assert answer["meta"]["count"] == len(results)
    assert facet(answer, "author") == counted([author["id"] for r in results for author in r["authors"]])
    titles = {result["title"].split()[2] for result in results}
    assert len(titles & {"odd", "even"}) <= 1, titles


def list_agrees(answer: Any) -> None:
    mentions = answer["result"]["mentions"]
    (half,) = {mention["section"][-1] for mention in mentions}
    assert counted([mention["title"].split()[2] for mention in mentions]) == {half: SWAPPED[half]}


def status_agrees(answer: Any) -> None:
    status, states = answer["result"], {KEPT + swapped for swapped in SWAPPED.values()}
    assert status["documents"] == 2
    assert {status["mentions"], status["papers"]} <= states
    assert sum(status["references"].values()) in {KEPT, status["papers"]}  # of papers that mentions are tied to


def related_agrees(answer: Any) -> None:
    for result in answer["results"]:
        assert sum(reason["contribution"] for reason in result["why"]) == pytest.approx(result["score"], abs=1e-5)
    assert len({result["title"].split()[2] for result in answer["results"]} & {"odd", "even"}) <= 1
    assert answer["meta"]["count"] >= len(answer["results"])


def has_results(answer: Any) -> None:
    assert "meta" in answer


QUESTIONS: list[tuple[str, Callable[[Any], None]]] = [
    ("/api/v1/search?limit=100", all_agree),
    ("/search.json?limit=100&sort=cited", all_agree),
    ("/api/v1/search?q=wide+networks&limit=100", search_agrees),
    ("/api/v1/search?q=%22wide+networks%22&mode=keyword&limit=100", search_agrees),
    ("/api/v1/lists/the-swapped", list_agrees),
    ("/list/the-swapped.json", list_agrees),
    ("/api/v1/status", status_agrees),
    ("/api/v1/papers/2001.00003/related?limit=50", related_agrees),
    ("/api/v1/papers/2001.00003/graph?depth=2", has_results),
    ("/api/v1/path?from=2001.00003&to=2001.00004", has_results),
    ("/api/v1/topics", has_results),
    ("/api/v1/gaps", has_results),
    ("/author/ann-bee.json", has_results),
    ("/graph.json", has_results),
    ("/new.json", has_results),
]
PAGES = (
    "/",
    "/?q=wide+networks",
    "/list/the-swapped",
    "/paper/2001.00003",
    "/graph",
    "/new",
    "/author/ann-bee",
    "/gaps",
)


def ask(server: Served, number: int, answered: list[int], faults: list[str], until: float) -> None:
    """Ask one question after the other, from another one on for each client; note what is wrong."""
    rounds = itertools.cycle([*QUESTIONS, *((page, None) for page in PAGES)])
    for path, agrees in itertools.islice(rounds, number * 5, None):
        late = time.monotonic() - until
        if late > 0 and (answered[number] >= LEAST or late > 90):
            return
        try:
            with urllib.request.urlopen(server.url + path, timeout=60) as answer:
                content = answer.read()
            if agrees is not None:
                agrees(json.loads(content))
            answered[number] += 1
        except (AssertionError, OSError) as fault:
            said = fault.read().decode() if isinstance(fault, urllib.error.HTTPError) else ""
            faults.append(f"{path}: {type(fault).__name__} {fault} {said}"[:500])


def test_answers_while_ingesting(tmp_path: Path) -> None:
    lists, data = tmp_path / "lists", tmp_path / "data"
    lists.mkdir()
    ingest(data, lists, 0)
    with serving(data, tmp_path) as server:
        answered, faults = [0] * CLIENTS, list[str]()
        command = [sys.executable, "-c", INGEST, str(data), str(lists)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as ingesting:
            assert ingesting.stdout is not None
            assert ingesting.stdout.readline().strip() == "1"  # it is at work
            until = time.monotonic() + SECONDS
            clients = [
                threading.Thread(target=ask, args=(server, number, answered, faults, until))
                for number in range(CLIENTS)
            ]
            for client in clients:
                client.start()
            for client in clients:
                client.join()
            still_at_it = ingesting.poll() is None
            ingesting.kill()
            turns = len(ingesting.communicate()[0].split())
        log = (data / "kg.db-wal").stat().st_size
        with urllib.request.urlopen(server.url + "/api/v1/search?q=wide") as answer:
            assert answer.status == 200
        said = server.said()
    sys.stdout.write(f"{sum(answered)} answers beside {turns} runs, {len(faults)} faults, log of {log >> 10} KiB\n")
    assert faults == [], "\n".join(faults)
    assert said == ""
    assert still_at_it
    assert turns >= 2
    assert min(answered) >= LEAST
    assert log < 64 * 2**20  # the readers let it be cleared

"""Who writes to the library while it is served: `kg ingest` on and on, `kg backup` and `kg status` now and then."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from benchmarks.clients import ask
from benchmarks.mix import Request
from benchmarks.standin import StandIn
from kg.config import Config
from kg.library import Library
from kg.refresh import Options, refresh
from tests.replica import Replica
from tests.replica.records import Record, records

_NEW = 60  # papers that come and go
_LISTED = 12  # of them at a time
_MOST_SECONDS = 300  # that a command may take
_EVERY = 60.0  # seconds between two backups
_RUNS = 1000  # at most
_WORDS = "sparse wide deep random convex causal robust sharp flat noisy latent dual greedy stable smooth local".split()
_THINGS = "networks kernels gradients priors graphs games tokens codes flows trees bandits mixtures manifolds".split()


def list_some(data: Path, count: int = 40) -> None:
    """Let the library have a list of papers that stay; a snapshot has none."""
    library = Library(Config(data=data), make_encoder=lambda *_: StandIn())
    if not library.lists():
        source = data / "kept.md"
        rows = (f"- [{paper.title}](https://arxiv.org/abs/{paper.id})\n" for paper in library.newest(count))
        source.write_text("# What stays\n\n" + "".join(rows), encoding="utf-8")
        refresh(library, Options((str(source),), offline=True), lambda *_: None, lambda _: None)
    library.close()


def comers() -> list[Record]:
    """Papers that only the replica knows, with titles of which none is like another."""
    source = random.Random(3)  # noqa: S311 - no secret
    pairs = source.sample(list(itertools.product(_WORDS, _THINGS, _WORDS, _THINGS)), _NEW)
    rows = []
    for number, (how, what, other, where) in enumerate(pairs):
        title = f"On {how} {what} among {other} {where}, part {number}"
        rows.append(
            {
                "id": f"2611.{number + 1:05}",
                "title": title,
                "abstract": f"{title}. We show how {what} that are {how} come to be {other} {where}.",
                "authors": [f"Ada Author{number % 7}", f"Bo Byline{number % 5}"],
                "published": "2026-11-01",
                "references": [f"2611.{1 + (number * 7 + step) % _NEW:05}" for step in (1, 2, 3)],
            }
        )
    return records(rows)


class Writer(threading.Thread):
    """Changes a list and ingests it until a time (of `time.monotonic`), and asks the server for what that brought."""

    def __init__(self, data: Path, port: int, folder: Path, end: float) -> None:
        super().__init__(daemon=True)
        self._data, self._port, self._folder, self._end = data, port, folder, end
        self._records = comers()
        self._replica = Replica(self._records)
        self._listed: list[Record] = []
        self.runs, self.picked_up = 0, 0
        self.faults: list[str] = []

    def __enter__(self) -> Self:
        self._replica.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._replica.__exit__(kind, error, trace)

    def run(self) -> None:
        backed_up = time.monotonic()
        for number in range(_RUNS):
            if time.monotonic() > self._end:
                return
            self._ingest(number)
            if time.monotonic() - backed_up > _EVERY or number == 0:
                backed_up = time.monotonic()
                self._kg("backup", str(self._folder / f"copy-{number}.db"))
                (self._folder / f"copy-{number}.db").unlink(missing_ok=True)
                self._kg("status", "--json")

    def _ingest(self, number: int) -> None:
        """A run with some papers more, some fewer, and one of which the list says something else."""
        start = number * 5 % _NEW
        listed = [self._records[(start + place) % _NEW] for place in range(_LISTED)]
        gone = [record for record in self._listed if record not in listed]
        come = [record for record in listed if record not in self._listed]
        rows = [f"- [{one.title}](https://arxiv.org/abs/{one.id}) read {number} times\n" for one in listed]
        folder = self._folder / "lists"
        folder.mkdir(exist_ok=True)
        (folder / "changing.md").write_text("# What comes and goes\n\n" + "".join(rows), encoding="utf-8")
        second = folder / "now-and-then.md"
        if number % 2:
            second.write_text(f"# Now and then\n\n{rows[0]}", encoding="utf-8")
        else:
            second.unlink(missing_ok=True)
        self._listed = listed
        if self._kg("ingest", str(folder)):
            self.runs += 1
            self._compare(come, gone)

    def _compare(self, come: list[Record], gone: list[Record]) -> None:
        """Whether the server, which was not told, answers by the new index."""
        faults = [fault for record in come[:2] if (fault := self._found(record, True))]
        faults += [fault for record in gone[:2] if (fault := self._found(record, False))]
        self.faults += faults
        self.picked_up += not faults

    def _found(self, record: Record, here: bool) -> str | None:
        asked = urlencode({"q": record.title, "mode": "semantic", "limit": 5})
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            reply = ask(connection, Request("", f"/api/v1/search?{asked}", lambda _: None))
            found = record.id in [result["id"] for result in reply.data["results"]]
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            return f"asked for what a run brought: {type(error).__name__} {error}"
        finally:
            connection.close()
        return None if found == here else f"run {self.runs}: {record.id} is {'not ' * here}answered"

    def _kg(self, *arguments: str) -> bool:
        """Whether a command did what it is for; if not, what it said is a fault."""
        command = [sys.executable, "-m", "kg", *arguments, "--data", str(self._data)]
        environ = {**os.environ, **self._replica.settings(), "HF_HUB_OFFLINE": "1"}
        try:
            run = subprocess.run(
                command, capture_output=True, text=True, env=environ, timeout=_MOST_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            self.faults.append(f"kg {arguments[0]} takes longer than {_MOST_SECONDS} s")
            return False
        if run.returncode:
            self.faults.append(f"kg {arguments[0]} ended with {run.returncode}: {run.stderr.strip()[-500:]}")
        elif "--json" in arguments:
            json.loads(run.stdout)
        return run.returncode == 0

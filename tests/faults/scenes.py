"""Libraries to which faults happen: how each is made ready, what is done to it, and what must be true afterwards."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg import generations
from kg.errors import KgError
from kg.filters import Related, Search
from kg.generations import KINDS
from kg.library import Library
from tests import killing
from tests.conftest import open_library
from tests.examples import AWESOME, NOTES
from tests.faults.nursery import Ended, Nursery
from tests.faults.shim import Fault, Kind

QUESTIONS = (
    Search("wide networks", limit=50),
    Search("lottery ticket", mode="keyword", limit=50),
    Search("training sparse networks", mode="semantic", limit=50),
    Search("kernel cat:cs.LG", limit=50),
    Search("year:2018", limit=50),
    Search('"neural networks" -lottery', limit=50),
)
Content = dict[str, list[tuple[Any, ...]]]
COUNTS = {"states", "topics_made_of"}  # how often something changed: more often where it was mended


def answers(data: Path) -> list[Any]:
    """What a library answers to fixed questions, as JSON values."""
    with closing(open_library(data)) as library:
        searches = [library.search(question) for question in QUESTIONS]
        told: list[Any] = [
            [answer.count, [(result.id, round(result.score, 4)) for result in answer.results]] for answer in searches
        ]
        if library.count():
            told.append(_of_paper(library, library.newest(1)[0].id))
        told.append([(topic.id, topic.papers) for topic in library.topics()])
        told.append([(list_.id, list_.papers) for list_ in library.lists()])
        told.append([(gap.id, round(gap.score, 4)) for gap in library.gaps().results])
        told.append(sorted(library.map().points.ids))
    return told


def _of_paper(library: Library, paper: str) -> list[Any]:
    related = library.related(Related(papers=(paper,), limit=20)).results
    around = library.around(paper)
    return [
        paper,
        [(result.id, round(result.score, 4)) for result in related],
        sorted(node.id for node in around.nodes),
    ]


def content(database: Path, counts: bool) -> Content:
    """All rows; with the `counts` of changes, or without."""
    found = killing.content(database)
    return {table: rows for table, rows in found.items() if counts or table not in COUNTS}


def is_sound(database: Path) -> None:
    """Assert that SQLite finds nothing wrong with the file."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def acknowledged(database: Path) -> int:
    """How many rows of the writer there are, one after the other from the first on."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT started_at FROM runs WHERE finished_at LIKE 'row %' ORDER BY id").fetchall()
    assert [row for (row,) in rows] == [f"row {number}" for number in range(len(rows))]
    return len(rows)


def no_damage_is_served(data: Path) -> None:
    """Assert that each derived folder that would be opened is what was written, to the last bit."""
    for kind in KINDS:
        if generations.read(data / "index", kind):
            assert not generations.is_damaged(data / "index", kind), f"{kind} is in place, and damaged"


@dataclass(frozen=True)
class State:
    """What a library holds and answers."""

    content: Content
    answers: list[Any]


@dataclass(frozen=True)
class Scene:
    """Something that is done to a library.

    :param prepare: makes the folder ready.
    :param command: of `kg`, to which faults happen.
    :param recovery: of `kg`, what leads out of any of them.
    :param counts: whether the library is then the same in the counts of changes too.
    """

    name: str
    prepare: Callable[[], object]
    command: tuple[object, ...]
    recovery: tuple[object, ...]
    counts: bool = False


@dataclass
class World:
    """A folder with two lists and a library made of them, a copy of it, and one of an earlier state."""

    home: Path
    nursery: Nursery
    kept: Path
    _states: dict[tuple[str, bool], State] = field(default_factory=dict)
    _counts: dict[str, Ended] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The library that faults happen to."""
        return self.home / "data"

    @property
    def copy(self) -> Path:
        """A copy of an earlier state of the library."""
        return self.home / "earlier.db"

    def make(self) -> None:
        """Make the library that is kept, and the copy."""
        lists = self.home / "lists"
        lists.mkdir(parents=True)
        (lists / "awesome.md").write_text(AWESOME, encoding="utf-8")
        self.right("ingest", lists, "--data", self.data)
        self.right("backup", self.copy, "--data", self.data)
        (lists / "notes.txt").write_text(NOTES, encoding="utf-8")
        (lists / "works.md").write_text(killing.WORKS, encoding="utf-8")
        self.empty()
        self.right("ingest", lists, "--data", self.data)
        shutil.copytree(self.data, self.kept)

    def right(self, *args: object) -> Ended:
        """Run `kg` undisturbed."""
        ended = self.nursery.kg(*args)
        assert ended.code in (0, 3), ended
        assert "Traceback" not in ended.err, ended.err
        return ended

    def empty(self) -> None:
        """No library at all."""
        shutil.rmtree(self.data, ignore_errors=True)

    def whole(self) -> None:
        """The library as it was made."""
        self.empty()
        shutil.copytree(self.kept, self.data)

    def without_index(self) -> None:
        """The library, of which nothing is derived."""
        self.whole()
        shutil.rmtree(self.data / "index")

    def older(self) -> None:
        """A library as the first version of `kg` made it."""
        from tests.test_migrations import load

        self.empty()
        load("m001", self.data / "kg.db")

    def broken(self) -> None:
        """The library with several of the faults that the doctor mends."""
        self.whole()
        with closing(sqlite3.connect(self.data / "kg.db")) as connection:
            connection.executescript(
                "DELETE FROM papers_fts WHERE rowid < 4; DROP TRIGGER texts_papers_update;"
                "INSERT INTO paper_authors VALUES (99, 1, 'nobody', 'Nobody');"
                "INSERT INTO citations VALUES (1, 12345, 's2'); UPDATE mentions SET paper = 9999 WHERE id = 2;"
                "INSERT INTO runs (started_at) VALUES ('2026-01-01')"
            )
            connection.commit()
        shutil.rmtree(next((self.data / "index").glob("graph-*")))
        (self.data / "index" / "vectors-0123456789ab").mkdir()

    def scenes(self) -> list[Scene]:
        """All that faults happen to, but for the server."""
        lists, at = self.home / "lists", ("--data", self.data)
        ingest, offline, mend = ("ingest", lists, *at), ("ingest", "--offline", *at), ("doctor", *at)
        return [
            Scene("ingest", self.empty, ingest, ingest, counts=True),
            Scene("index", self.without_index, offline, offline),
            Scene("migration", self.older, mend, mend),
            Scene("backup", self.whole, ("backup", *at), mend),
            Scene("restore", self.whole, ("restore", self.copy, *at), mend),
            Scene("doctor", self.broken, mend, mend),
        ]

    def undisturbed(self, scene: Scene, done: bool = True) -> State:
        """The library before or after that was done, undisturbed."""
        key = (scene.name, done)
        if key not in self._states:
            scene.prepare()
            if done:
                self._counts[scene.name] = self.right(*scene.command)
            self.right(*scene.recovery)
            self._states[key] = self.state(scene.counts)
        return self._states[key]

    def moments(self, scene: Scene, kinds: Kind) -> int:
        """How many operations of these kinds that takes, undisturbed."""
        self.undisturbed(scene)
        return self._counts[scene.name].moments(kinds)

    def state(self, counts: bool) -> State:
        """The library as it is now."""
        return State(content(self.data / "kg.db", counts), answers(self.data))

    def disturbed(self, scene: Scene, fault: Fault) -> Ended:
        """Do it with a fault, and look at what is left."""
        self.undisturbed(scene)
        scene.prepare()
        ended = self.nursery.kg(*scene.command, fault=fault)
        self.looked_at()
        return ended

    def looked_at(self) -> None:
        """Look at what is left as a reader would, who is told what is not there, and shown nothing wrong."""
        no_damage_is_served(self.data)
        with suppress(KgError):  # there may be no library yet, or one of an older version
            answers(self.data)

    def recovered(self, scene: Scene, where: str) -> None:
        """Assert that the recovery leads to the library of a run that was never disturbed."""
        for path in self.data.rglob(".*.tmp*"):
            os.utime(path, (0, 0))  # the doctor leaves alone what somebody may be writing
        ended = self.nursery.kg(*scene.recovery)
        assert (ended.code in (0, 3), "Traceback" in ended.err) == (True, False), f"{where}: {ended}"
        is_sound(self.data / "kg.db")
        self.is_right(scene, where)
        if scene.recovery[0] == "doctor":
            left = [path for path in self.data.rglob(".*") if ".tmp" in path.name]
            assert left == [], f"{where}: the doctor leaves what is half written"

    def is_right(self, scene: Scene, where: str) -> None:
        """Assert that the library is that of a run that was never disturbed."""
        no_damage_is_served(self.data)
        found, wanted = self.state(scene.counts), self.undisturbed_like(scene)
        for table, rows in wanted.content.items():
            assert found.content[table] == rows, f"{where}: {table} differs"
        assert found.answers == wanted.answers, f"{where}: answers differ"
        for copy in (self.data / "backups").glob("*.db"):
            assert content(copy, True) == content(self.kept / "kg.db", True), f"{where}: {copy} is not what there was"

    def undisturbed_like(self, scene: Scene) -> State:
        """What is right now: of what replaces a library as a whole, what there was before is right too."""
        done = self.undisturbed(scene)
        if scene.name != "restore" or content(self.data / "kg.db", False)["documents"] == done.content["documents"]:
            return done
        return self.undisturbed(scene, done=False)

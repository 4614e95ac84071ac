"""`kg backup` copies a library that is in use, whole or not at all; `kg restore` goes back, and keeps what was there."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kg.backup import back_up, restore
from kg.doctor import examine
from kg.errors import StorageError, UsageError
from kg.filters import Search
from kg.library import Library
from kg.refresh import Options, refresh
from kg.store import Store
from kg.store.copies import contents
from tests import killing
from tests.conftest import Run, open_library


def answers(library: Library) -> list[tuple[str, float]]:
    return [(result.id, round(result.score, 5)) for result in library.search(Search("wide networks", limit=50)).results]


def grow(library: Library, folder: Path, number: int) -> None:
    """Add a list of one paper that is in no other."""
    (folder / f"more{number}.md").write_text(
        f"- [A paper on wide networks, {number}](https://arxiv.org/abs/20{number:02}.00001)\n"
    )
    refresh(library, Options((str(folder / f"more{number}.md"),), offline=True), lambda *_: None, lambda _: None)


@contextmanager
def writing(database: Path) -> Iterator[None]:
    """Another process' transaction, half done."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("DELETE FROM mentions")
    yield
    connection.execute("ROLLBACK")
    connection.close()


def test_a_copy_holds_what_is_committed_and_nothing_else(library: Library, tmp_path: Path) -> None:
    rows = killing.content(library.config.database)
    with writing(library.config.database):
        copy = back_up(library.config, tmp_path / "copy.db")
    assert killing.content(tmp_path / "copy.db") == rows
    assert (copy.documents, copy.papers) == (2, library.count())
    assert copy.bytes == (tmp_path / "copy.db").stat().st_size
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0, "for its owner only"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_copies_made_while_another_thread_commits_are_whole(library: Library, tmp_path: Path) -> None:
    """Each transaction adds as many rows to two tables: a copy of half of one would differ."""
    stop = threading.Event()

    def write() -> None:
        connection = sqlite3.connect(library.config.database, isolation_level=None)
        number = 0
        while not stop.is_set():
            number += 1
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO retired_topics VALUES (?, '', 'test', '')", [f"t{number}"])
            connection.execute("INSERT INTO authors VALUES (?, 'test')", [f"a{number}"])
            connection.execute("COMMIT")
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(20):
            back_up(library.config, tmp_path / f"{number}.db")
    finally:
        stop.set()
        writer.join()
    seen = []
    for number in range(20):
        copy = sqlite3.connect(tmp_path / f"{number}.db")
        (topics,) = copy.execute("SELECT count(*) FROM retired_topics WHERE source = 'test'").fetchone()
        (authors,) = copy.execute("SELECT count(*) FROM authors WHERE name = 'test'").fetchone()
        copy.close()
        assert topics == authors
        seen.append(topics)
    assert seen == sorted(seen)
    assert seen[-1] > 0


def test_back_and_forth(library: Library, tmp_path: Path, run: Run) -> None:
    data = library.config.data
    before, rows = answers(library), killing.content(library.config.database)
    made = json.loads(run("backup", tmp_path / "copy.db", "--data", data, "--json").out)["result"]
    assert made["file"] == str(tmp_path / "copy.db")
    grow(library, tmp_path, 1)
    grown = answers(library)
    assert grown != before
    served = open_library(data)  # as `kg serve` has it open all the while
    assert answers(served) == grown
    done = restore(library, tmp_path / "copy.db", lambda _: None)
    assert answers(served) == before
    assert killing.content(library.config.database) == rows
    assert done.before is not None
    restore(library, Path(done.before), lambda _: None)
    assert answers(served) == grown
    served.close()


def test_an_index_is_never_taken_for_that_of_another_history(library: Library, tmp_path: Path) -> None:
    """An older database put in place by hand, and changed as often as the lost one was, has the same counts."""
    data = library.config.data
    back_up(library.config, tmp_path / "copy.db")
    grow(library, tmp_path, 1)
    with Store(library.config.database, read_only=True) as store:
        lost = store.state("texts")
    library.close()
    for end in ("-wal", "-shm"):
        Path(f"{data / 'kg.db'}{end}").unlink(missing_ok=True)
    (tmp_path / "copy.db").replace(data / "kg.db")
    again = open_library(data)
    grow(again, tmp_path, 2)
    with Store(data / "kg.db", read_only=True) as store:
        assert store.state("texts") == lost, "the test needs the same count"
    found = [
        result.id for result in again.search(Search("a paper on wide networks", mode="semantic", limit=50)).results
    ]
    assert "2002.00001" in found
    again.close()


def test_an_index_is_never_taken_for_that_of_another_library(tmp_path: Path) -> None:
    """A database put in the place of another by hand, with the same counts."""
    for name, word in (("one", "kernels"), ("two", "tangents")):
        (tmp_path / f"{name}.md").write_text(f"- [Wide {word} of networks](https://arxiv.org/abs/2001.00001)\n")
        made = open_library(tmp_path / name)
        refresh(made, Options((str(tmp_path / f"{name}.md"),), offline=True), lambda *_: None, lambda _: None)
        made.close()
    for end in ("-wal", "-shm"):
        Path(f"{tmp_path / 'one' / 'kg.db'}{end}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "two" / "kg.db", tmp_path / "one" / "kg.db")
    swapped = open_library(tmp_path / "one")
    assert all(finding.mended for finding in examine(swapped, True, lambda _: None))
    (found,) = swapped.search(Search("tangents", mode="keyword")).results
    assert found.id == "2001.00001"
    assert not swapped.search(Search("kernels", mode="keyword")).results
    swapped.close()


def test_a_copy_with_anothers_trigger_and_pages(library: Library, tmp_path: Path) -> None:
    back_up(library.config, tmp_path / "copy.db")
    connection = sqlite3.connect(tmp_path / "copy.db", isolation_level=None)
    connection.execute("CREATE TRIGGER evil AFTER INSERT ON runs BEGIN DELETE FROM mentions; END")
    connection.execute("PRAGMA page_size = 8192")
    connection.execute("VACUUM")
    connection.close()
    rows = killing.content(library.config.database)
    restore(library, tmp_path / "copy.db", lambda _: None)
    with Store(library.config.database) as store:
        store.runs.start("2026-01-01")
    assert killing.content(library.config.database)["mentions"] == rows["mentions"]


def test_a_copy_on_a_medium_that_cannot_be_written(library: Library, tmp_path: Path) -> None:
    """A raw database, in WAL mode; root may write anywhere, so what SQLite would make to read it cannot be made."""
    papers = library.count()
    library.close()
    (tmp_path / "ro").mkdir()
    shutil.copy(library.config.database, tmp_path / "ro" / "live.db")
    (tmp_path / "ro" / "live.db-shm").mkdir()
    assert contents(tmp_path / "ro" / "live.db").papers == papers


def test_a_copy_of_an_older_version(tmp_path: Path, run: Run) -> None:
    from sqlite_utils import Database

    from kg.migrations import migrations

    (tmp_path / "data").mkdir()
    db = Database(tmp_path / "data" / "kg.db")
    migrations.apply(db, stop_before="m004_title_hash")
    db.execute("INSERT INTO papers (id, title, in_library) VALUES ('a', 'A title', 1)")
    db.conn.commit()
    db.close()
    assert run("backup", tmp_path / "old.db", "--data", tmp_path / "data").code == 0, "before the upgrade"
    old = (tmp_path / "old.db").read_bytes()
    library = open_library(tmp_path / "data")
    assert restore(library, tmp_path / "old.db", lambda _: None).papers == 1
    assert library.paper("a").paper.title == "A title"
    assert (tmp_path / "old.db").read_bytes() == old
    library.close()


def test_nothing_is_replaced_by_what_is_no_copy(library: Library, tmp_path: Path, run: Run) -> None:
    data, wanted = library.config.data, answers(library)
    (tmp_path / "text.db").write_text("no database at all " * 1000)
    sqlite3.connect(tmp_path / "other.db").executescript("CREATE TABLE a (b)")
    (tmp_path / "empty.db").touch()
    back_up(library.config, tmp_path / "copy.db")
    content = bytearray((tmp_path / "copy.db").read_bytes())
    content[8192 : 8192 + 40960] = bytes(40960)
    (tmp_path / "damaged.db").write_bytes(content)
    for name in ("text.db", "other.db", "empty.db", "damaged.db", "none.db"):
        result = run("restore", tmp_path / name, "--data", data)
        assert result.code == 2, name
        assert result.err.count("\n") == 1
        assert name in result.err
    assert answers(library) == wanted
    assert not (data / "backups").exists()
    assert not list(data.glob(".*.tmp*"))


def test_a_file_that_is_there_is_left_alone(library: Library, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="there already"):
        back_up(library.config, tmp_path / "mine.txt")
    assert (tmp_path / "mine.txt").read_text() == "mine"
    with pytest.raises(UsageError, match="No papers"):
        back_up(open_library(tmp_path / "nothing").config)
    with pytest.raises(StorageError, match="cannot be written"):
        back_up(library.config, tmp_path / "mine.txt" / "copy.db")


def test_a_damaged_library_is_not_copied_as_if_it_were_whole(library: Library, tmp_path: Path) -> None:
    library.close()
    connection = sqlite3.connect(library.config.database)
    connection.execute("DROP INDEX mentions_by_paper")
    connection.executescript(
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = 2 WHERE name = 'mentions';"
    )
    connection.close()
    with pytest.raises(StorageError):
        back_up(library.config, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
    assert not list(tmp_path.glob(".*"))

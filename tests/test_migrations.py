"""Libraries of every older schema, as older versions made them, are brought up to date; nothing they hold is lost."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from kg.doctor import examine
from kg.errors import StorageError
from kg.filters import Search
from kg.library import Library
from kg.migrations import migrations
from kg.refresh import Options, refresh
from kg.store import Store
from tests.conftest import Run, open_library
from tests.examples import AWESOME, NOTES
from tests.replica import Replica

SCHEMAS = Path(__file__).parent / "schemas"
OLD = sorted(path.stem for path in SCHEMAS.glob("*.sql"))
# Columns that a later schema keeps elsewhere, or derives anew.
MOVED = {("papers", "asked_at"), ("states", "name"), ("states", "value"), ("topics_made_of", "value")}


def load(schema: str, path: Path) -> None:
    """Make the database as that version left it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript((SCHEMAS / f"{schema}.sql").read_text(encoding="utf-8"))
    connection.close()


def rows(path: Path) -> dict[tuple[str, str], list[Any]]:
    """(table, column) -> its values, in order of the rows; without FTS5's own tables."""
    connection = sqlite3.connect(path)
    tables = [t for (t,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {}
    for table in tables:
        if not table.startswith(("papers_fts_", "_sqlite", "sqlite_")):
            for column in [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]:
                values = connection.execute(f"SELECT [{column}] FROM [{table}]").fetchall()
                found[table, column] = sorted(values, key=repr)
    connection.close()
    return found


def test_every_migration_has_a_library_from_before_it() -> None:
    names = [migration.name for migration in migrations.pending(Database(memory=True))]
    assert OLD[0] == names[0][:4], "the first schema"
    assert OLD[-1] == names[-2][:4], "add the library of the schema before the new migration"


@pytest.mark.parametrize("schema", OLD)
def test_nothing_is_lost_on_the_way_up(tmp_path: Path, schema: str) -> None:
    path = tmp_path / "kg.db"
    load(schema, path)
    before = rows(path)
    with Store(path) as store:
        assert store.checks.schema() == [], "tables, indexes, triggers and views are those of a new library"
        assert store.checks.damage() == []
        assert store.checks.orphans() == []
        assert store.checks.full_text(deep=True) is None
        strict = store._db.execute(
            "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND NOT strict "
            "AND name NOT LIKE '%sqlite_%' AND name NOT LIKE 'papers_fts%'"
        )
        assert strict.fetchall() == []
        assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert store._db.execute("PRAGMA foreign_keys").fetchone() == (1,)
    after = rows(path)
    for column, values in before.items():
        if column not in MOVED:
            assert after[column] == values, column


@pytest.mark.parametrize("schema", OLD)
def test_an_older_library_answers_as_a_new_one(made_library: Path, tmp_path: Path, schema: str) -> None:
    load(schema, tmp_path / "old" / "kg.db")
    old, new = open_library(tmp_path / "old"), open_library(made_library)
    examine(old, True, lambda _: None)
    for question in ("wide networks", "lottery ticket", "cat:cs.LG", "year:2018", "1806.07572"):
        assert ids(old, question) == ids(new, question), question
    assert old.paper("1806.07572").paper.abstract == new.paper("1806.07572").paper.abstract
    assert [result.id for result in old.lists()] == [result.id for result in new.lists()]
    for library in (old, new):
        library.close()


def ids(library: Library, question: str) -> set[str]:
    return {result.id for result in library.search(Search(question, limit=50)).results}


@pytest.mark.parametrize("schema", OLD)
def test_an_older_library_is_refreshed(replica: Replica, run: Run, tmp_path: Path, schema: str) -> None:
    """By `kg ingest` alone, whose sources are where they were; what is known is not asked again."""
    for name, text in (("awesome.md", AWESOME), ("notes.txt", NOTES)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    load(schema, tmp_path / "data" / "kg.db")
    connection = sqlite3.connect(tmp_path / "data" / "kg.db")
    for table in ("sources", "documents"):
        connection.execute(f"UPDATE {table} SET location = replace(location, '/lists', ?)", [str(tmp_path)])
    connection.commit()
    connection.close()
    library = open_library(tmp_path / "data", replica.arxiv_url)
    outcome = refresh(library, Options(), lambda *_: None, lambda _: None)
    assert outcome.problems == []
    assert outcome.embedded == 0, "its vectors are still those of its texts"
    assert library.count() == 8
    assert library.paper("1806.07572").paper.title
    library.close()


def test_an_older_library_is_read_by_nobody_before(tmp_path: Path, run: Run) -> None:
    load("m001", tmp_path / "data" / "kg.db")
    before = (tmp_path / "data" / "kg.db").read_bytes()
    with pytest.raises(StorageError, match="older kg: run `kg ingest` once"):
        Store(tmp_path / "data" / "kg.db", read_only=True)
    result = run("search", "networks", "--data", tmp_path / "data")
    assert (result.code, result.err.count("\n")) == (1, 1)
    result = run("doctor", "--check", "--data", tmp_path / "data")
    assert result.code == 1
    assert "older kg" in result.out
    assert (tmp_path / "data" / "kg.db").read_bytes() == before
    assert run("doctor", "--data", tmp_path / "data").code == 0
    assert run("search", "networks", "--data", tmp_path / "data", "--mode", "keyword").code == 0


def test_a_migration_that_fails_leaves_the_library_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load("m001", tmp_path / "kg.db")
    before = rows(tmp_path / "kg.db")
    monkeypatch.setattr("kg.migrations.title_hash", lambda title: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Store(tmp_path / "kg.db")
    found = rows(tmp_path / "kg.db")
    assert ("papers", "title_hash") not in found, "the step that failed was taken back"
    assert found["papers", "id"] == before["papers", "id"]
    monkeypatch.undo()
    with Store(tmp_path / "kg.db") as store:
        assert store.checks.schema() == []

"""`kg doctor` finds each fault, mends what can be mended, and leaves a library that answers as before."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.doctor import Finding, examine, permissions
from kg.filters import Search
from kg.library import Library
from tests import killing
from tests.conftest import Run, open_library

Break = Callable[[Path], object]
QUESTIONS = ("wide networks", "kernel cat:cs.LG", "year:2018", "lottery")


def answers(library: Library) -> list[list[tuple[str, float]]]:
    found = [library.search(Search(question, limit=50)).results for question in QUESTIONS]
    return [[(result.id, round(result.score, 5)) for result in results] for results in found]


def looked(library: Library, mend: bool = True) -> list[Finding]:
    return [*permissions(library.config, mend), *examine(library, mend, lambda _: None)]


def sql(statement: str) -> Break:
    def change(data: Path) -> None:
        connection = sqlite3.connect(data / "kg.db")
        connection.executescript(statement)
        connection.commit()
        connection.close()

    return change


def forged(statement: str) -> Break:
    """A change of the schema behind SQLite's back."""
    return sql(f"PRAGMA writable_schema = ON; {statement}; PRAGMA writable_schema = OFF; PRAGMA user_version = 7")


def derived(kind: str, change: Callable[[Path], object]) -> Break:
    return lambda data: change(next((data / "index").glob(f"{kind}-*")))


def flip(folder: Path) -> None:
    """One bit of the largest file."""
    file = max(folder.iterdir(), key=lambda path: path.stat().st_size)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def zeros(folder: Path) -> None:
    for file in folder.iterdir():
        file.write_bytes(bytes(file.stat().st_size))


FAULTS: dict[str, tuple[str, Break]] = {
    "no index at all": ("derived", lambda data: shutil.rmtree(data / "index")),
    "no manifest": ("derived", lambda data: (data / "index" / "vectors.json").unlink()),
    "half a manifest": ("derived", lambda data: (data / "index" / "vectors.json").write_text('{"maker": "')),
    "another index": ("derived", sql("UPDATE states SET value = value + 3 WHERE name = 'texts'")),
    "a stale graph": ("derived", sql("UPDATE states SET value = value + 3 WHERE name = 'relations'")),
    "stale words": ("derived", sql("UPDATE states SET value = value + 3 WHERE name = 'words'")),
    **{f"a bit of {kind}": ("derived", derived(kind, flip)) for kind in ("vectors", "words", "facets", "graph", "map")},
    **{
        f"zeros in {kind}": ("derived", derived(kind, zeros)) for kind in ("vectors", "words", "facets", "graph", "map")
    },
    "no folder of the graph": ("derived", derived("graph", shutil.rmtree)),
    "a folder half written": ("leftovers", lambda data: (data / "index" / "vectors-0123456789ab").mkdir()),
    "a file half written": ("leftovers", lambda data: (data / "index" / ".map.json.01234567.tmp").touch()),
    "no write permission": ("permissions", lambda data: (data / "kg.db").chmod(0o444)),
    "a folder that all may write": ("permissions", lambda data: data.chmod(0o777)),
    "orphaned authors": ("orphans", sql("INSERT INTO paper_authors VALUES (99, 1, 'nobody', 'Nobody')")),
    "orphaned mentions": ("orphans", sql("UPDATE mentions SET paper = 9999 WHERE id = 1")),
    "orphaned citations": ("orphans", sql("INSERT INTO citations VALUES (1, 12345, 's2')")),
    "no trigger": ("schema", sql("DROP TRIGGER texts_papers_update")),
    "no index of the database": ("schema", sql("DROP INDEX mentions_by_paper")),
    "a trigger of somebody else's": (
        "schema",
        sql("CREATE TRIGGER evil AFTER INSERT ON runs BEGIN DELETE FROM mentions; END"),
    ),
    "another view": ("schema", sql("DROP VIEW topic_holds; CREATE VIEW topic_holds AS SELECT 1 AS topic, 2 AS part")),
    "no full text": ("full text", sql("DELETE FROM papers_fts WHERE rowid < 3")),
    "full text of nobody": ("full text", sql("INSERT INTO papers_fts (rowid, title) VALUES (999, 'wide networks')")),
    "damaged full text": ("full text", sql("UPDATE papers_fts_data SET block = x'00112233' WHERE id > 10")),
    "a damaged vector": ("vectors", sql("UPDATE vectors SET vector = x'0011' WHERE id = 1")),
    "an index that lacks rows": (
        "database",
        forged("UPDATE sqlite_master SET sql = sql || ' WHERE paper > 3' WHERE name = 'mentions_by_paper'"),
    ),
    "a run that was cut off": ("runs", sql("INSERT INTO runs (started_at) VALUES ('2026-01-01')")),
}


@pytest.fixture
def data(library: Library) -> Path:
    return library.config.data


def test_a_whole_library_has_no_fault(library: Library, data: Path) -> None:
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file() and path.suffix != ".lock"}
    assert looked(library, mend=False) == []
    assert looked(library) == []
    after = {path: path.read_bytes() for path in before}
    assert {path.name for path in before if before[path] != after[path]} <= {"kg.db-shm"}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_and_mended(library: Library, data: Path, fault: str) -> None:
    check, break_ = FAULTS[fault]
    wanted, rows = answers(library), killing.content(data / "kg.db")
    library.close()
    break_(data)
    broken = open_library(data)
    if fault not in {"damaged full text", "full text of nobody"}:  # SQLite allows FTS5's check only to who may write
        assert check in {finding.check for finding in looked(broken, mend=False)}, "found by looking alone"
    found = looked(broken)
    assert check in {finding.check for finding in found}
    assert all(finding.mended for finding in found), found
    assert [finding for finding in looked(broken) if finding.check != "runs"] == []
    assert answers(broken) == wanted or fault == "a damaged vector"
    broken.close()
    kept = killing.content(data / "kg.db")
    for table in ("papers", "documents", "paper_authors", "citations", "asks"):
        if (fault, table) != ("orphaned mentions", "documents"):
            assert kept[table] == rows[table], table


def test_a_damaged_vector_is_embedded_again(library: Library, data: Path) -> None:
    from kg.refresh import Options, refresh

    wanted = answers(library)
    library.close()
    sql("UPDATE vectors SET vector = x'0011' WHERE id = 1")(data)
    broken = open_library(data)
    looked(broken)
    refresh(broken, Options(offline=True), lambda *_: None, lambda _: None)
    assert answers(broken) == wanted
    broken.close()


def test_what_cannot_be_mended_says_what_to_do(library: Library, data: Path, run: Run) -> None:
    assert run("backup", "--data", data).code == 0
    (copy,) = (data / "backups").iterdir()
    library.close()
    content = bytearray((data / "kg.db").read_bytes())
    content[4096 * 2 : 4096 * 40] = bytes(4096 * 38)
    for end in ("-wal", "-shm"):
        Path(f"{data / 'kg.db'}{end}").unlink(missing_ok=True)
    (data / "kg.db").write_bytes(content)
    for arguments in (("--check",), ()):
        result = run("doctor", "--data", data, *arguments)
        assert (result.code, result.err) == (1, "")
        assert f"kg restore {copy}" in result.out
    assert run("restore", copy, "--data", data).code == 0
    assert run("doctor", "--data", data).out == "All is well.\n"
    assert list((data / "backups").glob("damaged-*")), "what was there is kept"


def test_a_folder_without_a_library(tmp_path: Path, run: Run) -> None:
    result = run("doctor", "--data", tmp_path / "none")
    assert result.code == 1
    assert "kg ingest SOURCE" in result.out
    assert not (tmp_path / "none").exists()


def test_keys_are_for_their_owner_only(library: Library, data: Path) -> None:
    (data / "kg.toml").write_text('s2_key = "secret"\n')
    (data / "kg.toml").chmod(0o644)
    (found,) = looked(library)
    assert found.check == "permissions"
    assert (data / "kg.toml").stat().st_mode & 0o777 == 0o600
    assert "secret" not in repr(found)


def test_only_what_kg_left_behind_is_removed(library: Library, data: Path) -> None:
    for name in (".notes.tmpl", ".my.tmpfile", ".draft.tmp", "notes.tmp"):
        for folder in (data, data / "index"):
            (folder / name).touch()
            os.utime(folder / name, (0, 0))
    (data / ".kg.db.0123abcd.tmp-wal").touch()
    os.utime(data / ".kg.db.0123abcd.tmp-wal", (0, 0))
    (found,) = looked(library)
    assert ".kg.db.0123abcd.tmp-wal" in found.problem
    assert len(list(data.rglob("*tmp*"))) == 8


def test_damaged_rows_behind_damaged_indexes_are_not_called_whole(library: Library, data: Path) -> None:
    """SQLite names so many faults; those of rows may come after all of them."""
    library.close()
    rows = ", ".join(f"('t{number}', '', '', '')" for number in range(30))
    sql(f"INSERT INTO retired_topics VALUES {rows}; CREATE INDEX few ON retired_topics (label) WHERE label > 'x'")(data)
    forged("UPDATE sqlite_master SET sql = 'CREATE INDEX few ON retired_topics (label)' WHERE name = 'few'")(data)
    integer = "replace(sql, 'title TEXT NOT NULL', 'title INTEGER NOT NULL')"
    forged(f"UPDATE sqlite_master SET sql = {integer} WHERE name = 'documents'")(data)
    found = [finding for finding in looked(open_library(data)) if finding.check == "database"]
    assert found
    assert not found[0].mended
    assert "documents.title" in f"{found[0].advice} {found[0].problem}"


def test_settings_that_nobody_may_read_are_mended_first(library: Library, data: Path, run: Run) -> None:
    (data / "kg.toml").write_text('device = "cpu"\n')
    (data / "kg.toml").chmod(0)
    result = run("doctor", "--check", "--data", data)
    assert result.code == 1
    assert f"{data / 'kg.toml'} has the permissions 000, which should be 600" in result.out
    assert result.out.endswith("1 fault found, 0 mended.\n"), "nothing else was opened"
    assert run("doctor", "--data", data).code == 0
    assert (data / "kg.toml").stat().st_mode & 0o777 == 0o600


def test_findings_as_json(library: Library, data: Path, run: Run) -> None:
    (data / "index" / "map.json").unlink()
    result = run("doctor", "--data", data, "--check", "--json")
    answer = json.loads(result.out)
    assert result.code == 1
    assert {finding["check"] for finding in answer["results"]} == {"leftovers", "derived"}
    assert set(answer["results"][0]) == {"check", "problem", "mended", "advice"}
    assert answer["meta"]["count"] == len(answer["results"])

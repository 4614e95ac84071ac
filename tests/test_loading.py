"""Files loaded in bulk give what one record after the other gives; loading again, or after a kill, changes nothing."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import ingest.beside
import ingest.loading
from ingest.bulk import read_snapshot
from ingest.loading import load_citations, load_snapshot
from kg.errors import DocumentError
from kg.papers import Mention, Metadata
from kg.store import Store
from kg.store.documents import Document
from kg.store.prepared import Prepared
from tests.killing import content

LIST = Document("list.md", "/lists/list.md", "My List", "hash", "2026-01-01T00:00:00+00:00")


def row(number: int, **others: Any) -> dict[str, Any]:
    return {
        "id": f"1901.{number:05}",
        "title": f"Wide Networks, Part {number}",
        "authors": "Ann Bée, Carl Dee" if number % 3 else "Ann Bee and Eve Fox",
        "abstract": f"On networks of width {number}.",
        "categories": "cs.LG stat.ML",
        "versions": [{"version": "v1", "created": "Tue, 01 Jan 2019 12:00:00 GMT"}],
        **others,
    }


ROWS = [
    *(row(number) for number in range(1, 30)),
    row(7, title="The Same Id Again", versions=[{"version": "v2", "created": "Wed, 02 Jan 2019 12:00:00 GMT"}]),
    row(30, doi="10.1/Known"),
    row(31, doi="10.1/known"),
    row(32, authors="", categories=""),
    row(33, authors="Ann Bee, Ann Bée", abstract=None),
    {"id": "no id", "title": "x"},
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "snapshot.jsonl"
    file.write_text("\n".join(json.dumps(found) for found in ROWS))
    return file


def listed(store: Store) -> None:
    """A library that knows a little: a paper from arXiv, one by its id only, a work by its DOI."""
    with store.transaction():
        work = Mention("list.md", 1, title="Known by its DOI", doi="10.1/known")
        numbers = [store.identity.ensure_arxiv("1901.00003"), store.identity.ensure_arxiv("1901.00004")]
        numbers.append(store.identity.ensure_work("known-by-its-doi-1234", work))
        store.identity.add_aliases(numbers[-1], ["doi:10.1/known"])
        mentions = [Mention("list.md", line, arxiv_id=id_) for line, id_ in ((2, "1901.00003"), (3, "1901.00004"))]
        store.documents.save(LIST, list(zip([*mentions, work], numbers, strict=True)))
        store.identity.settle_membership()
        fetched = Metadata("1901.00003", "Fetched", "arxiv", "From arXiv.", version=3, fetched_at="2026-01-02")
        store.metadata.save([fetched])


def by_id(database: Path) -> dict[str, Any]:
    """What a database holds of papers, without their numbers, which depend on the order."""
    found = content(database)
    ids = {paper[0]: paper[1] for paper in found["papers"]}
    return {
        "papers": sorted((paper[1:] for paper in found["papers"]), key=repr),
        "parts": {
            table: sorted(((ids[r[0]], *r[1:]) for r in found[table]), key=repr)
            for table in ("paper_authors", "paper_categories", "papers_fts")
        },
        "aliases": sorted((alias, ids[number]) for alias, number in found["aliases"]),
        "authors": sorted(author[0] for author in found["authors"]),
    }


def test_in_bulk_is_as_one_by_one(path: Path, tmp_path: Path) -> None:
    with Store(tmp_path / "one.db") as one, Store(tmp_path / "bulk.db") as bulk:
        for store in (one, bulk):
            listed(store)
        states = [bulk.state(name) for name in ("texts", "relations")]
        with one.transaction():
            one.metadata.save(read_snapshot(path, "snapshot", "2026-02-01"), bulk=True)
            one.fulltext.refresh()
        load_snapshot(bulk, path, lambda *_: None)
        assert [bulk.state(name) for name in ("texts", "relations")] > states
        assert bulk.papers.counts()["papers"] == 33
    assert by_id(tmp_path / "bulk.db") == by_id(tmp_path / "one.db")


def test_loading_again_changes_nothing(path: Path, tmp_path: Path) -> None:
    with Store(tmp_path / "kg.db") as store:
        load_snapshot(store, path, lambda *_: None)
        before, state = content(tmp_path / "kg.db"), store.state("texts")
        load_snapshot(store, path, lambda *_: None)
        assert store.state("texts") == state
    after = content(tmp_path / "kg.db")
    assert {name: rows for name, rows in after.items() if name != "states"} == {
        name: rows for name, rows in before.items() if name != "states"
    }


def test_a_load_that_was_cut_is_completed_by_loading_again(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest.loading, "_COMMIT_EVERY", 10)

    def cut(what: str, done: int, *_: object) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    with Store(tmp_path / "whole.db") as whole, Store(tmp_path / "cut.db") as store:
        load_snapshot(whole, path, lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            load_snapshot(store, path, cut)
        assert store.papers.counts()["papers"] == 20
        load_snapshot(store, path, lambda *_: None)
    assert by_id(tmp_path / "cut.db") == by_id(tmp_path / "whole.db")


def test_triggers_are_there_after_a_load_and_after_one_that_failed(path: Path, tmp_path: Path) -> None:
    with Store(tmp_path / "kg.db") as store:
        before = store._db.triggers
        load_snapshot(store, path, lambda *_: None)
        assert store._db.triggers == before
        prepared = Prepared.of(Metadata("1902.00001", "T", "snapshot", fetched_at="2026"))
        broken = prepared._replace(text_hash=object())
        with pytest.raises(Exception, match="type 'object' is not supported"), store.transaction():
            store.bulk.save([broken])
        assert store._db.triggers == before
        assert store.state("texts") < (
            store.metadata.save([replace(prepared.record, title="U")]) + store.state("texts")
        )


def test_a_large_file_is_parsed_by_a_process_beside(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(tmp_path / "one.db") as one, Store(tmp_path / "two.db") as two:
        load_snapshot(one, path, lambda *_: None)
        monkeypatch.setattr(ingest.loading, "_LARGE", 0)
        load_snapshot(two, path, lambda *_: None)
        (tmp_path / "none.jsonl").write_text("nothing\n")
        with pytest.raises(DocumentError, match=r"none\.jsonl"):
            load_snapshot(two, tmp_path / "none.jsonl", lambda *_: None)
    assert by_id(tmp_path / "two.db") == by_id(tmp_path / "one.db")


def test_citations_join_what_is_known_and_keep_the_rest_apart(path: Path, tmp_path: Path) -> None:
    table = tmp_path / "edges.tsv"
    table.write_text("citing\tcited\n1901.00001\t1901.00002\n1901.00001\t1706.00001\n1901.00001\t1901.00001\n")
    with Store(tmp_path / "kg.db") as store:
        load_snapshot(store, path, lambda *_: None)
        for _ in range(2):
            load_citations(store, table, lambda *_: None)
        references, _ = store.citations.of("1901.00001")
        assert {(one.id, one.sources) for one in references} == {
            ("1706.00001", ("edges.tsv",)),
            ("1901.00002", ("edges.tsv",)),
        }
        assert store.papers.counts()["cited_only"] == 1


def test_the_first_record_that_names_a_doi_has_it() -> None:
    records = [Metadata(f"1901.0000{n}", f"T{n}", "snapshot", doi="10.1/x", fetched_at="2026") for n in (1, 2)]
    with Store(None) as store, store.transaction():
        store.identity.ensure_arxiv("1901.00001")
        store.bulk.save([Prepared.of(record) for record in records])
        assert store.identity.find("doi:10.1/x") == "1901.00001"


def test_what_is_unchanged_is_not_saved_one_by_one(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved: list[str] = []

    def save(records: Any, bulk: bool) -> None:
        saved.extend(record.arxiv_id for record in records)

    with Store(tmp_path / "kg.db") as store:
        monkeypatch.setattr(ingest.loading, "now", lambda: "2026-02-01")
        load_snapshot(store, path, lambda *_: None)
        monkeypatch.setattr(ingest.loading, "now", lambda: "2026-03-01")
        monkeypatch.setattr(store.bulk._metadata, "save", save)
        load_snapshot(store, path, lambda *_: None)
        times = dict(store._db.execute("SELECT id, fetched_at FROM papers"))
    assert saved == ["1901.00007", "1901.00007"], "two records of one paper can each undo what the other said"
    assert {at for id_, at in times.items() if id_ not in saved} == {"2026-03-01"}


def test_memory_holds_a_chunk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0

    def counted(*args: Any) -> Any:
        nonlocal read
        for record in read_snapshot(*args):
            read += 1
            yield record

    monkeypatch.setattr(ingest.loading, "_COMMIT_EVERY", 10)
    monkeypatch.setattr(ingest.beside, "read_snapshot", counted)
    seen = []
    with Store(None) as store:
        load_snapshot(store, path, lambda _, done, __: seen.append((done, read)))
    assert seen == [(done, done) for done in (10, 20, 30, 34)]

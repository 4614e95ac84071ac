"""Joined authors in the store: ids, aliases, filters, facets; what is the same is not written."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from kg.filters import Filter, Scope
from kg.joining import join_authors
from kg.library import Library
from kg.papers import Metadata
from kg.store import Store
from kg.store.prepared import Prepared
from tests.conftest import open_library
from webapp import create_app

JOSE, J = ("José García", "Zora Quist"), ("J. Garcia", "Zora Quist")


def record(number: int, authors: Sequence[str], categories: Sequence[str] = ("cs.XY",)) -> Metadata:
    return Metadata(
        arxiv_id=f"1901.{number:05}",
        title=f"Nets, part {number}",
        source="snapshot",
        authors=tuple(authors),
        categories=tuple(categories),
        published="2019-01-01",
        fetched_at="2026-01-02T00:00:00+00:00",
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data" / "kg.db") as opened:
        yield opened


@pytest.fixture
def library(store: Store, tmp_path: Path) -> Iterator[Library]:
    opened = open_library(tmp_path / "data")
    yield opened
    opened.close()


def save(store: Store, *records: Metadata) -> int:
    with store.transaction():
        return store.metadata.save(records, bulk=True)


def tables(store: Store) -> list[list[tuple[object, ...]]]:
    return [
        sorted(store._db.execute(query).fetchall())
        for query in (
            "SELECT id, position, author, name FROM paper_authors JOIN papers ON number = paper",
            "SELECT * FROM authors",
            "SELECT * FROM author_aliases",
        )
    ]


def author_ids(store: Store) -> list[list[str]]:
    return [[author.id for author in paper.authors] for paper in store.papers.get(sorted(store.papers.all_ids()))]


def found(store: Store, value: str) -> list[int]:
    return store.fulltext.passing(Scope((Filter("author", value),)))


def test_an_author_is_found_by_every_spelling(store: Store, library: Library) -> None:
    save(store, record(1, JOSE), record(2, J), record(3, ["José García"]), record(4, ["García, José"]))
    join_authors(store)
    assert author_ids(store)[0][0] == author_ids(store)[1][0] == "jose-garcia"
    for id_ in ("jose-garcia", "j-garcia", "garcia-jose"):
        answer = library.author(id_)
        assert (answer.id, answer.name, len(answer.papers)) == ("jose-garcia", "José García", 4)
        assert answer.names == ("José García", "García, José", "J. Garcia")
        assert len(found(store, id_)) == 4
    assert len(found(store, "J. Garcia")) == len(found(store, "garcia")) == 4
    assert found(store, "no-garcia") == found(store, "Bee") == []
    assert [author.name for author in store.papers.get(["1901.00002"])[0].authors] == ["J. Garcia", "Zora Quist"]
    facet = store.fulltext.facets([1, 2, 3, 4])["author"]
    assert facet[0] == {"value": "jose-garcia", "label": "José García", "count": 4}


def test_nothing_is_written_where_nothing_changed(store: Store) -> None:
    save(store, record(1, JOSE), record(2, J))
    join_authors(store)
    before, state, changes = tables(store), store.state("relations"), store._db.conn.total_changes
    join_authors(store)
    assert store._db.conn.total_changes == changes
    assert save(store, record(1, JOSE), record(2, J)) == 0
    save(store, record(3, ["Eve Fox"]))
    grown = store.state("relations")
    join_authors(store)
    assert store.state("relations") == grown > state, "no authorship of before was written again"
    assert tables(store)[2] == before[2]


def test_a_joined_author_is_no_change_of_a_record_that_is_loaded_again(store: Store) -> None:
    papers = [Prepared.of(record(1, JOSE)), Prepared.of(record(2, J))]
    with store.transaction():
        store.bulk.save(papers)
    join_authors(store)
    before, state = tables(store), store.state("relations")
    with store.transaction():
        store.bulk.save(papers)
    assert (tables(store), store.state("relations")) == (before, state)


def test_a_join_does_not_outlive_its_evidence(store: Store, library: Library) -> None:
    save(store, record(1, JOSE), record(2, J))
    join_authors(store)
    assert library.author("j-garcia").id == "jose-garcia"
    save(store, record(3, ["Juan Garcia", "Zora Quist"]))
    join_authors(store)
    assert library.author("j-garcia").id == "j-garcia"
    assert store._db.execute("SELECT * FROM author_aliases").fetchall() == []
    assert store._db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_an_author_whom_no_paper_has_is_forgotten(store: Store) -> None:
    save(store, record(1, JOSE))
    join_authors(store)
    save(store, record(1, ["Eve Fox"]))
    join_authors(store)
    assert store.people.id_of("jose-garcia") is None
    assert [id_ for id_, _ in tables(store)[1]] == ["eve-fox"]


def test_the_result_is_the_same_whatever_came_first(tmp_path: Path) -> None:
    written = """José García, Zora Quist; J. Garcia, Zora Quist; Jose Garcia; Jörg Müller; Joerg Mueller;
        J. A. Bee, Z. Quist; John Bee, Zora Quist; Jane Bee, Eve Fox; J. M. García, Zora Quist"""
    papers = [[name.strip() for name in paper.split(",")] for paper in written.split(";")]
    records = [record(number, names) for number, names in enumerate(papers, start=1)]
    results = []
    for turn in range(6):
        chance = random.Random(turn)
        with Store(tmp_path / f"{turn}.db") as store:
            for one in chance.sample(records, len(records)):
                save(store, one)
                if chance.random() < 0.5:
                    join_authors(store)
            join_authors(store)
            results.append(tables(store))
    assert all(result == results[0] for result in results)
    assert len(results[0][2]) == 5


def test_the_page_tells_other_spellings(store: Store, library: Library) -> None:
    save(store, record(1, JOSE), record(2, J))
    join_authors(store)
    client = create_app(library).test_client()
    page = client.get("/author/j-garcia").get_data(as_text=True)
    assert "<h1>José García</h1>" in page
    assert "also as J. Garcia" in page
    assert client.get("/author/zora-quist").get_data(as_text=True).count("also as") == 0
    answer = client.get("/api/v1/authors/j-garcia").get_json()["result"]
    assert (answer["id"], answer["names"]) == ("jose-garcia", ["J. Garcia", "José García"])

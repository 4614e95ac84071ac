"""Records loaded again, whatever befell the library in between, leave what saving them one by one leaves."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kg.papers import Mention, Metadata
from kg.store import Store
from kg.store.prepared import Prepared
from tests.test_loading import by_id, listed


def some(source: random.Random) -> Metadata:
    """A record that is like others in much, so that they meet in ids, DOIs and authors."""
    number = source.randint(1, 9)
    return Metadata(
        arxiv_id=f"1901.0000{number}",
        title=source.choice(["Wide Networks", "Wide  networks!"]),
        source="snapshot",
        abstract=source.choice([None, "On width.", "On depth."]),
        authors=source.choice([(), ("Ann Bee",), ("Ann Bée", "Carl Dee"), ("?", "Ann Bee")]),
        categories=source.choice([(), ("cs.LG",), ("cs.LG", "stat.ML")]),
        published=source.choice([None, "2019-01-01"]),
        version=source.choice([None, 1, 2]),
        doi=source.choice([None, None, f"10.1/K{number}", "10.1/known", "10.1/Known"]),
        comment=source.choice([None, "8 pages"]),
        withdrawn=source.random() < 0.2,
        fetched_at=source.choice(["2026-02-01", "2026-03-01", "2026-03-01", None]),
    )


def happen(store: Store, source: random.Random) -> None:
    """Something else that befalls a library between two loads."""
    record, doi = some(source), source.choice(["10.1/known", f"10.1/k{source.randint(1, 9)}"])
    number = store.identity.number(record.arxiv_id)
    event = source.choice(["service", "work", "named", "dropped", "left"])
    if event == "service":
        store.metadata.save([replace(record, source=source.choice(["snapshot", "arxiv", "oai", "semantic-scholar"]))])
    elif event == "work" and store.identity.number(f"doi:{doi}") is None:
        id_ = source.choice([f"doi:{doi}", f"work-of-{doi[5:]}"])
        work = store.identity.ensure_work(id_, Mention("list.md", 9, title="A Work", doi=doi))
        store.identity.add_aliases(work, [f"doi:{doi}"])
    elif event == "named" and number is None:
        other = store.identity.number(f"1901.0000{source.randint(1, 9)}")
        store.identity.add_aliases(other or 1, [record.arxiv_id])
    elif event == "dropped" and number is not None:
        store._db.execute("DELETE FROM aliases WHERE paper = ?", [number])
    elif event == "left" and number is not None:
        changed = source.choice(["bulk = 0", "in_library = 0", "metadata_source = 'oai'", "metadata_source = 's2'"])
        store._db.execute(f"UPDATE papers SET {changed} WHERE number = ?", [number])


def load(store: Store, records: list[Metadata], bulk: bool, seed: int) -> None:
    """Load records one way or the other; then something happens."""
    with store.transaction():
        if bulk:
            store.bulk.save([Prepared.of(record) for record in records])
        else:
            store.metadata.save(records, bulk=True)
        store.fulltext.refresh()
    with store.transaction():
        source = random.Random(seed)
        for _ in range(source.randint(0, 3)):
            happen(store, source)


@pytest.mark.parametrize("seed", range(150))
def test_any_records_loaded_repeatedly_are_as_one_by_one(tmp_path: Path, seed: int) -> None:
    source = random.Random(seed)
    loads = [[some(source) for _ in range(source.randint(1, 9))] for _ in range(2)]
    names = [record.arxiv_id for record in loads[0]]
    loads.append([record for record in loads[0] if names.count(record.arxiv_id) == 1])
    times = "SELECT id, fetched_at, bulk, fts_stale FROM papers ORDER BY id"
    with Store(tmp_path / "one.db") as one, Store(tmp_path / "bulk.db") as bulk:
        for store in (one, bulk):
            listed(store)
        for step, number in enumerate((0, 2, 2, 1, 2, 2)):
            at = f"2026-04-0{step + 1}"
            records = [replace(record, fetched_at=record.fetched_at and at) for record in loads[number]]
            for store in (one, bulk):
                load(store, records, store is bulk, seed * 100 + step)
            assert [*bulk._db.execute(times)] == [*one._db.execute(times)]
            assert by_id(tmp_path / "bulk.db") == by_id(tmp_path / "one.db")


def to_save(store: Store, records: list[Metadata], befall: Any) -> list[str]:
    """Which of the records have to be saved one by one, where the first was loaded and something befell its paper."""
    with store.transaction():
        store.bulk.save([Prepared.of(records[0])])
        befall(store)
    unchanged = store.bulk._unchanged.among([Prepared.of(record) for record in records])
    return [record.arxiv_id for record in records if record.arxiv_id not in unchanged]


def test_a_paper_that_two_records_name_by_different_ids_is_compared_with_neither() -> None:
    first, second = (Metadata(f"1901.0000{n}", "T", "snapshot", fetched_at="2026") for n in (1, 2))

    def named(store: Store) -> None:
        store.identity.add_aliases(store.identity.number("1901.00001") or 0, ["1901.00002"])

    with Store(None) as store:
        assert to_save(store, [first], lambda _: None) == []
        assert to_save(store, [first, second], named) == ["1901.00001", "1901.00002"]


def test_a_doi_that_is_a_works_id_too_is_left_to_be_merged() -> None:
    record = Metadata("1901.00001", "T", "snapshot", doi="10.1/x", fetched_at="2026")

    def work(store: Store) -> None:
        store._db.execute("INSERT OR IGNORE INTO papers (id) VALUES ('doi:10.1/x')")

    with Store(None) as store:
        assert to_save(store, [record], lambda _: None) == []
        assert to_save(store, [record], work) == ["1901.00001"]

"""The store: records in, the same records out; freshness; merging; damage."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlite_utils import Database

from kg.answers import Neighbour
from kg.errors import StorageError
from kg.filters import Filter, Scope, Terms
from kg.migrations import migrations
from kg.papers import Mention, Metadata, Reference, Topic, TopicNode
from kg.store import DatabaseError, Store
from kg.store.documents import Document, Source

LIST = Document("list.md", "/lists/list.md", "My List", "hash", "2026-01-01T00:00:00+00:00")
NTK = Metadata(
    arxiv_id="1806.07572",
    title="Neural Tangent Kernel",
    source="arxiv",
    abstract="Wide networks train like kernels.",
    authors=("Arthur Jacot", "Clément Hongler"),
    categories=("cs.LG", "stat.ML"),
    published="2018-06-20",
    version=4,
    fetched_at="2026-01-02T00:00:00+00:00",
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "kg.db")


def mention(arxiv_id: str = "1806.07572", **others: object) -> Mention:
    return Mention("list.md", 3, ("Kernels",), arxiv_id=arxiv_id, **others)  # type: ignore[arg-type]


def list_paper(store: Store, *mentions: Mention) -> None:
    with store.transaction():
        numbered = [(m, store.identity.ensure_arxiv(m.arxiv_id or "")) for m in mentions]
        touched = store.documents.save(LIST, numbered)
        store.identity.describe(touched)
        store.identity.settle_membership()


def test_a_paper_comes_back_as_it_was_saved(store: Store) -> None:
    list_paper(store, mention(remark="read first", urls=("https://arxiv.org/abs/1806.07572",), authors=("Jacot",)))
    assert store.metadata.save([NTK]) == 1
    store.topics.replace([TopicNode("kernels", "Kernels")], {"1806.07572": ["kernels"]}, "2026-01-01")
    (paper,) = store.papers.get(["1806.07572"])
    assert (paper.title, paper.abstract, paper.version) == (NTK.title, NTK.abstract, 4)
    assert [author.name for author in paper.authors] == ["Arthur Jacot", "Clément Hongler"]
    assert [author.id for author in paper.authors] == ["arthur-jacot", "clement-hongler"]
    assert paper.categories == ("cs.LG", "stat.ML")
    assert paper.topics == (Topic("kernels", "Kernels"),)
    assert paper.url == "https://arxiv.org/abs/1806.07572"
    assert paper.listed_in[0].remark == "read first"
    assert paper.listed_in[0].paper == "1806.07572"
    assert paper.listed_in[0].authors == ("Jacot",)


def test_saving_the_same_again_changes_nothing(store: Store) -> None:
    store.metadata.save([NTK])
    states = store.state("texts"), store.state("relations")
    assert store.metadata.save([NTK]) == 0
    assert (store.state("texts"), store.state("relations")) == states


def test_facts_never_replace_what_was_fetched(store: Store) -> None:
    store.metadata.save([NTK])
    assert store.metadata.save([Metadata("1806.07572", "A Worse Title", "facts")]) == 0
    (paper,) = store.papers.get(["1806.07572"])
    assert (paper.title, paper.metadata_source) == (NTK.title, "arxiv")


def test_a_source_that_knows_less_erases_nothing(store: Store) -> None:
    store.metadata.save([NTK])
    later = Metadata("1806.07572", NTK.title, "snapshot", fetched_at="2026-02-01T00:00:00+00:00")
    store.metadata.save([later])
    (paper,) = store.papers.get(["1806.07572"])
    assert paper.abstract == NTK.abstract
    assert paper.categories == NTK.categories


def test_what_is_stale_is_asked_and_what_arxiv_did_not_know_waits(store: Store) -> None:
    list_paper(store, mention(), mention("2001.99999"))
    assert store.asks.stale("2026-01-01", "2026-01-01") == ["1806.07572", "2001.99999"]
    store.metadata.save([NTK])
    store.asks.note("arxiv", {"1806.07572": "known", "2001.99999": "unknown"}, "2026-01-02T00:00:00.5+00:00")
    assert store.asks.stale("2026-01-01", "2026-01-01") == []
    assert store.asks.stale("2026-03-01", "2026-01-01") == ["1806.07572"]
    assert store.asks.stale("2026-01-01", "2026-03-01") == ["2001.99999"]
    assert store.asks.undescribed("oai", ("arxiv",), "2026-03-01") == ["2001.99999"]
    assert store.asks.unknown_since("2026-01-01") == ["2001.99999"]


def test_papers_of_no_document_are_not_asked_for_one_by_one(store: Store) -> None:
    store.metadata.save([NTK], bulk=True)
    assert store.asks.stale("2027-01-01", "2027-01-01") == []
    assert store.asks.without_references("s2-references", "2027-01-01", "2027-01-01") == []


def test_states_of_references_are_told_apart(store: Store) -> None:
    list_paper(store, *(mention(f"1806.0000{number}") for number in range(1, 6)))
    ids = [f"1806.0000{number}" for number in range(1, 6)]
    store.asks.note(
        "s2-references", dict(zip(ids, ("known", "none", "withheld", "unknown"), strict=False)), "2026-01-02"
    )
    store.metadata.save(replace(NTK, arxiv_id=id_) for id_ in ids)
    numbers = store.papers.numbers(ids)
    store.citations.replace(numbers[ids[0]], [numbers[ids[1]]], "semantic-scholar")
    states = ["known", "none known", "withheld", "none known", "not asked"]
    assert [store.asks.references_of(id_) for id_ in ids] == states
    assert store.asks.references() == {"known": 1, "none known": 2, "withheld": 1, "not asked": 1}
    assert store.asks.without_references("s2-references", "2026-01-01", "2026-01-01") == [ids[4]]
    assert store.asks.without_references("openalex-references", "2026-01-01", "2026-01-01") == ids[1:]


def test_references_of_one_source_replace_only_its_own(store: Store) -> None:
    a, b, c = (store.identity.ensure_arxiv(f"1806.0000{number}") for number in range(1, 4))
    store.citations.add([(a, b)], "e.tsv")
    store.citations.replace(a, [b, c, a], "semantic-scholar")
    store.citations.replace(a, [c], "semantic-scholar")
    references, _ = store.citations.of("1806.00001")
    assert {(one.id, one.sources) for one in references} == {
        ("1806.00002", ("e.tsv",)),
        ("1806.00003", ("semantic-scholar",)),
    }


def test_a_cited_work_is_known_by_each_of_its_names_and_kept_apart(store: Store) -> None:
    with store.transaction():
        book = store.cited.ensure(Reference(doi="10.1/X", names=("s2:ab",), title="A Book of Kernels", year=2001))
        assert store.cited.ensure(Reference(names=("s2:ab", "openalex:w1"))) == book
        assert store.cited.ensure(Reference(doi="10.1/x")) == book
        assert store.cited.ensure(Reference(title="Only a Remark and No Name")) is None
    assert store.cited.unknown(["openalex:w1", "openalex:w2"]) == ["openalex:w2"]
    assert store.papers.counts()["cited_only"] == 1
    list_paper(store, mention("1803.03635"))
    store.metadata.save([replace(NTK, arxiv_id="1803.03635", title="Wide Networks Train like Kernels")])
    titled = Reference(title="Wide networks train like kernels", year=2019)
    assert store.cited.ensure(titled) == store.papers.numbers(["1803.03635"])["1803.03635"]
    assert store.cited.ensure(replace(titled, year=1990)) is None


def test_what_services_say_anew_is_noted(store: Store) -> None:
    list_paper(store, mention())
    store.metadata.save([replace(NTK, version=1)])
    assert store.changes.after(0) == []
    later = replace(NTK, version=2, title="Renamed", withdrawn=True, comment="withdrawn", fetched_at="2026-02-01")
    store.metadata.save([later])
    found = [(change.what, change.before, change.after) for change in store.changes.after(0)]
    assert found == [("version", "v1", "v2"), ("withdrawn", None, "withdrawn"), ("title", NTK.title, "Renamed")]
    store.metadata.save([later])
    assert store.changes.after(store.changes.last()) == []


def test_a_library_of_the_first_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    db = Database(tmp_path / "kg.db")
    migrations.apply(db, stop_before="m002_routes")
    db.execute("INSERT INTO papers (id, arxiv_id, asked_at, fetched_at) VALUES ('a', 'a', '2026-01-01', '2026-01-01')")
    db.execute("INSERT INTO papers (id, arxiv_id, asked_at) VALUES ('b', 'b', '2026-01-02')")
    db.execute("INSERT INTO papers (id, asked_at) VALUES ('w', '2026-01-03')")
    db.conn.commit()
    db.close()
    with Store(tmp_path / "kg.db") as store:
        query = "SELECT id, route, answer, asked_at FROM asks JOIN papers ON number = paper ORDER BY id"
        assert store._db.execute(query).fetchall() == [
            ("a", "arxiv", "known", "2026-01-01"),
            ("b", "arxiv", "unknown", "2026-01-02"),
            ("w", "arxiv-title", "unknown", "2026-01-03"),
        ]


def test_a_work_merged_into_another_keeps_its_names_mentions_and_citations(store: Store) -> None:
    work = Mention("list.md", 1, title="Neural Tangent Kernel", doi="10.1/ntk", authors=("Jacot",))
    with store.transaction():
        old = store.identity.ensure_work("neural-tangent-kernel-1234", work)
        store.identity.add_aliases(old, ["title:neural tangent kernel"])
        store.identity.describe(store.documents.save(LIST, [(work, old)]))
        new, other = store.identity.ensure_arxiv("1806.07572"), store.identity.ensure_arxiv("1811.03962")
        store.citations.add([(other, old), (old, new)], "file")
        store.fulltext.refresh()
        store.identity.merge(old, new)
        store.identity.settle_membership()
        store.fulltext.refresh()
    assert store.identity.find("neural-tangent-kernel-1234") == "1806.07572"
    assert store.identity.number("title:neural tangent kernel") == new
    assert store.papers.get(["neural-tangent-kernel-1234"]) == []
    assert store.papers.get(["1806.07572"])[0].listed_in[0].line == 1
    assert store.papers.get(["1806.07572"])[0].doi == "10.1/ntk"
    assert store.citations.all() == [("1811.03962", "1806.07572", "file")]
    assert store.fulltext.search(Terms(("tangent",)), Scope(everything=True)) == []


def test_what_documents_say_describes_a_paper_until_a_service_does(store: Store) -> None:
    list_paper(store, mention(title="NTK, as the list calls it", year=2018, authors=("Jacot",)))
    (paper,) = store.papers.get(["1806.07572"])
    assert (paper.title, paper.published, paper.metadata_source) == ("NTK, as the list calls it", "2018", "document")
    list_paper(store, mention(title="NTK, corrected in the list", authors=("Hongler",)))
    (paper,) = store.papers.get(["1806.07572"])
    assert (paper.title, paper.published, paper.authors[0].name) == ("NTK, corrected in the list", None, "Hongler")
    store.metadata.save([NTK])
    list_paper(store, mention(title="Another nickname"))
    assert store.papers.get(["1806.07572"])[0].title == NTK.title


def test_a_paper_that_no_list_holds_any_more_is_kept_apart(store: Store) -> None:
    list_paper(store, mention())
    store.metadata.save([NTK])
    with store.transaction():
        store.documents.save(LIST, [])
        store.identity.settle_membership()
    assert store.papers.counts()["papers"] == 0
    assert store.papers.counts()["cited_only"] == 1
    assert store.papers.get(["1806.07572"])[0].title == NTK.title


def test_full_text_follows_changes(store: Store) -> None:
    list_paper(store, mention(remark="a seminal remark"))
    store.metadata.save([NTK])
    store.fulltext.refresh()
    for word in ("tangent", "kernels", "jacot", "seminal"):
        assert len(store.fulltext.search(Terms((word,)), Scope())) == 1, word
    list_paper(store, mention(remark="another word"))
    store.fulltext.refresh()
    assert store.fulltext.search(Terms(("seminal",)), Scope()) == []


def test_a_hit_in_the_title_counts_for_more_than_one_in_the_abstract(store: Store) -> None:
    papers = [("2001.00001", "On rest", "kernels and rest"), ("2001.00002", "Kernels", "of rest and rest")]
    list_paper(store, *(mention(name) for name, _, _ in papers))
    store.metadata.save([Metadata(name, title, "arxiv", abstract=abstract) for name, title, abstract in papers])
    store.fulltext.refresh()
    ranked = store.fulltext.search(Terms(("kernels",)), Scope(), 10)
    ids = store.papers.ids([number for number, _ in ranked])
    assert [ids[number] for number, _ in ranked] == ["2001.00002", "2001.00001"]


def test_snippets_mark_the_hits(store: Store) -> None:
    list_paper(store, mention())
    store.metadata.save([NTK])
    store.fulltext.refresh()
    number = store.papers.numbers(["1806.07572"])["1806.07572"]
    assert store.fulltext.snippets(Terms(("kernels",)), [number]) == {number: "Wide networks train like [[kernels]]."}
    assert store.fulltext.snippets(Terms(("tangent",)), [number]) == {}


@pytest.mark.parametrize(
    ("filter_", "passes"),
    [
        (Filter("author", "jacot"), True),
        (Filter("author", "Hongler Clement"), True),
        (Filter("author", "clement-hongler"), True),
        (Filter("author", "jac"), False),
        (Filter("title", "tangent kernel"), True),
        (Filter("title", "kernel tangent"), False),
        (Filter("title", "!!!"), False),
        (Filter("year", "2018"), True),
        (Filter("year", "2017..2018"), True),
        (Filter("year", "2019.."), False),
        (Filter("year", "2018", negated=True), False),
        (Filter("year", "2017", negated=True), True),
        (Filter("cat", "cs.lg"), True),
        (Filter("cat", "stat"), True),
        (Filter("cat", "c"), False),
        (Filter("cat", "%"), False),
        (Filter("list", "my-list"), True),
        (Filter("list", "LIST"), True),
        (Filter("list", "other"), False),
        (Filter("topic", "kernels"), False),
        (Filter("id", "arXiv:1806.07572v2"), True),
        (Filter("id", "1811.03962"), False),
    ],
)
def test_filters(store: Store, filter_: Filter, passes: bool) -> None:
    list_paper(store, mention())
    store.metadata.save([NTK])
    store.fulltext.refresh()
    assert bool(store.fulltext.filtered(Scope((filter_,)))) is passes


def test_vectors_are_kept_by_text_and_model(store: Store) -> None:
    list_paper(store, mention())
    store.metadata.save([NTK])
    (key,) = store.vectors.missing("m")
    assert store.vectors.texts([key]) == {key: "Neural Tangent Kernel. Wide networks train like kernels."}
    store.vectors.add("m", [key], np.ones((1, 3), dtype=np.float32))
    assert store.vectors.missing("m") == []
    assert len(store.vectors.missing("other")) == 1
    ((numbers, vectors),) = store.vectors.of_papers("m")
    assert vectors.shape == (1, 3)
    assert store.papers.ids(numbers) == {numbers[0]: "1806.07572"}


def test_citations_are_counted_once_and_never_to_oneself(store: Store) -> None:
    a, b = store.identity.ensure_arxiv("1806.07572"), store.identity.ensure_arxiv("1811.03962")
    assert store.citations.add([(a, b), (a, b), (a, a)], "file") == 1
    assert store.citations.add([(a, b)], "file") == 0
    assert store.citations.of("1806.07572") == ((Neighbour("1811.03962", None, None, ("file",)),), ())
    assert store.citations.of("1811.03962") == ((), (Neighbour("1806.07572", None, None, ("file",)),))


@pytest.mark.parametrize(
    ("state", "change"),
    [
        ("relations", lambda s: s.identity.ensure_arxiv("1811.03962")),
        ("relations", lambda s: s.citations.add([(1, 2)], "another file")),
        ("relations", lambda s: s.documents.save(LIST, [(mention(), 2)])),
        ("relations", lambda s: s.documents.save(replace(LIST, title="Renamed"), [(mention(), 1)])),
        ("relations", lambda s: s.documents.remove(LIST.location)),
        ("relations", lambda s: s.metadata.save([replace(NTK, authors=("Ann Bee",))])),
        ("relations", lambda s: s.metadata.save([replace(NTK, categories=("cs.AI",))])),
        ("relations", lambda s: s.metadata.save([replace(NTK, title="Renamed")])),
        ("texts", lambda s: s.metadata.save([replace(NTK, abstract="Rewritten.")])),
        ("texts", lambda s: s.vectors.add("m", ["another"], np.ones((1, 3), dtype=np.float32))),
        ("texts", lambda s: (s.documents.remove(LIST.location), s.identity.settle_membership())),
    ],
)
def test_every_change_that_matters_is_counted(store: Store, state: str, change: Callable[[Store], object]) -> None:
    list_paper(store, mention(), mention("2001.99999"))
    store.metadata.save([NTK])
    before = store.state(state)
    change(store)
    assert store.state(state) > before


def test_two_lists_of_one_title_have_ids_of_their_own(store: Store) -> None:
    store.documents.save(LIST, [])
    store.documents.save(Document("b.md", "/lists/b.md", "My List", "hash", "2026"), [])
    first, second = (found.id for found in store.documents.lists())
    assert {first, second} > {"my-list"}
    assert first != second


def test_sources_are_remembered_once(store: Store) -> None:
    for _ in range(2):
        store.documents.add_source(Source("list.md", "/lists/list.md"), "2026")
    assert store.documents.sources() == [Source("list.md", "/lists/list.md")]


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "kg.db").write_text("this is not a database, it only looks like a file" * 100)
    with pytest.raises(StorageError, match=r"kg\.db"):
        Store(tmp_path / "kg.db")


def test_a_database_of_a_newer_kg_is_refused(tmp_path: Path) -> None:
    import sqlite3

    Store(tmp_path / "kg.db").close()
    connection = sqlite3.connect(tmp_path / "kg.db")
    connection.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('kg', 'm999_x', '')")
    connection.commit()
    connection.close()
    with pytest.raises(StorageError, match="newer"):
        Store(tmp_path / "kg.db")


def test_a_library_of_an_older_kg_is_not_read_as_it_is(tmp_path: Path) -> None:
    import sqlite3

    Store(tmp_path / "kg.db").close()
    connection = sqlite3.connect(tmp_path / "kg.db")
    connection.execute("UPDATE _sqlite_migrations SET name = 'm000_first' WHERE name = 'm001_tables'")
    connection.commit()
    connection.close()
    with pytest.raises(StorageError, match="newer"):
        Store(tmp_path / "kg.db", read_only=True)


def test_reading_makes_no_file_and_cannot_write(tmp_path: Path) -> None:
    store = Store(tmp_path / "kg.db", read_only=True)
    assert store.in_memory
    assert list(tmp_path.iterdir()) == []
    Store(tmp_path / "kg.db").close()
    with Store(tmp_path / "kg.db", read_only=True) as store, pytest.raises(DatabaseError, match="readonly"):
        store.identity.ensure_arxiv("1806.07572")


def test_a_snapshot_never_replaces_what_arxiv_said_of_the_same_version(store: Store) -> None:
    store.metadata.save([NTK])
    older = replace(NTK, title="Old title", source="snapshot", fetched_at="2026-05-01T00:00:00+00:00")
    assert store.metadata.save([older], bulk=True) == 0
    assert store.metadata.save([replace(older, title="New title", version=5)], bulk=True) == 1


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    def fail_midway() -> None:
        with store.transaction():
            store.identity.ensure_arxiv("1806.07572")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail_midway()
    assert store.papers.get(["1806.07572"]) == []

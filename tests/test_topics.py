"""Topics of a library: a tree of headings, communities of the rest, ids that stay, and what moved."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.topics import parents_of, path_of
from kg.grouping import group
from kg.papers import Mention, Metadata, TopicNode
from kg.refresh import Options, refresh
from kg.store import Store
from tests.conftest import open_library

SUBJECTS = ("Sparse tickets", "Tangent kernels", "Mirror descent")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "kg.db") as opened:
        yield opened


def add(store: Store, subject: str, numbers: range) -> None:
    """Papers in the library whose titles name a subject, each citing the ones before."""
    records = [
        Metadata(
            f"{2000 + SUBJECTS.index(subject)}.{n:05}",
            f"{subject} in case {n}",
            "file",
            published=f"{2015 + n % 3 * 2}-01-01",
        )
        for n in numbers
    ]
    store.metadata.save(records)
    ids = [record.arxiv_id for record in records]
    store._db.execute(f"UPDATE papers SET in_library = 1 WHERE id IN ({','.join('?' * len(ids))})", ids)
    known = sorted(id_ for id_ in store.papers.all_ids() if id_.startswith(ids[0][:5]))
    found = store.papers.numbers(known)
    store.citations.add([(found[a], found[b]) for a in ids for b in known if a > b], "test")


def labels(store: Store) -> dict[str, str]:
    return {topic.id: topic.label for topic in store.topics.all()}


def mention(paper: str, *section: str) -> Mention:
    return Mention("l", 1, section, paper=paper)


def test_a_path_of_headings_is_a_path_of_topics() -> None:
    assert [topic.label for topic in path_of(("1. Theory", "Kernels", "Kernels: 2019"))] == ["Theory", "Kernels"]
    assert [topic.label for topic in path_of(("My List", "Others", "papers at ICML 2018"), {"my list"})] == []


def test_the_parent_of_a_topic_is_the_heading_above_it() -> None:
    assert parents_of([mention("a", "Theory", "Kernels"), mention("b", "Kernels")]) == {"kernels": "theory"}
    assert parents_of([mention("a", "Theory", "Kernels"), *(mention(p, "Kernels") for p in "bcd")]) == {}
    assert parents_of([mention("a", "Tools", "Kernels"), *(mention(p, "Theory", "Kernels") for p in "bc")]) == {
        "kernels": "theory"
    }


def test_headings_above_one_another_make_no_circle() -> None:
    mentions = [mention("a", "A1", "B1"), mention("b", "B1", "A1"), mention("c", "A1", "B1", "C1", "A1")]
    parents = parents_of(mentions)
    for topic in parents:
        above, line = parents.get(topic), [topic]
        while above:
            assert above not in line
            line.append(above)
            above = parents.get(above)


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_few_papers_without_headings_or_edges_have_no_topic(store: Store, count: int) -> None:
    store.metadata.save([Metadata(f"2000.{n:05}", f"Title {n}", "file") for n in range(count)])
    store._db.execute("UPDATE papers SET in_library = 1")
    group(store, None, "2026-01-01")
    assert store.topics.all() == []


def test_communities_are_named_and_keep_ids_and_names_when_papers_come(store: Store) -> None:
    for subject in SUBJECTS[:2]:
        add(store, subject, range(12))
    group(store, None, "2026-01-01")
    first = labels(store)
    assert first == {"sparse-tickets": "Sparse tickets", "tangent-kernels": "Tangent kernels"}
    assert {topic.source for topic in store.topics.all()} == {"communities"}
    state = store.state("relations")
    group(store, None, "2026-01-02")
    assert (labels(store), store.state("relations"), store.topics.are_fresh()) == (first, state, True)
    add(store, SUBJECTS[1], range(12, 16))
    add(store, SUBJECTS[2], range(12))
    assert not store.topics.are_fresh()
    group(store, None, "2026-01-03")
    assert labels(store) == {**first, "mirror-descent": "Mirror descent"}
    assert store.changes.moved_after(0) == 0


def test_an_id_that_was_used_is_never_given_to_another_topic(store: Store) -> None:
    add(store, SUBJECTS[0], range(12))
    store.topics.replace([TopicNode("sparse-tickets", "Sparse tickets", None, "communities")], {}, "2026-01-01")
    store.topics.replace([], {}, "2026-01-02")
    assert store.topics.retired() == {"sparse-tickets": "communities"}
    group(store, None, "2026-01-03")
    assert labels(store) == {"sparse-tickets-2": "Sparse tickets"}


def test_moves_are_noted_and_told_apart_from_what_services_said(store: Store) -> None:
    add(store, SUBJECTS[0], range(3))
    one, two = TopicNode("one", "One"), TopicNode("two", "Two")
    papers = store.papers.all_ids()
    store.topics.replace([one, two], {papers[0]: ["one"], papers[1]: ["two"]}, "2026-01-01")
    store.topics.replace([one, two], {papers[0]: ["two"], papers[1]: ["one", "two"], papers[2]: ["one"]}, "2026-01-02")
    assert (store.changes.moved_after(0), store.changes.after(0)) == (1, [])


def test_a_paper_counts_for_every_topic_above_its_own(store: Store) -> None:
    add(store, SUBJECTS[0], range(3))
    papers = store.papers.all_ids()
    nodes = [TopicNode("b", "B", "a"), TopicNode("a", "A"), TopicNode("c", "C", "b")]
    store.topics.replace(nodes, {papers[0]: ["b"], papers[1]: ["c"], papers[2]: ["a"]}, "2026-01-01")
    assert {topic.id: (topic.papers, topic.parent) for topic in store.topics.all()} == {
        "a": (3, None),
        "b": (2, "a"),
        "c": (1, "b"),
    }
    assert len(store.topics.papers("b")) == 2
    (paper,) = store.papers.get([papers[1]])
    assert [topic.id for topic in paper.topics] == ["c"]


def test_the_timeline_has_every_year(store: Store) -> None:
    add(store, SUBJECTS[0], range(6))
    store.topics.replace([TopicNode("a", "A")], {paper: ["a"] for paper in store.papers.all_ids()}, "2026-01-01")
    found = [(at.year, at.papers) for at in store.topics.timeline("a")]
    assert found == [(2015, 2), (2016, 0), (2017, 2), (2018, 0), (2019, 2)]
    assert store.topics.timeline("nothing") == []


def test_a_heading_renamed_keeps_its_id_and_one_that_comes_back_has_it_again(tmp_path: Path) -> None:
    path = tmp_path / "list.md"
    entries = "".join(f"- [Paper number {n}](https://arxiv.org/abs/2001.{n:05})\n" for n in range(1, 5))

    def read(text: str) -> dict[str, str | None]:
        path.write_text(text, encoding="utf-8")
        library = open_library(tmp_path / "data")
        refresh(library, Options((str(path),), offline=True), lambda *_: None, lambda _: None)
        found = {topic.id: f"{topic.label} < {topic.parent}" for topic in library.topics()}
        library.close()
        return found

    assert read(f"# List\n\n## Nets\n\n### Kernels\n\n{entries}") == {
        "kernels": "Kernels < nets",
        "nets": "Nets < None",
    }
    assert read(f"# List\n\n## Nets\n\n### Kernel methods\n\n{entries}")["kernels"] == "Kernel methods < nets"
    assert "kernels" not in read("# List\n\n## Nets\n\nnothing\n")
    assert "nets" in read(f"# List\n\n## Nets\n\n{entries}")


def test_papers_that_no_word_joins_have_no_topic(store: Store) -> None:
    """Citations alone hold them together: there is no name for what they are about."""
    words = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta")
    store.metadata.save([Metadata(f"2001.{n:05}", word, "file") for n, word in enumerate(words, start=1)])
    store._db.execute("UPDATE papers SET in_library = 1")
    numbers = list(store.papers.numbers(store.papers.all_ids()).values())
    store.citations.add([(one, other) for one in numbers for other in numbers if one > other], "test")
    group(store, None, "now")
    assert store.topics.all() == []

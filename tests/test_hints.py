"""Filters that name nothing in the library say so, and what may have been meant."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.filters import Filter
from kg.papers import Metadata, TopicNode
from kg.store import Store
from search.hints import hints
from tests.test_store import list_paper, mention

PAPER = Metadata(
    "1905.00001",
    "Lakes",
    "arxiv",
    authors=("Yoshua Bengio", "Ann Bee"),
    categories=("cs.LG", "stat.ML"),
    fetched_at="2026",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "kg.db") as store:
        list_paper(store, mention())
        store.metadata.save([PAPER], bulk=True)
        node = TopicNode("neural-networks", "Neural networks")
        store.topics.replace([node], {"1905.00001": ["neural-networks"]}, "2026-01-01")
        yield store


@pytest.mark.parametrize(
    ("filter_", "note"),
    [
        (Filter("author", "Bengyo"), 'No author is called "Bengyo". Did you mean author:Bengio?'),
        (
            Filter("author", "Joshua Bengio"),
            'No author is called "Joshua Bengio". Did you mean author:"Yoshua Bengio"?',
        ),
        (Filter("author", "Xyzzy"), 'No author is called "Xyzzy".'),
        (Filter("cat", "cs.LQ", negated=True), 'No paper is in the category "cs.LQ". Did you mean cat:cs.LG?'),
        (
            Filter("topic", "neural netwroks"),
            'No topic is called "neural netwroks". Did you mean topic:neural-networks?',
        ),
        (Filter("list", "xyzzy"), 'No list is called "xyzzy".'),
        (Filter("id", "9999.99999"), 'No paper has the id "9999.99999".'),
        (Filter("topic", "x" * 400), f'No topic is called "{"x" * 60}…".'),
    ],
)
def test_a_name_of_nothing_is_told(store: Store, filter_: Filter, note: str) -> None:
    assert hints(store, [filter_, filter_]) == (note,)


@pytest.mark.parametrize(
    "filter_",
    [
        Filter("author", "bengio"),
        Filter("author", "ann-bee"),
        Filter("cat", "CS"),
        Filter("cat", "stat.ML"),
        Filter("topic", "Neural networks"),
        Filter("id", "arXiv:1905.00001v2"),
        Filter("title", "nothing is called so"),
        Filter("year", "1900"),
    ],
)
def test_what_there_is_needs_no_hint(store: Store, filter_: Filter) -> None:
    assert hints(store, [filter_]) == ()

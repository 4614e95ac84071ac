"""The query language: anything is a query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.filters import MOST_FILTERS, Filter, Scope, Terms, parse_years
from kg.store import Store
from search.query import MOST_WORDS, Query, parse


def test_words_phrases_exclusions_and_filters() -> None:
    query = parse('wide "gradient descent" -vision author:"Ann Bee" year:2018..2020 -cat:cs.CV -"deep space"')
    assert query == Query(
        Terms(words=("wide",), phrases=("gradient descent",), excluded=("vision", "deep space")),
        filters=(
            Filter("author", "Ann Bee"),
            Filter("year", "2018..2020"),
            Filter("cat", "cs.CV", negated=True),
        ),
    )
    assert query.text == "wide gradient descent"


def test_a_quoted_word_is_a_word_and_curly_quotes_are_quotes() -> None:
    assert parse('"kernel"').terms.words == ("kernel",)
    assert parse("“neural tangent”").terms.phrases == ("neural tangent",)


@pytest.mark.parametrize(
    ("text", "words", "note"),
    [
        ('the "tangent kernel', ("the", "tangent", "kernel"), "partner"),
        ("colour:red nets", ("colour", "red", "nets"), "colour"),
        ("year:soon nets", ("year", "soon", "nets"), "year:soon"),
        ("author: nets", ("author", "nets"), "author"),
        ("word " * 100, ("word",) * MOST_WORDS, "long"),
    ],
)
def test_what_is_not_understood_is_searched_as_words_and_noted(text: str, words: tuple[str, ...], note: str) -> None:
    query = parse(text)
    assert query.terms.words == words
    assert note in query.notes[0]


def test_a_url_is_no_filter() -> None:
    assert parse("https://arxiv.org/abs/1806.07572").notes == ()


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2019", (2019, 2019)),
        ("2018..2020", (2018, 2020)),
        ("2018-2020", (2018, 2020)),
        ("2018..", (2018, 9999)),
        ("..2020", (0, 2020)),
        ("..", None),
        ("19", None),
        ("20182020", None),
    ],
)
def test_years(text: str, years: tuple[int, int] | None) -> None:
    assert parse_years(text) == years


def test_filters_read_as_they_are_written() -> None:
    assert str(Filter("author", "Ann Bee", negated=True)) == '-author:"Ann Bee"'


def test_filters_are_bounded() -> None:
    query = parse("year:2019 " * 100)
    assert len(query.filters) == MOST_FILTERS
    assert "filters" in query.notes[0]


def test_category_is_another_word_for_cat() -> None:
    assert parse("category:cs.LG").filters == (Filter("cat", "cs.LG"),)


@given(st.text(max_size=200))
def test_any_text_is_a_query_that_sqlite_understands(text: str) -> None:
    query = parse(text)
    with Store(None) as store:
        store.fulltext.search(query.terms, Scope(query.filters))
        store.fulltext.filtered(Scope(query.filters), query.terms)
        store.fulltext.snippets(query.terms, [1])

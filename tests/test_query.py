"""The query language: anything is a query."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.filters import MOST_FILTERS, Filter, Scope, Terms, parse_years
from kg.store import Store
from search.query import MOST_NOTES, MOST_WORDS, Query, parse


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
        ("a:1 b:2 nets", ("a", "1", "b", "2", "nets"), "a: is no filter"),
        ('author:"" nets', ("author", "nets"), "author: has no value"),
        ("topic:!!! nets", ("topic", "nets"), "topic:!!!"),
        ("wide NOT nets", ("wide", "NOT", "nets"), "-word"),
        (f"list:{'x' * 600} nets", ("list", "x" * 600, "nets"), "longer than 500"),
        (f'"{"a b " * 50}"', ("a", "b") * 32, "more than 64 words"),
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
        (">2018", (2019, 9999)),
        (">= 2018", (2018, 9999)),
        ("<2018", (0, 2017)),
        ("≤2018", (0, 2018)),
        ("2018–2020", (2018, 2020)),
        ("2020...2018", (2018, 2020)),
        (">", None),
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


@pytest.mark.parametrize(
    "text",
    [
        "AND OR NEAR ^wide* +nets (of) {kernels} title [x]",
        "NEAR(wide nets)",
        "wide OR nets",
        "NOT NOW",
        "A - B",
        ": ( ) * ^ + -",
    ],
)
def test_operators_of_others_are_plain_words(text: str) -> None:
    query = parse(text)
    assert (query.filters, query.notes, query.terms.phrases, query.terms.excluded) == ((), (), (), ())
    assert " ".join(query.terms.words).count("OR") == text.count("OR")


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("AUTHOR:bee Year:2019", (Filter("author", "bee"), Filter("year", "2019"))),
        ("ａｕｔｈｏｒ：bee", (Filter("author", "bee"),)),
        ("author:“Ann Bee”", (Filter("author", "Ann Bee"),)),
        ("title:«wide nets»", (Filter("title", "wide nets"),)),
        ("−author:bee", (Filter("author", "bee", negated=True),)),
        ("(author:bee, -cat:cs.CV)", (Filter("author", "bee"), Filter("cat", "cs.CV", negated=True))),
        ('-author:"Ann Bee"', (Filter("author", "Ann Bee", negated=True),)),
    ],
)
def test_filters_as_people_type_them(text: str, filters: tuple[Filter, ...]) -> None:
    assert parse(text) == Query(Terms(), filters)


def test_names_of_papers_are_no_filters_of_that_name() -> None:
    assert [parse(text).notes for text in ("arXiv:1806.07572", "doi:10.1/x", "http://a.b/c")] == [(), (), ()]


def test_notes_are_few_and_short() -> None:
    query = parse(" ".join(f"{'ab'[place % 2] * (place + 1)}:x" for place in range(300)))
    assert len(query.notes) == MOST_NOTES + 1
    assert query.notes[-1].startswith("29")
    assert max(map(len, query.notes)) < 200


def test_what_is_said_beside_filters() -> None:
    assert parse('wide "deep nets" year:2019 -vision').said == 'wide "deep nets" -vision'


def test_category_is_another_word_for_cat() -> None:
    assert parse("category:cs.LG").filters == (Filter("cat", "cs.LG"),)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.text(max_size=200))
def test_any_text_is_a_query_that_sqlite_understands(text: str) -> None:
    query = parse(text)
    with Store(None) as store:
        store.fulltext.search(query.terms, Scope(query.filters))
        store.fulltext.filtered(Scope(query.filters), query.terms)
        store.fulltext.snippets(query.terms, [1])

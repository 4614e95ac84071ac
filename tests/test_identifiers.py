"""arXiv ids and DOIs in every form; keys of titles."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.identifiers import (
    ArxivId,
    arxiv_id_of_url,
    arxiv_ids_in_text,
    month_of,
    parse_arxiv_id,
    parse_doi,
    slug,
    title_key,
    work_id,
)


@pytest.mark.parametrize(
    "text",
    [
        "1806.07572",
        " 1806.07572v3 ",
        "arXiv:1806.07572",
        "ARXIV: 1806.07572v12",
        "https://arxiv.org/abs/1806.07572",
        "http://www.arxiv.org/abs/1806.07572v2?context=cs",
        "https://arxiv.org/pdf/1806.07572",
        "https://arxiv.org/pdf/1806.07572v1.pdf#page=3",
        "https://arxiv.org/html/1806.07572/",
        "https://export.arxiv.org/abs/1806.07572",
        "https://ar5iv.labs.arxiv.org/html/1806.07572",
        "https://ar5iv.org/abs/1806.07572",
        "https://www.alphaxiv.org/overview/1806.07572v4",
        "https://huggingface.co/papers/1806.07572",
        "https://www.semanticscholar.org/arxiv/1806.07572",
        "https://api.semanticscholar.org/arXiv:1806.07572",
        "https://scirate.com/arxiv/1806.07572",
        "10.48550/arXiv.1806.07572",
        "https://doi.org/10.48550/ARXIV.1806.07572",
        "18\u200b06.07572",
    ],
)
def test_every_usual_form_is_one_id(text: str) -> None:
    found = parse_arxiv_id(text)
    assert found is not None
    assert found.base == "1806.07572"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hep-th/9901001v2", ArxivId("hep-th/9901001", 2)),
        ("math.GT/0309136", ArxivId("math/0309136")),
        ("HEP-TH/9901001", ArxivId("hep-th/9901001")),
        ("https://arxiv.org/abs/hep-th%2F9901001", ArxivId("hep-th/9901001")),
        ("10.48550/arXiv.hep-th/9901001", ArxivId("hep-th/9901001")),
        ("cond-mat/9712318", ArxivId("cond-mat/9712318")),
        ("0704.0001", ArxivId("0704.0001")),
        ("1501.00001", ArxivId("1501.00001")),
    ],
)
def test_old_ids_and_versions(text: str, expected: ArxivId) -> None:
    assert parse_arxiv_id(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2017.00024",  # the tail of a DOI
        "10.3389/fncom.2017.00024",
        "1313.12345",  # no month
        "1412.12345",  # five digits before 2015
        "1501.1234",  # four after 2014
        "0703.0001",  # before the scheme
        "1806.075720",
        "hep-th/9913001",
        "hepth/9901001",
        "foo/9901001",
        "1806.07572v0",
        "https://arxiv.org/a/warner_s_1",
        "https://arxiv.org/list/cs.LG/recent",
        "https://example.org/abs/1806.07572",
        "https://[broken/abs/1806.07572",
        "neural tangent kernel",
    ],
)
def test_what_is_no_id_is_none(text: str) -> None:
    assert parse_arxiv_id(text) is None


def test_ids_in_running_text_need_a_mark() -> None:
    text = "CoRR abs/1706.03762 and arXiv preprint arXiv:1806.07572v2, not 1904.11955 or 10.3389/x.2017.00024"
    assert [found.base for found, _, _ in arxiv_ids_in_text(text)] == ["1706.03762", "1806.07572"]


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("https://doi.org/10.1073/PNAS.1903070116", "10.1073/pnas.1903070116"),
        ("doi:10.1016/0370-2693(88)91603-6.", "10.1016/0370-2693(88)91603-6"),
        ("(see 10.1145/3292500.3330701)", "10.1145/3292500.3330701"),
        ("no doi here", None),
        ("10.00000/)", None),
        ("doi:10.1073/pnas.%001903070116", "10.1073/pnas"),
        ("10.1000/x_)*", "10.1000/x"),
    ],
)
def test_dois(text: str, doi: str | None) -> None:
    assert parse_doi(text) == doi


def test_titles_that_differ_in_marks_only_have_one_key() -> None:
    spellings = [
        "Schrödinger's {Cat}: A  Re-View",
        "schrodingers cat a re view",
        "SCHRÖDINGER’S CAT — A RE-VIEW!",
    ]
    assert len({title_key(spelling) for spelling in spellings}) == 1
    assert title_key("Are ResNets Provably Better?") != title_key("Are deep ResNets provably better?")


def test_slugs_end_at_a_word_and_ids_of_works_are_stable() -> None:
    assert slug("A Spline Theory of Deep Learning") == "a-spline-theory-of-deep-learning"
    assert slug("word " * 30) == "-".join(["word"] * 12)
    assert work_id("A Title", "title:a title") == work_id("A Title", "title:a title")
    assert work_id("A Title", "doi:10.1/x") != work_id("A Title", "doi:10.1/y")


@pytest.mark.parametrize("text", ["10.1234/" + ")" * 200_000, "arxiv:" * 50_000, "a-b/" * 100_000, "\\x " * 100_000])
def test_long_texts_take_no_time(text: str) -> None:
    start = time.perf_counter()
    parse_arxiv_id(text)
    parse_doi(text)
    list(arxiv_ids_in_text(text))
    title_key(text)
    assert time.perf_counter() - start < 1.0


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    parse_arxiv_id(text)
    arxiv_id_of_url(text)
    parse_doi(text)
    list(arxiv_ids_in_text(text))
    assert "  " not in title_key(text)


@pytest.mark.parametrize(
    ("id_", "month"),
    [
        ("1806.07572", "2018-06"),
        ("hep-th/9901001v2", "1999-01"),
        ("math.GT/0309136", "2003-09"),
        ("a-work-of-its-own", None),
    ],
)
def test_the_month_of_an_id(id_: str, month: str | None) -> None:
    assert month_of(id_) == month


def test_a_doi_is_its_own_doi_whatever_lower_case_makes_of_it() -> None:
    doi = parse_doi("10.1234/" + "İ" * 300)
    assert doi is not None
    assert parse_doi(doi) == doi

"""Written citations: title, authors, venue, year."""

import pytest

from ingest.citations import (
    Citation,
    clean_title,
    looks_like_title,
    parse_citation,
)
from ingest.people import author_and_year, parse_authors
from ingest.venues import full_year, venue_and_year


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "On Nets: A View. Ann Bee, Carl Dee. ICML 2018",
            Citation("On Nets: A View", ("Ann Bee", "Carl Dee"), "ICML", 2018),
        ),
        (
            "Why Nets? Ann Bee and Carl Dee. NIPS'17",
            Citation("Why Nets?", ("Ann Bee", "Carl Dee"), "NIPS", 2017),
        ),
        ("On Nets. Weinan E, Ann Bee", Citation("On Nets", ("Weinan E", "Ann Bee"), None, None)),
        ("On Nets, a title with no names", Citation("On Nets, a title with no names")),
        (
            "Going deep. Ruiqi Gao et al. Neurips 2019.",
            Citation("Going deep", ("Ruiqi Gao",), "Neurips", 2019),
        ),
    ],
)
def test_citations(text: str, expected: Citation) -> None:
    assert parse_citation(text) == expected


@pytest.mark.parametrize(
    ("text", "authors"),
    [
        ("Ann Bee, Carl van der Dee, and Eve Fox.", ("Ann Bee", "Carl van der Dee", "Eve Fox")),
        ("X.Y. Han, David G.T. Barrett", ("X.Y. Han", "David G.T. Barrett")),
        ("Ann Bee, Ann Bee", ("Ann Bee",)),
        ("we show that wide networks train well", ()),
        ("Key Word: Pruning; Fairness.", ()),
        ("", ()),
    ],
)
def test_authors(text: str, authors: tuple[str, ...]) -> None:
    assert parse_authors(text) == authors


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jacot et al. 2018", (("jacot",), 2018)),
        ("Mei & Montanari, 2019", (("Mei", "Montanari"), 2019)),
        ("ganguli 19", (("ganguli",), 2019)),
        ("Jacot et. al, '18", (("Jacot",), 2018)),
        ("Woodworth...Srebro 2019", (("Woodworth", "Srebro"), 2019)),
        ("reviewer argued against this", ((), None)),
        ("deep learning in high dimensions 2019", ((), None)),
    ],
)
def test_author_and_year(text: str, expected: tuple[tuple[str, ...], int | None]) -> None:
    assert author_and_year(text) == expected


def test_small_things() -> None:
    assert venue_and_year("*ICLR 2022*") == ("ICLR", 2022)
    assert venue_and_year("Some Journal, 1998") == (None, 1998)
    assert [full_year(text) for text in ("2019", "19", "98")] == [2019, 2019, 1998]
    assert clean_title("  - 12. “On Nets.” ") == "On Nets"
    assert clean_title("Why Nets?") == "Why Nets?"
    assert looks_like_title("On the power of wide nets")
    assert not looks_like_title("lottery ticket")
    assert not looks_like_title("jacot and friends et al. 2018")

"""Which printed names are one author's: every rule, and what keeps it from joining too much."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.authorship import Authors, joined, shown_name
from graph.names import agree, parse, spelt_out, spoken

ZED = "Zora Quist"  # a co-author whom nobody resembles


def of(*papers: str) -> Authors:
    """The authors of papers, each written as `Ann Bee; Carl Dee`."""
    return joined([(paper.split("; "), ["cs.XY"]) for paper in papers])


def together(one: str, other: str, shared: str = ZED, more: tuple[str, ...] = ()) -> bool:
    """Whether two names, each on a paper with the same co-author, are joined."""
    ids = of(f"{one}; {shared}", f"{other}; {shared}", *more).ids
    return ids[one] == ids[other]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("José García", "Jose Garcia"),
        ("Jörg Müller", "Joerg Mueller"),
        ("Jörg Müller", "Jorg Muller"),
        ("Søren Ødum", "Soren Odum"),
        ("Søren Ødum", "Soeren Oedum"),
        ("Karl Weiß", "Karl Weiss"),
        ("Łukasz Bąk", "Lukasz Bak"),
        ("ANN BEE", "Ann Bee"),
        ("Jean-Luc Bee", "Jean Luc Bee"),
        ("J.M. Bee", "J. M. Bee"),
        ("JM Bee", "J. M. Bee"),
        ("J.-M. Bee", "J. M. Bee"),
        ("Ann van der Bee", "Ann Van Der Bee"),
        ("García, José", "José García"),
        ("King, Martin, Jr.", "Martin King Jr."),
        ("Jörg K&#xfc;gel", "Jörg Kügel"),
        (r"J\"org K\"{u}gel", "Jörg Kügel"),
        ("Ann Bee (1 and 2)", "Ann Bee"),
    ],
)
def test_one_name_in_two_spellings_needs_no_evidence(one: str, other: str) -> None:
    ids = of(f"{one}; Eve Fox", f"{other}; Gus Hay").ids
    assert ids[one] == ids[other]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Xiaoming Li", "Xiao-Ming Li"),
        ("David Bee", "David A. Bee"),
        ("David Bee", "David Alan Bee"),
        ("David A. Bee", "David Alan Bee"),
        ("J. García", "José García"),
        ("J. García", "José M. García"),
        ("J. M. García", "José María García"),
        ("J. M. García", "José García"),
        ("J.-L. Bee", "Jean-Luc Bee"),
        ("J. L. Bee", "Jean-Luc Bee"),
        ("J. Bee", "Jean-Luc Bee"),
        ("J.-W. Bee", "Jiawei Bee"),
        ("J. Bee", "J. A. Bee"),
        ("T. Müller", "Thomas Müller"),
        ("John Bee", "John Bee Jr."),
    ],
)
def test_a_name_with_less_of_it_needs_a_shared_coauthor(one: str, other: str) -> None:
    assert together(one, other)
    ids = of(f"{one}; Eve Fox", f"{other}; Gus Hay").ids
    assert ids[one] != ids[other]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("J. A. Bee", "John B. Bee"),
        ("J. Bee", "Ann Bee"),
        ("John Bee", "Jane Bee"),
        ("Bob Bee", "Robert Bee"),
        ("Jean Bee", "Jean-Luc Bee"),
        ("J.-W. Bee", "Jun Bee"),
        ("H. Francis Bee", "Han Bee"),
        ("Bee", "Ann Bee"),
        ("A. Bee", "A. Dee"),
        ("Bee et al.", "Ann Bee"),
        ("John Bee Jr.", "John Bee III"),
        ("John Bee Jr.", "John Bee Sr."),
        ("Wang Wei", "Wei Wang"),
        ("Ling Xue", "Ling Xu"),
        ("José García", "José García López"),
        ("The ATLAS Collaboration", "ATLAS Collaboration"),
        ("A. Collaboration", "Atlas Collaboration"),
        ("Ann B", "Ann Bee"),
    ],
)
def test_names_that_differ_are_never_joined(one: str, other: str) -> None:
    assert not together(one, other)


def test_a_shared_coauthor_may_be_printed_with_an_initial() -> None:
    ids = of("J. García; Z. Quist", "José García; Zora Quist").ids
    assert ids["J. García"] == ids["José García"]
    assert ids["Z. Quist"] == ids["Zora Quist"]


def test_an_initial_that_fits_several_is_joined_to_the_only_one_with_evidence() -> None:
    ids = of("J. Bee; Zora Quist", "John Bee; Zora Quist", "Jane Bee; Eve Fox").ids
    assert ids["J. Bee"] == ids["John Bee"] != ids["Jane Bee"]


def test_an_initial_with_evidence_for_several_stays_apart() -> None:
    ids = of("J. Bee; Zora Quist", "John Bee; Zora Quist", "Jane Bee; Zora Quist").ids
    assert len({ids[name] for name in ("J. Bee", "John Bee", "Jane Bee")}) == 3


def test_two_that_contradict_are_not_joined_through_a_third() -> None:
    ids = of("J. A. Bee; Zora Quist", "J. B. Bee; Zora Quist", "John Bee; Zora Quist").ids
    assert len({ids[name] for name in ("J. A. Bee", "J. B. Bee", "John Bee")}) == 3


def test_all_spellings_of_one_are_joined() -> None:
    names = ("J. Bee", "J. A. Bee", "John Bee", "John A. Bee", "John Alan Bee")
    assert len({of(*(f"{name}; Zora Quist" for name in names)).ids[name] for name in names}) == 1


def test_two_names_on_one_paper_are_two_people() -> None:
    ids = of("J. Bee; John Bee; Zora Quist", "John Bee; Zora Quist").ids
    assert ids["J. Bee"] != ids["John Bee"]
    ids = of("Jörg Müller; Joerg Mueller").ids
    assert len(set(ids.values())) == 2


def test_a_name_that_is_twice_on_a_paper_is_joined_to_none() -> None:
    ids = of("Wei Bee; Wei Bee; Zora Quist", "W. Bee; Zora Quist").ids
    assert ids["W. Bee"] != ids["Wei Bee"]


def test_a_common_coauthor_says_too_little() -> None:
    others = tuple(f"{first}{second}o Quist" for first in "Z" for second in ("a", "e", "i", "o", "u", "aa", "ee", "oo"))
    assert together("J. Bee", "John Bee", "Z. Quist")
    assert not together("J. Bee", "John Bee", "Z. Quist", others)


def test_every_paper_of_a_common_name_needs_a_tie() -> None:
    more = ("Jane Bee", "Jill Bee", "Jack Bee")
    assert together("J. Bee", "John Bee", more=more)
    assert not together("J. Bee", "John Bee", more=(*more, "J. Bee; Eve Fox"))
    assert together("J. Bee", "John Bee", more=(*more, "J. Bee; Eve Fox", "J. Bee; Eve Fox; Zora Quist"))


def test_papers_of_many_authors_say_nothing() -> None:
    crowd = "; ".join(f"Ann {letter}{other}oz" for letter in "BCDFGH" for other in "aeiou")
    assert not together("J. Bee", "John Bee", crowd)


def test_in_a_large_library_a_rare_name_and_subject_are_enough() -> None:
    words = [f"{a}{b}{c}{d}" for a in "bcdfghjklm" for b in "aeiou" for c in "bcdfghjklm" for d in "aeiou"]
    crowd = [((f"{given.title()} {word.title()}",), ("cs.LG",)) for given in words[:8] for word in words]
    rare = [(("J. Zzyzx",), ("math.QA",)), (("John Zzyzx",), ("math.QA",))]
    for papers, same in ((rare, False), ([*crowd, *rare], True), ([*crowd, *rare, (("Jane Zzyzx",), ())], False)):
        ids = joined(papers).ids
        assert (ids["J. Zzyzx"] == ids["John Zzyzx"]) is same
    ids = joined([*crowd, rare[0], (("John Zzyzx",), ("math.AG",))]).ids
    assert ids["J. Zzyzx"] != ids["John Zzyzx"]


def test_the_name_shown_is_full_used_by_most_and_has_accents() -> None:
    assert shown_name({"J. García": 9, "Jose Garcia": 3, "José García": 1, "José M. García": 1}) == "José García"
    assert shown_name({"J. Bee": 9}) == "J. Bee"
    assert shown_name({"García, José": 1}) == "José García"


def test_the_id_is_the_slug_of_the_name_shown_and_tells_the_rule() -> None:
    found = of("J. García; Zora Quist", "José García; Zora Quist", "José García")
    assert found.ids["J. García"] == "jose-garcia"
    assert found.names["jose-garcia"] == "José García"
    assert found.rules == {"j-garcia": "initials"}


def test_parts_of_names() -> None:
    assert parse("Bee") is None
    assert parse("for the XYZ Collaboration") is None
    name = parse("Jean-Luc van der Bee Jr.")
    assert name is not None
    assert (name.family, name.suffix, [part.text for part in name.given]) == ("vanderbee", "jr", ["jean", "luc"])
    assert spelt_out("Ann Bee") is None
    assert spoken("(1)") == "(1)"


NAMES = [
    f"{given} {family}"
    for given in ("J.", "J. A.", "J. B.", "John", "John A.", "Jane", "J. Anna", "Jean-Luc", "JL", "Jörg", "Joerg")
    for family in ("Bee", "Müller", "Mueller", "Bee Jr.")
] + ["Bee", "Müller, John", "The Bee Collaboration", "Zora Quist", "Z. Quist", "Eve Fox", "E. Fox", ""]
PAPERS = st.lists(st.lists(st.sampled_from(NAMES), max_size=5), max_size=14)


@settings(max_examples=300, deadline=None)
@given(PAPERS, st.randoms(use_true_random=False))
def test_the_order_of_papers_makes_no_difference(papers: list[list[str]], chance: random.Random) -> None:
    shuffled = [chance.sample(names, len(names)) for names in chance.sample(papers, len(papers))]
    assert joined((names, ()) for names in papers) == joined((names, ()) for names in shuffled)


@settings(max_examples=300, deadline=None)
@given(PAPERS)
def test_what_is_joined_never_contradicts(papers: list[list[str]]) -> None:
    found = joined((names, ()) for names in papers)
    for names in papers:
        keys = {spoken(name).lower().replace("ü", "u").replace("ö", "o") for name in names}
        assert len({found.ids[name] for name in names}) >= len(keys) - 2 * names.count("")
    for one in found.ids:
        for other in found.ids:
            first, second = parse(spoken(one)), parse(spoken(other))
            if one != other and found.ids[one] == found.ids[other] and first and second and "ue" not in one + other:
                assert agree(first, second) or {first.given[0].text, second.given[0].text} == {"jorg", "joerg"}


@settings(max_examples=200, deadline=None)
@given(PAPERS)
def test_every_name_has_an_author_and_every_author_a_name(papers: list[list[str]]) -> None:
    found = joined((names, ()) for names in papers)
    assert set(found.ids) == {name for names in papers for name in names}
    assert set(found.ids.values()) == set(found.names)
    assert set(found.rules).isdisjoint(found.names)
    assert {spoken(name) for name in found.ids} >= set(found.names.values())


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_read_as_a_name_or_none(text: str) -> None:
    parse(spoken(text))
    spelt_out(text)
    assert joined([((text,), ())]).ids.keys() == {text}

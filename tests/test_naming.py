"""Names of topics: phrases of titles that people would use."""

import pytest

from graph.naming import names_of
from graph.phrases import key_of, phrases_of

TICKETS = [
    "Lottery Tickets in Wide Nets",
    "Finding lottery tickets early",
    "When do Lottery Tickets Transfer?",
    "Lottery ticket pruning without pain",
]
KERNELS = [
    "Neural tangent kernels for everyone",
    "A Neural Tangent Kernel of Depth Two",
    "The neural-tangent kernel, revisited",
    "Beyond the Neural Tangent Kernel",
]


def test_a_group_is_named_by_the_phrase_that_its_titles_share() -> None:
    names = names_of([[0, 1, 2, 3], [4, 5, 6, 7]], TICKETS + KERNELS, [])
    assert names == ["Lottery tickets", "Neural tangent kernels"]


def test_capitals_are_those_of_running_text() -> None:
    titles = ["Bayesian Optimization at Home", "Fast Bayesian Optimization", "Bayesian Optimization, Slowly"]
    texts = ["We do Bayesian optimization, as Bayesian people do.", "More on Bayesian optimization."]
    assert names_of([[0, 1, 2]], titles, texts) == ["Bayesian optimization"]


def test_no_two_names_are_alike_and_none_is_taken() -> None:
    titles = TICKETS + TICKETS + TICKETS
    groups = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    names = names_of(groups, titles, [], taken=["lottery tickets"])
    assert "Lottery tickets" not in names
    names = names_of([*groups, [12, 13, 14, 15]], titles + KERNELS, [])
    assert len({name.casefold() for name in names if name}) == len([name for name in names if name])
    assert {"Lottery tickets", "Neural tangent kernels"} <= set(names)


@pytest.mark.parametrize(
    "titles", [[""], ["", ""], ["the of and"], ["$x^2$"], ["深度学习"], ["1 2 3"], ["\ud800 x"], ["a" * 5000]]
)
def test_titles_that_have_nothing_in_common_give_no_name(titles: list[str]) -> None:
    assert names_of([list(range(len(titles)))], titles, []) == [""]


def test_nothing_to_name() -> None:
    assert names_of([], [], []) == []
    assert phrases_of([], 1).words == []


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("Kernels", "kernel"),
        ("theories", "theory"),
        ("loss", "loss"),
        ("Zipf's", "zipf"),
        ("bias", "bias"),
        ("boxes", "box"),
    ],
)
def test_a_word_is_the_same_in_any_case_and_number(word: str, key: str) -> None:
    assert key_of(word) == key


def test_a_compound_is_the_same_without_its_hyphen_and_keeps_its_little_words() -> None:
    words = phrases_of(["Few-shot learning", "Few shot things", "few-shot learning, again"], 2).words
    assert ("few", "shot", "learning") in words
    assert ("mixture", "of", "expert") in phrases_of(["Mixture of experts", "A mixture of experts"], 2).words


def test_names_are_the_same_every_time() -> None:
    groups = [[0, 1, 4], [2, 3, 5], [6, 7]]
    assert names_of(groups, TICKETS + KERNELS, TICKETS) == names_of(groups, TICKETS + KERNELS, TICKETS)

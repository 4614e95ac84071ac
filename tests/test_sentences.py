"""Sentences of abstracts, and what each is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.sentences import ROLES, of_role, role_of, sentences

ABSTRACT = (
    "Training deep networks remains a difficult problem, e.g. in low precision. Existing approaches often need many "
    "labels. We propose a new method based on random features by A. Lee et al. that trains faster. Experiments on two "
    "benchmarks show that it outperforms the state of the art by 3.5 points."
)


def test_sentences_end_where_they_do() -> None:
    assert [sentence[:12] for sentence in sentences(ABSTRACT)] == [
        "Training dee",
        "Existing app",
        "We propose a",
        "Experiments ",
    ]
    assert sentences("") == []
    assert sentences("no end") == ["no end"]


@pytest.mark.parametrize(
    ("role", "starts"), [("background", ["Training", "Existing"]), ("method", ["We"]), ("result", ["Experiments"])]
)
def test_each_role_has_its_sentences(role: str, starts: list[str]) -> None:
    assert [sentence.split()[0] for sentence in of_role(ABSTRACT, role)] == starts


@given(st.text(max_size=300), st.floats(0, 1))
def test_any_text_has_a_role_and_no_word_is_lost(text: str, place: float) -> None:
    assert role_of(text, place) in ROLES
    assert "".join(" ".join(sentences(text)).split()) == "".join(text.split())
    assert sorted(s for role in ROLES for s in of_role(text, role)) == sorted(sentences(text))

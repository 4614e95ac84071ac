"""The examples of a question for related papers: what text, index and graph say of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from graph.facts import fact, fact_of_votes
from graph.relatedness import SIGNALS
from graph.signals import Signal, Values, graph_signals
from graph.tables import Places
from graph.votes import NEAREST, VOTERS, Votes, electorate, neighbours
from kg.arrays import without
from kg.sentences import ROLES, of_role
from search.likeness import Likeness, likeness

if TYPE_CHECKING:
    from graph.tables import Tables
    from search.question import Sides

_POOL = 200  # nearest papers by text, and best by words, that each example puts forward
_MOST_SHARED = 5  # words that are told
_MOST_SAID = 90  # characters of a sentence that are told


@dataclass(slots=True)
class Exemplar:
    """A paper (by its number) or a draft (None) that answers should be like, or unlike.

    `text` is what it is compared by; `part` are the sentences of one role, with `role` its name, where they were asked
    for. `signals` are filled as they become known.
    """

    number: int | None
    text: Likeness
    part: Likeness | None = None
    said: str = ""
    votes: Votes | None = None
    signals: dict[str, Signal] = field(default_factory=dict)

    def nearest(self, among: Places | None) -> Places:
        """Numbers of the papers that its text puts forward."""
        found = [likeness.nearest(_POOL, among) for likeness in (self.text, self.part) if likeness]
        return np.unique(np.concatenate(found))

    def compare(self, numbers: Places, by: str) -> None:
        """Let its text say how like these papers are to it: the signals of texts."""
        compared: dict[str, Callable[[Places], Values]] = {"text": self.text.cosines, "keywords": self.text.by_words}
        if self.part is not None:
            compared["sentences"] = self.part.cosines
        for name, values in compared.items():
            if name in SIGNALS[by]:
                self.signals[name] = numbers, values(numbers)

    def fact(self, tables: Tables | None, signal: str, number: int, value: float) -> str:
        """Why it is related to a paper by that signal."""
        if signal == "text":
            return f"texts alike: cosine {value:.2f}"
        if signal == "sentences":
            return f"like “{self.said}”: cosine {value:.2f}"
        if signal == "keywords":
            return self._keywords(number)
        assert tables is not None  # every other signal is the graph's
        if signal == "neighbours" and self.votes is not None:
            return fact_of_votes(tables, self.votes, number)
        return fact(tables, signal, self.number or 0, number)

    def _keywords(self, number: int) -> str:
        whole = "the title" if self.number is not None else "the draft"
        words = ", ".join(self.text.shared_words(number, _MOST_SHARED))
        return f"shares words of {whole}: {words}" if words else f"shares words of {whole}"


def of_paper(
    sides: Sides, tables: Tables | None, number: int, title: str, abstract: str | None, by: str, left_out: Places
) -> Exemplar:
    """A paper of the library as an example."""
    semantic = sides.semantic
    vector = semantic.index.vector(number) if semantic else None
    exemplar = Exemplar(number, likeness(sides, title, vector, left_out))
    if tables is not None:
        told = graph_signals(tables, number)
        exemplar.signals = {name: signal for name, signal in told.items() if name in SIGNALS[by]}
    _complete(exemplar, sides, tables, abstract or "", by, left_out)
    return exemplar


def of_draft(sides: Sides, tables: Tables | None, text: str, by: str, left_out: Places) -> Exemplar:
    """A draft's text as an example: nothing is known of it but what it says."""
    semantic = sides.semantic
    vector = semantic.encoder.query(text) if semantic else None
    exemplar = Exemplar(None, likeness(sides, text, vector, left_out))
    _complete(exemplar, sides, tables, text, by, left_out)
    return exemplar


def _complete(exemplar: Exemplar, sides: Sides, tables: Tables | None, text: str, by: str, left_out: Places) -> None:
    """Add the sentences of a role, and the votes of the neighbours, where they are asked for."""
    if by in ROLES and (found := of_role(text, by)):
        said = " ".join(found)
        vector = sides.semantic.encoder.query(said) if sides.semantic else None
        exemplar.part = likeness(sides, said, vector, left_out)
        exemplar.said = said if len(said) <= _MOST_SAID else said[:_MOST_SAID].rpartition(" ")[0] + " …"
    if "neighbours" in SIGNALS[by] and tables is not None and len(tables.citing):
        citing = _likest(exemplar.text, without(tables.citing, left_out), VOTERS)
        cited = _likest(exemplar.text, without(tables.cited, left_out), NEAREST)
        exemplar.votes = electorate(tables, citing, cited, left_out)
        exemplar.signals["neighbours"] = neighbours(tables, exemplar.votes)


def _likest(text: Likeness, among: Places, most: int) -> Signal:
    """The papers of these that are most like a text, by meaning and words, with how like they are, best first."""
    numbers = text.nearest(most, among)
    scores = text.both(numbers)
    best = np.argsort(-scores, kind="stable")[:most]
    return numbers[best], scores[best]

"""The examples of a question for related papers: what text, index and graph say of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from search.likeness import Likeness, LikenessOfPassages, likeness

if TYPE_CHECKING:
    from graph.tables import Tables
    from kg.drafts.prose import Passage
    from kg.store.vectors import Matrix
    from search.question import Sides

_POOL = 200  # nearest papers by text, and best by words, that each example puts forward
_MOST_SHARED = 5  # words that are told
_MOST_SAID = 90  # characters of a sentence that are told


@dataclass(slots=True)
class Exemplar:
    """A paper (by its number) or a draft (None) that answers should be like, or unlike.

    `text` is what it is compared by; `passages` are a draft's. `part` are the sentences of one role, with `said` in
    their words, where they were asked for. `signals` are filled as they become known.
    """

    number: int | None
    text: LikenessOfPassages
    passages: Sequence[Passage] = ()
    part: Likeness | None = None
    said: str = ""
    votes: Votes | None = None
    signals: dict[str, Signal] = field(default_factory=dict)

    def nearest(self, among: Places | None) -> Places:
        """Numbers of the papers that its text puts forward."""
        found = self.text.nearest(_POOL, among)
        return np.union1d(found, self.part.nearest(_POOL, among)) if self.part else found

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
            return f"texts alike: cosine {value:.2f}" + self._lines(" to the draft's ", number)
        if signal == "sentences":
            return f"like “{self.said}”: cosine {value:.2f}"
        if signal == "keywords":
            return self._keywords(number)
        assert tables is not None  # every other signal is the graph's
        if signal == "neighbours" and self.votes is not None:
            return fact_of_votes(tables, self.votes, number)
        return fact(tables, signal, self.number or 0, number)

    def _keywords(self, number: int) -> str:
        whole = "the title" if self.number is not None else self._lines("the draft's ", number, True) or "the draft"
        passage = self.text.passages[self.text.nearest_passage(number, by_words=True)]
        words = ", ".join(passage.shared_words(number, _MOST_SHARED))
        return f"shares words of {whole}: {words}" if words else f"shares words of {whole}"

    def _lines(self, before: str, number: int, by_words: bool = False) -> str:
        """The lines of the passage that a paper is like; nothing where there is only one passage."""
        if len(self.passages) < 2:
            return ""
        passage = self.passages[self.text.nearest_passage(number, by_words)]
        several = f"lines {passage.first} to {passage.last}"
        return before + (several if passage.last > passage.first else f"line {passage.first}")


def of_paper(
    sides: Sides, tables: Tables | None, number: int, title: str, abstract: str | None, by: str, left_out: Places
) -> Exemplar:
    """A paper of the library as an example."""
    semantic = sides.semantic
    vector = semantic.index.vector(number) if semantic else None
    exemplar = Exemplar(number, LikenessOfPassages([likeness(sides, title, vector, left_out)]))
    if tables is not None:
        told = graph_signals(tables, number)
        exemplar.signals = {name: signal for name, signal in told.items() if name in SIGNALS[by]}
    _complete(exemplar, sides, tables, abstract or "", by, left_out)
    return exemplar


def of_draft(sides: Sides, tables: Tables | None, passages: Sequence[Passage], by: str, left_out: Places) -> Exemplar:
    """A draft as an example: nothing is known of it but what it says, in one passage or several."""
    vectors = _vectors(sides, [passage.text for passage in passages])
    parts = [likeness(sides, p.text, vector, left_out) for p, vector in zip(passages, vectors, strict=True)]
    exemplar = Exemplar(None, LikenessOfPassages(parts), passages)
    _complete(exemplar, sides, tables, passages[0].text, by, left_out)  # the first, as roles are those of abstracts
    return exemplar


def _vectors(sides: Sides, texts: Sequence[str]) -> Sequence[Matrix | None]:
    """The vector (d,) of each text; several, as parts of one document, are encoded as documents are, all at once."""
    if sides.semantic is None:
        return [None] * len(texts)
    encoder = sides.semantic.encoder
    return [encoder.query(texts[0])] if len(texts) == 1 else list(encoder.documents(texts))


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


def _likest(text: LikenessOfPassages, among: Places, most: int) -> Signal:
    """The papers of these that are most like a text, by meaning and words, with how like they are, best first."""
    numbers = text.nearest(most, among)
    scores = text.both(numbers)
    best = np.argsort(-scores, kind="stable")[:most]
    return numbers[best], scores[best]

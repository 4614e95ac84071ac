"""Related papers: hands what the index, the keyword side and the graph know to `graph.relatedness`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from graph.relatedness import DRAFT_WEIGHTS, SIGNALS, WEIGHTS, Scored, combine, proposed, value_of
from kg.answers import Reason, RelatedAnswer, RelatedResult, shown
from kg.arrays import places_of, without
from kg.drafts.prose import Passage
from kg.errors import no_papers
from kg.exemplars import Exemplar, of_draft, of_paper
from kg.filters import Related, Scope
from kg.sentences import ROLES
from search.facets import facets
from search.hints import hints
from search.results import opening

if TYPE_CHECKING:
    from graph.tables import Places, Tables
    from kg.library import Library
    from kg.papers import Paper
    from kg.store import Store
    from search.question import Sides


@dataclass(frozen=True, slots=True)
class Relating:
    """A question for related papers, as far as it was worked out: the examples, and all papers scored."""

    wanted: Sequence[Exemplar]
    unwanted: Sequence[Exemplar]
    scored: Scored
    tables: Tables | None
    weights: dict[str, float]


def known(library: Library, question: Related) -> Related:
    """The question with its papers' ids in place of the names that it has for them.

    :raises NotFound: some of them are not in the library; all of these are named.
    """
    named = (*question.papers, *question.unwanted, *question.excluded)
    ids = {name: library.store.identity.find(name) for name in named}
    if unknown := [name for name, id_ in ids.items() if id_ is None]:
        raise no_papers(unknown)
    papers, unwanted, excluded = (
        tuple(found for name in names if (found := ids[name]))
        for names in (question.papers, question.unwanted, question.excluded)
    )
    return replace(question, papers=papers, unwanted=unwanted, excluded=excluded)


def related(library: Library, question: Related) -> RelatedAnswer:
    """Papers like the examples and unlike the unwanted ones, in scope; never one of them, nor another form of it.

    :raises NotFound: one of the papers is not in the library.
    """
    question = known(library, question)
    sides = sides_for(library, question.by)
    return page_of(library, sides, relate(sides, library.parts.graph(), question), question)[0]


def page_of(
    library: Library, sides: Sides, found: Relating, question: Related
) -> tuple[RelatedAnswer, Sequence[Paper]]:
    """The page of the papers scored that a question asks for, and these papers."""
    store = library.store
    if not len(found.scored.numbers) and question.by == "all":
        return _anything(store, question, _notes(sides, found, question))
    scored = _sorted(store, found.scored, question.sort)
    page = slice(question.offset, question.offset + question.limit)
    ids = store.papers.ids(scored.numbers[page].tolist())
    papers = store.papers.get(list(ids.values()))
    of_id = {paper.id: paper for paper in papers}
    strongest = [_Strongest(some, scored.numbers[page]) for some in (found.wanted, found.unwanted)]
    results = [
        _result(found, strongest, scored, place, number, of_id[ids[number]])
        for place, number in enumerate(scored.numbers[page].tolist(), start=question.offset)
        if number in ids
    ]
    counted = facets(store, sides.columns, scored.numbers)
    return RelatedAnswer(tuple(results), len(scored.numbers), _notes(sides, found, question), counted), papers


def relate(
    sides: Sides,
    tables: Tables | None,
    question: Related,
    unseen: Places | None = None,
    passages: Sequence[Passage] = (),
) -> Relating:
    """Score every paper that some signal puts forward; the papers of the question are ids of the library.

    Papers `unseen` (numbers) are treated as if the library did not have them. A draft is either the question's text,
    compared as it is, or these `passages`.
    """
    store = sides.store
    left_out = _left_out(store, (*question.papers, *question.unwanted))
    if unseen is not None:
        left_out = np.union1d(left_out, unseen)
    wanted = _of_papers(sides, tables, question.papers, question.by, left_out)
    if question.text is not None:
        passages = [Passage(question.text)]
    if passages:
        wanted.append(of_draft(sides, tables, passages, question.by, left_out))
    unwanted = _of_papers(sides, tables, question.unwanted, question.by, left_out)
    allowed = without(_allowed(store, tables, question.scope), left_out)
    if question.excluded:
        allowed = without(allowed, _left_out(store, question.excluded))
    numbers = proposed([exemplar.signals for exemplar in wanted], allowed)
    if "text" in SIGNALS[question.by]:
        among = allowed if question.scope.filters or unseen is not None else None
        nearest = [exemplar.nearest(among) for exemplar in wanted]
        numbers = np.unique(np.concatenate([numbers, *nearest]))
        numbers = numbers[places_of(numbers, allowed)[1]]
        for exemplar in (*wanted, *unwanted):
            exemplar.compare(numbers, question.by)
    weights = dict(WEIGHTS if question.papers else DRAFT_WEIGHTS)
    sums = combine(numbers, [e.signals for e in wanted], [e.signals for e in unwanted], weights)
    return Relating(wanted, unwanted, sums, tables, weights)


def sides_for(library: Library, by: str) -> Sides:
    """What the question is asked of; with the encoder only where texts count."""
    return library.sides(semantic=bool({"text", "neighbours"} & set(SIGNALS[by])))


def _of_papers(sides: Sides, tables: Tables | None, papers: Sequence[str], by: str, left_out: Places) -> list[Exemplar]:
    numbers = sides.store.papers.numbers(list(papers))
    return [
        of_paper(sides, tables, numbers[paper.id], paper.name, paper.abstract, by, left_out)
        for paper in sides.store.papers.get(list(papers))
    ]


def _left_out(store: Store, papers: Sequence[str]) -> Places:
    """Numbers of the question's own papers, and of other forms of them."""
    own = list(store.papers.numbers(list(papers)).values())
    forms = [other for _, other in store.titles.other_forms(own)]
    return np.array(sorted({*own, *forms}), dtype=np.int64)


def _allowed(store: Store, tables: Tables | None, scope: Scope) -> Places:
    """Numbers of the papers that may be answered with, in order."""
    if tables is not None and not scope.filters and tables.manifest.state == store.state("relations"):
        return tables.numbers if scope.everything else tables.members
    return np.array(store.fulltext.passing(scope), dtype=np.int64)


def _sorted(store: Store, scored: Scored, sort: str) -> Scored:
    if sort == "relevance":
        return scored
    order = {number: place for place, number in enumerate(store.fulltext.ordered(scored.numbers.tolist(), sort))}
    places = np.argsort([order[number] for number in scored.numbers.tolist()], kind="stable")
    values = {name: value[places] for name, value in scored.values.items()}
    return Scored(scored.numbers[places], scored.scores[places], values)


def _notes(sides: Sides, found: Relating, question: Related) -> tuple[str, ...]:
    by, notes = question.by, list[str]()
    if not len(found.scored.numbers):
        notes += hints(sides.store, question.scope.filters)
        if by == "citations" and (found.tables is None or not len(found.tables.citing)):
            notes.append("No citations are known here yet: `kg ingest` asks for them.")
    if "text" in SIGNALS[by] and sides.semantic is None:
        notes.append("Nothing is embedded yet: text similarity is left out.")
    if found.tables is None:
        notes.append("There is no graph yet (run `kg ingest`): what papers share is left out.")
    if by in ROLES and not any(exemplar.part for exemplar in found.wanted):
        notes.append(f"No sentence could be told to be about the {by}: the whole texts are compared.")
    return tuple(notes)


def _result(
    found: Relating, strongest: Sequence[_Strongest], scored: Scored, place: int, number: int, paper: Paper
) -> RelatedResult:
    told = {name: float(values[place]) for name, values in scored.values.items() if values[place] or name == "text"}
    reasons = (_reason(found, strongest, name, number, value) for name, value in told.items())
    return RelatedResult(
        **shown(paper),  # type: ignore[arg-type]
        score=float(scored.scores[place]),
        match=_match({name for name, value in told.items() if value > 0}),
        snippet=opening(paper),
        why=tuple(sorted(reasons, key=lambda reason: -abs(reason.contribution))),
    )


def _match(signals: set[str]) -> str:
    """Which side of a search would have found it."""
    if "keywords" not in signals:
        return "semantic"
    return "both" if "text" in signals else "keyword"


class _Strongest:
    """Which of several examples a signal is strongest for, worked out for all papers (n,) of a page at once."""

    def __init__(self, exemplars: Sequence[Exemplar], numbers: Places) -> None:
        self._exemplars, self._numbers = exemplars, numbers
        self._found: dict[str, dict[int, tuple[float, Exemplar]]] = {}

    def of(self, name: str, number: int) -> tuple[float, Exemplar] | None:
        """The value of the signal between a paper of the page and that example; None where there is no example."""
        if not self._exemplars:
            return None
        if name not in self._found:
            nothing = np.zeros(len(self._numbers))
            told = [
                value_of(one.signals[name], self._numbers) if name in one.signals else nothing
                for one in self._exemplars
            ]
            values = np.stack(told)  # (e, n)
            last = len(values) - 1 - values[::-1].argmax(axis=0)  # of equal ones
            self._found[name] = {
                number: (float(values[at, place]), self._exemplars[at])
                for place, (number, at) in enumerate(zip(self._numbers.tolist(), last.tolist(), strict=True))
            }
        return self._found[name][number]


def _reason(found: Relating, strongest: Sequence[_Strongest], name: str, number: int, value: float) -> Reason:
    """One summand, with the fact behind it: that of the example which it is strongest for."""
    weight = found.weights[name]
    if len(found.wanted) == 1 and not found.unwanted:  # the usual question: there is nobody to compare with
        return Reason(name, value, weight, weight * value, found.wanted[0].fact(found.tables, name, number, value))
    wanted, unwanted = (some.of(name, number) for some in strongest)
    before = ""
    if unwanted is not None and (wanted is None or (unwanted[0] > 0 and not wanted[0])):
        wanted, before = unwanted, "unwanted: "
    assert wanted is not None  # a signal is somebody's
    value_there, exemplar = wanted
    return Reason(name, value, weight, weight * value, before + exemplar.fact(found.tables, name, number, value_there))


def _anything(store: Store, question: Related, notes: tuple[str, ...]) -> tuple[RelatedAnswer, Sequence[Paper]]:
    """Where nothing at all is known to relate them: the newest papers in scope, and that fact."""
    why = (Reason("text", 0.0, WEIGHTS["text"], 0.0, "nothing is known to relate them"),)
    left_out = set(_left_out(store, (*question.papers, *question.unwanted, *question.excluded)).tolist())
    numbers = [number for number in store.fulltext.filtered(question.scope) if number not in left_out]
    page = numbers[question.offset : question.offset + question.limit]
    papers = store.papers.get(list(store.papers.ids(page).values()))
    results = (
        RelatedResult(**shown(paper), score=0.0, match="semantic", snippet=opening(paper), why=why)  # type: ignore[arg-type]
        for paper in papers
    )
    counted = facets(store, None, np.array(numbers, dtype=np.int64))
    return RelatedAnswer(tuple(results), len(numbers), notes, counted), papers

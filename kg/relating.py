"""Related papers: hands what the index, the keyword side and the graph know to `graph.relatedness`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from graph.relatedness import SIGNALS, WEIGHTS, Evidence, Ranked, Signal, combine, graph_signals
from kg.answers import Reason, RelatedAnswer, RelatedResult, shown
from kg.filters import Related, Scope, Terms
from kg.papers import Paper
from search.facets import facets
from search.results import opening

if TYPE_CHECKING:
    from kg.library import Library
    from kg.store import Store
    from kg.store.vectors import Matrix
    from search.question import Semantic

_POOL = 200  # nearest papers by text, and best by keyword, that each example puts forward
_MOST_TERMS = 48


@dataclass(slots=True)
class _Example:
    """A paper or a draft that answers should be like, or unlike: its words, its vector, what the graph says."""

    terms: Terms
    vector: Matrix | None
    signals: dict[str, Signal] = field(default_factory=dict)


def related(library: Library, question: Related) -> RelatedAnswer:
    """Papers like the examples and unlike the unwanted ones, in scope; never one of them."""
    store = library.store
    by_text = "text" in SIGNALS[question.by]
    semantic = library.parts.semantic() if by_text else None
    wanted = [_of_paper(library, semantic, paper, question.by) for paper in question.papers]
    if question.text is not None:
        wanted.append(_of_draft(semantic, question.text))
    unwanted = [_of_paper(library, semantic, paper, question.by) for paper in question.unwanted]
    if by_text:
        _add_text_signals(store, semantic, wanted, unwanted)
    leave_out = {*question.papers, *question.unwanted}
    ranked = combine([e.signals for e in wanted], [e.signals for e in unwanted], leave_out)
    ranked = _in_scope(store, ranked, question.scope)
    if not ranked and question.by == "all":
        ranked = _anything(store, leave_out, question.scope)
    page = ranked[question.offset : question.offset + question.limit]
    found = {paper.id: paper for paper in store.papers.get([item.id for item in page])}
    notes = ("Nothing is embedded yet: text similarity is left out.",) if by_text and not semantic else ()
    numbers = store.papers.numbers([item.id for item in ranked])
    columns = library.parts.columns(store.state("relations"))
    counted = facets(store, columns, np.array(list(numbers.values()), dtype=np.int64))
    return RelatedAnswer(tuple(_result(found[item.id], item) for item in page), len(ranked), notes, counted)


def _of_paper(library: Library, semantic: Semantic | None, paper: str, by: str) -> _Example:
    (record,) = library.store.papers.get([paper])
    number = library.store.papers.numbers([paper])[paper]
    vector = semantic.index.vector(number) if semantic else None
    return _Example(_terms(record.name), vector, graph_signals(library.parts.graph(), paper, by))


def _of_draft(semantic: Semantic | None, text: str) -> _Example:
    return _Example(_terms(text), semantic.encoder.query(text) if semantic else None)


def _terms(text: str) -> Terms:
    words = dict.fromkeys(word for word in text.lower().split() if len(word) > 3)
    return Terms(words=tuple(words)[:_MOST_TERMS])


def _add_text_signals(
    store: Store, semantic: Semantic | None, wanted: list[_Example], unwanted: list[_Example]
) -> None:
    """Cosines and BM25 of every candidate to every example, so that their means are true."""
    numbers = set(store.papers.numbers([p for e in wanted for s in e.signals.values() for p in s]).values())
    for example in wanted:
        numbers.update(number for number, _ in store.fulltext.search(example.terms, Scope(), _POOL))
        if semantic and example.vector is not None:
            numbers.update(semantic.index.nearest(example.vector, _POOL)[0].tolist())
    ids = store.papers.ids(numbers)
    for example in (*wanted, *unwanted):
        example.signals["keywords"] = _keywords(store, example.terms, ids)
        if semantic and example.vector is not None:
            example.signals["text"] = _cosines(semantic, example.vector, ids)


def _cosines(semantic: Semantic, vector: Matrix, ids: Mapping[int, str]) -> Signal:
    """Cosine of the embedded texts; what points away counts as unrelated, not as opposed."""
    cosines = semantic.index.cosines(vector, np.array(list(ids), dtype=np.int64))
    return {
        id_: Evidence(max(cosine, 0.0), f"texts alike: cosine {cosine:.2f}")
        for id_, cosine in zip(ids.values(), cosines.tolist(), strict=True)
        if cosine == cosine  # not a paper that is not embedded (NaN)
    }


def _keywords(store: Store, terms: Terms, ids: Mapping[int, str]) -> Signal:
    """BM25 of a title's, or a draft's, words; 1 is the best score that any candidate has."""
    scores = dict(store.fulltext.search(terms, Scope(), among=ids))
    best = max(scores.values(), default=0.0)
    return {
        ids[number]: Evidence(max(score, 0.0) / best, "shares words of the title or draft")
        for number, score in scores.items()
        if best > 0
    }


def _in_scope(store: Store, ranked: list[Ranked], scope: Scope) -> list[Ranked]:
    """Those of the library (a graph may know more) that pass the filters."""
    numbers = store.papers.numbers([item.id for item in ranked])
    passing = set(store.fulltext.filtered(scope, among=numbers.values()))
    return [item for item in ranked if numbers.get(item.id) in passing]


def _anything(store: Store, leave_out: Iterable[str], scope: Scope) -> list[Ranked]:
    """Where nothing at all is known to relate them: the newest papers in scope, and that fact."""
    why = (Reason("text", 0.0, WEIGHTS["text"], 0.0, "nothing is known to relate them"),)
    left_out = set(leave_out)
    ids = store.papers.ids(store.fulltext.filtered(scope)).values()
    return [Ranked(id_, 0.0, why) for id_ in ids if id_ not in left_out]


def _result(paper: Paper, item: Ranked) -> RelatedResult:
    signals = {reason.signal for reason in item.why if reason.value > 0}
    by_word, by_meaning = "keywords" in signals, "text" in signals
    match = ("both" if by_meaning else "keyword") if by_word else "semantic"
    return RelatedResult(
        **shown(paper),  # type: ignore[arg-type]
        score=item.score,
        match=match,
        snippet=opening(paper),
        why=item.why,
    )

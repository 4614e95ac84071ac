"""The question: a query text in, one page of explained results out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kg.answers import SearchAnswer, SearchResult, shown
from kg.filters import Mode, Scope, Search
from kg.papers import Paper
from kg.store import Store
from search.encoder import Encoder
from search.fusion import fuse, zscores
from search.query import Query, parse

if TYPE_CHECKING:
    from search.index import VectorIndex  # FAISS: not for a question of keywords only

# How many candidates each side hands to the fusion; what is further down never reaches a first page.
_POOL = 200
_OPENING = 240  # characters of the abstract shown where no word was hit
_LONGEST_NAME = 2000  # characters; no id, URL or title is longer


@dataclass(frozen=True, slots=True)
class Semantic:
    """The semantic side: an open index and the encoder that its vectors are of."""

    index: VectorIndex
    encoder: Encoder


@dataclass(frozen=True, slots=True)
class _Hit:
    number: int
    score: float
    match: str


def needs_meaning(question: Search) -> bool:
    """Whether the semantic side has anything to say to a question."""
    return question.mode != "keyword" and bool(parse(question.text).terms)


def search(store: Store, semantic: Semantic | None, question: Search) -> SearchAnswer:
    """Answer a question: one page of results, with facets over all of them.

    `semantic` None means that nothing is embedded; a question that needs it says so in the notes. A query
    that is an id, a URL or a title of a paper puts that paper first.
    """
    query = parse(question.text)
    scope = Scope((*query.filters, *question.scope.filters), question.scope.everything)
    notes, mode = list(query.notes), question.mode
    if needs_meaning(question) and semantic is None:
        notes.append("Nothing is embedded yet (run `kg ingest`): searched by keyword only.")
        mode = "keyword"
    if question.text.strip() and not query.terms and not query.filters:
        notes.append("There is no word in the query to search for: this is everything.")
    hits = _hits(store, semantic, query, scope, mode)
    if question.sort != "relevance":
        by_number = {hit.number: hit for hit in hits}
        hits = [by_number[number] for number in store.fulltext.ordered(list(by_number), question.sort)]
    hits = _exact_first(store, question.text, scope, hits)
    page = hits[question.offset : question.offset + question.limit]
    return SearchAnswer(
        results=tuple(_results(store, query, page)),
        count=len(hits),
        notes=tuple(notes),
        facets=store.fulltext.facets([hit.number for hit in hits]),
    )


def matching(store: Store, text: str, scope: Scope) -> list[int]:
    """Numbers of all papers that a query matches by its words and filters, best first; of an id, that paper."""
    query = parse(text)
    scope = Scope((*query.filters, *scope.filters), scope.everything)
    if found := store.identity.find(text) if len(text) <= _LONGEST_NAME else None:
        return store.fulltext.filtered(scope, among=store.papers.numbers([found]).values())
    return [hit.number for hit in _exact_first(store, text, scope, _hits(store, None, query, scope, "keyword"))]


def opening(paper: Paper) -> str:
    """The beginning of a paper's abstract, or else of what a list says of it."""
    remarks = (mention.remark for mention in paper.listed_in if mention.remark)
    text = paper.abstract or next(remarks, "")
    return text if len(text) <= _OPENING else text[:_OPENING].rpartition(" ")[0] + " …"


def _hits(store: Store, semantic: Semantic | None, query: Query, scope: Scope, mode: Mode) -> list[_Hit]:
    if not query.terms:
        return [_Hit(number, 0.0, "keyword") for number in store.fulltext.filtered(scope, query.terms)]
    if mode == "keyword" or semantic is None:
        return [_Hit(n, score, "keyword") for n, score in store.fulltext.search(query.terms, scope)]
    vector = semantic.encoder.query(query.text)
    nearest = dict(semantic.index.nearest(vector, _POOL, _allowed(store, query, scope)))
    if mode == "semantic":
        return [_Hit(number, score, "semantic") for number, score in nearest.items()]
    words = dict(store.fulltext.search(query.terms, scope, _POOL))
    # Both sides score every candidate of both: what one did not put forward may still have its say there.
    words |= dict(store.fulltext.search(query.terms, scope, among=nearest.keys() - words.keys()))
    meaning = nearest | semantic.index.cosines(vector, list(words.keys() - nearest.keys()))
    return _fused(words, meaning)


def _allowed(store: Store, query: Query, scope: Scope) -> list[int] | None:
    """Numbers that the semantic side may answer with; None when all of the index may."""
    narrow = scope.filters or query.terms.phrases or query.terms.excluded
    return store.fulltext.filtered(scope, query.terms) if narrow else None


def _fused(words: dict[int, float], meaning: dict[int, float]) -> list[_Hit]:
    numbers = sorted(words.keys() | meaning.keys())
    by_words = np.array([words.get(number, 0.0) for number in numbers])
    by_meaning = np.array([meaning.get(number, 0.0) for number in numbers])
    near = zscores(by_meaning) > 0
    hits = [
        _Hit(number, float(score), _match(number in words, bool(close)))
        for number, score, close in zip(numbers, fuse(by_words, by_meaning), near, strict=True)
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.number))


def _match(by_word: bool, by_meaning: bool) -> str:
    return ("both" if by_meaning else "keyword") if by_word else "semantic"


def _exact_first(store: Store, text: str, scope: Scope, hits: list[_Hit]) -> list[_Hit]:
    """Put the papers that the whole query names at the top, scored just above the best of the rest.

    What is not in scope is left out here for the last time: the index may know papers that have left.
    """
    named = []
    if text.strip() and len(text) <= _LONGEST_NAME:
        found = store.identity.find(text)
        named = [found] if found else store.identity.with_title(text)
    numbers = list(store.papers.numbers(named).values())
    in_scope = set(store.fulltext.filtered(scope, among=[*numbers, *(hit.number for hit in hits)]))
    best = max((hit.score for hit in hits), default=0.0)
    exact = [_Hit(number, best + 1.0, "exact") for number in numbers if number in in_scope]
    return exact + [hit for hit in hits if hit.number in in_scope and hit.number not in numbers]


def _results(store: Store, query: Query, page: Sequence[_Hit]) -> list[SearchResult]:
    ids = store.papers.ids(hit.number for hit in page)
    papers = {paper.id: paper for paper in store.papers.get(list(ids.values()))}
    snippets = store.fulltext.snippets(query.terms, ids)
    return [
        SearchResult(
            **shown(papers[ids[hit.number]]),  # type: ignore[arg-type]
            score=hit.score,
            match=hit.match,
            snippet=snippets.get(hit.number) or opening(papers[ids[hit.number]]),
        )
        for hit in page
    ]

"""The question: a query text in, one page of explained results out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kg.answers import SearchAnswer
from kg.config import STATIC, model_shown
from kg.errors import ModelError
from kg.filters import Mode, Scope, Search
from kg.store import Store
from search.encoder import Encoder
from search.facets import FacetColumns, facets
from search.fusion import SEMANTIC_WEIGHT, STATIC_WEIGHT, Scores, Spread, fuse
from search.hints import hints, meant, no_such_paper
from search.hits import Hits, exact_first
from search.keywords import KeywordScores, Numbers, keyword_scores
from search.naming import named
from search.query import Query, parse
from search.results import results

if TYPE_CHECKING:
    from search.layered import Index
    from search.postings import Postings

# How many candidates each side hands to the fusion, at least; what is further down never reaches a first page.
_POOL = 200
_NEAR = 1.0  # deviations above the library's mean cosine, from which the semantic side has found a paper


@dataclass(frozen=True, slots=True)
class Semantic:
    """The semantic side: an open index and the encoder that its vectors are of.

    `instead_of` is the model of the settings, where the index of another one still answers.
    """

    index: Index
    encoder: Encoder
    instead_of: str | None = None

    @property
    def weight(self) -> float:
        """How much more the fusion counts meaning than words."""
        return STATIC_WEIGHT if self.encoder.name.startswith(STATIC) else SEMANTIC_WEIGHT


@dataclass(frozen=True, slots=True)
class Sides:
    """What a question is asked of.

    Without postings FTS5 scores words, without columns SQL counts facets, without the semantic side only words count:
    nothing is embedded, or its model `fails`.
    """

    store: Store
    postings: Postings | None = None
    columns: FacetColumns | None = None
    semantic: Semantic | None = None
    fails: bool = False


def needs_meaning(question: Search) -> bool:
    """Whether the semantic side has anything to say to a question."""
    return question.mode != "keyword" and bool(parse(question.text).terms)


def search(sides: Sides, question: Search) -> SearchAnswer:
    """Answer a question: one page of results, with facets over all of them.

    A question that needs the semantic side where nothing is embedded says so in the notes. A query that is an id,
    a URL or a title of a paper puts that paper first.
    """
    store, query = sides.store, parse(question.text)
    sides = _answering(sides, query, question)
    hits = _ranked(sides, query, question)
    # Where something is found, every filter names something, but those that only exclude.
    filters = (f for f in (*query.filters, *question.scope.filters) if f.negated or not len(hits))
    shown = tuple(results(store, query, hits.part(question.offset, question.limit)))
    return SearchAnswer(
        results=shown,
        count=len(hits),
        notes=_notes(query, question, sides, bool(hits.exact), hints(store, filters)),
        facets=facets(store, sides.columns, hits.numbers),
        meant=None if question.offset else meant(question.text, shown),
    )


def ranking(sides: Sides, question: Search) -> Hits:
    """All that a question finds, in its order; nothing is looked up of the papers."""
    query = parse(question.text)
    return _ranked(_answering(sides, query, question), query, question)


def _answering(sides: Sides, query: Query, question: Search) -> Sides:
    """The sides that can answer: words alone where the model cannot be loaded, unless only meaning is asked for."""
    if sides.semantic is None or question.mode != "hybrid" or not query.terms:
        return sides
    try:
        sides.semantic.encoder.query(query.text)  # the encoder remembers it
    except ModelError:
        return replace(sides, semantic=None, fails=True)
    return sides


def _ranked(sides: Sides, query: Query, question: Search) -> Hits:
    scope = Scope((*query.filters, *question.scope.filters), question.scope.everything)
    mode = question.mode if sides.semantic else "keyword"
    hits = _hits(sides, query, scope, mode, max(question.limit, _POOL))
    if question.sort != "relevance":
        hits = hits.ordered(sides.store.fulltext.ordered(hits.numbers.tolist(), question.sort))
    return exact_first(named(sides.store, question.text, query, scope), hits)


def matching(sides: Sides, text: str, scope: Scope) -> list[int]:
    """Numbers of all papers that a query matches by its words and filters, best first; of an id, that paper."""
    query = parse(text)
    scope = Scope((*query.filters, *scope.filters), scope.everything)
    first = named(sides.store, text, query, scope)
    if first and sides.store.identity.find(text):
        return first
    return [int(number) for number in exact_first(first, _hits(sides, query, scope, "keyword")).numbers]


def _notes(query: Query, question: Search, sides: Sides, is_name: bool, of_filters: tuple[str, ...]) -> tuple[str, ...]:
    """What the user should know; where the text is the name of a paper, not what it would mean as a query."""
    notes = [] if is_name else [*query.notes, *of_filters, *no_such_paper(question.text)]
    if sides.fails:
        notes.append("The model cannot be loaded (`kg search --mode semantic` says why): searched by keyword only.")
    elif sides.semantic is None and question.mode != "keyword" and query.terms:
        notes.append("Nothing is embedded yet (run `kg ingest`): searched by keyword only.")
    if sides.semantic and sides.semantic.instead_of:
        notes.append(
            f"The library is embedded by {model_shown(sides.semantic.encoder.name)}, and the model is now "
            f"{model_shown(sides.semantic.instead_of)}: `kg ingest` embeds it anew."
        )
    if question.text.strip() and not query.terms and not query.filters:
        notes.append("There is no word in the query to search for: this is everything.")
    return tuple(notes)


def _hits(sides: Sides, query: Query, scope: Scope, mode: Mode, pool: int = _POOL) -> Hits:
    if not query.terms:
        return Hits.of_words(np.array(sides.store.fulltext.filtered(scope, query.terms), dtype=np.int64))
    allowed = _allowed(sides.store, query, scope)
    if mode == "semantic" and sides.semantic:
        return _present(sides, _by_meaning(sides.semantic, query, allowed, pool), scope)
    words = keyword_scores(sides.store, sides.postings, query.terms, scope.everything)
    if allowed is not None:
        words = words.among(allowed)
    if mode == "keyword" or sides.semantic is None:
        best, scores = words.ranked()
        return replace(Hits.of_words(best), scores=scores)
    return _present(sides, _fused(sides.semantic, query, words, allowed, pool), scope)


def _present(sides: Sides, hits: Hits, scope: Scope) -> Hits:
    """The hits less those that a stale index still has, and the library has not."""
    if sides.semantic is None or sides.semantic.index.manifest.state == sides.store.state("texts"):
        return hits
    present = sides.store.fulltext.filtered(Scope(everything=scope.everything), among=hits.numbers.tolist())
    return hits.among(np.array(present, dtype=np.int64))


def _allowed(store: Store, query: Query, scope: Scope) -> Numbers | None:
    """Numbers that may be answered with; None when all of the library may."""
    narrow = scope.filters or query.terms.phrases or query.terms.excluded
    return np.array(store.fulltext.passing(scope, query.terms), dtype=np.int64) if narrow else None


def _by_meaning(semantic: Semantic, query: Query, allowed: Numbers | None, pool: int) -> Hits:
    numbers, cosines = semantic.index.nearest(semantic.encoder.query(query.text), pool, allowed)
    nothing, all_ = np.zeros(len(numbers), dtype=bool), np.ones(len(numbers), dtype=bool)
    return Hits(numbers, cosines.astype(np.float64), nothing, all_)


def _fused(semantic: Semantic, query: Query, words: KeywordScores, allowed: Numbers | None, pool: int) -> Hits:
    """Both sides score every candidate of both: what one did not put forward may still have its say there."""
    vector = semantic.encoder.query(query.text)
    nearest, _ = semantic.index.nearest(vector, pool, allowed)
    numbers = np.union1d(words.best(pool), nearest)
    cosines = semantic.index.cosines(vector, numbers).astype(np.float64)
    by_words = words.of(numbers)
    spread = Spread(*semantic.index.spread(vector))
    # A paper that is not embedded is taken to be as near as papers are on average.
    by_meaning = spread.zscores(np.where(np.isnan(cosines), spread.mean, cosines))
    scores: Scores = fuse(words.spread.zscores(by_words), by_meaning, semantic.weight)
    best = np.argsort(-scores, kind="stable")
    return Hits(numbers[best], scores[best], by_words[best] > 0, by_meaning[best] >= _NEAR)

"""`kg eval FOLDER`: a benchmark's questions, asked of the library that its corpus makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kg.evaluation.beir import Collection
from kg.evaluation.report import POOLED, RETRIEVAL, Ranking, Rankings, Report, estimated
from kg.evaluation.sampling import sampled
from kg.evaluation.temporary import Loaded, loaded
from kg.evaluation.ways import PAPERS, ranked
from kg.filters import Filter, Mode, Related, Scope, Search
from kg.library import Library

if TYPE_CHECKING:
    from ingest.outcome import Progress

DEPTH = 1000  # as BEIR and TREC rank
_MODES: tuple[Mode, ...] = ("keyword", "semantic", "hybrid")

_Asked = Mapping[str, Ranking]  # a ranking for each mode


def evaluate(
    collection: Collection, library: Library, pool: bool, sample: int | None, progress: Progress
) -> tuple[Report, Rankings]:
    """Ask every query that has a relevant document, or a `sample` of them, in every mode.

    With `pool` only the documents judged for a query are ranked.

    :raises StorageError: the temporary folder cannot be written.
    """
    answerable = collection.answerable()
    queries = sampled(answerable, sample)
    rankings = _ask(collection, library, queries, pool, progress)
    modes, differences = estimated(rankings, collection.judgements, POOLED if pool else RETRIEVAL)
    report = Report(
        task="related" if collection.of_papers else "search",
        source=str(collection.folder),
        model=library.parts.model(),
        papers=len(collection.corpus),
        queries=len(queries),
        left_out=len(collection.queries) - len(answerable),
        depth=DEPTH,
        pool=pool,
        modes=modes,
        differences=differences,
        notes=_notes(collection, len(answerable), len(queries)),
    )
    return report, rankings


def _ask(
    collection: Collection, library: Library, queries: Sequence[str], pool: bool, progress: Progress
) -> dict[str, dict[str, Ranking]]:
    ask: Callable[[Loaded, str, Scope, int], _Asked] = _related if collection.of_papers else _search
    rankings: dict[str, dict[str, Ranking]] = {}
    with loaded(collection, library, queries if pool else (), progress) as corpus:
        for done, query in enumerate(queries, start=1):
            judged = collection.judgements[query] if pool else {}
            scope = Scope((Filter("list", corpus.pools[query]),)) if pool else Scope()
            asked = ask(corpus, collection.queries[query], scope, max(DEPTH, len(judged)))
            for mode, ranking in asked.items():
                named = [(corpus.documents[id_], score) for id_, score in ranking]
                rankings.setdefault(mode, {})[query] = _with_rest(named, judged) if pool else named
            progress("asking", done, len(queries))
    return rankings


def _search(corpus: Loaded, text: str, scope: Scope, depth: int) -> _Asked:
    """A question in words, in each mode."""
    return {mode: corpus.library.ranking(Search(text, mode, scope=scope, limit=depth)) for mode in _MODES}


def _related(corpus: Loaded, document: str, scope: Scope, depth: int) -> _Asked:
    """A paper as the question: one answer, whose signals say how each alone ranks."""
    sides, question = corpus.library.sides(semantic=True), Related((corpus.papers[document],), scope=scope)
    return ranked(sides, corpus.library.parts.graph(), question, PAPERS, depth)


def _with_rest(ranking: Ranking, judged: Iterable[str]) -> Ranking:
    """The ranking, and after it the documents of the pool that it lacks, in the order of their ids."""
    ranked = {document for document, _ in ranking}
    last = min((score for _, score in ranking), default=0.0)
    return [*ranking, *((document, last) for document in sorted(judged) if document not in ranked)]


def _notes(collection: Collection, answerable: int, asked: int) -> tuple[str, ...]:
    notes = []
    if asked < answerable:
        notes.append(f"A sample of {asked} of the {answerable} queries was asked.")
    if not any(document.text for document in collection.corpus.values()):
        notes.append("The corpus has no abstracts: titles alone were searched.")
    return tuple(notes)

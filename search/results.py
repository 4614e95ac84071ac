"""Hits made into results: what is shown of each paper, and where the words of the query hit it."""

from __future__ import annotations

from kg.answers import SearchResult, shown
from kg.papers import Paper
from kg.store import Store
from search.hits import Hits
from search.query import Query

_OPENING = 240  # characters of the abstract shown where no word was hit


def results(store: Store, query: Query, page: Hits) -> list[SearchResult]:
    """One result for each hit of a page, in the same order."""
    ids = store.papers.ids(page.numbers.tolist())
    papers = {paper.id: paper for paper in store.papers.get(list(ids.values()))}
    snippets = store.fulltext.snippets(query.terms, ids)
    return [
        SearchResult(
            **shown(papers[ids[number]]),  # type: ignore[arg-type]
            score=float(page.scores[place]),
            match=page.match(place),
            snippet=snippets.get(number) or opening(papers[ids[number]]),
        )
        for place, number in enumerate(page.numbers.tolist())
        if number in ids
    ]


def opening(paper: Paper) -> str:
    """The beginning of a paper's abstract, or else of what a list says of it."""
    remarks = (mention.remark for mention in paper.listed_in if mention.remark)
    text = paper.abstract or next(remarks, "")
    return text if len(text) <= _OPENING else text[:_OPENING].rpartition(" ")[0] + " …"

"""Titles to papers: works that documents name without an id, looked for in the library and on arXiv.

A service always has a nearest thing; it is accepted only when the normalised titles are equal and no author
stated contradicts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol
from urllib.parse import quote

from ingest.identity import is_same_work
from kg.identifiers import title_key
from kg.papers import Author, Mention, Metadata, Paper
from kg.store import Store

_LONGEST_QUERY = 3000  # characters of one request's titles, as they stand in its address


class TitleSearch(Protocol):
    """What can be asked for papers by title."""

    def titled(self, titles: Sequence[str], at: str) -> list[Metadata]:
        """Papers whose titles hold one of these, word for word."""


def resolve_in_library(store: Store) -> int:
    """Make works known by title one with the library's arXiv papers of that title; how many there were."""
    resolved = 0
    with store.transaction():
        for work in store.papers.get(store.papers.without_metadata()):
            if work.arxiv_id or not work.title or not work.listed_in:
                continue
            others = store.papers.get(store.identity.with_title(work.title))
            same = [paper for paper in others if paper.arxiv_id and is_same_work(_stated(work), paper)]
            if len(same) == 1:
                _merge(store, work.id, same[0].id)
                resolved += 1
        store.identity.settle_membership()
        store.fulltext.refresh()
    return resolved


def batches(works: Iterable[Paper]) -> Iterator[list[Paper]]:
    """Works to be asked for together: as many as fit one request's address."""
    batch: list[Paper] = []
    length = 0
    for work in works:
        size = len(quote(work.name)) + 20
        if batch and length + size > _LONGEST_QUERY:
            yield batch
            batch, length = [], 0
        batch.append(work)
        length += size
    if batch:
        yield batch


def resolve_by_search(store: Store, search: TitleSearch, works: Sequence[Paper], at: str) -> int:
    """Ask for works by title, and store what was found with the fact that it was asked; how many were.

    :raises ServiceError: the service does not answer; nothing is stored then.
    """
    by_title: dict[str, list[Metadata]] = {}
    for record in search.titled([work.name for work in works], at):
        by_title.setdefault(title_key(record.title), []).append(record)
    resolved = 0
    with store.transaction():
        store.metadata.mark_asked([work.id for work in works], at)
        for work in works:
            candidates = by_title.get(title_key(work.name), [])
            same = [record for record in candidates if is_same_work(_stated(work), _as_paper(record))]
            if len(same) == 1:
                store.metadata.save(same)
                _merge(store, work.id, same[0].arxiv_id)
                resolved += 1
        store.identity.settle_membership()
        store.fulltext.refresh()
    return resolved


def _merge(store: Store, old: str, new: str) -> None:
    numbers = store.papers.numbers([old, new])
    if old in numbers:  # it may have become one with another a moment ago, by its DOI
        store.identity.merge(numbers[old], numbers[new])


def _stated(work: Paper) -> Mention:
    """What all mentions of one work state together."""
    titled = next((mention for mention in work.listed_in if mention.title), work.listed_in[0])
    authors = next((mention.authors for mention in work.listed_in if mention.authors), ())
    return replace(titled, authors=authors)


def _as_paper(record: Metadata) -> Paper:
    authors = tuple(Author(name, name) for name in record.authors)
    return Paper(record.arxiv_id, arxiv_id=record.arxiv_id, title=record.title, authors=authors)

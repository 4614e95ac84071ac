"""The papers that a whole query names: by id, URL, DOI or title, as people paste them."""

from __future__ import annotations

from collections.abc import Iterator

from kg.filters import Scope
from kg.store import Store
from kg.text import squeezed
from search.query import Query

LONGEST_NAME = 2000  # characters; no id, URL or title is longer
_WRAPPING = " \"'“”‘’„«»<>()[]{}.,;!?"  # stands around ids in texts


def named(store: Store, text: str, query: Query, scope: Scope) -> list[int]:
    """Numbers of the papers in scope that the whole text names, the surest first; `query` is what else it means."""
    if len(text) > LONGEST_NAME:
        return []
    for name, within in _readings(squeezed(text), query, scope):
        numbers = _of_name(store, name)
        if numbers and (found := set(store.fulltext.passing(within, among=numbers))):
            return [number for number in numbers if number in found]
    return []


def _readings(text: str, query: Query, scope: Scope) -> Iterator[tuple[str, Scope]]:
    """What may be the name in a text, and where the paper must be.

    First the whole text: what looks like a filter in it is a part of the title then, and narrows nothing. Then what
    is beside its filters, or the one title or id that it is filtered by.
    """
    outer = tuple(filter_ for filter_ in scope.filters if filter_ not in query.filters)
    yield text, Scope(outer, scope.everything)
    if query.filters and (name := query.said or _only_name(query)):
        yield name, scope


def _only_name(query: Query) -> str:
    names = [filter_ for filter_ in query.filters if filter_.field in {"title", "id"} and not filter_.negated]
    return names[0].value if len(names) == 1 else ""


def _of_name(store: Store, name: str) -> list[int]:
    if not name:
        return []
    found = store.identity.find(name) or store.identity.find(name.strip(_WRAPPING))
    if found:
        return list(store.papers.numbers([found]).values())
    return store.titles.called(name) or store.titles.called_in(name)

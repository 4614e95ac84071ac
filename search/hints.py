"""What may have been meant: by a filter that names nothing in the library, by a query that is almost a title."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from kg.answers import SearchResult
from kg.filters import Filter
from kg.identifiers import parse_arxiv_id, title_key
from kg.store import Store

_CALLED = {
    "author": "No author is called",
    "topic": "No topic is called",
    "list": "No list is called",
    "cat": "No paper is in the category",
    "id": "No paper has the id",
}
_MOST = 3  # filters that are hinted at
_NEAR = 0.6  # of two names' letters, at least, agree in order (difflib's ratio)
_SHOWN = 60  # characters of a name
# Of a query that may be a title. In longer texts difflib passes common letters over.
_LEAST_WORDS, _MOST_LETTERS = 3, 199
_LOOKED_AT = 5  # results whose title may be meant
_SLIP = 0.85  # of the letters of a query and a title, at least, agree in order


def hints(store: Store, filters: Iterable[Filter]) -> tuple[str, ...]:
    """One sentence for each of the first filters whose name nothing in the library has."""
    named = dict.fromkeys(Filter(filter_.field, filter_.value) for filter_ in filters)
    unknown = [filter_ for filter_ in named if filter_.field in _CALLED and not store.names.known(filter_)]
    return tuple(_hint(filter_, _nearest(filter_.value, _names(store, filter_))) for filter_ in unknown[:_MOST])


def no_such_paper(text: str) -> tuple[str, ...]:
    """A sentence where a query that named no paper is an arXiv id."""
    if (found := parse_arxiv_id(text)) is None:
        return ()
    return (f"{found.base} is not in the library: `kg ingest` reads it from any document that names it.",)


def meant(text: str, results: Sequence[SearchResult]) -> SearchResult | None:
    """The result whose title is what was asked but for a slip; None where the query names a paper, or none is near."""
    key = title_key(text[:_MOST_LETTERS])
    if len(key.split()) < _LEAST_WORDS or any(result.match == "exact" for result in results[:1]):
        return None
    titles = {title_key((result.title or "")[:_MOST_LETTERS]): result for result in results[:_LOOKED_AT]}
    found = get_close_matches(key, titles, n=1, cutoff=_SLIP)
    return titles[found[0]] if found else None


def _names(store: Store, filter_: Filter) -> list[str]:
    """Names that may have been meant; where one word is given, also the surnames of authors."""
    names = store.names.like(filter_)
    if filter_.field == "author" and len(title_key(filter_.value).split()) == 1:
        return [name.split()[-1] for name in names]
    return names


def _hint(filter_: Filter, nearest: str | None) -> str:
    value = filter_.value if len(filter_.value) <= _SHOWN else filter_.value[:_SHOWN] + "…"
    meant = f" Did you mean {Filter(filter_.field, nearest)}?" if nearest else ""
    return f'{_CALLED[filter_.field]} "{value}".{meant}'


def _nearest(value: str, names: Iterable[str]) -> str | None:
    """The name that is nearest to the value."""
    keys = {title_key(name): name for name in names}
    found = get_close_matches(title_key(value), keys, n=1, cutoff=_NEAR)
    return keys[found[0]] if found else None

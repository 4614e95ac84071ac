"""Notes on filters that name nothing in the library, with the name that may have been meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from kg.filters import Filter
from kg.identifiers import title_key
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


def hints(store: Store, filters: Iterable[Filter]) -> tuple[str, ...]:
    """One sentence for each of the first filters whose name nothing in the library has."""
    named = dict.fromkeys(Filter(filter_.field, filter_.value) for filter_ in filters)
    unknown = [filter_ for filter_ in named if filter_.field in _CALLED and not store.names.known(filter_)]
    return tuple(_hint(filter_, _nearest(filter_.value, _names(store, filter_))) for filter_ in unknown[:_MOST])


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

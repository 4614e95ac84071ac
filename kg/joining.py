"""Which printed names are one author's, brought up to date in the store; see `graph.authorship`."""

from __future__ import annotations

from graph.authorship import joined
from kg.store import Store


def join_authors(store: Store) -> None:
    """Join the names of authors anew, from what papers print, if anything has changed that they are told by.

    So a join does not outlive its evidence, and the result is the same whatever came first.
    """
    if store.people.are_joined():
        return
    with store.transaction():
        found = joined(store.people.printed())
        store.people.join(found.ids, found.names, found.rules)

"""The way between two things of the library, by the names that people give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from graph.paths import Node, described, shortest, told
from kg.answers_graph import PathAnswer
from kg.errors import NotFound
from kg.identifiers import slug

if TYPE_CHECKING:
    from graph.tables import Tables
    from kg.library import Library
    from kg.store import Store


def path(library: Library, one: str, other: str) -> PathAnswer:
    """A shortest path between two papers, authors or topics; one node where both are the same.

    :raises NotFound: nothing goes by one of the names, or the graph does not hold it yet.
    """
    store, tables = library.store, library.parts.graph()
    named = [_named(library, reference) for reference in (one, other)]
    if tables is None:
        raise NotFound("there is no graph yet: run `kg ingest`")
    start, end = (_node(store, tables, kind, id_) for kind, id_ in named)
    nodes, steps = shortest(tables, start, end)
    return PathAnswer(
        described(tables, start),
        described(tables, end),
        tuple(described(tables, node) for node in nodes),
        tuple(told(tables, step) for step in steps),
    )


def _named(library: Library, reference: str) -> tuple[str, str]:
    """Kind and id of what a name means: of `author:ann-bee` an author, else a paper before an author before a topic."""
    kind, colon, name = reference.partition(":")
    tried = {kind: name.strip()} if colon and kind in _FINDERS else dict.fromkeys(_FINDERS, reference)
    for kind, name in tried.items():
        if name and (found := _FINDERS[kind](library, name)) is not None:
            return kind, found
    raise NotFound(f"no {' or '.join(tried)} {reference[:200]!r} in the library; {_HINTS[next(iter(tried))]}")


def _author(library: Library, name: str) -> str | None:
    """The id of an author by that id, or by a name as a paper prints it."""
    return library.store.people.id_of(name) or library.store.people.id_of(slug(name, 80))


def _topic(library: Library, name: str) -> str | None:
    """The id of a topic by its id or label; of several of one label, of the largest."""
    topics = library.topics()
    by_id = (topic.id for topic in topics if topic.id == name)
    by_label = (topic.id for topic in topics if topic.label.casefold() == name.casefold())
    return next(by_id, None) or next(by_label, None)


_FINDERS: Mapping[str, Callable[[Library, str], str | None]] = {
    "paper": lambda library, name: library.store.identity.find(name),
    "author": _author,
    "topic": _topic,
}
_HINTS = {
    "paper": "`kg search` finds papers by words; author:NAME and topic:NAME say what is meant",
    "author": "`kg search` finds papers by names of authors",
    "topic": "`kg show PAPER` tells a paper's topics",
}


def _node(store: Store, tables: Tables, kind: str, id_: str) -> Node:
    place = tables.place(kind, id_) if kind != "paper" else tables.paper(store.papers.numbers([id_])[id_])
    if place is None:
        raise NotFound(f"the {kind} {id_} is not in the graph yet: run `kg ingest`")
    return Node(kind, place)

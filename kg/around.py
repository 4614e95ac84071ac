"""What is around a paper of the library, from the graph as `kg ingest` saved it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from graph.around import around as picture
from graph.paths import Node, described, told
from kg.answers_graph import AroundAnswer, AroundNode
from kg.errors import NotFound

if TYPE_CHECKING:
    from graph.tables import Tables
    from kg.library import Library


def around(library: Library, reference: str, depth: int, limit: int, expanded: Sequence[str]) -> AroundAnswer:
    """At most `limit` nodes around a paper, and around the `expanded` papers; see `graph.around`.

    :raises NotFound: one of them is no paper, the first is not in the graph yet, or there is no graph.
    """
    ids = [library.id_of(name) for name in (reference, *expanded)]
    tables = library.parts.graph()
    if tables is None:
        raise NotFound("there is no graph yet: run `kg ingest`")
    numbers = library.store.papers.numbers(ids)
    center = _place(tables, ids[0], numbers[ids[0]])
    others = [place for id_ in ids[1:] if (place := tables.paper(numbers[id_])) is not None]
    nodes, steps = picture(tables, center, depth, limit, others)
    return AroundAnswer(
        ids[0], tuple(_told(tables, node) for node in nodes), tuple(told(tables, step) for step in steps)
    )


def _place(tables: Tables, id_: str, number: int) -> int:
    place = tables.paper(number)
    if place is None:
        raise NotFound(f"the paper {id_} is not in the graph yet: run `kg ingest`")
    return place


def _told(tables: Tables, node: Node) -> AroundNode:
    named = described(tables, node)
    if node.kind != "paper":
        return AroundNode(named.kind, named.id, named.label)
    inside = bool(tables.in_library[node.place])
    return AroundNode(named.kind, named.id, named.label, tables.published(node.place), inside)

"""The facts behind the signals, in words; worked out only for the few papers that are shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np

from graph.tables import Ends, Tables
from graph.votes import Votes, voters_for

_MOST = 3  # titles and names that are told
_LONGEST = 70  # characters of a title


def fact(tables: Tables, signal: str, example: int, paper: int) -> str:
    """Why the graph relates the papers with these numbers by that signal."""
    one, other = tables.paper(example), tables.paper(paper)
    return _FACTS[signal](tables, one, other) if one is not None and other is not None else ""


def fact_of_votes(tables: Tables, votes: Votes, paper: int) -> str:
    """Which of the papers that vote cite the paper with that number."""
    place = tables.paper(paper)
    voters = voters_for(tables, votes, place).tolist() if place is not None else []
    return f"cited by {len(voters)} of the papers most like it: {titles(tables, voters)}"


def _citation(tables: Tables, one: int, other: int) -> str:
    cites = tables.links["cites"].out
    there, back = other in cites.of(one), one in cites.of(other)
    return "each cites the other" if there and back else "cited by it" if there else "cites it"


def _shared_references(tables: Tables, one: int, other: int) -> str:
    rows = tables.links["cites"].out
    shared = _common(rows.of(one), rows.of(other))
    return f"{counted(shared, 'shared reference')}: {titles(tables, shared)}"


def _co_cited(tables: Tables, one: int, other: int) -> str:
    rows = tables.links["cites"].back
    shared = _common(rows.of(one), rows.of(other))
    return f"cited together by {counted(shared, 'paper')}: {titles(tables, shared)}"


def _co_listed(tables: Tables, one: int, other: int) -> str:
    heading = _smallest(tables, "listed_under", one, other)
    return f"both under “{where(tables, heading)}”"


def _topic(tables: Tables, one: int, other: int) -> str:
    return f"both about {tables.label('topic', _smallest(tables, 'about', one, other))}"


def _authors(tables: Tables, one: int, other: int) -> str:
    rows = tables.links["wrote"].back
    return f"also by {some([tables.label('author', person) for person in _common(rows.of(one), rows.of(other))])}"


_FACTS: dict[str, Callable[[Tables, int, int], str]] = {
    "citation": _citation,
    "shared_references": _shared_references,
    "co_cited": _co_cited,
    "co_listed": _co_listed,
    "topic": _topic,
    "authors": _authors,
}


def where(tables: Tables, heading: int) -> str:
    """A heading with the list that it stands in: `My list › Kernels`."""
    names = [tables.label("list", place) for place in tables.links["part_of"].out.of(heading)[:1]]
    return " › ".join(dict.fromkeys([*names, tables.label("heading", heading)]))


def _smallest(tables: Tables, kind: str, one: int, other: int) -> int:
    """The group that says most: of those that hold both papers, the one with the fewest."""
    links = tables.links[kind]
    return min(_common(links.out.of(one), links.out.of(other)), key=lambda group: len(links.back.of(group)))


def _common(one: Ends, other: Ends) -> list[int]:
    return [int(place) for place in np.intersect1d(one, other)]


def counted(things: Collection[int], noun: str) -> str:
    """`1 paper`, `2 papers`."""
    return f"{len(things)} {noun}{'s' * (len(things) != 1)}"


def titles(tables: Tables, papers: Sequence[int]) -> str:
    """The titles of the first of these papers (places), and how many more there are."""
    labels = (tables.label("paper", paper) for paper in papers[:_MOST])
    return some([label if len(label) <= _LONGEST else f"{label[:_LONGEST]}…" for label in labels], len(papers))


def some(labels: Sequence[str], count: int | None = None) -> str:
    """The first of these names, and how many more there are of `count`."""
    count = len(labels) if count is None else count
    shown = "; ".join(labels[:_MOST])
    return shown if count <= _MOST else f"{shown} and {count - _MOST} more"

"""What lists point at and do not hold: `graph.gaps` asked for one list or all, and its answer as records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from graph.gaps import WEIGHTS, Pointing, Votes, evidence, gaps, of_list, of_lists
from kg.answers import GapResult, GapsAnswer, ListCount, Reason, shown
from kg.errors import NotFound

if TYPE_CHECKING:
    from graph.relatedness import Scored
    from graph.tables import Places, Tables
    from kg.library import Library
    from kg.store import Store

_MOST_NAMED = 5  # lists that are named to somebody who asked for another


def find_gaps(library: Library, reading_list: str | None, limit: int, offset: int) -> GapsAnswer:
    """One page of the papers that a list, or all lists together, point at and do not hold.

    :raises NotFound: no list goes by that name.
    """
    store, tables = library.store, library.parts.graph()
    list_id = find_list(library, reading_list).id if reading_list is not None else None
    if tables is None:
        return GapsAnswer((), 0, ("There is no graph yet: run `kg ingest`.",))
    pointing = _pointing(tables, list_id)
    scored, votes = gaps(tables, pointing, _left_out(store, tables.numbers[pointing.papers]))
    numbers = scored.numbers[offset : offset + limit].tolist()
    ids = store.papers.ids(numbers)
    papers = {paper.id: paper for paper in store.papers.get(list(ids.values()))}

    results = []
    for at, number in enumerate(numbers, start=offset):
        if number in ids:
            place = int(np.searchsorted(tables.numbers, number))
            told = _Told(
                score=float(scored.scores[at]),
                cited_by=int(np.count_nonzero(votes["cited"].papers == place)),
                in_library=bool(tables.in_library[place]),
                why=_why(tables, pointing, votes, scored, at),
            )
            results.append(GapResult(**shown(papers[ids[number]]), **told))  # type: ignore[arg-type]
    return GapsAnswer(tuple(results), len(scored.numbers), _notes(tables))


class _Told(TypedDict):
    """What a result says of a gap beside the paper itself."""

    score: float
    cited_by: int
    in_library: bool
    why: tuple[Reason, ...]


def _why(tables: Tables, pointing: Pointing, votes: Mapping[str, Votes], scored: Scored, at: int) -> tuple[Reason, ...]:
    """The summands of one score, the largest first."""
    place = int(np.searchsorted(tables.numbers, scored.numbers[at]))
    reasons = [
        Reason(name, value, WEIGHTS[name], WEIGHTS[name] * value, evidence(tables, pointing, votes, name, place))
        for name, values in scored.values.items()
        if (value := float(values[at]))
    ]
    return tuple(sorted(reasons, key=lambda reason: -reason.contribution))


def find_list(library: Library, name: str) -> ListCount:
    """A list by its id, its title or its document.

    :raises NotFound: no list goes by that name.
    """
    lists = library.lists()
    for names in ("id", "title", "document"):
        for found in lists:
            if getattr(found, names).casefold() == name.casefold():
                return found
    known = ", ".join(found.id for found in lists[:_MOST_NAMED]) or "none yet, run `kg ingest SOURCE`"
    more = f" and {len(lists) - _MOST_NAMED} more" if len(lists) > _MOST_NAMED else ""
    raise NotFound(f"no list {name[:200]!r} in the library; its lists: {known}{more}")


def _pointing(tables: Tables, list_id: str | None) -> Pointing:
    if list_id is None:
        return of_lists(tables)
    place = tables.place("list", list_id)
    if place is None:
        raise NotFound(f"the list {list_id} is not in the graph yet: run `kg ingest`")
    return of_list(tables, place)


def _left_out(store: Store, held: Places) -> Callable[[Places], Places]:
    """Tells papers that are no gaps: withdrawn ones, and other forms of what is held."""
    have = set(held.tolist())

    def left_out(numbers: Places) -> Places:
        found = numbers.tolist()
        forms = {one for one, other in store.titles.other_forms(found) if other in have}
        return np.array(sorted({*forms, *store.papers.withdrawn(found)}), dtype=np.int64)

    return left_out


def _notes(tables: Tables) -> tuple[str, ...]:
    if len(tables.citing) or not len(tables.numbers):
        return ()
    return ("No references are known yet: `kg ingest` fetches them.",)

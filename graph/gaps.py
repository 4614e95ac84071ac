"""What lists point at and do not hold: papers scored by who points at them, each signal a sum of shares.

    cited      each paper of the lists that cites it: the fewer references it has, the more one says
    co_cited   each other paper that cites it: the share of what else it cites that is of the lists
    similar    each paper of the list that it is one of the nearest of, or that is one of its own: the cosine
    co_listed  each heading of other lists that it stands under: the share of what else stands there

Shares are between 0 and 1, so sums grow with the number of those who point. The score is the weighted sum of the sums.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.facts import counted, some, titles, where
from graph.relatedness import Scored
from graph.signals import Values, specificity
from graph.tables import Links, Places, Rows, Tables

# First guesses: what papers of a list cite, it is about; the others tell what belongs beside that.
WEIGHTS: Mapping[str, float] = {"cited": 1.0, "co_cited": 0.5, "similar": 0.5, "co_listed": 0.5}


@dataclass(frozen=True, slots=True)
class Pointing:
    """Who points: the papers (n,) of one list, or of all, by place in order; `whose` says so in words.

    `others` are the headings (n,) of lists beside the one; None for all lists, which have none beside them.
    """

    papers: Places
    others: Places | None
    whose: str


@dataclass(frozen=True, slots=True)
class Votes:
    """One vote an element: who votes (n,), by place, for which paper (n,), and the share (n,)."""

    voters: Places
    papers: Places
    shares: Values

    def of(self, chosen: NDArray[np.bool_]) -> Votes:
        """Some of these votes."""
        return Votes(self.voters[chosen], self.papers[chosen], self.shares[chosen])


def of_lists(tables: Tables) -> Pointing:
    """All lists together; where there is none, all papers of the library, as they were loaded in bulk."""
    listed = np.flatnonzero(tables.links["listed_under"].out.degrees)
    if len(listed):
        return Pointing(listed, None, "your lists")
    return Pointing(np.flatnonzero(tables.in_library), None, "the library")


def of_list(tables: Tables, place: int) -> Pointing:
    """The list at that place."""
    headings = tables.links["part_of"].back.of(place).astype(np.int64)
    papers = np.unique(tables.links["listed_under"].back.of_all(headings)[1])
    others = np.setdiff1d(np.arange(len(tables.ids["heading"])), headings)
    return Pointing(papers, others, f"“{tables.label('list', place)}”")


def gaps(
    tables: Tables, pointing: Pointing, left_out: Callable[[Places], Places]
) -> tuple[Scored, Mapping[str, Votes]]:
    """Every paper that those point at and do not hold, best first, ties by number; and all votes, by signal.

    `left_out` is handed the numbers of the papers found, and tells which of them are none.
    """
    votes = _votes(tables, pointing)
    # To be cited beside papers of a list is a reason, and no pointing by itself.
    found = [cast.papers for name, cast in votes.items() if name != "co_cited"]
    places = _without(np.concatenate(found), pointing.papers, len(tables.numbers))
    numbers = np.setdiff1d(tables.numbers[places], left_out(tables.numbers[places]))
    places = np.searchsorted(tables.numbers, numbers)
    count = len(tables.numbers)
    values: dict[str, Values] = {
        name: np.bincount(cast.papers, cast.shares, count)[places].astype(np.float64) for name, cast in votes.items()
    }
    scores: Values = sum((WEIGHTS[name] * value for name, value in values.items()), np.zeros(len(places)))
    order = np.argsort(-scores, kind="stable")
    return Scored(numbers[order], scores[order], {name: value[order] for name, value in values.items()}), votes


def evidence(tables: Tables, pointing: Pointing, votes: Mapping[str, Votes], signal: str, place: int) -> str:
    """Who votes for the paper at that place by a signal, in words; those that say most first."""
    cast = votes[signal].of(votes[signal].papers == place)
    voters = cast.voters[np.argsort(-cast.shares, kind="stable")].tolist()
    names = some([where(tables, at) for at in voters]) if signal == "co_listed" else titles(tables, voters)
    told = {
        "cited": "cited by {papers} of {whose}",
        "co_cited": "cited together with papers of {whose} by {papers} outside",
        "similar": "similar to {papers} of {whose}",
        "co_listed": "beside papers of {whose} under {headings}",
    }
    papers, headings = counted(voters, "paper"), counted(voters, "other heading")
    return f"{told[signal].format(papers=papers, headings=headings, whose=pointing.whose)}: {names}"


def _votes(tables: Tables, pointing: Pointing) -> Mapping[str, Votes]:
    """All votes by each signal; those for papers that are held are never counted."""
    cites = tables.links["cites"]
    votes = {
        "cited": _cited(cites, pointing.papers),
        "co_cited": _co_cited(cites, pointing.papers, len(tables.numbers)),
    }
    if pointing.others is not None:
        votes["similar"] = _similar(tables, pointing.papers)
        votes["co_listed"] = _co_listed(tables.links["listed_under"], pointing.papers, pointing.others)
    return votes


def _without(found: Places, held: Places, count: int) -> Places:
    """Places among `count`, in order and each once, less those held: marked, for to sort them would take far longer."""
    marked = np.zeros(count, dtype=bool)
    marked[found] = True
    marked[held] = False
    return np.flatnonzero(marked)


def _cited(cites: Links, held: Places) -> Votes:
    which, papers = cites.out.of_all(held)
    return Votes(held[which], papers, specificity(cites.out.degrees[held])[which])


def _co_cited(cites: Links, held: Places, count: int) -> Votes:
    citing = _without(cites.back.of_all(held)[1], held, count)
    return _by_share(cites.out, citing, held)


def _co_listed(listed: Links, held: Places, others: Places) -> Votes:
    headings = np.intersect1d(listed.out.of_all(held)[1], others)
    return _by_share(listed.back, headings, held)


def _by_share(rows: Rows, voters: Places, held: Places) -> Votes:
    """Votes of groups for all that is in them: the share of a paper's company there that is held."""
    which, papers = rows.of_all(voters)
    ours = np.bincount(which, np.isin(papers, held), minlength=len(voters))
    shares = ours / np.maximum(rows.degrees[voters] - 1, 1)
    votes = Votes(voters[which], papers, shares[which])
    return votes.of(~np.isin(papers, held))


def _similar(tables: Tables, held: Places) -> Votes:
    rows = tables.links["similar"].out
    ones, others = np.repeat(np.arange(len(tables.numbers)), rows.degrees), rows.ends.astype(np.int64)
    ours = np.zeros(len(tables.numbers), dtype=bool)
    ours[held] = True
    there, back = np.flatnonzero(ours[ones] & ~ours[others]), np.flatnonzero(ours[others] & ~ours[ones])
    voters, papers = np.concatenate([ones[there], others[back]]), np.concatenate([others[there], ones[back]])
    cosines = np.asarray(tables.cosines[np.concatenate([there, back])], dtype=np.float64)
    # Of two that are each among the other's nearest, one vote.
    once = np.unique(np.stack([voters, papers]), axis=1, return_index=True)[1]
    return Votes(voters[once], papers[once], cosines[once])

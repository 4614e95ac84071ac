"""The neighbours' votes: what the papers most like a paper or a draft cite, it should cite too.

On held-out bibliographies this is worth more than all that the texts say (docs/design.md). Two groups vote: the
nearest papers whose references are known, and those that cite the nearest papers. The second reaches bibliographies
of papers that are not near themselves; without them co-citation has no say in a draft, which nobody cites yet. It is
collaborative filtering by neighbours (Herlocker et al., "An Algorithmic Framework for Performing Collaborative
Filtering", SIGIR 1999) with bibliographies as baskets, as in McNee et al., "On the Recommending of Citations for
Research Papers", CSCW 2002.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.signals import Signal, Values
from graph.tables import Places, Rows, Tables

VOTERS, NEAREST = 100, 50  # papers that vote themselves; papers whose citing papers vote
_SHARPNESS = 4  # the vote of a paper grows with this power of its likeness


@dataclass(frozen=True, slots=True)
class Votes:
    """The papers that vote, by place, and the weight of each; all weights add up to 1."""

    voters: Places
    weights: Values


def electorate(tables: Tables, citing: Signal, cited: Signal, left_out: Places) -> Votes:
    """Who votes.

    `citing` and `cited` are numbers and likenesses of the nearest papers that cite others, and that are cited by
    others, nearest first. Papers `left_out` (numbers) have no vote.
    """
    cites = tables.links["cites"]
    own = _weights(tables, *citing, VOTERS)
    places, likeness = _weights(tables, *cited, NEAREST)
    # A paper that everybody cites says little of who cites it; one that cites everything little of what it cites.
    likeness = likeness / np.sqrt(np.maximum(_degrees(cites.back, places), 1))
    which, through = cites.back.of_all(places)
    share = likeness[which] / np.sqrt(_degrees(cites.out, through))
    voters, at = np.unique(np.concatenate([own[0], through]), return_inverse=True)
    weights = np.bincount(at, np.concatenate([_normed(own[1]), _normed(share)]), minlength=len(voters))
    heard = ~np.isin(tables.numbers[voters], left_out)
    return Votes(voters[heard], _normed(weights[heard]))


def neighbours(tables: Tables, votes: Votes) -> Signal:
    """What they vote for: the square root of the share of the votes that each paper has."""
    which, places = tables.links["cites"].out.of_all(votes.voters)
    found, at = np.unique(places, return_inverse=True)
    shares = np.bincount(at, votes.weights[which], minlength=len(found))
    some = shares > 0
    return tables.numbers[found[some]], np.sqrt(shares[some])


def voters_for(tables: Tables, votes: Votes, place: int) -> Places:
    """The places of those that vote for a paper, the heaviest vote first."""
    citing = np.isin(votes.voters, tables.links["cites"].back.of(place))
    return votes.voters[citing][np.argsort(-votes.weights[citing], kind="stable")]


def _weights(tables: Tables, numbers: Places, likeness: Values, most: int) -> Signal:
    """Places and weights of the first `most` of these papers."""
    places = np.searchsorted(tables.numbers, numbers[:most])
    return places, np.maximum(likeness[:most], 0.0) ** _SHARPNESS


def _degrees(rows: Rows, places: Places) -> Places:
    return rows.starts[places + 1] - rows.starts[places]


def _normed(weights: NDArray[Any]) -> Values:
    return weights / max(float(weights.sum()), 1e-12)

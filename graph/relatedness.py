"""How papers are related, and why: a weighted sum of signals whose parts are shown.

    score = sum over signals of weight x value

The value of a signal for one example is between 0 and 1; several examples are averaged, and what is like an
unwanted one loses by it, so a value may fall below 0.

A signal that is absent adds nothing and costs nothing. The formulas are named at each signal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2, sqrt

from graph.build import Graph
from kg.answers import Reason

WEIGHTS = {
    "text": 1.0,
    "keywords": 0.2,
    "citation": 0.3,
    "shared_references": 0.3,
    "co_cited": 0.3,
    "co_listed": 0.25,
    "authors": 0.1,
    "topic": 0.1,
}
SIGNALS: dict[str, tuple[str, ...]] = {
    "all": tuple(WEIGHTS),
    "text": ("text", "keywords"),
    "citations": ("citation", "shared_references", "co_cited"),
    "lists": ("co_listed", "topic"),
    "authors": ("authors",),
}
# A paper that is like an unwanted one loses this part of what that likeness would have added.
NEGATIVE = 0.5


@dataclass(frozen=True, slots=True)
class Evidence:
    """The value of one signal for one paper, between 0 and 1, and the fact behind it."""

    value: float
    fact: str


Signal = Mapping[str, Evidence]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A related paper's id, its score, and the reasons that add up to it."""

    id: str
    score: float
    why: tuple[Reason, ...]


def graph_signals(graph: Graph, paper: str, by: str) -> dict[str, Signal]:
    """What the graph says of `paper`'s relation to others, for the signals that `by` names."""
    node = f"paper:{paper}"
    if node not in graph:
        return {}
    return {name: find(graph, node) for name, find in _FINDERS.items() if name in SIGNALS[by]}


def combine(
    wanted: Sequence[Mapping[str, Signal]], unwanted: Sequence[Mapping[str, Signal]], leave_out: Iterable[str]
) -> list[Ranked]:
    """Rank every paper that some signal names, best first; ties by id.

    Each element of `wanted` holds the signals of one paper (or draft) that answers should be like, each of
    `unwanted` of one they should not be like. With several, values are averaged.
    """
    left_out = set(leave_out)
    candidates = {paper for signals in wanted for signal in signals.values() for paper in signal} - left_out
    related = [_related(paper, wanted, unwanted) for paper in candidates]
    return sorted(related, key=lambda item: (-item.score, item.id))


def _related(paper: str, wanted: Sequence[Mapping[str, Signal]], unwanted: Sequence[Mapping[str, Signal]]) -> Ranked:
    reasons = [reason for name in WEIGHTS if (reason := _reason(name, paper, wanted, unwanted))]
    reasons.sort(key=lambda reason: -abs(reason.contribution))
    return Ranked(paper, sum(reason.contribution for reason in reasons), tuple(reasons))


def _reason(
    name: str,
    paper: str,
    wanted: Sequence[Mapping[str, Signal]],
    unwanted: Sequence[Mapping[str, Signal]],
) -> Reason | None:
    for_it, against = _found(name, paper, wanted), _found(name, paper, unwanted)
    if not for_it and not against:
        return None
    value = sum(e.value for e in for_it) / max(len(wanted), 1)
    value -= NEGATIVE * sum(e.value for e in against) / max(len(unwanted), 1)
    strongest = max(for_it or against, key=lambda evidence: evidence.value)
    fact = strongest.fact if for_it else f"unwanted: {strongest.fact}"
    return Reason(name, value, WEIGHTS[name], WEIGHTS[name] * value, fact)


def _found(name: str, paper: str, sides: Sequence[Mapping[str, Signal]]) -> list[Evidence]:
    return [side[name][paper] for side in sides if paper in side.get(name, {})]


# -- signals: each maps ids of papers to evidence ---------------------------------------------------


def _citation(graph: Graph, node: str) -> Signal:
    """1 where one of the two cites the other."""
    found = {}
    for other in _out(graph, node, "cites"):
        found[_id(other)] = Evidence(1.0, "cited by it")
    for other in _in(graph, node, "cites"):
        both = _id(other) in found
        found[_id(other)] = Evidence(1.0, "each cites the other" if both else "cites it")
    return found


def _shared_references(graph: Graph, node: str) -> Signal:
    """Bibliographic coupling (Kessler 1963), as the cosine of the two reference sets."""
    return _coupling(graph, node, _out, _in, "reference")


def _co_cited(graph: Graph, node: str) -> Signal:
    """Co-citation (Small 1973), as the cosine of the two sets of citing papers."""
    return _coupling(graph, node, _in, _out, "citing paper")


_Step = Callable[[Graph, str, str], list[str]]


def _coupling(graph: Graph, node: str, there: _Step, back: _Step, noun: str) -> Signal:
    own = there(graph, node, "cites")
    shared: dict[str, list[str]] = defaultdict(list)
    for middle in own:
        for other in back(graph, middle, "cites"):
            if other != node:
                shared[other].append(graph.nodes[middle].get("label", _id(middle)))
    return {
        _id(other): Evidence(
            len(labels) / sqrt(len(own) * len(there(graph, other, "cites"))),
            f"{len(labels)} shared {noun}{'s' * (len(labels) > 1)}: {_some(labels)}",
        )
        for other, labels in shared.items()
    }


def _co_listed(graph: Graph, node: str) -> Signal:
    """Under one heading: the fewer papers it holds, the more it says; several headings add (noisy or)."""
    return _through(graph, node, "listed_under", _out, lambda heading: f"both under “{_where(graph, heading)}”")


def _topic(graph: Graph, node: str) -> Signal:
    """Filed under the same topic, weighted by how specific the topic is."""
    return _through(graph, node, "about", _out, lambda topic: f"both about {graph.nodes[topic]['label']}")


def _through(graph: Graph, node: str, kind: str, step: _Step, say: Callable[[str], str]) -> Signal:
    missing: dict[str, float] = defaultdict(lambda: 1.0)
    facts: dict[str, tuple[float, str]] = {}
    for group in step(graph, node, kind):
        members = _in(graph, group, kind)
        specific = 1.0 / log2(1.0 + len(members))
        for other in members:
            if other != node:
                missing[other] *= 1.0 - specific
                facts[other] = max(facts.get(other, (0.0, "")), (specific, say(group)))
    return {_id(other): Evidence(1.0 - rest, facts[other][1]) for other, rest in missing.items()}


def _authors(graph: Graph, node: str) -> Signal:
    """Shared authors, as the Jaccard index of the two author sets."""
    own = set(_in(graph, node, "wrote"))
    shared: dict[str, list[str]] = defaultdict(list)
    for author in sorted(own):
        for other in _out(graph, author, "wrote"):
            if other != node:
                shared[other].append(graph.nodes[author]["label"])
    return {
        _id(other): Evidence(len(names) / len(own | set(_in(graph, other, "wrote"))), f"also by {_some(names)}")
        for other, names in shared.items()
    }


_FINDERS: dict[str, Callable[[Graph, str], Signal]] = {
    "citation": _citation,
    "shared_references": _shared_references,
    "co_cited": _co_cited,
    "co_listed": _co_listed,
    "authors": _authors,
    "topic": _topic,
}


def _out(graph: Graph, node: str, kind: str) -> list[str]:
    edges: Iterable[tuple[str, str, str]] = graph.out_edges(node, data="kind")
    return list(dict.fromkeys(other for _, other, of_kind in edges if of_kind == kind))


def _in(graph: Graph, node: str, kind: str) -> list[str]:
    edges: Iterable[tuple[str, str, str]] = graph.in_edges(node, data="kind")
    return list(dict.fromkeys(other for other, _, of_kind in edges if of_kind == kind))


def _id(node: str) -> str:
    return node.partition(":")[2]


def _where(graph: Graph, heading: str) -> str:
    lists = _out(graph, heading, "part_of")
    names = [graph.nodes[lists[0]]["label"], graph.nodes[heading]["label"]]
    return " › ".join(dict.fromkeys(names))


def _some(labels: Sequence[str], most: int = 3) -> str:
    shown = "; ".join(labels[:most])
    return shown if len(labels) <= most else f"{shown} and {len(labels) - most} more"

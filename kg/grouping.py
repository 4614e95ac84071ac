"""Topics: hands what the store and the index know to `graph`, and stores what it makes of it.

A topic is a heading of the lists, or a community of the papers that no heading speaks of; a paper without a heading
whose neighbours are mostly under one belongs there too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from graph.communities import Labels, Places, combined, groups_of, joined, parts_of
from graph.lineage import heirs, new_ids
from graph.naming import names_of
from graph.topics import parents_of, topics_of
from kg.arrays import places_of
from kg.identifiers import title_key
from kg.papers import Mention, TopicNode

if TYPE_CHECKING:
    from scipy import sparse

    from kg.store import Store
    from kg.store.topics import Subject
    from search.index import VectorIndex

NEAREST = 10  # papers that each is joined with by its meaning
_READ = 3000  # abstracts that show how words are written


@dataclass(slots=True, eq=False)
class _Group:
    """A topic to be: the places of the papers filed under it (`own`), and of those under its parts too (`members`).

    `label` is what a heading says; `id` the one that a heading suggests, or that the topic has had. `parent` is another
    one's place among all.
    """

    source: str
    id: str | None = None
    label: str | None = None
    parent: int | None = None
    own: set[int] = field(default_factory=set)
    members: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Before:
    """The topics of the run before: nodes by id, ids by the place of a paper, and all papers of a topic."""

    nodes: Mapping[str, TopicNode]
    filed: Mapping[int, Sequence[str]]
    members: Mapping[str, Collection[int]]


def group(store: Store, index: VectorIndex | None, at: str) -> None:
    """Find the topics of the library, and store them; `index` is None where nothing is embedded."""
    subjects, mentions = store.topics.subjects(), store.documents.all_mentions()
    graph, before = _graph(store, subjects, index, mentions), _before(store, subjects)
    groups = _headings(subjects, mentions, [found.title for found in store.documents.lists()])
    _file(groups, graph, before)
    for one in groups:
        above: _Group | None = one
        while above is not None:
            above.members |= one.own
            above = groups[above.parent] if above.parent is not None else None
    filled = [one for one in groups if one.members]
    retired = store.topics.retired()
    _find_again(filled, before, retired)
    _name(filled, subjects, store.topics.abstracts(_READ))
    filled = _with_names(groups, filled)
    nodes = _nodes(groups, filled, {*before.nodes, *retired, *(one.id for one in filled if one.id)})
    papers: dict[str, list[str]] = defaultdict(list)
    for one, node in zip(filled, nodes, strict=True):
        for place in one.own:
            papers[subjects[place].id].append(node.id)
    store.topics.replace(nodes, papers, at)


def _graph(
    store: Store, subjects: Sequence[Subject], index: VectorIndex | None, mentions: Sequence[Mention]
) -> sparse.csr_matrix:
    """All that joins the papers: meaning, citations, places under one heading."""
    ids = {subject.id: place for place, subject in enumerate(subjects)}
    numbers = np.array([subject.number for subject in subjects], dtype=np.int64)
    cited, known = places_of(store.citations.pairs().ravel(), numbers)
    edges = cited.reshape(-1, 2)[known.reshape(-1, 2).all(axis=1)]
    headings: dict[tuple[str | None, tuple[str, ...]], set[int]] = defaultdict(set)
    for mention in mentions:
        if mention.paper in ids:
            headings[mention.list_id, tuple(mention.section)].add(ids[mention.paper])
    near = _near(index, numbers) if index else None
    listed = [sorted(places) for places in headings.values()]
    return combined(len(subjects), near, edges, listed)


def _near(index: VectorIndex, numbers: Places) -> tuple[Places, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """Places (n, k) of the papers nearest to each, and cosines; -1 for what the index does not know, or knows alone."""
    found, cosines = index.neighbourhood(NEAREST)
    places, known = places_of(numbers, index.numbers)
    here = np.full(len(index), -1, dtype=np.int64)  # place in the index -> place among `numbers`
    here[places[known]] = np.flatnonzero(known)
    near, how = np.full((len(numbers), NEAREST), -1, dtype=np.int64), np.zeros((len(numbers), NEAREST), np.float32)
    near[known] = np.where(found[places[known]] < 0, -1, here[found[places[known]]])
    how[known] = cosines[places[known]]
    return near, how


def _before(store: Store, subjects: Sequence[Subject]) -> _Before:
    nodes = {node.id: node for node in store.topics.nodes()}
    by_number = store.topics.filed()
    filed = {place: by_number[s.number] for place, s in enumerate(subjects) if s.number in by_number}
    members: dict[str, set[int]] = {id_: set() for id_ in nodes}
    for place, ids in filed.items():
        for id_ in ids:
            above: str | None = id_
            while above is not None:
                members[above].add(place)
                above = nodes[above].parent
    return _Before(nodes, filed, members)


def _headings(subjects: Sequence[Subject], mentions: Sequence[Mention], titles: Sequence[str]) -> list[_Group]:
    """The topics that headings name, with the papers listed under them."""
    topics, papers = topics_of(mentions, titles)
    parents, at = parents_of(mentions, titles), {topic.id: place for place, topic in enumerate(topics)}
    groups = [_Group("headings", topic.id, topic.label, at.get(parents.get(topic.id, ""))) for topic in topics]
    for place, subject in enumerate(subjects):
        for topic in papers.get(subject.id, ()):
            groups[at[topic]].own.add(place)
    return groups


def _file(groups: list[_Group], graph: sparse.csr_matrix, before: _Before) -> None:
    """File the papers that no heading speaks of: under a heading near to them, or in communities, which are added."""
    of_heading = np.full(graph.shape[0], -1, dtype=np.int64)
    for number in sorted(range(len(groups)), key=lambda g: -len(groups[g].own)):  # the smallest says most, and stays
        of_heading[list(groups[number].own)] = number
    ids = {one.id: number for number, one in enumerate(groups)}
    was = {place: ids[id_] for place, found in before.filed.items() for id_ in found if id_ in ids}
    free = np.flatnonzero(of_heading < 0)
    near = joined(graph, of_heading, _labels(graph.shape[0], was))
    for place in free[near[free] >= 0].tolist():
        groups[near[place]].own.add(place)
    rest = np.flatnonzero(near < 0)
    _add_communities(groups, graph[rest][:, rest], rest, before)


def _add_communities(groups: list[_Group], graph: sparse.csr_matrix, rest: Places, before: _Before) -> None:
    """The communities of the papers at the places `rest`, and the parts of the large ones."""
    tops, parts = _labels_before(before)
    found = groups_of(graph, _labels(graph.shape[0], tops, rest))
    divided = parts_of(graph, found, _labels(graph.shape[0], parts, rest))
    first = len(groups)
    groups += [_Group("communities") for _ in range(found.max(initial=-1) + 1)]
    start = len(groups)
    groups += [_Group("communities") for _ in range(divided.max(initial=-1) + 1)]
    for place, top, part in zip(rest.tolist(), found.tolist(), divided.tolist(), strict=True):
        if part >= 0:
            groups[start + part].parent = first + top
            groups[start + part].own.add(place)
        elif top >= 0:
            groups[first + top].own.add(place)


def _labels_before(before: _Before) -> tuple[dict[int, int], dict[int, int]]:
    """The community of each place, and the part of it, as numbers."""
    numbers = {id_: number for number, id_ in enumerate(sorted(before.nodes))}
    tops, parts = {}, {}
    for place, ids in before.filed.items():
        node = before.nodes[ids[0]]
        if node.source == "communities":
            tops[place] = numbers[node.parent or node.id]
            if node.parent:
                parts[place] = numbers[node.id]
    return tops, parts


def _labels(count: int, known: Mapping[int, int], places: Places | None = None) -> Labels:
    """Labels (n,) of these places, or of all; -1 where none is known."""
    asked = range(count) if places is None else places.tolist()
    return np.fromiter((known.get(place, -1) for place in asked), dtype=np.int64, count=len(asked))


def _nodes(groups: Sequence[_Group], filled: Sequence[_Group], used: Collection[str]) -> list[TopicNode]:
    """The groups that hold papers as topics; those without an id get one that was never used."""
    new = [one for one in filled if one.id is None]
    for one, id_ in zip(new, new_ids([one.label or "" for one in new], used), strict=True):
        one.id = id_
    above = [groups[one.parent].id if one.parent is not None else None for one in filled]
    return [TopicNode(str(one.id), str(one.label), id_, one.source) for one, id_ in zip(filled, above, strict=True)]


def _find_again(groups: Sequence[_Group], before: _Before, retired: Mapping[str, str]) -> None:
    """Give each group the id of the topic that it was: of the same heading, else of mostly the same papers.

    A heading that comes back after it was gone is the topic that it was; any other id that was in use stays unused.
    """
    by_heading = {title_key(node.label): node.id for node in before.nodes.values() if node.source == "headings"}
    for one in groups:
        if one.label is not None:
            same = by_heading.get(title_key(one.label), one.id)
            known = same in before.nodes or retired.get(str(same)) == "headings"
            one.id = same if known else None
    left = {id_: before.members[id_] for id_ in set(before.nodes) - {one.id for one in groups}}
    unknown = [one for one in groups if one.id is None]
    for one, id_ in zip(unknown, heirs([one.members for one in unknown], left), strict=True):
        one.id = id_
        if id_ is not None and one.label is None:
            one.label = before.nodes[id_].label


def _with_names(groups: Sequence[_Group], filled: Sequence[_Group]) -> list[_Group]:
    """The groups that have a name; what only an edge holds together, and no word, is no topic.

    Papers of a part that is none stay with the community that it is a part of.
    """
    for one in filled:
        above = groups[one.parent] if one.parent is not None else None
        if not one.label and above is not None:
            above.own |= one.own
        if above is not None and not above.label:
            one.parent = None
    return [one for one in filled if one.label]


def _name(groups: Sequence[_Group], subjects: Sequence[Subject], texts: Sequence[str]) -> None:
    """Name the communities that are new, and those whose name is a heading's by now."""
    headings = {title_key(one.label or "") for one in groups if one.source == "headings"}
    kept = [one for one in groups if one.label and (one.source == "headings" or title_key(one.label) not in headings)]
    new = [one for one in groups if one not in kept]
    taken = [one.label for one in kept if one.label]
    members = [sorted(one.members) for one in new]
    for one, name in zip(new, names_of(members, [s.title for s in subjects], texts, taken), strict=True):
        one.label = name

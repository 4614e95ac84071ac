"""The map of a library: hands vectors and topics to `graph.maps`, keeps what it makes of them, and answers from it.

The folder is derived from the vectors and the topics. The map before is where the next one begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from graph.labels import hues, placed, spot
from graph.maps import Points, fitted, fractions, layout
from kg import generations
from kg.answers_map import MapAnswer, MapHit, MapPoints, MapTopic
from kg.arrays import Texts, mapped, places_of, save, save_texts
from kg.errors import StorageError
from kg.generations import MAP, VECTORS, Manifest
from kg.store import Store

if TYPE_CHECKING:
    from kg.filters import Search
    from kg.library import Library
    from kg.papers import TopicNode
    from search.index import VectorIndex

MAKER = "maps 2"  # changes with what is written, and how
MOST_TITLES = 1500  # papers that are told by title
MOST = 200_000  # papers on a map: more are neither told apart nor sent to a browser in good time
NONE_YET = "There is no map of this library yet: `kg ingest` embeds its papers and draws it."

Numbers = NDArray[np.int64]


class PaperMap:
    """The map opened for questions: `numbers` (n,) of its papers, in order, and where they lie: `columns`."""

    def __init__(self, parent: Path) -> None:
        """:raises StorageError: there is none in `parent`, or it is damaged."""
        self.manifest = generations.opened(parent, MAP, self._open)

    def _open(self, folder: Path, manifest: Manifest) -> Manifest:
        self.numbers: Numbers = mapped(folder, "numbers")
        self.raw: Points = mapped(folder, "raw")  # in t-SNE's own scale
        self.of = int(mapped(folder, "of")[0])  # papers that there were to be drawn
        points: Points = mapped(folder, "points")
        topic = mapped(folder, "topic")
        names, labels = Texts(folder, "topic_ids"), Texts(folder, "topic_labels")
        columns = [mapped(folder, name).tolist() for name in ("papers", "spots", "colours", "zooms")]
        self.topics = tuple(
            MapTopic(names[place].decode(), labels[place].decode(), papers, x, y, colour, zoom or None)
            for place, (papers, (x, y), colour, zoom) in enumerate(zip(*columns, strict=True))
        )
        x, y = np.round(points.astype(np.float64), 1).T.tolist()
        ids = Texts(folder, "ids")[0].decode().split("\n")[: manifest.count]
        self.columns = MapPoints(ids, x, y, [place if place >= 0 else None for place in topic.tolist()])
        if {len(part) for part in (self.numbers, self.raw, ids, x, topic)} != {manifest.count}:
            raise ValueError("the papers are not those that its manifest names")
        if topic.max(initial=-1) >= len(self.topics):
            raise ValueError("a paper is of a topic that there is not")
        return manifest


def is_fresh(store: Store, folder: Path) -> bool:
    """Whether the map in that folder is that of the vectors and topics as they are; none is, without vectors."""
    maker = _maker(folder)
    if maker is None:
        return True
    return generations.status(folder, MAP, maker, store.topics.checksum()) == "fresh" and _opened(folder) is not None


def draw(store: Store, index: VectorIndex, folder: Path) -> None:
    """Write the map of the papers of the index, begun from the map before.

    :raises StorageError: the folder cannot be written.
    """
    maker, state = _maker(folder) or MAKER, store.topics.checksum()
    generations.write(folder, MAP, maker, state, lambda new: _fill(store, index, folder, new))


def map_of(library: Library, question: Search | None) -> MapAnswer:
    """The map of a library, and on it what a question finds."""
    found = library.parts.map()
    notes = _notes(found)
    topics, points = (found.topics, found.columns) if found else ((), MapPoints([], [], [], []))
    if found and len(points) <= MOST_TITLES:
        numbers = found.numbers.tolist()
        titles = library.store.papers.titles(numbers)
        points = replace(points, titles=[titles.get(number) for number in numbers])
    if question is None:
        return MapAnswer(topics, points, notes=notes)
    answer = library.search(question)
    known = library.store.papers.numbers([result.id for result in answer.results])
    at = _places(found, [known.get(result.id, -1) for result in answer.results])
    hits = tuple(MapHit(result, *place) for result, place in zip(answer.results, at, strict=True))
    return MapAnswer(topics, points, hits, answer.count, (*notes, *answer.notes))


def _notes(found: PaperMap | None) -> tuple[str, ...]:
    if not found or not len(found.numbers):
        return (NONE_YET,)
    if found.of > len(found.numbers):
        return (
            f"The map shows {len(found.numbers):,} of {found.of:,} papers: those that lists hold, and some others.",
        )
    return ()


def _places(found: PaperMap | None, numbers: Sequence[int]) -> list[tuple[float | None, float | None]]:
    """Where the papers of these numbers lie; None where they are not on the map."""
    if found is None:
        return [(None, None)] * len(numbers)
    places, known = places_of(np.array(numbers, dtype=np.int64), found.numbers)
    x, y = found.columns.x, found.columns.y
    return [
        (x[place], y[place]) if there else (None, None)
        for place, there in zip(places.tolist(), known.tolist(), strict=True)
    ]


def _maker(folder: Path) -> str | None:
    """What makes the map: this code, and the vectors in place; None where there are none."""
    vectors = generations.read(folder, VECTORS)
    return f"{MAKER}, {vectors.folder}" if vectors else None


def _before(folder: Path, numbers: Numbers) -> Points:
    """Where these papers (n,) lie on the map in place, in its own scale; NaN where they do not."""
    lay = np.full((len(numbers), 2), np.nan, dtype=np.float32)
    if before := _opened(folder):
        places, known = places_of(numbers, before.numbers)
        lay[known] = before.raw[places[known]]
    return lay


def _opened(folder: Path) -> PaperMap | None:
    try:
        return PaperMap(folder)
    except StorageError:
        return None


def _fill(store: Store, index: VectorIndex, parent: Path, folder: Path) -> int:
    places = _drawn(store, index.numbers)
    numbers = index.numbers[places]
    nodes, filed = {node.id: node for node in store.topics.nodes()}, store.topics.filed()
    held = _held(numbers, nodes, filed)
    order = sorted(held, key=lambda id_: (-len(held[id_]), id_))
    place_of = {id_: place for place, id_ in enumerate(order)}
    topic = np.full(len(numbers), -1, dtype=np.int64)
    for id_ in reversed(order):  # of several outermost topics a paper has the colour of the largest
        if nodes[id_].parent not in held:
            topic[held[id_]] = place_of[id_]
    vectors = index.vectors if len(places) == len(index) else index.vectors[places]
    raw = layout(vectors, numbers, topic, _before(parent, numbers))
    points = fitted(raw)
    ids = store.papers.ids(numbers.tolist())
    save(folder, "numbers", numbers)
    save(folder, "of", np.array([len(index)]))
    save(folder, "raw", raw)
    save(folder, "points", points)
    save(folder, "topic", topic)
    save_texts(folder, "ids", ["\n".join(ids.get(number, "") for number in numbers.tolist())])
    _save_topics(folder, [nodes[id_] for id_ in order], [points[held[id_]] for id_ in order], nodes)
    return len(numbers)


def _drawn(store: Store, numbers: Numbers) -> NDArray[np.intp]:
    """Places of the papers (n,) that are drawn, in order: all, or those of lists and, up to `MOST`, some of the others.

    Which others is settled by their numbers, so that papers stay on the map as others come.
    """
    if len(numbers) <= MOST:
        return np.arange(len(numbers))
    listed = np.unique(np.fromiter((number for number, _ in store.columns.values("list")), dtype=np.int64))
    rank = np.where(np.isin(numbers, listed), -1.0, fractions(numbers)[:, 0])
    return np.sort(np.argsort(rank, kind="stable")[:MOST])


def _held(numbers: Numbers, nodes: Mapping[str, TopicNode], filed: Mapping[int, Sequence[str]]) -> dict[str, list[int]]:
    """The places of the papers of each topic that has any, those of its parts among them."""
    held: dict[str, list[int]] = {}
    for place, number in enumerate(numbers.tolist()):
        above = list(filed.get(number, ()))
        for id_ in above:
            if (parent := nodes[id_].parent) and parent not in above:
                above.append(parent)
        for id_ in above:
            held.setdefault(id_, []).append(place)
    return held


def _save_topics(
    folder: Path, topics: Sequence[TopicNode], points: Sequence[Points], nodes: Mapping[str, TopicNode]
) -> None:
    """Write the topics, the largest first, with where they stand and their colours; parts have their whole's."""
    spots = np.array([spot(of_one) for of_one in points], dtype=np.float64).reshape(-1, 2)
    papers = [len(of_one) for of_one in points]
    at, zooms = placed(spots, [topic.label for topic in topics], papers)
    known = {topic.id for topic in topics}
    outermost = [place for place, topic in enumerate(topics) if topic.parent not in known]
    colours = dict(zip((topics[place].id for place in outermost), hues(spots[outermost]).tolist(), strict=True))
    save_texts(folder, "topic_ids", [topic.id for topic in topics])
    save_texts(folder, "topic_labels", [topic.label for topic in topics])
    save(folder, "papers", np.array(papers, dtype=np.int64))
    save(folder, "spots", np.round(at, 1))
    save(folder, "colours", np.array([colours[_outermost(topic, nodes).id] for topic in topics], dtype=np.int64))
    save(folder, "zooms", zooms)


def _outermost(topic: TopicNode, nodes: Mapping[str, TopicNode]) -> TopicNode:
    while topic.parent is not None:
        topic = nodes[topic.parent]
    return topic

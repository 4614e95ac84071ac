"""Topics against people's own headings: how well communities that are found without the headings agree with them.

The papers are those of five real reading lists; their headings, and who is listed beside whom, are hidden. Agreement is
the V-measure (Rosenberg and Hirschberg 2007). It favours many groups, so peers are held to about as many as ours; the
adjusted mutual information (Vinh, Epps and Bailey 2010), which does not, stands beside it.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_mutual_info_score, v_measure_score

from benchmarks import corpus
from benchmarks.lines import at_least, compared
from graph.communities import combined, groups_of
from graph.topics import topics_of
from kg.config import Config
from kg.grouping import NEAREST
from kg.library import Library
from kg.refresh import Options, refresh
from search.index import VectorIndex
from tests.replica import Replica
from tests.replica.records import records

SHARED = Path(__file__).parents[2] / "shared"
_SEEDS, _FACTS, _EDGES = SHARED / "seeds", SHARED / "data" / "seed_papers.jsonl", SHARED / "data/citations/edges.tsv"
_REPEATED = 10  # runs of k-means

Labels = NDArray[np.int64]


def measure() -> Iterator[str]:
    """One line for each peer, and one for what ten per cent of new papers change."""
    if not _SEEDS.is_dir():
        yield "topics: skipped, the real reading lists (../shared/seeds) are not here"
        return
    library = _library()
    ids, index = library.store.papers.all_ids(), VectorIndex(library.config.index_folder)
    numbers = library.store.papers.numbers(ids)
    places = {id_: place for place, id_ in enumerate(sorted(ids, key=numbers.__getitem__))}
    known = [(places[a], places[b]) for a, b, _ in library.store.citations.all() if a in places and b in places]
    edges = np.array(known, dtype=np.int64).reshape(-1, 2)
    vectors = np.stack([index.vector(number) for number in index.numbers.tolist()])  # type: ignore[misc]
    headings = _headings(library, places)
    ours = groups_of(combined(len(ids), index.neighbourhood(NEAREST), edges))
    library.close()
    yield from _against_kmeans(vectors, headings, ours)
    yield from _against_txtai(vectors, headings, ours)
    kept = statistics.mean(_kept(vectors, edges, seed) for seed in range(_REPEATED))
    name = "old papers in their topic after 10 % new ones"
    yield compared(name, 100 * kept, "required", 95.0, "%", at_least(1))


def _against_kmeans(vectors: NDArray[np.float32], headings: Sequence[str | None], ours: Labels) -> Iterator[str]:
    number = int(ours.max()) + 1
    runs = [KMeans(number, n_init=1, random_state=seed).fit_predict(vectors) for seed in range(_REPEATED)]
    yield from _lines(headings, ours, runs, f"k-means with {number}")


def _against_txtai(vectors: NDArray[np.float32], headings: Sequence[str | None], ours: Labels) -> Iterator[str]:
    try:
        from benchmarks.peers.grouping import topics
    except ImportError as error:
        yield f"topics of txtai: skipped, not installed ({error})"
        return
    default = topics(vectors)
    yield f"txtai's topics at its defaults: {default.max() + 1} of {len(default)} papers, which is no grouping"
    found = min((topics(vectors, n) for n in range(1, 20)), key=lambda labels: abs(int(labels.max() - ours.max())))
    yield from _lines(headings, ours, [found], f"txtai with {found.max() + 1}")


def _lines(headings: Sequence[str | None], ours: Labels, theirs: Sequence[Labels], peer: str) -> Iterator[str]:
    for name, score in (("V-measure", v_measure_score), ("AMI", adjusted_mutual_info_score)):
        own = _agreement(headings, ours, score)
        other = statistics.mean(_agreement(headings, labels, score) for labels in theirs)
        yield compared(f"topics as people's headings, {name}", 100 * own, peer, 100 * other, "%", at_least(1))


def _agreement(headings: Sequence[str | None], labels: Labels, score: object) -> float:
    """Of the papers that have a heading; one that is in no group is one."""
    alone = np.where(labels < 0, labels.max() + 1 + np.arange(len(labels)), labels)
    pairs = [(heading, label) for heading, label in zip(headings, alone.tolist(), strict=True) if heading]
    return float(score(*zip(*pairs, strict=True)))  # type: ignore[operator]


def _headings(library: Library, places: dict[str, int]) -> list[str | None]:
    """The first topic that the lists' headings give each paper."""
    found: list[str | None] = [None] * len(places)
    titles = [reading_list.title for reading_list in library.lists()]
    for paper, topics in topics_of(library.store.documents.all_mentions(), titles)[1].items():
        if paper in places:
            found[places[paper]] = topics[0]
    return found


def _kept(vectors: NDArray[np.float32], edges: Labels, seed: int) -> float:
    """The share of old papers whose group is that of before, when a tenth as many come to them."""
    count = len(vectors)
    old = np.sort(np.random.default_rng(seed).choice(count, round(count / 1.1), replace=False))
    before, here = np.full(count, -1), np.full(count, -1)
    here[old] = np.arange(len(old))
    within = here[edges][(here[edges] >= 0).all(axis=1)]
    before[old] = groups_of(combined(len(old), _near(vectors[old]), within))
    after = groups_of(combined(count, _near(vectors), edges), before)
    pairs = np.stack([before[old], after[old]])[:, before[old] >= 0]
    _, counts = np.unique(pairs, axis=1, return_counts=True)
    firsts = np.unique(pairs, axis=1)[0]
    return float(sum(counts[firsts == group].max() for group in np.unique(firsts)) / pairs.shape[1])


def _near(vectors: NDArray[np.float32]) -> tuple[Labels, NDArray[np.float32]]:
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1.0)
    places = np.argsort(-cosines, axis=1)[:, :NEAREST]
    return places, np.take_along_axis(cosines, places, axis=1)


def _library() -> Library:
    """The library of the five lists, from the replica of arXiv; kept between runs."""
    folder = corpus.CACHE / "reading-lists"
    rows = [json.loads(line) for line in _FACTS.read_text(encoding="utf-8").splitlines()]
    with Replica(records(rows)) as replica:
        base = replica.arxiv_url.removesuffix("/api/query")
        urls = {"oai_url": f"{base}/oai", "s2_url": f"{base}/graph/v1", "openalex_url": f"{base}/openalex"}
        library = Library(Config(data=folder, arxiv_url=replica.arxiv_url, arxiv_delay=0.0, **urls))
        options = Options((str(_SEEDS),), citations=_EDGES if _EDGES.is_file() else None)
        refresh(library, options, lambda *_: None, lambda _: None)
    return library

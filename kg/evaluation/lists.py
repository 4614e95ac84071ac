"""`kg eval` of a library: each paper that a list holds is hidden in turn, and looked for by its neighbours.

The papers under one heading are what a person put together. If all but one of them are the question, is the one that is
missing found among all other papers of the library?
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.topics import topics_of
from kg.errors import NotFound
from kg.evaluation.report import HIDDEN, Ranking, Rankings, Report, estimated
from kg.evaluation.sampling import sampled
from kg.evaluation.ways import PAPERS, ranked
from kg.filters import Related
from kg.library import Library
from kg.papers import Mention
from kg.store.relations import heading_id

if TYPE_CHECKING:
    from graph.tables import Tables
    from ingest.outcome import Progress
    from kg.store import Store

LEAST = 3  # papers under a heading
SAMPLE = 200  # papers hidden, unless asked otherwise
_DEPTH = 5000  # related papers asked for: each of the question's papers puts forward hundreds


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper that is hidden: where one heading names it, and the other papers under that heading."""

    name: str
    paper: str
    mentions: tuple[Mention, ...]
    others: tuple[str, ...]


def evaluate(library: Library, sample: int, progress: Progress) -> tuple[Report, Rankings]:
    """Hide papers one by one, `sample` of them at most, and look for each in every way.

    :raises NotFound: no heading of the library holds enough papers.
    """
    mentions = library.store.documents.all_mentions()
    every, few = entries(mentions)
    if not every:
        raise NotFound(
            f"no heading of a list in {library.config.data} holds {LEAST} papers: `kg ingest` lists that do, "
            "or name the folder of a benchmark"
        )
    chosen = sampled(every, sample)
    rankings = _look_for(library, chosen, mentions, progress)
    modes, differences = estimated(rankings, {entry.name: {entry.paper: 1} for entry in chosen}, HIDDEN)
    status = library.status()
    report = Report(
        task="lists",
        source=str(library.config.data),
        model=library.parts.model(),
        papers=status["papers"],
        queries=len(chosen),
        left_out=few,
        depth=_DEPTH,
        pool=False,
        modes=modes,
        differences=differences,
        notes=_notes(len(every), len(chosen), status["index"], status["graph"]),
    )
    return report, rankings


def entries(mentions: Iterable[Mention]) -> tuple[list[Entry], int]:
    """Every paper under every heading that holds enough of them, in the lists' order; how many are left out.

    A heading is the innermost one above a mention, in one document.
    """
    headings: dict[tuple[str | None, tuple[str, ...]], dict[str, list[Mention]]] = defaultdict(dict)
    for mention in mentions:
        if mention.paper:
            headings[mention.list_id, mention.section].setdefault(mention.paper, []).append(mention)
    found = [
        Entry(f"{number}:{paper}", paper, tuple(there), tuple(other for other in papers if other != paper))
        for number, papers in enumerate(headings.values(), start=1)
        if len(papers) >= LEAST
        for paper, there in papers.items()
    ]
    return found, sum(map(len, headings.values())) - len(found)


def hidden(tables: Tables, store: Store, entry: Entry, topics: Iterable[str]) -> Tables:
    """The graph as it would be if the heading did not name the entry's paper, which then has these `topics` left."""
    place = tables.paper(store.papers.numbers([entry.paper])[entry.paper])
    if place is None:
        return tables
    heading = tables.place("heading", heading_id(entry.mentions[0].list_id or "", entry.mentions[0].section))
    gone = [
        topic for topic in tables.links["about"].out.of(place).tolist() if tables.id("topic", topic) not in set(topics)
    ]
    return tables.without("about", place, gone).without("listed_under", place, [] if heading is None else [heading])


def _look_for(
    library: Library, chosen: Sequence[Entry], mentions: Sequence[Mention], progress: Progress
) -> dict[str, dict[str, Ranking]]:
    titles = [found.title for found in library.lists()]
    sides, tables = library.sides(semantic=True), library.parts.graph()
    rankings: dict[str, dict[str, Ranking]] = {way: {} for way in PAPERS}
    for done, entry in enumerate(chosen, start=1):
        _, topics = topics_of([mention for mention in mentions if mention not in entry.mentions], titles)
        seen = hidden(tables, library.store, entry, topics.get(entry.paper, ())) if tables else None
        for way, ranking in ranked(sides, seen, Related(entry.others), PAPERS, _DEPTH).items():
            rankings[way][entry.name] = ranking
        progress("asking", done, len(chosen))
    return rankings


def _notes(every: int, asked: int, index: str, graph: str) -> tuple[str, ...]:
    notes = [
        "A hidden paper's place under its heading, and the topic that it has by that, count for nothing; but words are "
        "still searched in what the list says of it, which favours keywords where a list describes its papers alike."
    ]
    if asked < every:
        notes.append(f"A sample of {asked} of {every} entries was hidden; --sample {every} hides all.")
    if (index, graph) != ("fresh", "fresh"):
        notes.append(f"The index is {index} and the graph is {graph}: run `kg ingest` first.")
    return tuple(notes)

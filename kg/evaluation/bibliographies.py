"""`kg eval-citations FILE`: bibliographies are hidden, and looked for from titles and abstracts as drafts.

FILE has the columns `citing` and `cited`, separated by tabs. Each citing paper of the library is a draft that nobody
knows: its own references, what cites it, and the paper itself have no part in the answer.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kg.errors import UsageError
from kg.evaluation.report import CITATIONS, Rankings, Report, estimated
from kg.evaluation.sampling import sampled
from kg.evaluation.ways import Ways, ranked
from kg.filters import Related, Scope
from kg.identifiers import month_of
from kg.library import Library
from kg.papers import embedded_text

if TYPE_CHECKING:
    from graph.tables import Tables
    from ingest.outcome import Progress
    from kg.store import Store

DEPTH = 1000
WAYS: Ways = {"keywords": "keywords", "text": "text", "neighbours": "neighbours", "all": None}
_COLUMNS = ["citing", "cited"]


@dataclass(frozen=True, slots=True)
class Bibliographies:
    """What each citing paper cites, by ids; `unknown` cited and `no_drafts` citing papers are not of the library."""

    cited: Mapping[str, frozenset[str]]
    unknown: int
    no_drafts: int


def read_bibliographies(path: Path, store: Store, everything: bool = False) -> Bibliographies:
    """The bibliographies of a file, as far as the library has the papers; with `everything` also those only cited.

    :raises UsageError: the file cannot be read, is not of that form, or the library has none of its papers.
    """
    pairs = list(_pairs(path))
    ids = {name: store.identity.find(name) for name in {name for pair in pairs for name in pair}}
    have = set(store.papers.all_ids())
    known = {name: id_ for name, id_ in ids.items() if id_ and (everything or id_ in have)}
    cited: dict[str, set[str]] = {}
    for one, other in pairs:
        if ids[one] in have and other in known and known[other] != ids[one]:
            cited.setdefault(str(ids[one]), set()).add(known[other])
    if not cited:
        raise UsageError(f"{path}: the library has no paper of it together with one that it cites")
    unknown = len({other for _, other in pairs if other not in known})
    no_drafts = len({one for one, _ in pairs if ids[one] not in cited})
    return Bibliographies({one: frozenset(others) for one, others in cited.items()}, unknown, no_drafts)


def evaluate(
    library: Library, path: Path, sample: int | None, older: bool, everything: bool, progress: Progress
) -> tuple[Report, Rankings]:
    """Look for the bibliographies of a file, or of a `sample` of its papers; with `older` as of when each appeared.

    :raises UsageError: see `read_bibliographies`.
    """
    found = read_bibliographies(path, library.store, everything)
    drafts = sampled(sorted(found.cited), sample)
    rankings = _look_for(library, drafts, older, everything, progress)
    judgements = {draft: dict.fromkeys(found.cited[draft], 1) for draft in drafts}
    modes, differences = estimated(rankings, judgements, CITATIONS)
    report = Report(
        task="citations",
        source=str(path),
        model=library.parts.model(),
        papers=library.status()["papers"],
        queries=len(drafts),
        left_out=found.no_drafts,
        depth=DEPTH,
        pool=False,
        modes=modes,
        differences=differences,
        notes=_notes(library, found, len(drafts), older),
    )
    return report, rankings


def _look_for(
    library: Library, drafts: Sequence[str], older: bool, everything: bool, progress: Progress
) -> dict[str, dict[str, list[tuple[str, float]]]]:
    sides, tables, store = library.sides(semantic=True), library.parts.graph(), library.store
    numbers, dates = store.papers.numbers(list(drafts)), _dates(tables) if older and tables else None
    rankings: dict[str, dict[str, list[tuple[str, float]]]] = {way: {} for way in WAYS}
    for done, paper in enumerate(store.papers.get(list(drafts)), start=1):
        unseen = np.array([numbers[paper.id]], dtype=np.int64)
        if dates is not None and tables is not None:
            unseen = np.union1d(unseen, tables.numbers[dates >= _appeared(paper.id, paper.published)])
        text = embedded_text(paper.title, paper.abstract)
        question = Related(text=text, scope=Scope(everything=everything))
        for way, ranking in ranked(sides, tables, question, WAYS, DEPTH, unseen).items():
            rankings[way][paper.id] = list(ranking)
        progress("asking", done, len(drafts))
    return rankings


def _dates(tables: Tables) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """The month in which each paper (n,) appeared."""
    places = range(len(tables.numbers))
    return np.array([_appeared(tables.id("paper", place), tables.published(place)) for place in places])


def _appeared(id_: str, published: str | None) -> str:
    """The month by the arXiv id, which many records without a date have; or else by the date. Unknown is never."""
    return month_of(id_) or (published or "9")[:7]


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    """(citing, cited) of each line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if not set(_COLUMNS) <= set(rows.fieldnames or ()):
                raise UsageError(f"{path}, line 1: must name the columns citing and cited, separated by a tab")
            for row in rows:
                if not row["citing"] or not row["cited"]:
                    raise UsageError(f"{path}, line {rows.line_num}: has no citing or no cited paper")
                yield row["citing"].strip(), row["cited"].strip()
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not in UTF-8: {error.reason}") from None
    except (OSError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _notes(library: Library, found: Bibliographies, asked: int, older: bool) -> tuple[str, ...]:
    status = library.status()
    notes = [f"{found.unknown} cited papers are not in the library, and are not counted."]
    if alone := _cited_by_none_else(library.parts.graph(), library.store, found):
        notes.append(f"{alone:.0%} of those looked for are cited by no other paper here: none can vote for them.")
    if older:
        notes.append("Only papers that had appeared before the draft were seen.")
    if asked < len(found.cited):
        notes.append(f"A sample of {asked} of {len(found.cited)} bibliographies was looked for.")
    if (status["index"], status["graph"]) != ("fresh", "fresh"):
        notes.append(f"The index is {status['index']} and the graph is {status['graph']}: run `kg ingest` first.")
    return tuple(notes)


def _cited_by_none_else(tables: Tables | None, store: Store, found: Bibliographies) -> float:
    """The share of the papers looked for that only the draft itself cites."""
    if tables is None:
        return 0.0
    numbers = store.papers.numbers(sorted({id_ for ids in found.cited.values() for id_ in ids} | set(found.cited)))
    back, lone, count = tables.links["cites"].back, 0, 0
    for draft, cited in found.cited.items():
        own = tables.paper(numbers[draft])
        for id_ in cited:
            place = tables.paper(numbers[id_])
            others = set() if place is None else set(back.of(place).tolist()) - {own}
            lone, count = lone + (not others), count + 1
    return lone / count

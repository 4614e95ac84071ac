"""`kg ingest`: the one way through, from documents to answers. Each step is skipped when nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ingest.harvest import harvest
from ingest.loading import load_citations, load_facts, load_snapshot
from ingest.outcome import Outcome, Progress
from ingest.reading import Web, now, read_documents
from ingest.routes.resolution import in_library
from ingest.run import ask_services
from ingest.services import Services
from kg import generations
from kg.config import STATIC
from kg.deriving import derive, drop_other_histories, index_vectors
from kg.errors import UsageError
from kg.generations import VECTORS
from kg.library import Library
from kg.store import Store
from kg.turns import alone
from search.embedding import embed_missing

_MANY = 50_000  # papers that the full model takes a quarter of an hour for where it is quick, and an hour elsewhere


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is to do; see `kg ingest --help`.

    `encoder` is `full`, `static`, `none` (embed nothing now), or None for the kind that the library has.
    """

    sources: tuple[str, ...] = ()
    offline: bool = False
    full: bool = False
    allow_private: bool = False
    encoder: str | None = None
    references: bool = True
    set_name: str | None = None
    since: date | None = None
    snapshot: Path | None = None
    citations: Path | None = None
    facts: Path | None = None

    @property
    def files(self) -> bool:
        """Whether files are to be loaded beside documents."""
        return bool(self.snapshot or self.citations)


def refresh(library: Library, options: Options, progress: Progress, say: Callable[[str], None]) -> Outcome:
    """Bring the library up to date; what was obtained is kept, whatever happens on the way.

    `say` is told what the user should know at once.

    :raises UsageError: there is nothing to read.
    :raises StorageError: the data folder cannot be written.
    """
    start = datetime.now(UTC)
    with alone(library.config.data, say), Store(library.config.database) as store:
        if not (options.sources or options.files or options.set_name or store.documents.sources()):
            raise UsageError("nothing to ingest yet: give a file, folder or URL, as in `kg ingest my-list.md`")
        drop_other_histories(store, library.config.index_folder)
        store.indexes.complete()
        before, run, outcome = store.runs.last_outcome(), store.runs.start(now()), Outcome()
        last_paper = before.get("last_paper", store.news.last_paper() if before else 0)
        web = Web(not (options.offline or options.snapshot), options.allow_private)
        read_documents(store, options.sources, outcome, web, progress)
        _load_files(store, options, progress)
        outcome.resolved += in_library(store, now())
        if web.allowed:
            _ask(library, store, options, outcome, progress, start)
        # Those of a run that was killed are told by the one that goes on from it.
        last_change = int(before.get("last_change", 0))
        outcome.changes = store.changes.after(last_change)
        outcome.embedded = _embed(library, store, options, web.allowed, progress, say)
        derive(library, store, progress)
        if moved := store.changes.moved_after(last_change):
            outcome.notes.append(f"{moved} paper{'s' * (moved > 1)} moved to another topic")
        outcome.news = store.news.after(store.runs.last_finished(), last_paper)
        marks = {"last_change": store.changes.last(), "last_paper": store.news.last_paper()}
        store.runs.finish(run, now(), {**summary(outcome), **marks})
        return outcome


def _ask(
    library: Library, store: Store, options: Options, outcome: Outcome, progress: Progress, start: datetime
) -> None:
    """Ask the services: for a set that is harvested, then for all that is missing or stale."""
    services = Services.of(library.config)
    if options.set_name:
        harvest(store, services.oai, options.set_name, options.since, outcome, progress)
    ask_services(store, services, outcome, progress, start, options.full, options.references)


def summary(outcome: Outcome) -> dict[str, Any]:
    """The outcome of a run as JSON."""
    return {
        "documents_read": outcome.read,
        "documents_unchanged": outcome.unchanged,
        "documents_removed": outcome.removed,
        "mentions": outcome.mentions,
        "requests": outcome.requests,
        "requests_to": outcome.requests_to,
        "fetched": outcome.fetched,
        "harvested": outcome.harvested,
        "references_fetched": outcome.references,
        "resolved_by_title": outcome.resolved,
        "embedded": outcome.embedded,
        "unknown_to_arxiv": outcome.unknown,
        "changes": [asdict(change) for change in outcome.changes],
        "news": asdict(outcome.news),
        "problems": outcome.problems,
        "notes": outcome.notes,
    }


def _load_files(store: Store, options: Options, progress: Progress) -> None:
    if options.snapshot:
        load_snapshot(store, options.snapshot, progress)
    if options.citations:
        load_citations(store, options.citations, progress)
    if options.facts:
        load_facts(store, options.facts)


def _embed(
    library: Library, store: Store, options: Options, online: bool, progress: Progress, say: Callable[[str], None]
) -> int:
    """Embed what is new, and rebuild what is asked if it changed; an encoder is loaded only when needed."""
    parts, embedded = library.parts, 0
    if options.encoder != "none":
        model = parts.model(_encoder(library, store, options, say))
        parts.may_download = online
        if before := parts.changed_from(model):
            say(f"the model is now {model}: embedding again; until that is done, the index of {before} answers")
        if not (embedded := embed_missing(store, model, lambda: parts.ready_encoder(model), progress)):
            parts.keep_static(model)  # questions need it too, and it may be damaged, or gone
        index_vectors(library, store, model, progress)
    return embedded


def _encoder(library: Library, store: Store, options: Options, say: Callable[[str], None]) -> str | None:
    """The kind of encoder: where nothing is asked for, a static one for many papers of which none is embedded yet."""
    if options.encoder or generations.version(library.config.index_folder, VECTORS) is not None:
        return options.encoder
    if models := store.vectors.models():  # a run that was stopped goes on
        return "static" if models[0] == STATIC + library.config.model_name else None
    if (count := store.papers.count()) <= _MANY:
        return None
    say(f"{count} papers are embedded by a static model, which takes minutes; `kg embed` lets the full one catch up")
    return "static"

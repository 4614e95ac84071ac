"""`kg ingest`: the one way through, from documents to answers. Each step is skipped when nothing changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from ingest.harvest import harvest
from ingest.loading import load_citations, load_facts, load_snapshot
from ingest.outcome import Outcome, Progress
from ingest.reading import Web, now, read_documents
from ingest.routes.resolution import in_library
from ingest.run import ask_services
from ingest.services import Services
from kg import generations
from kg.connecting import connect
from kg.connecting import status as graph_status
from kg.errors import StorageError, UsageError
from kg.generations import COLUMNS, FACETS, VECTORS, WORDS
from kg.joining import join_authors
from kg.library import Library
from kg.store import Store
from kg.store.words import TOKENIZER
from search.embedding import embed_missing

if TYPE_CHECKING:
    from search.index import VectorIndex


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
    with _alone(library.config.data, say), Store(library.config.database) as store:
        if not (options.sources or options.files or options.set_name or store.documents.sources()):
            raise UsageError("nothing to ingest yet: give a file, folder or URL, as in `kg ingest my-list.md`")
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
        join_authors(store)
        _relate(library, store)
        _draw(library, store)
        if moved := store.changes.moved_after(last_change):
            outcome.notes.append(f"{moved} paper{'s' * (moved > 1)} moved to another topic")
        _index_words(library.config.index_folder, store)
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
    folder, parts = library.config.index_folder, library.parts
    embedded = 0
    if options.encoder != "none":
        model = parts.model(options.encoder)
        parts.may_download = online
        if before := parts.changed_from(model):
            say(f"the model is now {model}: embedding again; until that is done, the index of {before} answers")
        embedded = embed_missing(store, model, lambda: parts.ready_encoder(model), progress)
        if generations.status(folder, VECTORS, model, store.state("texts")) != "fresh" or not parts.index_is_whole():
            from search.index import build as build_index

            build_index(store, model, folder)
    return embedded


def _index_words(folder: Path, store: Store) -> None:
    """Rebuild postings and facets if what they are made of changed."""
    if generations.status(folder, WORDS, TOKENIZER, store.words.state()) != "fresh":
        from search.postings import build as build_postings

        build_postings(store, folder)
    if generations.status(folder, FACETS, COLUMNS, store.state("relations")) != "fresh":
        from search.facets import build as build_columns

        build_columns(store, folder)


def _relate(library: Library, store: Store) -> None:
    """Rebuild topics and graph if what they are made of changed."""
    fresh, index = store.topics.are_fresh(), None
    if not fresh:
        from kg.grouping import group

        index = _index(library)
        group(store, index, now())
    if graph_status(store, library.config.index_folder) != "fresh":
        connect(store, _index(library) if fresh else index, library.config.index_folder)


def _draw(library: Library, store: Store) -> None:
    """Draw the map anew if the vectors or the topics changed."""
    from kg.mapping import draw, is_fresh

    folder = library.config.index_folder
    if not is_fresh(store, folder) and (index := _index(library)) is not None:
        draw(store, index, folder)


def _index(library: Library) -> VectorIndex | None:
    """The vectors in place, of whatever model; None where nothing is embedded."""
    from search.index import VectorIndex

    try:
        return VectorIndex(library.config.index_folder)
    except StorageError:
        return None


@contextmanager
def _alone(folder: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Two runs on one folder queue."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "ingest.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say(f"another kg ingest is at work in {folder}: waiting for it")
            lock.acquire()
    except OSError as error:
        raise StorageError(
            f"cannot write to {folder}: {error.strerror or error}; choose another folder with --data"
        ) from error
    try:
        yield
    finally:
        lock.release()

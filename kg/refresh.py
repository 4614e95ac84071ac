"""`kg ingest`: the one way through, from documents to answers. Each step is skipped when nothing changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from graph.build import build
from graph.saved import save, saved_state
from graph.topics import topics_of
from ingest.feed import ArxivFeed
from ingest.outcome import Outcome, Progress
from ingest.reading import Web, now, read_documents
from ingest.run import fetch_metadata, load_citations, load_facts, load_snapshot, resolve_titles
from kg.config import Config
from kg.errors import StorageError, UsageError
from kg.library import Library
from kg.store import Store
from search.embedding import embed_missing
from search.manifest import status as index_status


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is to do; see `kg ingest --help`."""

    sources: tuple[str, ...] = ()
    offline: bool = False
    full: bool = False
    allow_private: bool = False
    embed: bool = True
    snapshot: Path | None = None
    citations: Path | None = None
    facts: Path | None = None


def refresh(library: Library, options: Options, progress: Progress, say: Callable[[str], None]) -> Outcome:
    """Bring the library up to date; what was obtained is kept, whatever happens on the way.

    `say` is told what the user should know at once.

    :raises UsageError: there is nothing to read.
    :raises StorageError: the data folder cannot be written.
    """
    with _alone(library.config.data, say), Store(library.config.database) as store:
        if not (options.sources or options.snapshot or options.citations or store.documents.sources()):
            raise UsageError("nothing to ingest yet: give a file, folder or URL, as in `kg ingest my-list.md`")
        run, outcome = store.runs.start(now()), Outcome()
        web = Web(not (options.offline or options.snapshot), options.allow_private)
        read_documents(store, options.sources, outcome, web, progress)
        _load_files(store, options, progress)
        feed = _feed(library.config) if web.allowed else None
        if feed:
            fetch_metadata(store, feed, outcome, options.full, progress)
        resolve_titles(store, feed, outcome, options.full, progress)
        outcome.requests = feed.requests if feed else 0
        if options.embed:
            outcome.embedded = _embed(library, store, web.allowed, progress)
        _relate(library, store)
        store.runs.finish(run, now(), summary(outcome))
        return outcome


def summary(outcome: Outcome) -> dict[str, int | list[str]]:
    """The outcome of a run as JSON."""
    return {
        "documents_read": outcome.read,
        "documents_unchanged": outcome.unchanged,
        "documents_removed": outcome.removed,
        "mentions": outcome.mentions,
        "requests": outcome.requests,
        "fetched": outcome.fetched,
        "resolved_by_title": outcome.resolved,
        "embedded": outcome.embedded,
        "unknown_to_arxiv": outcome.unknown,
        "problems": outcome.problems,
    }


def _feed(config: Config) -> ArxivFeed:
    return ArxivFeed(config.arxiv_url, config.arxiv_delay, config.data / "arxiv.stamp")


def _load_files(store: Store, options: Options, progress: Progress) -> None:
    if options.snapshot:
        load_snapshot(store, options.snapshot, progress)
    if options.citations:
        load_citations(store, options.citations)
    if options.facts:
        load_facts(store, options.facts)


def _embed(library: Library, store: Store, online: bool, progress: Progress) -> int:
    """Embed what is new and rebuild the index if it changed; the encoder is loaded only when needed."""
    config = library.config
    missing, done = len(store.vectors.missing(config.model_name)), 0

    def advance(more: int) -> None:
        nonlocal done
        done += more
        progress("embedding", done, missing)

    if missing:
        library.may_download = online
        progress("embedding", 0, missing)
        embed_missing(store, library.encoder, advance)
    from search.index import build as build_index
    from search.index import is_whole

    fresh = index_status(store, config.model_name, config.index_folder) == "fresh"
    if not (fresh and is_whole(config.index_folder)):
        build_index(store, config.model_name, config.index_folder)
    return missing


def _relate(library: Library, store: Store) -> None:
    """Rebuild topics and graph if what they are made of changed."""
    state = store.state("relations")
    if saved_state(library.config.graph_file) == state:
        return
    mentions = store.documents.all_mentions()
    lists = store.documents.lists()
    store.topics.replace(*topics_of(mentions, (found.title for found in lists)))
    papers = store.papers.get(store.papers.all_ids())
    try:
        save(build(papers, lists, mentions, store.citations.all()), library.config.graph_file, state)
    except OSError as error:
        raise StorageError(f"the graph cannot be written to {library.config.data}: {error}") from error


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

"""Reading documents into the library: what is new in them is stored, document by document."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from ingest.files import is_within
from ingest.identity import agrees, id_of_work, names_of, sure_names_of
from ingest.outcome import Outcome, Progress
from ingest.sources import documents_of, folder_of, is_url, locate, read
from ingest.worker import Understood, Unread
from ingest.workers import Workers
from kg.errors import DocumentError
from kg.papers import Mention
from kg.store import Store
from kg.store.documents import Document, Source
from kg.text import squeezed

# Counts changes of what is read out of a document: documents read by an older version are read again.
_READERS_VERSION = b"4"
_MOST_LINES, _MOST_YEARS = 2**31, 10_000  # what a worker tells beyond them is made up
_WORKERS = Workers("ingest.worker", Understood)


def extract(
    given: Sequence[str], allow_private: bool = False, progress: Progress = lambda *_: None
) -> tuple[list[Mention], list[str], int]:
    """The mentions in documents, storing nothing; what could not be read; how many documents could."""
    mentions: list[Mention] = []
    problems: list[str] = []
    found = [(folder, one) for _, folder, documents in _located(given, problems) for one in documents]
    failed = 0
    for number, (folder, document) in enumerate(found):
        progress("reading", number, len(found))
        try:
            content, kind = read(document, allow_private, folder)
            mentions += _understood(document, content, kind).mentions
        except DocumentError as error:
            problems.append(f"{document.given}: {error}")
            failed += 1
    return mentions, problems, len(found) - failed


@dataclass(frozen=True, slots=True)
class Web:
    """What may be fetched: nothing at all, public addresses, or any."""

    allowed: bool = True
    private: bool = False


def read_documents(store: Store, given: Sequence[str], outcome: Outcome, web: Web, progress: Progress) -> None:
    """Read the sources given, or those known; a source of which anything could be read is remembered."""
    known = [source.given if is_url(source.location) else source.location for source in store.documents.sources()]
    located = list(_located(given or known, outcome.problems_of_documents))
    total, done = sum(len(documents) for *_, documents in located), 0
    for source, folder, documents in located:
        before = outcome.read + outcome.unchanged
        for document in documents:
            progress("reading", done, total)
            _read_one(store, document, folder, outcome, web)
            done += 1
        _forget_deleted(store, source, documents, outcome)
        if outcome.read + outcome.unchanged > before and given:
            with store.transaction():
                store.documents.add_source(source, now())
    with store.transaction():
        store.identity.settle_membership()
        store.fulltext.refresh()


def now() -> str:
    """The time, in UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


_Located = tuple[Source, str | None, list[Source]]


def _located(given: Iterable[str], problems: list[str]) -> Iterator[_Located]:
    """Each source with its folder, if it has one, and its documents; one that two sources name is the first one's."""
    seen: set[str] = set()
    for source in map(locate, given):
        try:
            found, folder = documents_of(source), folder_of(source)
        except DocumentError as error:
            problems.append(str(error))
            continue
        except OSError as error:
            problems.append(f"{source.given[:200]}: cannot be read: {error.strerror}")
            continue
        yield source, folder, list(_new(found, folder, seen, problems))


def _new(found: Iterable[Source], folder: str | None, seen: set[str], problems: list[str]) -> Iterator[Source]:
    """Those of a source's documents that lie in its folder and were not seen before."""
    for document in found:
        place = document.location if is_url(document.location) else os.path.realpath(document.location)
        if folder is not None and not is_within(place, folder):
            problems.append(
                f"{document.given}: is left out, a link leads to it out of {folder}: name it by itself if that is meant"
            )
        elif place not in seen:
            seen.add(place)
            yield document


def _read_one(store: Store, document: Source, folder: str | None, outcome: Outcome, web: Web) -> None:
    """Read a document if it is new or has changed. All that it says is stored at once: a kill leaves no half."""
    try:
        if is_url(document.location) and not web.allowed:
            raise DocumentError("is on the web, and this run is offline")
        content, kind = read(document, web.private, folder)
        digest = hashlib.sha256(_READERS_VERSION + content).hexdigest()
        if digest == store.documents.content_hash(document.location):
            outcome.unchanged += 1
            return
        understood = _understood(document, content, kind)
    except DocumentError as error:
        outcome.problems_of_documents.append(f"{document.given}: {error}")
        return
    mentions = understood.mentions
    title = squeezed(understood.title or PurePosixPath(document.location).stem)
    record = Document(document.given, document.location, title, digest, now())
    with store.transaction():
        since = store.documents.since(document.location)
        touched = _forget(store, document.location)
        touched |= store.documents.save(record, [(m, _number(store, m)) for m in mentions], since)
        store.identity.describe(sorted(touched))
    outcome.read += 1
    outcome.mentions += len(mentions)


def _understood(document: Source, content: bytes, kind: str) -> Understood:
    """What a document says, as a process of its own has read it.

    :raises DocumentError: it cannot be read, or the process was made to tell what no document says.
    """
    found = _WORKERS.ask(Unread(document.given, document.location, kind, content), len(content))
    if not all(_is_of(mention, document) for mention in found.mentions):
        raise DocumentError("cannot be read: the process that reads it was made to tell nonsense")
    return found


def _is_of(mention: Mention, document: Source) -> bool:
    """Whether this can be a mention in a document: numbers are such, and no work was found yet."""
    return (
        mention.document == document.given
        and 0 <= mention.line < _MOST_LINES
        and (mention.year is None or 0 <= mention.year < _MOST_YEARS)
        and mention.paper is None
        and mention.list_id is None
    )


def _forget_deleted(store: Store, source: Source, found: list[Source], outcome: Outcome) -> None:
    """Forget documents that were read from a folder and are no longer in it."""
    if is_url(source.location) or not Path(source.location).is_dir():
        return
    there = {document.location for document in found}
    for document in store.documents.below(source.location):
        if document.location not in there and not Path(document.location).exists():
            with store.transaction():
                touched = _forget(store, document.location)
                store.documents.remove(document.location)
                store.identity.describe(sorted(touched))
            outcome.removed.append(document.given)


def _forget(store: Store, location: str) -> set[int]:
    """Forget what a document said, with the names that only it gave to works; the papers that it touches."""
    touched = store.documents.forget_mentions(location)
    for number in touched:
        said = store.documents.mentions_of([number])
        store.identity.drop_aliases(number, (name for mention in said for name in _names(mention)))
    return touched


def _names(mention: Mention) -> list[str]:
    """The names that a mention gives to its work. Beside an arXiv id, a title is none: lists call papers by many."""
    return sure_names_of(mention) if mention.arxiv_id else names_of(mention)


def _number(store: Store, mention: Mention) -> int:
    """The number of the work that a mention is about; it is made, or made one with others, where needed."""
    names = _names(mention)
    known = sorted(_known(store, mention, names), key=lambda found: not store.identity.on_arxiv(found))
    if mention.arxiv_id:
        number = store.identity.ensure_arxiv(mention.arxiv_id)
    else:
        number = known[0] if known else store.identity.ensure_work(id_of_work(mention), mention)
    for other in known:
        if other != number and not store.identity.on_arxiv(other):
            store.identity.merge(other, number)
    store.identity.add_aliases(number, names)
    return number


def _known(store: Store, mention: Mention, names: Iterable[str]) -> list[int]:
    """The numbers of all works that go by these names; one that has only the title needs fitting authors."""
    found = {name: number for name in names if (number := store.identity.number(name)) is not None}
    ids = store.papers.ids(found.values())
    papers = {paper.id: paper for paper in store.papers.get(list(ids.values()))}
    fitting = (n for name, n in found.items() if not name.startswith("title:") or agrees(mention, papers[ids[n]]))
    return list(dict.fromkeys(fitting))

"""Copies of a library, made while it is in use, and the way back.

A copy is `kg.db` alone, as one file: everything else in the data folder is made from it, but for `kg.toml`, which may
hold keys and is the user's to keep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from kg import generations
from kg.config import Config
from kg.deriving import derive, index_vectors, model_of
from kg.errors import StorageError, UsageError
from kg.files import make_folder, put_in_place, sync, temporary_of
from kg.generations import KINDS
from kg.library import Library
from kg.store import Store
from kg.store.copies import contents, copy, page_size, take_over
from kg.turns import alone

_PARTS = "-wal", "-shm", ""  # the files of a database in WAL mode, the database itself last


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a library: its `file`, of so many `bytes`, and what it holds."""

    file: str
    bytes: int
    documents: int
    mentions: int
    papers: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What a library holds now; `before` is the file with what it held before, None if that was nothing."""

    file: str
    before: str | None
    documents: int
    mentions: int
    papers: int


def back_up(config: Config, target: Path | None = None) -> Copy:
    """Copy the library as it is at this moment to a new file, and check the copy.

    :param target: a file that is not there yet, or a folder; by default the folder `backups` in the data folder.
    :raises UsageError: there is no library, or the file is there.
    :raises StorageError: the library is damaged, or the file cannot be written; then there is none.
    """
    if not config.database.is_file():
        raise UsageError(config.no_papers)
    return _copied(config.database, _free(config, target))


def restore(library: Library, file: Path, say: Callable[[str], None]) -> Restored:
    """Put a copy in the place of the library; what is there is kept as a copy first.

    Who reads meanwhile sees the one or the other. Nothing is replaced before the copy was found to be whole.

    :raises UsageError: the file is no copy of a library, or damaged.
    :raises StorageError: the data folder cannot be written.
    """
    config = library.config
    with alone(config.data, say), _ready(file, config) as copy:
        before = _set_aside(config)
        # Before the rows change: what is derived from others must not be taken for theirs.
        for kind in KINDS:
            generations.drop(config.index_folder, kind)
        take_over(copy, config.database)
        say("restored; making index, graph and map anew")
        with Store(config.database) as store:
            index_vectors(library, store, model_of(library, store))
            derive(library, store)
        return Restored(str(config.database), str(before) if before else None, **asdict(contents(config.database)))


def _free(config: Config, target: Path | None) -> Path:
    """The file to write.

    :raises UsageError: it is there.
    """
    name = f"kg-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.db"
    file = target or config.backups_folder / name
    file = file / name if file.is_dir() else file
    if file.exists():
        raise UsageError(f"{file} is there already: name another file")
    return file


def _copied(database: Path, file: Path) -> Copy:
    """Write a copy under another name, check it, put it in its place."""
    temporary = temporary_of(file)
    try:
        make_folder(file.parent)
        try:
            temporary.touch(mode=0o600)  # a library says what its owner reads
            copy(database, temporary)
            found = contents(temporary)
            sync(temporary)
            put_in_place(temporary, file)
        finally:
            temporary.unlink(missing_ok=True)
        return Copy(str(file), file.stat().st_size, **asdict(found))
    except OSError as error:
        raise StorageError(f"the copy cannot be written to {file}: {error.strerror or error}") from error


@contextmanager
def _ready(file: Path, config: Config) -> Iterator[Path]:
    """A copy of the copy, whole and of this version's schema; the user's file is only read.

    :raises UsageError: it is no copy of a library, or damaged.
    """
    if not file.is_file():
        raise UsageError(f"{file}: no such file")
    ready = temporary_of(config.database)
    try:
        with _as_usage():
            contents(file)
        copy(file, ready, page_size(config.database))
        with _as_usage():
            _cleared(ready)
        yield ready
    finally:
        for end in _PARTS:
            Path(f"{ready}{end}").unlink(missing_ok=True)


def _cleared(ready: Path) -> None:
    """Bring a copy up to date, as a library of its own: others' triggers go, and nothing is derived from it yet."""
    with Store(ready) as store:
        for name, _ in store.checks.foreign_triggers():
            store.checks.drop_trigger(name)
        store.begin_history()


@contextmanager
def _as_usage() -> Iterator[None]:
    """What is wrong with the copy is told as such."""
    try:
        yield
    except StorageError as error:
        raise UsageError(f"not restored, and nothing was changed: {error}") from error


def _set_aside(config: Config) -> Path | None:
    """Keep what is there: as a copy, or, where it is too damaged for that, its files under another name."""
    if not config.database.is_file():
        return None
    file = _free(config, None)
    try:
        contents(config.database)
    except StorageError:
        return _moved(config, file)
    return Path(_copied(config.database, file).file)


def _moved(config: Config, file: Path) -> Path:
    """Move a damaged database away, the log first: beside another database it would be taken for that one's."""
    damaged = file.with_name(f"damaged-{file.name}")
    try:
        make_folder(damaged.parent)
        for end in _PARTS:
            if (part := Path(f"{config.database}{end}")).exists():
                part.replace(f"{damaged}{end}")
        sync(damaged.parent)
        sync(config.data)
    except OSError as error:
        raise StorageError(f"the damaged library cannot be moved to {damaged}: {error.strerror or error}") from error
    return damaged

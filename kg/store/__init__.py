"""The store: `kg.db`, and the only code that speaks SQL. One object for each group of tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from sqlite3 import Connection, OperationalError
from sqlite3 import DatabaseError as DatabaseError  # what a damaged file raises late; the doors tell it
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from kg.errors import StorageError
from kg.files import make_folder, sync
from kg.migrations import migrations, new_history
from kg.store.arrivals import Arrivals
from kg.store.asks import Asks
from kg.store.bulk import BulkLoading
from kg.store.changes import Changes
from kg.store.checks import Checks
from kg.store.citations import Citations
from kg.store.cited import CitedWorks
from kg.store.columns import Columns
from kg.store.documents import Documents
from kg.store.fulltext import FullText
from kg.store.harvests import Harvests
from kg.store.identity import Identity
from kg.store.indexes import Indexes
from kg.store.metadata import MetadataRecords
from kg.store.names import Names
from kg.store.news import NewThings
from kg.store.opening import for_reading, for_writing
from kg.store.papers import Papers
from kg.store.people import People
from kg.store.reads import one_state
from kg.store.relations import Relations
from kg.store.resolutions import Resolutions
from kg.store.runs import Runs
from kg.store.titles import Titles
from kg.store.topics import Topics
from kg.store.vectors import Vectors
from kg.store.words import Words

_CHECKPOINT = 10_000  # pages (40 MB) of the log after which they are moved to their places
_CACHE = 65536  # KiB of pages in memory while writing: indexes are written all over


class Store:
    """An open library. Use one object per thread, and close it (it is a context manager)."""

    def __init__(self, path: Path | None, read_only: bool = False) -> None:
        """Open the database at `path`, making it and bringing its schema up to date unless `read_only`.

        Where nothing is there to be read, and for None, the store is an empty one in memory.

        :raises StorageError: it cannot be opened, is no database, or is of another version of `kg`.
        """
        opened = _open(path, read_only) if path else None
        self.in_memory = opened is None
        self._db = opened if opened is not None else _in_memory()
        self.documents = Documents(self._db)
        self.identity = Identity(self._db)
        self.titles = Titles(self._db)
        self.names = Names(self._db)
        self.metadata = MetadataRecords(self._db)
        self.bulk = BulkLoading(self._db)
        self.indexes = Indexes(self._db)
        self.papers = Papers(self._db)
        self.people = People(self._db)
        self.citations = Citations(self._db)
        self.relations = Relations(self._db)
        self.cited = CitedWorks(self._db)
        self.topics = Topics(self._db)
        self.fulltext = FullText(self._db)
        self.words = Words(self._db)
        self.columns = Columns(self._db)
        self.vectors = Vectors(self._db)
        self.runs = Runs(self._db)
        self.news = NewThings(self._db)
        self.arrivals = Arrivals(self._db)
        self.asks = Asks(self._db)
        self.changes = Changes(self._db)
        self.resolutions = Resolutions(self._db)
        self.harvests = Harvests(self._db)
        self.checks = Checks(self._db)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything written inside is committed together, or not at all.

        :raises StorageError: the disk is full, or the file cannot be written.
        """
        try:
            with self._db.atomic():
                yield
        except OperationalError as error:
            raise StorageError(f"the library cannot be written: {error}") from error

    def reading(self, seconds: float | None = None) -> AbstractContextManager[None]:
        """All that is read inside is of one state, whatever others commit meanwhile; see `kg.store.reads`.

        :raises Overdue: it takes longer than so many seconds.
        """
        return one_state(self._db, seconds)

    def state(self, name: str) -> int:
        """How often the `texts` (of the index) or the `relations` (of the graph) have changed."""
        row = self._db.execute("SELECT value FROM states WHERE name = ?", [name]).fetchone()
        return int(row[0])

    def begin_history(self) -> None:
        """Let nothing that was made from the library so far be of its state."""
        with self.transaction():
            new_history(self._db)

    def close(self) -> None:
        """Close the database; the object cannot be used afterwards."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _in_memory() -> Database:
    db = Database(memory=True)
    migrations.apply(db)
    return db


def _open(path: Path, read_only: bool) -> Database | None:
    """The database; None where there is nothing to be read yet."""
    if read_only and not path.is_file():
        return None
    connection = _connected(path, read_only)
    try:
        db = Database(connection)
        ready = _is_current(db) if read_only else _brought_up_to_date(db)
        if not read_only:
            sync(path.parent)  # the names of database and log: SQLite asks for it, and passes over what it is told
    except (DatabaseError, OSError) as error:
        connection.close()
        raise StorageError(f"cannot open {path}: {error}; `kg doctor` says what can be done") from error
    except StorageError:
        connection.close()
        raise
    if not ready:
        connection.close()
    return db if ready else None


def _connected(path: Path, read_only: bool) -> Connection:
    try:
        if read_only:
            return for_reading(path)
        make_folder(path.parent)
        return for_writing(path)
    except (OSError, OperationalError) as error:
        raise StorageError(f"cannot open {path}: {error}; choose another folder with --data") from error


def _applied(db: Database) -> set[str]:
    """The names of the migrations that made this database.

    :raises StorageError: some are unknown here.
    """
    if migrations.migrations_table not in db.table_names():
        return set()
    applied = {migration.name for migration in migrations.applied(db)}
    known = {migration.name for migration in migrations.pending(Database(memory=True))}
    if unknown := sorted(applied - known):
        raise StorageError(f"the library was made by a newer kg ({unknown[0]}): upgrade kg")
    return applied


def _is_current(db: Database) -> bool:
    """Whether the database can be read as it is; False for one that is only being made.

    :raises StorageError: it is of an older or a newer `kg`.
    """
    applied = _applied(db)
    if applied and migrations.pending(db):
        raise StorageError("the library was made by an older kg: run `kg ingest` once, it will be upgraded")
    return bool(applied)


def _brought_up_to_date(db: Database) -> bool:
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA synchronous = FULL")  # what is committed is on the disk, so no count is ever given twice
    db.execute(f"PRAGMA cache_size = -{_CACHE}")
    db.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT}")
    _applied(db)
    db.enable_wal()
    if migrations.pending(db):
        migrations.apply(db)
    return True

"""Whole databases as files: copied while they are in use, looked into, and put in the place of another.

They may be of any version of `kg`, so nothing here brings a schema up to date.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection, DatabaseError

from sqlite_utils import Database

from kg.errors import StorageError
from kg.store.checks import Checks
from kg.store.opening import for_reading, for_writing


@dataclass(frozen=True, slots=True)
class Contents:
    """What a library holds."""

    documents: int
    mentions: int
    papers: int


def copy(source: Path, target: Path, page: int | None = None) -> None:
    """Write all that is committed in a database to a new file, compact, while others read and write it.

    :param page: bytes of a page in the new file, by default those of the old one.
    :raises StorageError: it cannot be read, or the file cannot be written.
    """
    with _reading(source) as connection, _told(f"{source} cannot be copied to {target}"):
        if page:
            connection.execute(f"PRAGMA page_size = {page}")
        connection.execute("VACUUM INTO ?", [str(target)])


def page_size(path: Path) -> int | None:
    """Bytes of a page in a database: the same are needed to take another one over; None where it cannot be read."""
    try:
        with _reading(path) as connection:
            return int(connection.execute("PRAGMA page_size").fetchone()[0])
    except (StorageError, DatabaseError):
        return None


def contents(path: Path) -> Contents:
    """What the library in a file holds, after all of the file was read and compared.

    :raises StorageError: it is damaged, or no library.
    """
    with _reading(path) as connection:
        if damage := Checks(Database(connection)).damage():
            raise StorageError(f"{path} is damaged: {damage[0]}")
        with _told(f"{path} is no library of kg"):
            (documents,) = connection.execute("SELECT count(*) FROM documents").fetchone()
            (mentions,) = connection.execute("SELECT count(*) FROM mentions").fetchone()
            (papers,) = connection.execute("SELECT count(*) FROM papers WHERE in_library").fetchone()
    return Contents(documents, mentions, papers)


def take_over(source: Path, target: Path) -> None:
    """Replace all that is in `target` by what is in `source`, in one transaction: who reads sees the one or the other.

    :raises StorageError: it cannot be written.
    """
    with _reading(source) as old, _told(f"{target} cannot be written"), closing(for_writing(target)) as new:
        new.execute("PRAGMA synchronous = FULL")
        old.backup(new)


@contextmanager
def _reading(path: Path) -> Iterator[Connection]:
    with _told(f"{path} cannot be read"):
        connection = for_reading(path)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise StorageError(f"{what}: {error}") from error

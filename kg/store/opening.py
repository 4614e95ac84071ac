"""Connections to a file of SQLite, which may be another's: what its schema names is not trusted."""

from __future__ import annotations

from pathlib import Path
from sqlite3 import Connection, DatabaseError, OperationalError, connect
from urllib.parse import quote

_BUSY = 30.0  # seconds to wait for another process' transaction


def for_writing(path: Path) -> Connection:
    """A connection that makes the file where it is not there.

    :raises sqlite3.OperationalError: it cannot be opened.
    """
    return _untrusting(connect(path, timeout=_BUSY))


def for_reading(path: Path) -> Connection:
    """A connection to a file that is there; one that lies on a medium that cannot be written is read too.

    A database in WAL mode is read by making files beside it. Where these cannot be made nobody writes, so it may be
    taken for unchanging (https://sqlite.org/uri.html#uriimmutable), unless its log holds something.

    :raises sqlite3.OperationalError: it cannot be opened.
    """
    connection = _read_only(path, "")
    if not _can_be_read(connection) and not _has_log(path):
        connection.close()
        connection = _read_only(path, "&immutable=1")
    return connection


def _read_only(path: Path, how: str) -> Connection:
    uri = f"file:{quote(str(path.absolute()))}?mode=ro{how}"
    return _untrusting(connect(uri, uri=True, timeout=_BUSY))


def _untrusting(connection: Connection) -> Connection:
    connection.execute("PRAGMA trusted_schema = OFF")  # https://sqlite.org/security.html
    return connection


def _can_be_read(connection: Connection) -> bool:
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    except OperationalError:
        return False
    except DatabaseError:  # it is read, and found to be none: whoever asks first is told
        return True
    return True


def _has_log(path: Path) -> bool:
    log = Path(f"{path}-wal")
    return log.exists() and log.stat().st_size > 0

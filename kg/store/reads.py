"""Reading from one state: a transaction that what others commit does not reach, and that ends in time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import SQLITE_INTERRUPT, OperationalError

from sqlite_utils import Database

from kg.errors import Overdue

_STEPS = 100_000  # of SQLite's machine between two looks at the clock: a look takes Python's lock, so they are few


@contextmanager
def one_state(db: Database, seconds: float | None) -> Iterator[None]:
    """All that is read inside is of the state of the database at its beginning (https://sqlite.org/isolation.html).

    Within another one, it is that one's state, and its time. The log can be cleared again when it ends, so it should
    end soon. Tables in `temp` may be written.

    :raises Overdue: it takes longer than so many seconds; SQLite stops then.
    """
    connection = db.conn
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    ended = "ROLLBACK"
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()  # the first read decides on the state
        if seconds is not None:
            _stop_at(db, time.monotonic() + seconds)
        yield
        ended = "COMMIT"
    except OperationalError as error:
        if getattr(error, "sqlite_errorcode", None) == SQLITE_INTERRUPT:  # what Python itself raises has none
            raise Overdue(f"the answer takes longer than {seconds:g} seconds: ask for less") from None
        raise
    finally:
        connection.set_progress_handler(None, 0)
        if connection.in_transaction:
            connection.execute(ended)


def _stop_at(db: Database, deadline: float) -> None:
    db.conn.set_progress_handler(lambda: int(time.monotonic() > deadline), _STEPS)

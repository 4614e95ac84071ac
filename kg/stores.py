"""The store of each thread, opened when it is first asked, and again when another file has taken its place."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from kg.store import Store

_Question = TypeVar("_Question", bound=Callable[..., Any])


def from_one_state(question: _Question) -> _Question:
    """Let a method answer from one state of the library that it is of."""

    @wraps(question)
    def answered(self: Any, *args: Any, **kwargs: Any) -> Any:
        with self.reading():
            return question(self, *args, **kwargs)

    return cast(_Question, answered)


class Stores:
    """Stores of one database, to be read only; empty ones while there is none."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._local = threading.local()

    @property
    def is_reading(self) -> bool:
        """Whether this thread is within `reading`."""
        return bool(getattr(self._local, "reading", False))

    def current(self) -> Store:
        """This thread's store. Within `reading` it stays the same one.

        :raises StorageError: the database cannot be opened.
        """
        from kg.store import Store

        store: Store | None = getattr(self._local, "store", None)
        if store is not None and self.is_reading:
            return store
        file = self._file()
        if store is None or file != self._local.file:
            self.close()
            store = Store(self._database, read_only=True)
            # One that holds nothing yet is looked at again.
            self._local.store, self._local.file = store, None if store.in_memory else file
        return store

    @contextmanager
    def reading(self, seconds: float | None) -> Iterator[None]:
        """What this thread reads inside is of one state.

        :raises Overdue: it takes longer than so many seconds.
        :raises StorageError: the database cannot be opened.
        """
        with self.current().reading(seconds):
            self._local.reading = True
            try:
                yield
            finally:
                self._local.reading = False

    def close(self) -> None:
        """Close this thread's store."""
        store: Store | None = getattr(self._local, "store", None)
        if store is not None:
            store.close()
            del self._local.store

    def _file(self) -> tuple[int, int] | None:
        """Which file the database is: another one may have taken its place."""
        try:
            found = self._database.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

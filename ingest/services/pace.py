"""How often a service may be asked: one request at a time, so many seconds apart, whoever asks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from filelock import FileLock

_MARGIN = 0.05  # seconds: clocks of files are coarse, and a request takes its time to arrive


class Pace:
    """Turns to ask, `delay` seconds from the end of one to the beginning of the next.

    :param stamp: a file whose time of change is that of the last turn. With it (and a lock file beside it) all
        processes that share the folder take turns, and the delay holds from one run to the next.
    """

    def __init__(self, delay: float, stamp: Path | None = None) -> None:
        self.delay = delay
        self._stamp = stamp
        self._lock = FileLock(stamp.with_suffix(".lock")) if stamp else nullcontext()
        self._last = 0.0  # time.time() of the last turn

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the next turn, and hold it."""
        with self._lock:
            self._wait()
            self._mark()  # a process that is killed while it asks has asked
            try:
                yield
            finally:
                self._mark()

    def _wait(self) -> None:
        if self._stamp and self._stamp.exists():
            self._last = max(self._last, self._stamp.stat().st_mtime)
        whole = self.delay + _MARGIN if self.delay else 0.0
        rest = self._last + whole - time.time()
        if 0 < rest <= whole:  # a stamp of the future tells of a clock that was put back
            time.sleep(rest)

    def _mark(self) -> None:
        self._last = time.time()
        if self._stamp:
            self._stamp.touch()

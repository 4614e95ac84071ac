"""What a process of Linux holds, by its own account in /proc (proc(5)): memory, open files, threads."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_EVERY = 1.0  # seconds between two looks


class Held(NamedTuple):
    """Bytes, but for the last two.

    `private` is what is its own and written (`Private_Dirty`): heap and stacks. Resident memory and its proportional
    share (`pss`) also count pages of mapped files, which come when an index is read and go when memory is short.
    """

    seconds: float
    resident: int
    proportional: int
    private: int
    files: int
    threads: int


def held(pid: int, since: float = 0.0) -> Held:
    """What the process holds now.

    :raises OSError: it has ended.
    """
    proc = Path(f"/proc/{pid}")
    lines = (proc / "smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    rss, pss, dirty = (kilobytes[name] * 1024 for name in ("Rss", "Pss", "Private_Dirty"))
    files, threads = (sum(1 for _ in (proc / name).iterdir()) for name in ("fd", "task"))
    return Held(time.monotonic() - since, rss, pss, dirty, files, threads)


class Watch(threading.Thread):
    """Looks at a process once a second until it is stopped."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._start, self._stopped = pid, time.monotonic(), threading.Event()
        self.seen: list[Held] = []

    def run(self) -> None:
        while not self._stopped.wait(_EVERY):
            self.seen.append(held(self._pid, self._start))

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()
        self.join()


def typical(seen: Sequence[Held]) -> Held:
    """The median of each number."""
    seconds, *numbers = zip(*seen, strict=True)
    return Held(statistics.median(seconds), *(int(statistics.median(values)) for values in numbers))

"""Progress on a terminal."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from ingest.outcome import Progress


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress bar on a terminal, nothing elsewhere."""
    from tqdm import tqdm

    bar: tqdm[NoReturn] = tqdm(disable=not sys.stderr.isatty(), leave=False, file=sys.stderr)
    step = ""

    def show(what: str, done: int, total: int, seconds: float | None = None, /) -> None:
        nonlocal step
        # A service's pace is known before the first answer; tqdm's own guess is not.
        left = f"at least {tqdm.format_interval(math.ceil(seconds))} left" if seconds else ""
        bar.set_description(what, refresh=False)
        bar.set_postfix_str(left, refresh=False)
        if what != step:
            step = what
            bar.reset(total or None)
        bar.total = total or None
        bar.update(done - bar.n)

    try:
        yield show
    finally:
        bar.close()

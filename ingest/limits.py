"""One document cannot stop the others: what it breaks, or takes too long for, becomes one line about it."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from kg.errors import DocumentError

_SECONDS, _SECONDS_PER_MEGABYTE = 60.0, 4.0


class _TooLong(BaseException):
    """Not an `Exception`: parsers catch those."""


@contextmanager
def guarded(size: int) -> Iterator[None]:
    """Turn whatever reading a document of `size` bytes raises into a DocumentError, and stop it after a minute or so.

    Each format is read by a parser of others, and what a damaged file makes of them cannot be foreseen.

    :raises DocumentError: always, in place of any other error.
    """
    limit = _SECONDS + _SECONDS_PER_MEGABYTE * size / 2**20
    try:
        with _alarm(limit), _no_collection():
            yield
    except DocumentError:
        raise
    except _TooLong:
        raise DocumentError(f"takes more than {limit:.0f} s to read: is it what its name says?") from None
    except RecursionError as error:
        raise DocumentError("is nested too deeply") from error
    except MemoryError as error:
        raise DocumentError("needs more memory than there is") from error
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise DocumentError(f"is damaged in a way that its reader does not expect ({said})") from error


@contextmanager
def _no_collection() -> Iterator[None]:
    """Look for no cycles of garbage: a document makes objects by the million, and that costs a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise `_TooLong` here after so many seconds, where signals can do that: on Unix, in the main thread."""
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _TooLong

"""One input tried: an error that is not declared, or more than a second of processor time, is a failure."""

from __future__ import annotations

import gc
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from tests.fuzzing.mutation import made
from tests.fuzzing.targets import Target

LONGEST_TIME = 1.0  # seconds of processor time for one input
_TWICE = 16  # every so many inputs, one is tried twice: it must give the same


class Hang(BaseException):
    """Not an `Exception`: parsers catch those."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, with what is needed to have it again."""

    target: str
    seed: int
    number: int
    what: str

    def __str__(self) -> str:
        return f"{self.what}\n    again: python -m tests.fuzzing {self.target} {self.seed} {self.number}"


def warm(target: Target) -> None:
    """Try the seeds, so that no input pays for imports and tables; they must be read, or refused as declared."""
    for seed in target.seeds:
        _attempt(target, seed)


def tried(target: Target, seed: int, number: int) -> tuple[Failure | None, float]:
    """What went wrong with an input, if anything, and how many seconds of processor time it took."""
    data = made(target, seed, number)
    start = time.process_time()
    what = _problem(target, data, number % _TWICE == 0)
    took = time.process_time() - start
    return (Failure(target.name, seed, number, what) if what else None), took


def _problem(target: Target, data: bytes, twice: bool) -> str | None:
    gc.disable()  # as `ingest.limits` does
    try:
        with limited(LONGEST_TIME):
            found = _attempt(target, data)
        if twice:
            with limited(LONGEST_TIME):
                assert repr(_attempt(target, data)) == repr(found), "not the same the second time"
    except Hang:
        return _slow_again(target, data)
    except BaseException as error:
        return _told(error)
    finally:
        gc.enable()
    return None


def _attempt(target: Target, data: bytes) -> object:
    """What the parser gives; of a declared error, its text."""
    try:
        return target.work(data)
    except target.declared as error:
        return str(error).encode("utf-8")  # what cannot be written cannot be told


def _slow_again(target: Target, data: bytes) -> str | None:
    """A hang, if it is one the second time too: the first may have paid for a collection of garbage."""
    gc.collect()
    try:
        with limited(LONGEST_TIME):
            _attempt(target, data)
    except Hang as hang:
        return f"hang: more than {LONGEST_TIME} s for {len(data)} bytes {_place(hang)}"
    except BaseException as error:
        return _told(error)
    return None


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `Hang` here after so many seconds of processor time."""
    before = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Hang


def _told(error: BaseException) -> str:
    said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return f"{said.encode('utf-8', 'backslashreplace').decode()} {_place(error)}"


def _place(error: BaseException) -> str:
    """The innermost lines of ours, and the one that raised."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "site-packages" not in f.filename and "/tests/fuzzing/trying" not in f.filename]
    shown = [*ours[-3:], *frames[-1:]]
    return "at " + " > ".join(f"{f.filename.rpartition('/')[2]}:{f.lineno} {f.name}" for f in shown)

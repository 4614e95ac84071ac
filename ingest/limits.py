"""One document cannot stop the others: how long it may take, and what the process that reads it may do.

The process sets these limits on itself before it reads anything (setrlimit(2)); those that a system lacks are left out.
"""

from __future__ import annotations

import gc
import os
import select
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from kg.errors import DocumentError

# Bytes of address space. A list of 64 MiB takes 0.8 GB of it, a page of HTML as large up to three times as much.
MEMORY = 3 * 2**30
_SECONDS, _SECONDS_PER_MEGABYTE = 60.0, 4.0
_MOST_FILES = 32  # open at a time


class OutOfMemory(DocumentError):
    """A document needs more memory than there is: the process that read it is of no use any more."""


def seconds_for(size: int) -> float:
    """How long reading a document of `size` bytes may take: a minute, and four seconds for each megabyte."""
    return _SECONDS + _SECONDS_PER_MEGABYTE * size / 2**20


def too_long(seconds: float) -> DocumentError:
    """What is raised where reading takes longer."""
    return DocumentError(f"takes more than {seconds:.0f} s to read: is it what its name says?")


@contextmanager
def guarded() -> Iterator[None]:
    """Turn whatever reading a document raises into a DocumentError.

    Each format is read by a parser of others, and what a damaged file makes of them cannot be foreseen.

    :raises DocumentError: always, in place of any other error.
    """
    try:
        with _no_collection():
            yield
    except DocumentError:
        raise
    except RecursionError as error:
        raise DocumentError("is nested too deeply") from error
    except MemoryError as error:
        raise OutOfMemory("needs more memory than there is") from error
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


def confine(memory: int) -> None:
    """Limit this process: `memory` bytes of address space, no files written, no core dump, few files, no processes."""
    if sys.platform == "win32":  # has no such limits: there is only the time
        return
    import resource

    limits = {
        "RLIMIT_AS": memory,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": _MOST_FILES,
        "RLIMIT_NPROC": 0,  # none is started from here on; it holds for all but the superuser
    }
    for name, most in limits.items():
        # One that this system lacks, or that is lower already.
        with suppress(AttributeError, OSError, ValueError):
            resource.setrlimit(getattr(resource, name), (most, most))


def allow_processor(seconds: float) -> None:
    """Let the next so many seconds of a processor's time pass; then the system ends this process.

    The process that asks has a clock of its own; this is for when it has ended.
    """
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime + seconds) + 2
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def end_with(descriptor: int) -> None:
    """End this process as soon as nobody can write to the pipe any more: who asked is gone."""
    if not hasattr(select, "poll"):
        return
    hangs_up = select.poll()
    hangs_up.register(descriptor, 0)  # no event but that the other end is closed

    def watch() -> None:
        hangs_up.poll()
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()

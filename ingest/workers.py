"""Asking a worker (`ingest.worker`): it is started when it is needed, kept, and killed when it takes too long."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Generic, TypeVar

import msgspec

from ingest.limits import MEMORY, seconds_for, too_long
from ingest.worker import LARGEST_REPLY
from kg.errors import DocumentError
from kg.pipes import Closed, Reply, Request, receive, send

_T = TypeVar("_T")
_LARGE = 8 * 2**20  # bytes of a document after which a worker is not kept: it would keep the memory
_SIGXCPU = 24  # the processor's time is used up
_ROOT = Path(__file__).parents[1]
_INSTALLED = frozenset({"site-packages", "dist-packages"})  # found anyway, and after Python's own modules
_KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONHOME")  # of the environment: what Python may need to start


def started(module: str, *args: str) -> subprocess.Popen[bytes]:
    """A process of ours that runs a module, joined to this one by its standard input and output.

    It sees nothing of the environment (keys and tokens are there) and imports nothing from the current folder, which
    may be a stranger's: of PYTHONPATH it is given whole addresses of folders only.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    places = [str(_ROOT)] * (_ROOT.name not in _INSTALLED) + [place for place in given if os.path.isabs(place)]
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=kept | {"PYTHONPATH": os.pathsep.join(places)},
    )


def ended(process: subprocess.Popen[bytes]) -> int:
    """End a process, whatever it does; its exit code."""
    process.kill()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):  # what was not sent yet cannot be sent any more
            pipe and pipe.close()
    return process.wait()


class Worker(Generic[_T]):
    """One process that answers questions with values of a type.

    :param module: is run; it calls `ingest.worker.serve`.
    :param memory: bytes of address space that it may take.
    """

    def __init__(self, module: str, answer: type[_T], memory: int = MEMORY) -> None:
        self._module, self._memory = module, memory
        self._decoder = msgspec.msgpack.Decoder(Reply[answer])  # type: ignore[valid-type]
        self._process: subprocess.Popen[bytes] | None = None
        self._answered = 0

    @property
    def pid(self) -> int | None:
        """The number of the process; None where none runs."""
        return self._process.pid if self._process else None

    def ask(self, question: Any, size: int, seconds: float) -> _T:
        """The answer to a question about a document of `size` bytes.

        A document is blamed only for what it does by itself: one that ends a process which has read others is read
        again in a new one.

        :raises DocumentError: it cannot be read, takes longer than `seconds`, or ends the process.
        """
        try:
            while True:
                reply, kept = self._reply(question, seconds), self._answered > 0
                self._answered += 1
                if reply.last or size > _LARGE:
                    self.close()
                if reply.last and kept:
                    continue
                if reply.result is None:
                    raise DocumentError(reply.refused or "cannot be read")
                return reply.result
        except DocumentError:
            raise
        except BaseException:  # Ctrl-C in the middle of a message: the next one would not be understood
            self.close()
            raise

    def close(self) -> int | None:
        """End the process, if there is one; its exit code."""
        process, self._process, self._answered = self._process, None, 0
        return None if process is None else ended(process)

    def _reply(self, question: Any, seconds: float) -> Reply[_T]:
        """The reply of the process, or of a new one where an old one ends.

        :raises DocumentError: it takes too long, or ends a new one.
        """
        while True:
            kept = self._running() and self._answered > 0
            with self._clock(seconds) as late:
                try:
                    return self._asked(Request(question, seconds))
                except Closed:
                    pass
            code = self.close()
            if late.is_set() or code == -_SIGXCPU:
                raise too_long(seconds)
            if not kept:
                raise DocumentError(f"ends the process that reads it ({_told(code)}): is it damaged, or made to do so?")

    def _asked(self, request: Request[Any]) -> Reply[_T]:
        asked, told = self._pipes()
        send(asked, request)
        return receive(told, self._decoder, LARGEST_REPLY)

    def _running(self) -> bool:
        """Whether there is a process; one is started where there is none.

        :raises DocumentError: none can be started.
        """
        if self._process is not None and self._process.poll() is None:
            return True
        self.close()
        try:
            self._process = started(self._module, str(self._memory))
            with self._clock(seconds_for(0)):
                receive(self._pipes()[1], self._decoder, LARGEST_REPLY)
        except (OSError, Closed) as error:
            self.close()
            raise DocumentError(
                f"cannot be read: the process that reads it does not start (`python -m {self._module}` tells why)"
            ) from error
        return True

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise Closed("there is no process")
        return process.stdin, process.stdout

    @contextmanager
    def _clock(self, seconds: float) -> Iterator[threading.Event]:
        """Kill the process after so many seconds; the event says whether that was done."""
        late, process = threading.Event(), self._process

        def kill() -> None:
            late.set()
            if process is not None:
                process.kill()

        clock = threading.Timer(seconds, kill)
        clock.daemon = True
        clock.start()
        try:
            yield late
        finally:
            clock.cancel()
            clock.join()
            if late.is_set():
                self.close()


def _told(code: int | None) -> str:
    """How a process ended."""
    if code is None or code >= 0:
        return f"exit code {code or 0}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


class Workers(Generic[_T]):
    """Some workers that are kept for as long as this process lives; whoever finds all at work waits for one.

    :param most: how many there are.
    :param patience: seconds to wait for one.
    """

    def __init__(self, module: str, answer: type[_T], most: int = 1, patience: float | None = None) -> None:
        self._module, self._answer, self._patience = module, answer, patience
        self._turns = threading.BoundedSemaphore(most)
        self._idle: list[Worker[_T]] = []
        atexit.register(self.close)
        if hasattr(os, "register_at_fork"):  # the pipes of a process are for one to write to
            os.register_at_fork(after_in_child=self._idle.clear)

    def ask(self, question: Any, size: int, seconds: float | None = None) -> _T:
        """As `Worker.ask`; without `seconds`, a document may take as long as its size allows.

        :raises DocumentError: as there; or all workers are busy for too long.
        """
        # `acquire` takes -1 for ever, and None for no time at all.
        if not self._turns.acquire(timeout=-1 if self._patience is None else self._patience):
            raise DocumentError("waits for others, which take long to be read: try again later")
        try:
            worker = self._idle.pop() if self._idle else Worker(self._module, self._answer)
            try:
                return worker.ask(question, size, seconds_for(size) if seconds is None else seconds)
            finally:
                self._idle.append(worker)
        finally:
            self._turns.release()

    def close(self) -> None:
        """End all that are idle."""
        while self._idle:
            self._idle.pop().close()

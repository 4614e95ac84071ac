"""Several processes that answer for one library, and one that encodes for all of them.

They share the socket that listens, and the memory that the derived folders are mapped to; none of them loads a model.
The process that started them starts one again that has ended, and they end when it does, however it ends.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from kg.config import Config
from kg.errors import KgError, UsageError
from kg.library import Library
from search.encoder import SentenceEncoder, open_encoder
from search.encoding import EncoderClient, EncoderProcess, RemoteEncoder
from webapp import Access, create_app, server
from webapp.logs import Kind

_SOON, _MOST = 5.0, 5  # a process that ends within so many seconds is started again so many times in a row
_LEAVE = 5.0  # seconds for all to end before they are killed

Role = Callable[[], object]


class _Ended(Exception):
    """The process was told to end."""


@dataclass
class _Child:
    role: Role
    started: float
    failures: int = 0


def serve(config: Config, access: Access, port: int, announce: Callable[[str], None], log: Kind, count: int) -> None:
    """Serve by so many processes until interrupted; `announce` is told the address once they have been started.

    :raises UsageError: the system has no `fork`.
    :raises KgError: the address cannot be bound, or the processes end as soon as they are started.
    """
    if not hasattr(os, "fork"):
        raise UsageError("--workers needs a system that has fork(): leave it out here")
    listener = server.listen(access.host, port)
    with _private_socket() as (path, encoders):
        family = _Family()
        roles: list[Role] = [lambda: _encode(config, encoders)]
        roles += [lambda: _answer(config, access, listener, log, path)] * count
        try:
            with suppress(_Ended):
                for role in roles:
                    family.start(_Child(role, time.monotonic()))
                announce(server.url_of(access.host, listener))
                family.keep()
        finally:
            family.end()


@contextmanager
def _private_socket() -> Iterator[tuple[str, socket.socket]]:
    """A socket that listens at a path that only this user may reach, and the path."""
    with tempfile.TemporaryDirectory(prefix="kg-") as folder:
        path = str(Path(folder) / "encoder")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen()
            yield path, listener


class _Family:
    """The processes that were started."""

    def __init__(self) -> None:
        self._children: dict[int, _Child] = {}
        # Nobody writes to it: it ends when the process that holds its other end does, and so tells the children.
        self._read, self._held = os.pipe()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _end)

    def start(self, child: _Child) -> None:
        """Let a new process play that role."""
        sys.stdout.flush()
        sys.stderr.flush()
        if pid := os.fork():
            self._children[pid] = child
            return
        _play(child.role, self._read, self._held)

    def keep(self) -> None:
        """Start again what ends, for ever.

        :raises KgError: a process ends each time as soon as it is started.
        """
        while True:
            pid, _ = os.wait()
            child = self._children.pop(pid)
            soon = time.monotonic() - child.started < _SOON
            failures = child.failures + 1 if soon else 0
            if failures >= _MOST:
                raise KgError("a process of the server ends as soon as it is started: see above why")
            self.start(_Child(child.role, time.monotonic(), failures))

    def end(self) -> None:
        """Let all end, and wait for it."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        self._tell(signal.SIGTERM)
        until = time.monotonic() + _LEAVE
        while self._children and time.monotonic() < until:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            self._children.pop(pid, None)
            if not pid:
                time.sleep(0.01)
        self._tell(signal.SIGKILL)
        while self._children:
            self._children.pop(os.wait()[0], None)

    def _tell(self, number: signal.Signals) -> None:
        for pid in self._children:
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def _end(_: int, __: FrameType | None) -> NoReturn:
    raise _Ended


def _play(role: Role, read: int, held: int) -> NoReturn:
    """What a new process does, and nothing of what its parent was about to do."""
    code = 1
    try:
        os.close(held)
        threading.Thread(target=_end_with_parent, args=(read,), daemon=True).start()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all of them: the parent tells when
        role()
    except _Ended:
        code = 0
    except KgError as error:
        sys.stderr.write(f"kg: {error}\n")
    finally:
        sys.stderr.flush()
        os._exit(code)


def _end_with_parent(read: int) -> None:
    os.read(read, 1)
    os._exit(1)


def _encode(config: Config, listener: socket.socket) -> None:
    """The process that encodes: the only one that loads a model."""
    encoders: dict[str, SentenceEncoder] = {}

    def load(name: str) -> SentenceEncoder:
        if name not in encoders:
            encoders[name] = open_encoder(name, config.models_folder, config.device)
        return encoders[name]

    EncoderProcess(load).serve(listener)


def _answer(config: Config, access: Access, listener: socket.socket, log: Kind, path: str) -> None:
    """A process that answers."""
    from threadpoolctl import threadpool_limits

    client = EncoderClient(path)
    library = Library(config, lambda name: RemoteEncoder(name, client))
    with threadpool_limits(1):  # threads of one process would only be in the way of the others
        server.run(create_app(library, access), listener, log)

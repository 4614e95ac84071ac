"""The production WSGI server (waitress) around the application."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

from flask import Flask
from waitress.server import create_server

from kg.errors import KgError
from kg.library import Library

_THREADS = 8
_BACKLOG = 128


def serve(app: Flask, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve until interrupted; `announce` is told the address once it answers.

    :raises KgError: the address cannot be bound.
    """
    listener = _listen(host, port)
    server = create_server(app, sockets=[listener], threads=_THREADS, ident="kg")  # type: ignore[no-untyped-call]
    shown = f"[{host}]" if ":" in host else host
    announce(f"http://{shown}:{listener.getsockname()[1]}/")
    threading.Thread(target=_warm_up, args=(app.extensions["library"],), daemon=True).start()
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens; made here, because waitress leaves its own open when it cannot bind it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise KgError(f"cannot listen on {host}:{port} ({reason}); choose another --port") from error


def _warm_up(library: Library) -> None:
    """Load the encoder while the first page is being looked at."""
    try:
        if semantic := library.parts.semantic():
            semantic.encoder.query("warm")
    except KgError:
        pass  # The first question will say it, where somebody reads it.
    finally:
        library.close()

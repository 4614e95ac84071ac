"""The production WSGI server (waitress) around the application."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask
from waitress.server import create_server

from kg.errors import KgError
from kg.library import Library
from kg.store import DatabaseError
from webapp import logs
from webapp.logs import Kind
from webapp.receiving import Channel

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_BACKLOG = 128
_CONNECTIONS = 1000  # held at once: those that ask nothing must not keep others out
_FILES_EACH = 4  # a socket, what comes in, what goes out, and some for the library
_SETTINGS: dict[str, object] = {
    "ident": "kg",
    "threads": max(4, os.cpu_count() or 1),  # more would wait for one another, and answer less in a second
    "asyncore_use_poll": True,  # select() sees the first 1,024 files only
    "channel_timeout": 60,  # seconds of silence, and for a request to come in whole
    "cleanup_interval": 10,
    "log_socket_errors": False,  # a client that went away is no fault of ours
    "max_request_header_size": 2**16,
    "max_request_body_size": 2**26,  # up to here a body is read, so that its sender hears why it is refused
}


def serve(app: Flask, host: str, port: int, announce: Callable[[str], None], log: Kind = "faults") -> None:
    """Serve until interrupted; `announce` is told the address once it answers. For `log` see `webapp.logs`.

    :raises KgError: the address cannot be bound.
    """
    listener = listen(host, port)
    run(app, listener, log, lambda: announce(url_of(host, listener)))


def run(app: Flask, listener: socket.socket, log: Kind, ready: Callable[[], object] = lambda: None) -> None:
    """Serve on a socket that listens, until interrupted; `ready` is called once it answers."""
    logs.write(log)
    server = _server(logs.logged(app, log), listener)
    ready()
    threading.Thread(target=_warm_up, args=(app.extensions["library"],), daemon=True).start()
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()


def url_of(host: str, listener: socket.socket) -> str:
    """The address of the pages on a socket that listens."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listener.getsockname()[1]}/"


def address_of(host: str) -> str:
    """The address that a host name means here; of a name that has both, one of IPv4.

    :raises KgError: it is no address, and no name that is known.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return str(socket.getaddrinfo(host, 0, family, socket.SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError) as error:
        raise _unbound(host, error) from error


def _server(app: WSGIApplication, listener: socket.socket) -> Any:
    server = create_server(  # type: ignore[no-untyped-call]
        app, sockets=[listener], connection_limit=_connections(), **_SETTINGS
    )
    server.channel_class = Channel
    return server


def _connections() -> int:
    """How many connections the files that this process may open are enough for; it asks for those it wants."""
    try:
        import resource
    except ImportError:  # Windows, which has no such limit
        return _CONNECTIONS
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _CONNECTIONS * _FILES_EACH
    files = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    if 0 <= soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return files // _FILES_EACH


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; made here, because waitress leaves its own open when it cannot bind it.

    :raises KgError: the address cannot be bound.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, UnicodeError) as error:
        raise _unbound(f"{host}:{port}", error) from error


def _unbound(where: str, error: Exception) -> KgError:
    reason = getattr(error, "strerror", None) or error
    return KgError(f"cannot listen on {where} ({reason}); choose another --port")


def _warm_up(library: Library) -> None:
    """Load the encoder, and open what answers are pinned to, while the first page is being looked at."""
    parts = library.parts
    try:
        parts.graph(), parts.map(), parts.columns(0), parts.postings(0)
        if semantic := parts.semantic():
            semantic.encoder.query("warm")
    except (KgError, DatabaseError, OSError):
        pass  # The first question will say it, where somebody reads it.
    finally:
        library.close()

"""HTTP with bounds: only to addresses that were checked, never more than is asked for, never for longer.

A name is resolved once, its addresses are checked, and one of these is connected to, so a name server that answers
differently the second time (DNS rebinding) changes nothing; the name stays in `Host` and in TLS. Through a proxy of the
environment it is the proxy that resolves names and connects: which address that is cannot be checked here.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError
from urllib3.util import Timeout

from ingest.addresses import is_public
from kg import __version__
from kg.errors import DocumentError

USER_AGENT = f"kg/{__version__} (reading-list ingest)"
TIMEOUT = (10.0, 60.0)  # seconds: to connect, between two pieces
_MOST_ADDRESSES = 6  # of a host that are tried, all together for as long as one connection may take
_LONGEST_HEAD = 120.0  # seconds until an answer has begun, all its headers with it


class TooMuch(requests.RequestException):
    """The answer is larger than is asked for."""


class TooSlow(requests.RequestException):
    """The answer was not there whole in time."""


class PrivateAddress(DocumentError):
    """A host is at an address that is not public."""

    def __init__(self) -> None:
        super().__init__("is at a private address: give --allow-private if that is meant")


def session(largest: int, seconds: float, public: bool = False) -> requests.Session:
    """A session that says who asks, keeps no cookies, and adds no password from a file (`~/.netrc`).

    :param largest: bytes of an answer, unpacked; `TooMuch` is raised for more.
    :param seconds: until an answer is there whole; `TooSlow` is raised else.
    :param public: connect to public addresses only; `PrivateAddress` is raised else.
    """
    made = _Session()
    made.headers["User-Agent"] = USER_AGENT
    made.headers["Accept-Encoding"] = "gzip"
    made.auth = _nothing_added
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    for scheme in ("http://", "https://"):
        made.mount(scheme, _Adapter(largest, seconds, public))
    return made


class _Session(requests.Session):
    """Follows nothing by itself: where an answer leads is checked first, by whoever asked."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None  # else requests prepares the next request, and reads the body of this answer for that


def _nothing_added(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The authentication of a session that has none: with None, requests looks into `~/.netrc`."""
    return request


class _Body:
    """The body of an answer, which ends with an error where it is too large or takes too long."""

    def __init__(self, raw: urllib3.HTTPResponse, largest: int, seconds: float) -> None:
        self._raw, self._largest, self._end = raw, largest, time.monotonic() + seconds
        self.close, self.release_conn = raw.close, raw.release_conn

    def stream(self, amount: int, decode_content: bool = True) -> Iterator[bytes]:
        """Its pieces, unpacked: urllib3 unpacks no more than `amount` at once."""
        size, late = 0, threading.Event()
        clock = threading.Timer(max(self._end - time.monotonic(), 0.0), self._hang_up, (late,))
        clock.daemon = True
        clock.start()
        try:
            for piece in self._raw.stream(min(amount, 65536), decode_content=decode_content):
                size += len(piece)
                if size > self._largest:
                    raise TooMuch(f"more than {self._largest} bytes")
                yield piece
        except HTTPError as error:
            if late.is_set():
                raise TooSlow("not whole in time") from error
            raise
        finally:
            clock.cancel()
        if late.is_set():  # without a length, an answer ends where the connection does
            raise TooSlow("not whole in time")

    def _hang_up(self, late: threading.Event) -> None:
        late.set()
        with suppress(OSError, ValueError, RuntimeError):  # it is closed already
            self._raw.shutdown()


class _Bounded:
    """What the connections below have in common."""

    public = False
    host: str
    port: int
    timeout: Any
    socket_options: Any
    sock: Any

    def _new_conn(self) -> socket.socket:
        """What urllib3's own method does, with its errors, but for the check."""
        connection: Any = self
        try:
            made = _connected(self.host, self.port, self.timeout, self.socket_options, self.public)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, connection, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(connection, f"Connection to {self.host} timed out.") from error
        except (OSError, UnicodeError) as error:
            raise NewConnectionError(connection, f"Failed to establish a new connection: {error}") from error
        sys.audit("http.client.connect", self, self.host, self.port)
        return made

    def getresponse(self) -> Any:
        """The head of the answer; a server that sends it byte by byte is hung up on."""
        clock = threading.Timer(_LONGEST_HEAD, self._hang_up)
        clock.daemon = True
        clock.start()
        try:
            return super().getresponse()  # type: ignore[misc]
        finally:
            clock.cancel()

    def _hang_up(self) -> None:
        with suppress(OSError, AttributeError):  # it is closed already
            self.sock.shutdown(socket.SHUT_RDWR)


class _HTTP(_Bounded, HTTPConnection):
    pass


class _HTTPS(_Bounded, HTTPSConnection):
    pass


class _PublicHTTP(_HTTP):
    public = True


class _PublicHTTPS(_HTTPS):
    public = True


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HTTP


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HTTPS


class _PublicHTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PublicHTTP


class _PublicHTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _PublicHTTPS


def _connected(host: str, port: int, timeout: Any, options: Any, public: bool) -> socket.socket:
    """A connection to one of a host's addresses; where `public` is asked for, all of them have to be.

    Each address has an even share of the time that is left, so that one which is silent leaves some to the others.

    :raises PrivateAddress: one is not.
    :raises OSError: none can be connected to.
    """
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    if public and not all(is_public(str(place[0])) for *_, place in found):
        raise PrivateAddress
    tried, failed = found[:_MOST_ADDRESSES], OSError("no address")
    seconds = Timeout.resolve_default_timeout(timeout)
    end = None if seconds is None else time.monotonic() + seconds
    for number, (family, kind, protocol, _, place) in enumerate(tried):
        made = socket.socket(family, kind, protocol)
        try:
            for option in options or ():
                made.setsockopt(*option)
            made.settimeout(None if end is None else max((end - time.monotonic()) / (len(tried) - number), 0.001))
            made.connect(place)
        except OSError as error:
            made.close()
            failed = error
        else:
            made.settimeout(seconds)  # for TLS, which comes next
            return made
    raise failed


class _Adapter(HTTPAdapter):
    """Bounds what it reads, and what it connects to; a proxy is used as it is."""

    def __init__(self, largest: int, seconds: float, public: bool) -> None:
        self._largest, self._seconds = largest, seconds
        self._pools: dict[str, type[urllib3.HTTPConnectionPool]] = (
            {"http": _PublicHTTPPool, "https": _PublicHTTPSPool} if public else {"http": _HTTPPool, "https": _HTTPSPool}
        )
        super().__init__()

    def init_poolmanager(self, *args: Any, **settings: Any) -> None:
        super().init_poolmanager(*args, **settings)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def send(self, request: requests.PreparedRequest, *args: Any, **settings: Any) -> requests.Response:
        answer = super().send(request, *args, **settings)
        answer.raw = _Body(answer.raw, self._largest, self._seconds)
        return answer

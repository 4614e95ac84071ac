"""Pages of the web, fetched as documents; what they lead to is a stranger's choice, so it is checked at each step."""

from __future__ import annotations

import re
import socket
import time
from contextlib import suppress
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from urllib3.exceptions import NameResolutionError

from ingest.addresses import is_disguised, is_public
from ingest.http import TIMEOUT, PrivateAddress, TooMuch, TooSlow, session
from kg.errors import DocumentError
from kg.identifiers import split_url

_TIMEOUT = TIMEOUT
_LONGEST_FETCH = 300.0  # seconds, all redirects together
_MOST_REDIRECTS = 5
_OTHER_MEDIA = re.compile(r"(?:image|video|audio|font)/|application/(?:zip|x-tar|vnd\.(?:ms|openxml))", re.IGNORECASE)


def fetch(url: str, allow_private: bool, largest: int) -> tuple[bytes, str]:
    """The content of a page and its media type, through a few redirects, each to a public address only.

    Behind a proxy of the environment, that an address is private is seen only where the name can be resolved here too.

    :raises DocumentError: it cannot be fetched, is at a private address that is not allowed, or has more than `largest`
        bytes.
    """
    end = time.monotonic() + _LONGEST_FETCH
    try:
        with session(largest, _LONGEST_FETCH, public=not allow_private) as asking:
            for _ in range(_MOST_REDIRECTS + 1):
                _refuse(url, allow_private)
                if time.monotonic() > end:
                    raise TooSlow
                with asking.get(url, timeout=_TIMEOUT, stream=True, allow_redirects=False) as answer:
                    if answer.is_redirect:
                        url = urljoin(url, answer.headers["Location"])
                        continue
                    return _body(answer), answer.headers.get("Content-Type", "")
    except TooMuch:
        raise DocumentError(f"is larger than {largest >> 20} MiB") from None
    except TooSlow:
        raise DocumentError(f"was not fetched whole within {_LONGEST_FETCH:.0f} s") from None
    except (requests.RequestException, ValueError) as error:
        raise DocumentError(f"cannot be fetched: {_reason(error)}") from error
    raise DocumentError(f"redirects more than {_MOST_REDIRECTS} times")


def _body(answer: requests.Response) -> bytes:
    if answer.status_code != 200:
        later = "; try again later" if answer.status_code in {429, 500, 502, 503, 504} else ""
        raise DocumentError(f"cannot be fetched: HTTP {answer.status_code} {answer.reason or ''}".rstrip() + later)
    if kind := _OTHER_MEDIA.match(answer.headers.get("Content-Type", "")):
        raise DocumentError(f"is no document that is read ({kind.group()}...)")
    return answer.content


def _refuse(url: str, allow_private: bool) -> None:
    """Refuse what is no plain address of the web. Which one the host has is checked again where it is connected to."""
    parts = _parts(url)
    host = parts.hostname or ""
    if parts.username is not None or parts.password is not None:
        raise DocumentError("has a user name or a password in its address: save the page, and name the file")
    if is_disguised(host):
        raise DocumentError(f"is at an address in an unusual form ({host[:100]}): write it as four decimal numbers")
    if not allow_private and (host.rstrip(".") == "localhost" or host.rstrip(".").endswith(".localhost")):
        raise PrivateAddress
    if not allow_private and requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url)):
        with suppress(OSError, UnicodeError):  # the proxy may know hosts that are unknown here
            found = socket.getaddrinfo(host, parts.port or 80, proto=socket.IPPROTO_TCP)
            if not all(is_public(str(place[0])) for *_, place in found):
                raise PrivateAddress


def _parts(url: str) -> SplitResult:
    """The parts of an http(s) address.

    :raises DocumentError: it is none.
    """
    try:
        parts = urlsplit(url) if split_url(url) else None
        port = parts.port if parts else None
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise DocumentError(f"is no http(s) address: {url[:200]}")
    return parts


def _reason(error: Exception) -> str:
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return "the answer was cut short or damaged; try again later"
    if isinstance(getattr(error.args[0] if error.args else None, "reason", None), NameResolutionError):
        return "the host is not found"
    return "no connection" if isinstance(error, requests.ConnectionError) else " ".join(str(error).split())[:200]

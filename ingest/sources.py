"""Sources to documents: files, folders, globs and URLs, found and fetched."""

from __future__ import annotations

import glob
import ipaddress
import os
import re
import socket
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urljoin

import pathspec
import requests
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from ingest.readers import SUFFIXES
from kg import __version__
from kg.errors import DocumentError
from kg.identifiers import split_url
from kg.store.documents import Source

USER_AGENT = f"kg/{__version__} (reading-list ingest)"
_LARGEST = 64 * 2**20  # bytes of one document
_TIMEOUT = (10, 60)  # seconds: to connect, between two pieces
_LONGEST_FETCH = 300.0  # seconds, all redirects together
_MOST_REDIRECTS = 5
_OTHER_MEDIA = re.compile(r"(?:image|video|audio|font)/|application/(?:zip|x-tar|vnd\.(?:ms|openxml))", re.IGNORECASE)
_MOST_PATTERNS, _LONGEST_PATTERN, _MOST_STARS = 2000, 200, 6  # of a .gitignore file


def is_url(location: str) -> bool:
    """Whether a source is a page on the web."""
    return location[:8].lower().startswith(("http://", "https://"))


def locate(given: str) -> Source:
    """A source as the user gives it, with where it can be found from any folder."""
    return Source(given, given if is_url(given) else os.path.abspath(os.path.expanduser(given)))


def documents_of(source: Source) -> list[Source]:
    """The documents that a source stands for: itself, the files of a folder, or the matches of a glob.

    :raises DocumentError: there is none.
    """
    if not source.given.strip():
        raise DocumentError("an empty name is no file, folder or URL")
    if is_url(source.location):
        return [source]
    path = Path(source.location)
    if not path.exists() and (matches := sorted(glob.glob(source.location, recursive=True))):
        found = [document for match in matches for document in _at(_matched(source, match))]
    elif path.exists():
        found = _at(source)
    else:
        raise DocumentError(f"{source.given}: no such file or folder")
    if not found:
        raise DocumentError(f"{source.given}: no document in it (known are {', '.join(sorted(SUFFIXES))})")
    return found


def read(document: Source, allow_private: bool = False) -> tuple[bytes, str]:
    """The content of a document, and its media type where a server told one.

    :raises DocumentError: it cannot be read or fetched, or is larger than 64 MiB.
    """
    if is_url(document.location):
        return _fetch(document.location, allow_private)
    try:
        document.location.encode()
        path = Path(document.location)
        if path.exists() and not path.is_file():
            raise DocumentError("is no regular file")
        if path.stat().st_size > _LARGEST:
            raise DocumentError(f"is larger than {_LARGEST >> 20} MiB")
        return path.read_bytes(), ""
    except UnicodeEncodeError as error:
        raise DocumentError("has a name that is not UTF-8: rename it") from error
    except (OSError, ValueError) as error:
        raise DocumentError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _at(source: Source) -> list[Source]:
    """The document at a path, or those of the folder there."""
    path = Path(source.location)
    return [_beside(source, file) for file in sorted(_files_in(path))] if path.is_dir() else [source]


def _files_in(folder: Path) -> Iterator[Path]:
    """Documents below a folder, but for hidden ones and those that its .gitignore files name."""
    specs: dict[Path, pathspec.GitIgnoreSpec] = {}
    for parent, folders, names in os.walk(folder, onerror=_complain):
        here = Path(parent)
        if spec := _spec(here / ".gitignore"):
            specs[here] = spec
        above = [(place, specs[place]) for place in (here, *here.parents) if place in specs]
        folders[:] = sorted(n for n in folders if not n.startswith(".") and not _ignored(here / n, above, "/"))
        for name in sorted(names):
            known = Path(name.removesuffix(".gz")).suffix.lower() in SUFFIXES
            if known and not name.startswith(".") and not _ignored(here / name, above):
                yield here / name


def _complain(error: OSError) -> None:
    raise DocumentError(f"{error.filename}: cannot be read: {error.strerror}")


def _ignored(path: Path, specs: Sequence[tuple[Path, pathspec.GitIgnoreSpec]], end: str = "") -> bool:
    return any(spec.match_file(path.relative_to(place).as_posix() + end) for place, spec in specs)


def _spec(file: Path) -> pathspec.GitIgnoreSpec | None:
    """The patterns of a .gitignore file; one that means nothing, or that would take ages to match, is left out."""
    if not file.is_file():
        return None
    patterns: list[GitIgnoreSpecPattern] = []
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines()[:_MOST_PATTERNS]:
        if len(line) <= _LONGEST_PATTERN and line.count("*") <= _MOST_STARS:
            with suppress(ValueError, re.error), warnings.catch_warnings(action="ignore"):
                patterns += pathspec.GitIgnoreSpec.from_lines([line]).patterns
    return pathspec.GitIgnoreSpec(patterns)


def _beside(source: Source, file: Path) -> Source:
    """A file of a folder, named as the user named the folder."""
    return Source(str(Path(source.given) / file.relative_to(source.location)), str(file))


def _matched(source: Source, match: str) -> Source:
    """A match of a glob, named from the user's folder where the glob was."""
    absolute = os.path.isabs(os.path.expanduser(source.given))
    return Source(match if absolute else os.path.relpath(match), os.path.abspath(match))


def _fetch(url: str, allow_private: bool) -> tuple[bytes, str]:
    """Fetch a page, following a few redirects, each to a public address only."""
    end = time.monotonic() + _LONGEST_FETCH
    try:
        with requests.Session() as session:
            session.headers["User-Agent"] = USER_AGENT
            for _ in range(_MOST_REDIRECTS + 1):
                _refuse_private(url, allow_private)
                with session.get(url, timeout=_TIMEOUT, stream=True, allow_redirects=False) as answer:
                    if answer.is_redirect:
                        url = urljoin(url, answer.headers["Location"])
                        continue
                    return _body(answer, end), answer.headers.get("Content-Type", "")
    except (requests.RequestException, ValueError) as error:
        raise DocumentError(f"cannot be fetched: {_reason(error)}") from error
    raise DocumentError(f"redirects more than {_MOST_REDIRECTS} times")


def _body(answer: requests.Response, end: float) -> bytes:
    if answer.status_code != 200:
        later = "; try again later" if answer.status_code in {429, 500, 502, 503, 504} else ""
        raise DocumentError(f"cannot be fetched: HTTP {answer.status_code} {answer.reason or ''}".rstrip() + later)
    if kind := _OTHER_MEDIA.match(answer.headers.get("Content-Type", "")):
        raise DocumentError(f"is no document that is read ({kind.group()}...)")
    pieces, size = [], 0
    for piece in answer.iter_content(8192):
        pieces.append(piece)
        size += len(piece)
        if size > _LARGEST:
            raise DocumentError(f"is larger than {_LARGEST >> 20} MiB")
        if time.monotonic() > end:
            raise DocumentError(f"was not fetched whole within {_LONGEST_FETCH:.0f} s")
    return b"".join(pieces)


def _refuse_private(url: str, allow_private: bool) -> None:
    parts = split_url(url)
    try:
        port = parts.port if parts else None
    except ValueError:
        parts = None
    if parts is None:
        raise DocumentError(f"is no http(s) address: {url[:200]}")
    try:
        found = socket.getaddrinfo(parts.hostname, port or 80, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as error:
        raise DocumentError(f"cannot be fetched: the host {parts.hostname} is not found") from error
    for address in {info[4][0] for info in found}:
        if not allow_private and not ipaddress.ip_address(str(address).partition("%")[0]).is_global:
            raise DocumentError("is at a private address: give --allow-private if that is meant")


def _reason(error: Exception) -> str:
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return "the answer was cut short or damaged; try again later"
    return "no connection" if isinstance(error, requests.ConnectionError) else " ".join(str(error).split())[:200]

"""What the server writes on standard error, each thing one line: faults, and if it is asked for, requests.

Faults are told without what was asked: a message of an exception can repeat it, so the line names the exception's kind
and where it was raised. Nothing here can make a line of its own (https://cwe.mitre.org/data/definitions/117.html).
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from types import TracebackType
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

Kind = Literal["faults", "requests", "queries"]
KINDS: tuple[Kind, ...] = ("faults", "requests", "queries")

_REQUESTS = logging.getLogger("kg.requests")
_LONGEST = 2000  # characters of an address that are told
_FRAMES = 12  # innermost ones of a fault


def write(kind: Kind) -> None:
    """Write faults of this process to standard error; of `requests` a line each, of `queries` with what they ask."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a request that waits its turn is nothing to tell
    _REQUESTS.setLevel(logging.WARNING if kind == "faults" else logging.INFO)


def logged(app: WSGIApplication, kind: Kind) -> WSGIApplication:
    """The application, which tells each answer once it is made: method, address, status, time and length."""
    if kind == "faults":
        return app

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began, told = time.perf_counter(), ["500", "-"]

        def started(
            status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None
        ) -> Callable[[bytes], object]:
            lengths = (value for name, value in headers if name.lower() == "content-length")
            told[:] = status[:3], "0" if environ["REQUEST_METHOD"] == "HEAD" else next(lengths, "-")
            return start_response(status, headers, exc_info)

        try:
            return app(environ, started)
        finally:
            took = (time.perf_counter() - began) * 1000
            _REQUESTS.info(
                "%s %s %s %.1f ms %s bytes", environ["REQUEST_METHOD"], _address(environ, kind), told[0], took, told[1]
            )

    return answer


def refused(status: int, length: int) -> None:
    """Tell an answer to what was no request."""
    _REQUESTS.info("- - %d - ms %d bytes", status, length)


def _address(environ: WSGIEnvironment, kind: Kind) -> str:
    path: str = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
    query: str = environ.get("QUERY_STRING", "") if kind == "queries" else ""
    address = f"{path}?{query}" if query else path
    return address if len(address) <= _LONGEST else address[:_LONGEST] + "…"


class OneLine(logging.Formatter):
    """A record as one line of signs that can be seen; of an exception its kind and frames, never its message."""

    def format(self, record: logging.LogRecord) -> str:
        record.message, record.asctime = record.getMessage(), self.formatTime(record, self.datefmt)
        line = self.formatMessage(record)
        if record.exc_info and record.exc_info[1] is not None:
            line += ": " + _fault(record.exc_info[1])
        return escaped(line)


def _fault(error: BaseException) -> str:
    """Kind and frames of an exception, the innermost first, and the kinds of those that led to it."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    told = [f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}" for frame in reversed(frames)]
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    after = f", after {type(earlier).__name__}" if earlier is not None else ""
    return f"{type(error).__name__} at {' < '.join(told)}{after}"


def escaped(text: str) -> str:
    """A text in which what cannot be seen is written as Python writes it, and so is the backslash."""
    return "".join(
        sign if sign.isprintable() and sign != "\\" else sign.encode("unicode_escape").decode("ascii") for sign in text
    )

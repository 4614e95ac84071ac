"""Answers that are made whole: of one state of the library, in bounded time, and without what is damaged."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from flask import Flask, Response, current_app
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from kg.errors import KgError
from kg.filters import Related
from kg.store import DatabaseError
from webapp.replies import library

LONGEST = 30.0  # seconds that an answer may take
_LONG_DRAFT, _MANY_PAPERS = 10_000, 20  # characters, papers: what takes seconds from there on
_AT_ONCE = 2  # such answers; the server's other threads are for everybody else
_SOON = 5  # seconds
_HEAVY = threading.BoundedSemaphore(_AT_ONCE)


def answer_whole(app: Flask, seconds: float) -> None:
    """Let every view of `app`, but files, answer from one state of its library, within so many seconds."""
    for endpoint, view in app.view_functions.items():
        if endpoint != "static":
            app.view_functions[endpoint] = _whole(view, seconds)


def _whole(view: Callable[..., Any], seconds: float) -> Callable[..., Response]:
    @wraps(view)
    def answered(**path: str) -> Response:
        try:
            return _once(view, path, seconds)
        except (HTTPException, KgError, DatabaseError):
            raise
        except Exception:
            # What was opened is looked through only now: to read all of it takes longer than most answers.
            if not library().parts.drop_damaged():
                raise
            return _once(view, path, seconds)

    return answered


def _once(view: Callable[..., Any], path: dict[str, str], seconds: float) -> Response:
    with library().reading(seconds):
        return current_app.make_response(view(**path))


@contextmanager
def in_turn(question: Related) -> Iterator[None]:
    """Work on a question; on one that takes seconds only if few others do, for whoever waited would keep a thread.

    :raises ServiceUnavailable: too many are worked on.
    """
    examples = len(question.papers) + len(question.unwanted)
    if len(question.text or "") < _LONG_DRAFT and examples < _MANY_PAPERS:
        yield
        return
    if not _HEAVY.acquire(blocking=False):
        raise ServiceUnavailable("Other long drafts are being worked on: ask again in a moment.", retry_after=_SOON)
    try:
        yield
    finally:
        _HEAVY.release()

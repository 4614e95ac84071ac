"""A route of the API, made of one typed function: what it takes, what it answers, and what is said of it."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

import msgspec
from flask import Response, request
from werkzeug.exceptions import UnprocessableEntity

from kg.answers import ListRecord
from kg.envelope import Listing
from kg.errors import NotFound, UsageError
from kg.exports import FORMATS
from kg.papers import Paper
from kg.parameters import Query
from kg.refusals import names
from webapp import asked, replies

View = Callable[..., Any]
# SQLite lets go of Python's lock at every row, so quick answers that are made at once hand it to one another all the
# time and take twice as long as one after the other (`python -m benchmarks.api`).
_QUICK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path.

    `names` are the parts of the path with their types; `query` is the type of the parameters, `body` that of the JSON
    that is sent, if any. `bibliography`: the answer can be had as one too. `quick`: its answer
    takes a millisecond or two, all of it rows of the database. `names_things`: it may name what is not there.
    `lasting`: the answer is the same until the library changes.
    """

    path: str
    view: View
    answer: Any
    query: type | None
    body: type | None
    names: Mapping[str, Any]
    bibliography: bool = False
    quick: bool = False
    names_things: bool = False
    lasting: bool = True

    @classmethod
    def of_view(cls, path: str, view: View, **kinds: bool) -> Route:
        """The route whose types are those of a function."""
        hints = get_type_hints(view, include_extras=True)
        answer, query, body = hints.pop("return"), hints.pop("query", None), hints.pop("body", None)
        return cls(path, view, answer, query, body, hints, **kinds)

    @property
    def method(self) -> str:
        """The method of HTTP."""
        return "POST" if self.body else "GET"

    @property
    def id(self) -> str:
        """A name of its own."""
        return self.view.__name__

    @property
    def summary(self) -> str:
        """What it does, in a sentence or two."""
        return inspect.cleandoc(self.view.__doc__ or "")

    @property
    def rule(self) -> str:
        """The path as Flask writes it: an id of arXiv may have a slash."""
        kind = "path:" if self.path.startswith("/papers/") else ""
        return self.path.replace("{", f"<{kind}").replace("}", ">")

    @property
    def results(self) -> Any:
        """The type of the results of which `fields` may choose the fields; None where it may not."""
        asks = self.query or self.body
        if asks is None or "fields" not in names(asks):
            return None
        return (get_args(self.answer) or get_args(self.answer.__orig_bases__[0]))[0]

    def __call__(self, **path: str) -> Response:
        """Answer the request.

        :raises HTTPException: it does not fit the types.
        """
        given: dict[str, Any] = {name: asked.text(kind, name, path[name]) for name, kind in self.names.items()}
        query: Any = asked.query(self.query or Query)
        if self.query:
            given["query"] = query
        if self.body:
            given["body"] = asked.body(self.body)
        with _QUICK if self.quick else nullcontext():
            answer = self._answered(given)
        response = self._response(answer, getattr(given.get("body", query), "fields", None))
        if self.bibliography:
            response.vary.add("Accept")
        if not self.lasting:
            response.cache_control.no_store = True
        return response

    def _response(self, answer: Any, fields: Iterable[str] | None) -> Response:
        if self.bibliography and (wanted := _wanted()):
            return replies.as_file(wanted, papers_in(answer))
        return replies.send(answer if fields is None else _with_fields(answer, fields))

    def _answered(self, given: dict[str, Any]) -> Any:
        try:
            return self.view(**given)
        except (NotFound, UsageError) as error:
            if self.body is None:
                raise
            raise UnprocessableEntity(str(error)) from None  # the address is right, what was sent is not


def papers_in(answer: Any) -> Iterable[Paper]:
    """The papers that an answer is about, with all that is known of them."""
    if isinstance(answer, Listing):
        known = all(isinstance(result, Paper) for result in answer.results)
        return answer.results if known else replies.papers_of(answer.results).values()
    if isinstance(answer.result, Paper):
        return replies.papers_of([answer.result]).values()  # as in every answer: without what is beside it here
    if isinstance(answer.result, ListRecord):
        mentioned = dict.fromkeys(mention.paper for mention in answer.result.mentions if mention.paper)
        return replies.library().store.papers.get(list(mentioned))
    papers: Iterable[Paper] = answer.result.papers
    return papers


def _wanted() -> str | None:
    """The ending of the kind of bibliography that the request would rather have than JSON."""
    endings = {format_.media_type: format_.ending for format_ in FORMATS.values()}
    best = request.accept_mimetypes.best_match(["application/json", *endings], default="application/json")
    return endings.get(best)


def _with_fields(answer: Any, chosen: Iterable[str]) -> Any:
    """The answer with these fields of its results, and their ids."""
    kept = {"id", *chosen}
    results = [{n: v for n, v in msgspec.to_builtins(one).items() if n in kept} for one in answer.results]
    return msgspec.structs.replace(answer, results=results)

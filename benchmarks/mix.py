"""What people and programs ask a server all day, and what its answers must be, whatever is ingested meanwhile."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

_API = "/api/v1"
_DRAFT = "We study {}. It has been asked before how {} and {} are related, and what follows for large networks."
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"


class Reply(NamedTuple):
    """An answer, read whole; the names of `headers` are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        """The body as JSON.

        :raises ValueError: it is none.
        """
        return json.loads(self.body)


Check = Callable[[Reply], str | None]  # what is wrong, if anything


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, of which kind it is, and how its answer is judged."""

    kind: str
    path: str
    check: Check
    body: bytes | None = None
    media_type: str = ""
    if_none_match: bool = False  # with the ETag that the same path had last


class Mix:
    """Requests in the proportions of a day; the same seed asks the same.

    :param ids: papers that stay in the library.
    :param titles: their titles.
    :param lists: ids of lists that stay.
    :param topics: ids of topics, which may go when topics are found anew.
    """

    def __init__(
        self, ids: Sequence[str], titles: Sequence[str], lists: Sequence[str], topics: Sequence[str], seed: int
    ) -> None:
        self._source = random.Random(seed)  # noqa: S311 - no secret
        self._ids, self._titles, self._lists, self._topics = ids, titles, lists, topics
        self._kinds: dict[Callable[[], Iterator[Request]], int] = {
            self._typed: 4,
            self._searched: 10,
            self._paper: 12,
            self._related: 10,
            self._drafts: 4,
            self._around: 5,
            self._maps: 1,
            self._listed: 6,
            self._exported: 4,
            self._again: 8,
            self._unknown: 4,
            self._wrong: 5,
        }

    def __iter__(self) -> Iterator[Request]:
        """Requests without end."""
        kinds, weights = list(self._kinds), list(self._kinds.values())
        while True:
            (kind,) = self._source.choices(kinds, weights)
            yield from kind()

    def _id(self) -> str:
        return self._source.choice(self._ids)

    def _words(self) -> str:
        words = self._source.choice(self._titles).split()
        return " ".join(self._source.sample(words, min(len(words), self._source.randint(2, 6))))

    def _typed(self) -> Iterator[Request]:
        """A question as the page asks it while it is typed."""
        question = self._words()[:40]
        for length in range(2, len(question), self._source.randint(2, 5)):
            yield Request("search as typed", f"/?{urlencode({'q': question[:length]})}", _page)

    def _searched(self) -> Iterator[Request]:
        mode = self._source.choice(("hybrid", "hybrid", "keyword", "semantic"))
        asked = {"q": self._words(), "mode": mode, "limit": str(self._source.choice((5, 20, 100)))}
        yield Request(f"search, {mode}", f"{_API}/search?{urlencode(asked)}", _search)

    def _paper(self) -> Iterator[Request]:
        id_ = self._id()
        yield Request("paper, page", f"/paper/{quote(id_)}", _page)
        yield Request("paper, JSON", f"{_API}/papers/{quote(id_)}", lambda reply: _one(reply, id_))

    def _related(self) -> Iterator[Request]:
        by = self._source.choice(("all", "all", "text", "citations"))
        yield Request("related", f"{_API}/papers/{quote(self._id())}/related?by={by}", _related)

    def _drafts(self) -> Iterator[Request]:
        text = _DRAFT.format(self._words(), self._words(), self._words())
        if self._source.random() < 0.5:  # a short one becomes part of the address
            form = urlencode({"text": text})
            yield Request("draft, form", "/related", lambda reply: _either(reply, 303), form.encode(), _FORM)
            yield Request("draft, page", f"/related?{form}", _page)
            return
        body = json.dumps({"text": text, "limit": 10}).encode()
        yield Request("draft, JSON", f"{_API}/related-work", _related, body, _JSON)

    def _around(self) -> Iterator[Request]:
        path = f"{_API}/papers/{quote(self._id())}/graph?depth={self._source.randint(1, 2)}"
        yield Request("around a paper", path, _graph)

    def _maps(self) -> Iterator[Request]:
        yield Request("map", f"/graph.svg?{urlencode({'q': self._words()})}", lambda reply: _ends(reply, b"</svg>"))

    def _listed(self) -> Iterator[Request]:
        yield Request("list", f"/list/{quote(self._source.choice(self._lists))}", _page)
        yield Request("list, JSON", f"{_API}/lists/{quote(self._source.choice(self._lists))}", _listed)
        yield Request("topics", f"{_API}/topics", _listed)
        topic = quote(self._source.choice(self._topics))
        yield Request("topic", f"/topic/{topic}", lambda reply: _either(reply, 200, 404))
        yield Request("gaps, new", self._source.choice(("/gaps", "/new", f"{_API}/gaps")), lambda r: _either(r, 200))
        yield Request("health", self._source.choice(("/healthz", f"{_API}/status")), lambda reply: _either(reply, 200))

    def _exported(self) -> Iterator[Request]:
        ending, mark = self._source.choice((("bib", b"@"), ("ris", b"TY  -"), ("csv", b"id,"), ("csl.json", b"[")))
        asked = urlencode({"q": self._source.choice(self._titles)})
        yield Request("export", f"/search.{ending}?{asked}", lambda reply: _exported(reply, mark))

    def _again(self) -> Iterator[Request]:
        path = f"{_API}/papers/{quote(self._source.choice(self._ids[:50]))}"
        yield Request("conditional", path, lambda reply: _either(reply, 200, 304), if_none_match=True)

    def _unknown(self) -> Iterator[Request]:
        path = self._source.choice(("/paper/9901.99999", f"{_API}/papers/none", "/no/such/page", "/list/none"))
        yield Request("unknown", path, lambda reply: _either(reply, 404))

    def _wrong(self) -> Iterator[Request]:
        paths = "search?limit=0", "search?mode=magic", "search?cursor=%00", "papers/x/related?by=luck", "search?sort=up"
        yield Request("wrong", f"{_API}/{self._source.choice(paths)}", _refused)
        body = self._source.choice((b"{", b"[]", b'{"text":1}'))
        yield Request("wrong", f"{_API}/related-work", _refused, body, _JSON)


def _either(reply: Reply, *allowed: int) -> str | None:
    return None if reply.status in allowed else f"status {reply.status}, not {' or '.join(map(str, allowed))}"


def _ends(reply: Reply, mark: bytes) -> str | None:
    wrong = f"does not end with {mark.decode()}: {reply.body[-40:]!r}"
    return _either(reply, 200) or (None if reply.body.rstrip().endswith(mark) else wrong)


def _page(reply: Reply) -> str | None:
    return _ends(reply, b"</html>")


def _refused(reply: Reply) -> str | None:
    if fault := _either(reply, 400, 404, 422):
        return fault
    return None if reply.data["status"] == reply.status else "the problem names another status"


def _search(reply: Reply) -> str | None:
    if fault := _either(reply, 200):
        return fault
    results, count = reply.data["results"], reply.data["meta"]["count"]
    ids, scores = [result["id"] for result in results], [result["score"] for result in results]
    if len(set(ids)) != len(ids):
        return "a paper comes twice"
    if count < len(ids) or (count and not ids):
        return f"{count} are counted and {len(ids)} shown"
    later = [score for result, score in zip(results, scores, strict=True) if result["match"] != "exact"]
    return None if later == sorted(later, reverse=True) else "not in the order of scores"


def _one(reply: Reply, id_: str) -> str | None:
    if fault := _either(reply, 200):
        return fault
    found = reply.data["result"]
    paper = found.get("paper", found)
    return None if paper["id"] == id_ and paper["title"] else f"another paper: {paper['id']}"


def _related(reply: Reply) -> str | None:
    if fault := _either(reply, 200):
        return fault
    for result in reply.data["results"]:
        told = sum(reason["contribution"] for reason in result["why"])
        if abs(told - result["score"]) > 1e-6 * max(1.0, abs(told)):
            return f"reasons add up to {told}, not to {result['score']}"
    return None


def _graph(reply: Reply) -> str | None:
    if fault := _either(reply, 200):
        return fault
    found = reply.data["result"]
    nodes = {f"{node['kind']}:{node['id']}" for node in found["nodes"]}
    loose = [edge for edge in found["edges"] if not {edge["from"], edge["to"]} <= nodes]
    return f"an edge without its node: {loose[0]}" if loose else None


def _listed(reply: Reply) -> str | None:
    if fault := _either(reply, 200):
        return fault
    found = reply.data
    return None if found.get("results") or found.get("result") else "nothing is listed"


def _exported(reply: Reply, mark: bytes) -> str | None:
    return _either(reply, 200) or (None if mark in reply.body else f"no {mark.decode()} in it")

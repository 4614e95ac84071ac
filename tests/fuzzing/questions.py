"""What is asked: queries (of a small library, through its full text), filters, and the parameters of requests."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask
from werkzeug.exceptions import HTTPException

from kg.errors import KgError
from kg.filters import LONGEST_VALUE, MODES, Filter, Search, parse_years
from kg.library import Library
from kg.parameters import Filtered, PaperName
from kg.refresh import Options, refresh
from kg.tools import asked as tools
from kg.tools.questions import TOOLS
from search.query import parse
from tests.conftest import open_library
from tests.examples import PAPERS
from tests.fuzzing.invariants import storable
from tests.fuzzing.targets import Target, text_of, words
from webapp import asked, queries
from webapp.params import twin

_QUERY = words(
    'author: title: year: cat: topic: list: id: category: -author: " - -" ( ) [ ] { } : * ^ NOT AND OR NEAR( + ~ ; \' % _ 2018 2018..2020',
    ">=2018 ..2020 wide kernel “ ” １ ： － « » 1806.07572 https://arxiv.org/abs/1806.07572 NULL -- /* cs.LG rank rowid: {title}: 𝐤",
)
_QUERIES = (
    'wide "gradient descent" -vision author:"Ann Bee" year:2018..2020 -cat:cs.CV',
    "neural tangent kernel",
    "arXiv:1806.07572v3",
)
_PARAMETERS = words(
    "q= & mode=hybrid limit= cursor=o20 cursor=o sort=newest fields=id,title year=2018..2020 cat=cs.LG ids=1806.07572,x by=all not=",
    "%00 %ff %ed%a0%80 = + , ; [] limit=1e3 limit=-1 limit=０ since=2026-11-01 run=1 from=a to=b depth=2 list= topic= author= id= group_by=",
)
_BODIES: tuple[dict[str, Any], ...] = (
    {
        "text": "Wide nets",
        "papers": ["1806.07572"],
        "not": ["x"],
        "exclude": [],
        "limit": 20,
        "year": 2018,
        "cat": ["cs.LG"],
    },
    {
        "text": "",
        "papers": ["a"],
        "by": "text",
        "sort": "newest",
        "group_by": "topic",
        "fields": ["id"],
        "cursor": "o20",
        "year": ["2018..", 2019],
    },
)
_ARGUMENTS: tuple[dict[str, Any], ...] = (
    {"query": "wide nets", "mode": "hybrid", "limit": 5, "year": "[2018, 2019]"},
    {"papers": ["1806.07572"], "text": "", "by": "all", "author": "Ann"},
)
_KINDS: list[Any] = [
    queries.SearchQuery,
    queries.RelatedQuery,
    queries.PapersQuery,
    queries.AroundQuery,
    queries.GapsQuery,
    queries.NewQuery,
    queries.PathQuery,
]
_AS_SENT = "".join(map(chr, range(0x21, 0x7F)))
_APP = Flask(__name__)
_REFUSED = (HTTPException,)


@cache
def library() -> Library:
    """A small library in the working folder."""
    Path("snapshot.jsonl").write_text("\n".join(map(json.dumps, PAPERS)), encoding="utf-8")
    made = open_library(Path("data"))
    refresh(made, Options(snapshot=Path("snapshot.jsonl")), lambda *_: None, lambda _: None)
    return made


def _queries(data: bytes) -> object:
    """Parsed, asked of FTS5 itself by words, phrases and excluded words, and of the library as users ask."""
    text = text_of(data)
    query = parse(text)
    storable((query.text, query.notes, query.terms))
    full_text = library().store.fulltext
    found = full_text.search(query.terms, Search().scope)
    full_text.snippets(query.terms, [number for number, _ in found])
    answer = library().search(Search(text, MODES[len(data) % 3], limit=3))
    storable(answer)
    return query, [result.id for result in answer.results]


def _filters(data: bytes) -> object:
    name, _, value = text_of(data).partition(":")
    found = Filter.of(name, value)
    years = parse_years(value)
    assert years is None or 0 <= years[0] <= years[1] <= 10_000 or years[0] == 10_000
    if found and '"' not in value and _can_be_asked(found):
        assert found in parse(str(found)).filters, f"{found} is read as {parse(str(found))}"
    return found, years


def _can_be_asked(found: Filter) -> bool:
    """Whether the query language takes such a value: years are years, the others have letters, in ASCII's signs."""
    return (
        found.value.isascii()
        and found.value.replace(" ", "").isalnum()
        and found.field != "year"
        and len(found.value) <= LONGEST_VALUE
    )


def _parameters(data: bytes) -> object:
    kind = _KINDS[len(data) % len(_KINDS)]
    address = quote(data, safe=_AS_SENT)  # waitress lets no other signs through
    with _APP.test_request_context("/", environ_overrides={"QUERY_STRING": address}):
        found: Any = asked.query(kind)
    question = getattr(found, "question", None)
    if isinstance(found, Filtered):
        assert found.offset >= 0
        assert 1 <= found.limit <= 100
        repr(found.filters)
    return found, question("x") if callable(question) else question, getattr(found, "scope", None)


def _bodies(data: bytes) -> object:
    with _APP.test_request_context("/", method="POST", data=data, content_type="application/json"):
        found = asked.body(queries.Work)
    assert isinstance(found, queries.WorkBody)
    return found, found.question


def _paths(data: bytes) -> object:
    text = data.decode("utf-8", "replace")  # as WSGI hands them over
    return asked.text(PaperName, "id", text), twin(text)


def _papers(data: bytes) -> object:
    """A paper by whatever name: looked for in the library, described with everything."""
    answer = library().paper(text_of(data))
    storable(answer)
    return answer.paper.id


def _tools(data: bytes) -> object:
    """Arguments of an assistant, in JSON, for each tool in turn."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    kind = list(TOOLS.values())[len(data) % len(TOOLS)]
    asked_for = tools.asked(kind, found if isinstance(found, dict) else {"query": found})
    answer = asked_for.answer(library())
    storable(json.dumps(answer, default=str))
    return sorted(answer)


TARGETS = [
    Target("queries", _queries, tuple(map(str.encode, _QUERIES)), _QUERY, (), 20),
    Target("filters", _filters, (b"year:2018..2020", b"author:Ann Bee", b"cat:cs.LG"), _QUERY, (), 60),
    Target(
        "papers",
        _papers,
        (b"1806.07572", b"https://arxiv.org/abs/hep-th/9901001", b"10.1073/pnas.1903070116"),
        _QUERY + words("v2 doi: / .pdf"),
        (KgError,),
        15,
    ),
    Target(
        "parameters",
        _parameters,
        (b"q=wide+nets&limit=20&cat=cs.LG&year=2018..2020", b"ids=a,b&fields=id"),
        _PARAMETERS,
        _REFUSED,
        50,
    ),
    Target(
        "bodies",
        _bodies,
        tuple(json.dumps(body).encode() for body in _BODIES),
        words('{ } [ ] "text": "year": "papers": , null 1e999 "\\ud800"'),
        _REFUSED,
        50,
        tree=True,
    ),
    Target("paths", _paths, (b"1806.07572", b"hep-th/9901001.json"), _PARAMETERS, _REFUSED, 40),
    Target(
        "tools",
        _tools,
        tuple(json.dumps(given).encode() for given in _ARGUMENTS),
        words('"query": "papers": [ ] { }'),
        (KgError,),
        5,
        tree=True,
    ),
]

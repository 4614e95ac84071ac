"""The language of `search_query`: `ti:"..." AND au:name`, with parentheses; a missing operator is OR."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.replica.records import Record

Test = Callable[[Record], bool]
_TOKEN = re.compile(r'\(|\)|(?:(\w+):)?(?:"([^"]*)"|([^\s()"]+))')
_FIELDS: dict[str, Callable[[Record], str]] = {
    "ti": lambda record: record.title,
    "title": lambda record: record.title,
    "au": lambda record: " ; ".join(record.authors),
    "abs": lambda record: record.abstract,
    "co": lambda record: record.comment or "",
    "jr": lambda record: record.journal_ref or "",
    "cat": lambda record: " ".join(record.categories),
    "id": lambda record: record.id,
}


def parse(query: str) -> Test:
    """The test that a query stands for."""
    tokens = [match for match in _TOKEN.finditer(query)]
    return _any(tokens)


def _any(tokens: list[re.Match[str]]) -> Test:
    """Terms up to the closing parenthesis, from left to right, as the service evaluates them."""
    test: Test = lambda record: False  # noqa: E731
    operator = "OR"
    while tokens:
        token = tokens.pop(0)
        word = token.group()
        if word == ")":
            break
        if word in {"AND", "OR", "ANDNOT", "NOT"}:
            operator = "ANDNOT" if word == "NOT" else word
            continue
        test = _joined(test, operator, _any(tokens) if word == "(" else _term(token))
        operator = "OR"
    return test


def _joined(left: Test, operator: str, right: Test) -> Test:
    if operator == "AND":
        return lambda record: left(record) and right(record)
    if operator == "ANDNOT":
        return lambda record: left(record) and not right(record)
    return lambda record: left(record) or right(record)


def _term(token: re.Match[str]) -> Test:
    """Words in a row in a field (stemming is not copied); no field, or an unknown one, means all of them."""
    name, phrase, word = token.groups()
    wanted = f" {' '.join(_words(phrase if phrase is not None else word or ''))} "
    reads = [_FIELDS[name]] if name in _FIELDS else list(_FIELDS.values())
    return lambda record: any(wanted in f" {' '.join(_words(read(record)))} " for read in reads)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())

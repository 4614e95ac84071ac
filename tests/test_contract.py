"""What the JSON API answers, route by route, against what it answered when that was recorded.

`tests/contract/answers.json` has whole answers: a change of any value fails. When a change is meant, record anew and
read the difference:

    KG_RECORD=1 python -m pytest tests/test_contract.py; git diff tests/contract

`tests/contract/shapes.json` is for clients that are out there: the keys of every route, and the kind of each value.
Recording adds to it and takes nothing away, so a key that is gone, or is of another kind, fails until somebody edits
that file by hand, and knows what for.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kg.library import Library
from kg.parameters import FILTERS
from tests.api_cases import CASES, ERRORS, Case, cited_library, differences
from webapp import create_app

ANSWERS = Path(__file__).parent / "contract" / "answers.json"
SHAPES = ANSWERS.with_name("shapes.json")
KINDS = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
}
RECORD = bool(os.environ.get("KG_RECORD"))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with cited_library(tmp_path_factory.mktemp("cited")) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(library: Library) -> FlaskClient:
    return create_app(library).test_client()


@pytest.fixture(scope="module")
def recorded() -> Iterator[dict[str, Any]]:
    """The recorded answers by name of case; those of this run are written in their place when recording."""
    found: dict[str, Any] = {} if RECORD else json.loads(ANSWERS.read_text(encoding="utf-8"))
    yield found
    if RECORD:
        _write(ANSWERS, found)


def _write(path: Path, found: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def steady(library: Library, answer: TestResponse) -> Any:
    """An answer without what differs from run to run: folders, times, how long it took."""
    folder = str(library.config.data.parent)
    text = answer.get_data(as_text=True).replace(folder, "/lists")
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)", "(time)", text)
    return json.loads(re.sub(r'"took_ms": ?[\d.]+', '"took_ms":0.0', text))


def shapes(answers: Iterable[Any]) -> dict[str, str]:
    """The key paths of answers of one route, and of what kinds their values are; `absent`: not in every object."""
    kinds: dict[str, set[str]] = defaultdict(set)
    seen: dict[str, int] = defaultdict(int)

    def look(value: Any, where: str) -> None:
        kinds[where].add(KINDS[type(value)])
        seen[where] += 1
        if isinstance(value, list):
            for one in value:
                look(one, f"{where}[]")
        elif isinstance(value, dict):
            seen[f"{where}{{}}"] += 1
            for key, one in value.items():
                look(one, f"{where}.{key}")

    for answer in answers:
        look(answer, "")
    for where in kinds:
        parent, dot, _ = where.rpartition(".")
        if dot and not where.endswith("[]") and seen[where] < seen[f"{parent}{{}}"]:
            kinds[where].add("absent")
    return {where: "|".join(sorted(found)) for where, found in sorted(kinds.items()) if where}


def broken(pinned: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What a client that reads by the pinned shape trips over. What was always null may be anything later."""
    pairs = [(where, old, now.get(where, "absent")) for where, old in pinned.items()]
    return [
        f"{where}: was {old}, is {new}"
        for where, old, new in pairs
        if old != "null" and not set(new.split("|")) <= set(old.split("|"))
    ]


@pytest.mark.parametrize("case", CASES + ERRORS, ids=lambda case: case.name)
def test_whole_answers(library: Library, client: FlaskClient, recorded: dict[str, Any], case: Case) -> None:
    answer = case.ask(client)
    assert answer.status_code == case.status, answer.text
    found = steady(library, answer)
    if RECORD:
        recorded[case.name] = found
        pytest.skip("recorded")
    assert differences(recorded[case.name], found) == []


def test_every_route_has_a_case_and_nothing_else_is_recorded(client: FlaskClient, recorded: dict[str, Any]) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    described = {f"{method.upper()} {path}" for path, found in document["paths"].items() for method in found}
    assert {case.route for case in CASES} == described
    assert len({case.name for case in CASES + ERRORS}) == len(CASES + ERRORS)
    assert RECORD or set(recorded) == {case.name for case in CASES + ERRORS}


def test_every_parameter_has_a_case(client: FlaskClient) -> None:
    """A parameter without one could go, or stop working, and no test here would say so."""
    document = client.get("/api/v1/openapi.json").get_json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            cases = [case for case in CASES if case.route == f"{method.upper()} {path}"]
            asked = {name for case in cases for name in parse_qs(urlsplit(case.path).query)}
            sent = {name for case in cases for name in case.body or ()}
            wanted = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"}
            if "requestBody" in operation:
                reference = operation["requestBody"]["content"]["application/json"]["schema"]
                wanted |= set(_resolved(document, reference)["properties"])
            # The filters are read by one type for all routes: `/search` shows what each does.
            assert wanted - asked - sent - (set() if path == "/search" else set(FILTERS)) == set(), path


def _resolved(document: Any, schema: Any) -> Any:
    """A schema of the document, whether it is referred to, alone or beside more."""
    reference = schema.get("$ref") or next(part["$ref"] for part in schema["allOf"] if "$ref" in part)
    return document["components"]["schemas"][reference.rpartition("/")[2]]


@pytest.mark.parametrize("route", [*sorted({case.route for case in CASES}), "error"])
def test_old_clients_find_what_they_read(client: FlaskClient, route: str) -> None:
    cases = [case for case in CASES + ERRORS if case.route == route and "fields" not in f"{case.path}{case.body}"]
    now = shapes(json.loads(case.ask(client).data) for case in cases)
    pinned = json.loads(SHAPES.read_text(encoding="utf-8")) if SHAPES.exists() else {}
    if RECORD:
        _write(SHAPES, {**pinned, route: dict(sorted((now | pinned.get(route, {})).items()))})
    assert broken(pinned.get(route, {}), now) == []


def test_shapes_tell_what_breaks_a_client() -> None:
    old = shapes([{"a": 1, "b": [{"c": "x"}, {"c": None}], "d": None}])
    assert old == {".a": "number", ".b": "array", ".b[]": "object", ".b[].c": "null|string", ".d": "null"}
    for new in (
        {"a": 1.5, "b": [{"c": "x"}], "d": None},
        {"a": 1, "b": [{"c": "x", "new": 1}], "d": "known by now"},
    ):
        assert broken(old, shapes([new])) == []
    for new, told in (
        ({"b": [{"c": "x"}], "d": None}, ".a: was number, is absent"),
        ({"a": "1", "b": [{"c": "x"}], "d": None}, ".a: was number, is string"),
        ({"a": None, "b": [{"c": "x"}], "d": None}, ".a: was number, is null"),
        ({"a": 1, "b": [{"c": "x"}, {}], "d": None}, ".b[].c: was null|string, is absent|string"),
    ):
        assert broken(old, shapes([new])) == [told]

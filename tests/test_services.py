"""Services that answer with JSON or XML of other kinds than they should: what is right is taken, nothing breaks."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from ingest.services.asking import retry_after
from ingest.services.values import day_of, object_of, objects_of, text_of, year_of
from kg.errors import ServiceError
from kg.papers import Metadata
from tests.fuzzing.services import TARGETS

WORK = {target.name: target.work for target in TARGETS}
SEEDS = {target.name: target.seeds[0] for target in TARGETS}
MONTH = 30 * 86400


def s2(*changes: dict[str, Any]) -> str:
    """What is made of papers of Semantic Scholar's with such fields."""
    rows = json.loads(SEEDS["s2"])
    return repr(
        WORK["s2"](
            json.dumps(
                [{**row, **change} for row, change in zip(rows, changes, strict=False)] + rows[len(changes) :]
            ).encode()
        )
    )


@pytest.mark.parametrize("value", [True, 3, 1.5, [], ["x"], {"a": 1}, 10**40, float("nan"), "\ud800\0"])
@pytest.mark.parametrize(
    "name", ["title", "abstract", "year", "publicationDate", "authors", "externalIds", "references", "paperId"]
)
def test_a_paper_of_semantic_scholar_with_a_field_of_another_kind(name: str, value: object) -> None:
    found = s2({name: value})
    assert "Over-Parameterization" in found  # the next one
    assert "\\ud800" not in found


def test_what_semantic_scholar_says_right_is_taken() -> None:
    found = s2({"year": "soon", "authors": [3, {"name": 5}, {"name": "Ann\0 Bee"}]})
    assert "authors=('Ann Bee',), year=None" in found
    assert "title='Nets'" in repr(WORK["s2"](b'{"data": [3, {"title": "Nets", "year": 2018}]}'))
    assert "Nets" not in repr(WORK["s2"](b'{"data": "Nets"}'))


@pytest.mark.parametrize("value", [True, 3, 1.5, "x", [3], [[]], {"a": 1}, "\ud800\0"])
@pytest.mark.parametrize("name", ["id", "doi", "title", "publication_year", "referenced_works", "locations"])
def test_a_work_of_openalex_with_a_field_of_another_kind(name: str, value: object) -> None:
    answer = json.loads(SEEDS["openalex"])
    answer["results"][0][name] = value
    answer["results"].append("no object")
    assert "\\ud800" not in repr(WORK["openalex"](json.dumps(answer).encode()))


@pytest.mark.parametrize("name", ["s2", "openalex"])
def test_json_that_is_nested_without_end_is_no_answer(name: str) -> None:
    for body in (b"[" * 100_000, b'{"results": ' + b'{"a":' * 50_000):
        with pytest.raises(ServiceError, match="no whole JSON"):
            WORK[name](body)


@pytest.mark.parametrize(
    "day", [b"never", b"Wed, 20 Jun 99999999999999999999 00:00:00 GMT", b"Wed, 99 Jun 2018 00:00:00 GMT"]
)
def test_a_record_of_oai_pmh_is_kept_without_a_date_that_is_none(day: bytes) -> None:
    whole = SEEDS["oai"]
    found = WORK["oai"](whole.replace(b"Wed, 20 Jun 2018 00:00:00 GMT", day))
    assert isinstance(found, list)
    (record,) = (record for record in found if record.arxiv_id == "1806.07572")
    assert isinstance(record, Metadata)
    assert (record.published, record.version) == (None, 4)


def test_versions_of_oai_pmh_are_numbers_that_can_be_stored() -> None:
    assert WORK["oai"](SEEDS["oai"].replace(b'version="v4"', b'version="v' + b"9" * 5000 + b'"'))


def test_a_feed_with_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(ServiceError, match="no whole answer"):
        WORK["atom"](SEEDS["atom"].replace(b"2018-06-20T", b"2018-99-20T"))


@pytest.mark.parametrize(
    "said", ["9" * 400, "Wed, 20 Jun 99999999999 00:00:00 GMT", "soon", "-1", "²", "Fri, 31 Dec 9999 23:59:59 GMT"]
)
def test_no_pause_is_longer_than_a_month(said: str) -> None:
    answer = requests.Response()
    answer.headers["Retry-After"] = said
    assert 0 <= retry_after(answer) <= MONTH


def test_values_of_another_kind_say_nothing() -> None:
    assert (text_of(" a\0b\n"), text_of(None), text_of(3)) == ("a b", "", "")
    assert [year_of(value) for value in (2018, "2018", 2018.0, True, 10**40, -1)] == [
        2018,
        None,
        None,
        None,
        None,
        None,
    ]
    assert [day_of(value) for value in ("2018", "2018-06-20", "2018-13", "2018-06-20T00", 3)] == [
        "2018",
        "2018-06-20",
        None,
        None,
        None,
    ]
    assert (list(objects_of([1, {"a": 1}])), list(objects_of("ab")), object_of([])) == ([{"a": 1}], [], {})

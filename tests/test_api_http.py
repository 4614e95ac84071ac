"""The JSON API as HTTP: headers, methods, pages of results, bibliographies, twins of pages, the token."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from kg.exports import FORMATS, Format
from kg.library import Library
from tests.api_cases import CASES, DRAFT, ERRORS, GETS, PAPERS_OF, Case, cited_library, differences
from webapp import Access, create_app
from webapp.api.routes import ROUTES


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with cited_library(tmp_path_factory.mktemp("cited")) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(library: Library) -> FlaskClient:
    return create_app(library).test_client()


@pytest.mark.parametrize("case", GETS, ids=lambda case: case.name)
def test_headers_of_answers(client: FlaskClient, case: Case) -> None:
    answer = case.ask(client)
    assert answer.content_type == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    route = next(route for route in ROUTES if f"{route.method} {route.path}" == case.route)
    assert "Accept-Encoding" in answer.vary
    assert ("Accept" in answer.vary) == route.bibliography
    head = client.head(f"/api/v1{case.path}")
    assert (head.status_code, head.data, head.content_type) == (200, b"", "application/json")
    if route.id in {"status", "healthz"}:
        assert "ETag" not in answer.headers
        return
    assert head.headers["ETag"] == answer.headers["ETag"]
    for tag in (answer.headers["ETag"], f"W/{answer.headers['ETag']}", f'"x", {answer.headers["ETag"]}', "*"):
        again = case.ask(client, If_None_Match=tag)
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == answer.headers["ETag"]
    assert case.ask(client, If_None_Match='"another"').status_code == 200


def test_compressed_answers_are_the_same_answers(client: FlaskClient) -> None:
    case = CASES[0]
    plain, packed = case.ask(client), case.ask(client, Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] == f"W/{plain.headers['ETag']}"
    took = re.compile(rb'"took_ms":[\d.]+')
    assert took.sub(b"", gzip.decompress(packed.data)) == took.sub(b"", plain.data)
    assert case.ask(client, Accept_Encoding="gzip", If_None_Match=packed.headers["ETag"]).status_code == 304


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case.name)
def test_errors_are_problems(client: FlaskClient, case: Case) -> None:
    answer = case.ask(client)
    assert answer.content_type == "application/problem+json"
    problem = json.loads(answer.data)
    assert list(problem) == ["type", "title", "status", "detail"]
    assert (problem["type"], problem["status"]) == ("about:blank", case.status)
    assert len(problem["detail"]) > 10
    assert "ETag" not in answer.headers


def test_methods(client: FlaskClient) -> None:
    for route in ROUTES:
        path = re.sub(r"{\w+}", "1803.03635", route.path)
        allowed = {"POST", "OPTIONS"} if route.body else {"GET", "HEAD", "OPTIONS"}
        options = client.options(f"/api/v1{path}")
        assert (options.status_code, set(options.allow)) == (200, allowed), path
        for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} - allowed:
            refused = client.open(f"/api/v1{path}", method=method)
            assert (refused.status_code, set(refused.allow)) == (405, allowed)
            assert refused.content_type == "application/problem+json"


WITH_PAGES = ("/search", "/papers/{id}/related", "/related-work", "/topics", "/lists", "/gaps")


@pytest.mark.parametrize(
    "case",
    [
        case
        for case in CASES
        if case.route.split()[1] in WITH_PAGES and not re.search(r"limit|cursor", f"{case.path}{case.body}")
    ],
    ids=lambda case: case.name,
)
def test_pages_walked_to_the_end_are_the_whole(client: FlaskClient, case: Case) -> None:
    whole = case.ask(client).get_json()
    assert whole["meta"]["next"] is None
    walked: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = _page(case, cursor).ask(client).get_json()
        assert page["meta"]["count"] == whole["meta"]["count"] == len(whole["results"])
        assert page.get("facets") == whole.get("facets")
        walked += page["results"]
        cursor = page["meta"]["next"]
    assert differences(*([_without_bibtex(one) for one in results] for results in (whole["results"], walked))) == []


def _page(case: Case, cursor: str) -> Case:
    """The same question, two results at a time."""
    if case.body is not None:
        return replace(case, body={**case.body, "limit": 2, "cursor": cursor})
    return replace(case, path=f"{case.path}{'&' if '?' in case.path else '?'}limit=2&cursor={cursor}")


def _without_bibtex(result: Any) -> Any:
    """BibTeX keys are told apart on a page, so they depend on it."""
    return {name: value for name, value in result.items() if name != "bibtex"}


@pytest.mark.parametrize("format_", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("case", PAPERS_OF, ids=lambda case: case.name)
def test_papers_as_a_bibliography(library: Library, client: FlaskClient, case: Case, format_: Format) -> None:
    answer = case.ask(client, Accept=f"text/html;q=0.1, {format_.media_type}")
    assert (answer.status_code, answer.mimetype) == (200, format_.media_type)
    assert "Accept" in answer.vary
    found = case.ask(client).get_json()
    one = found.get("result")
    ids = [each["id"] for each in (found["results"] if one is None else one.get("papers", [one]))]
    if case.route == "GET /lists/{id}":
        ids = list(dict.fromkeys(mention["paper"] for mention in one["mentions"] if mention["paper"]))
    papers = {paper.id: paper for paper in library.store.papers.get(ids)}
    assert answer.text == format_.write([papers[id_] for id_ in ids])


def test_json_is_what_is_sent_unless_something_else_is_wanted_more(client: FlaskClient) -> None:
    for accept in ("*/*", "", "image/png", "text/csv;q=0.5, application/json", "text/html,application/*;q=0.9"):
        assert CASES[0].ask(client, Accept=accept).content_type == "application/json", accept
    for route in ("/topics", "/status", "/path?from=1806.07572&to=1912.05671"):
        assert client.get(f"/api/v1{route}", headers={"Accept": "text/csv"}).content_type == "application/json"


@pytest.mark.parametrize(
    ("page", "route"),
    [
        ("/search.json?q=networks&cat=cs.LG&limit=3", "/search?q=networks&cat=cs.LG&limit=3"),
        ("/search.json?sort=newest&year=2018..", "/search?sort=newest&year=2018.."),
        ("/paper/1912.05671.json", "/papers/1912.05671"),
        ("/paper/hep-th/9901001.json", "/papers/hep-th/9901001"),
        ("/author/jonathan-frankle.json", "/authors/jonathan-frankle"),
        ("/topic/sparsity.json", "/topics/sparsity"),
        ("/list/awesome-wide-networks.json", "/lists/awesome-wide-networks"),
        ("/gaps.json", "/gaps"),
        (
            "/gaps.json?list=seminar-on-deep-learning&limit=2&cursor=o1",
            "/gaps?list=seminar-on-deep-learning&limit=2&cursor=o1",
        ),
        ("/new.json?since=2020-01-01&limit=1", "/new?since=2020-01-01&limit=1"),
    ],
)
def test_twins_of_pages_are_the_routes(client: FlaskClient, page: str, route: str) -> None:
    twin, answer = client.get(page), client.get(f"/api/v1{route}")
    assert (twin.status_code, twin.content_type) == (200, "application/json")
    left, right = twin.get_json(), answer.get_json()
    for found in (left, right):
        assert found["meta"].pop("took_ms") >= 0
    assert left == right
    assert list(left) == list(right)
    assert twin.headers["ETag"] == answer.headers["ETag"]


def test_a_draft_on_the_page_is_the_route(client: FlaskClient) -> None:
    body = {"text": DRAFT, "by": "text", "limit": 3}
    left = client.get("/related.json", query_string=body).get_json()
    right = client.post("/api/v1/related-work", json=body).get_json()
    for found in (left, right):
        del found["meta"]["took_ms"]
    assert left == right


def test_a_token_is_asked_for_on_every_route(library: Library) -> None:
    guarded = create_app(library, Access(token="sesame")).test_client()
    document = guarded.get("/api/v1/openapi.json", headers={"Authorization": "Bearer sesame"}).get_json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert "401" in operation["responses"]
            refused = guarded.open(f"/api/v1{path}", method=method)
            assert (refused.status_code, refused.content_type) == (401, "application/problem+json")
            assert refused.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"papers": ["1806.07572"], "year": "soon"}, "year: 'soon' is not one like 2019"),
        ({"papers": ["1806.07572"], "year": [2018, "soon"]}, "year: 'soon' is not one like 2019"),
        ({"papers": ["1806.07572"], "author": ["a"] * 21}, "is not an array of 0 to 20 values"),
        ({"papers": ["1806.07572"], "author": "a" * 501}, "is not a text of 0 to 500 characters"),
        ({"papers": ["1806.07572"], "cat": 5}, "cat: 5 is not a text or an array"),
        ({"text": "x", "fields": ["colour"]}, "fields: 'colour' is not one of authors"),
        ({"text": "x", "colour": 1}, "colour: unknown parameter; known are text,"),
        ({"text": "x", "not": ["2301.00001"]}, "'2301.00001'"),
        ([], "The body is no object; known are text,"),
    ],
)
def test_what_does_not_fit_in_a_body_is_named_with_what_would(client: FlaskClient, body: Any, told: str) -> None:
    answer = client.post("/api/v1/related-work", json=body)
    assert answer.status_code == 422
    assert told in json.loads(answer.data)["detail"]


def test_years_in_a_body_may_be_numbers(client: FlaskClient) -> None:
    asked = [
        client.post("/api/v1/related-work", json={"papers": ["1806.07572"], "year": year}).get_json()["results"]
        for year in (2019, "2019", [2019], ["2019"])
    ]
    assert asked[0] == asked[1] == asked[2] == asked[3]
    assert {result["published"][:4] for result in asked[0]} == {"2019"}


def test_a_body_that_is_none_or_is_packed_is_told(client: FlaskClient) -> None:
    for data, headers, status, told in (
        (b"", {}, 400, "empty"),
        (b"{", {}, 400, "not JSON"),
        (b"{}", {"Content-Encoding": "gzip"}, 415, "gzip"),
    ):
        sent = {"Content-Type": "application/json", **headers}
        answer = client.post("/api/v1/related-work", data=data, headers=sent)
        assert (answer.status_code, told in answer.text) == (status, True), answer.text


def test_of_several_years_or_ids_one_has_to_fit_and_of_others_all(client: FlaskClient) -> None:
    def found(query: str) -> set[str]:
        return {result["id"] for result in client.get(f"/api/v1/search?limit=100&{query}").get_json()["results"]}

    assert found("year=2018&year=2019") == found("year=2018") | found("year=2019")
    assert found("id=1806.07572&id=1803.03635") == {"1806.07572", "1803.03635"}
    assert found("cat=cs.LG&cat=stat.ML") == found("cat=cs.LG") & found("cat=stat.ML")
    assert found("year=2018&year=2019&cat=stat.ML") == (found("year=2018") | found("year=2019")) & found("cat=stat.ML")


def test_related_papers_say_why_there_are_none(client: FlaskClient) -> None:
    for answer in (
        client.get("/api/v1/papers/1806.07572/related?list=nope"),
        client.post("/api/v1/related-work", json={"papers": ["1806.07572"], "list": "nope"}),
    ):
        assert answer.get_json()["meta"]["notes"] == ['No list is called "nope".']

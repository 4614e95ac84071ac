"""Pages and JSON API: every route, every error."""

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from kg.exports import FORMATS
from kg.library import Library
from webapp import Access, create_app
from webapp.show import hits, web


@pytest.fixture
def client(library: Library) -> FlaskClient:
    return create_app(library).test_client()


def get(client: FlaskClient, path: str, status: int = 200) -> Any:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    kind = "application/json" if status == 200 else "application/problem+json"
    assert answer.content_type == kind
    return answer.get_json() if status == 200 else json.loads(answer.data)


PAGES = [
    "/",
    "/?q=lottery",
    "/?q=networks&cat=cs.LG&year=2018&sort=newest&mode=keyword",
    "/?q=zebra&mode=keyword",
    "/paper/1806.07572",
    "/paper/1806.07572?by=lists",
    "/paper/hep-th/9901001",
    "/paper/hep-th%2F9901001",
    "/author/jonathan-frankle",
    "/topic/sparsity",
    "/list/awesome-wide-networks",
    "/new",
    "/gaps",
]


@pytest.mark.parametrize("path", PAGES)
def test_pages(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.text.count("<script") == len(
        re.findall(r'<script src="/static/\w+\.js\?v=\w{12}" defer></script>', answer.text)
    )
    assert "style=" not in answer.text


@pytest.mark.parametrize("path", [path for path in PAGES if "?" not in path])
def test_pages_name_their_twins_and_the_twins_answer(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    twins = [
        part.split('href="')[1].split('"')[0]
        for part in page.split("<link ")
        if 'rel="alternate"' in part.split(">")[0]
    ]
    endings = {twin.partition("?")[0].rpartition(".")[2] for twin in twins}
    assert endings == {"json", "bib", "ris", "csv", "jsonl", "atom"}
    types = {"application/json", "application/atom+xml", *(format_.media_type for format_ in FORMATS.values())}
    answers = [client.get(twin) for twin in twins]
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.mimetype for answer in answers} == types


def test_the_twin_of_a_search_is_the_api(client: FlaskClient) -> None:
    twin, api = get(client, "/search.json?q=lottery"), get(client, "/api/v1/search?q=lottery")
    for answer in (twin, api):
        del answer["meta"]["took_ms"]
    assert twin == api


def test_search_page_shows_hits_facets_and_filters(client: FlaskClient) -> None:
    page = client.get("/?q=sparse&year=2018").text
    assert "<mark>sparse</mark>" in page
    assert "Remove the filter year:2018" in page
    assert 'href="/?q=sparse&amp;year=2018&amp;author=jonathan-frankle"' in page


def test_paper_page_shows_who_says_what_and_why(client: FlaskClient) -> None:
    page = client.get("/paper/1803.03635").text
    assert 'href="/list/awesome-wide-networks#line-21"' in page
    assert "both under “Awesome Wide Networks › Sparsity”" in page
    assert 'name="citation_author" content="Michael Carbin"' in page
    assert "@misc{frankle2018lottery" in page
    assert "read this one first" in client.get("/paper/1806.07572").text


def test_other_names_of_a_paper_lead_to_its_page(client: FlaskClient) -> None:
    answer = client.get("/paper/arXiv:1806.07572v2")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/paper/1806.07572")


def test_hostile_text_is_shown_as_text(client: FlaskClient) -> None:
    page = client.get("/paper/hep-th/9901001").text
    assert "&lt;everything&gt;" in page
    assert "<everything>" not in page
    assert "&lt;script&gt;" in client.get("/?q=<script>alert(1)</script>").text
    assert hits("a [[<b>]] c") == "a <mark>&lt;b&gt;</mark> c"
    assert web("javascript:alert(1)") is None


def test_an_empty_library_says_what_to_do(tmp_path: Any) -> None:
    from tests.conftest import open_library

    empty = open_library(tmp_path / "none")
    assert "kg ingest my-list.md" in create_app(empty).test_client().get("/").text
    empty.close()


def test_api_search(client: FlaskClient) -> None:
    answer = get(client, "/api/v1/search?q=networks&limit=2&cat=cs.LG")
    assert list(answer) == ["meta", "results", "facets"]
    assert len(answer["results"]) == 2
    seen = [result["id"] for result in answer["results"]]
    while answer["meta"]["next"]:
        answer = get(client, f"/api/v1/search?q=networks&limit=2&cat=cs.LG&cursor={answer['meta']['next']}")
        seen += [result["id"] for result in answer["results"]]
    assert len(seen) == len(set(seen)) == answer["meta"]["count"]


def test_api_fields(client: FlaskClient) -> None:
    (result,) = get(client, "/api/v1/search?q=1806.07572&limit=1&fields=title,score")["results"]
    assert list(result) == ["id", "title", "score"]


def test_api_papers(client: FlaskClient) -> None:
    assert get(client, "/api/v1/papers/hep-th/9901001")["result"]["withdrawn"] is True
    assert get(client, "/api/v1/papers/hep-th%2F9901001")["result"]["id"] == "hep-th/9901001"
    several = get(client, "/api/v1/papers?ids=1803.03635,2301.00001,arXiv:1806.07572v1")
    assert [paper["id"] for paper in several["results"]] == ["1803.03635", "1806.07572"]
    assert several["meta"]["notes"] == ["2301.00001 is not in the library."]


def test_api_related(client: FlaskClient) -> None:
    answer = get(client, "/api/v1/papers/hep-th/9901001/related?limit=3")
    assert len(answer["results"]) == 3
    for result in answer["results"]:
        assert result["score"] == pytest.approx(sum(reason["contribution"] for reason in result["why"]), abs=1e-6)
    narrowed = get(client, "/api/v1/papers/1803.03635/related?by=authors&not=1806.07572&year=2019")
    assert [result["id"] for result in narrowed["results"]] == ["1912.05671"]


def test_api_authors_topics_lists_status(client: FlaskClient) -> None:
    assert len(get(client, "/api/v1/authors/jonathan-frankle")["result"]["papers"]) == 2
    assert {topic["id"] for topic in get(client, "/api/v1/topics")["results"]} >= {"kernels", "sparsity"}
    assert get(client, "/api/v1/topics/sparsity")["result"]["label"] == "Sparsity"
    assert [found["papers"] for found in get(client, "/api/v1/lists")["results"]] == [4, 4]
    assert len(get(client, "/api/v1/lists/awesome-wide-networks")["result"]["mentions"]) == 4
    assert get(client, "/api/v1/status")["result"]["papers"] == 8
    assert get(client, "/healthz") == {"status": "ok"}


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/api/v1/search?limit=0", 400, "limit"),
        ("/api/v1/search?limit=101", 400, "limit"),
        ("/api/v1/search?limit=x", 400, "limit"),
        ("/api/v1/search?cursor=!!", 400, "cursor"),
        ("/api/v1/search?mode=psychic", 400, "mode"),
        ("/api/v1/search?sort=size", 400, "sort"),
        ("/api/v1/search?year=soon", 400, "year"),
        ("/api/v1/search?fields=title,colour", 400, "colour"),
        ("/api/v1/search?querry=x", 400, "querry"),
        ("/api/v1/papers/1806.07572/related?by=magic", 400, "by"),
        ("/api/v1/papers/1806.07572/related?not=2301.00001", 404, "2301.00001"),
        ("/api/v1/papers/2301.00001", 404, "2301.00001"),
        ("/api/v1/papers/2301.00001/related", 404, "2301.00001"),
        ("/api/v1/papers", 400, "ids"),
        ("/api/v1/authors/nobody", 404, "nobody"),
        ("/api/v1/topics/nothing", 404, "nothing"),
        ("/api/v1/lists/nothing", 404, "nothing"),
        ("/api/v1/nothing", 404, "route"),
        ("/paper/2301.00001.json", 404, "2301.00001"),
    ],
)
def test_api_errors_are_problems_that_name_the_cause(client: FlaskClient, path: str, status: int, word: str) -> None:
    problem = get(client, path, status)
    assert list(problem) == ["type", "title", "status", "detail"]
    assert problem["status"] == status
    assert word in problem["detail"]


def test_wrong_methods(client: FlaskClient) -> None:
    answer = client.post("/api/v1/search")
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("name", ["endpoint", "_scheme", "_method", "_anchor", "_external", "values", "self"])
def test_no_parameter_reaches_the_machinery(client: FlaskClient, name: str) -> None:
    for path in ("/?q=networks&", "/?", "/paper/1806.07572?"):
        assert client.get(f"{path}{name}=javascript").status_code == 200


def test_many_or_long_filters_are_refused(client: FlaskClient) -> None:
    get(client, "/api/v1/search?" + "cat=cs.LG&" * 1100, 400)
    get(client, "/api/v1/search?author=" + "x+" * 600, 400)
    assert client.get("/api/v1/search?q=" + "author:x+" * 1100).status_code == 200


def test_a_filter_is_removed_as_it_was_given(client: FlaskClient) -> None:
    page = client.get("/?q=networks&category=cs.LG&year=%202018").text
    assert 'href="/?q=networks&amp;year=+2018" aria-label="Remove the filter cat:cs.LG"' in page
    assert 'href="/?q=networks&amp;category=cs.LG" aria-label="Remove the filter year:2018"' in page


@pytest.mark.parametrize("path", ["/nothing", "/paper/2301.00001", "/author/nobody", "/topic/x", "/list/x"])
def test_pages_that_are_not_there(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "To the search page" in answer.text


def test_a_fault_of_ours_is_told_without_its_trace(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "status", lambda: 1 / 0)
    answer = create_app(library).test_client().get("/api/v1/status")
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/", "/paper/1806.07572", "/api/v1/search?q=x", "/api/v1/papers/1806.07572", "/paper/1806.07572.bib"],
)
def test_who_has_it_already_gets_no_body(client: FlaskClient, path: str) -> None:
    etag = client.get(path).headers["ETag"]
    again = client.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


def test_status_and_health_have_no_etag(client: FlaskClient) -> None:
    for path in ("/api/v1/status", "/healthz"):
        assert "ETag" not in client.get(path).headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("[::1]:80", 200),
        ("lab.example", 200),
        ("evil.example", 400),
        ("", 400),
        ("[", 400),
    ],
)
def test_only_known_hosts_are_answered(library: Library, host: str, status: int) -> None:
    client = create_app(library, Access(hosts=("lab.example",))).test_client()
    assert client.get("/healthz", headers={"Host": host}).status_code == status


def test_a_token_is_asked_for(library: Library) -> None:
    client = create_app(library, Access(token="sesame")).test_client()
    refused = client.get("/api/v1/status")
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert client.get("/", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/", headers={"Authorization": "Bearer sesame"}).status_code == 200


def test_cors_is_off_unless_an_origin_is_named(library: Library) -> None:
    name = "Access-Control-Allow-Origin"
    assert name not in create_app(library).test_client().get("/api/v1/status").headers
    opened = create_app(library, Access(cors="https://notes.example")).test_client()
    assert opened.get("/api/v1/status").headers[name] == "https://notes.example"
    assert name not in opened.get("/").headers
    guarded = create_app(library, Access(token="sesame", cors="https://notes.example")).test_client()
    asked_first = guarded.options("/api/v1/status")
    assert asked_first.status_code == 204
    assert "Authorization" in asked_first.headers["Access-Control-Allow-Headers"]

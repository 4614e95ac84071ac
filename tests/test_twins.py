"""The same papers as files: from every page that lists some, and from `kg export`."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import bibtexparser
import pytest
import rispy
from flask.testing import FlaskClient

from kg.exports import FORMATS
from kg.library import Library
from tests.conftest import Run
from webapp import create_app

TITLES: dict[str, Callable[[str], list[str]]] = {
    "bib": lambda text: [e.fields_dict["title"].value.strip("{}") for e in bibtexparser.parse_string(text).entries],
    "ris": lambda text: [record["title"] for record in rispy.loads(text)],
    "csl.json": lambda text: [item["title"] for item in json.loads(text)],
    "csv": lambda text: [row["title"] for row in csv.DictReader(io.StringIO(text, newline=""))],
    "jsonl": lambda text: [json.loads(line)["title"] for line in text.splitlines()],
}
# Page, its parameters, and how many papers it lists.
PAGES = {
    ("/search", "q=lottery&mode=keyword"): 2,
    ("/author/jonathan-frankle", ""): 2,
    ("/author/jonathan-frankle", "year=2018"): 1,
    ("/topic/sparsity", ""): 2,
    ("/list/awesome-wide-networks", ""): 4,
    ("/paper/1812.11118", ""): 1,
    ("/paper/hep-th/9901001", ""): 1,
    ("/papers", "id=1812.11118&id=hep-th/9901001"): 2,
    ("/related", "paper=1806.07572&limit=3"): 3,
    ("/graph", "q=lottery&mode=keyword"): 2,
    ("/new", ""): 8,
    ("/gaps", ""): 0,
}


@pytest.fixture
def client(library: Library) -> FlaskClient:
    return create_app(library).test_client()


def page_of(path: str) -> str:
    return "/" if path == "/search" else path


@pytest.mark.parametrize(("page", "count"), PAGES.items())
def test_every_page_has_its_papers_in_every_format(
    page: tuple[str, str], count: int, client: FlaskClient, library: Library
) -> None:
    path, query = page
    shown = client.get(f"{page_of(path)}?{query}").text
    for format_ in FORMATS.values():
        address = f"{path}.{format_.ending}" + (f"?{query}" if query else "")
        head = re.escape(f'type="{format_.media_type}" href="{address}"'.replace("&", "&amp;"))
        assert re.search(head, shown), address
        answer = client.get(address)
        assert (answer.status_code, answer.mimetype) == (200, format_.media_type)
        assert answer.headers["Content-Disposition"].endswith(f".{format_.ending}")
        titles = TITLES[format_.ending](answer.text)
        assert len(titles) == len(set(titles)) == count
    assert client.get(f"{path}.json?{query}").mimetype == "application/json"


def test_files_are_called_by_what_they_hold(client: FlaskClient) -> None:
    for address, said in {
        "/paper/hep-th/9901001.ris": "attachment; filename=hep-th-9901001.ris",
        "/topic/sparsity.csl.json": "attachment; filename=sparsity.csl.json",
        "/search.csv?q=lottery": "attachment; filename=papers.csv",
        "/search.bib?q=lottery": "inline; filename=papers.bib",
    }.items():
        assert client.get(address).headers["Content-Disposition"] == said


def test_a_file_of_nothing_is_refused_as_data(client: FlaskClient) -> None:
    for ending in TITLES:
        answer = client.get(f"/paper/2301.00001.{ending}")
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
        assert client.get(f"/search.{ending}?q=x&limit=0").status_code == 400
    assert client.get("/search.docx?q=x").status_code == 404


def test_readers_are_offered_the_files(client: FlaskClient) -> None:
    page = client.get("/?q=lottery").text
    offered = re.findall(r'<a href="/search\.([a-z.]+)\?q=lottery&amp;limit=100">([^<]+)</a>', page)
    assert offered == [("bib", "BibTeX"), ("ris", "RIS"), ("csl.json", "CSL"), ("csv", "CSV"), ("json", "JSON")]
    assert 'formaction="/papers.ris"' in page
    assert 'formaction="/related.ris"' in client.get("/related?paper=1806.07572").text


@pytest.mark.parametrize("format_", FORMATS)
def test_a_query_a_list_a_topic_a_set(run: Run, library: Library, tmp_path: Path, format_: str) -> None:
    read = TITLES[FORMATS[format_].ending]
    ids = tmp_path / "ids.txt"
    ids.write_text("https://arxiv.org/abs/1812.11118v2\nhep-th/9901001 1812.11118\n", encoding="utf-8")
    counts = {"list:awesome-wide-networks": 4, "topic:sparsity": 2, "author:frankle year:2018": 1, "": 8}
    for query, count in counts.items():
        result = run("export", "--format", format_, *query.split())
        assert (result.code, result.err, len(read(result.out))) == (0, "", count)
    result = run("export", "--format", format_, "--ids", ids)
    assert (result.code, result.err) == (0, "")
    assert [title[:12] for title in read(result.out)] == ["Reconciling ", "A Paper with"]


def test_keys_are_the_same_in_every_set(run: Run, library: Library) -> None:
    whole = {entry.key for entry in bibtexparser.parse_string(run("export").out).entries}
    part = {entry.key for entry in bibtexparser.parse_string(run("export", "author:frankle").out).entries}
    assert part == {"frankle2018lotterytickethypothesis", "frankle2019linearmodeconnectivity"}
    assert part < whole
    assert {item["id"] for item in json.loads(run("export", "--format", "csl-json").out)} == whole


def test_what_is_not_there_is_said_in_one_line(run: Run, library: Library, tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text(" ".join(f"2301.0000{n}" for n in range(1, 9)), encoding="utf-8")
    (tmp_path / "none.txt").write_text("\n", encoding="utf-8")
    for arguments, code, said in (
        (("--ids", ids), 1, "2301.00005 and 3 more"),
        (("--ids", tmp_path / "none.txt"), 2, "names no paper"),
        (("--ids", tmp_path / "missing.txt"), 2, "No such file"),
        (("--ids", ids, "lottery"), 2, "stands for a QUERY"),
        (("--ids", ids, "--format", "gexf"), 2, "formats of papers"),
        (("list:nowhere",), 0, 'No list is called "nowhere". Nothing in the library matches'),
        (("list:", "lottery"), 0, "no value"),
    ):
        result = run("export", *arguments)
        assert (result.code, result.err.count("\n")) == (code, 1)
        assert said in result.err


def test_a_set_from_standard_input(run: Run, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("1806.07572"))
    assert "jacot2018neuraltangentkernel" in run("export", "--ids", "-").out


def test_a_file_of_no_papers_is_not_given(client: FlaskClient) -> None:
    for query, told in (("", "tick some"), ("?id=2301.00001", "2301.00001 is not in the library.")):
        answer = client.get(f"/papers.bib{query}")
        assert (answer.status_code, told in answer.text) == (400, True), answer.text

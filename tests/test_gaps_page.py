"""The page of gaps: which list, which papers, why; and what it says where there are none."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg.connecting import connect
from kg.library import Library
from kg.papers import Mention, Metadata
from kg.store import Store
from kg.store.documents import Document
from tests.conftest import open_library
from webapp import create_app

LISTED = ("2001.00001", "2001.00002")
UNNAMED = "2001.00009"
GAPS = ("2001.00003", "2001.00004", UNNAMED)


@pytest.fixture
def cited(tmp_path: Path) -> Iterator[Library]:
    """Two lists of one paper each; the first paper cites three that none holds, the second one of them."""
    records = [
        Metadata(
            id_,
            f"Networks {id_[-1]} <of> $n$",
            "arxiv",
            authors=("Ann Bee",),
            published="2020-01-01",
            fetched_at="2026-01-01",
        )
        for id_ in (*LISTED, *GAPS[:2])
    ]
    with Store(tmp_path / "data" / "kg.db") as store:
        with store.transaction():
            number = {id_: store.identity.ensure_arxiv(id_) for id_ in (*LISTED, *GAPS)}
            for name, id_ in zip(("one", "two"), LISTED, strict=True):
                document = Document(f"{name}.md", f"/{name}.md", f"List <{name}>", "", "")
                store.documents.save(document, [(Mention(f"{name}.md", 1, ("Nets",), arxiv_id=id_), number[id_])])
            store.metadata.save(records)
            store.identity.settle_membership()
            store.citations.add([(number[LISTED[0]], number[id_]) for id_ in GAPS], "file")
            store.citations.add([(number[LISTED[1]], number[GAPS[0]])], "file")
        connect(store, None, tmp_path / "data" / "index")
    opened = open_library(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def client(cited: Library) -> FlaskClient:
    return create_app(cited).test_client()


def ids(page: str) -> list[str]:
    return re.findall(r'<h3><a href="/paper/([^"]+)"', page)


def test_rows_with_what_is_known_and_why(client: FlaskClient) -> None:
    page = client.get("/gaps").text
    assert set(ids(page)) == set(GAPS)
    first = page.split("<article")[1]
    assert ids(first) == [GAPS[0]]
    assert "cited by 2 papers of your lists" in first
    assert "not in the library" in first
    assert f'href="https://arxiv.org/abs/{GAPS[0]}"' in first
    assert "<details" in first
    assert "<tfoot>" in first
    assert "&lt;of&gt;" in first
    assert "3 papers that your lists point at and none of them holds" in page
    assert f'<a href="/paper/{UNNAMED}">{UNNAMED}</a>' in page  # of one that is only cited no more is known


def test_the_list_is_chosen_in_a_form(client: FlaskClient) -> None:
    page = client.get("/gaps?list=list-two").text
    assert set(ids(page)) >= {GAPS[0]}
    assert UNNAMED not in ids(page)
    assert '<option value="list-two" selected>List &lt;two&gt; (1)</option>' in page
    assert "selected" in client.get("/gaps?list=two.md").text  # by any of its names
    assert "<title>Gaps of List &lt;two&gt; · kg</title>" in page
    assert client.get("/gaps?list=").text.count("selected") == 0


def test_page_and_twins_are_the_same_answer(client: FlaskClient) -> None:
    page = client.get("/gaps?list=list-one&limit=2").text
    assert 'type="application/json" href="/gaps.json?list=list-one&amp;limit=2"' in page
    assert 'type="application/x-bibtex" href="/gaps.bib?list=list-one&amp;limit=2"' in page
    twin, api = (client.get(f"{path}?list=list-one&limit=2").get_json() for path in ("/gaps.json", "/api/v1/gaps"))
    del twin["meta"]["took_ms"], api["meta"]["took_ms"]
    assert twin == api
    assert [result["id"] for result in twin["results"]] == ids(page)
    assert client.get("/gaps.bib").text.count("@misc") == 3


def test_paging(client: FlaskClient) -> None:
    first = client.get("/gaps?limit=2").text
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = client.get(following.replace("&amp;", "&")).text
    assert set(ids(first) + ids(second)) == set(GAPS)
    assert ", continued" in second
    assert 'rel="next"' not in second
    assert "There are no more" in client.get("/gaps?cursor=o999").text


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [("list=nowhere", 404, "nowhere"), ("limit=0", 400, "limit"), ("cursor=!", 400, "cursor")],
)
def test_what_is_wrong_is_named(client: FlaskClient, query: str, status: int, word: str) -> None:
    for path in ("/gaps", "/gaps.json", "/gaps.bib"):
        answer = client.get(f"{path}?{query}")
        assert (answer.status_code, word in answer.text) == (status, True)
    assert client.get("/gaps?list=<script>").text.count("<script>") == 0


def test_without_references_it_says_how_to_get_them(library: Library) -> None:
    page = create_app(library).test_client().get("/gaps").text
    assert "No references are known yet" in page
    assert "With a connection" in page


def test_a_list_that_lacks_nothing(tmp_path: Path) -> None:
    with Store(tmp_path / "data" / "kg.db") as store:
        with store.transaction():
            one, other = (store.identity.ensure_arxiv(id_) for id_ in LISTED)
            mentions = [(Mention("a.md", n, arxiv_id=id_), n) for id_, n in zip(LISTED, (one, other), strict=True)]
            store.documents.save(Document("a.md", "/a.md", "All", "", ""), mentions)
            store.identity.settle_membership()
            store.citations.add([(one, other)], "file")
        connect(store, None, tmp_path / "data" / "index")
    library = open_library(tmp_path / "data")
    client = create_app(library).test_client()
    assert "Nothing: your lists hold every paper" in client.get("/gaps").text
    assert "Nothing: this list holds every paper" in client.get("/gaps?list=all").text
    library.close()


def test_an_empty_library_says_what_to_do(tmp_path: Path) -> None:
    library = open_library(tmp_path / "none")
    client = create_app(library).test_client()
    assert "kg ingest my-list.md" in client.get("/gaps").text
    assert client.get("/gaps?list=x").status_code == 404
    assert client.get("/gaps.bib").text == ""
    library.close()

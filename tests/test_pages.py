"""What the pages say beside the JSON of the same question: drafts, selections, long lists, what is near, fewer bytes."""

import csv
import gzip
import io
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from kg.answers import Reason
from kg.filters import Related
from kg.library import Library
from kg.refresh import Options, refresh
from tests.conftest import open_library
from webapp import create_app
from webapp.pages.draft import LONGEST_ADDRESS
from webapp.pictures import charts


@pytest.fixture
def client(library: Library) -> FlaskClient:
    return create_app(library).test_client()


def rows(page: str) -> list[str]:
    """The papers on a page of results, by their addresses, in order."""
    return re.findall(r'<article class="row"[^>]* data-paper="([^"]+)"', page)


def test_a_short_draft_becomes_an_address(client: FlaskClient, library: Library) -> None:
    text = "Wide networks are kernels."
    sent = client.post("/related", data={"text": text, "sort": "", "by": "text", "colour": "red"})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/related?" + urlencode({"text": text, "by": "text"}))
    page = client.get(sent.headers["Location"])
    expected = library.related(Related(text=text, by="text", limit=20))
    assert rows(page.text) == [f"/paper/{result.id}" for result in expected.results]
    assert f'href="/related.json?{urlencode({"text": text})}&amp;by=text"' in page.text
    assert client.get(f"/related.json?{urlencode({'text': text, 'by': 'text'})}").get_json()["results"][0]["why"]


def test_a_long_draft_is_answered_where_it_is_sent(client: FlaskClient) -> None:
    form = {"text": "Wide networks are kernels. " * (LONGEST_ADDRESS // 20), "cat": "cs.NE"}
    page = client.post("/related", data=form)
    assert page.status_code == 200
    assert rows(page.text) == ["/paper/1803.03635"]
    assert "too long to be part of an address" in page.text
    assert client.post("/related.bib", data=form).text.startswith("@misc{frankle2018lottery")
    assert "1803.03635," in client.post("/related.csv", data=form).text


def test_a_slip_loses_no_draft_and_no_filter(client: FlaskClient) -> None:
    text = "Wide networks. " * 500
    for form, status in (({"year": "last year"}, 400), ({"paper": "nobody"}, 404)):
        answer = client.post("/related", data={"text": text, **form})
        assert answer.status_code == status
        assert text.strip() in answer.text
    page = client.get("/related?text=networks&author=frankle&cat=cs.LG&cat=cs.NE").text
    assert 'name="author" value="frankle" checked' in page
    assert 'name="cat" value="cs.NE" checked' in page


def test_twins_are_narrowed_as_the_page_is(client: FlaskClient) -> None:
    assert len(client.get("/author/jonathan-frankle.json").get_json()["result"]["papers"]) == 2
    narrowed = client.get("/author/jonathan-frankle.json?year=2018").get_json()["result"]
    assert [paper["id"] for paper in narrowed["papers"]] == ["1803.03635"]
    assert client.get("/topic/sparsity.bib?year=2018").text.count("@") == 1
    assert 'href="/topic/sparsity.json?year=2018"' in client.get("/topic/sparsity?year=2018").text
    assert client.get("/graph.bib?q=lottery&mode=keyword").text.count("@misc") == 2


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("year=soon&text=x", "year"),
        ("by=magic&text=x", "by"),
        ("text=x&cursor=!!", "cursor"),
        ("text=x&limit=0", "limit"),
    ],
)
def test_a_draft_with_a_bad_parameter_names_it(client: FlaskClient, query: str, word: str) -> None:
    for answer in (client.get(f"/related?{query}"), client.get(f"/related.json?{query}")):
        assert answer.status_code == 400
        assert word in answer.text


def test_a_draft_that_is_none(client: FlaskClient) -> None:
    assert "What should this draft cite?" in client.get("/related?text=++").text
    assert client.get("/related.json").status_code == 400
    assert client.get("/related?paper=2301.00001").status_code == 404
    assert client.post("/related", data={"text": "x" * 2**21}).status_code == 413
    many = "+".join(f"2301.{number:05}" for number in range(101))
    assert "more than 100 papers" in client.get(f"/related?paper={many}").text


def test_papers_are_examples_and_counterexamples(client: FlaskClient, library: Library) -> None:
    page = client.get("/related?paper=1806.07572,1811.03962&not=1803.03635").text
    expected = library.related(Related(("1806.07572", "1811.03962"), ("1803.03635",), limit=20))
    assert rows(page) == [f"/paper/{result.id}" for result in expected.results]
    assert 'value="1806.07572,1811.03962"' in page


def test_a_selection_is_an_address(client: FlaskClient) -> None:
    page = client.get("/papers?id=1812.11118&id=1806.07572&id=2301.00001").text
    assert rows(page) == ["/paper/1812.11118", "/paper/1806.07572"]
    assert "2301.00001 is not in the library." in page
    assert client.get("/papers.json?id=1806.07572&id=x").get_json()["meta"]["notes"] == ["x is not in the library."]
    assert client.get("/papers.bib?id=1812.11118").text.startswith("@article{belkin2018reconciling")
    assert "No paper is selected" in client.get("/papers").text
    assert client.get("/papers?" + "&id=x" * 101).status_code == 400


def test_csv_has_every_field_and_no_formula(client: FlaskClient, library: Library) -> None:
    answer = client.get("/papers.csv?id=1812.11118&id=hep-th/9901001")
    assert answer.headers["Content-Disposition"] == "attachment; filename=papers.csv"
    belkin, old = csv.DictReader(io.StringIO(answer.text))
    assert belkin["authors"] == "Mikhail Belkin; Daniel Hsu; Siyuan Ma; Soumik Mandal"
    assert belkin["categories"] == "stat.ML; cs.LG"
    assert (belkin["doi"], old["withdrawn"]) == ("10.1073/pnas.1903070116", "True")


def test_a_cell_is_no_formula(library: Library) -> None:
    from kg.exports.tables import to_csv
    from kg.papers import Paper

    written = to_csv([Paper("x", title='=HYPERLINK("https://evil.example")', abstract="-1 and @all")])
    (row,) = csv.DictReader(io.StringIO(written))
    assert row["title"].startswith("'=HYPERLINK")
    assert row["abstract"] == "'-1 and @all"


def test_a_slip_in_a_title_is_seen(client: FlaskClient) -> None:
    page = client.get("/?q=a+convergance+theory+for+deep+learning+by+overparameterization").text
    assert "Did you mean the paper" in page
    assert "Did you mean" not in client.get("/?q=A+Convergence+Theory+for+Deep+Learning+via+Over-Parameterization").text
    assert "Did you mean" not in client.get("/?q=convergence").text
    assert "Did you mean" not in client.get("/?q=what+is+deep+learning+theory+about").text


def test_an_id_that_is_not_there_is_said_to_be(client: FlaskClient) -> None:
    notes = client.get("/search.json?q=arXiv:2301.00001v2").get_json()["meta"]["notes"]
    assert notes == ["2301.00001 is not in the library: `kg ingest` reads it from any document that names it."]
    assert client.get("/search.json?q=1806.07572").get_json()["meta"]["notes"] == []


def test_oldest_first(client: FlaskClient) -> None:
    found = client.get("/search.json?q=&cat=cs.LG&sort=oldest").get_json()["results"]
    dates = [result["published"] for result in found]
    assert dates == sorted(dates)
    assert len(dates) > 2


def test_an_author_wrote_with_and_a_topic_is_near(client: FlaskClient) -> None:
    author = client.get("/author/michael-carbin.json").get_json()["result"]
    assert author["co_authors"][0] == {"id": "jonathan-frankle", "name": "Jonathan Frankle", "papers": 2}
    assert {other["papers"] for other in author["co_authors"][1:]} == {1}
    topic = client.get("/topic/kernels.json").get_json()["result"]
    assert {near["id"] for near in topic["neighbours"]} <= {
        t["id"] for t in client.get("/api/v1/topics").get_json()["results"]
    }
    assert "kernels" not in {near["id"] for near in topic["neighbours"]}
    assert all(near["edges"] > 0 for near in topic["neighbours"])
    assert topic["neighbours"]


def test_an_author_page_pages_sorts_and_narrows(client: FlaskClient) -> None:
    assert rows(client.get("/author/jonathan-frankle").text) == ["/paper/1912.05671", "/paper/1803.03635"]
    assert rows(client.get("/author/jonathan-frankle?sort=oldest&limit=1").text) == ["/paper/1803.03635"]
    assert rows(client.get("/topic/sparsity?year=2018").text) == ["/paper/1803.03635"]
    assert client.get("/topic/sparsity?sort=relevance").status_code == 200
    assert client.get("/topic/sparsity?year=x").status_code == 400


def test_a_long_list_has_pages_and_every_mention_an_address(tmp_path: Path) -> None:
    lines = [f"- [Paper number {n}](https://arxiv.org/abs/2101.{n:05})" for n in range(1, 701)]
    (tmp_path / "long.md").write_text("# Long\n\n" + "\n".join(lines), encoding="utf-8")
    library = open_library(tmp_path / "data")
    refresh(library, Options((str(tmp_path / "long.md"),), offline=True), lambda *_: None, lambda _: None)
    client = create_app(library).test_client()
    first = client.get("/list/long").text
    assert len(rows(first)) == 300
    following = re.search(r'href="(/list/long\?cursor=[^"]+)"', first)
    assert following
    assert rows(client.get(following[1]).text)[0] == "/paper/2101.00301"
    place = re.search(r'href="(/list/long\?line=\d+)#(line-\d+)"', client.get("/paper/2101.00650").text)
    assert place
    assert f'id="{place[2]}"' in client.get(place[1]).text
    assert len(rows(client.get("/list/long?line=999999999").text)) == 100
    assert client.get("/list/long?line=zzz").status_code == 200
    library.close()


def test_fewer_bytes_for_who_takes_them(client: FlaskClient) -> None:
    plain = client.get("/?q=networks")
    packed = client.get("/?q=networks", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in packed.headers["Vary"]
    again = client.get("/?q=networks", headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "Content-Encoding" not in client.get("/healthz", headers={"Accept-Encoding": "gzip"}).headers
    assert "Content-Encoding" not in client.get("/?q=x", headers={"Accept-Encoding": "gzip;q=0"}).headers
    refused = client.get("/paper/2301.00001", headers={"Accept-Encoding": "gzip"})
    assert refused.status_code == 404


def test_style_and_scripts_are_fetched_once(client: FlaskClient) -> None:
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/").text)
    assert len(addresses) == 3
    for address in addresses:
        with client.get(address) as kept, client.get(address[:-1] + "z") as other:
            assert "immutable" in kept.headers["Cache-Control"]
            assert "immutable" not in other.headers["Cache-Control"]
    missing = client.get("/static/nothing.js")
    assert (missing.status_code, "immutable" in missing.headers.get("Cache-Control", "")) == (404, False)


def test_histograms_have_every_year_and_show_one_paper(client: FlaskClient) -> None:
    bars = charts.histogram({2015: 1, 2018: 400}, 100, 50)
    assert [(bar.year, bar.count) for bar in bars] == [(2015, 1), (2016, 0), (2017, 0), (2018, 400)]
    assert [bar.top for bar in bars] == [48, 50, 50, 0]
    assert bars[-1].x + bars[-1].width == 100
    assert charts.histogram({}, 100, 50) == []


def test_bars_of_a_score_are_its_summands() -> None:
    why = [Reason("text", 1, 0.6, 0.6, ""), Reason("topic", 1, 0.2, 0.2, ""), Reason("keywords", 1, -1, -1, "")]
    assert [(part.signal, part.x, part.width) for part in charts.parts(why, 1.0, 80)] == [
        ("text", 0, 48.0),
        ("topic", 48.0, 16.0),
    ]
    assert charts.parts(why, 0.0, 80) == []


def test_related_papers_on_a_page_are_narrowed_and_sorted(client: FlaskClient, library: Library) -> None:
    page = client.get("/paper/1806.07572?sort=oldest&cat=stat.ML").text
    related = page[page.index('id="related"') : page.index('id="around"')]
    asked = client.get("/api/v1/papers/1806.07572/related?sort=oldest&cat=stat.ML").get_json()
    assert rows(related) == [f"/paper/{result['id']}" for result in asked["results"]]
    assert "Remove the filter cat:stat.ML" in related
    empty = client.get("/paper/1806.07572?year=1901").text
    assert "No related paper passes these filters" in empty


def test_zotero_finds_what_it_needs(client: FlaskClient) -> None:
    page = client.get("/paper/1812.11118").text
    found = dict(re.findall(r'<meta name="(citation_\w+)" content="([^"]*)">', page))
    assert found["citation_title"] == "Reconciling modern machine learning practice and the bias-variance trade-off"
    assert found["citation_publication_date"] == "2018/12/28"
    assert found["citation_journal_title"] == "PNAS July 24, 2019 116 (32)"
    assert found["citation_doi"] == "10.1073/pnas.1903070116"
    assert found["citation_pdf_url"] == "https://arxiv.org/pdf/1812.11118"
    assert re.findall(r'citation_author" content="([^"]*)"', page) == [
        "Mikhail Belkin", "Daniel Hsu", "Siyuan Ma", "Soumik Mandal",
    ]  # fmt: skip

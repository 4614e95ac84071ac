"""The replica answers as arXiv does. Numbers in names are rows of the reference's table of behaviours."""

import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

import arxiv
import pytest
from lxml import etree

from tests.replica import Replica

ATOM = {"a": "http://www.w3.org/2005/Atom", "o": "http://a9.com/-/spec/opensearch/1.1/"}


def ask(replica: Replica, **params: Any) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(f"{replica.arxiv_url}?{urlencode(params)}") as answer:
            return answer.status, etree.fromstring(answer.read())
    except HTTPError as error:
        with error:
            return error.code, etree.fromstring(error.read()) if error.headers["Content-Type"].startswith(
                "application/atom"
            ) else None


def ids(feed: Any) -> list[str]:
    return [text.removeprefix("http://arxiv.org/abs/") for text in feed.xpath("a:entry/a:id/text()", namespaces=ATOM)]


def total(feed: Any) -> int:
    return int(feed.xpath("o:totalResults/text()", namespaces=ATOM)[0])


def test_a1_a2_known_ids_newest_version_ten_by_default(replica: Replica) -> None:
    known = list(replica.records)
    status, feed = ask(replica, id_list=",".join(known), max_results=100)
    assert (status, total(feed), len(ids(feed))) == (200, 7, 7)
    assert "1806.07572v4" in ids(feed)
    assert [name.partition("v")[0] for name in ids(feed)] != known


def test_a3_a4_unknown_ids_are_absent_and_not_counted(replica: Replica) -> None:
    assert total(ask(replica, id_list="2001.99999")[1]) == 0
    assert total(ask(replica, id_list="2001.99999,1806.07572")[1]) == 1


@pytest.mark.parametrize("bad", ["abc", "1806.07572,abc", "1806.07572,"])
def test_a5_a6_one_malformed_id_refuses_the_list(replica: Replica, bad: str) -> None:
    status, feed = ask(replica, id_list=bad)
    assert status == 400
    assert feed.xpath("a:entry/a:title/text()", namespaces=ATOM) == ["Error"]


def test_a7_what_only_looks_valid_is_absent(replica: Replica) -> None:
    for almost in (" 1806.07572", "arXiv:1806.07572", "1806.07572.pdf", "1806.07572V4"):
        assert ask(replica, id_list=almost)[0] == 200
        assert total(ask(replica, id_list=almost)[1]) == 0


def test_a8_a9_a11_versions_duplicates_old_ids(replica: Replica) -> None:
    assert ids(ask(replica, id_list="1806.07572v2")[1]) == ["1806.07572v2"]
    assert total(ask(replica, id_list="1806.07572v99")[1]) == 0
    assert total(ask(replica, id_list="1806.07572,1806.07572,1806.07572v4")[1]) == 1
    assert ids(ask(replica, id_list="hep-th/9901001")[1]) == ["hep-th/9901001v1"]


@pytest.mark.parametrize(
    "params", [{}, {"id_list": "1806.07572", "start": "x"}, {"search_query": "all:x", "sortBy": "x"}]
)
def test_a12_bad_parameters(replica: Replica, params: dict[str, str]) -> None:
    assert ask(replica, **params)[0] == 400


def test_a13_a14_limits(replica: Replica) -> None:
    assert ask(replica, search_query="all:networks", start=10000)[0] == 500
    assert ask(replica, id_list=",".join(["1806.07572"] * 800))[0] == 414


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('ti:"lottery ticket hypothesis"', {"1803.03635", "1912.05671"}),
        ("au:Frankle ANDNOT ti:connectivity", {"1803.03635"}),
        ("ti:lottery AND au:carbin", {"1803.03635", "1912.05671"}),
        ("(ti:kernels OR ti:lottery) AND cat:cs.NE", {"1803.03635"}),
        ("tangent interpolation", {"1806.07572", "1812.11118"}),
    ],
)
def test_searches(replica: Replica, query: str, found: set[str]) -> None:
    assert {name.rpartition("v")[0] for name in ids(ask(replica, search_query=query)[1])} == found


def test_paging_and_totals(replica: Replica) -> None:
    _, first = ask(replica, search_query="cat:cs.LG", max_results=2)
    _, second = ask(replica, search_query="cat:cs.LG", max_results=2, start=2)
    assert total(first) == total(second) == 6
    assert not set(ids(first)) & set(ids(second))


def test_a15_too_fast_is_refused() -> None:
    with Replica([], spacing=5.0) as replica:
        assert ask(replica, id_list="1806.07572")[0] == 200
        assert ask(replica, id_list="1806.07572")[0] == 429


def test_the_package_reads_it(replica: Replica) -> None:
    client = arxiv.Client(delay_seconds=0)
    client.query_url_format = replica.arxiv_url + "?{}"
    (result,) = client.results(arxiv.Search(id_list=["1806.07572"]))
    assert result.title.startswith("Neural Tangent Kernel")
    assert result.pdf_url == "https://arxiv.org/pdf/1806.07572v4"


def test_it_starts_by_hand(tmp_path: Path) -> None:
    papers = tmp_path / "papers.jsonl"
    papers.write_text('{"id": "1806.07572", "title": "T", "published": "2018-06"}\n')
    command = [sys.executable, "-m", "tests.replica", "--papers", str(papers), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        url = line.split("KG_ARXIV_URL=")[1].split()[0]
        with urllib.request.urlopen(f"{url}?id_list=1806.07572") as answer:
            assert b"2018-06-01T00:00:00Z" in answer.read()
        process.terminate()

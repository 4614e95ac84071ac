"""The replica answers as Semantic Scholar's Graph API does. Numbers in names are rows of the reference's table of behaviours."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.examples import PAPERS
from tests.replica import Replica
from tests.replica.client import ask
from tests.replica.records import records

NTK, TICKET = "1806.07572", "1803.03635"
BOOK = {"title": "A Book of Kernels", "doi": "10.1234/kernels", "year": 2001}


@pytest.fixture
def replica() -> Iterator[Replica]:
    cited = {NTK: [TICKET, BOOK, {"title": "A Remark"}]}
    with Replica(records({**paper, "references": cited.get(paper["id"], [])} for paper in PAPERS)) as server:
        yield server


def s2(replica: Replica, path: str, body: object = None, **params: str) -> tuple[int, Any]:
    status, _, answer = ask(f"{replica.s2_url}{path}?{urlencode(params)}", body)
    return status, json.loads(answer)


def test_s1_a_batch_keeps_the_order_with_null_for_the_unknown(replica: Replica) -> None:
    ids = ["ARXIV:2001.99999", f"ARXIV:{NTK}", "DOI:10.1073/pnas.1903070116", f"DOI:10.48550/arXiv.{TICKET}"]
    status, found = s2(replica, "/paper/batch", {"ids": ids}, fields="externalIds")
    assert (status, found[0]) == (200, None)
    assert [paper["externalIds"]["ArXiv"] for paper in found[1:]] == [NTK, "1812.11118", TICKET]


@pytest.mark.parametrize("ids", [["ARXIV:2001.99999"], [f"ARXIV:{NTK}", ""]])
def test_s2_nothing_known_or_one_empty(replica: Replica, ids: list[str]) -> None:
    assert s2(replica, "/paper/batch", {"ids": ids}) == (400, {"error": "No valid paper ids given"})


def test_s3_s4_s5_too_much(replica: Replica) -> None:
    assert "500" in s2(replica, "/paper/batch", {"ids": [f"ARXIV:{NTK}"] * 501})[1]["error"]
    replica.limit_s2_size(1)
    assert s2(replica, "/paper/batch", {"ids": [f"ARXIV:{NTK}"] * 2})[1] == {
        "error": "Response would exceed maximum size...."
    }
    replica.fail("s2_timeout")
    assert s2(replica, f"/paper/ARXIV:{NTK}") == (504, {"message": "Endpoint request timed out"})


def test_s6_references_that_are_withheld_or_have_no_id(replica: Replica) -> None:
    fields = "references.paperId,references.externalIds,references.title"
    _, (found,) = s2(replica, "/paper/batch", {"ids": [f"ARXIV:{NTK}"]}, fields=fields)
    assert found["references"][2] == {"paperId": None, "externalIds": None, "title": "A Remark"}
    replica.elide(NTK)
    assert s2(replica, "/paper/batch", {"ids": [f"ARXIV:{NTK}"]}, fields=fields)[1][0]["references"] is None


def test_s7_s10_unknown_fields_and_papers(replica: Replica) -> None:
    assert s2(replica, f"/paper/ARXIV:{NTK}", fields="unknown")[1] == {
        "error": "Unrecognized or unsupported fields: [unknown]"
    }
    assert s2(replica, "/paper/0") == (404, {"error": "Paper with id 0 not found"})


def test_s8_s9_limits_and_keys(replica: Replica) -> None:
    replica.fail("s2_rate_limit")
    status, headers, body = ask(f"{replica.s2_url}/paper/ARXIV:{NTK}")
    assert (status, json.loads(body)["code"], headers.get("Retry-After")) == (429, "429", None)
    replica.set_key("s2", "right")
    assert ask(f"{replica.s2_url}/paper/ARXIV:{NTK}", None, **{"x-api-key": "wrong"})[0] == 403


def test_s11_the_match_is_the_nearest_right_or_wrong(replica: Replica) -> None:
    status, found = s2(replica, "/paper/search/match", query="lottery ticket sparse trainable", fields="externalIds")
    assert (status, found["data"][0]["externalIds"]["ArXiv"]) == (200, TICKET)
    replica.wrong_match("lottery ticket sparse trainable", NTK)
    found = s2(replica, "/paper/search/match", query="lottery ticket sparse trainable", fields="externalIds")[1]
    assert found["data"][0]["externalIds"]["ArXiv"] == NTK
    assert s2(replica, "/paper/search/match", query="zzz") == (404, {"error": "Title match not found"})


def test_s12_pages_of_references(replica: Replica) -> None:
    path = f"/paper/ARXIV:{NTK}/references"
    first = s2(replica, path, limit="2", fields="title")[1]
    last = s2(replica, path, limit="2", offset="2", fields="title")[1]
    assert (first["next"], "next" in last, len(last["data"])) == (2, False, 1)
    replica.elide(NTK)
    assert s2(replica, path)[1] == {"data": None}


@pytest.mark.parametrize("bad", ["abc", "https://doi.org/10.1/x", "DOI:https://doi.org/10.1/x"])
def test_s2_one_malformed_id_refuses_the_batch(replica: Replica, bad: str) -> None:
    assert s2(replica, "/paper/batch", {"ids": [f"ARXIV:{NTK}", bad]})[0] == 400


def test_s1_all_that_names_a_paper(replica: Replica) -> None:
    _, paper = s2(replica, f"/paper/ARXIV:{NTK}", fields="corpusId")
    names = ["arxiv:1806.07572", paper["paperId"], f"CorpusId:{paper['corpusId']}", "10.48550/ARXIV.1806.07572"]
    names += [f"URL:https://arxiv.org/abs/{NTK}", f"ARXIV:{NTK}v4"]
    found = s2(replica, "/paper/batch", {"ids": names})[1]
    assert [one and one["paperId"] for one in found] == [paper["paperId"]] * 5 + [None]


def test_s12_what_is_out_of_range_and_how_a_paper_is_cited(replica: Replica) -> None:
    path = f"/paper/ARXIV:{NTK}/references"
    assert [s2(replica, path, limit=limit)[0] for limit in ("0", "1000", "1001", "x")] == [400, 200, 400, 400]
    assert s2(replica, path, offset="9900", limit="100")[0] == 400
    row = s2(replica, path, fields="title,isInfluential")[1]["data"][0]
    assert (row["isInfluential"], row["citedPaper"]["title"]) == (False, PAPERS[2]["title"])


def test_search_says_nothing_of_data_where_there_is_none(replica: Replica) -> None:
    assert s2(replica, "/paper/search", query="zzz") == (200, {"total": 0, "offset": 0})
    found = s2(replica, "/paper/search", query="lottery ticket", limit="1")[1]
    assert (found["total"], found["next"], len(found["data"])) == (2, 1, 1)

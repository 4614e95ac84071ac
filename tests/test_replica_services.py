"""The replica answers as OAI-PMH, Semantic Scholar and OpenAlex do. Numbers in names are rows of the reference's table."""

import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode

import pytest
from lxml import etree

from tests.examples import PAPERS
from tests.replica import Replica
from tests.replica.records import records

OAI = {
    "o": "http://www.openarchives.org/OAI/2.0/",
    "r": "http://arxiv.org/OAI/arXivRaw/",
    "a": "http://arxiv.org/OAI/arXiv/",
}
NTK, TICKET = "1806.07572", "1803.03635"
BOOK = {"title": "A Book of Kernels", "doi": "10.1234/kernels", "year": 2001}


@pytest.fixture
def replica() -> Iterator[Replica]:
    cited = {NTK: [TICKET, BOOK, {"title": "A Remark"}]}
    with Replica(records({**paper, "references": cited.get(paper["id"], [])} for paper in PAPERS)) as server:
        yield server


def ask(url: str, body: object = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers} if data else headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def oai(replica: Replica, **params: str) -> Any:
    status, headers, body = ask(f"{replica.oai_url}?{urlencode({k.rstrip('_'): v for k, v in params.items()})}")
    assert (status, headers["Content-Type"]) == (200, "text/xml")
    return etree.fromstring(body)


def code(root: Any) -> str:
    return root.xpath("string(o:error/@code)", namespaces=OAI)


def named(root: Any) -> list[str]:
    return root.xpath("//o:header/o:identifier/text()", namespaces=OAI)


def s2(replica: Replica, path: str, body: object = None, **params: str) -> tuple[int, Any]:
    status, _, answer = ask(f"{replica.s2_url}{path}?{urlencode(params)}", body)
    return status, json.loads(answer)


def works(replica: Replica, path: str = "", **params: str) -> tuple[int, dict[str, str], bytes]:
    return ask(f"{replica.openalex_url}/works{path}?{urlencode(params)}")


@pytest.mark.parametrize("name", [NTK, f"{NTK}v2", f"{NTK}.pdf", "hep-th/9901001"])
def test_o1_the_current_version_of_a_record(replica: Replica, name: str) -> None:
    root = oai(replica, verb="GetRecord", metadataPrefix="arXivRaw", identifier=f"oai:arXiv.org:{name}")
    assert named(root) == [f"oai:arXiv.org:{name.removesuffix('v2').removesuffix('.pdf')}"]
    if NTK in name:
        assert root.xpath("count(//r:version)", namespaces=OAI) == 4
        plain = oai(replica, verb="GetRecord", metadataPrefix="arXiv", identifier=f"oai:arXiv.org:{name}")
        assert plain.xpath("string(//a:created)", namespaces=OAI) == "2020-02-10", "not the first version's day"


@pytest.mark.parametrize("name", ["2001.99999", "abc"])
def test_o2_unknown_and_malformed_ids(replica: Replica, name: str) -> None:
    root = oai(replica, verb="GetRecord", metadataPrefix="arXivRaw", identifier=f"oai:arXiv.org:{name}")
    assert code(root) == "idDoesNotExist"


def test_o3_pages_and_their_tokens(replica: Replica) -> None:
    replica.oai_page_size = 3
    root = oai(replica, verb="ListRecords", metadataPrefix="arXivRaw", set="cs:cs:LG")
    seen, pages = named(root), 1
    while token := root.findtext(".//o:resumptionToken", namespaces=OAI):
        root = oai(replica, verb="ListRecords", resumptionToken=token)
        seen, pages = seen + named(root), pages + 1
    assert (len(seen), len(set(seen)), pages) == (6, 6, 2)
    assert root.find(".//o:resumptionToken", OAI) is not None, "the last page has an empty token"


def test_o4_a_token_suffers_no_company_and_may_be_broken(replica: Replica) -> None:
    broken = oai(replica, verb="ListRecords", resumptionToken="nonsense")
    assert code(broken) == "badResumptionToken"
    assert code(oai(replica, verb="ListRecords", resumptionToken="x", metadataPrefix="arXiv")) == "badArgument"


def test_o5_ranges_of_days(replica: Replica) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    today = datetime.now(UTC).date().isoformat()
    answers = {
        day: code(oai(replica, verb="ListRecords", metadataPrefix="arXiv", from_=day))
        for day in (tomorrow, "2005-09-15", today)
    }
    assert list(answers.values()) == ["badArgument", "badArgument", "noRecordsMatch"]
    assert code(oai(replica, verb="ListRecords", metadataPrefix="arXiv", set="nonsense")) == "badArgument"


def test_o6_flow_control(replica: Replica) -> None:
    replica.fail("flow_control")
    status, headers, _ = ask(f"{replica.oai_url}?verb=Identify")
    assert (status, headers["Retry-After"]) == (503, "1")
    assert b"persistent" in ask(f"{replica.oai_url}?verb=Identify")[2]


def test_o7_a_record_that_is_edited_between_pages_comes_twice(replica: Replica) -> None:
    replica.oai_page_size = 3
    root = oai(replica, verb="ListRecords", metadataPrefix="arXivRaw")
    first = named(root)
    replica.edit(first[0].removeprefix("oai:arXiv.org:"))
    rest: list[str] = []
    while token := root.findtext(".//o:resumptionToken", namespaces=OAI):
        root = oai(replica, verb="ListRecords", resumptionToken=token)
        rest += named(root)
    assert first[0] in rest


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


def test_x1_one_work_by_its_doi(replica: Replica) -> None:
    status, _, body = works(replica, f"/doi:10.48550/arxiv.{NTK}")
    assert (status, json.loads(body)["title"]) == (200, PAPERS[0]["title"])
    status, headers, body = works(replica, "/doi:10.1/none")
    assert (status, headers["Content-Type"].split(";")[0], body[:9]) == (404, "text/html", b"<!doctype")


def test_x2_x6_filters(replica: Replica) -> None:
    dois = "|".join(f"10.48550/arxiv.{id_}" for id_ in (NTK, "2001.99999", TICKET))
    found = json.loads(works(replica, filter=f"doi:{dois}", select="id")[2])
    assert (len(found["results"]), list(found["results"][0])) == (2, ["id"])
    assert works(replica, filter=f"doi:{'|'.join(['10.1/x'] * 101)}")[0] == 400
    assert b"too long" in works(replica, filter="doi:" + "1" * 8200)[2]
    assert works(replica, limit="3")[0] == 400


def test_x3_x4_x5_x8_budgets_keys_and_faults(replica: Replica) -> None:
    replica.fail("oa_budget")
    status, headers, body = works(replica, filter="doi:10.1/x")
    assert (status, headers["Retry-After"], headers["X-RateLimit-Remaining"]) == (429, "53578", "0")
    assert "Insufficient budget" in json.loads(body)["message"]
    replica.fail("oa_too_fast")
    status, headers, _ = works(replica, filter="doi:10.1/x")
    assert (status, headers["Retry-After"], headers["X-RateLimit-Remaining"]) == (429, "1", "900")
    replica.fail("oa_unavailable")
    replica.fail("oa_timeout")
    assert [works(replica, filter="doi:10.1/x")[0] for _ in range(3)] == [503, 504, 200]
    replica.set_key("openalex", "right")
    assert works(replica, api_key="wrong")[0] == works(replica, cursor="*")[0] == 401


def test_x7_x9_works_that_moved_and_preprints_that_were_merged(replica: Replica) -> None:
    work = replica.records[NTK].openalex_id
    replica.move_work("W1", work)
    assert json.loads(works(replica, "/W1")[2])["title"] == PAPERS[0]["title"]
    replica.merge_preprint(NTK, "10.5555/ntk")
    assert works(replica, f"/doi:10.48550/arxiv.{NTK}")[0] == 404
    found = json.loads(works(replica, filter=f"locations.landing_page_url:http://arxiv.org/abs/{quote(NTK)}")[2])
    assert [one["doi"] for one in found["results"]] == ["https://doi.org/10.5555/ntk"]
    replica.elide(NTK, "openalex")
    assert json.loads(works(replica, f"/{work}")[2])["referenced_works"] == []

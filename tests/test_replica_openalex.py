"""The replica answers as OpenAlex does. Numbers in names are rows of the reference's table of behaviours."""

import json
from collections.abc import Iterator
from urllib.parse import quote, urlencode

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


def works(replica: Replica, path: str = "", **params: str) -> tuple[int, dict[str, str], bytes]:
    return ask(f"{replica.openalex_url}/works{path}?{urlencode(params)}")


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


def test_x2_pages_parts_and_what_an_answer_costs(replica: Replica) -> None:
    dois = "|".join(f"https://doi.org/10.48550/arxiv.{paper['id']}" for paper in PAPERS)
    _, headers, body = works(replica, filter=f"doi:{dois}", per_page="2", page="2")
    found = json.loads(body)
    assert (found["meta"]["count"], found["meta"]["per_page"], len(found["results"])) == (7, 2, 2)
    assert headers["X-RateLimit-Credits-Used"] == "1"
    assert works(replica, f"/doi:10.48550/arxiv.{NTK}")[1]["X-RateLimit-Credits-Used"] == "0"
    assert works(replica, per_page="201")[0] == works(replica, per_page="200", page="51")[0] == 400
    assert works(replica, select="id,nonsense")[0] == works(replica, filter="nonsense:1")[0] == 400


def test_x6_what_the_edge_rejects(replica: Replica) -> None:
    for params, reason in (({"limit": "3"}, "f1:limit_param"), ({"filter": "doi:10.1/a,b"}, "f1:raw_comma")):
        status, headers, _ = works(replica, **params)
        assert (status, headers["x-openalex-edge-reject"]) == (400, reason)


def test_x9_by_title_and_works_that_are_cited_but_gone(replica: Replica) -> None:
    found = json.loads(works(replica, filter="title.search:neural tangent kernel")[2])["results"]
    cited = [url.rpartition("/")[2] for url in found[0]["referenced_works"]]
    assert cited[0] == replica.records[TICKET].openalex_id
    assert json.loads(works(replica, f"/{cited[1]}")[2])["doi"] == "https://doi.org/10.1234/kernels"
    replica.hide(TICKET, "openalex")
    assert works(replica, f"/{cited[0]}")[0] == 404
    found = json.loads(works(replica, filter=f"openalex:{'|'.join(cited)}")[2])["results"]
    assert [one["title"] for one in found] == ["A Book of Kernels"]

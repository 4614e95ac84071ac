"""The replica answers as OAI-PMH does. Numbers in names are rows of the reference's table of behaviours."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from lxml import etree

from tests.examples import PAPERS
from tests.replica import Replica
from tests.replica.client import ask
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


def oai(replica: Replica, **params: str) -> Any:
    status, headers, body = ask(f"{replica.oai_url}?{urlencode({k.rstrip('_'): v for k, v in params.items()})}")
    assert (status, headers["Content-Type"]) == (200, "text/xml")
    return etree.fromstring(body)


def code(root: Any) -> str:
    return root.xpath("string(o:error/@code)", namespaces=OAI)


def named(root: Any) -> list[str]:
    return root.xpath("//o:header/o:identifier/text()", namespaces=OAI)


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


def test_o1_names_days_sets_and_withdrawn_versions(replica: Replica) -> None:
    plain = oai(replica, verb="GetRecord", metadataPrefix="arXiv", identifier="oai:arXiv.org:1812.11118")
    assert plain.xpath("//a:keyname/text()", namespaces=OAI) == ["Belkin", "Hsu", "Ma", "Mandal"]
    assert plain.xpath("//o:setSpec/text()", namespaces=OAI) == ["stat:stat:ML", "cs:cs:LG"]
    assert plain.find("o:request", OAI).get("metadataPrefix") == "arXiv"
    raw = oai(replica, verb="GetRecord", metadataPrefix="arXivRaw", identifier="oai:arXiv.org:hep-th/9901001")
    assert raw.xpath("string(//r:date)", namespaces=OAI) == "Mon, 04 Jan 1999 00:00:00 GMT"
    assert raw.xpath("string(//r:source_type)", namespaces=OAI) == "I"
    assert raw.xpath("string(//o:setSpec)", namespaces=OAI) == "physics:hep-th"


@pytest.mark.parametrize("size", [1, 2])
def test_o3_pages_through_one_day_and_through_all_days(replica: Replica, size: int) -> None:
    replica.oai_page_size = size
    for id_ in list(replica.records)[:4]:
        replica.edit(id_, "2024-05-01")
    root = oai(replica, verb="ListRecords", metadataPrefix="arXivRaw")
    seen = named(root)
    while token := root.findtext(".//o:resumptionToken", namespaces=OAI):
        root = oai(replica, verb="ListRecords", resumptionToken=token)
        seen += named(root)
    assert sorted(seen) == sorted(f"oai:arXiv.org:{id_}" for id_ in replica.records)


def test_o3_o4_the_other_verbs(replica: Replica) -> None:
    sets = oai(replica, verb="ListSets").xpath("//o:setSpec/text()", namespaces=OAI)
    assert {"cs", "physics:hep-th", "stat:stat:ML"} <= set(sets)
    assert len(named(oai(replica, verb="ListIdentifiers", metadataPrefix="arXiv", set="cs"))) == 6
    assert code(oai(replica, verb="ListRecords", metadataPrefix="arXiv", set="math:math:AG")) == "noRecordsMatch"
    assert code(oai(replica, verb="Nonsense")) == "badVerb"
    assert code(oai(replica, verb="ListRecords")) == "badArgument"
    assert code(oai(replica, verb="ListRecords", metadataPrefix="marc")) == "cannotDisseminateFormat"
    assert "arXivRaw" in oai(replica, verb="ListMetadataFormats").xpath("//o:metadataPrefix/text()", namespaces=OAI)

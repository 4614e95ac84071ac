"""The replica fails as the services do, and keeps count. Numbers in names are rows of the reference's table."""

import http.client
import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.error import HTTPError

import pytest
from lxml import etree

from tests.examples import PAPERS
from tests.replica import Replica
from tests.replica.faults import FAULTS
from tests.replica.records import records

NTK, PNAS, OLD, UNKNOWN = "1806.07572", "1812.11118", "hep-th/9901001", "2001.99999"
ATOM = {"a": "http://www.w3.org/2005/Atom", "o": "http://a9.com/-/spec/opensearch/1.1/"}


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(records(PAPERS)) as server:
        yield server


def get(url: str, follow: bool = True) -> tuple[int, dict[str, str], bytes]:
    opener = urllib.request.build_opener() if follow else urllib.request.build_opener(_Stay)
    try:
        with opener.open(url, timeout=5) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def arxiv(replica: Replica, fault: str | None = None, ids: str = f"{NTK},{PNAS}") -> tuple[int, dict[str, str], bytes]:
    if fault:
        replica.fail(fault)
    return get(f"{replica.arxiv_url}?id_list={ids}")


def entries(body: bytes) -> list[str]:
    return etree.fromstring(body).xpath("a:entry/a:id/text()", namespaces=ATOM)


def total(body: bytes) -> int:
    return int(etree.fromstring(body).xpath("string(o:totalResults)", namespaces=ATOM))


def test_a10_a_withdrawn_paper_is_an_ordinary_entry(replica: Replica) -> None:
    body = arxiv(replica, ids=OLD)[2]
    assert b"This paper has been withdrawn" in body
    assert b'title="pdf"' in body


def test_a12_errors_that_come_as_200(replica: Replica) -> None:
    replica.fail("error_ok")
    status, _, body = get(f"{replica.arxiv_url}?id_list={NTK}&start=x")
    assert (status, b"start must be an integer" in body) == (200, True)
    assert get(f"{replica.arxiv_url}?id_list={NTK}&sortOrder=x")[0] == 400


def test_a13_how_deep_a_search_goes(replica: Replica) -> None:
    at = [get(f"{replica.arxiv_url}?search_query=all:x&start={n}&max_results=100")[0] for n in (9900, 10_000)]
    assert at == [200, 500]
    assert [get(f"{replica.arxiv_url}?search_query=all:x&max_results={n}")[0] for n in (0, 10_001)] == [500, 500]
    assert arxiv(replica, "server_error")[0] == 500


@pytest.mark.parametrize("fault", ["rate_limit", "rate_limit_slow"])
def test_a15_too_much_for_all_together(replica: Replica, fault: str) -> None:
    replica.stall_seconds = 0.2
    before = time.monotonic()
    status, headers, body = arxiv(replica, fault)
    assert (status, body, "Retry-After" in headers) == (429, b"Rate exceeded.", False)
    assert (time.monotonic() - before > 0.2) == (fault == "rate_limit_slow")


def test_a16_a18_what_is_no_feed_with_status_200(replica: Replica) -> None:
    assert arxiv(replica, "rate_text")[::2] == (200, b"Rate exceeded.")
    status, headers, _ = arxiv(replica, "html")
    assert (status, headers["Content-Type"]) == (200, "text/html")
    assert arxiv(replica, "nothing")[::2] == (200, b"")


def test_a17_maintenance(replica: Replica) -> None:
    replica.retry_after = 30
    assert arxiv(replica, "unavailable")[1]["Retry-After"] == "30"
    status, headers, _ = arxiv(replica, "unavailable_bare")
    assert (status, "Retry-After" in headers) == (503, False)
    assert arxiv(replica, "come_back_tomorrow")[1]["Retry-After"] == "53578"
    when = parsedate_to_datetime(arxiv(replica, "come_back_date")[1]["Retry-After"])
    assert 0 < (when - datetime.now(UTC)).total_seconds() <= 2


def test_a19_a20_pages_that_are_empty_or_short(replica: Replica) -> None:
    replica.fail_later("empty", after=1)
    pages = [arxiv(replica)[2] for _ in range(3)]
    assert [(len(entries(page)), total(page)) for page in pages] == [(2, 2), (0, 2), (2, 2)]
    short = arxiv(replica, "short_page")[2]
    assert (len(entries(short)), total(short)) == (1, 2)


@pytest.mark.parametrize(("fault", "ends_well"), [("truncated", False), ("cut_entry", True)])
def test_a21_xml_cut_inside_the_last_entry_by_the_length_announced(
    replica: Replica, fault: str, ends_well: bool
) -> None:
    body = arxiv(replica, fault)[2]
    assert body.rstrip().endswith(b"</feed>") == ends_well
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(body)


def test_a22_connections_that_end_too_soon(replica: Replica) -> None:
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        arxiv(replica, "reset")
    with pytest.raises(http.client.IncompleteRead):
        arxiv(replica, "cut")
    assert [request.status for request in replica.log] == [0, 200]


def test_a22_a_stall_ends_with_the_replica() -> None:
    with Replica(records(PAPERS)) as replica:
        replica.fail("stall")
        with pytest.raises(TimeoutError):
            urllib.request.urlopen(f"{replica.arxiv_url}?id_list={NTK}", timeout=0.2)
        before = time.monotonic()
    assert time.monotonic() - before < 2


@pytest.mark.parametrize(("fault", "status"), [("moved", 301), ("moved_307", 307)])
def test_a23_another_place_answers(replica: Replica, fault: str, status: int) -> None:
    replica.fail(fault, 2)
    found, headers, _ = get(f"{replica.arxiv_url}?id_list={NTK}", follow=False)
    assert (found, headers["Location"].partition("?")[0].endswith("/api/moved/query")) == (status, True)
    assert len(entries(arxiv(replica)[2])) == 2, "who is sent there is not sent on"
    assert get(f"{replica.arxiv_url}/anything")[0] == 404


def test_a5_a24_an_id_that_is_refused(replica: Replica) -> None:
    assert arxiv(replica, "not_acceptable")[::2] == (406, b"")
    replica.refuse(PNAS, 406)
    assert arxiv(replica)[::2] == (406, b"")
    replica.refuse(PNAS)
    status, _, body = arxiv(replica)
    assert (status, b"<title>Error</title>" in body) == (400, True)
    assert arxiv(replica, ids=NTK)[0] == 200


def test_a25_the_old_dialect(replica: Replica) -> None:
    body = arxiv(replica, "legacy", f"{UNKNOWN},{NTK}")[2]
    feed = etree.fromstring(body)
    ids = [entry.findtext("a:id", namespaces=ATOM) for entry in feed.findall("a:entry", ATOM)]
    assert (total(body), ids) == (2, [None, f"http://arxiv.org/abs/{NTK}v4"])
    assert feed.findtext("a:updated", namespaces=ATOM).endswith("-04:00")
    assert b'<opensearch:totalResults xmlns:opensearch="' in body
    assert b"Generalization in Neural\n  Networks</title>" in body
    assert total(arxiv(replica, "legacy", UNKNOWN)[2]) == 1


def test_a26_links_that_say_only_where(replica: Replica) -> None:
    links = etree.fromstring(arxiv(replica, "bare_links", PNAS)[2]).findall("a:entry/a:link", ATOM)
    assert [sorted(link.keys()) for link in links] == [["href"], ["href"], ["href", "rel"]]


def test_a27_what_titles_and_authors_may_be() -> None:
    row = {
        "id": NTK,
        "title": "0",
        "abstract": "$x<y$ & é",
        "authors": [f"Ann {n}" for n in range(34)],
        "doi": ["10.1/a", "10.1/b"],
    }
    with Replica(records([row])) as replica:
        entry = etree.fromstring(arxiv(replica)[2]).find("a:entry", ATOM)
    assert (entry.findtext("a:title", namespaces=ATOM), entry.findtext("a:summary", namespaces=ATOM)) == (
        "0",
        "$x<y$ & é",
    )
    assert len(entry.findall("a:author", ATOM)) == 34
    assert entry.xpath("count(*[local-name()='doi'])") == 2


def test_arxiv_entries_without_a_day_and_errors_in_place_of_entries(replica: Replica) -> None:
    assert arxiv(replica, "undated")[2].count(b"<published>") == 1
    assert b"<title>Error</title>" in arxiv(replica, "error_entry")[2]
    assert arxiv(replica, "forbidden")[0] == 403


URLS = {
    "oai": "/oai?verb=GetRecord&metadataPrefix=arXivRaw&identifier=oai:arXiv.org:" + NTK,
    "s2": "/graph/v1/paper/ARXIV:" + NTK,
    "openalex": "/openalex/works/doi:10.48550/arxiv." + NTK,
}
STATUS = {
    "s2_rate_limit": 429,
    "s2_forbidden": 403,
    "s2_timeout": 504,
    "s2_error": 500,
    "s2_too_big": 400,
    "oa_budget": 429,
    "oa_too_fast": 429,
    "oa_bad_key": 401,
    "oa_unavailable": 503,
    "oa_timeout": 504,
    "flow_control": 503,
    "rate_limit": 429,
}
ELSEWHERE = [(service, fault) for service in URLS for fault in FAULTS[service]]


@pytest.mark.parametrize(("service", "fault"), ELSEWHERE, ids=[fault for _, fault in ELSEWHERE])
def test_o6_s4_s5_s8_s9_s11_x3_x4_x5_x8_one_fault_then_the_right_answer(
    replica: Replica, service: str, fault: str
) -> None:
    replica.stall_seconds = 0.0
    url = replica.arxiv_url.removesuffix("/api/query") + URLS[service]
    right = get(url)
    replica.fail(fault, service=service)
    try:
        failed = get(url)
    except (http.client.HTTPException, ConnectionError):
        failed = (0, {}, b"")
        assert fault.endswith(("reset", "cut"))
    assert failed[0] == STATUS.get(fault, failed[0])
    assert failed[::2] != right[::2] or fault.endswith("stall")
    assert get(url)[0] == 200
    assert (len(replica.requests(service)), replica.requests("arxiv")) == (3, [])


def test_faults_are_named_and_belong_to_a_service(replica: Replica) -> None:
    with pytest.raises(ValueError, match="unknown fault 'nonsense'"):
        replica.fail("nonsense")
    with pytest.raises(ValueError, match="unknown fault 'html'"):
        replica.fail("html", service="s2")


def test_requests_are_remembered(replica: Replica) -> None:
    data = json.dumps({"ids": [f"ARXIV:{NTK}"]}).encode()
    url = f"{replica.s2_url}/paper/batch?fields=title"
    urllib.request.urlopen(urllib.request.Request(url, data, {"User-Agent": "me"})).close()
    urllib.request.urlopen(replica.oai_url, b"verb=Identify").close()
    batch, identify = replica.log
    assert (batch.service, batch.method, batch.status, batch.user_agent) == ("s2", "POST", 200, "me")
    assert (batch.body, batch.params) == ({"ids": [f"ARXIV:{NTK}"]}, {"fields": "title"})
    assert (identify.service, identify.body, identify.params) == ("oai", None, {"verb": "Identify"})
    assert batch.at <= batch.ended <= identify.at
    assert set(replica.settings()) == {"KG_ARXIV_URL", "KG_OAI_URL", "KG_S2_URL", "KG_OPENALEX_URL", "KG_ARXIV_DELAY"}


def test_requests_at_one_time_are_counted(replica: Replica) -> None:
    for _ in range(20):
        arxiv(replica)
    assert replica.most_at_once("arxiv") == 1
    replica.stall_seconds = 0.3
    replica.fail("stall", 3)
    threads = [threading.Thread(target=arxiv, args=(replica,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (replica.most_at_once("arxiv"), replica.most_at_once("oai")) == (3, 0)


def test_answers_do_not_wait_for_each_other_on_one_connection(replica: Replica) -> None:
    host = replica.arxiv_url.removeprefix("http://").removesuffix("/api/query")
    connection = http.client.HTTPConnection(host)
    before = time.monotonic()
    for _ in range(50):
        connection.request("GET", f"/api/query?id_list={NTK}")
        answer = connection.getresponse()
        assert len(answer.read()) == int(answer.headers["Content-Length"])
    connection.close()
    assert time.monotonic() - before < 1.5, "no delay of 40 ms for an acknowledgement"


def test_hidden_papers_are_known_to_the_other_services(replica: Replica) -> None:
    base = replica.arxiv_url.removesuffix("/api/query")
    replica.hide(NTK, "s2", "openalex")
    assert [get(base + URLS[name])[0] for name in ("oai", "s2", "openalex")] == [200, 404, 404]
    replica.hide(NTK)
    assert b"idDoesNotExist" in get(base + URLS["oai"])[2]
    assert entries(arxiv(replica)[2]) == [f"http://arxiv.org/abs/{PNAS}v1"]

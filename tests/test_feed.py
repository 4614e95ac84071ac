"""The arXiv client against the replica: right answers, and every silent fault told apart from one."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest.services.asking import Asker
from ingest.services.feed import ArxivFeed
from ingest.services.pace import Pace
from kg.errors import ServiceError
from kg.papers import Metadata
from tests.replica import Replica
from tests.replica.records import records

NOW = "2026-11-21T00:00:00+00:00"


@pytest.fixture
def pauses() -> list[float]:
    return []


def made(url: str, pauses: list[float] | None = None, delay: float = 0.0, stamp: Path | None = None) -> ArxivFeed:
    pauses = [] if pauses is None else pauses
    return ArxivFeed(url, Asker("arXiv", Pace(delay, stamp), sleep=pauses.append), timeout=(2.0, 2.0))


@pytest.fixture
def feed(replica: Replica, pauses: list[float]) -> ArxivFeed:
    return made(replica.arxiv_url, pauses)


def test_metadata_of_known_papers(feed: ArxivFeed, replica: Replica) -> None:
    found = {record.arxiv_id: record for record in feed.papers(["1812.11118", "hep-th/9901001"], NOW)[0]}
    assert found["1812.11118"] == Metadata(
        arxiv_id="1812.11118",
        title="Reconciling modern machine learning practice and the bias-variance trade-off",
        source="arxiv",
        abstract="Test error falls, rises and falls again as capacity passes the point of interpolation.",
        authors=("Mikhail Belkin", "Daniel Hsu", "Siyuan Ma", "Soumik Mandal"),
        categories=("stat.ML", "cs.LG"),
        published="2018-12-28",
        updated="2018-12-28",
        version=1,
        doi="10.1073/pnas.1903070116",
        journal_ref="PNAS July 24, 2019 116 (32)",
        fetched_at=NOW,
    )
    assert found["hep-th/9901001"].withdrawn
    assert found["hep-th/9901001"].abstract == "Nothing about networks: strings & branes, 5 % of <everything>."
    assert len(replica.log) == 1


def test_the_newest_version_answers_and_an_empty_abstract_is_none(feed: ArxivFeed) -> None:
    ntk, resnet = sorted(feed.papers(["1806.07572", "1905.10337"], NOW)[0], key=lambda record: record.arxiv_id)
    assert (ntk.version, ntk.updated, ntk.published) == (4, "2020-02-10", "2018-06-20")
    assert resnet.abstract is None


def test_unknown_ids_are_simply_not_answered(feed: ArxivFeed) -> None:
    assert feed.papers(["2001.99999"], NOW) == ([], [])
    assert [record.arxiv_id for record in feed.papers(["2001.99999", "1806.07572"], NOW)[0]] == ["1806.07572"]


def test_requests_say_who_asks(feed: ArxivFeed, replica: Replica) -> None:
    feed.papers(["1806.07572"], NOW)
    assert replica.log[0].user_agent.startswith("kg/")


@pytest.mark.parametrize(
    "fault",
    [
        "rate_limit",
        "rate_text",
        "unavailable",
        "not_acceptable",
        "html",
        "nothing",
        "reset",
        "truncated",
        "cut",
        "empty",
        "forbidden",
        "undated",
        "error_entry",
        "short_page",
        "cut_entry",
        "server_error",
        "unavailable_bare",
        "stall",
    ],
)
def test_a_passing_fault_is_waited_out(feed: ArxivFeed, replica: Replica, fault: str, pauses: list[float]) -> None:
    replica.fail(fault)
    assert [record.arxiv_id for record in feed.papers(["1806.07572"], NOW)[0]] == ["1806.07572"]
    assert len(pauses) == 1


def test_the_old_dialect_and_links_without_words_are_read(feed: ArxivFeed, replica: Replica) -> None:
    for fault in ("legacy", "bare_links"):
        replica.fail(fault)
        found, refused = feed.papers(["1806.07572", "2001.99999"], NOW)
        assert ([record.arxiv_id for record in found], refused) == (["1806.07572"], [])
        assert found[0].title.startswith("Neural Tangent Kernel: Convergence and")
    assert len(replica.log) == 2


def test_two_processes_take_turns(replica: Replica, tmp_path: Path) -> None:
    feeds = [made(replica.arxiv_url, delay=0.2, stamp=tmp_path / "stamp") for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        for asked in [pool.submit(feed.papers, ["1806.07572"], NOW) for feed in feeds for _ in range(3)]:
            asked.result()
    assert replica.most_at_once("arxiv") == 1
    ordered = sorted(replica.log, key=lambda request: request.at)
    assert all(later.at - earlier.ended >= 0.2 for earlier, later in itertools.pairwise(ordered))


def test_retry_after_is_kept(feed: ArxivFeed, replica: Replica, pauses: list[float]) -> None:
    replica.fail("unavailable", 2)
    feed.papers(["1806.07572"], NOW)
    assert pauses == [1.0, 1.0]


@pytest.mark.parametrize("fault", ["rate_limit", "rate_text", "html", "truncated", "empty", "error_entry"])
def test_a_lasting_fault_is_an_error_and_never_no_papers(feed: ArxivFeed, replica: Replica, fault: str) -> None:
    replica.fail(fault, 50)
    with pytest.raises(ServiceError, match="arXiv"):
        feed.papers(["1806.07572"], NOW)
    assert len(replica.log) == 4


def test_pauses_grow(replica: Replica, pauses: list[float]) -> None:
    feed = made(replica.arxiv_url, pauses, 0.01)
    replica.fail("rate_limit", 9)
    with pytest.raises(ServiceError, match="Rate exceeded"):
        feed.papers(["1806.07572"], NOW)
    assert all(later > earlier for earlier, later in itertools.pairwise(pauses))


def test_the_delay_between_requests_is_kept(replica: Replica) -> None:
    feed = made(replica.arxiv_url, delay=0.3)
    for _ in range(3):
        feed.papers(["1806.07572"], NOW)
    gaps = [later.at - earlier.at for earlier, later in itertools.pairwise(replica.log)]
    assert min(gaps) >= 0.29


def test_the_delay_holds_from_one_run_to_the_next(replica: Replica, tmp_path: Path) -> None:
    for _ in range(2):
        made(replica.arxiv_url, delay=0.3, stamp=tmp_path / "stamp").papers(["1806.07572"], NOW)
    assert replica.log[1].at - replica.log[0].at >= 0.29


def test_tries_are_counted(feed: ArxivFeed, replica: Replica) -> None:
    replica.fail("reset", 2)
    feed.papers(["1806.07572"], NOW)
    assert feed._asker.requests == len(replica.log) == 3


def test_an_id_that_is_refused_is_found_by_halving_and_never_asked_again(feed: ArxivFeed, replica: Replica) -> None:
    found, refused = feed.papers(["1806.07572", "1812.11118", "abc", "1905.10337", "hep-th/9901001"], NOW)
    assert sorted(record.arxiv_id for record in found) == ["1806.07572", "1812.11118", "1905.10337", "hep-th/9901001"]
    assert refused == ["abc"]
    assert len(replica.log) == 5


def test_where_all_is_refused_it_is_not_the_ids(feed: ArxivFeed, replica: Replica) -> None:
    with pytest.raises(ServiceError, match="400"):
        feed.papers([f"abc{number}" for number in range(100)], NOW)
    assert len(replica.log) <= 12


def test_a_pause_that_is_too_long_is_not_waited_for(feed: ArxivFeed, replica: Replica, pauses: list[float]) -> None:
    replica.fail("come_back_tomorrow")
    with pytest.raises(ServiceError, match="503"):
        feed.papers(["1806.07572"], NOW)
    assert pauses == []


def test_papers_by_title(feed: ArxivFeed, replica: Replica) -> None:
    titles = [("What Can ResNet Learn Efficiently, Going Beyond Kernels?", ""), ("No such title anywhere", "")]
    assert [record.arxiv_id for record in feed.titled(titles, NOW)] == ["1905.10337"]
    assert len(replica.log) == 1


def test_a_frequent_title_does_not_crowd_out_the_others(pauses: list[float]) -> None:
    many = [{"id": f"1901.{n:05}", "title": f"Deep learning, part {n}"} for n in range(1, 151)]
    rare = {"id": "1902.00001", "title": "A Spline Theory of Wide Nets"}
    with Replica(records([*many, rare])) as replica:
        feed = made(replica.arxiv_url, pauses)
        found = {record.arxiv_id for record in feed.titled([("Deep learning", ""), (rare["title"], "")], NOW)}
    assert "1902.00001" in found


def test_no_network_is_said_at_once(pauses: list[float]) -> None:
    with pytest.raises(ServiceError, match="cannot be reached"):
        made("http://127.0.0.1:9/api/query", pauses).papers(["1806.07572"], NOW)
    assert pauses == []

"""All routes together against all services: what one does not give, the next does; nothing is asked too soon or twice."""

import itertools
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ingest.outcome import Outcome
from kg.errors import UsageError
from kg.library import Library
from kg.refresh import Options, refresh
from tests.conftest import open_library
from tests.examples import PAPERS
from tests.replica import Replica
from tests.replica.records import records

NTK, TICKET, LINEAR, DESCENT = "1806.07572", "1803.03635", "1912.05671", "1812.11118"
CITED = {
    NTK: [TICKET, {"title": "A Book of Kernels", "doi": "10.1234/kernels", "year": 2001}, {"title": "A Remark"}],
    LINEAR: [TICKET],
}


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(records({**paper, "references": CITED.get(paper["id"], [])} for paper in PAPERS)) as server:
        yield server


def listed(tmp_path: Path, *ids: str) -> str:
    path = tmp_path / "list.md"
    path.write_text("# List\n\n" + "".join(f"- [paper {id_}](https://arxiv.org/abs/{id_})\n" for id_ in ids))
    return str(path)


def run(tmp_path: Path, replica: Replica, *sources: str, **options: object) -> tuple[Outcome, Library]:
    library = open_library(tmp_path / "data", replica.arxiv_url)
    outcome = refresh(library, Options(sources, encoder="none", **options), lambda *_: None, lambda _: None)  # type: ignore[arg-type]
    return outcome, library


def source_of(library: Library, paper: str) -> str | None:
    return library.paper(paper).paper.metadata_source


def test_what_the_query_api_lacks_comes_from_oai_then_from_semantic_scholar(tmp_path: Path, replica: Replica) -> None:
    replica.hide(TICKET, "arxiv")
    replica.hide(LINEAR, "arxiv", "oai")
    outcome, library = run(tmp_path, replica, listed(tmp_path, NTK, TICKET, LINEAR, "2001.99999"))
    assert [source_of(library, id_) for id_ in (NTK, TICKET, LINEAR)] == ["arxiv", "oai", "semantic-scholar"]
    assert (outcome.problems, outcome.unknown) == ([], ["2001.99999"])
    assert library.paper(TICKET).paper.authors[0].name == "Jonathan Frankle"
    assert library.paper(TICKET).paper.fetched_at
    again, _ = run(tmp_path, replica)
    assert sum(again.requests_to.values()) == 0


def test_the_first_version_dates_a_paper_from_oai(tmp_path: Path, replica: Replica) -> None:
    replica.hide(NTK, "arxiv")
    _, library = run(tmp_path, replica, listed(tmp_path, NTK))
    paper = library.paper(NTK).paper
    assert (paper.published, paper.updated, paper.version) == ("2018-06-20", "2020-02-10", 4)
    assert paper.categories == ("cs.LG", "stat.ML")


def test_an_outage_of_the_query_api_costs_nothing_but_time(tmp_path: Path, replica: Replica) -> None:
    replica.fail("rate_limit", 50)
    outcome, library = run(tmp_path, replica, listed(tmp_path, NTK, TICKET))
    assert (outcome.problems, library.status()["with_abstract"]) == ([], 2)
    assert "Rate exceeded" in outcome.notes[0]
    assert {source_of(library, id_) for id_ in (NTK, TICKET)} == {"oai"}


def test_an_outage_of_all_is_told_and_the_next_run_goes_on(tmp_path: Path, replica: Replica) -> None:
    replica.fail("rate_limit", 4)
    replica.fail("oai_html", 4, service="oai")
    replica.fail("s2_rate_limit", 4, service="s2")
    outcome, library = run(tmp_path, replica, listed(tmp_path, NTK, TICKET))
    assert any("2 papers wait for the next `kg ingest`" in problem for problem in outcome.problems)
    assert library.status()["unresolved"] == 2
    outcome, library = run(tmp_path, replica)
    assert (outcome.problems, library.status()["with_abstract"]) == ([], 2)


@pytest.mark.parametrize("status", [400, 406])
def test_an_id_that_arxiv_refuses_does_not_cost_the_others(tmp_path: Path, replica: Replica, status: int) -> None:
    replica.refuse(TICKET, status)
    outcome, library = run(tmp_path, replica, listed(tmp_path, NTK, TICKET, LINEAR))
    assert [source_of(library, id_) for id_ in (NTK, TICKET, LINEAR)] == ["arxiv", "oai", "arxiv"]
    assert outcome.problems == []


@pytest.mark.parametrize(
    "fault",
    ["rate_text", "html", "nothing", "empty", "short_page", "truncated", "cut", "reset", "undated", "error_entry",
     "server_error", "unavailable_bare", "moved", "legacy", "bare_links", "come_back_date"],
)  # fmt: skip
def test_no_fault_of_arxiv_is_taken_for_an_answer(tmp_path: Path, replica: Replica, fault: str) -> None:
    replica.fail(fault, 1)
    outcome, library = run(tmp_path, replica, listed(tmp_path, NTK, TICKET, LINEAR), references=False)
    assert (outcome.problems, outcome.unknown) == ([], [])
    papers = {id_: library.paper(id_).paper for id_ in (NTK, TICKET, LINEAR)}
    assert {paper.metadata_source for paper in papers.values()} == {"arxiv"}
    assert [len(paper.authors) for paper in papers.values()] == [3, 2, 4]
    assert papers[NTK].title == PAPERS[0]["title"]


@pytest.mark.parametrize("fault", ["rate_limit", "reset", "moved", "html", "unavailable_bare"])
def test_nothing_is_asked_sooner_than_allowed(tmp_path: Path, fault: str) -> None:
    with Replica(records(PAPERS), spacing=0.2) as replica:
        replica.fail(fault, 2)
        library = open_library(tmp_path / "data", replica.arxiv_url)
        library.config = type(library.config)(**{**_fields(library), "arxiv_delay": 0.2})
        replica.hide(TICKET, "arxiv")
        options = Options((listed(tmp_path, NTK, TICKET),), encoder="none", references=False)
        outcome = refresh(library, options, lambda *_: None, lambda _: None)
        assert outcome.problems == []
        asked = sorted([*replica.requests("arxiv"), *replica.requests("oai")], key=lambda request: request.at)
        assert len(asked) >= 3
        assert all(later.at - earlier.ended >= 0.2 for earlier, later in itertools.pairwise(asked))
        assert replica.most_at_once("arxiv") == 1


def _fields(library: Library) -> dict[str, object]:
    return {name: getattr(library.config, name) for name in library.config.__slots__}


def test_references_have_four_states_and_each_edge_its_source(tmp_path: Path, replica: Replica) -> None:
    replica.elide(DESCENT)
    replica.hide(DESCENT, "openalex")
    _, library = run(tmp_path, replica, listed(tmp_path, NTK, TICKET, LINEAR, DESCENT, "2001.99999"))
    states = [library.paper(id_).references_state for id_ in (NTK, TICKET, DESCENT, "2001.99999")]
    assert states == ["known", "none known", "withheld", "not asked"]
    answer = library.paper(NTK)
    assert [(ref.title, ref.sources) for ref in answer.references] == [
        (PAPERS[2]["title"], ("semantic-scholar",)),
        ("A Book of Kernels", ("semantic-scholar",)),
    ]
    assert {one.id for one in library.paper(TICKET).cited_by} == {NTK, LINEAR}
    assert (library.status()["cited_only"], library.status()["references_known"]) == (1, 2)


def test_openalex_tells_what_semantic_scholar_does_not(tmp_path: Path, replica: Replica) -> None:
    replica.hide(NTK, "s2")
    replica.hide(LINEAR, "s2")
    replica.merge_preprint(LINEAR, "10.5555/linear")
    _, library = run(tmp_path, replica, listed(tmp_path, NTK, TICKET, LINEAR))
    for paper in (NTK, LINEAR):
        found = {reference.id: reference.sources for reference in library.paper(paper).references}
        assert found[TICKET] == ("openalex",)
    assert any(ref.title == "A Book of Kernels" for ref in library.paper(NTK).references)


def test_a_budget_that_is_used_up_is_a_pause_and_no_failure(tmp_path: Path, replica: Replica) -> None:
    replica.elide(NTK)
    replica.fail("oa_budget", 9, service="openalex")
    outcome, library = run(tmp_path, replica, listed(tmp_path, NTK))
    assert outcome.problems == []
    assert "OpenAlex asks for a pause" in outcome.notes[0]
    assert library.status()["paused"][0]["service"] == "OpenAlex"
    asked = len(replica.requests("openalex"))
    again, _ = run(tmp_path, replica, full=True)
    assert len(replica.requests("openalex")) == asked == 1
    assert again.problems == []


@pytest.mark.parametrize(
    "fault", ["s2_rate_limit", "s2_timeout", "s2_error", "s2_too_big", "s2_html", "s2_reset", "s2_truncated"]
)
def test_a_passing_fault_of_semantic_scholar_is_waited_out(tmp_path: Path, replica: Replica, fault: str) -> None:
    replica.fail(fault, 1, service="s2")
    outcome, library = run(tmp_path, replica, listed(tmp_path, NTK, LINEAR))
    assert outcome.problems == []
    assert {library.paper(id_).references_state for id_ in (NTK, LINEAR)} == {"known"}


@pytest.mark.parametrize("fault", ["oa_too_fast", "oa_unavailable", "oa_timeout", "oa_html", "oa_reset"])
def test_a_passing_fault_of_openalex_is_waited_out(tmp_path: Path, replica: Replica, fault: str) -> None:
    replica.elide(NTK)
    replica.fail(fault, 1, service="openalex")
    outcome, library = run(tmp_path, replica, listed(tmp_path, NTK))
    assert outcome.problems == []
    assert library.paper(NTK).references_state == "known"


def test_a_batch_that_is_too_large_is_halved(tmp_path: Path, replica: Replica) -> None:
    replica.limit_s2_size(1)
    outcome, library = run(tmp_path, replica, listed(tmp_path, NTK, LINEAR))
    assert outcome.problems == []
    assert {library.paper(id_).references_state for id_ in (NTK, LINEAR)} == {"known"}


def test_a_paper_that_is_always_too_much_does_not_hold_up_the_others(tmp_path: Path, replica: Replica) -> None:
    replica.limit_s2_size(0)
    outcome, library = run(tmp_path, replica, listed(tmp_path, NTK, LINEAR))
    assert outcome.problems == []
    assert {library.paper(id_).references_state for id_ in (NTK, LINEAR)} == {"known"}
    pages = [request.path for request in replica.requests("s2") if request.path.endswith("/references")]
    assert len(pages) == 2


def test_a_key_that_is_refused_is_named_by_its_setting_and_never_shown(tmp_path: Path, replica: Replica) -> None:
    replica.set_key("s2", "right")
    library = open_library(tmp_path / "data", replica.arxiv_url)
    library.config = type(library.config)(**{**_fields(library), "s2_key": "wrong-secret"})
    options = Options((listed(tmp_path, NTK),), encoder="none")
    outcome = refresh(library, options, lambda *_: None, lambda _: None)
    (problem,) = outcome.problems
    assert "KG_S2_KEY" in problem
    assert "wrong-secret" not in str(outcome)


def test_the_nearest_title_is_not_taken_for_the_one_meant(tmp_path: Path, replica: Replica) -> None:
    (tmp_path / "a.txt").write_text("- Lottery Tickets at Work in Networks. Ann Bee, Carl Dee. ICML 2019\n")
    replica.wrong_match("Lottery Tickets at Work in Networks", TICKET)
    outcome, library = run(tmp_path, replica, str(tmp_path / "a.txt"))
    assert (outcome.resolved, library.status()["unresolved"]) == (0, 1)
    (work,) = library.status()["unresolved_works"]
    assert (work["title"], work["line"]) == ("Lottery Tickets at Work in Networks", 1)
    assert len([r for r in replica.requests("s2") if r.path.endswith("/match")]) == 1


def test_a_doi_leads_to_arxiv_through_semantic_scholar(tmp_path: Path, replica: Replica) -> None:
    replica.hide(DESCENT, "arxiv")
    (tmp_path / "a.md").write_text("- [double descent](https://doi.org/10.1073/pnas.1903070116)\n")
    _, library = run(tmp_path, replica, str(tmp_path / "a.md"))
    (found,) = library.paper(DESCENT).resolutions
    assert (found.route, found.rule, found.confidence) == ("s2-id", "identifier", 1.0)
    assert source_of(library, DESCENT) == "oai", "arXiv's own word, where it can be had, comes over another's"
    assert library.paper(DESCENT).paper.categories == ("stat.ML", "cs.LG")


def test_new_versions_titles_and_withdrawals_are_told(tmp_path: Path, replica: Replica) -> None:
    run(tmp_path, replica, listed(tmp_path, NTK, TICKET))
    rows = [
        {**PAPERS[0], "version": 5, "title": "Neural Tangent Kernels"},
        {**PAPERS[2], "version": 6, "comment": "This paper has been withdrawn by the authors"},
    ]
    replica.records.update({record.id: record for record in records(rows)})
    outcome, _ = run(tmp_path, replica, full=True)
    told = {(change.paper, change.what): (change.before, change.after) for change in outcome.changes}
    assert told[NTK, "version"] == ("v4", "v5")
    assert told[NTK, "title"] == (PAPERS[0]["title"], "Neural Tangent Kernels")
    assert told[TICKET, "withdrawn"] == (None, "This paper has been withdrawn by the authors")
    again, _ = run(tmp_path, replica)
    assert again.changes == []


def test_a_set_is_harvested_page_by_page_and_then_only_what_changed(tmp_path: Path, replica: Replica) -> None:
    replica.oai_page_size = 2
    replica.fail("flow_control", 1, service="oai")
    outcome, library = run(tmp_path, replica, set_name="cs.LG", since=date(2010, 1, 1))
    inside = {paper["id"] for paper in PAPERS if "cs.LG" in paper["categories"]}
    assert (outcome.problems, outcome.harvested) == ([], len(inside))
    assert set(library.store.papers.all_ids()) == inside
    asked = len(replica.requests("oai"))
    again, _ = run(tmp_path, replica, set_name="cs.LG", since=date(2010, 1, 1))
    assert len(replica.requests("oai")) == asked + 1
    assert "from" in replica.requests("oai")[-1].params
    assert again.harvested == 0


def test_a_harvest_that_was_cut_goes_on_from_its_place(tmp_path: Path, replica: Replica) -> None:
    replica.oai_page_size = 2
    replica.fail_later("oai_html", 1, 4, service="oai")
    outcome, _ = run(tmp_path, replica, set_name="cs.LG", since=date(2010, 1, 1))
    assert "goes on from there" in outcome.problems[0]
    _, library = run(tmp_path, replica, set_name="cs.LG")
    assert "resumptionToken" in replica.requests("oai")[5].params
    assert library.status()["papers"] == 6


def test_a_set_that_arxiv_does_not_have_is_named(tmp_path: Path, replica: Replica) -> None:
    outcome, _ = run(tmp_path, replica, set_name="nonsense", since=date(2010, 1, 1))
    assert outcome.problems == ["arXiv's OAI-PMH refuses --set nonsense --since 2010-01-01: unknown set"]


def test_a_set_that_was_never_harvested_needs_a_day(tmp_path: Path, replica: Replica) -> None:
    with pytest.raises(UsageError, match="--since"):
        run(tmp_path, replica, set_name="cs.LG")

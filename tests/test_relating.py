"""Related papers of real small libraries, loaded from snapshots and citation files as a user would."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from kg.answers import RelatedAnswer
from kg.errors import UsageError
from kg.evaluation.bibliographies import evaluate, read_bibliographies
from kg.filters import BY, SORTS, Filter, Related, Scope
from kg.library import Library
from kg.refresh import Options, refresh
from tests.conftest import Run, open_library
from tests.test_cli import document, fails

SUBJECTS = ("kernels of wide networks", "sparse tickets in trained nets", "graphs for molecules")

Make = Callable[..., Library]


def paper(number: int, **more: Any) -> dict[str, Any]:
    subject = SUBJECTS[number % 3]
    return {
        "id": f"{15 + number % 12}01.1{number:04}",
        "title": f"Study {number} of {subject}",
        "abstract": f"The study {number} looks at {subject}. We train model{number} with care. Results of {subject} improve.",
        "authors_parsed": [[f"Author{number}", "A.", ""], [f"Group{number % 3}", "B.", ""]],
        "categories": "cs.LG stat.ML" if number % 2 else "cs.CV",
        "versions": [{"version": "v1", "created": f"Mon, 1 Jan 20{15 + number % 12} 00:00:00 GMT"}],
        **more,
    }


def id_(number: int) -> str:
    return str(paper(number)["id"])


@pytest.fixture
def make(tmp_path: Path) -> Iterable[Make]:
    """Makes a library of records and citations (numbers)."""
    opened: list[Library] = []

    def made(records: Iterable[dict[str, Any]], citations: Iterable[tuple[str, str]] = (), **options: Any) -> Library:
        snapshot, edges = tmp_path / "papers.jsonl", tmp_path / "edges.tsv"
        snapshot.write_text("".join(json.dumps(record) + "\n" for record in records))
        edges.write_text("citing\tcited\n" + "".join(f"{one}\t{other}\n" for one, other in citations))
        library = open_library(tmp_path / "data")
        wanted = Options(snapshot=snapshot, citations=edges, offline=True, **options)
        refresh(library, wanted, lambda *_: None, lambda _: None)
        opened.append(library)
        return library

    yield made
    for library in opened:
        library.close()


# Papers 0, 3, ... are about one subject; those from 30 on cite all of 0 to 27 that are about their own.
CITATIONS = [(id_(one), id_(other)) for one in range(30, 60) for other in range(30) if one % 3 == other % 3]


@pytest.fixture
def sixty(make: Make) -> Library:
    return make(map(paper, range(60)), CITATIONS)


def check(answer: RelatedAnswer) -> None:
    """What holds of every answer."""
    scores = [result.score for result in answer.results]
    assert scores == sorted(scores, reverse=True)
    for result in answer.results:
        assert result.why
        assert all(reason.evidence for reason in result.why)
        assert result.score == pytest.approx(sum(reason.contribution for reason in result.why), abs=1e-6)
        for reason in result.why:
            assert reason.contribution == pytest.approx(reason.weight * reason.value, abs=1e-9)


@pytest.mark.parametrize("by", BY)
def test_every_way_of_asking_adds_up_and_never_answers_with_the_paper(sixty: Library, by: str) -> None:
    answer = sixty.related(Related((id_(30),), by=by, limit=100))
    check(answer)
    assert answer.results
    assert id_(30) not in {result.id for result in answer.results}


def test_citations_of_the_nearest_papers_say_what_a_draft_should_cite(sixty: Library) -> None:
    answer = sixty.related(Related(text="A study of kernels of wide networks", limit=10))
    check(answer)
    assert {int(result.id[-4:]) % 3 for result in answer.results} == {0}
    assert {int(result.id[-4:]) < 30 for result in answer.results} == {True}
    (votes,) = (reason for reason in answer.results[0].why if reason.signal == "neighbours")
    assert votes.evidence.startswith("cited by 10 of the papers most like it: Study ")


def test_filters_are_applied_before_papers_are_chosen(sixty: Library) -> None:
    everything = {r.id: r.score for r in sixty.related(Related((id_(30),), limit=100)).results}
    scope = Scope((Filter("year", "2017"),))
    answer = sixty.related(Related((id_(30),), scope=scope, limit=100))
    check(answer)
    assert {result.published[:4] for result in answer.results if result.published} == {"2017"}
    for result in answer.results:  # what passes has the score that it has without filters
        assert result.score == pytest.approx(everything[result.id])
    nothing = sixty.related(Related((id_(30),), scope=Scope((Filter("year", "1900"),))))
    assert (nothing.results, nothing.count) == ((), 0)


@pytest.mark.parametrize("sort", SORTS)
def test_sorts_are_those_of_search(sixty: Library, sort: str) -> None:
    answer = sixty.related(Related((id_(30),), sort=sort, limit=100))
    keys = {
        "relevance": [-result.score for result in answer.results],
        "newest": [-int((result.published or "0")[:4]) for result in answer.results],
        "oldest": [int((result.published or "9999")[:4]) for result in answer.results],
        "cited": [int(result.id[-4:]) >= 30 for result in answer.results],
        "listed": [0 for _ in answer.results],
    }[sort]
    assert keys == sorted(keys)
    assert len(answer.results) == answer.count


def test_pages_follow_one_another(sixty: Library) -> None:
    whole = sixty.related(Related((id_(1),), limit=20)).results
    parts = [sixty.related(Related((id_(1),), limit=5, offset=offset)).results for offset in range(0, 20, 5)]
    assert sum(parts, ()) == whole


def test_what_is_excluded_is_no_answer_and_changes_no_other(sixty: Library) -> None:
    whole = {r.id: r.score for r in sixty.related(Related((id_(30),), limit=100)).results}
    less = {r.id: r.score for r in sixty.related(Related((id_(30),), excluded=(id_(3), id_(6)), limit=100)).results}
    assert less == {paper: pytest.approx(score) for paper, score in whole.items() if paper not in {id_(3), id_(6)}}


def test_another_form_of_the_paper_is_no_answer(make: Make) -> None:
    twin = {**paper(1), "id": "2201.00001"}
    namesake = {**paper(1), "id": "2202.00002", "authors_parsed": [["Else", "E.", ""]]}
    library = make([paper(1), twin, namesake, paper(2)])
    assert {result.id for result in library.related(Related((id_(1),))).results} == {"2202.00002", id_(2)}


def test_the_sentences_of_one_role(sixty: Library) -> None:
    answer = sixty.related(Related((id_(30),), by="method"))
    check(answer)
    assert {reason.signal for result in answer.results for reason in result.why} <= {"text", "sentences", "keywords"}
    told = next(reason for reason in answer.results[0].why if reason.signal == "sentences")
    assert "“We train model30 with care.”" in told.evidence
    none = sixty.related(Related(text="Kernels", by="result"))
    assert any("No sentence" in note for note in none.notes)


@pytest.mark.parametrize("encoder", [None, "none"])
def test_two_papers_are_always_related_somehow(make: Make, encoder: str | None) -> None:
    bare = {"abstract": "", "authors_parsed": [], "categories": ""}
    library = make([paper(1, title="Alpha", **bare), paper(2, title="Omega", **bare)], encoder=encoder)
    answer = library.related(Related((id_(1),)))
    check(answer)
    assert [result.id for result in answer.results] == [id_(2)]


@pytest.mark.parametrize("count", [1, 2])
def test_tiny_libraries(make: Make, count: int) -> None:
    library = make(map(paper, range(1, count + 1)), [(id_(1), id_(1)), (id_(1), "1999.00001"), (id_(2), id_(1))])
    assert len(library.related(Related((id_(1),))).results) == count - 1
    check(library.related(Related(text="wide networks")))


def test_an_empty_library(tmp_path: Path) -> None:
    library = open_library(tmp_path / "none")
    answer = library.related(Related(text="wide networks"))
    assert answer.results == ()
    assert answer.notes
    library.close()


def test_cycles_doubles_and_self_citations(make: Make) -> None:
    edges = [(id_(1), id_(2)), (id_(2), id_(1)), (id_(2), id_(3)), (id_(3), id_(1)), (id_(1), id_(1)), (id_(1), id_(2))]
    library = make(map(paper, range(1, 4)), edges)
    answer = library.related(Related((id_(1),), by="citations"))
    check(answer)
    facts = {
        result.id: reason.evidence for result in answer.results for reason in result.why if reason.signal == "citation"
    }
    assert facts == {id_(2): "each cites the other", id_(3): "cites it"}


# -- hidden bibliographies ------------------------------------------------------------------------


@pytest.fixture
def hidden(tmp_path: Path) -> Path:
    path = tmp_path / "hidden.tsv"
    path.write_text("citing\tcited\tmatch\n" + "".join(f"arXiv:{one}v1\t{other}\ttitle\n" for one, other in CITATIONS))
    return path


def test_a_hidden_bibliography_is_found_by_those_of_others(sixty: Library, hidden: Path) -> None:
    report, rankings = evaluate(sixty, hidden, 6, False, False, lambda *_: None)
    assert (report.task, report.queries, list(report.modes)) == (
        "citations",
        6,
        ["keywords", "text", "neighbours", "all"],
    )
    assert list(report.modes["all"]) == ["recall@20", "recall@100", "nDCG@10", "MAP"]
    assert report.modes["all"]["nDCG@10"].value == pytest.approx(1.0)
    for mode in rankings.values():
        assert all(draft not in dict(ranking) for draft, ranking in mode.items())


def test_its_own_citations_have_no_part_in_it(make: Make, tmp_path: Path) -> None:
    """Only the draft itself cites 2, which is about something else: nothing may lead there but the text."""
    file = tmp_path / "one.tsv"
    file.write_text(f"citing\tcited\n{id_(0)}\t{id_(2)}\n")
    library = make(map(paper, range(9)), [(id_(0), id_(2)), (id_(3), id_(6))])
    report, rankings = evaluate(library, file, None, False, False, lambda *_: None)
    assert id_(2) not in dict(rankings["neighbours"][id_(0)])
    assert id_(6) in dict(rankings["neighbours"][id_(0)])
    assert any("100%" in note for note in report.notes)


def test_only_what_was_there_when_the_draft_appeared(sixty: Library, hidden: Path) -> None:
    """What appeared later neither votes nor answers."""
    _, rankings = evaluate(sixty, hidden, None, True, False, lambda *_: None)
    for draft, ranking in rankings["all"].items():
        year = int(draft[-4:]) % 12
        assert all(int(paper[-4:]) % 12 < year for paper, _ in ranking)
    assert any(rankings["all"].values())


def test_what_the_library_does_not_have_is_counted(sixty: Library, tmp_path: Path) -> None:
    file = tmp_path / "some.tsv"
    file.write_text(f"citing\tcited\n{id_(30)}\t{id_(0)}\n{id_(30)}\t1234.56789\n9999.00001\t{id_(0)}\n")
    found = read_bibliographies(file, sixty.store)
    assert (found.cited, found.unknown, found.no_drafts) == ({id_(30): frozenset([id_(0)])}, 1, 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "line 1"),
        (b"a\tb\n", "citing and cited"),
        (b"citing\tcited\n1\n", "line 2"),
        (b"citing\tcited\n1\t2\n", "has no paper of it"),
        (b"citing\tcited\n\xff\t2\n", "UTF-8"),
    ],
)
def test_files_that_are_none_are_told(sixty: Library, tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "bad.tsv").write_bytes(content)
    with pytest.raises(UsageError, match=words):
        read_bibliographies(tmp_path / "bad.tsv", sixty.store)
    with pytest.raises(UsageError, match="cannot be read"):
        read_bibliographies(tmp_path / "nowhere.tsv", sixty.store)


def test_the_commands(sixty: Library, hidden: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_DATA", str(sixty.config.data))
    monkeypatch.setenv("KG_MODEL", "words-64")
    monkeypatch.setattr("kg.parts.Parts._loaded_encoder", lambda *_: sixty.encoder)
    text = run("eval-citations", hidden, "--sample", 3, "--run", tmp_path / "c.run").out
    assert "3 hidden bibliographies, 60 papers" in text
    assert "all - neighbours" in text
    tags = {line.split()[-1] for line in (tmp_path / "c.run").read_text().splitlines()}
    assert tags == {"keywords", "text", "neighbours", "all"}
    result = document(run("eval-citations", hidden, "--sample", 3, "--json"))["result"]
    assert list(result["modes"]["all"]) == ["recall@20", "recall@100", "nDCG@10", "MAP"]
    fails(run("eval-citations", tmp_path / "none.tsv"), 2, "none.tsv")
    found = document(run("related", id_(30), "--filter", "year:2017.. cat:cs.CV", "--sort", "newest", "--json"))
    assert found["results"]
    assert all(result["published"] >= "2017" and result["categories"] == ["cs.CV"] for result in found["results"])
    fails(run("related", id_(30), "--filter", "kernels"), 2, "only filters")


def test_shared_words_are_told_the_rarest_first(sixty: Library) -> None:
    answer = sixty.related(Related((id_(31),), by="text"))
    (words,) = (reason.evidence for reason in answer.results[0].why if reason.signal == "keywords")
    assert words == "shares words of the title: nets, sparse, tickets, Study, trained"


def test_a_withdrawn_paper_is_asked_and_answered_like_any_other(make: Make) -> None:
    library = make([paper(1), paper(4, comments="This paper has been withdrawn by the authors"), paper(7)])
    assert library.paper(id_(4)).paper.withdrawn
    check(library.related(Related((id_(4),))))
    assert id_(4) in {result.id for result in library.related(Related((id_(1),))).results}

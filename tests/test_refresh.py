"""`kg ingest` as a whole: one way through, resumable, asking nothing twice."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.outcome import Outcome
from kg.errors import StorageError, UsageError
from kg.filters import Related, Search
from kg.library import Library
from kg.refresh import Options, refresh
from kg.store.vectors import Matrix
from tests.conftest import open_library
from tests.encoders import WordEncoder
from tests.examples import PAPERS
from tests.replica import Replica


def ingest(data: Path, replica: Replica, *sources: str, **options: object) -> tuple[Outcome, Library]:
    library = open_library(data, replica.arxiv_url)
    outcome = refresh(library, Options(sources, **options), lambda *_: None, lambda _: None)  # type: ignore[arg-type]
    return outcome, library


def test_the_first_run_does_everything_and_the_second_nothing(lists: Path, tmp_path: Path, replica: Replica) -> None:
    first, library = ingest(tmp_path / "data", replica, "lists")
    assert (first.read, first.mentions, first.fetched, first.requests) == (2, 8, 5, 3)
    assert first.unknown == ["2001.99999"]
    assert first.resolved == 2
    assert library.status()["embedded"] == 7
    files = sorted((tmp_path / "data" / "index").iterdir())
    asked = len(replica.log)

    second, library = ingest(tmp_path / "data", replica, "lists")
    assert (second.read, second.unchanged, second.requests, second.embedded) == (0, 2, 0, 0)
    assert len(replica.log) == asked
    assert sorted((tmp_path / "data" / "index").iterdir()) == files

    third, library = ingest(tmp_path / "data", replica)
    assert (third.unchanged, third.requests) == (2, 0)
    library.close()


def test_full_asks_again(lists: Path, tmp_path: Path, replica: Replica) -> None:
    ingest(tmp_path / "data", replica, "lists")
    outcome, _ = ingest(tmp_path / "data", replica, full=True)
    assert outcome.requests == 2
    assert outcome.fetched == 7


def test_a_changed_document_is_read_again_and_only_what_is_new_is_asked(
    lists: Path, tmp_path: Path, replica: Replica
) -> None:
    ingest(tmp_path / "data", replica, "lists/awesome.md")
    text = (lists / "awesome.md").read_text()
    (lists / "awesome.md").write_text(text + "3. [Beyond kernels](https://arxiv.org/abs/1905.10337)\n")
    outcome, library = ingest(tmp_path / "data", replica)
    assert (outcome.read, outcome.fetched, outcome.embedded) == (1, 1, 1)
    assert replica.requests("arxiv")[-1].params["id_list"] == "1905.10337"
    assert library.paper("1905.10337").paper.listed_in[0].link_text == "Beyond kernels"


def test_what_fails_on_the_way_goes_on_from_there(lists: Path, tmp_path: Path, replica: Replica) -> None:
    replica.fail("rate_limit", 4)
    replica.fail("rate_limit", 4, service="oai")
    replica.fail("s2_rate_limit", 4)
    outcome, library = ingest(tmp_path / "data", replica, "lists")
    assert "Rate exceeded" in outcome.problems[0]
    assert "6 papers and 2 titles wait" in outcome.problems[0]
    assert library.search(Search("lottery ticket")).results, "titles of the documents are searched meanwhile"
    again, library = ingest(tmp_path / "data", replica)
    assert (again.problems, again.fetched, library.status()["with_abstract"]) == ([], 5, 6)


def test_offline_touches_no_network(lists: Path, tmp_path: Path, replica: Replica) -> None:
    outcome, library = ingest(tmp_path / "data", replica, "lists", offline=True)
    assert (outcome.problems, replica.log) == ([], [])
    assert library.status()["unresolved"] == library.status()["papers"] == 8


def test_facts_stand_in_until_arxiv_answers(lists: Path, tmp_path: Path, replica: Replica) -> None:
    row = {
        "id": "1806.07572",
        "title": "A Title from the Facts",
        "authors": "Arthur Jacot",
        "versions": [{"created": "2018-06-20"}],
    }
    (tmp_path / "facts.jsonl").write_text(json.dumps(row) + "\n" + json.dumps({**row, "id": "1911.00001"}))
    _, library = ingest(tmp_path / "data", replica, "lists", offline=True, facts=tmp_path / "facts.jsonl")
    paper = library.paper("1806.07572").paper
    assert (paper.title, paper.metadata_source, paper.published) == (
        "A Title from the Facts",
        "facts",
        "2018-06-20",
    )
    assert library.status()["papers"] == 8
    _, library = ingest(tmp_path / "data", replica)
    assert library.paper("1806.07572").paper.metadata_source == "arxiv"
    _, library = ingest(tmp_path / "data", replica, facts=tmp_path / "facts.jsonl")
    assert library.paper("1806.07572").paper.metadata_source == "arxiv"


def test_a_snapshot_loads_its_papers_without_a_network(lists: Path, tmp_path: Path, replica: Replica) -> None:
    rows = [
        {**paper, "authors": ", ".join(paper["authors"]), "categories": " ".join(paper["categories"])}
        for paper in PAPERS
    ]
    (tmp_path / "s.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    outcome, library = ingest(tmp_path / "data", replica, "lists", snapshot=tmp_path / "s.jsonl")
    assert (outcome.problems, replica.log, outcome.resolved) == ([], [], 2)
    assert library.status()["papers"] == 8
    assert library.paper("1806.07572").paper.metadata_source == "snapshot"


def test_citations_are_shown_and_only_cited_papers_kept_apart(lists: Path, tmp_path: Path, replica: Replica) -> None:
    (tmp_path / "e.tsv").write_text("citing\tcited\n1912.05671\t1803.03635\n1912.05671\t1706.00001\n")
    _, library = ingest(tmp_path / "data", replica, "lists", citations=tmp_path / "e.tsv")
    answer = library.paper("1912.05671")
    assert [neighbour.id for neighbour in answer.references] == ["1803.03635", "1706.00001"]
    assert [neighbour.id for neighbour in library.paper("1803.03635").cited_by] == ["1912.05671"]
    assert (library.status()["cited_only"], library.status()["papers"]) == (1, 8)
    assert "1706.00001" not in [result.id for result in library.related(Related(("1912.05671",), limit=100)).results]
    why = {reason.signal for reason in library.related(Related(("1912.05671",), by="citations")).results[0].why}
    assert why == {"citation"}


def test_embedding_can_wait(lists: Path, tmp_path: Path, replica: Replica) -> None:
    _, library = ingest(tmp_path / "data", replica, "lists", encoder="none")
    assert (library.status()["embedded"], library.status()["index"]) == (0, "missing")
    _, library = ingest(tmp_path / "data", replica)
    assert (library.status()["embedded"], library.status()["index"]) == (7, "fresh")


def test_a_new_model_embeds_everything_anew(lists: Path, tmp_path: Path, replica: Replica) -> None:
    ingest(tmp_path / "data", replica, "lists")

    class Other(WordEncoder):
        name = "other"

    config = open_library(tmp_path / "data").config
    library = Library(
        config.__class__(data=config.data, model="other", arxiv_url=config.arxiv_url, arxiv_delay=0.0),
        lambda name: Other() if name == "other" else WordEncoder(),
    )
    assert library.status()["index"] == "stale"
    # Until then the old index answers, by the old model.
    answer = library.search(Search("sparse subnetworks", "semantic"))
    assert answer.results[0].id == "1803.03635"
    assert answer.notes == (
        f"The library is embedded by {WordEncoder.name}, and the model is now other: `kg ingest` embeds it anew.",
    )
    told: list[str] = []
    outcome = refresh(library, Options(offline=True), lambda *_: None, told.append)
    assert (outcome.embedded, library.status()["index"]) == (7, "fresh")
    assert told == [
        f"the model is now other: embedding again; until that is done, the index of {WordEncoder.name} answers"
    ]
    semantic = library.parts.semantic()
    assert semantic is not None
    assert semantic.encoder.name == "other"


def test_one_bad_document_does_not_stop_the_others(lists: Path, tmp_path: Path, replica: Replica) -> None:
    (lists / "broken.md").write_bytes(b"\0\1\2")
    (lists / "empty.txt").write_text("")
    outcome, _ = ingest(tmp_path / "data", replica, "lists", "missing.md")
    assert outcome.read == 2
    assert [problem.split(":")[0] for problem in outcome.problems] == [
        "missing.md",
        "lists/broken.md",
        "lists/empty.txt",
    ]


def test_a_source_of_which_some_could_be_read_is_remembered(lists: Path, tmp_path: Path, replica: Replica) -> None:
    (lists / "empty.txt").write_text("")
    ingest(tmp_path / "data", replica, "lists")
    (lists / "empty.txt").write_text("- On Wide Networks at Work. Ann Bee, Carl Dee. ICML 2018\n")
    again, _ = ingest(tmp_path / "data", replica)
    assert (again.read, again.unchanged, again.problems) == (1, 2, [])


def test_a_document_deleted_from_a_folder_is_forgotten(lists: Path, tmp_path: Path, replica: Replica) -> None:
    ingest(tmp_path / "data", replica, "lists")
    (lists / "notes.txt").unlink()
    outcome, library = ingest(tmp_path / "data", replica)
    assert outcome.removed == ["lists/notes.txt"]
    assert (library.status()["documents"], library.status()["papers"]) == (1, 4)
    assert library.paper("1905.10337").paper.listed_in == ()


def test_a_document_that_is_only_out_of_reach_is_kept(lists: Path, tmp_path: Path, replica: Replica) -> None:
    ingest(tmp_path / "data", replica, "lists/awesome.md", "lists/notes.txt")
    (lists / "notes.txt").unlink()
    outcome, library = ingest(tmp_path / "data", replica)
    assert "lists/notes.txt" in outcome.problems[0]
    assert library.status()["documents"] == 2


def test_each_answer_of_arxiv_is_stored_before_the_next_is_asked_for(
    tmp_path: Path, replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.routes.metadata.CHUNK", 2)
    ids = [paper["id"] for paper in PAPERS]
    (tmp_path / "a.md").write_text("".join(f"- [p](https://arxiv.org/abs/{id_})\n" for id_ in ids))
    replica.fail_later("rate_limit", after=2, times=4)
    replica.fail("rate_limit", 4, service="oai")
    replica.fail("s2_rate_limit", 4)
    outcome, library = ingest(tmp_path / "data", replica, "a.md")
    assert (outcome.fetched, "3 papers wait" in outcome.problems[0]) == (4, True)
    again, library = ingest(tmp_path / "data", replica)
    assert (again.fetched, library.status()["unresolved"]) == (3, 0)


def test_embeddings_are_stored_as_they_are_made(
    lists: Path, tmp_path: Path, replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(WordEncoder):
        def documents(self, texts: Sequence[str]) -> Matrix:
            if self.texts:
                raise KeyboardInterrupt
            return super().documents(texts)

    monkeypatch.setattr("search.embedding._CHUNK", 3)
    config = open_library(tmp_path / "data", replica.arxiv_url).config
    with pytest.raises(KeyboardInterrupt):
        refresh(Library(config, lambda _: Failing()), Options(("lists",)), lambda *_: None, lambda _: None)
    outcome, library = ingest(tmp_path / "data", replica)
    assert (outcome.embedded, library.status()["embedded"]) == (4, 7)


@pytest.mark.parametrize("damage", ["index", "graph", "index note", "graph note"])
def test_damaged_derived_files_are_made_anew(lists: Path, tmp_path: Path, replica: Replica, damage: str) -> None:
    _, library = ingest(tmp_path / "data", replica, "lists")
    config = library.config
    file = {
        "index": next(config.index_folder.glob("vectors-*/vectors.npy")),
        "graph": next(config.index_folder.glob("graph-*/cites_out_starts.npy")),
        "index note": config.index_folder / "vectors.json",
        "graph note": config.index_folder / "graph.json",
    }[damage]
    file.write_bytes(file.read_bytes()[:-7])
    assert library.status()[damage.split()[0]] in {"missing", "stale"}
    _, library = ingest(tmp_path / "data", replica)
    assert (library.status()["index"], library.status()["graph"]) == ("fresh", "fresh")
    assert library.related(Related(("1803.03635",))).results[0].id == "1912.05671"


def test_lists_of_one_name_in_two_folders_are_told_apart(
    tmp_path: Path, replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, paper in (("one", "1806.07572"), ("two", "1811.03962")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "list.md").write_text(f"# List {folder}\n\n- [p](https://arxiv.org/abs/{paper})\n")
        monkeypatch.chdir(tmp_path / folder)
        _, library = ingest(tmp_path / "data", replica, "list.md")
    assert library.paper("1806.07572").paper.listed_in[0].list_id == "list-one"
    assert library.paper("1811.03962").paper.listed_in[0].list_id == "list-two"
    assert library.related(Related(("1806.07572",), by="lists")).results == ()


def test_short_titles_are_told_apart_by_their_authors(tmp_path: Path, replica: Replica) -> None:
    (tmp_path / "a.txt").write_text(
        "- Deep Learning. Ann Bee, Carl Dee. ICML 2018\n\n- Random Features. Eve Fox, Gus Hay. ICML 2018\n\n"
        "- A Survey of Networks. Ann Bee, Carl Dee. ICML 2018\n\n- A Survey of Networks. Eve Fox, Gus Hay. ICML 2019\n"
    )
    _, library = ingest(tmp_path / "data", replica, "a.txt")
    assert library.status()["papers"] == 4


def test_a_misspelt_author_is_no_contradiction(tmp_path: Path, replica: Replica) -> None:
    (tmp_path / "a.txt").write_text(
        "- The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks. J. Frankel, M. Carbyn. ICLR 2019\n"
    )
    outcome, _ = ingest(tmp_path / "data", replica, "a.txt")
    assert outcome.resolved == 1


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (2, 1, 0)])
def test_works_found_to_be_one_are_made_one_in_any_order(
    tmp_path: Path, replica: Replica, order: tuple[int, ...]
) -> None:
    lines = [
        "- [by doi](https://doi.org/10.1145/3292500.3330701)\n",
        "- [by page](http://proceedings.mlr.press/v80/bee18a.html)\n",
        "- [all](https://arxiv.org/abs/1803.03635), [pdf](http://proceedings.mlr.press/v80/bee18a/bee18a.pdf), "
        "[doi](https://doi.org/10.1145/3292500.3330701)\n",
    ]
    for place, which in enumerate(order):
        (tmp_path / f"{place}.md").write_text(lines[which])
    _, library = ingest(tmp_path / "data", replica, "0.md", "1.md", "2.md")
    assert library.status()["papers"] == 1


def test_a_corrected_title_is_taken_over(tmp_path: Path, replica: Replica) -> None:
    for title in ("Wide netz at work and play", "Wide nets at work and play"):
        (tmp_path / "a.md").write_text(f"- [{title}](http://proceedings.mlr.press/v80/bee18a.html)\n")
        _, library = ingest(tmp_path / "data", replica, "a.md")
    (result,) = library.search(Search("nets", "keyword")).results
    assert result.title == "Wide nets at work and play"


def test_nothing_to_read_is_said(tmp_path: Path, replica: Replica) -> None:
    with pytest.raises(UsageError, match="nothing to ingest"):
        ingest(tmp_path / "data", replica)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, replica: Replica) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="--data"):
        ingest(tmp_path / "file" / "data", replica, "x.md")


def test_one_work_by_several_addresses_and_titles_is_one_paper(tmp_path: Path, replica: Replica) -> None:
    (tmp_path / "a.md").write_text("- [Ticket](https://openreview.net/forum?id=rJl-b3RcF7)\n")
    (tmp_path / "b.md").write_text(
        "- [The Lottery](https://arxiv.org/pdf/1803.03635v5.pdf), [pdf](https://openreview.net/pdf?id=rJl-b3RcF7)\n"
    )
    (tmp_path / "c.txt").write_text(
        "- The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks. Jonathan Frankle, Michael Carbin. ICLR 2019\n"
    )
    _, library = ingest(tmp_path / "data", replica, "a.md", "b.md", "c.txt")
    assert library.status()["papers"] == 1
    assert len(library.paper("1803.03635").paper.listed_in) == 3


def test_a_title_that_only_resembles_one_on_arxiv_stays_a_work_of_its_own(tmp_path: Path, replica: Replica) -> None:
    (tmp_path / "a.txt").write_text(
        "- What Can ResNet Learn Efficiently, Going Beyond Kernels and Trees? Ann Bee, Carl Dee. ICML 2019\n"
        "- What Can ResNet Learn Efficiently, Going Beyond Kernels? Ann Bee, Carl Dee. ICML 2019\n"
    )
    outcome, library = ingest(tmp_path / "data", replica, "a.txt")
    assert outcome.resolved == 0
    assert library.status()["unresolved"] == 2
    again, _ = ingest(tmp_path / "data", replica)
    assert again.requests == 0


def test_a_work_cited_by_its_doi_is_the_arxiv_paper_of_that_doi(tmp_path: Path, replica: Replica) -> None:
    (tmp_path / "a.md").write_text("- [double descent](https://doi.org/10.1073/pnas.1903070116)\n")
    (tmp_path / "b.md").write_text("- [double descent](https://arxiv.org/abs/1812.11118)\n")
    _, library = ingest(tmp_path / "data", replica, "a.md", "b.md")
    assert [mention.document for mention in library.paper("1812.11118").paper.listed_in] == ["a.md", "b.md"]

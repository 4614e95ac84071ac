"""What a draft should cite: drafts in several formats, what they cite already, the sentences that results support."""

import json
from pathlib import Path

import pytest

from kg.answers_work import RelatedWorkAnswer, WorkGroup
from kg.drafts import read_draft
from kg.drafts.prose import MOST_PASSAGES, SHORT
from kg.errors import NotFound, UsageError
from kg.filters import BY, Filter, Related, Scope
from kg.library import Library
from tests.conftest import open_library
from tests.drafts import BIBTEX, CITED, DRAFTS, KEYS, LATEX, PLAIN
from tests.test_relating import Make, check, id_, make, paper, sixty  # noqa: F401


def ask(library: Library, text: str | None, group_by: str | None = None, **more: object) -> RelatedWorkAnswer:
    answer = library.related_work(Related(text=text, limit=100, **more), group_by=group_by)  # type: ignore[arg-type]
    check(answer)  # type: ignore[arg-type]
    return answer


def ids(answer: RelatedWorkAnswer) -> list[str]:
    return [result.id for result in answer.results]


# -- what a draft cites -------------------------------------------------------------------------


@pytest.mark.parametrize("form", DRAFTS)
def test_what_a_draft_cites_is_told_and_left_out(library: Library, form: str) -> None:
    answer = ask(library, DRAFTS[form])
    assert sorted(work.id for work in answer.cited) == CITED
    assert not set(ids(answer)) & set(CITED)
    assert set(CITED) <= set(ids(library.related(Related(text=DRAFTS[form], limit=100))))  # type: ignore[arg-type]
    assert "2 works that the draft cites already are left out." in answer.notes
    for work in answer.cited:
        line = DRAFTS[form].split("\n")[work.line - 1]
        assert any(word in line for word in ("ntk", "18", "10.1073", "Belkin", r"\cite")), line


@pytest.mark.parametrize("form", ["latex", "markdown", "plain"])
def test_what_the_library_does_not_have_is_counted(library: Library, form: str) -> None:
    assert "1 citation of the draft is not in the library." in ask(library, DRAFTS[form]).notes


def test_only_the_entries_that_are_cited_count(library: Library) -> None:
    assert "1811.03962" in ids(ask(library, BIBTEX))
    everything = ask(library, BIBTEX.replace(r"\cite{a, b}", r"\nocite{*}"))
    assert "1811.03962" in {work.id for work in everything.cited}


def test_a_key_without_an_entry_is_told(library: Library) -> None:
    (note,) = (note for note in ask(library, KEYS).notes if "no entry" in note)
    assert note.startswith("1 key that the draft cites by has no entry in it")
    commented = (
        "Winning tickets appear once two noisy runs end.\n% \\citep{jacot2018neuraltangentkernel}\n\\section{One}"
    )
    assert ask(library, commented).cited == ()


@pytest.mark.parametrize(
    "key", ["jacot2018", "jacot2018neural", "jacot2018net", "frankle2018convergence", "2101.99999", "Jacot"]
)
def test_a_key_that_may_mean_another_work_is_none(library: Library, key: str) -> None:
    assert ask(library, rf"Winning tickets appear once two noisy runs end in a valley \citep{{{key}}}.").cited == ()


def test_a_title_by_other_authors_is_another_work(library: Library) -> None:
    other = LATEX.replace("A. Jacot, F. Gabriel, and C. Hongler", "Z. Zimmer, Y. Young")
    assert "1806.07572" in ids(ask(library, other))


# -- sentences ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["latex", "markdown", "plain", "html", "bibtex"])
def test_a_result_supports_the_sentence_that_is_like_it(library: Library, form: str) -> None:
    supports = {result.id: result.supports for result in ask(library, DRAFTS[form]).results}
    found = supports["1912.05671"]
    assert found is not None
    assert found.sentence.startswith("Winning tickets appear once two noisy training runs end in one connected valley")
    assert DRAFTS[form].split("\n")[found.line - 1].lstrip("<p>").startswith("Winning tickets")
    assert 0.5 < found.similarity <= 1


def test_sentences_are_prose_without_commands(library: Library) -> None:
    draft = read_draft(LATEX)
    assert [(sentence.text, sentence.line) for sentence in draft.sentences if not sentence.heading] == [
        ("Winning tickets appear once two noisy training runs end in one connected valley.", 8),
        (r"As the width $n \to \infty$, regression with a fixed kernel explains convergence; see Fig.", 9),
        ("Gradient descent finds global minima of very wide deep networks in polynomial time.", 14),
        ("Dense networks hold sparse subnetworks.", 19),
    ]
    said = {result.supports.sentence for result in ask(library, LATEX).results if result.supports}
    assert not any("\\" in sentence or "$" in sentence for sentence in said)


def test_lines_are_those_of_the_text_that_was_given(library: Library) -> None:
    text = "\r\n\r\nDense networks hold sparse subnetworks.\r\nWinning tickets appear once two noisy runs end.\r\n"
    assert [(s.text[:7], s.line) for s in read_draft(text).sentences] == [("Dense n", 3), ("Winning", 4)]


def test_a_word_that_a_line_broke_is_whole() -> None:
    assert "sparse subnetworks that train as well alone, as Fig. 3 shows." in read_draft(PLAIN).passages[0].text


# -- groups -------------------------------------------------------------------------------------


def test_groups_by_sentence_follow_the_draft(library: Library) -> None:
    answer = ask(library, LATEX, "sentence")
    lines = [group.line for group in answer.groups if group.line]
    assert lines == sorted(lines)
    assert sorted(id_ for group in answer.groups for id_ in group.results) == sorted(ids(answer))
    of = {result.id: result.supports for result in answer.results}
    for group in answer.groups:
        for result in group.results:
            support = of[result]
            assert (support.sentence, support.line) == (group.label, group.line) if support else group.line is None
    assert ask(library, LATEX).groups == ()


def test_groups_by_topic_follow_their_best_results(library: Library) -> None:
    answer = ask(library, LATEX, "topic")
    ranks = [ids(answer).index(group.results[0]) for group in answer.groups if group.id]
    assert ranks == sorted(ranks)
    topics = {result.id: result.topics[0].id if result.topics else None for result in answer.results}
    for group in answer.groups:
        assert {topics[id_] for id_ in group.results} == {group.id}
        assert [ids(answer).index(id_) for id_ in group.results] == sorted(ids(answer).index(i) for i in group.results)


def test_papers_without_a_topic_are_the_last_group(make: Make) -> None:  # noqa: F811
    library = make(map(paper, range(4)))
    assert ask(library, "kernels of wide networks", "topic").groups[-1].label == "No topic"
    by_sentence = ask(library, None, "sentence", papers=(id_(1),)).groups
    assert by_sentence == (WorkGroup("No sentence", by_sentence[0].results),)


# -- questions ----------------------------------------------------------------------------------


def test_a_short_paragraph_has_the_answer_of_related(library: Library) -> None:
    text = "As layers grow infinitely wide, training is regression. Sparse subnetworks train alone, e.g. tickets."
    for by in BY:
        one, other = library.related(Related(text=text, by=by)), library.related_work(Related(text=text, by=by))
        assert [(r.id, r.score, r.why) for r in one.results] == [(r.id, r.score, r.why) for r in other.results]
        assert (one.count, one.facets) == (other.count, other.facets)


def test_papers_alone_are_asked_as_related_papers_are(library: Library) -> None:
    answer = ask(library, None, papers=("arXiv:1806.07572v1",))
    expected = library.related(Related(("1806.07572",), limit=100))
    assert [(r.id, r.score) for r in answer.results] == [(r.id, r.score) for r in expected.results]
    assert all(result.supports is None for result in answer.results)


def test_papers_negatives_exclusions_and_filters(library: Library) -> None:
    plain = ask(library, PLAIN)
    assert "1803.03635" not in ids(ask(library, PLAIN, excluded=("https://arxiv.org/abs/1803.03635",)))
    against = {result.id: result.score for result in ask(library, PLAIN, unwanted=("1803.03635",)).results}
    assert against["1912.05671"] < next(result.score for result in plain.results if result.id == "1912.05671")
    assert ids(ask(library, PLAIN, scope=Scope((Filter("year", "2019.."),)))) == ["1912.05671", "1905.10337"]
    both = ask(library, PLAIN, papers=("1811.03962",))
    assert "1811.03962" not in ids(both)
    assert all(result.supports for result in both.results if result.id != "1905.10337")


def test_unknown_papers_are_all_named(library: Library) -> None:
    with pytest.raises(NotFound, match=r"'2301\.00001', 'nobody'"):
        ask(library, PLAIN, papers=("2301.00001", "1806.07572"), excluded=("nobody",))


def test_pages_follow_one_another(sixty: Library) -> None:  # noqa: F811
    text = "A study of kernels of wide networks, and of graphs for molecules."
    whole = sixty.related_work(Related(text=text, limit=20)).results
    parts = [sixty.related_work(Related(text=text, limit=5, offset=offset)).results for offset in range(0, 20, 5)]
    assert [(r.id, r.supports) for r in sum(parts, ())] == [(r.id, r.supports) for r in whole]


def test_keys_of_an_answer_are_unique(make: Make) -> None:  # noqa: F811
    same = {"title": "Study of kernels", "authors_parsed": [["Bee", "A.", ""]]}
    library = make([paper(1, **same), paper(13, **same), paper(2)])
    entries = [result.bibtex for result in ask(library, "Study of kernels").results]
    assert len({entry.split(",")[0] for entry in entries}) == len(entries) == 3
    assert all(entry.startswith("@") and entry.endswith("}\n") for entry in entries)


# -- long drafts --------------------------------------------------------------------------------


def long_draft() -> str:
    about = ["graphs for molecules in study two", "tickets that are sparse in trained nets", "wide kernels"]
    filler = "Nothing of this has anything to say on matters of anybody here or there today. "
    parts = [f"Section {name.split()[0]} begins. " + f"We look at {name} now. " + filler * 25 for name in about]
    return "\n\n".join(parts)


def test_a_long_draft_is_compared_passage_by_passage(sixty: Library) -> None:  # noqa: F811
    draft = read_draft(long_draft())
    assert len(draft.passages) > 3
    answer = ask(sixty, long_draft())
    reasons = [reason for result in answer.results for reason in result.why if reason.signal == "text"]
    told = {reason.evidence.partition("the draft's ")[2] for reason in reasons if reason.value}
    assert {"line 1", "line 3", "line 5"} <= told
    molecules = next(result for result in answer.results if "molecules" in (result.title or ""))
    evidence = {reason.signal: reason.evidence for reason in molecules.why}
    assert evidence["text"].endswith("to the draft's line 1")
    assert evidence["keywords"].startswith("shares words of the draft's line 1: ")
    assert molecules.supports is not None
    assert molecules.supports.sentence == "We look at graphs for molecules in study two now."


def test_a_passage_says_its_lines_and_keeps_its_heading(library: Library) -> None:
    body = "Sparse networks hold tickets that win in the end. " * 20
    text = "\n\n".join(f"# Part {number}\n\n{body}" for number in range(5))
    parts = read_draft(text).passages
    assert [(part.first, part.last) for part in parts] == [(4 * n + 1, 4 * n + 3) for n in range(5)]
    assert all(part.text.startswith(f"Part {number} Sparse") for number, part in enumerate(parts))


def test_what_is_too_long_is_told_and_still_answered(library: Library) -> None:
    text = "\n\n".join(f"Dense networks hold sparse subnetworks of the kind {n}. " * 12 for n in range(1700))
    assert len(text) > 2**20
    answer = ask(
        library,
        text + "\n\nReferences\n\n[1] A. Jacot. Neural Tangent Kernel: Convergence and "
        "Generalization in Neural Networks. 2018.\n[2] C. Dee. Of nothing else at all. 2011.\n",
    )
    assert any("too long to be compared as a whole: what stands below line" in note for note in answer.notes)
    assert [work.id for work in answer.cited] == ["1806.07572"]
    assert len(read_draft(text).passages) == MOST_PASSAGES


def test_a_draft_of_medium_length_is_one_passage() -> None:
    text = "Dense networks hold sparse subnetworks. " * (SHORT // 41)
    assert len(read_draft(text).passages) == 1
    assert len(read_draft(text * 2).passages) == 3


# -- drafts that are none -----------------------------------------------------------------------

HOSTILE = {
    "garbage": "".join(chr(33 + n * 7919 % 90) + " " * (n % 11 == 0) for n in range(2**20)),
    "one word": "x" * 2**20,
    "braces": r"\begin{document}" + "{" * 100_000,
    "closing": "}" * 100_000 + r"\section{x}",
    "maths": r"$x^2 + \alpha$ $$\int f$$",
    "dollars": "$" * 100_000 + r"\cite{x}",
    "surrogates": "Dense networks \ud800 hold sparse subnetworks.",
    "control": "Dense networks \x1b[31m hold \x00 sparse subnetworks.",
    "keys": r"\cite{" + ",".join(f"jacot2018a{n}" for n in range(20_000)) + "} Dense networks hold them.",
    "entries": "Dense networks hold sparse subnetworks.\n" + "@misc{a, title={b" * 20_000,
    "links": "[a](" * 50_000,
    "tags": "<p>" * 100_000 + "Dense networks hold sparse subnetworks.",
    "headings": "# Dense networks\n\n" * 20_000,
    "dots": ". " * 200_000 + "Dense",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_drafts_are_answered_or_refused_in_one_line(library: Library, name: str) -> None:
    answer: RelatedWorkAnswer | None = None
    refused = ""
    try:
        answer = library.related_work(Related(text=HOSTILE[name]), group_by="sentence")
    except UsageError as error:
        refused = str(error)
    if answer is None:
        assert refused
        assert "\n" not in refused
        assert len(refused) < 300
    else:
        check(answer)  # type: ignore[arg-type]
        json.dumps([result.supports.sentence for result in answer.results if result.supports])


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"\x00\x01\x02" * 100, b"%PDF-1.4 nothing", b"\x1f\x8b\x08\x00nothing"]
)
def test_what_cannot_be_read_is_told(content: bytes) -> None:
    with pytest.raises(UsageError, match="the draft"):
        read_draft(content)


@pytest.mark.parametrize(
    "text",
    [
        *("@misc{a, title = {Of nothing at all}}", "...", r"\documentclass{article}", "$x^2$", "$$x$$", "%", "<p></p>"),
        *(r"\cite{a}", "[@a]", "[1]", "\u200b", "https://arxiv.org/abs/1806.07572"),
    ],
)
def test_without_a_sentence_there_is_nothing_to_go_by(library: Library, text: str) -> None:
    with pytest.raises(UsageError, match="no sentence in the draft to go by"):
        ask(library, text)
    assert ids(ask(library, text, papers=("1811.03962",)))


@pytest.mark.parametrize("encoder", ["none", None])
def test_tiny_libraries_and_those_without_vectors(make: Make, encoder: str | None) -> None:  # noqa: F811
    library = make(map(paper, range(1, 3)), encoder=encoder)
    answer = ask(library, "A study of wide kernels. We train it with care, and the results improve.")
    assert len(answer.results) == 2
    assert all((result.supports is None) is (encoder == "none") for result in answer.results)
    assert any("Nothing is embedded" in note for note in answer.notes) is (encoder == "none")
    assert ask(library, long_draft()).results


def test_an_empty_library(tmp_path: Path) -> None:
    library = open_library(tmp_path / "none")
    assert ask(library, LATEX, "sentence").results == ()
    library.close()


# -- meaning ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_real_model_finds_the_sentence_by_its_meaning(make: Make, tmp_path: Path) -> None:  # noqa: F811
    from search.encoder import SentenceEncoder

    records = [
        paper(1, title="Pruning convolutional nets", abstract="We remove most weights of a network without loss."),
        paper(2, title="Molecular property prediction", abstract="Chemistry with graph neural networks for drugs."),
        paper(3, title="Gaussian processes in the limit", abstract="Infinitely wide networks are kernel machines."),
    ]
    library = make(records, encoder="none")
    library.close()
    library = Library(library.config, lambda _: SentenceEncoder())
    from kg.refresh import Options, refresh

    refresh(library, Options(snapshot=tmp_path / "papers.jsonl", offline=True), lambda *_: None, lambda _: None)
    text = (
        "Deleting parameters after training makes models small and keeps them accurate. Medicine profits from learnt "
        "representations of compounds. As layers grow without bound, training follows a fixed covariance function."
    )
    said = {result.id[-4:]: result.supports for result in ask(library, text).results}
    library.close()
    assert [said[f"000{n}"].sentence.split()[0] for n in (1, 2, 3)] == ["Deleting", "Medicine", "As"]  # type: ignore[union-attr]

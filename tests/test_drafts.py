"""Drafts: what in them is prose, what is a bibliography, and the keys that they cite by."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from ingest.loading import load_snapshot
from kg.drafts import read_draft
from kg.drafts.cited import cited_works
from kg.errors import UsageError
from kg.exports.keys import keyed
from kg.library import Library
from kg.store import Store
from tests.test_related_work import ask
from tests.test_relating import Make, make, paper  # noqa: F401

SPOKEN = [
    "Jacot et al. (2018) show that wide networks are kernel machines.",
    "As shown by Jacot et al. (2018), wide networks are kernel machines.",
    "Following Jacot et al. (2018), SGD finds minima of wide networks.",
    "Jacot et al. (2018). Wide networks behave like kernel machines.",
    "Frankle and Carbin (2019) show that sparse networks train. Wide networks behave like kernel machines.",
    "Li and Liang (2018) and Du et al. (2019) prove that wide networks train. We extend their results to deep ones.",
    "Belkin et al. (2019) describe double descent: test error falls, rises and falls again.",
    "Jacot and colleagues opened the study of kernels in wide networks.",
]


@pytest.mark.parametrize("said", SPOKEN)
@pytest.mark.parametrize(
    "around", ["{}", "Sparse nets train.\n\n{}\n\nThey win.", "\\section{{One}}\n{}\n", "# One\n\n{}\n\n## Two\n"]
)
def test_a_sentence_about_authors_is_prose(said: str, around: str) -> None:
    cited = "\n\n[Jacot et al., 2018](https://arxiv.org/abs/1806.07572)" if "#" in around else ""
    sentences = " ".join(sentence.text for sentence in read_draft(around.format(said) + cited).sentences)
    assert said in sentences


def test_a_paragraph_may_begin_as_an_entry_does() -> None:
    said = "Jacot and colleagues opened the study of kernels in wide networks."
    entry = "Jacot et al. (2018). Neural tangent kernel: Convergence and generalization. NeurIPS."
    for heading in ("", "## References\n\n"):
        draft = read_draft(f"# One\n\n{said}\n\n{heading}{entry}\n")
        assert [citation.mention.authors for citation in draft.citations] == [("Jacot",)]
        assert said in [sentence.text for sentence in draft.sentences]
    assert [sentence.text for sentence in draft.sentences] == ["One", said]


@pytest.mark.parametrize("around", ["{}", "# One\n\n{}\n", "\\section{{One}}\n{}\n"])
def test_an_entry_of_a_bibliography_is_no_prose(around: str) -> None:
    entry = (
        "Arthur Jacot, Franck Gabriel, Clement Hongler. Neural tangent kernel: Convergence and generalization. 2018."
    )
    text = f"Jacot and others study kernels.\n\n{entry}\n\nWide networks are kernel machines."
    draft = read_draft(around.format(text))
    said = " ".join(sentence.text for sentence in draft.sentences)
    assert said.endswith("Jacot and others study kernels. Wide networks are kernel machines.")
    assert [citation.mention.title for citation in draft.citations] == [
        "Neural tangent kernel: Convergence and generalization"
    ]


@pytest.mark.parametrize("heading", ["## References\n", "## 7. References\n\n", "References\n\n", "References\n"])
def test_a_numbered_bibliography_is_read(library: Library, heading: str) -> None:
    text = (
        f"# Draft\n\nWide networks are kernel machines [1].\n\n{heading}"
        if "#" in heading
        else f"Wide networks are kernel machines [1].\n\n{heading}"
    )
    entries = (
        "[1] A. Jacot, F. Gabriel, C. Hongler. Neural Tangent Kernel: Convergence and Generalization in Neural "
        'Networks. 2018.\n[2] Jonathan Frankle, Michael Carbin. "The Lottery Ticket Hypothesis: Finding Sparse, '
        'Trainable Neural Networks". ICLR, 2019.\n'
    )
    first = text.count("\n") + 1
    cited = ask(library, text + entries).cited
    assert [(work.id, work.line) for work in cited] == [("1806.07572", first), ("1803.03635", first + 1)]
    assert not any("Frankle" in sentence.text for sentence in read_draft(text + entries).sentences)


def test_keys_that_two_papers_share_are_told_apart(make: Make, tmp_path: Path) -> None:  # noqa: F811
    """On arXiv or not: what stands behind the key comes from the id, in another way where it is a hash."""
    entry = "@article{{x{0}, title={{Study of kernels}}, author={{Dee, C.}}, year=2017, doi={{10.1000/{0}}}}}\n"
    listed = tmp_path / "list.bib"
    listed.write_text(entry.format(1) + entry.format(2))
    same = {"title": "Study of kernels", "authors_parsed": [["Bee", "A.", ""]]}
    library = make([paper(1, **same), paper(13, **same), paper(2)], sources=(str(listed),))
    papers = library.store.papers.get(library.store.papers.all_ids())
    shared = [(key, one) for key, one in keyed(papers) if "-" in key]
    assert len(shared) == 4
    for key, one in shared:
        cited = ask(library, rf"A study of kernels of wide networks \citep{{{key}}}.").cited
        assert [work.id for work in cited] == [one.id], key


def test_a_bibliography_in_the_style_of_the_acm_is_read(library: Library) -> None:
    entry = (
        "[1] Arthur Jacot, Franck Gabriel, and Clement Hongler. 2018. Neural Tangent Kernel: Convergence and "
        "Generalization in Neural Networks. In NeurIPS."
    )
    cited = ask(library, f"Wide networks are kernel machines [1].\n\nReferences\n\n{entry}\n").cited
    assert [work.id for work in cited] == ["1806.07572"]


@pytest.mark.parametrize(
    "command",
    [
        r"\autocites{ntk}[12]{belkin}",
        r"\cites{ntk}{belkin}",
        r"\parencites(see)()[][p.~3]{ntk}[12][]{other, belkin}",
        r"\citep[see][12]{ntk, belkin}",
    ],
)
def test_commands_may_cite_several(command: str) -> None:
    draft = read_draft(rf"\section{{One}}Wide networks are kernel machines {command}.")
    assert [key for key, _ in draft.keys if key != "other"] == ["ntk", "belkin"]
    assert draft.sentences[-1].text == "Wide networks are kernel machines."


ENTRY = "\n@misc{{{}, title={{Neural Tangent Kernel: Convergence and Generalization in Neural Networks}}}}\n"


@pytest.mark.parametrize("key", ["ntk", "a", "jacot2018", "conf/nips/JacotHG18"])
@pytest.mark.parametrize(
    "text",
    [
        "Wide networks are kernels [see @nobody2019, p. 3; and @{}].",
        "As @{} shows, wide networks are kernels.",
        "Wide networks are kernels, says Jacot [-@{}].",
        "Wide networks are kernels [@nobody2019;\n@{}, p. 3].",
    ],
)
def test_keys_of_pandoc_cite(library: Library, key: str, text: str) -> None:
    content = f"# One\n\n{text.format(key)}\n" + ENTRY.format(key)
    cited = ask(library, content).cited
    assert [(work.id, work.line) for work in cited] == [("1806.07572", 3 + text[: text.index("@{}")].count("\n"))]


@pytest.mark.parametrize(
    "said",
    [
        "Ask @user123 or @alice about it.",
        "Ask [me on @user](https://example.org) about it.",
        "Write `[@ntk2018; @user]` to cite it.",
        "Write\n\n```\nAs @ntk2018 shows [@user].\n```",
        "Write\n\n~~~ md\n[@user]",
    ],
)
def test_what_only_looks_like_a_key_of_pandoc(said: str) -> None:
    assert read_draft(f"# One\n\nWide networks are kernels. {said}\n", "draft.md").keys == ()


def test_files_that_a_text_inputs_are_told(library: Library) -> None:
    text = "\\section{One}\nWide networks.\n% \\input{old}\n\\input{one}\n\\include{two}\n\\includegraphics{a}"
    assert [note for note in ask(library, text).notes if "inputs" in note] == [
        "2 files that the draft inputs were not read: `kg related --text FILE` reads those that lie beside the draft."
    ]


@pytest.mark.parametrize("text", ["\u00a0", " \u2003\n", "\ufeff", "\ufeff\u00a0", "\x0c"])
def test_space_of_any_kind_is_no_draft(text: str) -> None:
    for content in (text, text.encode()):
        with pytest.raises(UsageError, match=r"the draft .*(is empty)"):
            read_draft(content)


@pytest.mark.parametrize("text", ["# Wide networks", r"\section{Wide networks}", "<h1>Wide networks</h1>"])
def test_a_heading_alone_is_answered(library: Library, text: str) -> None:
    supports = [result.supports for result in ask(library, text).results]
    assert {support.sentence for support in supports if support} == {"Wide networks"}


@pytest.mark.slow
def test_real_bibliographies_below_a_draft_are_recognised(shared: Path, tmp_path: Path) -> None:
    """Of the works of the library that a hundred real drafts cite, 19 in 20 are recognised by their entries."""
    entries: dict[str, list[dict[str, Any]]] = {}
    with gzip.open(shared / "data" / "citations" / "bibliographies.jsonl.gz", "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            if len(entries) < 100 or row["citing"] in entries:
                entries.setdefault(row["citing"], []).append(row)
    cited = {row["cited_arxiv"] for rows in entries.values() for row in rows if row["cited_arxiv"]}
    with gzip.open(shared / "data" / "arxiv-snapshot-ml.jsonl.gz", "rt", encoding="utf-8") as file:
        known = [line for line in file if line.split('"', 4)[3] in cited]
    (tmp_path / "cited.jsonl").write_text("".join(known), encoding="utf-8")
    wanted = found = 0
    with Store(tmp_path / "kg.db") as store:
        load_snapshot(store, tmp_path / "cited.jsonl", lambda *_: None)
        for rows in entries.values():
            works, _ = cited_works(store, read_draft(as_latex(rows)))
            own = (row for row in rows if r"\name{" not in row["raw"])
            of_library = {id_ for row in own if row["cited_arxiv"] and (id_ := store.identity.find(row["cited_arxiv"]))}
            wanted += len(of_library)
            found += len(of_library & {work.id for work in works})
    assert wanted > 500
    assert found / wanted >= 0.95


def as_latex(rows: list[dict[str, Any]]) -> str:
    """A draft that cites these works by their keys, with a bibliography below; what biblatex writes stays its own."""
    items = "".join(f"\\bibitem{{{row['key']}}}\n{row['raw']}\n\n" for row in rows if r"\name{" not in row["raw"])
    cites = " ".join(f"\\citep{{{row['key']}}}" for row in rows)
    body = f"Sparse networks hold tickets that win in the end {cites}.\n\\begin{{thebibliography}}{{9}}\n{items}"
    return f"\\documentclass{{article}}\n\\begin{{document}}\n{body}\\end{{thebibliography}}\n\\end{{document}}\n"

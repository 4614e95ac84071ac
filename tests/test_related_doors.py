"""What a draft should cite, asked through the command and the page."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg.filters import Related
from kg.library import Library
from tests.conftest import Run
from tests.drafts import BIBTEX, CITED, HTML, LATEX, MARKDOWN, PLAIN
from tests.test_cli import document, fails
from webapp import create_app

# -- the command --------------------------------------------------------------------------------


@pytest.fixture
def draft(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes a draft, where the command answers from the suite's library."""
    monkeypatch.setenv("KG_DATA", str(library.config.data))
    monkeypatch.setenv("KG_MODEL", "words-64")
    monkeypatch.setattr("kg.parts.Parts._loaded_encoder", lambda *_: library.encoder)

    def written(content: str | bytes, name: str = "draft.tex") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def test_the_command_tells_the_sentences(run: Run, draft: Callable[..., Path]) -> None:
    found = run("related", "--text", draft(LATEX))
    assert "line 8: “Winning tickets appear once two noisy training runs end in one connected valley.”" in " ".join(
        found.out.split()
    )
    assert "Cited already: 1806.07572 (line 8), 1812.11118 (line 19)" in found.out
    assert "note: 2 works that the draft cites already are left out." in found.err
    grouped = run("related", "--text", draft(LATEX), "--group-by", "sentence").out
    assert grouped.count("“Winning tickets appear") == 1
    assert grouped.index("line 8:") < grouped.index("line 14:")
    assert "Sparsity" in run("related", "--text", draft(LATEX), "--group-by", "topic").out


def test_the_command_in_json_and_bibtex(run: Run, draft: Callable[..., Path], library: Library) -> None:
    found = document(run("related", "--text", draft(LATEX), "--group-by", "topic", "--exclude", "1803.03635", "--json"))
    assert list(found) == ["meta", "results", "facets", "groups", "cited"]
    assert list(found["cited"][0]) == ["id", "title", "line"]
    assert found["results"][0]["supports"]["line"]
    assert "1803.03635" not in {result["id"] for result in found["results"]}
    entries = run("related", "--text", draft(LATEX), "--bibtex").out
    assert entries.count("@") == library.related_work(Related(text=LATEX)).count
    assert run("related", "1806.07572", "--bibtex", "--limit", 2).out.count("@") == 2
    assert "1803.03635" not in run("related", "1806.07572", "--exclude", "1803.03635").out


def test_the_name_of_a_file_tells_its_format(run: Run, draft: Callable[..., Path]) -> None:
    for name, content in (("a.md", MARKDOWN), ("a.html", HTML), ("a.txt", PLAIN), ("a.draft", LATEX)):
        cited = document(run("related", "--text", draft(content, name), "--json"))["cited"]
        assert sorted(work["id"] for work in cited) == CITED, name


@pytest.mark.parametrize("name", ["refs.bib", "draft.bbl"])
def test_the_bibliography_beside_a_draft_is_read(run: Run, draft: Callable[..., Path], name: str) -> None:
    text, _, entries = BIBTEX.partition("@")
    if name.endswith(".bbl"):
        text, entries = text.replace("{a, b}", "{ntk}"), LATEX[LATEX.index(r"\begin{thebibliography}") :]
    draft("@" * name.endswith(".bib") + entries, name)
    path = draft(text + "\n% \\bibliography{old}\n\\bibliography{other,refs}\n")
    cited = document(run("related", "--text", path, "--json"))["cited"]
    assert [(work["id"], work["line"]) for work in cited] == [(id_, 2) for id_ in CITED[: 1 + name.endswith(".bib")]]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("draft.tex", "\\section{{One}}\n{}\n\\addbibresource[location=local]{{refs.bib}}\n"),
        ("draft.md", "---\ntitle: One\nbibliography: refs.bib\n---\n\n{}\n"),
        ("draft.qmd", '---\r\nbibliography: ["other.bib", "refs.bib"]\r\n---\r\n\r\n{}\r\n'),
        ("draft.md", "---\nbibliography:\n  - other.bib\n  - refs.bib\nlang: en\n---\n\n{}\n"),
    ],
)
def test_a_bibliography_may_be_named_in_other_ways(run: Run, draft: Callable[..., Path], name: str, text: str) -> None:
    said, _, entries = BIBTEX.strip().partition("@")
    said = said.strip() if name.endswith(".tex") else said.strip().replace(r"\cite{a, b}", "[@a; @b]")
    draft("@" + entries, "refs.bib")
    cited = document(run("related", "--text", draft(text.format(said), name), "--json"))["cited"]
    line = text.partition("{}")[0].count("\n") + 1
    assert [(work["id"], work["line"]) for work in cited] == [(id_, line) for id_ in CITED]


def test_files_that_a_draft_inputs_are_read(run: Run, draft: Callable[..., Path]) -> None:
    (draft("", "x").parent / "parts").mkdir()
    said, _, entries = BIBTEX.strip().partition("@")
    draft("@" + entries, "refs.bib")
    draft("\n\n\\section{Two}\n" + said + "\n\\input{parts/deep}% a comment", "two.tex")
    draft("Dense networks hold sparse subnetworks that train as well alone.\n\\bibliography{refs}", "parts/deep.tex")
    path = draft(
        "\\documentclass{article}\n\\begin{document}\n% \\input{old}\n\\include{two}\n"
        "Gradient descent finds global minima of very wide deep networks.\n\\end{document}\n"
    )
    found = run("related", "--text", path, "--group-by", "sentence", "--json")
    told = document(found)
    assert [(work["id"], work["line"]) for work in told["cited"]] == [(id_, 4) for id_ in CITED]
    lines = {(group["line"], group["label"].split()[0]) for group in told["groups"]}
    assert {(4, "Dense"), (5, "Gradient")} & lines
    assert lines <= {(4, "Winning"), (4, "Dense"), (5, "Gradient")}
    assert "that the draft inputs" not in found.out


def test_no_file_outside_the_folder_of_a_draft_is_input(run: Run, draft: Callable[..., Path]) -> None:
    outside = draft("Winning tickets \\cite{1806.07572}.", "secret.tex")
    folder = outside.parent / "paper"
    folder.mkdir()
    (folder / "link.tex").symlink_to(outside)
    (folder / "self.tex").write_text("Dense networks hold sparse subnetworks. \\input{self}")
    names = ("../secret", str(outside), "link", "self", "missing", "n" * 200)
    text = "\\section{One}\n" + "".join(f"\\input{{{name}}}\n" for name in names)
    found = run("related", "--text", draft(text, "paper/draft.tex"), "--json")
    assert document(found)["cited"] == []
    assert "6 files that the draft inputs were not read" in found.out  # the one that inputs itself was, once


def test_a_draft_from_standard_input(run: Run, draft: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    with draft(MARKDOWN).open() as file:
        monkeypatch.setattr("sys.stdin", file)
        assert len(document(run("related", "--text", "-", "--json"))["cited"]) == 2


@pytest.mark.parametrize("door", ["file", "input"])
def test_a_draft_that_is_too_large_is_refused(
    run: Run, draft: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    monkeypatch.setattr(sys.modules["kg.cli.related"], "_LARGEST", 100)  # by this name `kg.cli` has the command
    path = draft("Wide networks. " * 10, "draft.txt")
    with path.open() as file:
        monkeypatch.setattr("sys.stdin", file)
        told = run("related", "--text", path if door == "file" else "-")
    fails(told, 2, "draft.txt: is larger than" if door == "file" else "standard input: is larger than")


def test_no_more_of_a_bibliography_is_read_than_of_a_draft(
    run: Run, draft: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    text, _, entries = BIBTEX.partition("@")
    path = draft(text + "\n\\bibliography{refs}\n")
    entries = f"@{entries}"
    monkeypatch.setattr("kg.drafts._MOST_ENTRIES", entries.index("@misc"))
    draft(entries, "refs.bib")
    found = run("related", "--text", path, "--json")
    assert [work["id"] for work in document(found)["cited"]] == CITED[:1]
    assert "1 key that the draft cites by has no entry" in found.out


def test_a_fault_of_the_reader_is_not_one_of_the_file(
    run: Run, draft: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a fault")

    monkeypatch.setattr("kg.drafts.read_draft", broken)
    with pytest.raises(ValueError, match="a fault"):
        run("related", "--text", draft(PLAIN, "draft.txt"))
    fails(run("related", "--text", "a\0b"), 2, "cannot be read")


@pytest.mark.parametrize("content", [b"", b" \n", b"\x00\x01\x02" * 100, b"%PDF-1.4 nothing", b"@misc{a, title={b}}"])
def test_the_command_refuses_what_is_no_draft(run: Run, draft: Callable[..., Path], content: bytes) -> None:
    fails(run("related", "--text", draft(content, "draft")), 2, "draft")


def test_groups_need_a_draft(run: Run, draft: Callable[..., Path], tmp_path: Path) -> None:
    fails(run("related", "1806.07572", "--group-by", "topic"), 2, "--text")
    fails(run("related", "--text", tmp_path), 2, "no regular file")


# -- the page -----------------------------------------------------------------------------------


@pytest.fixture
def client(library: Library) -> FlaskClient:
    return create_app(library).test_client()


def test_the_page_shows_sentences_groups_and_what_is_cited(client: FlaskClient) -> None:
    page = client.post("/related", data={"text": LATEX, "group_by": ""}, follow_redirects=True).text
    assert "<blockquote>Line 8: “Winning tickets appear once two noisy training runs" in page
    assert "Cited already, left out: 2" in page
    assert 'href="/paper/1806.07572"' in page
    grouped = client.get("/related", query_string={"text": LATEX, "group_by": "sentence"}).text
    assert '<h3 class="group">Line 8: “Winning tickets' in grouped
    assert "<blockquote>" not in grouped
    assert '<option value="sentence" selected>' in grouped
    assert (
        '<h3 class="group">Sparsity</h3>'
        in client.get("/related", query_string={"text": LATEX, "group_by": "topic"}).text
    )
    told = client.get("/related.json", query_string={"text": LATEX, "group_by": "topic"}).get_json()
    assert [work["id"] for work in told["cited"]] == CITED
    assert told["groups"]


def test_the_page_keeps_a_draft_that_cannot_be_read(client: FlaskClient) -> None:
    for text in (r"\begin{document}" + "{" * 3000, "..."):
        answer = client.post("/related", data={"text": text}, follow_redirects=True)
        assert answer.status_code == 400
        assert text in answer.text
        assert 'role="alert"' in answer.text
    assert client.get("/related?text=networks&group_by=magic").status_code == 400

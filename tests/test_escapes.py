"""A hostile folder or document cannot make kg read what it was not given: links, special files, formats that include."""

import gzip
import json
import os
import socket
import threading
import time
from pathlib import Path

import pytest
import requests

from ingest.files import beginning
from ingest.services.asking import Refused
from ingest.services.web import json_of, tree_of
from ingest.sources import LARGEST, documents_of, locate, read
from ingest.worker import Understood, Unread, understand
from kg.cli.beside import bibliography, with_inputs
from kg.errors import DocumentError
from tests.conftest import Run

GOOD = "- [The Kernel View of Wide Networks](https://arxiv.org/abs/1806.07572)\n"
SECRET = "- [A Secret](https://arxiv.org/abs/2001.00001)\n"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file beside the folder that is given."""
    (tmp_path / "secret.md").write_text(SECRET)
    return tmp_path / "secret.md"


@pytest.fixture
def repo(tmp_path: Path, secret: Path) -> Path:
    """A folder, as cloned from a stranger, with links out of it."""
    folder = tmp_path / "repo"
    (folder / "deep").mkdir(parents=True)
    (folder / "good.md").write_text(GOOD)
    (folder / "inside.md").symlink_to("good.md")
    (folder / "out.md").symlink_to("../secret.md")
    (folder / "absolute.txt").symlink_to(secret)
    (folder / "chain.md").symlink_to("out.md")
    (folder / "deep" / "notes.md").symlink_to("../../secret.md")
    (folder / "whole").symlink_to(tmp_path)
    return folder


LEFT_OUT = ["absolute.txt", "chain.md", "deep/notes.md", "out.md"]


def ids(out: str) -> list[str]:
    return [mention["arxiv_id"] for mention in json.loads(out)["mentions"]]


@pytest.mark.parametrize("given", ["repo", "repo/**/*.*", "./repo", "{tmp}/repo"])
def test_links_that_lead_out_of_a_folder_are_left_out_by_name(run: Run, repo: Path, given: str) -> None:
    result = run("extract", given.format(tmp=repo.parent), "--json")
    assert result.code == 3
    assert ids(result.out) == ["1806.07572"]
    lines = [line for line in result.err.splitlines() if "whole" not in line]
    assert len(lines) == len(LEFT_OUT)
    for name, line in zip(LEFT_OUT, sorted(lines), strict=True):
        assert f"repo/{name}: " in line
        assert f"a link leads to it out of {repo}" in line
    assert "A Secret" not in result.out + result.err


def test_ingest_leaves_them_out_too_and_says_so_each_time(run: Run, repo: Path) -> None:
    for _ in range(2):
        result = run("ingest", "repo", "--offline", "--encoder", "none")
        assert result.code == 3
        assert result.err.count("a link leads to it") == len(LEFT_OUT)
    assert "2001.00001" not in run("export", "--format", "jsonl").out


@pytest.mark.parametrize("given", ["repo/out.md", "repo/chain.md", "link"])
def test_what_the_user_names_may_be_a_link(run: Run, repo: Path, tmp_path: Path, given: str) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "secret.md").write_text(SECRET)
    (tmp_path / "link").symlink_to("other")
    result = run("extract", given, "--json")
    assert (result.code, ids(result.out)) == (0, ["2001.00001"])


def test_a_link_that_is_named_beside_its_folder_is_read(run: Run, repo: Path) -> None:
    result = run("extract", "repo", "repo/out.md", "--json")
    assert ids(result.out) == ["1806.07572", "2001.00001"]


def test_a_file_that_becomes_a_link_between_two_looks(repo: Path, secret: Path) -> None:
    (found,) = [document for document in documents_of(locate("repo")) if document.given == "repo/good.md"]
    (repo / "good.md").unlink()
    (repo / "good.md").symlink_to(secret)
    with pytest.raises(DocumentError, match="leads out of"):
        read(found, folder=str(repo))


@pytest.mark.parametrize("pattern", ["*.md", "**/*.md"])
def test_a_gitignore_that_is_a_link_or_without_end(repo: Path, secret: Path, pattern: str) -> None:
    secret.write_text(f"{pattern}\n")
    (repo / ".gitignore").symlink_to(secret)
    assert any(document.given == "repo/good.md" for document in documents_of(locate("repo")))
    (repo / ".gitignore").unlink()
    (repo / ".gitignore").write_text(f"{pattern}\n" + "#" * 30_000_000)
    assert not any(document.given == "repo/good.md" for document in documents_of(locate("repo")))
    (repo / ".gitignore").unlink()
    os.mkfifo(repo / ".gitignore")
    assert any(document.given == "repo/good.md" for document in documents_of(locate("repo")))


def test_special_files_are_refused_at_once(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "zero.md").symlink_to("/dev/zero")
    (tmp_path / "good.md").write_text(GOOD)
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind("socket.md")
        began = time.monotonic()
        result = run("extract", "pipe.md", "socket.md", "zero.md", "good.md", "--json")
    assert time.monotonic() - began < 10
    assert [line.rpartition(": ")[2] for line in result.err.splitlines()] == ["is no regular file"] * 3
    assert ids(result.out) == ["1806.07572"]


def test_a_pipe_that_takes_the_place_of_a_file_holds_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at a name and its opening, another file was put there."""
    os.mkfifo(tmp_path / "list.md")
    (tmp_path / "good.md").write_text(GOOD)
    looked = os.stat(tmp_path / "good.md")
    monkeypatch.setattr("ingest.files.os.stat", lambda *_, **__: looked)
    with pytest.raises(DocumentError, match="no regular file"):
        beginning(tmp_path / "list.md", 100)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="has no /proc")
def test_files_whose_size_is_said_to_be_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.md").symlink_to("/proc/self/status")
    assert beginning("/proc/self/status", 10) == b"Name:\tpytho"[:10]
    assert run("extract", "list.md", "--json").code == 0


def test_a_file_that_grows_while_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "list.md"
    file.write_bytes(b"a " * (LARGEST // 2 - 1000))
    stop = threading.Event()

    def grow() -> None:
        with file.open("ab") as opened:
            while not stop.is_set() and opened.tell() < 2 * LARGEST:
                opened.write(b"b " * 500_000)

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        for _ in range(5):
            assert len(beginning(file, LARGEST + 1)) <= LARGEST + 1
    finally:
        stop.set()
        thread.join()
    file.write_bytes(b"a " * LARGEST)
    with pytest.raises(DocumentError, match="larger than 64 MiB"):
        read(locate(str(file)))


INCLUDES = {
    "include.rst": "A list\n======\n\n.. include:: {secret}\n\n.. literalinclude:: {secret}\n",
    "raw.rst": ".. raw:: html\n   :file: {secret}\n\n.. raw:: html\n   :url: file://{secret}\n",
    "table.rst": ".. csv-table:: T\n   :file: {secret}\n\n.. csv-table:: U\n   :url: file://{secret}\n",
    "figure.rst": ".. figure:: {secret}\n   :figwidth: image\n\n   A caption\n",
    "include.org": "#+INCLUDE: {secret}\n#+SETUPFILE: {secret}\n\n* A heading\n[[file:{secret}]]\n",
    "input.tex": "\\section{{One}}\n\\input{{{secret}}} \\include{{{secret}}} \\verbatiminput{{{secret}}}\n",
    "page.html": "<iframe src='file://{secret}'></iframe><object data='{secret}'></object><p>Text</p>",
    "entity.html": "<!DOCTYPE html [<!ENTITY s SYSTEM 'file://{secret}'>]><p>Text &s;</p>",
    "entity.xhtml": "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY s SYSTEM 'file://{secret}'>]><html><p>Text &s;</p></html>",
    "page.md": "![x]({secret})\n\n<iframe src='file://{secret}'></iframe>\n\n--8<-- \"{secret}\"\n",
    "note.ipynb": '{{"cells": [{{"cell_type": "markdown", "source": "Text", "attachments": {{"x": {{"text/plain": "{secret}"}}}}}}]}}',
    "mail.eml": 'Content-Type: message/external-body; access-type=local-file; name="{secret}"\n\nText\n',
    "list.bib": "@article{{a, title={{A Title of Some Length}}, author={{Ann Bee}}, file={{{secret}}}, crossref={{{secret}}}}}\n",
}


@pytest.mark.parametrize("name", INCLUDES)
def test_no_format_reads_another_file(name: str, secret: Path) -> None:
    try:
        found = understand(Unread(name, name, "", INCLUDES[name].format(secret=secret).encode()))
    except DocumentError:  # there may be nothing else in it
        return
    assert isinstance(found, Understood)
    assert not [mention for mention in found.mentions if mention.arxiv_id == "2001.00001"]
    assert "A Secret" not in str(found)


@pytest.mark.parametrize(
    "target", ["../secret", "{tmp}/secret.tex", "link", "deep/link", "pipe", "deep/../../secret", "linked/secret"]
)
def test_a_draft_inputs_nothing_from_outside_its_folder(target: str, tmp_path: Path) -> None:
    folder = tmp_path / "draft"
    (folder / "deep").mkdir(parents=True)
    (tmp_path / "secret.tex").write_text("A Secret")
    (folder / "link.tex").symlink_to("../secret.tex")
    (folder / "deep" / "link.tex").symlink_to(tmp_path / "secret.tex")
    (folder / "linked").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.tex")
    content = f"\\input{{{target.format(tmp=tmp_path)}}} text".encode()
    whole = with_inputs(folder / "main.tex", content)
    assert whole is None


def test_a_bibliography_is_one(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("@article{a, title={A Secret}}")
    (tmp_path / "real.bib").write_text("@article{b, title={Known}}")
    (tmp_path / "refs.bib").symlink_to("secret")
    (tmp_path / "other.bib").symlink_to("real.bib")
    os.mkfifo(tmp_path / "pipe.bib")
    found = bibliography(tmp_path / "main.tex", "\\bibliography{refs,other,pipe}")
    assert "Known" in found
    assert "Secret" not in found


BOMBS = {
    "nested.md.gz": gzip.compress(gzip.compress(gzip.compress(b"a " * 10_000_000))),
    "nested.gz.gz": gzip.compress(gzip.compress(b"a " * 10_000_000)),
    "many.md.gz": gzip.compress(b"a " * 1_000_000) * 40,
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_packed_is_unpacked_once_and_not_without_end(name: str) -> None:
    with pytest.raises(DocumentError, match=r"not a text document|format that is not read|larger than 64 MiB"):
        understand(Unread(name, name, "", BOMBS[name]))


ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
LAUGHS = f'<?xml version="1.0"?><!DOCTYPE f [<!ENTITY l0 "ha">{ENTITIES}]><f a="&l9;">&l11;</f>'
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/passwd">]><f>&x;</f>'
REMOTE = '<?xml version="1.0"?><!DOCTYPE f SYSTEM "http://127.0.0.1:9/x.dtd"><f>&x;</f>'


@pytest.mark.parametrize(
    "text", [LAUGHS, LAUGHS.replace(' a="&l9;"', ""), EXTERNAL, REMOTE], ids=["both", "laughs", "file", "web"]
)
def test_entities_are_neither_expanded_nor_fetched(text: str) -> None:
    from lxml.etree import XMLSyntaxError

    began = time.monotonic()
    with pytest.raises((Refused, XMLSyntaxError)) as error:
        tree_of(text.encode())
    assert time.monotonic() - began < 1
    assert "root:" not in str(error.value)


@pytest.mark.parametrize("text", ["<a>" * 5000 + "</a>" * 5000, f"<a>{'x' * 11_000_000}</a>"], ids=["deep", "large"])
def test_trees_have_bounds(text: str) -> None:
    from lxml.etree import XMLSyntaxError

    with pytest.raises(XMLSyntaxError):
        tree_of(text.encode())


def test_deep_json_is_no_answer() -> None:
    answer = requests.Response()
    answer._content, answer.request = b"[" * 100_000, requests.Request("GET", "http://127.0.0.1/").prepare()
    with pytest.raises(Refused, match="no whole JSON"):
        json_of(answer)

"""Every command: what it prints, its JSON, its exit codes, its one line of error."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Result, Run
from tests.replica import Replica


@pytest.fixture
def data(made_library: Path, tmp_path: Path) -> Path:
    """A copy of the suite's library, without vectors, so that no model is needed."""
    shutil.copytree(made_library, tmp_path / "data", ignore=shutil.ignore_patterns("vectors*"))
    return tmp_path / "data"


def document(result: Result) -> Any:
    assert result.err == ""
    return json.loads(result.out)


def fails(result: Result, code: int, *words: str) -> None:
    assert result.code == code
    assert result.err.count("\n") == 1, result.err
    assert result.err.startswith("kg: ")
    for word in words:
        assert word in result.err


def test_help_names_every_command(run: Run) -> None:
    text = run("--help").out
    for command in ("ingest", "extract", "search", "related", "show", "path", "gaps", "export", "status", "serve"):
        assert f"  {command} " in text
        assert run(command, "--help").code == 0


def test_an_unknown_command_is_wrong_usage(run: Run) -> None:
    assert run("frobnicate").code == 2
    assert run("search").code == 2


def test_search_in_json(run: Run, data: Path) -> None:
    found = document(run("search", "lottery", "ticket", "--mode", "keyword", "--limit", 1, "--json"))
    assert list(found) == ["meta", "results", "facets"]
    assert list(found["meta"]) == ["count", "took_ms", "next", "notes"]
    assert list(found["results"][0]) == [
        "id",
        "title",
        "authors",
        "published",
        "categories",
        "topics",
        "score",
        "match",
        "snippet",
    ]
    assert (found["meta"]["count"], len(found["results"])) == (2, 1)


def test_search_for_people(run: Run, data: Path) -> None:
    result = run("search", '"lottery ticket" -connectivity', "--mode", "keyword")
    assert "The Lottery Ticket Hypothesis" in result.out
    assert "Jonathan Frankle, Michael Carbin · 2018" in result.out
    assert "note: year:x is no year" in run("search", "year:x", "--mode", "keyword").err
    assert "Nothing found." in run("search", "zebra", "--mode", "keyword").out


def test_related_in_json(run: Run, data: Path) -> None:
    found = document(run("related", "arXiv:1803.03635v1", "--not", "1806.07572", "--by", "lists", "--json"))
    assert found["results"][0]["id"] == "1912.05671"
    for result in found["results"]:
        assert list(result["why"][0]) == ["signal", "value", "weight", "contribution", "evidence"]
        assert result["score"] == pytest.approx(sum(reason["contribution"] for reason in result["why"]), abs=1e-6)


def test_related_for_people_and_for_drafts(
    run: Run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "both under “Awesome Wide Networks › Sparsity”" in run("related", "1803.03635").out
    (tmp_path / "draft.txt").write_text("Sparse subnetworks train alone.")
    found = document(run("related", "--text", "draft.txt", "--json"))
    assert found["results"][0]["id"] == "1803.03635"


@pytest.mark.parametrize(
    "arguments",
    [("related",), ("related", "1806.07572", "--text", "x"), ("related", "--text", "missing.txt")],
)
def test_related_needs_a_paper_or_a_draft(run: Run, data: Path, arguments: tuple[str, ...]) -> None:
    fails(run(*arguments), 2)


def test_show(run: Run, data: Path) -> None:
    shown = document(run("show", "https://arxiv.org/abs/1806.07572v2", "--json"))["result"]
    assert shown["listed_in"][0]["remark"].endswith("read this one first.")
    text = run("show", "1806.07572").out
    assert "Arthur Jacot, Franck Gabriel, Clément Hongler" in text
    assert "awesome.md:11" in text
    assert "Withdrawn." in run("show", "hep-th/9901001").out


def test_an_unknown_paper_is_named(run: Run, data: Path) -> None:
    fails(run("show", "2301.00001"), 1, "2301.00001", "kg search")
    fails(run("related", "2301.00001"), 1, "2301.00001")


def test_status(run: Run, data: Path) -> None:
    found = document(run("status", "--json"))["result"]
    assert list(found) == [
        "documents",
        "mentions",
        "papers",
        "with_abstract",
        "unresolved",
        "cited_only",
        "embedded",
        "references_known",
        "references",
        "unresolved_works",
        "paused",
        "index",
        "graph",
        "model",
        "last_run",
    ]
    assert (found["documents"], found["mentions"], found["papers"], found["graph"]) == (2, 8, 8, "fresh")
    assert found["last_run"]["requests"] == 3
    assert found["references"] == {"known": 0, "none known": 7, "withheld": 0, "not asked": 1}
    assert [work["id"] for work in found["unresolved_works"]] == ["2001.99999"]
    assert "with abstract      6" in run("status").out


def test_commands_on_an_empty_folder_say_what_to_do(run: Run, tmp_path: Path) -> None:
    assert "kg ingest SOURCE" in run("status").out
    assert "kg ingest SOURCE" in run("search", "x", "--mode", "keyword").out
    assert not (tmp_path / "data").exists()


def test_export(run: Run, data: Path) -> None:
    everything = run("export").out
    assert everything.count("@misc") + everything.count("@article") == 8
    assert run("export", "author:frankle", "--format", "bibtex").out.count("eprint") == 2
    lines = run("export", "year:2019", "--format", "jsonl").out.splitlines()
    assert {json.loads(line)["id"] for line in lines} == {"1912.05671", "1905.10337"}
    assert run("export", "--format", "docx").code == 2


def test_extract_stores_nothing(run: Run, lists: Path, tmp_path: Path) -> None:
    found = document(run("extract", "lists", "--json"))["mentions"]
    assert len(found) == 8
    assert found[0]["document"] == "lists/awesome.md"
    text = run("extract", "lists/awesome.md").out
    assert "1806.07572" in text
    assert "4 citations" in text
    assert not (tmp_path / "data").exists()


def test_extract_names_what_it_cannot_read(run: Run, lists: Path) -> None:
    (lists / "bad.md").write_bytes(b"\0")
    fails(run("extract", "missing.md"), 1, "missing.md")
    fails(run("extract", "lists/bad.md"), 1, "bad.md", "binary")
    result = run("extract", "lists", "--json")
    assert result.code == 3
    assert len(json.loads(result.out)["mentions"]) == 8


@pytest.mark.slow
def test_ingest_and_ask_with_the_real_model(run: Run, lists: Path, replica: Replica) -> None:
    result = run("ingest", "lists", "--json")
    found = document(result)["result"]
    assert (found["documents_read"], found["fetched"], found["embedded"], found["requests"]) == (2, 5, 7, 3)
    assert found["unknown_to_arxiv"] == ["2001.99999"]
    assert document(run("status", "--json"))["result"]["embedded"] == 7
    answer = document(
        run(
            "search",
            "pruned small networks that learn as well as the big one",
            "--mode",
            "semantic",
            "--json",
        )
    )
    assert answer["results"][0]["id"] == "1803.03635"
    related = document(run("related", "1803.03635", "--by", "text", "--json"))
    assert related["results"][0]["id"] == "1912.05671"
    again = run("ingest")
    assert "0 documents read, 2 unchanged; 0 requests." in again.out


def test_ingest_tells_people_what_it_did(run: Run, lists: Path, replica: Replica) -> None:
    result = run("ingest", "lists", "--encoder", "none")
    assert result.code == 0
    assert "2 documents read" in result.out
    assert "holds 8 papers from 2 documents: 6 with abstract" in result.out
    assert "arXiv does not know 2001.99999." in result.out


def test_ingest_without_a_network_keeps_what_it_has(run: Run, lists: Path) -> None:
    result = run("ingest", "lists", "--encoder", "none")
    fails(result, 3, "arXiv, arXiv's OAI-PMH and Semantic Scholar cannot be reached", "6 papers and 2 titles wait")
    assert json.loads(run("status", "--json").out)["result"]["papers"] == 8


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: None, ("no such file",)),
        (lambda p: p.write_text(""), ("is empty",)),
        (lambda p: p.write_bytes(b"\x7fELF\0\0"), ("binary",)),
        (lambda p: p.mkdir(), ("no document",)),
    ],
)
def test_ingest_of_what_cannot_be_read(run: Run, tmp_path: Path, make: Any, words: tuple[str, ...]) -> None:
    make(tmp_path / "source.md")
    fails(run("ingest", "source.md", "--offline"), 1, "source.md", *words)


def test_ingest_of_some_that_can(run: Run, lists: Path) -> None:
    (lists / "empty.md").write_text("")
    result = run("ingest", "lists", "--offline", "--encoder", "none")
    fails(result, 3, "lists/empty.md", "empty")
    assert "2 documents read" in result.out


def test_nothing_to_ingest(run: Run) -> None:
    fails(run("ingest"), 2, "kg ingest my-list.md")


@pytest.mark.parametrize("option", ["--snapshot", "--citations", "--facts"])
def test_bulk_files_that_are_not_there(run: Run, lists: Path, option: str) -> None:
    fails(run("ingest", "lists", "--offline", "--encoder", "none", option, "missing.file"), 1, "missing.file")


def test_a_folder_that_cannot_be_written(run: Run, lists: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    fails(run("ingest", "lists", "--data", "file/data"), 1, "file/data", "--data")


def test_a_database_that_is_none(run: Run, data: Path) -> None:
    (data / "kg.db").write_bytes(b"no database at all" * 99)
    for suffix in ("-wal", "-shm"):
        Path(f"{data / 'kg.db'}{suffix}").unlink(missing_ok=True)
    fails(run("status"), 1, "kg.db")


@pytest.mark.parametrize("setting", ["KG_ARXIV_DELAY", "KG_DEVICE", "KG_ARXIV_URL"])
def test_a_bad_setting_is_wrong_usage(run: Run, monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv(setting, "nonsense")
    fails(run("status"), 2, setting)


@pytest.mark.slow
def test_a_model_that_is_none(run: Run, lists: Path) -> None:
    fails(run("ingest", "lists", "--offline", "--model", "no/such-model"), 2, "no/such-model")


def test_an_address_that_others_reach_needs_a_word(run: Run, data: Path) -> None:
    fails(run("serve", "--host", "0.0.0.0"), 2, "--token", "--public-read")


def test_a_port_in_use_is_named(run: Run, data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        fails(run("serve", "--port", port), 1, str(port), "--port")


def test_serve_prints_its_address_and_answers(data: Path) -> None:
    command = [sys.executable, "-m", "kg", "serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        try:
            with urllib.request.urlopen(f"{address}healthz") as answer:
                assert json.load(answer) == {"status": "ok"}
        finally:
            process.terminate()


def test_a_reader_that_stops_reading_is_no_error(data: Path) -> None:
    command = f"{sys.executable} -m kg export --data {data} | (exec 0<&-; sleep 3)"  # gone before the first byte comes
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert done.stderr == ""


@pytest.mark.parametrize("arguments", [("--help",), ("status",), ("search", "--mode", "keyword", "lottery")])
def test_light_commands_never_load_the_heavy_libraries(data: Path, arguments: tuple[str, ...]) -> None:
    program = (
        "import sys\nfrom kg.cli import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'sentence_transformers', 'faiss', 'networkx', 'transformers', 'flask', 'arxiv'} & set(sys.modules)\n"
        "print('heavy:', sorted(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "KG_DATA": str(data)},
        cwd=Path(__file__).parents[1],
    )
    assert done.stdout.splitlines()[-1] == "heavy: []", done.stdout + done.stderr


def test_two_ingests_queue(lists: Path, tmp_path: Path, replica: Replica) -> None:
    from filelock import FileLock

    (tmp_path / "data").mkdir()
    command = [
        sys.executable,
        "-m",
        "kg",
        "ingest",
        str(lists),
        "--encoder",
        "none",
        "--data",
        str(tmp_path / "data"),
    ]
    with FileLock(tmp_path / "data" / "ingest.lock"):
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]
        )
        assert process.stderr is not None
        assert "waiting" in process.stderr.readline()
        time.sleep(0.1)
        assert process.poll() is None
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "2 documents read" in out


def test_works_that_are_only_cited_are_shown_when_asked_for(run: Run, data: Path, tmp_path: Path) -> None:
    (tmp_path / "e.tsv").write_text("citing\tcited\n1912.05671\t1706.00001\n")
    assert run("ingest", "--offline", "--encoder", "none", "--citations", "e.tsv").code == 0
    assert "id:1706" not in run("search", "id:1706.00001").out
    assert "1706.00001" in run("search", "id:1706.00001", "--all").out
    assert run("export").out.count("@") == 8
    assert run("export", "--all").out.count("@") == 9


def test_a_damaged_page_is_one_line(run: Run, data: Path) -> None:
    file = data / "kg.db"
    content = bytearray(file.read_bytes())
    content[4096 * 3 :] = b"\xff" * (len(content) - 4096 * 3)
    file.write_bytes(content)
    for name in ("kg.db-wal", "kg.db-shm"):
        (data / name).unlink(missing_ok=True)
    fails(run("status"), 1)


def test_export_is_not_cut_at_a_page(run: Run, tmp_path: Path) -> None:
    rows = [{"id": f"1901.{n:05}", "title": f"Wide networks, part {n}", "authors": "Ann Bee"} for n in range(1, 301)]
    (tmp_path / "s.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert run("ingest", "--snapshot", "s.jsonl", "--encoder", "none").code == 0
    assert run("export", "wide").out.count("@misc") == 300
    assert json.loads(run("search", "wide", "--mode", "keyword", "--json").out)["meta"]["count"] == 300

"""The processes that read documents: they may be killed, run out of anything, or lie, and only one document is lost."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import ingest.reading
from benchmarks.reading import reading_list
from ingest.limits import guarded, seconds_for
from ingest.reading import extract
from ingest.worker import Understood, Unread
from ingest.workers import Worker, Workers, ended, started
from kg.drafts import read_draft
from kg.errors import DocumentError, UsageError
from tests.conftest import Run
from tests.taken_over import ANSWERS

GOOD = "- [The Kernel View of Wide Networks](https://arxiv.org/abs/1806.07572)\n"
LONG = reading_list(500_000, seed=1) * 20  # 10 million characters: takes some seconds
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")


@pytest.fixture
def worker() -> Iterator[Worker[Understood]]:
    made = Worker("ingest.worker", Understood)
    yield made
    made.close()


def ask(worker: Worker[Understood], text: str, name: str = "list.md", seconds: float = 60.0) -> Understood:
    return worker.ask(Unread(name, name, "", text.encode()), 0, seconds)


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def gone(pid: int, seconds: float = 10.0) -> bool:
    """Whether a process is gone within some seconds."""
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(pid)


def test_a_worker_is_kept_for_the_next_document(worker: Worker[Understood]) -> None:
    first = ask(worker, GOOD)
    pid = worker.pid
    assert ask(worker, GOOD) == first
    assert worker.pid == pid
    assert first.mentions[0].arxiv_id == "1806.07572"


def test_what_a_reader_refuses_is_said_and_the_worker_goes_on(worker: Worker[Understood]) -> None:
    ask(worker, GOOD)
    pid = worker.pid
    with pytest.raises(DocumentError, match="no Jupyter notebook"):
        ask(worker, "{}", "a.ipynb")
    assert worker.pid == pid


def test_an_error_that_nobody_foresaw_is_about_the_document() -> None:
    with pytest.raises(DocumentError, match=r"damaged .*KeyError: 'x'"), guarded():
        raise KeyError("x")


def test_a_document_that_takes_too_long_is_given_up(worker: Worker[Understood]) -> None:
    ask(worker, GOOD)
    pid, began = worker.pid, time.monotonic()
    with pytest.raises(DocumentError, match="takes more than 1 s to read: is it what its name says"):
        ask(worker, LONG, seconds=1.0)
    assert time.monotonic() - began < 4
    assert ask(worker, GOOD).mentions
    assert worker.pid not in {None, pid}


def test_the_time_grows_with_the_document() -> None:
    assert (seconds_for(0), seconds_for(10 * 2**20)) == (60, 100)


@pytest.mark.slow
def test_a_command_tells_what_takes_too_long_and_reads_the_others(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.limits._SECONDS", 1.0)
    monkeypatch.setattr("ingest.limits._SECONDS_PER_MEGABYTE", 0.0)
    (tmp_path / "long.md").write_text(LONG)
    (tmp_path / "good.md").write_text(GOOD)
    result = run("extract", "long.md", "good.md", "--json")
    assert result.code == 3
    assert result.err == "kg: long.md: takes more than 1 s to read: is it what its name says?\n"
    assert len(json.loads(result.out)["mentions"]) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its address space")
def test_a_document_that_needs_too_much_memory_is_given_up() -> None:
    """A page of half a million elements takes some 250 MB; less is allowed here."""
    worker = Worker("ingest.worker", Understood, memory=150 * 2**20)
    ask(worker, GOOD)
    pid = worker.pid
    with pytest.raises(DocumentError, match="needs more memory than there is"):
        ask(worker, "<p>x</p>" * 500_000, "page.html")
    assert ask(worker, GOOD).mentions
    assert worker.pid not in {None, pid}
    worker.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGXCPU])
def test_a_document_that_ends_its_process_is_told(worker: Worker[Understood], number: signal.Signals) -> None:
    def kill() -> None:
        while worker.pid is None:
            time.sleep(0.02)
        time.sleep(0.5)
        os.kill(worker.pid, number)

    threading.Thread(target=kill).start()
    words = "takes more than" if number == signal.SIGXCPU else rf"ends the process that reads it \({number.name}\)"
    with pytest.raises(DocumentError, match=words):
        ask(worker, LONG)
    assert ask(worker, GOOD).mentions


def test_a_document_is_not_blamed_for_a_process_that_was_old(worker: Worker[Understood]) -> None:
    ask(worker, GOOD)
    pid = worker.pid
    assert pid is not None
    threading.Timer(0.2, os.kill, (pid, signal.SIGKILL)).start()
    assert len(ask(worker, LONG[:6_000_000]).mentions) > 1000
    assert worker.pid != pid


def test_a_process_that_is_killed_between_two_documents_is_replaced(worker: Worker[Understood]) -> None:
    ask(worker, GOOD)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    assert ask(worker, GOOD).mentions


def test_a_worker_that_does_not_start_is_told() -> None:
    worker = Worker("ingest.nowhere", Understood)
    with pytest.raises(DocumentError, match="does not start"):
        ask(worker, GOOD)
    assert worker.pid is None


@needs_proc
def test_what_a_worker_may_do(worker: Worker[Understood], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_S2_KEY", "sesame")
    monkeypatch.setenv("KG_TOKEN", "sesame")
    ask(worker, GOOD)
    limits = Path(f"/proc/{worker.pid}/limits").read_text()
    soft = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()[1:]}
    assert soft["Max address space"] == str(3 * 2**30)
    assert (soft["Max file size"], soft["Max core file size"], soft["Max processes"]) == ("0", "0", "0")
    assert int(soft["Max open files"]) == 32
    assert int(soft["Max cpu time"]) < 100
    environment = Path(f"/proc/{worker.pid}/environ").read_bytes()
    assert b"sesame" not in environment
    assert b"HOME=" not in environment
    opened = {os.readlink(f"/proc/{worker.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{worker.pid}/fd")}
    assert not [name for name in opened if not name.startswith(("/dev/null", "pipe:"))]


def test_nothing_is_imported_from_the_folder_of_the_documents(run: Run, tmp_path: Path) -> None:
    for name in ("msgspec", "lxml", "json", "ingest", "pyromark"):
        (tmp_path / f"{name}.py").write_text("open('imported', 'w').close()\nraise SystemExit")
    (tmp_path / "good.md").write_text(GOOD)
    worker = Worker("ingest.worker", Understood)
    assert ask(worker, GOOD).mentions
    worker.close()
    assert run("extract", "good.md").code == 0
    assert not (tmp_path / "imported").exists()


PROBE = "import json, sys\nsys.stdout.write(json.dumps(sys.path))\nsys.stdout.flush()\n"


def path_of_a_process() -> list[str]:
    """What a process of ours imports from, as `probe` writes it."""
    process = started("probe")
    assert process.stdout is not None
    told = process.stdout.read()
    ended(process)
    return list(json.loads(told))


@pytest.mark.parametrize("empty", ["", ".", "near", "./near"])
def test_of_the_users_path_only_whole_addresses_are_imported_from(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far, near = tmp_path / "far", tmp_path / "near"
    for folder in (far, near):
        folder.mkdir()
        (folder / "probe.py").write_text(PROBE)
    for folder in (near, tmp_path):
        (folder / "json.py").write_text("open('imported', 'w').close()\nraise SystemExit")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([empty, str(far), empty]))
    path = path_of_a_process()
    assert str(far) in path
    assert not {"", ".", "near", "./near", str(near), str(tmp_path)} & set(path)
    assert not (tmp_path / "imported").exists()


@pytest.mark.parametrize("name", ["site-packages", "dist-packages"])
def test_what_is_installed_beside_kg_comes_after_pythons_own(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("far", name):
        (tmp_path / folder).mkdir()
    (tmp_path / "far" / "probe.py").write_text(PROBE)
    (tmp_path / name / "json.py").write_text("raise SystemExit")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "far"))
    monkeypatch.setattr("ingest.workers._ROOT", tmp_path / name)
    assert str(tmp_path / name) not in path_of_a_process()


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_worker_that_lies_is_not_believed(answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a parser that was taken over answers is a document that cannot be read, and is never run."""
    workers = Workers("tests.taken_over", Understood)
    monkeypatch.setattr(ingest.reading, "_WORKERS", workers)
    (tmp_path / "list.md").write_text(GOOD)
    monkeypatch.setattr(ingest.reading, "Unread", lambda given, _, *rest: Unread(given, answer, *rest))
    mentions, (problem,), read = extract(["list.md"])
    workers.close()
    assert (mentions, read) == ([], 0)
    assert problem.startswith("list.md: ")
    assert not list(tmp_path.glob("unpickled"))


PARENT = """
import sys
from ingest.worker import Understood, Unread
from ingest.workers import Worker
worker = Worker("ingest.worker", Understood)
worker.ask(Unread("a.md", "a.md", "", b"- a"), 0, 60)
print(worker.pid, flush=True)
text = sys.stdin.buffer.read()
worker.ask(Unread("a.md", "a.md", "", text), 0, 60) if text else sys.stdin.buffer.read()
print("read", flush=True)
"""


@needs_proc
@pytest.mark.parametrize("text", [LONG.encode(), b""], ids=["busy", "idle"])
def test_a_worker_ends_with_the_process_that_asks(text: bytes) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdin is not None
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.stdin.write(text)
    if text:
        parent.stdin.close()
        time.sleep(0.5)
    assert alive(pid)
    parent.kill()
    parent.communicate() if not text else parent.wait()
    parent.stdout.close()
    assert gone(pid, 5)


@needs_proc
@pytest.mark.slow
def test_ctrl_c_ends_both_at_once(tmp_path: Path) -> None:
    (tmp_path / "long.md").write_text(LONG)
    command = [sys.executable, "-m", "kg", "extract", "long.md"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, env=dict(os.environ)
    )
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    end = time.monotonic() + 20
    while not (found := children.read_text().split()) and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(0.2)  # so that it is reading
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of the group
    out, err = process.communicate(timeout=10)
    assert time.monotonic() - began < 3
    assert process.returncode != 0
    assert (out, b"Traceback" in err) == (b"", False)
    assert [gone(int(pid)) for pid in found] == [True]


def test_drafts_are_read_one_beside_another_and_none_holds_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that takes too long is refused, also where it is one of several at a time; the next ones are read."""
    monkeypatch.setattr("kg.drafts._SECONDS", 0.6)
    # LaTeX takes some seconds for so many commands.
    slow = "\\section{One}\n" + "\\emph{a} \\citep{b} " * 20_000
    refused: list[str] = []

    def read() -> None:
        with pytest.raises(UsageError) as error:
            read_draft(slow)
        refused.append(str(error.value))

    threads = [threading.Thread(target=read) for _ in range(3)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert time.monotonic() - began < 10
    assert len(refused) == 3
    assert all("takes more than 1 s to read" in line for line in refused)
    assert read_draft("Wide networks are kernels.").passages


def test_when_all_workers_are_busy_the_next_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    workers = Workers("ingest.worker", Understood, most=1, patience=0.1)
    question = Unread("a.md", "a.md", "", LONG[:1_500_000].encode())
    thread = threading.Thread(target=lambda: workers.ask(question, 0))
    thread.start()
    time.sleep(0.2)
    with pytest.raises(DocumentError, match="try again later"):
        workers.ask(Unread("b.md", "b.md", "", GOOD.encode()), 0)
    thread.join()
    workers.close()


@pytest.mark.parametrize("start", ["%PDF-1.7\n", "\x1f\x8b", "  %PDF-1.4 % and a comment\n", "\x1f\u008b\x08"])
def test_a_text_is_never_unpacked_nor_taken_for_a_pdf(start: str) -> None:
    draft = read_draft(f"{start} Wide networks behave like kernels when they are trained.")
    assert any("behave like kernels" in sentence.text for sentence in draft.sentences)

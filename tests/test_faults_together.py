"""Several processes at once: who writes takes turns, whoever is killed blocks nobody, and a server answers throughout.

`KG_FAULTS=500` kills the server as often, and makes as many of its reads fail; `KG_FAULTS_SEED` chooses others.
"""

from __future__ import annotations

import errno
import json
import signal
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.faults.nursery import Child
from tests.faults.scenes import World, content, is_sound
from tests.faults.shim import CHANGES, READS, Action, Fault, Kind
from tests.faults.worlds import SEED, some, tally

pytestmark = pytest.mark.slow
WAITING = "another kg is writing"
ADDRESSES = (
    "/search.json?q=wide+networks",
    "/search.json?q=lottery&mode=keyword",
    "/api/v1/papers/1806.07572",
    "/api/v1/papers/1806.07572/related",
    "/api/v1/gaps",
    "/graph.json",
    "/",
)


def frozen(world: World, part: str, *args: object, kinds: Kind = CHANGES | READS) -> Child:
    """A child that is stopped at its first operation on a file whose path contains that part."""
    fault = Fault(Action.STOP, 1, kinds, part=part)
    child = world.nursery.start("kg", *args, "--data", world.data, fault=fault)
    child.stopped()
    return child


def test_ingests_queue_and_one_that_is_killed_while_it_waits_harms_nobody(world: World) -> None:
    scene = world.scenes()[0]
    world.undisturbed(scene)
    world.empty()
    first = frozen(world, "/kg.db", *scene.command[:2])
    others = [world.nursery.start("kg", *scene.command) for _ in range(2)]
    for other in others:
        other.says(WAITING)
    others[1].kill()
    assert others[1].ended().killed
    first.kill(signal.SIGCONT)
    for child in (first, others[0]):
        ended = child.ended()
        assert ended.code in (0, 3), ended
    world.is_right(scene, "after two ingests at once")


@pytest.mark.parametrize("command", [("ingest", "--offline"), ("doctor",)], ids=["ingest", "doctor"])
def test_a_turn_ends_with_its_process(world: World, command: tuple[str, ...]) -> None:
    """Killed while it holds the turn, it leaves a lock file; who waits goes on at once, and who comes later too."""
    world.whole()
    killed = frozen(world, "/kg.db", *command)
    waiting = world.nursery.start("kg", "doctor", "--data", world.data)
    waiting.says(WAITING)
    killed.kill()
    assert killed.ended().killed
    assert waiting.ended().code == 0
    later = world.nursery.kg("ingest", "--offline", "--data", world.data)
    assert (later.code, WAITING in later.err) == (0, False)


def test_the_doctor_leaves_a_copy_alone_that_is_being_made(world: World) -> None:
    world.whole()
    copying = frozen(world, "/backups/.", "backup", kinds=Kind.WRITE)
    assert list((world.data / "backups").glob(".*.tmp*"))
    examined = world.nursery.kg("doctor", "--data", world.data)
    assert (examined.code, examined.out) == (0, "All is well.\n")
    copying.kill(signal.SIGCONT)
    assert copying.ended().code == 0
    (copy,) = (world.data / "backups").iterdir()
    assert content(copy, True) == content(world.kept / "kg.db", True)


def test_all_at_once(world: World, tmp_path: Path) -> None:
    """Ingest, copies, doctor and a server on one library: all end well, no answer fails, each copy is whole."""
    scene = world.scenes()[0]
    world.undisturbed(scene)
    world.whole()
    server = world.nursery.start("serve", world.data)
    address = server.out()
    (world.home / "lists" / "more.md").write_text("- [Deep and wide](https://arxiv.org/abs/1905.10337), again\n")
    try:
        tasks = [
            ("ingest", world.home / "lists"),
            ("backup", tmp_path / "1.db"),
            ("doctor",),
            ("backup", tmp_path / "2.db"),
        ]
        children = [world.nursery.start("kg", *task, "--data", world.data) for task in tasks]
        while any(child.state() != "Z" for child in children):
            assert [code for code, _ in map(lambda path: asked(address + path), ADDRESSES)] == [200] * len(ADDRESSES)
        for child in children:
            ended = child.ended()
            assert ended.code in (0, 3), ended
            assert "Traceback" not in ended.err
    finally:
        (world.home / "lists" / "more.md").unlink()
        server.kill(signal.SIGINT)
    assert server.ended().code == 0
    world.right("ingest", world.home / "lists", "--data", world.data)
    for copy in tmp_path.glob("*.db"):
        is_sound(copy)
        assert content(copy, True)["papers"], "a copy of before or after"
    is_sound(world.data / "kg.db")


def asked(url: str) -> tuple[int, Any]:
    """Status and answer, less the time that it took; 0 where the server is gone."""
    try:
        with urllib.request.urlopen(url, timeout=30) as reply:
            return reply.status, _timeless(reply.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, None


def _timeless(body: bytes) -> Any:
    try:
        answer = json.loads(body)
    except ValueError:
        return None  # a page
    if "meta" in answer:
        answer["meta"]["took_ms"] = 0
    return _rounded(answer)


def _rounded(value: Any) -> Any:
    """Without what FTS5 tells otherwise than the postings made of it: the last digits, and which words were shared."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, str) and value.startswith("shares words"):
        return value.partition(":")[0]
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return {key: _rounded(part) for key, part in value.items()} if isinstance(value, dict) else value


def served(world: World, fault: Fault, rounds: int = 2) -> tuple[list[tuple[int, Any]], Child]:
    """Serve the library with a fault, ask all, and end the server."""
    server = world.nursery.start("serve", world.data, fault=fault)
    try:
        address = server.out().rstrip("/")
        return [asked(address + path) for _ in range(rounds) for path in ADDRESSES], server
    except TimeoutError:
        return [], server  # it was killed before it had an address
    finally:
        with suppress(ProcessLookupError):
            server.kill(signal.SIGINT)


def test_a_server_that_is_killed_leaves_the_library_as_it_was(world: World) -> None:
    world.whole()
    before = content(world.data / "kg.db", True)
    right, server = served(world, Fault())
    assert {code for code, _ in right} == {200}
    moments = server.ended().moments(READS)
    for number, draw in some("serve", 4):
        fault = Fault(Action.KILL, draw.randint(1, moments), READS)
        found, server = served(world, fault)
        ended, where = server.ended(), f"seed {SEED}, server {number}: {fault}"
        assert all(answer in ((0, None), wanted) for answer, wanted in zip(found, right, strict=False)), where
        assert content(world.data / "kg.db", True) == before, where
        is_sound(world.data / "kg.db")
        tally("killed", "serve", ended.killed)
    assert served(world, Fault())[0] == right


def test_what_could_not_be_read_once_is_read_again(world: World) -> None:
    world.whole()
    path = ADDRESSES[3]
    right, server = served(world, Fault())
    server.ended()
    server = world.nursery.start("serve", world.data, fault=Fault(Action.FAIL, 1, READS, part="/index/graph-"))
    address, end = server.out().rstrip("/"), time.monotonic() + 30
    try:
        assert "no graph" in str(asked(address + path)[1]["meta"]["notes"])
        while asked(address + path) != right[3]:
            assert time.monotonic() < end
            time.sleep(0.2)
    finally:
        server.kill(signal.SIGINT)
    assert server.ended().code == 0


def test_what_a_server_cannot_read_it_does_not_answer_wrongly(world: World) -> None:
    """Each answer is the right one, or one less what cannot be read, which a note says, or an error without a trace."""
    world.whole()
    right, server = served(world, Fault())
    moments = server.ended().moments(READS)
    for number, draw in some("serve reads", 4):
        fault = Fault(draw.choice((Action.FAIL, Action.FAIL_ON)), draw.randint(1, moments), READS, errno.EIO)
        found, server = served(world, fault)
        ended, where = server.ended(), f"seed {SEED}, reads {number}: {fault}"
        for path, (code, answer), (_, wanted) in zip(ADDRESSES * 2, found, right, strict=True):
            assert code in (200, 404, 503), f"{where}: {path} {code} {answer}"
            assert "Traceback" not in str(answer), f"{where}: {path} {answer}"
            if code == 200 and answer != wanted:
                assert answer["meta"]["notes"] != wanted["meta"]["notes"], f"{where}: {path} {answer}"
        assert "Traceback" not in ended.err, f"{where}: {ended.err}"
        tally("EIO", "serve", bool(ended.hit))

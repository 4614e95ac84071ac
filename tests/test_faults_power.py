"""After a power cut at any moment, nothing that was acknowledged is lost, and no answer is wrong.

All that a process does to its files is recorded, and disks are built as a cut may leave them (`tests.faults.disks`).
By default some tens of disks. `KG_FAULTS=500` makes as many of each kind and counts them,
`KG_FAULTS_SECONDS` ends each test sooner, `KG_FAULTS_SEED` makes others; a failure names the seed and the point.
"""

from __future__ import annotations

import random
import shutil
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from kg.store import Store
from tests.faults.disks import Disk, Event, Rest, events
from tests.faults.nursery import Ended
from tests.faults.scenes import Scene, World, acknowledged, content, is_sound
from tests.faults.shim import Action, Fault, Kind
from tests.faults.worlds import MOST, SEED, some, tally

pytestmark = pytest.mark.slow
WRITER = 40  # rows
SCENES = ("ingest", "index", "migration", "backup", "restore", "doctor") if MOST else ("index", "backup")


def cuts(what: str, default: int, history: list[Event]) -> list[tuple[int, Rest, random.Random]]:
    """Moments at which the power is cut, in order, with what becomes of that which was not fsynced."""
    draws = [draw for _, draw in some(what, default)]
    found = [(draw.randint(1, len(history)), draw.choice(list(Rest)), draw) for draw in draws]
    return sorted(found, key=lambda cut: cut[0])


def recorded(world: World, tmp_path: Path, *task: object) -> tuple[Disk, list[Event]]:
    """Do a task undisturbed: the disk before it, and all that it did."""
    disk, log = Disk(world.home), tmp_path / "log"
    ended = world.nursery.run(*task, fault=Fault(log=str(log)))  # type: ignore[arg-type]
    assert ended.code in (0, 3), ended
    return disk, events(log)


def put_in_place(world: World, disk: Disk, rest: Rest, draw: random.Random, built: Path) -> None:
    """Make the library what the cut left of it."""
    disk.left(built, rest, draw)
    world.empty()
    if (built / "data").is_dir():
        (built / "data").rename(world.data)


def failing(world: World, tmp_path: Path, fault: Fault, *task: object) -> tuple[Disk, Ended]:
    """Do a task while an fsync fails: what is sure to be on the disk at its end, and how it ended."""
    disk, log = Disk(world.home), tmp_path / "log"
    log.unlink(missing_ok=True)
    ended = world.nursery.run(*task, fault=replace(fault, log=str(log)))  # type: ignore[arg-type]
    for event in events(log):
        disk.apply(event)
    return disk, ended


def test_an_fsync_that_failed_is_not_taken_for_success(world: World, tmp_path: Path) -> None:
    """What a writer has acknowledged is there even if all is lost that an fsync failed on, then or later."""
    world.whole()
    syncs = world.nursery.run("write", world.data, WRITER, 2).moments(Kind.SYNC)
    for number, draw in some("failed fsync", 6):
        world.whole()
        fault = Fault(draw.choice((Action.FAIL, Action.FAIL_ON)), draw.randint(1, syncs), Kind.SYNC)
        disk, ended = failing(world, tmp_path, fault, "write", world.data, WRITER, 2)
        put_in_place(world, disk, Rest.LOST, draw, tmp_path / "built")
        where = f"seed {SEED}, failed fsync {number}: {fault}, {ended.hit}"
        assert acknowledged(world.data / "kg.db") > disk.acknowledged, where
        is_sound(world.data / "kg.db")
        tally("failed fsync", "writer", bool(ended.hit))


def test_a_command_that_ends_well_has_lost_nothing_to_a_failed_fsync(world: World, tmp_path: Path) -> None:
    scenes = world.scenes()
    for number, draw in some("failed fsync of a command", 1):
        scene = scenes[(number + 3) % len(scenes)]
        fault = Fault(Action.FAIL, draw.randint(1, world.moments(scene, Kind.SYNC)), Kind.SYNC)
        scene.prepare()
        disk, ended = failing(world, tmp_path, fault, "kg", *scene.command)
        where = f"seed {SEED}, failed fsync {number}: {scene.name}, {fault}, {ended.hit}"
        put_in_place(world, disk, Rest.LOST, draw, tmp_path / "built")
        if ended.code == 0:
            world.is_right(scene, where)
        else:
            world.looked_at()
            world.recovered(scene, where)
        tally("failed fsync", scene.name, bool(ended.hit))


def test_no_acknowledged_row_is_lost(world: World, tmp_path: Path) -> None:
    world.whole()
    disk, history = recorded(world, tmp_path, "write", world.data, WRITER, 2)
    before, done = content(world.kept / "kg.db", True), 0
    for at, rest, draw in cuts("cut writer", 30, history):
        for event in history[done:at]:
            disk.apply(event)
        done = at
        put_in_place(world, disk, rest, draw, tmp_path / "built")
        where = f"seed {SEED}: cut after {at} of {len(history)} operations, {rest.value}"
        with Store(world.data / "kg.db") as store:
            assert store.checks.damage() == [], where
        assert acknowledged(world.data / "kg.db") > disk.acknowledged, where
        assert content(world.data / "kg.db", True) == before, where
        tally("power cut", "writer", True)


def test_the_recorder_would_notice_a_commit_that_is_not_on_the_disk(world: World, tmp_path: Path) -> None:
    """The test of the test: without the fsyncs of a writer, its rows are lost."""
    world.whole()
    disk, history = recorded(world, tmp_path, "write", world.data, WRITER, 2)
    for event in history:
        if event.kind != "F":
            disk.apply(event)
    put_in_place(world, disk, Rest.LOST, random.Random(SEED), tmp_path / "built")
    assert disk.acknowledged >= WRITER - 1
    assert acknowledged(world.data / "kg.db") == 0


@pytest.mark.parametrize("name", SCENES)
def test_the_next_run_leads_to_the_same(world: World, tmp_path: Path, name: str) -> None:
    (scene,) = (scene for scene in world.scenes() if scene.name == name)
    world.undisturbed(scene)
    scene.prepare()
    disk, history = recorded(world, tmp_path, "kg", *scene.command)
    done = 0
    for at, rest, draw in cuts(f"cut {scene.name}", 1, history):
        for event in history[done:at]:
            disk.apply(event)
        done = at
        put_in_place(world, disk, rest, draw, tmp_path / "built")
        where = f"seed {SEED}: {scene.name}, cut after {at} of {len(history)} operations, {rest.value}"
        world.looked_at()
        world.recovered(scene, where)
        tally("power cut", scene.name, True)
    for event in history[done:]:
        disk.apply(event)
    acknowledged_is_there(world, scene, disk, tmp_path / "built")


def acknowledged_is_there(world: World, scene: Scene, disk: Disk, built: Path) -> None:
    """After a command has ended well, its work is on the disk: nothing need be recovered."""
    put_in_place(world, disk, Rest.LOST, random.Random(SEED), built)
    where = f"{scene.name}: cut at the end"
    world.is_right(scene, where)
    copies = list((world.data / "backups").glob("*.db"))
    assert len(copies) == (scene.name in ("backup", "restore")), where


def test_files_copied_while_they_are_written(world: World, tmp_path: Path) -> None:
    """A process is stopped anywhere (SIGSTOP), and its files are copied one by one."""
    before = content(world.kept / "kg.db", True)
    for number, draw in some("copied", 5):
        world.whole()
        child = world.nursery.start("write", world.data, 100_000, number)
        child.out()
        time.sleep(draw.uniform(0, 0.2))
        child.kill(signal.SIGSTOP)
        child.stopped()
        said = len((child.folder / "out").read_text(encoding="utf-8").splitlines())
        shutil.rmtree(tmp_path / "copy", ignore_errors=True)
        shutil.copytree(world.data, tmp_path / "copy")
        child.kill()
        assert child.ended().killed
        assert acknowledged(tmp_path / "copy" / "kg.db") >= said, f"seed {SEED}, copy {number}"
        is_sound(tmp_path / "copy" / "kg.db")
        assert content(tmp_path / "copy" / "kg.db", True) == before, f"seed {SEED}, copy {number}"
        tally("copied", "writer", True)

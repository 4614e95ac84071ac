"""With a failing disk or a full one: one line, nothing lost, nothing wrong, and once it is mended the same library.

By default some of each. `KG_FAULTS=500` makes as many of each kind and counts them,
`KG_FAULTS_SECONDS` ends each test sooner, `KG_FAULTS_SEED` makes others; a failure names the seed and the point.
"""

from __future__ import annotations

import errno
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.nursery import ROOT, Ended
from tests.faults.scenes import Scene, World, answers, content
from tests.faults.shim import CHANGES, READS, Action, Fault, Kind
from tests.faults.worlds import SEED, some, tally

pytestmark = pytest.mark.slow
Mounted = Callable[..., Path]


def told(scene: Scene, ended: Ended, where: str) -> None:
    """Assert that a command has ended by itself, and has said in one line what is wrong if it has not done its work."""
    assert "Traceback" not in ended.err, f"{where}: {ended.err}"
    assert ended.code in (0, 1, 2, 3), f"{where}: {ended}"
    lines = [line for line in ended.err.splitlines() if line.startswith("kg: ")]
    if ended.code == 1 and scene.command[0] == "doctor" and not lines:
        assert "found, " in ended.out, f"{where}: {ended}"  # it tells what is still wrong as its answer
    elif ended.code in (1, 2):
        assert len(lines) == 1, f"{where}: {ended}"
        assert ended.code == 1 or "nothing was changed" in lines[0], f"{where}: {ended}"


def drawn(world: World, scene: Scene, draw: random.Random) -> Fault:
    """A failing disk: changes or reads, once or from then on, or writes that are cut short."""
    kinds = draw.choice((CHANGES, CHANGES, Kind.SYNC, READS, Kind.WRITE))
    at = draw.randint(1, world.moments(scene, kinds))
    if kinds is Kind.WRITE:
        return Fault(Action.SHORT, at, kinds)
    error = draw.choice((errno.EIO, errno.EIO, errno.ENOSPC, errno.EROFS))
    return Fault(draw.choice((Action.FAIL, Action.FAIL_ON)), at, kinds, error)


def endured(world: World, scene: Scene, fault: Fault, name: str, number: int) -> Ended:
    """Do it with a fault, then without: what has ended well must be right at once, all else after the recovery."""
    ended = world.disturbed(scene, fault)
    where = f"seed {SEED}, {name} {number}: {scene.name}, {fault}, {ended.hit}"
    told(scene, ended, where)
    if ended.code == 0:
        world.is_right(scene, where)
    world.recovered(scene, where)
    return ended


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Mounted]:
    """Mounts a small disk in memory of so many KiB, or makes the one that is mounted larger."""
    place = tmp_path / "small"
    place.mkdir()

    def mount(size: int, *options: str) -> Path:
        option = ",".join([f"size={size}k", *options])
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", option, "tmpfs", str(place)], capture_output=True)
        if made.returncode:
            pytest.skip("needs the right to mount a small disk in memory")
        return place

    yield mount
    while place.is_mount():
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_small_disk_that_is_really_full(world: World, mounted: Mounted) -> None:
    """As before, but not by the shim: what a process has mapped into memory is on the full disk too."""
    scene = world.scenes()[0]
    wanted = world.undisturbed(scene)
    for number, draw in some("small disk", 1):
        size = draw.randint(30, 1500)
        data = mounted(size) / "data"
        command = (*scene.command[:-1], data)
        ended, where = world.nursery.kg(*command), f"seed {SEED}, small disk {number} of {size} KiB"
        told(scene, ended, where)
        mounted(1 << 16, "remount")
        assert world.nursery.kg(*command).code in (0, 3), where
        assert content(data / "kg.db", True) == wanted.content, where
        assert answers(data) == wanted.answers, where
        subprocess.run(["umount", "--lazy", str(data.parent)], check=True)
        tally("ENOSPC", "tmpfs", ended.code == 1)


def test_vectors_that_do_not_fit_do_not_end_the_process(mounted: Mounted) -> None:
    """Written through memory, they would end it by a signal."""
    folder = mounted(512)
    write = (
        "import numpy as np; from pathlib import Path; from kg.arrays import Growing; "
        f"file = Growing(Path({str(folder)!r}), 'vectors', np.float32, 64); "
        "file.append(np.ones((4096, 64), dtype=np.float32)); file.close()"
    )
    ended = subprocess.run([sys.executable, "-c", write], capture_output=True, text=True, cwd=ROOT)
    assert (ended.returncode, "OSError" in ended.stderr) == (1, True), ended


def test_a_failing_disk(world: World) -> None:
    scenes = world.scenes()
    for number, draw in some("failing", 3):
        scene = scenes[number % len(scenes)]
        fault = drawn(world, scene, draw)
        ended = endured(world, scene, fault, "fault", number)
        tally(f"{fault.action.name} {errno.errorcode[fault.error]}", scene.name, bool(ended.hit))


def test_a_full_disk(world: World) -> None:
    """After so many bytes by which files have grown, nothing fits any more."""
    scenes = world.scenes()
    for number, draw in some("full", 3):
        scene = scenes[(number + 3) % len(scenes)]  # by default those of which no disk fails above
        fault = Fault(room=int(2 ** draw.uniform(0, 21)))
        ended = endured(world, scene, fault, "full disk", number)
        tally("full disk", scene.name, ended.code != 0)

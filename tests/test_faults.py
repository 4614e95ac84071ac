"""Killed at any moment, with a full or a failing disk: nothing is lost, no answer is wrong, and the next run mends it.

By default some of each. `KG_FAULTS=500` makes as many of each kind and counts them,
`KG_FAULTS_SECONDS` ends each test sooner, `KG_FAULTS_SEED` makes others; a failure names the seed and the point.
"""

from __future__ import annotations

import pytest

from tests.faults.scenes import World, acknowledged, is_sound
from tests.faults.shim import CHANGES, Action, Fault, Kind
from tests.faults.worlds import SEED, some, tally

pytestmark = pytest.mark.slow
WRITER = 60  # rows


def test_killed_at_any_operation_the_next_run_leads_to_the_same(world: World) -> None:
    scenes, kills = world.scenes(), list[bool]()
    for number, draw in some("kills", len(scenes)):
        scene = scenes[number % len(scenes)]
        torn = draw.random() < 0.25
        kinds, action = (Kind.WRITE, Action.TORN) if torn else (CHANGES, Action.KILL)
        fault = Fault(action, draw.randint(1, world.moments(scene, kinds)), kinds)
        ended = world.disturbed(scene, fault)
        where = f"seed {SEED}, kill {number}: {scene.name}, {fault}, {ended.hit}"
        assert ended.killed or not ended.hit, f"{where}: {ended}"
        world.recovered(scene, where)
        kills.append(ended.killed)
        tally("killed", scene.name, ended.killed)
    assert sum(kills) > len(kills) * 0.9, "a run may have a few operations less than another, not many"


def test_what_was_acknowledged_is_there(world: World) -> None:
    """A writer says of each row that it is committed, and is killed."""
    world.whole()
    moments = world.nursery.run("write", world.data, WRITER, 3).moments(CHANGES)
    for number, draw in some("acknowledged", 12):
        world.whole()
        torn = draw.random() < 0.3
        fault = Fault(
            Action.TORN if torn else Action.KILL,
            draw.randint(1, moments // (2 if torn else 1)),
            Kind.WRITE if torn else CHANGES,
        )
        ended = world.nursery.run("write", world.data, WRITER, draw.randint(0, 99), fault=fault)
        assert acknowledged(world.data / "kg.db") >= len(ended.out.splitlines()), (
            f"seed {SEED}, writer {number}: {fault}, {ended.hit}"
        )
        is_sound(world.data / "kg.db")
        tally("killed", "writer", ended.killed)

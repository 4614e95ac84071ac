"""The world that faults happen in, how many are made, and the tally of what they did."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import killing
from tests.encoders import WordEncoder
from tests.faults.nursery import Nursery
from tests.faults.scenes import World
from tests.faults.shim import compiled, compiler

SEED = int(os.environ.get("KG_FAULTS_SEED", "1"))
MOST = int(os.environ.get("KG_FAULTS", "0"))
SECONDS = float(os.environ.get("KG_FAULTS_SECONDS", "inf"))  # after which a test makes no more of them
DONE: Counter[tuple[str, str, bool]] = Counter()


def count(default: int) -> int:
    """How many faults of a kind to make."""
    return MOST or default


def some(what: str, default: int) -> Iterator[tuple[int, random.Random]]:
    """So many numbered draws, each with its own generator: one can be made again without the others."""
    end = time.monotonic() + SECONDS
    for number in range(count(default)):
        if time.monotonic() < end:
            yield number, random.Random(f"{what} {SEED} {number}")


def tally(fault: str, place: str, struck: bool) -> None:
    """Remember that a fault was made."""
    DONE[fault, place, struck] += 1


def told() -> list[str]:
    """The tally as lines: of each kind of fault at each place, how many struck, and how many came too late to."""
    places = sorted({(fault, place) for fault, place, _ in DONE})
    return [
        f"{fault:12} {place:10} {DONE[fault, place, True]:5} struck {DONE[fault, place, False]:5} came too late"
        for fault, place in places
    ]


@contextmanager
def made(folder: Path) -> Iterator[World]:
    """A world in a folder, with its services."""
    if compiler() is None:
        pytest.skip("needs a C compiler, for the library that makes files fail")
    (folder / "home").mkdir()
    with killing.services() as replica:
        environment = {**replica.settings(), "KG_MODEL": WordEncoder.name, "HF_HUB_OFFLINE": "1"}
        with Nursery(compiled(folder), folder / "home", folder / "runs", environment) as nursery:
            world = World(folder / "home", nursery, folder / "kept")
            world.make()
            yield world

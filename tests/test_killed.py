"""A run that is killed at any moment, and run again, gives the library of a run that was never disturbed."""

import multiprocessing
import random
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.config import Config
from tests import killing
from tests.conftest import open_library
from tests.examples import AWESOME, NOTES
from tests.faults.worlds import SEED, count
from tests.replica import Replica

KILLS = count(12)  # 200 with KG_FAULTS=200


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with killing.services() as server:
        yield server


@pytest.mark.slow
def test_killed_at_any_moment_the_library_is_the_same(replica: Replica, tmp_path: Path) -> None:
    for name, text in (("awesome.md", AWESOME), ("notes.txt", NOTES), ("works.md", killing.WORKS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    sources = tuple(str(tmp_path / name) for name in ("awesome.md", "notes.txt", "works.md"))

    def config(data: str) -> Config:
        return open_library(tmp_path / data, replica.arxiv_url).config

    whole = config("whole")
    moments = killing.ingest(whole, sources)
    wanted = killing.content(whole.database)
    assert moments > KILLS
    assert len(wanted["papers"]) > 10
    asked = len(replica.log)
    assert killing.ingest(whole, sources) < moments / 2
    assert len(replica.log) == asked, "nothing is new, so nothing is asked"

    context = multiprocessing.get_context("forkserver")
    # All that a run imports on its way: 200 processes need not do it again.
    context.set_forkserver_preload(
        ["tests.killing", "kg.mapping", "kg.grouping", "kg.connecting", "sknetwork.clustering"]
    )
    for die_at in random.Random(f"moments {SEED}").sample(range(1, moments), KILLS):
        again = config("killed")
        victim = context.Process(target=killing.ingest, args=(again, sources, die_at))
        victim.start()
        victim.join()
        assert victim.exitcode == -signal.SIGKILL, f"the run had no moment {die_at}"
        killing.ingest(again, sources)
        found = killing.content(again.database)
        for table, rows in wanted.items():
            assert found[table] == rows, f"{table} differs after a kill at moment {die_at} of {moments} (seed {SEED})"
        shutil.rmtree(again.data)

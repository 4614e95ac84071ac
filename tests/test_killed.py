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
from tests.examples import AWESOME, NOTES, PAPERS
from tests.replica import Replica
from tests.replica.records import records

KILLS = 200
WORKS = """
- [svcca](http://papers.nips.cc/paper/7188-svcca-singular-vector-canonical-correlation-analysis)
- [double descent](https://doi.org/10.1073/pnas.1903070116)
- Wide Networks that Nobody Put on a Server. Ann Bee, Carl Dee. ICML 2019
- Wide Networks that Only Another Service Knows. Eve Fox, Gus Hay. ICML 2019
- [hidden from the query API](https://arxiv.org/abs/1706.05806)
"""
CITED = {
    "1806.07572": ["1803.03635", {"title": "A Book of Kernels", "doi": "10.1234/kernels", "year": 2001}],
    "1912.05671": ["1803.03635", {"title": "A Remark without Any Name"}],
}


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    """All services; two papers are known to the second routes only."""
    rows = [{**paper, "references": CITED.get(paper["id"], [])} for paper in PAPERS]
    rows += [
        {"id": "1706.05806", "title": "SVCCA: Singular Vector Canonical Correlation Analysis", "authors": ["Ann Bee"]},
        {
            "id": "1905.00001",
            "title": "Wide Networks that Only Another Service Knows",
            "authors": ["Eve Fox", "Gus Hay"],
        },
    ]
    with Replica(records(rows)) as server:
        server.hide("1706.05806", "arxiv")
        server.hide("1905.00001", "arxiv", "oai")
        yield server


@pytest.mark.slow
def test_killed_at_200_moments_the_library_is_the_same(replica: Replica, tmp_path: Path) -> None:
    for name, text in (("awesome.md", AWESOME), ("notes.txt", NOTES), ("works.md", WORKS)):
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
    for die_at in random.Random(4).sample(range(1, moments), KILLS):
        again = config("killed")
        victim = context.Process(target=killing.ingest, args=(again, sources, die_at))
        victim.start()
        victim.join()
        assert victim.exitcode == -signal.SIGKILL, f"the run had no moment {die_at}"
        killing.ingest(again, sources)
        found = killing.content(again.database)
        for table, rows in wanted.items():
            assert found[table] == rows, f"{table} differs after a kill at moment {die_at} of {moments}"
        shutil.rmtree(again.data)

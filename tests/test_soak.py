"""The soak that `make soak` runs for ten minutes, run for seconds; and that it tells what it would have to tell."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import corpus, soak
from benchmarks.clients import Told
from benchmarks.mix import Mix, Reply
from benchmarks.peers import product
from benchmarks.watching import Held

STEADY = [Held(float(second), 300 << 20, 250 << 20, 200 << 20, 60, 12) for second in range(100)]
WELL = soak.Found([Told("paper", 5.0, None)], STEADY, 3, 3, "")


def grown(part: int, **more: int) -> soak.Found:
    """A server that holds more from a second on."""
    after = [held._replace(**{name: getattr(held, name) + add for name, add in more.items()}) for held in STEADY[part:]]
    return replace(WELL, seen=STEADY[:part] + after)


def test_what_is_missed_is_told() -> None:
    assert list(soak.missed(WELL)) == []
    assert list(soak.missed(replace(WELL, told=[Told("paper", 5.0, "status 500 (/x)")]))) == [
        "1 times paper: status 500 (/x)"
    ]
    assert list(soak.missed(replace(WELL, faults=["kg ingest ended with 1: x"]))) == ["kg ingest ended with 1: x"]
    assert list(soak.missed(replace(WELL, picked_up=0))) == ["no new index was picked up"]
    assert list(soak.missed(replace(WELL, log="a fault"))) == ["the server's log: a fault"]
    assert list(soak.missed(grown(60, private=11 << 20))) == ["memory grew by 5.5 %"]
    assert list(soak.missed(grown(60, resident=99 << 20))) == []  # pages of mapped files
    assert list(soak.missed(grown(10, private=99 << 20))) == []  # before it is warm
    assert list(soak.missed(grown(60, files=40))) == ["files or threads are left behind"]
    assert list(soak.missed(grown(60, threads=9))) == ["files or threads are left behind"]


def test_wrong_answers_are_known() -> None:
    asked = {
        request.kind: request for request, _ in zip(Mix(["1"], ["a b c d"], ["l"], ["t"], 1), range(400), strict=False)
    }
    html, twice = (
        b"<html></html>",
        b'{"meta":{"count":2},"results":[{"id":"1","score":1,"match":"both"},{"id":"1","score":1}]}',
    )
    why = b'{"results":[{"score":1.0,"why":[{"contribution":0.4},{"contribution":0.5}]}]}'
    for kind, reply, fault in (
        ("paper, page", Reply(200, {}, html), None),
        ("paper, page", Reply(500, {}, html), "status 500, not 200"),
        ("paper, page", Reply(200, {}, b"<html>"), "does not end with </html>: b'<html>'"),
        ("search, hybrid", Reply(200, {}, twice), "a paper comes twice"),
        ("related", Reply(200, {}, why), "reasons add up to 0.9, not to 1.0"),
        ("unknown", Reply(200, {}, html), "status 200, not 404"),
        ("conditional", Reply(304, {}, b""), None),
        ("wrong", Reply(400, {}, b'{"status":404}'), "the problem names another status"),
    ):
        assert asked[kind].check(reply) == fault, kind


@pytest.mark.slow
def test_the_server_goes_through_a_short_soak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "CACHE", tmp_path)
    monkeypatch.setattr(corpus, "SNAPSHOT", tmp_path / "none")
    product.build(200)
    shutil.copytree(product.folder(200), tmp_path / "data")
    found = soak.soak(tmp_path / "data", seconds=5, clients=2)
    assert len(found.told) > 10
    told = [line for line in soak.missed(found) if not line.startswith(("memory", "files"))]  # it is not warm yet
    assert told == []
    assert "all" in "\n".join(soak.lines(found))

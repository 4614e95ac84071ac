"""Some thousands of inputs for every parser, others in each run: see `tests.fuzzing`.

`KG_FUZZ_INPUTS=1000000` makes it the whole million, in half an hour on two processors; `KG_FUZZ_SEED` repeats a run.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from secrets import randbits
from typing import NoReturn

import pytest

from tests.fuzzing import running
from tests.fuzzing.mutation import made
from tests.fuzzing.running import run, shares
from tests.fuzzing.targets import LONGEST, Target, all_targets
from tests.fuzzing.trying import tried

INPUTS = int(os.environ.get("KG_FUZZ_INPUTS", "3000"))
SEED = int(os.environ.get("KG_FUZZ_SEED", randbits(31)))  # conftest takes these away from the tests


@pytest.mark.slow
def test_every_parser_answers_or_refuses_whatever_it_is_given() -> None:
    counts = shares(all_targets(), INPUTS)
    tallies = run(counts, SEED, 2)
    assert {name: tally.inputs for name, tally in tallies.items()} == counts
    failures = [str(failure) for tally in tallies.values() for failure in tally.failures]
    assert not failures, "\n".join(failures)


def target(work: Callable[[bytes], object], *declared: type[BaseException]) -> Target:
    return Target("made", work, (b"seed of 12",), (b"token",), declared)


def test_an_input_can_be_had_again_and_is_no_longer_than_it_may_be() -> None:
    for name in ("markdown", "s2"):
        known = all_targets()[name]
        inputs = [made(known, 7, number) for number in range(300)]
        assert inputs == [made(known, 7, number) for number in range(300)]
        assert len(set(inputs)) > 250
        assert len(made(known, 8, 0)) <= max(map(len, inputs)) <= LONGEST


def _raises(data: bytes) -> NoReturn:
    raise KeyError(data[:0])


def _hangs(data: bytes) -> None:
    while True:
        pass


def _dies(data: bytes) -> None:
    if b"token" in data:
        os.kill(os.getpid(), signal.SIGSEGV)


def _stalls(data: bytes) -> None:
    """Where no signal reaches, as in a library that never comes back to Python."""
    if b"token" in data:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF})
        while True:
            pass


def _changes(data: bytes) -> float:
    return time.perf_counter()


def test_what_is_no_answer_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzzing.trying.LONGEST_TIME", 0.1)
    for work, what in ((_raises, "KeyError"), (_hangs, "hang: more than"), (_changes, "not the same")):
        failure, _ = tried(target(work), 3, 16)
        assert failure is not None
        assert what in failure.what
        assert (failure.seed, failure.number) == (3, 16)
    assert tried(target(_raises, KeyError), 3, 16)[0] is None
    assert signal.getsignal(signal.SIGPROF) == signal.SIG_DFL


def dying() -> dict[str, Target]:
    return {"made": target(_dies)}


def stalling() -> dict[str, Target]:
    return {"made": target(_stalls)}


@pytest.mark.slow
def test_a_process_that_dies_or_stalls_names_the_input_it_had_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_STALLED", 1.0)
    for load, count, what in ((dying, 12, "crash: the process ended with SIGSEGV"), (stalling, 5, "hang: more than")):
        tally = run({"made": count}, 5, 1, load=load)["made"]
        fatal = [number for number in range(count) if b"token" in made(load()["made"], 5, number)]
        assert fatal
        assert [failure.number for failure in tally.failures] == fatal
        assert all(what in failure.what for failure in tally.failures)
        assert (tally.inputs, tally.failed) == (count, len(fatal))

"""`python -m tests.fuzzing`: see the package."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from secrets import randbits
from tempfile import TemporaryDirectory

from tests.fuzzing.mutation import made
from tests.fuzzing.running import Tally, run, shares
from tests.fuzzing.targets import all_targets
from tests.fuzzing.trying import warm

_SHOWN = 3  # failures of one place in the code


def main() -> int:
    """Run one input, some targets, or all; 1 where anything failed."""
    arguments = sys.argv[1:]
    if len(arguments) == 3 and arguments[1].isdigit():
        return _again(arguments[0], int(arguments[1]), int(arguments[2]))
    targets = all_targets()
    chosen = {name: target for name, target in targets.items() if not arguments or name in arguments}
    counts = shares(chosen, int(os.environ.get("KG_FUZZ_INPUTS", "10000")))
    seed = int(os.environ.get("KG_FUZZ_SEED", randbits(31)))
    start, progress = time.monotonic(), _Progress(sum(counts.values()))
    sys.stdout.write(f"seed {seed}\n")
    tallies = run(counts, seed, int(os.environ.get("KG_FUZZ_PROCESSES", "2")), progress.tell)
    sys.stdout.write(f"{'target':<14} {'inputs':>8} {'a second':>9} {'slowest ms':>11} {'MiB':>6} failed\n")
    for name, tally in tallies.items():
        _row(name, tally)
    inputs, failed = (sum(getattr(tally, name) for tally in tallies.values()) for name in ("inputs", "failed"))
    minutes = (time.monotonic() - start) / 60
    sys.stdout.write(f"{inputs} inputs in {minutes:.1f} minutes, {failed} failures\n")
    return int(failed > 0)


class _Progress:
    """Says how far a run is, and each failure at once, but of one place only the first ones."""

    def __init__(self, inputs: int) -> None:
        self._inputs, self._done, self._said = inputs, 0, 0
        self._places: Counter[str] = Counter()

    def tell(self, name: str, tally: Tally) -> None:
        """Hear of some inputs that were worked off."""
        for failure in tally.failures:
            place = f"{name} {failure.what.partition(' at ')[2]}"
            self._places[place] += 1
            if self._places[place] <= _SHOWN:
                sys.stdout.write(f"{failure}\n")
        self._done += tally.inputs
        if (twentieths := 20 * self._done // self._inputs) > self._said:
            self._said = twentieths
            sys.stdout.write(f"{self._done} of {self._inputs}, {self._places.total()} failures\n")
        sys.stdout.flush()


def _row(name: str, tally: Tally) -> None:
    rate = tally.inputs / tally.seconds if tally.seconds else 0.0
    sys.stdout.write(
        f"{name:<14} {tally.inputs:>8} {rate:>9.0f} {tally.slowest * 1000:>11.0f} {tally.memory:>6.0f} {tally.failed}\n"
    )


def _again(name: str, seed: int, number: int) -> int:
    """Run one input, with its traceback."""
    target = all_targets()[name]
    data = made(target, seed, number)
    shown = data if len(data) <= 3000 else data[:1500] + b" ... " + data[-1500:]
    sys.stdout.write(f"{len(data)} bytes: {shown!r}\n")
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        warm(target)
        start = time.process_time()
        try:
            sys.stdout.write(f"{target.work(data)!r}\n"[:4000])
        except target.declared as error:
            sys.stdout.write(f"refused: {error}\n")
        sys.stdout.write(f"{time.process_time() - start:.3f} s\n")
        os.chdir("/")
    return 0


if __name__ == "__main__":
    sys.exit(main())

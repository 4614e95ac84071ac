"""Processes under the shim: one that has imported everything, and forks a child for each task.

`python -m tests.faults.nursery` reads tasks as lines of JSON and answers each with the number of the child, or with how
it ended; a child is a process of its own, with its own fault, and ends as `kg` would.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.faults.shim import Fault, Kind

ROOT = Path(__file__).parents[2]
LONGEST = 120  # seconds after which a child is taken to hang


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit code (below 0 a signal), what it printed, how many operations of each kind it had.

    `hit` names the operation at which its fault struck; it is empty where it had fewer.
    """

    code: int
    out: str
    err: str
    counts: dict[str, int]
    hit: str

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL

    def moments(self, kinds: Kind) -> int:
        """How many operations of these kinds it had."""
        return sum(self.counts[str(kind.name)] for kind in kinds)


@dataclass
class Child:
    """A running child, and where its output goes."""

    pid: int
    folder: Path
    nursery: Nursery

    def out(self, seconds: float = 30) -> str:
        """The first line that it prints, once it has."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if (text := (self.folder / "out").read_text(encoding="utf-8")).endswith("\n"):
                return text.splitlines()[0]
            time.sleep(0.01)
        raise TimeoutError((self.folder / "err").read_text(encoding="utf-8"))

    def says(self, words: str, seconds: float = 30) -> None:
        """Wait until it has said that on standard error."""
        end = time.monotonic() + seconds
        while words not in (self.folder / "err").read_text(encoding="utf-8"):
            assert time.monotonic() < end, f"the child does not say {words!r}"
            time.sleep(0.01)

    def state(self) -> str:
        """Its state as proc(5) has it: T for stopped, Z for one that has ended."""
        return Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]

    def stopped(self, seconds: float = 30) -> None:
        """Wait until its fault has stopped it."""
        end = time.monotonic() + seconds
        while self.state() != "T":
            assert time.monotonic() < end, self.state()
            time.sleep(0.005)

    def ended(self) -> Ended:
        """Wait for its end."""
        status = self.nursery.ask({"wait": self.pid})["status"]
        told = {name: (self.folder / name).read_text(encoding="utf-8", errors="replace") for name in _FILES}
        hits = told["report"].splitlines()
        counted = [json.loads(line) for line in hits if line.startswith("{")]
        hit = next((line for line in hits if not line.startswith("{")), "")
        return Ended(os.waitstatus_to_exitcode(status), told["out"], told["err"], (counted or [{}])[-1], hit)

    def kill(self, number: int = signal.SIGKILL) -> None:
        os.kill(self.pid, number)


_FILES = ("out", "err", "report")


@dataclass
class Nursery:
    """The parent of all children; a context manager.

    :param watched: the folder below which operations count.
    """

    library: Path
    watched: Path
    folder: Path
    environment: Mapping[str, str]
    _count: int = field(default=0, init=False)

    def __enter__(self) -> Self:
        environment = {**os.environ, **self.environment, "LD_PRELOAD": str(self.library)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
        )
        assert self.ask({}) == {}, "it has imported all"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def ask(self, task: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def start(self, task: str, *args: object, fault: Fault | None = None) -> Child:
        """Start a child on a task of `tests.faults.tasks`."""
        self._count += 1
        place = self.folder / str(self._count)
        place.mkdir(parents=True)
        for name in _FILES:
            (place / name).touch()
        asked = {"task": task, "args": [str(arg) for arg in args], "files": str(place), "watched": str(self.watched)}
        return Child(self.ask({**asked, "fault": asdict(fault or Fault())})["pid"], place, self)

    def run(self, task: str, *args: object, fault: Fault | None = None) -> Ended:
        """A child on a task, from its beginning to its end."""
        return self.start(task, *args, fault=fault).ended()

    def kg(self, *args: object, fault: Fault | None = None) -> Ended:
        """The command `kg`."""
        return self.run("kg", *args, fault=fault)


def main() -> int:
    """Answer until the input ends."""
    from tests.faults import tasks

    tasks.import_all()
    gc.freeze()  # children need not look through what they never free
    for line in sys.stdin:
        task = json.loads(line)
        answer: dict[str, Any] = {}
        if "wait" in task:
            answer = {"status": os.waitpid(task["wait"], 0)[1]}
        elif "task" in task:
            pid = os.fork()
            if not pid:
                tasks.child(task)
            answer = {"pid": pid}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())

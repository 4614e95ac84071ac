"""The real server on a copy of the suite's library, with the tiny encoder: `python -m tests.serving DATA [TOKEN [LOG [ORIGIN]]]`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from webapp.logs import Kind

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Served:
    """A server that answers: its address, its process, and the file of what it says on standard error."""

    url: str
    process: int
    log: Path

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def memory(self) -> int:
        """Bytes of the process in memory, as Linux counts them (proc(5), `VmRSS`)."""
        status = Path(f"/proc/{self.process}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024


@contextmanager
def served(made_library: Path, folder: Path, token: str = "", log: str = "faults") -> Iterator[Served]:
    """Serve a copy of a library from a process of its own."""
    shutil.copytree(made_library, folder / "data")
    with serving(folder / "data", folder, token, log) as running:
        yield running


@contextmanager
def serving(data: Path, folder: Path, token: str = "", kind: str = "faults", cors: str = "") -> Iterator[Served]:
    """Serve that library from a process of its own, which logs to a file in `folder`."""
    command = [sys.executable, "-m", "tests.serving", str(data), token, kind, cors]
    log = folder / "stderr"
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT) as process,
    ):
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip().rstrip("/")
            assert address, log.read_text(encoding="utf-8")
            yield Served(address, process.pid, log)
        finally:
            process.terminate()


def main(data: str, token: str = "", log: Kind = "faults", cors: str = "") -> None:
    import click

    from tests.conftest import open_library
    from webapp import Access, create_app
    from webapp.server import serve

    app = create_app(open_library(Path(data)), Access(token=token or None, cors=cors or None))
    serve(app, "127.0.0.1", 0, click.echo, log)


if __name__ == "__main__":
    main(*sys.argv[1:])

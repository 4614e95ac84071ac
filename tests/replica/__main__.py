"""`python -m tests.replica --papers FILE`: serve the replica until interrupted."""

from __future__ import annotations

import argparse
import sys
import threading
from pathlib import Path

from tests.replica.faults import FAULTS
from tests.replica.records import load_records
from tests.replica.server import Replica


def main() -> None:
    """Start the replica and print the settings that point `kg` at it."""
    names = ", ".join(dict.fromkeys(name for table in FAULTS.values() for name in table))
    parser = argparse.ArgumentParser(prog="python -m tests.replica", description=__doc__)
    parser.add_argument("--papers", type=Path, required=True, help="JSON Lines: id, title, authors, abstract, ...")
    parser.add_argument("--citations", type=Path, help="a table of citing and cited ids, by tabs")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME[:TIMES]", help=names)
    parser.add_argument("--spacing", type=float, default=0.0, metavar="SECONDS", help="answer 429 to what comes sooner")
    arguments = parser.parse_args()
    replica = Replica(load_records(arguments.papers, arguments.citations), arguments.port, arguments.spacing)
    for fault in arguments.fault:
        name, _, times = fault.partition(":")
        replica.fail(name, int(times or 1))
    with replica:
        sys.stdout.write(f"export {' '.join(f'{name}={value}' for name, value in replica.settings().items())}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.stderr.write(f"{len(replica.log)} requests answered\n")


if __name__ == "__main__":
    main()

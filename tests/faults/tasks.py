"""What children of the nursery do: each task is a function of the words that it is given."""

from __future__ import annotations

import atexit
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

from tests.faults import shim
from tests.faults.nursery import LONGEST
from tests.faults.shim import Action, Fault, Kind


def import_all() -> None:
    """All that tasks import on their way: children need not do it again."""
    import sklearn.decomposition
    import sklearn.manifold  # noqa: F401
    import sknetwork.clustering  # noqa: F401

    import kg.backup
    import kg.cli
    import kg.connecting
    import kg.doctor
    import kg.grouping
    import kg.mapping
    import kg.parts
    import kg.refresh
    import kg.relating
    import search.question  # noqa: F401
    import webapp.server  # noqa: F401
    from tests import killing
    from tests.encoders import WordEncoder

    killing.small_chunks().__enter__()

    # The one thing that is not the product's own: PyTorch would take seconds in each of a thousand processes.
    kg.parts.Parts._loaded_encoder = lambda self, name: WordEncoder()  # type: ignore[method-assign]


def child(task: dict[str, Any]) -> NoReturn:
    """Do a task, and end as a Python program ends; but for the taking apart of its modules, which takes a second."""
    code: object = 1
    try:
        code = _begin(task)
    except SystemExit as stop:
        code = stop.code
    except BaseException:
        traceback.print_exc()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(code or 0))  # type: ignore[call-overload]


def _begin(task: dict[str, Any]) -> int:
    """Become a child: its own output, its own fault; then do the task. The answer is the exit code."""
    files = Path(task["files"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(files / name, os.O_WRONLY | os.O_APPEND), stream)
    signal.alarm(LONGEST)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests in the background ignores it
    given = task["fault"]
    fault = Fault(**{**given, "action": Action(given["action"]), "kinds": Kind(given["kinds"])})
    report = os.open(files / "report", os.O_WRONLY | os.O_APPEND)
    log = os.open(fault.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if fault.log else -1
    shim.arm(task["watched"], fault, report, log)
    atexit.register(lambda: os.write(report, json.dumps(shim.seen()).encode()))  # last: after the product's own
    return int(TASKS[task["task"]](*task["args"]) or 0)


def kg_(*args: str) -> int:
    """The command `kg`."""
    from kg.cli import main

    main(list(args))
    return 0


def write(data: str, rows: str, seed: str) -> int:
    """Commit rows one by one by the store, and say so of each once it is committed: `ROW` on a line.

    The store is opened anew now and then, which moves the log of the database into its place.
    """
    from kg.store import Store

    done = 0
    while done < int(rows):
        with Store(Path(data) / "kg.db") as store:
            for _ in range(1 + int(seed) % 7):
                number = store.runs.start(f"row {done}")
                store.runs.finish(number, f"row {done}", {"padding": f"{done} " * (37 * (done % 50))})
                shim.note(done)
                os.write(1, f"{done}\n".encode())
                done += 1
    return 0


def ask(data: str) -> int:
    """Print the answers to fixed questions as JSON."""
    from tests.faults.scenes import answers

    json.dump(answers(Path(data)), sys.stdout)
    return 0


def serve(data: str) -> int:
    """Serve on a port that is free; the address is the first line."""
    import click

    from tests.conftest import open_library
    from webapp import Access, create_app
    from webapp.server import serve as serve_

    serve_(create_app(open_library(Path(data)), Access()), "127.0.0.1", 0, click.echo)
    return 0


TASKS = {"kg": kg_, "write": write, "ask": ask, "serve": serve}

"""Schemathesis against the real server: what the OpenAPI document says is what is answered, whatever is asked.

`tests/schemathesis.toml` has every check and phase on. Each run draws a seed of its own, which a failure shows; with
it, `st run --seed` repeats the run. `KG_FUZZ_EXAMPLES=700` makes it more than 10,000 requests, in some minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.serving import Served, served
from webapp.api.routes import ROUTES

pytestmark = pytest.mark.slow

CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = int(os.environ.get("KG_FUZZ_EXAMPLES", "8"))  # for each operation, in phases that make them up
LEAST = 1200  # requests: the phase `coverage` alone makes about as many

LONGEST_SHOWN = 2000  # characters of a line: requests may be long


def fuzzed(server: Served, folder: Path, *options: str) -> dict[str, Any]:
    """What schemathesis reports of a run; the test has failed already if it found anything."""
    report = folder / "report.json"
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"),
        *(f"{server.url}/api/v1/openapi.json", "--report-json-path", str(report), *options),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    told = "\n".join(line[:LONGEST_SHOWN] for line in (done.stdout + done.stderr + server.said()).splitlines())
    assert done.returncode == 0, told
    assert server.said() == ""
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    assert found["test_cases"]["with_failures"] == found["test_cases"]["errored"] == 0
    assert found["operations"]["tested"] == found["operations"]["total"] == len(ROUTES)
    sys.stdout.write(f"{found['test_cases']['generated']} requests, seed {found['seed']}\n")  # pytest -rP shows it
    return found


def test_whatever_is_asked(made_library: Path, tmp_path: Path) -> None:
    with served(made_library, tmp_path) as server:
        found = fuzzed(server, tmp_path, "--max-examples", str(EXAMPLES))
    assert {phase["status"] for phase in found["phases"].values()} == {"success"}
    assert found["test_cases"]["generated"] >= LEAST + 10 * EXAMPLES
    for operation, rates in found["valid_rates"].items():
        assert sum(rate["accepted"] for rate in rates.values()) >= 2, f"{operation} has hardly been answered"


def test_whatever_is_asked_without_the_token(made_library: Path, tmp_path: Path) -> None:
    with served(made_library, tmp_path, token="sesame") as server:
        options = ("--max-examples", "3", "--phases", "examples,fuzzing,stateful")
        found = fuzzed(server, tmp_path, *options, "-H", "Authorization: Bearer sesame")
    assert found["test_cases"]["generated"] >= 50

"""`make audit`: whether anything of requirements.lock has a known vulnerability, by pip-audit.

Ends with 1 where there is one. Where nobody can be asked, that is said, and is no failure: pip-audit itself takes a
service that knows no package for one that knows of no fault.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_LOCKS = ("requirements.lock", ".ci/torch-index.lock")
_UNREACHABLE = re.compile(r"Connection|Timeout|ProxyError|SSLError|Temporary failure|Could not connect")


def main(tools: str, *options: str) -> int:
    """Print a line for each fault, or one that says that there is none.

    :param tools: the environment that pip-audit is installed in, or is to be.
    :param options: further options of pip-audit, such as which service it asks.
    """
    if (reason := _installed(tools)) is not None:
        return _skipped(reason) if _UNREACHABLE.search(reason) else _failed(reason)
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        said = _asked(tools, answer, options)
        if not answer.is_file():
            reason = said.strip().rpartition("\n")[2][:300]
            return _skipped(reason) if _UNREACHABLE.search(said) else _failed(reason)
        return _told(json.loads(answer.read_bytes())["dependencies"])


def _installed(tools: str) -> str | None:
    """Install the tools unless they are there; why it failed."""
    run = subprocess.run(["make", f"{tools}/installed"], cwd=ROOT, capture_output=True, text=True, check=False)
    return None if run.returncode == 0 else run.stderr.strip()


def _asked(tools: str, answer: Path, options: tuple[str, ...]) -> str:
    command = [str(ROOT / tools / "bin" / "pip-audit"), "--disable-pip", "--require-hashes", "--desc", "off"]
    command += [option for lock in _LOCKS for option in ("--requirement", lock)]
    command += ["--progress-spinner", "off", "--format", "json", "--output", str(answer), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stderr


def _told(packages: list[dict[str, Any]]) -> int:
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        return _skipped("the service that was asked knows none of the packages, so it is none of vulnerabilities")
    faults = [(package, fault) for package in packages for fault in package.get("vulns", ())]
    for package, fault in faults:
        names = ", ".join([fault["id"], *fault["aliases"]])
        mended = " or ".join(fault["fix_versions"]) or "no version yet"
        sys.stdout.write(f"{package['name']} {package['version']}: {names}; mended in {mended}\n")
    besides = f"; nothing is known of {', '.join(unknown)}" if unknown else ""
    sys.stdout.write(f"audit: {len(faults)} known faults in {len(packages) - len(unknown)} packages{besides}\n")
    return 1 if faults else 0


def _skipped(reason: str) -> int:
    sys.stdout.write(f"audit: skipped, nobody could be asked ({reason.strip().rpartition(chr(10))[2][:300]})\n")
    return 0


def _failed(reason: str) -> int:
    sys.stderr.write(f"audit: failed\n{reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

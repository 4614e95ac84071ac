"""`make lock`: every package pinned with the SHA-256 of each of its files, for installations that trust no index.

The files are in the form of pip's hash-checking mode (https://pip.pypa.io/en/stable/topics/secure-installs/).
`requirements.lock` is what kg and its tests need, in the versions of constraints.txt, but PyTorch, of which there are
two builds: `.ci/torch-cpu.lock` for processors alone, and `.ci/torch-index.lock`, which needs CUDA on Linux. pip would
take the second wherever it may. `.ci/tools.lock` is what some targets of the Makefile work with.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PRODUCT, TOOLS = ROOT / "requirements.lock", ROOT / ".ci" / "tools.lock"
CPU, INDEX = ROOT / ".ci" / "torch-cpu.lock", ROOT / ".ci" / "torch-index.lock"
_PYTHON = "3.11.5"  # the oldest that all of constraints.txt runs on
_OF_TORCH = re.compile(r"torch$|triton$|(nvidia|cuda)-")
_LINE = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\]+?))?(?: \\)?$")
_HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Pin:
    """A package in one version, where it is needed (PEP 508), and its files by their digests."""

    name: str
    version: str
    marker: str
    hashes: frozenset[str]

    def __str__(self) -> str:
        where = f" ; {self.marker}" if self.marker else ""
        return " \\\n    ".join([f"{self.name}=={self.version}{where}", *(f"--hash={h}" for h in sorted(self.hashes))])


def pins(text: str) -> list[Pin]:
    """The pins of a lock file, by name.

    :raises ValueError: a line is no pin, or none of its files has a digest.
    """
    blocks = re.split(r"\n(?!\s)", re.sub(r"(?m)^#.*\n", "", text))
    return sorted((_pin(block) for block in blocks if block.strip()), key=lambda pin: (pin.name, pin.version))


def _pin(block: str) -> Pin:
    first = block.partition("\n")[0].strip()
    line, hashes = _LINE.match(first), frozenset(_HASH.findall(block))
    if line is None or not hashes:
        raise ValueError(f"no pin with hashes: {first}")
    return Pin(canonical(line["name"]), line["version"], (line["marker"] or "").strip(), hashes)


def canonical(name: str) -> str:
    """A name as names of packages are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _resolved(*sources: str, given: str = "", links: str | None = None) -> list[Pin]:
    """What these need on any platform, by uv; what is `given` is their standard input, `-`.

    :raises subprocess.CalledProcessError: there is no such set of versions, or the index cannot be reached.
    """
    uv = str(Path(sys.executable).with_name("uv"))
    options = f"--universal --python-version {_PYTHON} --generate-hashes --no-header --no-annotate --quiet"
    found = [option for link in (links or "").split() for option in ("--find-links", link)]
    arguments = [uv, "pip", "compile", *options.split(), "--constraint", "constraints.txt", *found, *sources]
    run = subprocess.run(arguments, check=True, cwd=ROOT, input=given, stdout=subprocess.PIPE, text=True)
    return pins(run.stdout)


def _write(path: Path, found: Iterable[Pin], of: str) -> None:
    lines = [str(pin) for pin in found]
    path.write_text("\n".join([f"# {of} Made by `make lock`.", *lines, ""]), encoding="utf-8")
    sys.stdout.write(f"{path.relative_to(ROOT)}: {len(lines)} packages\n")


def main() -> None:
    """Write all files; builds of PyTorch for processors alone are looked for where pip looks (`PIP_FIND_LINKS`)."""
    found = _resolved("pyproject.toml", "--extra", "test", "--extra", "mcp", ".ci/build.in")
    of_torch = [pin for pin in found if _OF_TORCH.match(pin.name)]
    version = next(pin.version for pin in of_torch if pin.name == "torch")
    _write(PRODUCT, (pin for pin in found if pin not in of_torch), "What kg and its tests need but PyTorch.")
    _write(INDEX, of_torch, "PyTorch as the index has it, with CUDA on Linux.")
    _write(TOOLS, _resolved(".ci/tools.in"), "What `make lock`, `make sbom` and `make audit` work with.")
    cpu = f"torch=={version}+cpu ; sys_platform == 'linux' and platform_machine == 'x86_64'"
    on_disk = _resolved("-", given=cpu, links=os.environ.get("PIP_FIND_LINKS"))
    _write(CPU, (pin for pin in on_disk if pin.name == "torch"), "PyTorch for processors alone.")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)  # uv has said why

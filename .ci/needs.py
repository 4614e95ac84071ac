"""What kg needs of what is installed beside it, and the digest of its model, as JSON; run by the Python of kg."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from search.encoder import bundled_folder
from search.weights import BUNDLED, check_bundled

_EXTRAS = frozenset({"mcp"})  # what kg does more of where it is installed; tests and peers are no part of it


def needs() -> dict[str, list[str]]:
    """The packages that kg runs with, and what each of them needs; a requirement's extras count (PEP 508)."""
    found: dict[tuple[str, str], set[str]] = {}
    ahead = [("kg", extra) for extra in ("", *_EXTRAS)]
    while ahead:
        place = ahead.pop()
        if place in found:
            continue
        found[place] = set()
        for requirement in _requirements(*place):
            name = canonicalize_name(requirement.name)
            found[place].add(name)
            ahead += [(name, extra) for extra in ("", *requirement.extras)]
    names = {name for name, _ in found}
    return {name: sorted(set().union(*(found[place] for place in found if place[0] == name))) for name in names}


def _requirements(name: str, extra: str) -> Iterator[Requirement]:
    """What a package, or one of its extras, needs on this machine and is installed."""
    for requirement in map(Requirement, requires(name) or ()):
        marker = requirement.marker
        if marker is not None and not marker.evaluate({"extra": extra}):
            continue
        try:
            requires(requirement.name)
        except PackageNotFoundError:
            continue
        yield requirement


if __name__ == "__main__":
    check_bundled(bundled_folder())
    told = {"version": version("kg"), "needs": needs(), "weights": BUNDLED["model.safetensors"]}
    sys.stdout.write(json.dumps(told))

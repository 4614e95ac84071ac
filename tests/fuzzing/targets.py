"""What is fuzzed: a target for each parser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

from kg.errors import KgError

ROOMS = ("documents", "names", "questions", "drafts", "services", "facts", "shown")
LONGEST = 64 << 10  # bytes of an input


@dataclass(frozen=True, slots=True)
class Target:
    """A parser, and what to try it with.

    `work` is handed an input, raises one of the `declared` errors or returns what the same input always gives, and
    asserts what must hold of it. `tokens` are the signs that mean something to the parser. Seeds of a `tree` are JSON,
    and are changed as such too. `share` weighs how many of all inputs it gets: slow parsers get fewer. No input has more than
    `longest` bytes.
    """

    name: str
    work: Callable[[bytes], object]
    seeds: Sequence[bytes]
    tokens: Sequence[bytes]
    declared: tuple[type[BaseException], ...] = (KgError,)
    share: int = 10
    tree: bool = False
    longest: int = LONGEST


def all_targets() -> dict[str, Target]:
    """All targets by name."""
    rooms = (import_module(f"tests.fuzzing.{name}").TARGETS for name in ROOMS)
    found = [target for room in rooms for target in room]
    assert len({target.name for target in found}) == len(found)
    return {target.name: target for target in found}


def text_of(data: bytes) -> str:
    """An input as a text: bytes that are no UTF-8 become halves of surrogate pairs, as JSON and file names have them."""
    return data.decode("utf-8", "surrogateescape")


def words(*texts: str) -> tuple[bytes, ...]:
    """Tokens from lines of them, apart by spaces; `␣` stands for a space, `␤` for the end of a line."""
    return tuple(word.replace("␣", " ").replace("␤", "\n").encode() for text in texts for word in text.split())

"""People's printed names in the parts that bibliographies want. What cannot be told apart stays whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from kg.text import squeezed

_PARTICLES = frozenset(
    """af al bin da dal de degli dei del della den der des di do dos du el het ibn la las le los op 't ten ter tot van
    vom von zu zum zur""".split()
)
_SUFFIX = re.compile(r"(?:[JS]r\.?|II|III|IV)")
_INITIAL = re.compile(r"[^\W\d_]\.?")
# What no person is called; a group's name must not be turned round.
_GROUP = re.compile(
    r"\b(?:collaborations?|consortium|team|group|project|initiative|society|institute|university|laboratory|labs?|"
    r"committee|association|foundation|inc|corp|ltd|gmbh|and|for|the|of)\b",
    re.IGNORECASE,
)
_NO_NAME = re.compile(r"[\d,;:{}()\[\]<>/\\@&]")
_MOST_WORDS = 7


@dataclass(frozen=True, slots=True)
class Name:
    """A name in parts; of one that cannot be parted (a group's, a single word) all is `family`, and `whole` is true."""

    family: str
    given: str = ""
    particle: str = ""
    suffix: str = ""
    whole: bool = False

    @property
    def surname(self) -> str:
        """The family name with what belongs in front of it: `van der Maaten`."""
        return f"{self.particle} {self.family}".strip()


@lru_cache(maxsize=8192)
def parted(name: str) -> Name:
    """A name as it is printed, given name first, in its parts."""
    name = squeezed(name)
    words = name.split()
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    known = 2 <= len(words) <= _MOST_WORDS and not _INITIAL.fullmatch(words[-1])
    if not known or _GROUP.search(name) or _NO_NAME.search(name):
        return Name(name, whole=True)
    at = _family_begins(words)
    particle = " ".join(words[at:-1])
    if particle != particle.lower():  # `Van den Broeck` is written so wherever it stands: a part of the name
        return Name(" ".join(words[at:]), " ".join(words[:at]), "", suffix)
    return Name(words[-1], " ".join(words[:at]), particle, suffix)


def _family_begins(words: list[str]) -> int:
    """Where the family name begins; one particle alone counts only in lower case (Van is a given name, too)."""
    at = len(words) - 1
    while at > 1 and words[at - 1].lower() in _PARTICLES:
        at -= 1
    run = words[at:-1]
    return at if len(run) != 1 or run[0].islower() or run[0].startswith("'") else len(words) - 1

"""People's printed names in the parts that bibliographies want. What cannot be told apart stays whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from kg.text import squeezed
from kg.titles import title_words

_PARTICLES = frozenset(
    """af al bin da dal de degli dei del della den der des di do dos du el het ibn la las le los op 't ten ter tot van
    vom von zu zum zur""".split()
)
# Those that begin a family name even if one stands alone and has a capital (Luc Van Gool). Not Da, Du, Le, Bin and
# others, which in 147,000 names of arXiv are as often given names or middle ones (Ying Da Wang, Minh Le Nguyen).
_CAPITALISED = frozenset("Al Dal De Del Della Den Der Di Dos El La Van Von".split())
# A Van (Văn) between a family name of Vietnam and a given one, in either order, is a middle name. Syllables do not
# tell: Van Roy and Van Horn have one, too. These name 16 of 16 such people among the 115 of arXiv's that have a Van.
_VIETNAMESE = frozenset(
    """bui cao dang dao dinh do doan duong ho hoang huynh lam le luong ly mai ngo nguyen pham phan ta tran trinh truong
    vo vu vuong""".split()
)
# Family names of one letter. Most single letters behind a full word are initials of southern India (Vinod P), where
# the rest of a name is what people go by: 136 of arXiv's 143. Of the other seven, E, I or O behind one word, six are.
_ONE_LETTER = frozenset("EIO")
_OTHERS = re.compile(r"(?<![\s,;])[\s,;]*+\bet\.?\sal\b\.?(?:\s\(\d+ additional authors? not shown\))?$", re.IGNORECASE)
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


def and_others(name: str) -> bool:
    """Whether a name says that more people follow it: `Mishra et al.`, or `et al.` alone."""
    return bool(_OTHERS.search(squeezed(name)))


@lru_cache(maxsize=8192)
def parted(name: str) -> Name:
    """A name as it is printed, given name first, in its parts; of `et al.`, which names nobody, nothing is left."""
    name = _OTHERS.sub("", squeezed(name))
    words = name.split()
    suffix = words.pop() if len(words) > 1 and _SUFFIX.fullmatch(words[-1]) else ""
    known = 2 <= len(words) <= _MOST_WORDS and (not _INITIAL.fullmatch(words[-1]) or _of_one_letter(words))
    if not known or _GROUP.search(name) or _NO_NAME.search(name):
        return Name(name, whole=True)
    at = _family_begins(words)
    particle = " ".join(words[at:-1])
    if particle != particle.lower():  # `Van den Broeck` is written so wherever it stands: a part of the name
        return Name(" ".join(words[at:]), " ".join(words[:at]), "", suffix)
    return Name(words[-1], " ".join(words[:at]), particle, suffix)


def _of_one_letter(words: list[str]) -> bool:
    """Whether the last letter is a family name (Weinan E): no full stop, and one full word before it."""
    return len(words) == 2 and words[1] in _ONE_LETTER and words[0][-1].isalpha() and len(words[0]) > 2


def _family_begins(words: list[str]) -> int:
    """Where the family name begins; of particles that stand alone, those count that are no given names."""
    at = len(words) - 1
    while at > 1 and words[at - 1].lower() in _PARTICLES:
        at -= 1
    run = words[at:-1]
    if len(run) != 1 or run[0].islower() or run[0].startswith("'"):
        return at
    vietnamese = run[0] == "Van" and not _VIETNAMESE.isdisjoint(title_words(f"{words[0]} {words[-1]}"))
    return at if run[0] in _CAPITALISED and not vietnamese else len(words) - 1

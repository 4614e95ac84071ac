"""Names of people as papers print them: put into one order, cut into parts, compared. Pure."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import NamedTuple

from kg.identifiers import slug, title_key
from kg.text import squeezed

# Letters that are not a letter with an accent, as they are written where a keyboard lacks them; the first is what
# is written when the sign is only dropped, the second (of Germans and Scandinavians) when it is spelt out.
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_TEX = re.compile(r"""\\(?:[`'"^~=.]\s?|[cvuHkrdb](?=[\s{])\s*)\{?\\?(?P<letter>[A-Za-z])\}?""")
_USUAL = re.compile(r"[^\W_][\w .'’‐-]*")  # neither markup nor comma
_MARKUP = re.compile(r"[{}$*\\]|\\[,;!]")
_NOTE = re.compile(r"\s*\((?:\d{1,3}|[a-z])(?:(?:,| and) ?\d{1,3})*\)$")  # of an address: `Ann Bee (1)`
_NO_PERSON = re.compile(
    r"[\d()\[\]&/:;@=+<>|\"_]|\bet\.? al\b|\b(?:collaborations?|consortium|teams?|groups?|project|institut\w*|"
    r"universi\w+|department|laborator\w+|cent(?:er|re)|committee|network|initiative|society|foundation|"
    r"for|the|of|and|on behalf)\b",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:,\s*|[\s-])(?P<suffix>jr|sr|ii|iii|iv)\.?$", re.IGNORECASE)
_PARTICLES = frozenset(
    "van von der den de del della di da do dos das du la le ten ter te zu zur el al bin ibn af av".split()
)
_CAPITAL_PARTICLES = frozenset("Van Von De Der Den Della Del Di Da Dos La Le El Al".split())
_GLUED_INITIALS = re.compile(r"[B-DF-HJ-NP-TV-XZ]{2,3}")
_WORD = re.compile(r"[^\W\d_]+")


class Part(NamedTuple):
    """A word of a given name, or its initial; `bound` to the one before by a hyphen (Jean-Luc, J.-L.)."""

    text: str
    bound: bool = False

    @property
    def initial(self) -> bool:
        return len(self.text) == 1


class Name(NamedTuple):
    """A person's name, folded: given parts (one at least), family name with its particles, suffix (`jr`, `iii`)."""

    given: tuple[Part, ...]
    family: str
    suffix: str = ""

    @property
    def full(self) -> bool:
        """Whether the first given name is written out."""
        return not self.given[0].initial

    @property
    def fullness(self) -> tuple[bool, int, int, bool]:
        """How much of it is told: the name with more is the one that others are joined to."""
        words = sum(not part.initial for part in self.given)
        return self.full, words, len(self.given), bool(self.suffix)


@lru_cache(maxsize=65536)
def spoken(printed: str) -> str:
    """A printed name in the order it is spoken in, without markup and numbers of addresses.

    `García, José` becomes `José García`, `K&#xfc;stner` `Küstner`, and `Jones, Ann, Jr.` `Ann Jones Jr.`
    """
    if _USUAL.fullmatch(printed):
        return squeezed(printed)
    text = _TEX.sub(r"\g<letter>", html.unescape(printed).replace("~", " "))
    text = squeezed(_NOTE.sub("", _MARKUP.sub("", text))).strip(" ,;")
    family, comma, given = text.partition(",")
    if comma:
        suffix = _SUFFIX.fullmatch(f" {given.strip()}")
        given, _, rest = given.partition(",")
        text = f"{family} {given}" if suffix else f"{given} {family} {rest}"
    text = squeezed(text)
    return text if title_key(text) else squeezed(printed)


@lru_cache(maxsize=65536)
def parse(name: str) -> Name | None:
    """A spoken name in parts; None for a bare surname, a collaboration, and what is no name.

    The family name is the last word with the particles before it: `de la Cruz`, but only `López` of `García López`,
    so a Spanish or Portuguese name is never joined to one that leaves the second surname out.
    """
    if _NO_PERSON.search(name):
        return None
    suffix = _SUFFIX.search(name)
    words = (name[: suffix.start()] if suffix else name).replace(".", ". ").replace(". -", ".-").split()
    first = len(words) - 1
    while first > 1 and (words[first - 1] in _PARTICLES or words[first - 1] in _CAPITAL_PARTICLES):
        first -= 1
    family = "".join(_folded(word) for word in words[first:])
    given = tuple(part for word in words[:first] for part in _parts(word, shouted=name.isupper()))
    if not given or len(family) < 2:
        return None
    return Name(given, family, suffix["suffix"].lower() if suffix else "")


def _parts(word: str, shouted: bool) -> list[Part]:
    """The parts of one word of a given name; `JM` is two initials, unless all of the name is in capitals."""
    if not shouted and _GLUED_INITIALS.fullmatch(word.strip(".")):
        return [Part(letter.lower()) for letter in word.strip(".")]
    texts = [folded for piece in re.split(r"[-‐‑–]", word) if (folded := _folded(piece))]
    return [Part(text, bound=place > 0) for place, text in enumerate(texts)]


@lru_cache(maxsize=65536)
def _folded(word: str) -> str:
    return "".join(_WORD.findall(title_key(word).translate(_PLAIN)))


def spelling(name: Name) -> str:
    """What two spellings of the same name share: accents, case, dots, and hyphens or spaces between words."""
    return f"{'.'.join(part.text for part in name.given)} {name.family} {name.suffix}"


def run_together(name: Name) -> str:
    """What `Xiao-Ming Li`, `Xiao Ming Li` and `Xiaoming Li` share, who need not be one person.

    Initials stay apart from words, so that `A. L. Bee` is not `Al Bee`.
    """
    given = "".join(f"{part.text}." if part.initial else part.text for part in name.given)
    return f"{given} {name.family} {name.suffix}"


def spelt_out(name: str) -> str | None:
    """A name with `ue` for `ü` and the like; None where it has none of these letters.

    Only such a name is looked for in that spelling: `ue` itself is never taken for `u`, or Xue would be Xu.
    """
    spelt = name.lower().translate(_SPELT)
    return spelt if spelt != name.lower() else None


def agree(one: Name, other: Name) -> bool:
    """Whether two names can be one person's: nothing that both tell differs.

    Given names are compared part by part from the first; an initial agrees with a word that it begins. What only one
    tells is no contradiction, but for the second half of a double name: Jean is not Jean-Luc, though J. may be.
    """
    if one.family != other.family or (one.suffix and other.suffix and one.suffix != other.suffix):
        return False
    if not all(_same(a.text, b.text) for a, b in zip(one.given, other.given, strict=False)):
        return False
    short, long = sorted((one.given, other.given), key=len)
    if len(short) == len(long) or not long[len(short)].bound:
        return True
    last, matched = short[-1], long[len(short) - 1]
    return last.initial or (matched.initial and long[len(short)].text in last.text[1:])


def _same(one: str, other: str) -> bool:
    if len(one) == 1 or len(other) == 1:
        return one[0] == other[0]
    return one == other


def key(name: str) -> str:
    """The id of a spoken name, before it is joined to any other."""
    return slug(name, 80)

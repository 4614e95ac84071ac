"""The letters of a title, however it is written: in TeX, Unicode, HTML or plain; with any spaces, marks and accents.

This is the looser of two keys. `kg.identifiers.title_key` keeps words apart and makes the ids of works, so it never
changes; `title_hash` is only looked up, where a query may be a title. What is done here is done to both sides, so a
rule may be rough (`oe` counts as `o`, `and` as nothing) as long as no two titles become one by it. The hashes are
stored: a change here needs a migration that computes them again.

Names of TeX's signs: Pakin, The Comprehensive LaTeX Symbol List (https://ctan.org/pkg/comprehensive).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from kg.text import unescaped

_GREEK = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau
    upsilon phi chi psi omega""".split()
_SPELT = (
    {0x3B1 + place: name for place, name in enumerate(_GREEK)}
    | {ord(sign): "" for sign in "™®©ªº"}
    | str.maketrans(
        {"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ð": "d", "þ": "th", "ı": "i", "ȷ": "j"}
    )
    | str.maketrans({"æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ℓ": "ell", "∞": "infinity", "√": "sqrt"})
    | str.maketrans({"∂": "partial", "∇": "nabla", "∑": "sum", "∏": "prod", "∫": "int"})
)
_TAG = re.compile(r"</?(?:[ibu]|em|strong|su[bp]|tt|span|scp|mml:\w{1,20})(?:\s[^<>]{0,200})?/?>", re.IGNORECASE)
# Commands that leave no letter: accents, type faces, signs that are no letters when they are set.
_ACCENT = re.compile(r"\\[cvkhurbdt](?=\s*\{|\s+[a-z\\])", re.IGNORECASE)
_SIGNS = """times cdots? ldots dots to (?:long)?(?:left)?(?:right)?arrow leq?q? geq?q? neq? approx sim(?:eq)? equiv pm
    mp circ ast star bullet d?dagger perp parallel mid lvert rvert vert langle rangle in notin subset(?:eq)? cup cap
    forall exists oplus otimes odot wedge vee prime"""
_SILENT = re.compile(
    r"\\(?:text(?:quote[a-z]*|endash|emdash|degree|trademark|registered)?|bar|hat|vec|d?dot|widehat|(?:over|under)line|"
    r"em(?:ph)?|it|bf|rm|sc|sf|tt|cal|bm|[dt]?frac|left|right|bigg?[lr]?|displaystyle|xspace|q?quad|[mhf]box|"
    rf"{'|'.join(_SIGNS.split())})(?![a-z])",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
# The same without a backslash, and other spellings of one thing; in the letters of a whole title.
_ROUGH = re.compile(
    r"math(?:cal|bb|bf|rm|sf|frak|scr|it)|text(?:it|bf|tt|sc|rm|sf|sl|subscript|superscript)|boldsymbol|operatorname|"
    r"ensuremath|(?:wide)?tilde|frac(?=\d)|(?<=\d)x(?=\d)|var(?=epsilon|phi|theta|rho|sigma|kappa)"
)
_VOWELS = re.compile(r"(?<=[aou])e|(?<=a)a")
_SHORT = 8  # letters; with fewer, none may be passed over
_ELL = re.compile(r"ell(?=[\dpq]|infinity)")
_SIGN_NAMES = re.compile(r"(?:left|right)+arrow|(?<=\d)(?:times|circ)|[cl]dots|[lgn]eq")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


def title_words(text: str) -> list[str]:
    """The words of a title, as `letters` puts them together."""
    if not text.isascii():
        text = text.translate(_INVISIBLE)
    if "&" in text:
        text = unescaped(text)
    if "<" in text:
        text = _TAG.sub("", text)
    if "\\" in text:
        text = _SILENT.sub(" ", _ACCENT.sub("", text.replace("\\backslash", "\\")))
    return _WORD.findall(text.lower() if text.isascii() else _unaccented(text))


def letters(words: Iterable[str]) -> str:
    """All that counts of a title's words: the same for two spellings of one title."""
    joined = _ELL.sub("l", "".join(words).replace("infty", "infinity"))
    rough = joined
    for _ in range(4):  # where one is left out, two halves of another may meet: `me(an and d)istance`
        rough = rough.replace("and", "")
    rough = _VOWELS.sub("", _ROUGH.sub("", rough))
    return rough if len(rough) >= _SHORT else joined


def title_hash(title: str | None) -> int | None:
    """A number of 64 bits (as SQLite has it) for the letters of a title; one without letters goes by its signs."""
    key = letters(title_words(title or "")) or _signs(title or "")
    return hash_of(key) if key else None


def hash_of(key: str) -> int:
    """The number that is stored of a title with these letters."""
    digest = hashlib.blake2b(key.encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def spellings(text: str) -> list[int]:
    """The hashes by which a title may be stored that is written so: signs may be spelt out, as in `2times2`."""
    number = title_hash(text)
    plain = hash_of(_SIGN_NAMES.sub("", letters(title_words(text))))
    return list({number: None, plain: None}) if number is not None else []


def _signs(text: str) -> str:
    """What a title without letters goes by: its emoji and other symbols, or else all that it has."""
    symbols = (char for char in text if not char.isascii() and unicodedata.category(char)[0] == "S")
    return "".join(symbols) or "".join(text.split())


def _unaccented(text: str) -> str:
    """In lower case, decomposed, without accents, and what is no letter of Latin's spelt with them."""
    text = unicodedata.normalize("NFKD", text.translate(_SPELT)).casefold().translate(_SPELT)
    return "".join(char for char in text if not unicodedata.combining(char))

"""People in written citations: lists of names in the orders that styles use, and no other text. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ingest.venues import full_year, is_venue
from kg.text import squeezed

_ET_AL = re.compile(r"[\s,]{0,3}\bet\.?\s*al\b\.?|\s?(?:\.\.\.|…)\s?", re.IGNORECASE)
_CUT_SHORT = re.compile(r"\bet\.?\s*al\b\.?$|(?:\.\.\.|…)", re.IGNORECASE)
_BY_YEAR = re.compile(
    r"(?P<authors>[^()\[\];:]{2,200}?)\s*[,\s]\s*(?:\(\s*)?['’]?(?P<year>(?:19|20)\d{2}|\d{2})[a-z]?\)?$"
)
_BETWEEN_NAMES = re.compile(r"\s?[,;&]\s?(?:and\s|&\s?)?|\sand\s")
_NAME_WORD = re.compile(r"[^\W\d_][^\s,;&()\d:/]*")
_LONGEST_LIST, _LONGEST_NAME = 3000, 60  # characters
_ENDS_IN_INITIAL = re.compile(r"(?:^|[\s.-])[A-Z]\.$")
_ELIDED = re.compile(r"[dl]['’][A-Z]")
_SENTENCE_END = re.compile(r"[^\W\d_]{3,}\.\s")
_SEPARATOR = re.compile(r"[,;&]|\sand\s")
_INITIALS = re.compile(r"(?:[A-ZÀ-ÖØ-ÞĄĆČĐĘĞİŁŃŘŚŠȘŤŹŻŽ]\.?[-\s]?){1,4}")
_LOWER_IN_NAMES = frozenset("de da del della der den di dos du la le van von zu al el bin ibn ten ter y e".split())
_MIDDLE_NAMES = frozenset("in an on do can is".split())  # of which titles are full, too: Kwang In Kim
# Months and seasons, which stand before a year and are not its author.
_MONTHS = frozenset(
    """jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september
    october november december spring summer fall autumn winter""".split()
)
# Words that begin with a capital in titles and are in nobody's name.
_NO_NAMES = frozenset(
    """a adaptive adversarial algorithm algorithms an analysis and approach are attention bayesian beyond can
    classification computer conference convergence convolutional data deep descent detection digest does
    efficient empirical error evaluation explaining fast features for framework from function functions
    gaussian generalization generative global gradient graph graphs how image images improving in inference
    international introduction invariance is journal kernel kernels key language large layer layers learning
    letters linear machine matrix method methods model models natural nets network networks neural new noise
    object of on online optimal optimization over paper papers parallel phd pre-training press probabilistic
    problem proceedings processes processing pruning random recognition regression regularization
    reinforcement representation representations research review robust robustness scaling search self
    semantic sparse statistical statistics stochastic structure study survey system systems task tasks tensor
    the theorem theory thesis through to towards training transactions transfer transformer transformers
    understanding university unsupervised using via vision visual what when why wide with word words
    workshop ph.d phd m.d b.sc m.sc mr mrs ms dr prof due annual exam report solutions version release week
    lecture chapter budget""".split()
)
_NO_AUTHORS = _NO_NAMES | _MONTHS

_AFFILIATION = re.compile(r"\([^()]{0,500}\)")  # the innermost ones; they nest
_BETWEEN_AUTHORS = re.compile(r",|;|\band\b|&")


def parse_authors(text: str) -> tuple[str, ...]:
    """`text` as a list of people in the order they are spoken, or () when it is anything else.

    Reads `Ann Bee, Carl Dee and Eve Fox`, `Bee, A., Dee, C.`, `Bee, Ann and Dee, Carl` and a closing `et al.`
    """
    if len(text) > _LONGEST_LIST:
        return ()
    text = " ".join(text.split()).strip(" ,;*:")
    text = text if text.endswith(".") and _ENDS_IN_INITIAL.search(text) else text.strip(" .,;*:")
    first = _SEPARATOR.search(text)
    if not text or not _may_be_person(text[: first.start()] if first else text):
        return ()
    shortened, before = False, text
    if "al" in text or "..." in text or "…" in text:
        shortened = _CUT_SHORT.search(text) is not None
        if not shortened and _ET_AL.search(text):
            return ()
        text = _ET_AL.sub(",", text)
    tokens = [token.replace("_", " ").strip(" *") for token in _BETWEEN_NAMES.split(text)]
    tokens = [token for token in tokens if token.strip(" .")]
    if shortened and len(tokens) == 2 and all(len(token.split()) == 1 for token in tokens) and ", et al" in before:
        return (f"{tokens[1]} {tokens[0]}",)  # Bee, Ann, et al.
    return _spoken_names(tokens, shortened) or _inverted_names(text, tokens) or _first_inverted(tokens)


def _spoken_names(tokens: Sequence[str], shortened: bool) -> tuple[str, ...]:
    """Names with the given name first, or only its initials after the family name; one may be spelled oddly."""
    people: list[str] = []
    odd = at = 0
    while at < len(tokens):
        token, following = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else ""
        if following and _INITIALS.fullmatch(following) and _is_surname(token):
            people.append(f"{following} {token}")
            at += 1
        elif is_person(token, shortened) or (_is_odd_name(token) and not odd):
            odd += not is_person(token, shortened)
            people.append(token.rstrip(".") if len(token.rstrip(".").split()[-1]) > 1 else token)
        else:
            return ()
        at += 1
    return tuple(dict.fromkeys(people)) if not odd or len(people) >= 4 else ()


def _inverted_names(text: str, tokens: Sequence[str]) -> tuple[str, ...]:
    """`Bee, Ann, Dee, Carl, and Fox, Eve`: the last name shows that all are turned round."""
    _, joined, last = text.rpartition(" and ")
    if not joined or last.strip(" .").count(",") != 1 or len(tokens) % 2:
        return ()
    names = [f"{given} {family}" for family, given in zip(tokens[::2], tokens[1::2], strict=True)]
    return tuple(dict.fromkeys(names)) if all(is_person(name, False) for name in names) else ()


def _first_inverted(tokens: Sequence[str]) -> tuple[str, ...]:
    """`Bee, Ann C., and Carl Dee`: only the first name is turned round."""
    if len(tokens) < 3 or not _is_surname(tokens[0]):
        return ()
    names = [f"{tokens[1]} {tokens[0]}", *tokens[2:]]
    return tuple(names) if all(is_person(name, False) for name in names) else ()


def one_inverted(text: str) -> tuple[str, ...]:
    """`Bee, Ann C` as one person."""
    family, comma, given = text.strip(" .;:").partition(", ")
    one = comma and "," not in given and len(given.split()) <= 3 and _is_surname(family)
    return (f"{given} {family}",) if one and is_person(f"{given} {family}", False) else ()


def surnames(text: str, least: int = 2) -> tuple[str, ...]:
    """`Bee, Dee and Fox`: at least so many family names alone, each with a capital; () when it is anything else."""
    text = text.strip(" .,;*:")
    tokens = [token for token in _BETWEEN_NAMES.split(text) if token] if 0 < len(text) < 200 else []
    return tuple(tokens) if len(tokens) >= least and all(_is_surname(t) and len(t.split()) < 3 for t in tokens) else ()


def names_people(text: str, least: int = 2) -> bool:
    """Whether a text is a list of several people: their names, `Bee et al.`, or at least so many family names."""
    names = parse_authors(text)
    return len(names) > 1 or (bool(names) and "et al" in text) or len(surnames(text, least)) > 0


def author_and_year(text: str) -> tuple[tuple[str, ...], int | None]:
    """Who and when: `jacot et al. 2018`, `Mei & Montanari, 2019`, `ganguli 19`; ((), None) if neither."""
    match = _BY_YEAR.match(" ".join(text.split()).strip(" ()"))
    if match is None:
        return (), None
    names = _ET_AL.sub(",", match["authors"]).strip(" ,(")
    people = tuple(p for p in re.split(r"\s*[,&]\s*|\s+and\s+", names) if p)
    if (
        not people
        or people[0].strip(".").lower() in _NO_AUTHORS
        or any(len(p.split()) > 3 and not is_person(p, alone_ok=False) for p in people)
    ):
        return (), None
    return people, full_year(match["year"])


def _is_surname(token: str) -> bool:
    words = token.split()
    if len(words) > 1 and any(word.endswith(".") or len(word) == 1 for word in words):
        return False  # with initials it is a whole name
    return 1 <= len(words) <= 4 and words[-1][0].isupper() and all(_is_name_word(word) for word in words)


@lru_cache(maxsize=8192)
def _may_be_person(text: str) -> bool:
    """Whether a list of people may begin with this, cheaply told: few words, no number, none known to be no name."""
    words = text.split()
    return len(words) <= 8 and not any(word.strip(".,:*_()").lower() in _NO_NAMES for word in words[2:])


def _is_odd_name(name: str) -> bool:
    """Whether a text that does not look like a name can be one among others: `arthur szlam`."""
    words = name.split()
    return (
        len(words) in {2, 3}
        and len(name) <= _LONGEST_NAME
        and not _SENTENCE_END.search(name)
        and all(_NAME_WORD.fullmatch(w) and w.lower() not in _NO_NAMES for w in words)
    )


@lru_cache(maxsize=8192)
def is_person(name: str, alone_ok: bool) -> bool:
    """Whether a text can be one person's name; `alone_ok` lets a bare surname be one."""
    words = name.replace(".", ". ").split()
    if (
        not 1 <= len(words) <= 7
        or len(name) > _LONGEST_NAME
        or _SENTENCE_END.search(name)
        or name.lower().strip(".") in _NO_NAMES
    ):
        return False
    if words[-1].isupper() and len(words[-1]) > 2 and is_venue(words[-1]):
        return False
    if alone_ok:
        return len(words) <= 4 and all(_NAME_WORD.fullmatch(w) and w.lower() not in _NO_NAMES for w in words)
    middle = words[1] if len(words) == 3 else ""
    known = [word for word in words if word != middle or middle.lower() not in _MIDDLE_NAMES]
    if len(words) == 1 or words[0] == "A" or not all(_is_name_word(word) for word in known):
        return False
    return any(len(word.strip(".")) > 1 and word[0].isupper() for word in words)


def _is_name_word(word: str) -> bool:
    bare = word.strip(".'’")
    if not bare or any(char.isdigit() for char in bare):
        return False
    if bare.lower() in _LOWER_IN_NAMES:
        return True
    return (
        (bare[0].isupper() or _ELIDED.match(bare) is not None)
        and (len(bare) == 1 or bare.lower() not in _NO_NAMES)
        and _NAME_WORD.fullmatch(bare) is not None
    )


def split_authors(text: str) -> tuple[str, ...]:
    """The names of arXiv's one string of authors: `A. Bee (Uni A), C. Dee ((1) Uni B, (2) Uni C) and E. Fox`."""
    while (bare := _AFFILIATION.sub(" ", text)) != text:
        text = bare
    names = (squeezed(name) for name in _BETWEEN_AUTHORS.split(text))
    return tuple(name for name in names if name)

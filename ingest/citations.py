"""Reading one written citation: title, authors, venue and year out of a line of text. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from kg.identifiers import title_key

_VENUES = """
    ICML NeurIPS NIPS ICLR COLT ALT AISTATS UAI AAAI IJCAI CVPR ICCV ECCV WACV BMVC ACL EMNLP NAACL EACL
    COLING TACL INTERSPEECH ICASSP SIGIR KDD WWW WSDM CIKM RecSys ICDM SDM STOC FOCS SODA ITCS JMLR TMLR
    PAMI TPAMI IJCV PNAS Nature Science RSS ICRA IROS CoRL MICCAI SIGGRAPH SIGMOD VLDB ICDE OSDI SOSP NSDI
    MLSys CHI USENIX CCS JASA Neurocomputing TNNLS arXiv
"""
_VENUE = re.compile(
    rf"(?P<venue>\b(?:{'|'.join(_VENUES.split())})\b(?:\s+(?:Workshop|Findings))?)"
    r"[\s,.'’(]{0,3}(?P<year>(?:19|20)\d{2}|\d{2})?\b(?:\s+Workshop)?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
_PAREN_YEAR = re.compile(r"[\s,]*\(((?:19|20)\d{2})[a-z]?\)[.,:]?\s+")
_QUOTED = re.compile(r"[“\"]([^“”\"]{8,300}?)[,.]?[”\"]")
_ET_AL = re.compile(r"[\s,]*\bet\.?\s*al\b\.?|\s*(?:\.\.\.|…)\s*", re.IGNORECASE)
_BY_YEAR = re.compile(r"(?P<authors>[^()\[\];:]{2,200}?)\s*[,\s]\s*['’]?(?P<year>(?:19|20)\d{2}|\d{2})$")
_BETWEEN_NAMES = re.compile(r"\s*[,;&]\s*(?:and\s+|&\s*)?|\s+and\s+")
_IN_VENUE = re.compile(r",?\s+[Ii]n\s+(?=Proc|Advances|Intern|Conference|ICML|NeurIPS)")
_ABBREVIATED = re.compile(r"(?:^|[\s(-])(?:[A-Z]|vs|al|cf|eds?|Jr|St|i\.e|e\.g)$")
_NAME_WORD = re.compile(r"[^\W\d_][^\s,;&()\d:/]*")
_INITIALS = re.compile(r"(?:[A-Z]\.?[-\s]?){1,4}")
_LOWER_IN_NAMES = frozenset("de da del della der den di dos du la le van von zu al el bin ibn ten ter y e".split())
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
    workshop""".split()
)


@dataclass(frozen=True, slots=True)
class Citation:
    """What a written citation states; None or () for what it does not."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    venue: str | None = None
    year: int | None = None


def parse_reference(text: str) -> Citation:
    """Read a citation in any of the usual orders.

    `Title. Authors. Venue Year`, `Authors. Title. Venue, Year`, `Authors (Year). Title. Venue` and
    `Authors, "Title," Venue, Year`; anything but the title may be missing.
    """
    text = " ".join(text.split())
    if (quoted := _QUOTED.search(text)) and len(quoted[1].split()) >= 2:
        venue, year = venue_and_year(text[quoted.end() :])
        before = text[: quoted.start()].strip(" ,.:")
        return Citation(clean_title(quoted[1]), parse_authors(before), venue, year)
    if (dated := _PAREN_YEAR.search(text)) and (authors := parse_authors(text[: dated.start()])):
        title, rest = _first_sentence(text[dated.end() :])
        return Citation(title, authors, venue_and_year(rest)[0], int(dated[1]))
    return _authors_first(text) or parse_citation(text)


def parse_citation(text: str) -> Citation:
    """Read `Title. Authors. Venue Year`, in this order; without authors, all before the venue is the title."""
    text = " ".join(text.split())
    body, venue, year = _without_venue(text)
    for end in _sentence_ends(body):
        title, rest = body[: end + 1], body[end + 1 :].strip(" .,;")
        authors = parse_authors(rest)
        if authors and len(title.split()) > 1:
            return Citation(clean_title(title), authors, venue, year)
    return Citation(clean_title(body) or None, (), venue, year)


def parse_authors(text: str) -> tuple[str, ...]:
    """`text` as a list of people in the order they are spoken, or () when it is anything else.

    Reads `Ann Bee, Carl Dee and Eve Fox`, `Bee, A., Dee, C.` and a closing `et al.`
    """
    text = text.strip(" .,;*:")
    if not text or len(text) > 3000:
        return ()
    shortened = _ET_AL.search(text) is not None
    tokens = [token for token in _BETWEEN_NAMES.split(_ET_AL.sub(",", text)) if token.strip(" .*")]
    people: list[str] = []
    at = 0
    while at < len(tokens):
        token = tokens[at].replace("_", " ").strip(" *")
        following = tokens[at + 1].strip() if at + 1 < len(tokens) else ""
        if _is_surname(token) and following and _INITIALS.fullmatch(following):
            people.append(f"{following} {token}")
            at += 1
        elif _is_person(token, shortened):
            people.append(token.rstrip(".") if len(token.rstrip(".").split()[-1]) > 1 else token)
        else:
            return ()
        at += 1
    return tuple(dict.fromkeys(people))


def author_and_year(text: str) -> tuple[tuple[str, ...], int | None]:
    """Who and when: `jacot et al. 2018`, `Mei & Montanari, 2019`, `ganguli 19`; ((), None) if neither."""
    match = _BY_YEAR.match(" ".join(text.split()).strip(" ()"))
    if match is None:
        return (), None
    names = _ET_AL.sub(",", match["authors"]).strip(" ,")
    people = tuple(p for p in re.split(r"\s*[,&]\s*|\s+and\s+", names) if p)
    if not people or any(len(p.split()) > 3 and not _is_person(p, alone_ok=False) for p in people):
        return (), None
    return people, full_year(match["year"])


def venue_and_year(text: str) -> tuple[str | None, int | None]:
    """The venue and year that a piece of text names, as `*ICLR 2022*` does."""
    _, venue, year = _without_venue(text.strip(" .,*_"))
    if year is None and (match := _YEAR.search(text)):
        year = int(match.group())
    return venue, year


def full_year(text: str) -> int:
    """`2019`, `19` or `98` as a year."""
    number = int(text)
    if number >= 100:
        return number
    return 2000 + number if number < 70 else 1900 + number


def clean_title(text: str) -> str:
    """A title without the marks that lists put around it."""
    text = re.sub(r"^\s*(?:[-*•–—·]\s+|\[?\d{1,3}[\].)]\s+|[#>]+\s*)+", "", text)
    text = text.strip(' \t"“”*_|,;:–—-')
    return re.sub(r"(?<!\.)\.$", "", text).strip(' "“”*_')


def looks_like_title(text: str) -> bool:
    """Whether a text is long enough, and word enough, to be a title rather than a nickname."""
    return len(title_key(text).split()) >= 4 and author_and_year(text)[1] is None


def is_short_title(text: str) -> bool:
    """Whether a text of two or three words is written as a title: `Deep Learning`. Nicknames are, too."""
    words = text.split()
    return 2 <= len(words) <= 3 and all(w[0].isupper() for w in words) and author_and_year(text)[1] is None


def in_title_case(text: str) -> bool:
    """Whether most of a text's longer words begin with a capital, as in many titles and no sentence."""
    words = re.findall(r"[^\W\d_]{4,}", text)
    return len(words) >= 2 and sum(word[0].isupper() for word in words) > len(words) / 2


def _authors_first(text: str) -> Citation | None:
    """`Authors. Title. Venue, Year`: the longest beginning that is a list of people."""
    best = -1
    for match in re.finditer(r"[.:](?=\s+\S)", text[:1500]):
        authors = parse_authors(text[: match.start() + 1])
        if len(authors) > 1 or (authors and match.group() == "."):
            best = match.end()
    if best < 0:
        return None
    title, rest = _first_sentence(text[best:].strip())
    if title is None or len(title.split()) < 2:
        return None
    venue, year = venue_and_year(rest)
    return Citation(title, parse_authors(text[:best]), venue, year)


def _first_sentence(text: str) -> tuple[str | None, str]:
    """The title that a text begins with, and what follows it."""
    ends = [end for end in _sentence_ends(text) if end >= 8]
    end = ends[0] if ends else len(text)
    title = re.split(r",?\s+(?:In|in)\s+(?=(?:Proc|Advances|Intern|Conference|ICML|NeurIPS))", text[: end + 1])[0]
    return clean_title(title) or None, text[end + 1 :]


def _without_venue(text: str) -> tuple[str, str | None, int | None]:
    """The text before the last venue that it names, that venue, and the year beside it."""
    last = None
    end = len(text.rstrip(" .)"))
    for match in _VENUE.finditer(text):
        if match["year"] or match.end() >= end:
            last = match
    if last is None:
        return text, None, None
    year = full_year(last["year"]) if last["year"] else None
    return text[: last.start()].rstrip(" .,;(["), last["venue"], year


def _sentence_ends(text: str) -> list[int]:
    """Where a title may end: at a full stop or question mark, but for those of initials and abbreviations."""
    ends = [m.start() for m in re.finditer(r"[.?!](?=\s+\S)", text)]
    return [
        end
        for end in ends
        if not re.search(r"(?:^|[\s(-])(?:[A-Z]|vs|al|cf|eds?|Jr|St|i\.e|e\.g)$", text[max(0, end - 8) : end])
    ]


def _is_surname(token: str) -> bool:
    words = token.split()
    return 1 <= len(words) <= 4 and words[-1][0].isupper() and all(_is_name_word(word) for word in words)


@lru_cache(maxsize=8192)
def _is_person(name: str, alone_ok: bool) -> bool:
    """Whether a text can be one person's name; `alone_ok` lets a bare surname be one."""
    words = name.replace(".", ". ").split()
    if not 1 <= len(words) <= 7 or len(name) > 60:
        return False
    if alone_ok:
        return len(words) <= 4 and not any(char.isdigit() for char in name)
    if len(words) == 1 or not all(_is_name_word(word) for word in words):
        return False
    return any(len(word.strip(".")) > 1 and word[0].isupper() for word in words)


def _is_name_word(word: str) -> bool:
    bare = word.strip(".'’")
    if not bare or any(char.isdigit() for char in bare):
        return False
    if bare.lower() in _LOWER_IN_NAMES:
        return True
    return (
        bare[0].isupper()
        and bare.lower() not in _NO_NAMES
        and re.fullmatch(r"[^\W\d_][^\s,;&()\d:/]*", bare) is not None
    )

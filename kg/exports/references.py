"""arXiv's journal references, taken apart.

They are free text in the orders of all fields: `Phys.Rev.D71:104017,2005`, `Nature 521 (2015) 436-444`, `ICML 2019,
PMLR 97:3519-3529`. One is taken apart only where every sign of it can be accounted for; else it stays whole, as a note.
"""

from __future__ import annotations

import re
from dataclasses import replace

from kg.exports.pieces import Pieces, take_apart
from kg.exports.records import Kind, Publication
from kg.text import squeezed

_LONGEST = 300  # characters; what is longer is an essay
_NEXT = re.compile(r";\s")  # an erratum or a translation follows
_BESIDE = re.compile(r"\s*(?:\[[^\[\]]*[a-z]{4}[^\[\]]*\]|\(?https?://\S+|,?\s*ISSN[:\s]*[\dX-]+)\.?$")
_IN = re.compile(
    r"^(?:In:?\s+|In:?\s?(?=Proc)|(?:Published|Appeared|Appears)\s(?:as\s[\w\s]{1,40}\s)?(?:at|in)\s)", re.IGNORECASE
)
_NOT_YET = re.compile(
    r"\b(?:to (?:appear|be published)|submitted|under review|in press|accepted|forthcoming)\b", re.IGNORECASE
)
_PREPRINT = re.compile(r"\b(?:arxiv|corr|biorxiv|ssrn|preprint)\b", re.IGNORECASE)
_MEETING = re.compile(
    r"\b(?:conf|conference|conferences|workshops?|symposium|symposia|meeting|congress|winter school|summer school)\b|"
    r"\bProc(?:eedings|\.)?,? (?:of )?(?:the )?\d+(?:st|nd|rd|th)\b|"
    r"\bAdvances in Neural Information Processing Systems\b|\bProceedings of Machine Learning Research\b",
    re.IGNORECASE,
)
_MEETINGS = frozenset(
    """AAAI AAMAS ACCV ACL AISTATS ALT ASPLOS BMVC CAV CHI CIKM COLING COLT CoNLL CoRL CVPR EACL ECAI ECCV ECML EMNLP
    FAccT FOCS GECCO HPCA ICALP ICASSP ICCV ICDE ICDM ICIP ICLR ICML ICPR ICRA ICSE ICWSM IJCAI IJCNLP INFOCOM
    INTERSPEECH Interspeech IROS ISCA ISIT ISMIR ISSTA KDD LREC MICCAI NAACL NeurIPS NIPS NSDI OOPSLA OSDI PLDI PODC
    PODS POPL RecSys RSS SDM SIGIR SIGKDD SIGMOD SODA SOSP STOC UAI USENIX VLDB WACV WSDM WWW""".split()
)
# Series that libraries and publishers treat as journals, though conferences fill them.
_SERIES = re.compile(r"Conf(?:erence|\.)?\s?(?:Proc|Ser)|Proc\.?\s?Suppl|Web (?:of )?Conf", re.IGNORECASE)
_SOCIETY = re.compile(
    r"\bProc(?:eedings|\.)?,?\s?(?:of\s)?(?:the\s)?(?:Amer|Lond|Nat|R\.|Roy|Camb|Edin|Jap|Indian|Steklov|IEEE\b(?!.*\b(?:Int|Conf))|"
    r"ACM (?:on|Program)|VLDB|Inst|Phys|Math)|\bMath\. Proc\.|\bPNAS\b",
    re.IGNORECASE,
)
_PROCEEDINGS = re.compile(r"\bProc(?:eedings|\b\.?)", re.IGNORECASE)
_LECTURES = re.compile(r"\b(?:Lect(?:ure|\.)\s?Notes|LNCS|LNAI)\b", re.IGNORECASE)
_PERIODICAL = re.compile(
    r"\b(?:journal|transactions|trans\.|letters|lett\.|review|reviews|magazine|annals|bulletin|archives?|record|explorations|J\.)",
    re.IGNORECASE,
)
_NO_NAME = re.compile(r"[{}<>|=@\\\"]|\bet al\b|\beds?\b\.?|://", re.IGNORECASE)
_SECTION = re.compile(r"(?<=[\s.])[A-IK-Z]\.?$")
_LETTERED = re.compile(r"([A-Z])(\d.*)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def read_journal_ref(text: str) -> Publication:
    """A journal reference taken apart; without a `container` where it cannot be, with all of it as the `note`."""
    whole = squeezed(text)
    unread = Publication("other", note=whole)
    if len(whole) > _LONGEST or _NOT_YET.search(whole) or _PREPRINT.search(whole):
        return unread
    first = _BESIDE.sub("", _NEXT.split(whole, maxsplit=1)[0])
    name, pieces = take_apart(_bare(first))
    kind = _kind(name, pieces)
    if kind is None or not _is_name(name, kind):
        return unread
    found = _article(name, pieces) if kind == "article" else _other(kind, name, pieces)
    return replace(found, note=whole if pieces.left_out or _bare(first) != _bare(whole) else None)


def _bare(text: str) -> str:
    return _IN.sub("", text.strip(" ,.;\"'"))


def _kind(name: str, pieces: Pieces) -> Kind | None:
    """What holds a paper, by the name of it; None where that does not say so."""
    if _LECTURES.search(name):
        return "chapter" if pieces.volume or pieces.pages else None
    if _SERIES.search(name) or _SOCIETY.search(name):
        return "article" if pieces.volume else None
    if _MEETING.search(name):
        return "conference"
    if not _MEETINGS.isdisjoint(re.findall(r"[A-Za-z]+", name)):
        return "article" if _PERIODICAL.search(name) and pieces.volume else "conference"
    if _PROCEEDINGS.search(name):
        return None
    located = pieces.volume or (pieces.pages and pieces.year)
    return "article" if located or (pieces.year and _PERIODICAL.search(name)) else None


def _is_name(name: str, kind: Kind) -> bool:
    """Whether a text can be the name of a journal (which has no number in it) or of a meeting."""
    if _NO_NAME.search(name) or sum(map(str.isalpha, name)) < 2 or name.count("(") != name.count(")"):
        return False
    return kind == "conference" or not re.search(r"\d", re.sub(r"\s\(\d\)$", "", name))


def _article(name: str, pieces: Pieces) -> Publication:
    """A journal article; a letter before the volume (`Phys.Rev.D71`) is the journal's section."""
    volume = pieces.volume
    if volume and (lettered := _LETTERED.fullmatch(volume)) and not _SECTION.search(name):
        name, volume = name + (" " if " " in name else "") + lettered[1], lettered[2]
    return Publication("article", name, volume, pieces.number, pieces.pages, pieces.year)


def _other(kind: Kind, name: str, pieces: Pieces) -> Publication:
    if pieces.volume and pieces.volume == pieces.year:  # of a meeting, a part of its name
        name, pieces.volume = f"{name} {pieces.year}", None
    years = set(_YEAR.findall(name))
    year = pieces.year or (years.pop() if len(years) == 1 else None)
    return Publication(kind, name, pieces.volume, pieces.number, pieces.pages, year, pieces.series)

"""Venues and years in written citations. Pure."""

from __future__ import annotations

import re

_VENUES = """
    ICML NeurIPS NIPS ICLR COLT ALT AISTATS UAI AAAI IJCAI CVPR ICCV ECCV WACV BMVC ACL EMNLP NAACL EACL
    COLING TACL INTERSPEECH ICASSP SIGIR KDD WWW WSDM CIKM RecSys ICDM SDM STOC FOCS SODA ITCS JMLR TMLR
    PAMI TPAMI IJCV PNAS Nature Science RSS ICRA IROS CoRL MICCAI SIGGRAPH SIGMOD VLDB ICDE OSDI SOSP NSDI
    MLSys CHI USENIX CCS JASA Neurocomputing TNNLS arXiv
"""
_LONGEST_VENUE = 40  # characters
_VENUE = re.compile(  # of text in lower case: one that ignores case takes thrice as long
    rf"(?P<venue>\b(?:{'|'.join(_VENUES.lower().split())})\b(?:\s+(?:workshop|findings))?)"
    r"[\s,.'’(]{0,3}(?P<year>(?:19|20)\d{2}|\d{2})?\b(?:\s+workshop)?"
)
YEAR = re.compile(r"\b(?:19|20)\d{2}(?=[a-z]?\b)(?!\.\d)")  # not the beginning of an arXiv id
_DIGIT = re.compile(r"\d")
_PRAISE = re.compile(r" ?\([^()]{3,40}$")
_JOURNAL = re.compile(
    r"journal|proceedings|advances|transactions|annals|letters|review|conference|systems|processing", re.I
)
# A name of a place of publication: words up to a comma, a stop or a number that is neither an ordinal nor a year.
_PLACE = re.compile(
    r"\s*(?:[Ii]n:?\s+|Presented at\s+|Published in\s+|Accepted (?:at|to|by)\s+)?(?:the\s+)?"
    r"(?P<place>[A-Z\d](?:[^,.;:()\[\]\d]|\d{1,2}(?:st|nd|rd|th)\b|(?<=\d)\d|(?:19|20)\d{2}\s(?=[A-Z])){2,160})"
)
_PUBLISHERS = re.compile(
    r"\b(?:press|publish\w*|verlag|springer|elsevier|wiley|hall|university|inc|ltd|routledge|mcgraw)\b", re.I
)
_NO_PLACE = re.compile(
    r"(?:pages?|pp|vol|volume|url|doi|https?|available|accessed|technical report|phd|master|to appear)\b", re.I
)


def venue_and_year(text: str) -> tuple[str | None, int | None]:
    """The venue and year that a piece of text names, as `*ICLR 2022*` does."""
    _, venue, year = without_venue(text.strip(" .,*_"))
    if year is None and (match := YEAR.search(text)):
        year = int(match.group())
    return venue, year


def place_and_year(text: str) -> tuple[str | None, int | None]:
    """Where and when, as `In Proceedings of the 34th Conference on Nets, pages 1-2, 2017` says; no publisher."""
    venue, year = venue_and_year(text)
    years = YEAR.findall(text)
    if venue is None and (match := _PLACE.match(text)):
        place = match["place"].strip()
        words = [word for word in place.split() if len(word) > 3]
        named = sum(word[0].isupper() for word in words) * 2 >= len(words) or len(words) < 3 or _JOURNAL.search(place)
        if named and not _NO_PLACE.match(place) and not _PUBLISHERS.search(place) and not place.isdigit():
            venue = place
    return venue, int(years[-1]) if years and year is None else year


def is_venue(word: str) -> bool:
    """Whether a word is the short name of a known venue."""
    return _VENUE.fullmatch(word.lower()) is not None


def only_venue(text: str) -> tuple[str | None, int | None]:
    """The venue and year of a piece of text that says nothing else; (None, None) for any other."""
    body, venue, year = without_venue(text.strip(" .,*_()[]"))
    return (venue, year) if venue and not body else (None, None)


def ends_with_venue(line: str) -> bool:
    """Whether a line ends as a citation does: with a venue, a year, and no more than a word of praise."""
    line = _PRAISE.sub("", line.rstrip(" .)"))
    last = line.rfind(" ")
    return any(m["year"] and m.end() > last for m in _VENUE.finditer(line.lower(), max(0, last - _LONGEST_VENUE)))


def full_year(text: str) -> int:
    """`2019`, `19` or `98` as a year."""
    number = int(text)
    if number >= 100:
        return number
    return 2000 + number if number < 70 else 1900 + number


def without_venue(text: str) -> tuple[str, str | None, int | None]:
    """The text before the last venue that it names, that venue, and the year beside it."""
    last = None
    end = len(text.rstrip(" .)"))
    # Without a year beside it, only the last words can be a venue.
    start = 0 if _DIGIT.search(text) else max(0, end - _LONGEST_VENUE)
    lower = text.lower()
    if len(lower) != len(text):  # a few letters of other scripts grow
        return text, None, None
    for match in _VENUE.finditer(lower, start):
        if match["year"] or match.end() >= end:
            last = match
    if last is None:
        return text, None, None
    year = full_year(last["year"]) if last["year"] else None
    if year and len(last["year"]) == 2 and (whole := YEAR.search(text, last.end())):
        year = int(whole.group())  # what stood beside it is a volume
    return text[: last.start()].rstrip(" .,;(["), text[slice(*last.span("venue"))], year

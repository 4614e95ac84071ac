"""A journal reference taken apart: a name, and behind it nothing but volume, number, pages, dates and publishers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?|Spring|Summer|Fall|Autumn|Winter)\b\.?"
)
_ONE = r"(?:[A-Za-z]{1,2}\d{1,9}|\d{1,9}[A-Za-z]{0,2})(?![A-Za-z])(?:\s?\([A-Z]\))?(?:-p\d{1,4})?"
_DASH = r"\s{0,2}(?:--?|[\u2010-\u2014\u2212]|/)\s{0,2}"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?(?!\d)"
_PUBLISHERS = r"ACM|IEEE|Springer(?:[- ]Verlag)?|Elsevier|(?:AAAI|MIT) Press|USENIX|Curran Associates(?:, Inc)?"

# In this order; the first that fits is taken.
_KINDS = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        (
            "date",
            rf"\(\s?(?:{_DAY}[\s,]{{1,2}})?(?:{_MONTH}(?:[-/]{_MONTH})?[\s,]{{0,2}})?(?:{_DAY}[\s,]{{1,2}})?{_YEAR}\s?\)",
        ),
        (
            "date",
            rf"(?:{_DAY}(?:{_DASH}{_DAY})?\s)?{_MONTH}(?:[-/]{_MONTH})?[\s,]{{0,2}}(?:{_DAY}[\s,]{{1,2}})?{_YEAR}",
        ),
        ("date", rf"{_YEAR}\s{_MONTH}(?:\s{_DAY})?"),
        ("date", r"\(\s?(?:NeurIPS|NIPS|ICML|AISTATS|COLT)[\s'’-]{0,2}(?P<year>(?:19|20)\d\d)\s?\)"),
        ("volume", rf"(?:volume|vols?\b|v)[.:]?\s?(?P<value>{_ONE}(?:{_DASH}{_ONE})?)"),
        ("number", rf"(?:number|numbers|nos?\b|nr\b|num\b|issues?|iss\b|n)[.:]?\s?(?P<value>{_ONE}(?:{_DASH}{_ONE})?)"),
        ("pages", rf"(?:pages?|pp?\b|pgs?\b)[.:]?\s?(?P<value>{_ONE}(?:{_DASH}{_ONE})?)(?![\w(])"),
        ("pages", rf"(?:article|art\b|paper|article id)[.:]?\s?(?:no\b|number)?[.:]?\s?(?P<value>{_ONE})"),
        ("count", r"\(?\s?\d{1,4}\s?(?:pages|pp?\b\.?)\s?\)?"),
        ("issue", r"[(\[]\s?(?P<value>\d{1,3}(?:\s?[-–/]\s?\d{1,3})?)\s?[)\]]"),
        ("series", r"(?P<value>PMLR|JMLR:? W&CP|JMLR Workshop and Conference Proceedings|LNCS|LNAI)\b"),
        ("publisher", rf"(?P<value>{_PUBLISHERS})\b"),
        ("range", rf"(?P<value>{_ONE}{_DASH}{_ONE})(?![\w(])"),
        ("year", _YEAR),
        ("bare", rf"(?P<value>{_ONE})(?![\w])"),
        ("part", r"[()]"),
    )
)
# What numbers an article, never a volume: `P10008`, `012115`, `124018`. (Two digits may be a volume's: `JHEP 03`.)
_ARTICLE = re.compile(r"[A-Za-z]|0\d\d|\d{5}")
_BETWEEN = re.compile(r"[\s,.:;]*(?:-\s)?")
_CUTS = re.compile(r"(?<=[\s,.:;)])(?=[^\s,.:;])|(?<=[A-Za-z])(?=[\d(])|(?<=[.a-z])(?=[A-Z]\d)")
_TRAILING = " ,:;-–("
_POS = re.compile(
    r"PoS[\s(]{0,2}(?P<volume>[A-Za-z]{2,20}[\s-]?\d{2,4}(?:-[A-Z]{2,10})?)\)?[\s,:]{0,2}(?P<rest>[\d(][^A-Za-z]*)"
)


@dataclass(slots=True)
class Pieces:
    """What stands behind the name. `left_out`: it also says something that there is no place for."""

    volume: str | None = None
    number: str | None = None
    pages: str | None = None
    year: str | None = None
    series: str | None = None
    left_out: bool = False


@dataclass(slots=True)
class _Reading:
    """The pieces so far, and the numbers that nothing labels, in their order; those that may be a year are `dates`."""

    pieces: Pieces
    loose: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    dated_first: bool = False

    @property
    def begun(self) -> bool:
        """Whether anything was read that says where in a journal or a book."""
        return bool(self.pieces.volume or self.pieces.pages or len(self.loose) > len(self.dates))


def take_apart(text: str) -> tuple[str, Pieces]:
    """The name that a reference begins with, and its pieces: the shortest such name behind which all can be read."""
    if (found := _POS.fullmatch(text)) and (pieces := _read(found["rest"])):
        pieces.volume, pieces.pages = found["volume"], pieces.pages or pieces.volume
        return "PoS", pieces
    before, text = _leading_year(text)
    for cut in _CUTS.finditer(text):
        name = text[: cut.start()]
        if name.count("(") == name.count(")") and any(map(str.isalpha, name)):
            pieces = _read(text[cut.start() :], before)
            if pieces is not None:
                return _named(name), pieces
    return _named(f"{before} {text}" if before else text), Pieces()


def _leading_year(text: str) -> tuple[str | None, str]:
    """`2011, MNRAS, 413, 2873`: the year in front of a journal's name; a meeting's stays with it."""
    match = re.match(rf"{_YEAR}[\s,.]{{1,3}}(?=[A-Z].*\d)(?!.*\b(?:Conf|Workshop|Symposium|International)\w*)", text)
    return (match["year"], text[match.end() :]) if match else (None, text)


def _named(name: str) -> str:
    return name.strip(_TRAILING).strip()


def _read(text: str, year: str | None = None) -> Pieces | None:
    """The pieces of a text that has nothing else; None where it has, or where two of one kind contradict."""
    reading = _Reading(Pieces(year=year), dated_first=year is not None)
    at = _end(_BETWEEN.match(text))
    while at < len(text):
        found = next(((kind, match) for kind, pattern in _KINDS if (match := pattern.match(text, at))), None)
        if found is None or not _put(reading, *found):
            return None
        at = _end(_BETWEEN.match(text, found[1].end()))
    return _settled(reading)


def _end(match: re.Match[str] | None) -> int:
    return match.end() if match else 0


def _put(reading: _Reading, kind: str, match: re.Match[str]) -> bool:
    """Put one piece in its place; whether there is one for it, and it was free."""
    pieces, found = reading.pieces, match.groupdict()
    if kind in {"date", "year"}:
        reading.dated_first |= not reading.begun
    if kind == "date" and reading.loose == reading.dates == [match[0].strip("( )")] and _is_volume(match):
        pieces.year, reading.loose, reading.dates = found["year"], [], []
        return _fill(pieces, "volume", found["year"])
    if kind == "date":
        return pieces.year == found["year"] or _fill(pieces, "year", found["year"])
    if kind in {"year", "range", "bare"}:
        reading.loose.append(found.get("value") or found["year"])
        reading.dates += [found["year"]] if kind == "year" else []
    elif kind == "issue":
        return reading.begun and _fill(pieces, "number", found["value"])
    elif kind == "publisher":
        pieces.left_out = True
        return reading.begun or bool(reading.dates or pieces.year)
    elif kind == "count":
        pieces.left_out = True
    elif kind != "part":
        return _fill(pieces, kind, found["value"])
    return True


def _is_volume(match: re.Match[str]) -> bool:
    """Whether a number before the same year in parentheses is a volume (`J. Stat. Mech. 2021 (2021) 124003`).

    Such journals count their volumes by years. Behind it stands where in the volume; else the year is only said twice.
    """
    return any(map(str.isdigit, match.string[match.end() :]))


def _fill(pieces: Pieces, place: str, value: str) -> bool:
    free = getattr(pieces, place) is None
    setattr(pieces, place, value)
    return free


def _settled(reading: _Reading) -> Pieces | None:
    """The loose numbers in their places: the year, then volume, number, pages; what has none spoils it."""
    pieces, loose = reading.pieces, reading.loose
    if pieces.year in reading.dates or (pieces.year is None and len(reading.dates) > 1):
        return None  # which of them is the year, and which a page?
    if pieces.year is None and reading.dates:
        pieces.year = reading.dates[0]
        loose.remove(pieces.year)
    places = [place for place in ("volume", "number", "pages") if getattr(pieces, place) is None]
    article = len(loose) == 1 and reading.dated_first and _ARTICLE.match(loose[0])
    if "pages" in places and len(loose) == 1 and (article or re.search(_DASH, loose[0])):
        places = ["pages"]
    elif "number" in places and len(loose) < len(places):
        places.remove("number")
    if len(loose) > len(places):
        return None
    for place, value in zip(places, loose, strict=False):
        setattr(pieces, place, re.sub(_DASH, "-", value))
    pieces.pages = pieces.pages and re.sub(_DASH, "-", pieces.pages)
    return pieces if pieces.volume or pieces.pages or pieces.year else None

"""Reading one written citation: title, authors, venue and year out of a line of text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from ingest.people import author_and_year, is_person, one_inverted, parse_authors, surnames
from ingest.venues import YEAR, ends_with_venue, only_venue, place_and_year, without_venue
from kg.identifiers import title_key

_IN_VENUE = re.compile(r",?\s+[Ii]n\s+(?=Proc|Advances|Intern|Conference|ICML|NeurIPS)")
# What may follow a title: where it appeared, or a year.
_AFTER_TITLE = re.compile(
    r"\s*(?:In\b|arXiv|CoRR|Proc|Advances|Journal|Trans|IEEE|ACM|Nature|Science|[A-Z]{3,}|[^.?!]{0,60}\d)"
)
# What styles put after a title: a book's volume and series, the year of what was published nowhere.
SERIES = re.compile(r",? (?:volume|vol\.) [\w.-]{1,12}(?: of .{3,120})?$|(?:[.,] (?:19|20)\d{2}){1,2}$")
_ABBREVIATED = re.compile(r"(?:^|[\s(-])(?:[A-Z]|vs|al|cf|eds?|Jr|St|i\.e|e\.g)$")
_LIST_MARK = re.compile(r"^\s*(?:[-*•–—·]\s+|\[?\d{1,3}[\].)]\s+|\[[A-Z][\w+]{1,8}\d{2}[a-z]?\]:?\s+|[#>]+\s*)+")
_PROSE_TITLE = re.compile(r"\s[-–—:]\s|:\s|$")
_LONGEST = 3000  # characters of a citation with all that stands around it
_MOST_STOPS = 12  # after which a title may end
_LONGEST_REFERENCE = 700  # characters
_SIGN_OF_REFERENCE = re.compile(
    r"\bpp?\.\s?\d|\bpages\s\d|\bvol(?:ume|\.)\s?\d|\bno\.\s?\d|\d\s?\(\d{1,3}\)|\d[:,]\s?\d{1,5}[-–]\d|\bdoi\b|arXiv|CoRR"
    r"|\bIn:?\s[A-Z]|Press\b|\bJournal\b|\bProc|\bTrans\.|\((?:19|20)\d{2}[a-z]?\)|[,.(]\s?(?:19|20)\d{2}[a-z]?\)?\.?$"
)
_INSTITUTION = re.compile(
    r"^(?:The )?(?:[A-Z]\w+ )?(?:University|Institute|Department|School|Faculty|College|Laborator(?:y|ies))\b"
)
_DATE_FIRST = re.compile(r"^(?:19|20)\d{2}(?:-\d{2})?\s?[-–|:]\s")
_QUOTED = re.compile(r"[“\"]([^“”\"]{8,300}?)[,.]?[”\"]")
_DATED = re.compile(r"[\s,]{0,3}\(((?:19|20)\d{2})[a-z]?(?:,\s[A-Z][a-z]{2,8}\.?(?:\s\d{1,2})?)?\)[.,:]?\s+")
_YEAR_FIRST = re.compile(r"\s?\((?:19|20)\d{2}[a-z]?\)")
_DATED_BARE = re.compile(r"[,.]\s((?:19|20)\d{2})[a-z]?[.:]\s+")
_ET_AL_THEN = re.compile(r"(?P<authors>[^():]{3,80}?\bet\.? al\.?)[,:]\s+(?P<rest>.{8,})$")
# What of a journal or a book stands after a title and a comma: `, PNAS 116(32), 2019`, `, in`.
_IN_JOURNAL = re.compile(
    r",\s(?P<venue>[A-Z][^\d,]{1,80}?),?\s(?:[Vv]ol\.\s?)?\d{1,4}(?:\s?\(\d{1,4}\))?[,: ][^A-Za-z]{0,30}"
    r"(?P<year>(?:19|20)\d{2})(?!\d)[^A-Za-z]{0,9}$"
)
_LAST_IN = re.compile(r",\s[Ii]n:?$")
_FIRST_OF_ALL = re.compile(r"(?P<who>[^():\[\]]{3,60}?['’]?(?:19|20)?\d{2}[a-z]?)\)?:\s+(?P<rest>\S.{7,})$")
_BY_AT_END = re.compile(
    r"(?:,|\s[-–—]|\s\(|\sby)\s*(?P<who>(?:[A-Z][\w'’-]{1,25}(?:,? (?:and|&) |, )?){1,3} et\.? al\.?)"
    r"(?:,?\s\(?(?P<year>(?:19|20)\d{2})\)?)?[\s).,:;-]*$"
)
_OPENINGS = frozenset("As Following Unlike Like Since While When Although Recently Similarly".split())  # of sentences
_STOP = re.compile(r"[.?!](?=\s+\S)")


@dataclass(frozen=True, slots=True)
class Citation:
    """What a written citation states; None or () for what it does not."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    venue: str | None = None
    year: int | None = None


@lru_cache(maxsize=2048)
def parse_reference(text: str) -> Citation:
    """Read a citation in any of the usual orders.

    `Title. Authors. Venue Year`, `Authors. Title. Venue, Year`, `Authors (Year). Title. Venue`,
    `Authors, Year. Title`, `Authors. Year. Title`, `Authors, "Title," Venue, Year`, `Bee et al., Title, Venue Year`,
    `Bee et al. 2017: Title` and `Title, Bee et al. 2017`; anything but the title may be missing.
    """
    text = _DATE_FIRST.sub("", _LIST_MARK.sub("", " ".join(text[:_LONGEST].split())))
    return _quoted(text) or _dated(text) or _shortened(text) or _authors_first(text) or parse_citation(text)


def parse_citation(text: str) -> Citation:
    """Read `Title. Authors. Venue Year`, in this order; without authors, all before the venue is the title."""
    text = " ".join(text[:_LONGEST].split())
    body, venue, year = without_venue(text)
    for end in islice(_sentence_ends(body), _MOST_STOPS):
        title, rest = body[: end + 1], body[end + 1 :].strip(" .,;")
        authors = parse_authors(rest) or surnames(rest, least=3)
        if authors and len(title.split()) > 1:
            return Citation(clean_title(title), authors, venue, year)
    return Citation(clean_title(body) or None, (), venue, year)


def _quoted(text: str) -> Citation | None:
    """`Authors, "Title," Venue, Year`."""
    match = _QUOTED.search(text) if '"' in text or "“" in text else None
    if match is None or len(match[1].split()) < 2:
        return None
    before = text[: match.start()].strip(" ,.:")
    shortly, dated = author_and_year(before)
    authors = shortly or parse_authors(before) or one_inverted(before) or surnames(before)
    venue, year = place_and_year(text[match.end() :])
    return Citation(clean_title(match[1]), authors, venue, year or dated)


def _dated(text: str) -> Citation | None:
    """`Authors (Year). Title. Venue`, `Authors, Year. Title. Venue` and, as the ACM has it, `Authors. Year. Title.`."""
    if YEAR.search(text) is None:
        return None
    for match in (_DATED.search(text), _DATED_BARE.search(text)):
        before = text[: match.start()] if match else ""
        if match and (authors := parse_authors(before) or one_inverted(before) or surnames(before)):
            after = text[match.end() :]
            if _is_spoken(authors[0], " al" in before) or (match.group().rstrip()[-1] not in ".:" and _says(after)):
                continue
            title, rest = _first_sentence(after)
            return Citation(title, authors, place_and_year(rest)[0], int(match[1]))
    return None


def _is_spoken(name: str, shortened: bool) -> bool:
    """Whether a sentence leads up to the name before `et al.`: `As shown by Bee`; names in lower case are none."""
    first, space, _ = name.partition(" ")
    return shortened and bool(space) and first[0].isupper() and (first in _OPENINGS or not is_person(name, False))


def _says(text: str) -> bool:
    """Whether a sentence goes on here, as `Bee (2018) shows that` does; of titles, `k-means` and `mixup:` may be first.

    Of 163,698 titles on arXiv, about thirty begin with a plain word in small letters.
    """
    word = text.partition(" ")[0].rstrip(",;.)")
    return word.isalpha() and word.islower() and (len(word) > 1 or word == "a")


def _shortened(text: str) -> Citation | None:
    """The forms of notes: `Bee et al., Title, Venue Year`, `Bee et al. 2017: Title`, `Title, Bee et al. 2017`."""
    if ":" in text and (match := _FIRST_OF_ALL.match(text)):
        authors, year = author_and_year(match["who"])
        if authors and year:
            inner = parse_reference(match["rest"])
            return Citation(inner.title, authors, inner.venue, year)
    if " al" not in text:
        return None
    if (match := _ET_AL_THEN.match(text)) and (authors := parse_authors(match["authors"])):
        body, venue, year = _before_comma(match["rest"])
        return Citation(clean_title(body) or None, authors, venue, year)
    whole, where, when = without_venue(text)
    if (match := _BY_AT_END.search(whole, max(0, len(whole) - 120))) and (authors := parse_authors(match["who"])):
        body, venue, year = whole[: match.start()], where, when
        if venue is None:
            body, venue, year = without_venue(body)
        return Citation(clean_title(body) or None, authors, venue, int(match["year"]) if match["year"] else year)
    return None


def _before_comma(text: str) -> tuple[str, str | None, int | None]:
    """A title, and the venue and year that follow it after a comma: a known venue, or a journal with its volume."""
    if journal := _IN_JOURNAL.search(text):
        return text[: journal.start()], journal["venue"], int(journal["year"])
    body, venue, year = without_venue(text)
    return _LAST_IN.sub("", body), venue, year


def shows_reference(text: str) -> bool:
    """Whether a text has signs that only entries of bibliographies have: pages, a volume, a year at the end."""
    return _SIGN_OF_REFERENCE.search(text) is not None or ends_with_venue(text)


def is_reference(text: str) -> bool:
    """Whether a paragraph is one entry of a bibliography: people, a title, a year, and the signs of such entries."""
    if len(text) > _LONGEST_REFERENCE or not YEAR.search(text) or not shows_reference(text):
        return False
    stated = parse_reference(text)
    return bool(stated.authors and stated.year and len((stated.title or "").split()) >= 3)


def clean_title(text: str) -> str:
    """A title without the marks that lists put around it."""
    text = _LIST_MARK.sub("", text)
    text = text.strip(' \t"“”*_|,;:–—-').rstrip(" [(")
    if text.endswith(".") and not text.endswith(".."):
        text = text[:-1]
    return text.strip(' "“”*_')


def looks_like_title(text: str) -> bool:
    """Whether a text is long enough, and word enough, to be a title rather than a nickname."""
    return len(title_key(text).split()) >= 4 and author_and_year(text)[1] is None


def is_short_title(text: str) -> bool:
    """Whether a text of two or three words is written as a title: `Deep Learning`. Nicknames may be, too."""
    words = text.split()
    if not 2 <= len(words) <= 3 or not all(w[0].isupper() for w in words) or author_and_year(text)[1]:
        return False
    return not is_person(text, False)


def in_title_case(text: str) -> bool:
    """Whether most of a text's longer words begin with a capital, as in many titles and no sentence."""
    words = re.findall(r"[^\W\d_]{4,}", text)
    return len(words) >= 2 and sum(word[0].isupper() for word in words) > len(words) / 2


def names_institution(title: str) -> bool:
    """Whether what stands where a title would is where people work: `University of X`."""
    return _INSTITUTION.search(title) is not None


def bare_title(text: str) -> str | None:
    """The title that a text without authors or venue begins with, in the capitals of one; None when there is none."""
    title = text[: _PROSE_TITLE.search(text).start()]  # type: ignore[union-attr]
    words = re.findall(r"[^\W\d_]{4,}", title)
    capitals = sum(word[0].isupper() for word in words)
    if len(words) < 5 or capitals < 0.8 * len(words) or len(title.split()) > 25 or "," in title:
        return None
    return title


def _authors_first(text: str) -> Citation | None:
    """`Authors. Title. Venue, Year`, or a colon after the authors: the longest beginning that is a list of people."""
    best, authors = -1, tuple[str, ...]()
    for match in islice(re.finditer(r"[.:](?=\s+\S)", text[:1500]), 5 * _MOST_STOPS):
        if match.group() == ":" and authors and not _goes_on(text[:best], text[: match.start()]):
            continue  # the first word of a title: `Adam: A method for ...`
        before = text[: match.start() + 1]
        found = parse_authors(before) or one_inverted(before[:-1]) or (surnames(before) if best < 0 else ())
        if len(found) > 1 or (found and (match.group() == "." or "." in before[:-1])):
            best, authors = match.end(), found
    if _YEAR_FIRST.match(text, max(best, 0)):
        return None  # `Bee et al. (2018) show that ...`: with a title after the year it would have been read by now
    title, rest = _first_sentence(text[best:].strip()) if authors else (None, "")
    if title is None or len(title.split()) < 2 or only_venue(title)[0]:
        return None
    return Citation(title, authors, place_and_year(rest)[0], place_and_year(text[best:])[1])


def _goes_on(names: str, longer: str) -> bool:
    """Whether a list of people may be longer than up to its last stop: that one stands after a middle initial."""
    return longer.endswith(".") or re.search(r"[^\s,.]{2,}\s[A-Z]\.$", names) is not None


def _first_sentence(text: str) -> tuple[str | None, str]:
    """The title that a text begins with, and what follows it. A question may be the first half of a title."""
    ends = list(islice((end for end in _sentence_ends(text) if end >= 8), 2)) or [len(text)]
    end = ends[0]
    if text[end : end + 1] == "?" and len(ends) > 1 and not _AFTER_TITLE.match(text[end + 1 :]):
        end = ends[1]
    title = _IN_VENUE.split(text[: end + 1])[0]
    return SERIES.sub("", clean_title(title)) or None, text[end + 1 :]


def _sentence_ends(text: str) -> Iterator[int]:
    """Where a title may end: at a full stop or question mark, but for those of initials and abbreviations."""
    ends = (match.start() for match in _STOP.finditer(text))
    return (end for end in ends if not ends_in_abbreviation(text[max(0, end - 8) : end]))


def ends_in_abbreviation(text: str) -> bool:
    """Whether a full stop after this text ends no sentence: an initial, `vs`, `et al`."""
    return _ABBREVIATED.search(text[-8:]) is not None

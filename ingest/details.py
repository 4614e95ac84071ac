"""What stands around a citation: its authors, venue and year, and what is said of it. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import islice

from ingest.blocks import Block, Link
from ingest.citations import ends_in_abbreviation, parse_reference
from ingest.entries import JOINTS, LABEL, Entry, only_labels, plain
from ingest.people import author_and_year, names_people, parse_authors, surnames
from ingest.venues import YEAR, only_venue, venue_and_year, without_venue
from kg.identifiers import title_key
from kg.links import PaperLink

_FIELD = re.compile(r"^(?P<name>[A-Z][\w ]{2,18})\s?:\s*(?P<value>.*)$", re.DOTALL)
_DIGESTS = frozenset(
    "digest|summary|tldr|tl dr|note|notes|comment|comments|abstract|remark|key idea".split("|")  # as title_key has them
)
_KEYWORDS = frozenset({"key word", "key words", "keyword", "keywords", "key wrod", "tags", "tag", "topics"})
_BYLINES = frozenset({"author", "authors", "by"})
_PLACES = frozenset(
    {"venue", "conference", "journal", "published", "published in", "publication", "where", "year", "date"}
)
_TRAILING_LABEL = re.compile(
    r"(?<![\s,.;:(])[\s,.;:(]++(?:url|link|arxiv|available (?:at|from|online)|retrieved from|doi|see)\s?:?$",
    re.IGNORECASE,
)
_LAST_LABEL = re.compile(r"\s\W{0,4}(?:links?|url|pdf|paper|arxiv|code)\W{0,4}$", re.IGNORECASE)
_TITLE_FIELD = re.compile(r"\W{0,6}title\s?::?\s", re.IGNORECASE)
_NOTE_FIELD = re.compile(
    r"\W{0,4}\b(title|authors?|links?|url|pdf|paper|code|venue|conference|journal|year|date|published|abstract|"
    r"summary|notes?|tags?|keywords?|digest|tldr|comments?)\s?::?\s",
    re.IGNORECASE,
)
_TAG = re.compile(r"\s*[(\[]([^()\[\]]{3,40})[)\]][\s:.,-]*(?=\S)")
_BRACKETED = re.compile(rf"[{re.escape(JOINTS)}\s]*[(\[]([^()\[\]]{{3,200}})[)\]]")
_LEAD = re.compile(rf"[{re.escape(JOINTS)}\s]*(by\s+)?")
_STOP = re.compile(r"[.;(]\s|\s[-–—|]\s|$")
_FIRST_PART = re.compile(r"[(\[*_]*+(?:In\s+)?([^.;:–—]{2,60}?)[)\]*_]*(?:[.;:–—]\s|\s-\s|\.?$)")
_LONGEST_SENTENCE = 600  # characters before and after the link in it
_ADDRESSES = re.compile(r"https?://\S+")
_SENTENCE = re.compile(r"(?<! al)(?<!\b[A-Z])[.!?][\"”’)]?\s+(?=[A-Z(\[$“])")
_POINTER = re.compile(r"(?:please\s)?(?:refer to|see|cf\.?)\b", re.IGNORECASE)
_LONGEST_VENUE_LINE = 60  # characters of a line that names a venue and nothing else
_LAST_BRACKET = re.compile(r"\s[(\[]([^()\[\]]{3,40})[)\]]$")
_EMOJI = re.compile(r":(?:[a-z_]{2,24}|\+1|100):")
_SENTENCE_STOP = re.compile(r"[.;](?=\s)|\s[-–—|]\s")
_YEAR_AT_END = re.compile(r"[,(\s]+((?:19|20)\d{2})[a-z]?$")


def state(entry: Entry, text: str) -> None:
    """Read `Title. Authors. Venue Year`, in any order, or `Title: ... Authors: ...`, into an entry."""
    if _TITLE_FIELD.match(text):
        state_fields(entry, text)
        return
    if tag := _TAG.match(text):
        venue, year = venue_and_year(tag[1])
        if venue or year:
            entry.venue, entry.year, text = entry.venue or venue, entry.year or year, text[tag.end() :]
    text = without_last_bracket(entry, text)
    head, dash, rest = text.partition(" - ")
    if dash and (found := only_venue(head))[0]:
        (entry.venue, entry.year), text = found, rest
    stated = parse_reference(_TRAILING_LABEL.sub("", text))
    entry.title = stated.title
    entry.authors = stated.authors or entry.authors
    entry.venue, entry.year = stated.venue or entry.venue, stated.year or entry.year


def without_last_bracket(entry: Entry, text: str) -> str:
    """A name without the venue in brackets behind it, as in `Nets at Rest (ICML 2018)`, which goes to the entry."""
    last = _LAST_BRACKET.search(text)
    venue, year = only_venue(last[1]) if last else (None, None)
    if last is None or venue is None:
        return text
    entry.venue, entry.year = venue, year
    return text[: last.start()]


def state_fields(entry: Entry, text: str) -> None:
    """Read `Title: ... Authors: ... Year: ...`; digests and keywords among the fields are said of the work."""
    pieces = _NOTE_FIELD.split(_LAST_LABEL.sub("", text))
    fields = {
        title_key(name).rstrip("s"): value.strip(JOINTS) for name, value in zip(pieces[1::2], pieces[2::2], strict=True)
    }
    entry.title = fields.get("title") or entry.title
    authors = fields.get("author", "")
    entry.authors = parse_authors(authors) or ((authors,) if authors else entry.authors)
    venue, year = venue_and_year(
        " ".join(fields.get(name, "") for name in ("venue", "conference", "journal", "year", "date"))
    )
    stated = fields.get("venue") or fields.get("conference") or fields.get("journal")
    entry.venue = entry.venue or venue or stated
    entry.year = entry.year or year
    entry.remarks += [value for name, value in fields.items() if name in _DIGESTS and value]
    entry.remarks += [f"Keywords: {value}" for name, value in fields.items() if name in _KEYWORDS and value]


def say_before(entry: Entry, before: str) -> None:
    """What stands before an entry's link on its line: `ICML 2018:`, its authors, or an introduction."""
    text = plain(before)
    text = _SENTENCE.split(text)[-1].strip(JOINTS + '()[]*_"“”')
    if not title_key(text):
        return
    named, dated = author_and_year(text)
    venue, year = venue_and_year(text)
    if named and dated:
        entry.authors, entry.year = entry.authors or named, entry.year or dated
    elif (venue or year) and len(text.split()) <= 3:
        entry.venue, entry.year = entry.venue or venue, entry.year or year
    elif (authors := parse_authors(text)) and (len(authors) > 1 or before.rstrip()[-1:] in ":,."):
        entry.authors = entry.authors or authors
    elif len(text) > 3:
        entry.remarks.append(text)


def say_after(entry: Entry, text: str) -> None:
    """What follows an entry's link: `(authors year)`, `by authors. Venue year.`, and then a remark."""
    text, *lines = text.split("\n")
    text = plain(text)
    if only_labels(text):
        say_lines(entry, lines)
        return
    while (match := _BRACKETED.match(text)) and _take_bracketed(entry, match[1]):
        text = text[match.end() :]
    text = _bibliographic(entry, text)
    stated = _FIELD.match(text)
    said = remark_of(stated["value"] if stated and title_key(stated["name"]) in _DIGESTS else text)
    if title_key(said) and not only_labels(said):
        entry.remarks.append(said)
    say_lines(entry, lines)


def say_lines(entry: Entry, lines: Iterable[str]) -> None:
    """Lines below the name of a work, each by itself."""
    for line in lines:
        if title_key(line):
            say_below(entry, Block("text", line, entry.line))


def _take_bracketed(entry: Entry, inside: str) -> bool:
    """Read `Bee et al., ICML 2018`, `bee 19` or `ICML 2018`; whether it is nothing else."""
    body, venue, late = without_venue(inside)
    authors, year = ((), None) if venue else author_and_year(inside)
    if venue and body:
        authors = parse_authors(body) or author_and_year(f"{body} 2000")[0]
    elif not venue and not authors and "et al" in inside:
        authors = parse_authors(inside)
    elif not venue:
        venue, late = venue_and_year(inside)
    if not (authors or year or ((venue or late) and len(inside.split()) <= 5)):
        return False
    entry.authors, entry.year = entry.authors or authors, entry.year or year or late
    entry.venue = entry.venue or venue
    return True


def say_below(entry: Entry, block: Block) -> None:
    """What a block below an entry says: authors and venue, keywords, or a remark."""
    text = plain(block.text)
    stated = _FIELD.match(text)
    name = title_key(stated["name"]) if stated else ""
    if stated and name in _DIGESTS:
        entry.remarks.append(stated["value"])
    elif stated and name in _KEYWORDS:
        entry.remarks.append(f"Keywords: {stated['value']}")
    elif stated and has_fields(text) and len(_NOTE_FIELD.findall(text)) > 1:
        state_fields(entry, text)
    elif stated and name in _BYLINES and (authors := parse_authors(stated["value"])):
        entry.authors = entry.authors or authors
    elif stated and name in _PLACES:
        venue, year = venue_and_year(stated["value"])
        place = None if stated["value"].strip(" .").isdigit() else stated["value"]
        entry.venue, entry.year = entry.venue or venue or place or None, entry.year or year
    elif len(text) < _LONGEST_VENUE_LINE and (found := only_venue(text))[0]:
        venue, year = found
        entry.venue, entry.year = entry.venue or venue, entry.year or year
    elif not entry.authors and _byline(entry, block):
        return
    elif not entry.authors and (taken := _take_byline(entry, text)):
        entry.remarks += [remark_of(text[taken:])] if title_key(text[taken:]) else []
    elif not only_labels(text) and not LABEL.match(text.partition(":")[0]):
        entry.remarks.append(text)


def _bibliographic(entry: Entry, text: str) -> str:
    """Take authors, venue and year off the beginning of what follows a title; the rest is returned."""
    text = text.strip()
    if not entry.authors and (taken := _take_byline(entry, text)):
        return text[taken:]
    lead = _LEAD.match(text)
    by, body = (lead[1], text[lead.end() :]) if lead else (None, text)
    stops = (m.start() for m in _STOP.finditer(body) if not ends_in_abbreviation(body[: m.start()]))
    for end in islice(stops, 4):
        authors = parse_authors(body[:end]) if not entry.authors and end > 5 else ()
        sure = len(authors) > 1 or by or venue_and_year(body[end : end + 40])[1] is not None
        if authors and sure:
            entry.authors = authors
            body = body[end:].lstrip(JOINTS + "\t\n")
            text = body
            break
    head = _FIRST_PART.match(body)
    if head and len(head[1].split()) <= 5:
        venue, year = venue_and_year(head[1])
        if venue or (year and len(head[1].split()) <= 2):
            entry.venue, entry.year = entry.venue or venue, entry.year or year
            return body[head.end() :]
    return text


def _take_byline(entry: Entry, text: str) -> int:
    """Read `, Bee et al., ICML 2018` or `by Ann Bee and Carl Dee (2018)`; where it ends, 0 if it is none."""
    lead = _LEAD.match(text)
    start = lead.end() if lead else 0
    stops = (m.start() for m in _SENTENCE_STOP.finditer(text, start) if not ends_in_abbreviation(text[: m.start()]))
    end = next(stops, len(text))
    if end - start > 250:
        return 0
    body, venue, year = without_venue(text[start:end].rstrip(" .)"))
    if venue is None and (match := _YEAR_AT_END.search(body)):
        body, year = body[: match.start()], int(match[1])
    body = body.strip(" ,.(")
    named_by = bool(lead and lead[1])
    authors = parse_authors(body) or surnames(body, least=3 - named_by) if venue or year or named_by else ()
    if len(authors) > 1 or (authors and (named_by or "et al" in body)):
        entry.authors, entry.venue, entry.year = authors, entry.venue or venue, entry.year or year
        return end
    return 0


def _byline(entry: Entry, block: Block) -> bool:
    """Read a line of authors, with the venue in italics or after them."""
    spans = [block.text[start:end] for start, end in block.emphasised]
    names = block.text
    for span in spans:
        names = names.replace(span, "")
    authors, place = parse_authors(names), ""
    if not authors and not spans:
        authors, place = _names_and_place(plain(names))
    if not authors:
        return False
    entry.authors = authors
    venue, year = venue_and_year(spans[-1] if spans else names)
    venue = venue or place or None
    if spans:
        venue = _without_year(plain(spans[-1])) or None
    entry.venue, entry.year = entry.venue or venue, entry.year or year
    return True


def _names_and_place(text: str) -> tuple[tuple[str, ...], str]:
    """`Ann Bee, Carl Dee. Journal of Nets`: who, and where if it is no known venue."""
    head, _, tail = text.strip(" .").rpartition(" - " if " - " in text else ". ")
    authors = parse_authors(head)
    if len(authors) > 1 and 0 < len(tail.split()) <= 5:
        return authors, _without_year(tail)
    return parse_reference(f"A Title of Three Words. {text}").authors, ""


def _without_year(place: str) -> str:
    return " ".join(YEAR.sub("", place).split()).strip(" .,")


def quote(block: Block, links: Sequence[tuple[Link, PaperLink]], entries: Sequence[Entry]) -> None:
    """In running text, the remark on a work is the sentence that names it, as it stands."""
    ends = [0, *(match.end() for match in _SENTENCE.finditer(block.text)), len(block.text)]
    first = {id(paper): link for link, paper in reversed(links)}
    for entry in entries:
        link = first.get(id(entry.links[0]))
        if link is None or (entry.title and (not entry.link_text or only_labels(entry.link_text))):
            continue
        first_end = bisect_right(ends, link.start) - 1
        if first_end and _POINTER.match(block.text, ends[first_end]):
            first_end -= 1  # `Refer to ... for more`: the sentence before says for more of what
        start = max(ends[first_end], link.start - _LONGEST_SENTENCE)
        stop = min(ends[bisect_left(ends, link.end)], link.end + _LONGEST_SENTENCE)
        if entry.title and not title_key(block.text[start : link.start]):
            continue  # the title begins it: what follows was read already
        sentence = plain(_ADDRESSES.sub("", block.text[start:stop])).strip(" ,;:()")
        named = title_key(entry.link_text or "")
        entry.remarks = [sentence] if title_key(sentence) not in {named, ""} else []


def is_byline(text: str) -> bool:
    """Whether a piece of text names several people, perhaps with a venue, and no title."""
    body, _, _ = without_venue(plain(text).strip(" .,;·*"))
    return names_people(body)


def has_fields(text: str) -> bool:
    """Whether a text begins with a field of a work by its name: `Authors: ...`."""
    return _NOTE_FIELD.match(plain(text) + " ") is not None


def is_digest(block: Block) -> bool:
    """Whether a block says of itself that it is a digest, a note or the like."""
    stated = _FIELD.match(plain(block.text))
    return stated is not None and title_key(stated["name"]) in _DIGESTS


def remark_of(text: str) -> str:
    """A remark without the marks that join it to its entry; its own full stop stays."""
    said = _EMOJI.sub("", plain(text)).lstrip(JOINTS + ")]…").rstrip(" -–—:;,|([")
    return said[1:-1] if said[:1] == "(" and said[-1:] == ")" and said.count("(") == 1 else said

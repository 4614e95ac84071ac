"""What stands around a citation: its authors, venue and year, and what is said of it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ingest.blocks import Block, Link
from ingest.citations import author_and_year, parse_authors, parse_reference, venue_and_year
from kg.identifiers import arxiv_ids_in_text, title_key
from kg.links import PaperLink
from kg.papers import Mention
from kg.text import squeezed

# Words that stand for "the link to the paper" and say nothing of which paper it is.
_GENERIC = frozenset(
    """paper papers pdf arxiv abs abstract link links html here preprint publication article full text
    fulltext doi openreview supp supplement supplementary supplemental appendix page version springer acm
    ieee pmlr neurips nips icml iclr cvpr iccv eccv acl ps postscript local download read original thecvf
    cvf url web bib bibtex eprint biorxiv journal proceedings official project free""".split()
)
_BESIDE = frozenset("code slides video videos github talk poster blog website demo data dataset and or".split())
_LABEL = re.compile(
    r"^(?:materials?|papers?|links?|resources?|source|pdf|arxiv|available at|see(?: also)?|cf|url|"
    r"download|read|full text|preprint)\W*$",
    re.IGNORECASE,
)
_FIELD = re.compile(r"^(?P<name>[A-Z][\w ]{2,18})\s?:\s*(?P<value>.*)$", re.DOTALL)
_DIGESTS = frozenset(
    {
        "digest",
        "summary",
        "tldr",
        "tl dr",
        "note",
        "notes",
        "comment",
        "comments",
        "abstract",
        "remark",
        "key idea",
    }
)
_KEYWORDS = frozenset({"key word", "key words", "keyword", "keywords", "key wrod", "tags", "tag", "topics"})
_BYLINES = frozenset({"author", "authors", "by"})
_PLACES = frozenset({"venue", "conference", "journal", "published", "published in", "publication", "where"})
_TAG = re.compile(r"\s*[(\[]([^()\[\]]{3,40})[)\]][\s:.,-]*(?=\S)")
_LONGEST_REMARK = 4000  # characters; a blog post's section is not a remark
_JOINTS = " -–—−:;,.|·•→"


@dataclass(slots=True)
class Entry:
    """A mention in the making: its links, and what stands around them."""

    block: int
    section: tuple[str, ...]
    line: int
    links: list[PaperLink]
    title: str | None = None
    link_text: str | None = None
    authors: tuple[str, ...] = ()
    venue: str | None = None
    year: int | None = None
    remarks: list[str] = field(default_factory=list)

    def remark(self) -> str | None:
        """All that is said of it, each thing once."""
        said = " · ".join(dict.fromkeys(remark.strip() for remark in self.remarks if remark.strip()))
        return said[:_LONGEST_REMARK] or None

    def mention(self, document: str) -> Mention:
        """The record of it."""
        return Mention(
            document=document,
            line=self.line,
            section=self.section,
            title=self.title,
            link_text=plain(self.link_text) if self.link_text else None,
            urls=tuple(dict.fromkeys(link.url for link in self.links)),
            arxiv_id=next((link.arxiv_id for link in self.links if link.arxiv_id), None),
            doi=next((link.doi for link in self.links if link.doi), None),
            authors=self.authors,
            venue=self.venue,
            year=self.year,
            remark=self.remark(),
        )


def state(entry: Entry, text: str) -> None:
    """Read `Title. Authors. Venue Year`, in any order, into an entry."""
    if tag := _TAG.match(text):
        venue, year = venue_and_year(tag[1])
        if venue or year:
            entry.venue, entry.year, text = entry.venue or venue, entry.year or year, text[tag.end() :]
    stated = parse_reference(text)
    entry.title = stated.title
    entry.authors = stated.authors or entry.authors
    entry.venue, entry.year = stated.venue or entry.venue, stated.year or entry.year


def say_before(entry: Entry, before: str) -> None:
    """What stands before an entry's link on its line: `ICML 2018:`, its authors, or an introduction."""
    text = re.split(r"(?<=[.!?])\s+(?=[A-Z])", plain(before))[-1].strip(_JOINTS + '()[]*_"“”')
    if not title_key(text):
        return
    venue, year = venue_and_year(text)
    if (venue or year) and len(text.split()) <= 3:
        entry.venue, entry.year = entry.venue or venue, entry.year or year
    elif (authors := parse_authors(text)) and (len(authors) > 1 or before.rstrip()[-1:] in ":,."):
        entry.authors = entry.authors or authors
    elif len(text) > 3:
        entry.remarks.append(text)


def say_after(entry: Entry, text: str) -> None:
    """What follows an entry's link: `(authors year)`, `by authors. Venue year.`, and then a remark."""
    text = plain(text)
    while match := re.match(rf"[{re.escape(_JOINTS)}\s]*[(\[]([^()\[\]]{{3,200}})[)\]]", text):
        authors, year = author_and_year(match[1])
        venue, late = venue_and_year(match[1])
        if not (year or ((venue or late) and len(match[1].split()) <= 5)):
            break
        entry.authors, entry.year = entry.authors or authors, entry.year or year or late
        entry.venue = entry.venue or venue
        text = text[match.end() :]
    text = _bibliographic(entry, text)
    said = remark_of(text)
    if title_key(said) and not only_labels(said):
        entry.remarks.append(said)


def say_below(entry: Entry, block: Block) -> None:
    """What a block below an entry says: authors and venue, keywords, or a remark."""
    text = plain(block.text)
    stated = _FIELD.match(text)
    name = title_key(stated["name"]) if stated else ""
    if stated and name in _DIGESTS:
        entry.remarks.append(stated["value"])
    elif stated and name in _KEYWORDS:
        entry.remarks.append(f"Keywords: {stated['value']}")
    elif stated and name in _BYLINES and (authors := parse_authors(stated["value"])):
        entry.authors = entry.authors or authors
    elif stated and name in _PLACES:
        venue, year = venue_and_year(stated["value"])
        entry.venue, entry.year = entry.venue or venue or stated["value"] or None, entry.year or year
    elif not entry.authors and _byline(entry, block):
        return
    elif not only_labels(text) and not _LABEL.match(text.partition(":")[0]):
        entry.remarks.append(text)


def remark_of(text: str) -> str:
    """A remark without the marks that join it to its entry; its own full stop stays."""
    said = plain(text).lstrip(_JOINTS + ")]…").rstrip(" -–—:;,|([")
    return said[1:-1] if said[:1] == "(" and said[-1:] == ")" and said.count("(") == 1 else said


def is_generic(link: Link) -> bool:
    """Whether the text of a link only says that it is a link: `[pdf]`, a bare URL, an id."""
    text = plain(link.text)
    if link.text == link.url or "://" in text:
        return True
    words = title_key(text).split()
    return all(word in _GENERIC or word.isdigit() for word in words) or _is_id(text)


def says_nothing(before: str) -> bool:
    """Whether the text before a link is no name of anything: `Materials:`."""
    text = plain(before).strip(_JOINTS + "([{*_")
    return not title_key(text) or _LABEL.match(text) is not None or only_labels(text)


def only_labels(text: str) -> bool:
    """Whether a text is made of names of links only: `pdf, code`."""
    return all(word in _GENERIC or word in _BESIDE for word in title_key(text).split())


def plain(text: str) -> str:
    """Text on one line, without the brackets around it."""
    return squeezed(text).strip("[]")


def _bibliographic(entry: Entry, text: str) -> str:
    """Take authors, venue and year off the beginning of what follows a title; the rest is returned."""
    text = text.strip()
    lead = re.match(rf"[{re.escape(_JOINTS)}\s]*(by\s+)?", text)
    by, body = (lead[1], text[lead.end() :]) if lead else (None, text)
    for end in [match.start() for match in re.finditer(r"[.;(]\s|\s[-–—|]\s|$", body)][:4]:
        authors = parse_authors(body[:end]) if not entry.authors and end > 5 else ()
        sure = len(authors) > 1 or by or venue_and_year(body[end : end + 40])[1] is not None
        if authors and sure:
            entry.authors = authors
            body = re.sub(rf"^[{re.escape(_JOINTS)}\s]*", "", body[end:])
            text = body
            break
    head = re.match(r"[(\[*_]*(?:In\s+)?([^.;:–—]{2,60}?)[)\]*_]*(?:[.;:–—]\s|\s-\s|\.?$)", body)
    if head and len(head[1].split()) <= 5:
        venue, year = venue_and_year(head[1])
        if venue or (year and len(head[1].split()) <= 2):
            entry.venue, entry.year = entry.venue or venue, entry.year or year
            return body[head.end() :]
    return text


def _byline(entry: Entry, block: Block) -> bool:
    """Read a line of authors, with the venue in italics or after them."""
    spans = [block.text[start:end] for start, end in block.emphasised]
    names = block.text
    for span in spans:
        names = names.replace(span, "")
    authors = parse_authors(names)
    if not authors and not spans:
        stated = parse_reference(f"A Title of Three Words. {plain(names)}")
        authors = stated.authors
    if not authors:
        return False
    entry.authors = authors
    venue, year = venue_and_year(spans[-1] if spans else names)
    if spans:
        venue = re.sub(r"[\s,]*\b(?:19|20)\d{2}\b", "", plain(spans[-1])).strip(" .,") or None
    entry.venue, entry.year = entry.venue or venue, entry.year or year
    return True


def _is_id(text: str) -> bool:
    return any(end - start >= len(text) - 2 for _, start, end in arxiv_ids_in_text(text))

"""Blocks to mentions: which works a document cites, under which headings, and what it says of them. Pure.

A list item, a heading, a row of a table or a sentence with a link to a paper is an entry. What hangs below an
entry, and is no entry itself, is what the document says of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.blocks import Block, Link, Parsed
from ingest.citations import (
    bare_title,
    clean_title,
    in_title_case,
    is_reference,
    is_short_title,
    looks_like_title,
    names_institution,
    parse_reference,
    shows_reference,
)
from ingest.details import (
    has_fields,
    is_byline,
    is_digest,
    quote,
    say_after,
    say_before,
    say_below,
    say_lines,
    state,
    without_last_bracket,
)
from ingest.entries import Entry, continues, is_generic, merged, other_arxiv, plain, says_nothing
from ingest.paperlinks import paper_links
from ingest.people import author_and_year, parse_authors
from ingest.rows import entry_of_row
from ingest.venues import only_venue
from kg.identifiers import title_key
from kg.links import PaperLink
from kg.papers import Mention

_LONGEST_HEADING = 300  # characters; every mention below it repeats it
_ENOUGH_REMARK = 400  # characters; prose below a heading is a remark up to here
_LINE_END = re.compile(r"(?<![.,:;\s])\s?\n")
_PERMALINK = re.compile(r"\s?(?:[¶#§↑🔗]|\{#[\w-]{1,80}\})+$")  # marks that pages put behind their headings
_PRAISE = re.compile(r"\s\(([^()]{3,80})\)\.?$")  # `(best paper award)`
_QUOTES = re.compile(r"[\"“]")


def find_mentions(document: str, parsed: Parsed) -> list[Mention]:
    """All citations of a document, in its order; `document` is what its mentions call it."""
    finder = _Finder(parsed.blocks)
    for place in range(len(parsed.blocks)):
        finder.take(place)
    found = [entry.mention(document) for entry in merged(finder.entries)]
    spelled_out = [replace(mention, document=document) for mention in parsed.entries]
    return sorted([*found, *spelled_out], key=lambda mention: mention.line) if spelled_out else found


class _Finder:
    """Goes through the blocks once, keeping the headings above and the entries so far."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self.entries: list[Entry] = []
        self._headings: list[tuple[int, str]] = []
        self._section: tuple[str, ...] = ()
        self._of_block: dict[int, Entry] = {}
        self._under: Entry | None = None  # the entry that is the heading above
        self._bare_heading = False  # whether the heading above is no entry yet

    def take(self, place: int) -> None:
        block = self.blocks[place]
        links = paper_links(block)
        if block.kind == "heading":
            self._heading(place, block, links)
        elif block.cells:
            self._row(place, block, links)
        elif (owner := self._owner(block)) is not None and _names_only(owner, links):
            self._remark(block, owner)
        elif links:
            self._entries_of(place, block, links)
        elif block.kind == "item" or is_reference(block.text):
            self._written(place, block)

    def _heading(self, place: int, block: Block, links: list[tuple[Link, PaperLink]]) -> None:
        while self._headings and self._headings[-1][0] >= block.level:
            self._headings.pop()
        self._section = tuple(text for _, text in self._headings)
        self._under, self._bare_heading = None, True
        if links:
            self._entries_of(place, block, links)
            self._under, self._bare_heading = self._of_block.get(place), False
        self._headings.append((block.level, _PERMALINK.sub("", plain(block.text)[:_LONGEST_HEADING])))
        self._section = tuple(text for _, text in self._headings)

    def _row(self, place: int, block: Block, links: list[tuple[Link, PaperLink]]) -> None:
        entry = entry_of_row(place, block, self._section, links)
        if entry is not None:
            self.entries.append(entry)
        elif links:
            self._entries_of(place, block, links)

    def _entries_of(self, place: int, block: Block, links: list[tuple[Link, PaperLink]]) -> None:
        owner = self._owner(block) if block.kind != "heading" else None
        known = len(self.entries)
        done = 0  # where the text of the last entry ended
        entry: Entry | None = None
        for number, (link, paper) in enumerate(links):
            earlier, line_end, before = block.text[done : link.start].rpartition("\n")
            if entry is not None and line_end:
                say_after(entry, earlier)
                entry = None
            else:
                before = earlier + line_end + before
            after = block.text[link.end : links[number + 1][0].start if number + 1 < len(links) else None]
            if entry is not None and continues(entry, before, link, paper):
                entry.links.append(paper)
            else:
                if entry is not None:
                    say_after(entry, _up_to_sentence(before))
                entry = self._new_entry(place, block, before, link, paper)
                if entry.title is None and entry.block == place and is_generic(link) and _names(after, block):
                    state(entry, clean_title(after))
                    link = link._replace(end=link.end + len(after))
            done = link.end
        if entry is not None:
            say_after(entry, block.text[done:])
        speaks = owner is not None and is_digest(block)  # of the entry above, naming other works
        if owner and speaks:
            say_below(owner, block)
        if speaks or (block.kind == "text" and block.parent is None):
            quote(block, links, self.entries[known:])

    def _new_entry(self, place: int, block: Block, before: str, link: Link, paper: PaperLink) -> Entry:
        owner = self._owner(block)
        names = parse_authors(plain(before)) if owner and not owner.links else ()
        under_item = owner is None and block.parent is not None and not self.blocks[block.parent].links
        if not is_generic(link):
            entry = self._described(place, block, before, link, paper)
        elif owner and len(names) > 1:
            owner.links.append(paper)
            owner.authors = owner.authors or names
            return owner
        elif (under_item or self._below_title(block)) and (is_byline(before) or has_fields(before)):
            entry = self._named_above(place, block, link, paper)
            say_below(entry, Block("text", before, block.line))
        elif says_nothing(before):
            if owner is not None and not other_arxiv(owner, paper) and link.text != link.url:
                owner.links.append(paper)
                return owner
            entry = self._named_above(place, block, link, paper)
        else:
            entry = self._named_before(place, block, before, link, paper)
        self.entries.append(entry)
        self._of_block.setdefault(place, entry)
        return entry

    def _described(self, place: int, block: Block, before: str, link: Link, paper: PaperLink) -> Entry:
        """An entry whose link text names it: by title, nickname, or author and year."""
        text = clean_title(link.text)
        entry = Entry(place, self._section, link.line, [paper], link_text=link.text or None)
        entry.authors, entry.year = author_and_year(text)
        text = without_last_bracket(entry, text)
        if entry.year is None and (inner := re.search(r"\(([^()]+)\)$", text)):
            entry.authors, entry.year = author_and_year(inner[1])
        head, colon, rest = text.partition(":")
        if colon and author_and_year(head)[1]:
            entry.authors, entry.year = author_and_year(head)
            entry.title = rest.strip() if looks_like_title(rest) else None
        elif looks_like_title(text) or (not before.strip() and block.kind == "item" and is_short_title(text)):
            state(entry, text)
        elif entry.year and before.rstrip().endswith("(") and looks_like_title(before) and in_title_case(before):
            state(entry, clean_title(before))  # Title ([Bee et al., 2017](...))
            return entry
        elif paper.slug_title:
            entry.title = paper.slug_title
        say_before(entry, before)
        return entry

    def _named_before(self, place: int, block: Block, before: str, link: Link, paper: PaperLink) -> Entry:
        """An entry whose name stands before a link that only says `paper`."""
        line = block.line if block.kind != "text" else link.line
        entry = Entry(place, self._section, line, [paper])
        start = link.start - len(before)
        marked = (*block.strong, *(block.emphasised if block.kind == "text" else ()))
        named = [block.text[a:b] for a, b in marked if start <= a and b <= link.start]
        title = next((text for text in named if len(text.split()) >= 3), None)
        stated = parse_reference(before) if title else None
        if title and stated and stated.authors and title_key(stated.title or "") == title_key(title):
            state(entry, before)
        elif title:
            entry.title = clean_title(title)
            say_after(entry, before[before.index(title) + len(title) :])
        elif block.kind != "text" or in_title_case(before) or is_reference(before):
            name, *lines = before.strip().split("\n")
            state(entry, name.strip("[( ") if _QUOTES.search(name) else clean_title(name))
            say_lines(entry, lines)
        else:
            say_before(entry, before)
        return entry

    def _owner(self, block: Block) -> Entry | None:
        """The entry that a block hangs below: of the list item around it, or of the heading above it."""
        while block.parent is not None:
            if found := self._of_block.get(block.parent):
                return found
            block = self.blocks[block.parent]
        return self._under

    def _named_above(self, place: int, block: Block, link: Link, paper: PaperLink) -> Entry:
        """An entry whose name is the list item or the heading above its link."""
        label = None if "://" in link.text else link.text
        entry = Entry(place, self._section, link.line, [paper], link_text=label)
        if block.parent is not None:
            parent = self.blocks[block.parent]
            entry.line = parent.line
            state(entry, clean_title(parent.text))
            self._of_block[block.parent] = entry
        elif self._bare_heading and self._section and self._heading_names(block, link):
            *above, heading = self._section
            entry.section = tuple(above)
            state(entry, clean_title(re.sub(r"^\W*\d{1,3}[.)]\s*", "", heading)))
            self._under, self._bare_heading = entry, False
        return entry

    def _heading_names(self, block: Block, link: Link) -> bool:
        """Whether the heading above names the work of a link: not for an address in a sentence, or under `Links`."""
        before = block.text[: link.start]
        if self._below_title(block) and (is_byline(before) or has_fields(before)):
            return True
        if block.kind == "item":
            return bool(title_key(before)) and self._titled()  # `- Paper: ...`
        if "://" not in link.text:
            return block.kind == "text" and (self._titled() or len(title_key(self._section[-1]).split()) > 1)
        alone = says_nothing(before) and says_nothing(block.text[link.end :])
        return block.kind == "text" and alone and self._titled()

    def _below_title(self, block: Block) -> bool:
        """Whether a block of text stands below a heading that may be the title of a work and is of none yet."""
        return block.kind == "text" and block.parent is None and self._bare_heading and self._titled()

    def _titled(self) -> bool:
        """Whether the heading above reads as a title."""
        heading = self._section[-1] if self._section else ""
        return looks_like_title(heading) or is_short_title(heading)

    def _remark(self, block: Block, owner: Entry) -> None:
        """Text without an entry of its own speaks of the entry it hangs below, prose up to a length."""
        prose = block.parent is None and block.kind == "text"
        if not (prose and len(owner.remark() or "") > _ENOUGH_REMARK):
            say_below(owner, block)

    def _written(self, place: int, block: Block) -> None:
        """A citation without a link: with authors and a place or year, or a title by itself."""
        stated = parse_reference(_LINE_END.sub(". ", block.text))
        entry = Entry(place, self._section, block.line, [])
        words = len((stated.title or "").split())
        sure = len(stated.authors) > 1 or "." in "".join(stated.authors) or "et al" in block.text
        enough = words > 2 or (words == 2 and sure and stated.year)
        enough = enough and not names_institution(stated.title or "")
        if enough and stated.authors and (stated.venue or (stated.year and shows_reference(block.text))):
            entry.title, entry.authors = stated.title, stated.authors
            entry.venue, entry.year = stated.venue, stated.year
            if (praise := _PRAISE.search(block.text)) and not (only_venue(praise[1])[0] or praise[1].isdigit()):
                entry.remarks.append(praise[1])
        elif not block.links and block.level <= 3 and (title := bare_title(block.text)):
            state(entry, title.strip())
            say_after(entry, block.text[len(title) :])
        else:
            return
        self.entries.append(entry)
        self._of_block[place] = entry


def _names_only(owner: Entry, links: Sequence[tuple[Link, PaperLink]]) -> bool:
    """Whether a block with these links names no work but that of the entry it hangs below, and says more than that."""
    if not links:
        return True
    known = {paper.key for paper in owner.links}
    return not is_generic(links[0][0]) and all(paper.key in known for _, paper in links)


def _names(after: str, block: Block) -> bool:
    """Whether what follows a bare `[pdf]` in a list item is the title of the paper."""
    text = re.split(r"\s[-–—|]\s|\(", after)[0]
    return block.kind == "item" and (looks_like_title(text) or in_title_case(text))


def _up_to_sentence(text: str) -> str:
    """The part of the text between two entries that belongs to the first."""
    return re.split(r"[.;]\s|\(", text, maxsplit=1)[0] if text else text

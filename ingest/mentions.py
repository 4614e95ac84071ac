"""Blocks to mentions: which works a document cites, under which headings, and what it says of them. Pure.

A list item, a heading, a row of a table or a sentence with a link to a paper is an entry. What hangs below an
entry, and is no entry itself, is what the document says of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ingest.blocks import Block, Link, Parsed
from ingest.citations import (
    author_and_year,
    clean_title,
    in_title_case,
    is_short_title,
    looks_like_title,
    parse_reference,
)
from ingest.entries import (
    Entry,
    is_generic,
    plain,
    say_after,
    say_before,
    say_below,
    says_nothing,
    state,
)
from ingest.rows import entry_of_row
from kg.identifiers import arxiv_ids_in_text, title_key
from kg.links import PaperLink, paper_link
from kg.papers import Mention

_ENOUGH_REMARK = 400  # characters; prose below a heading is a remark up to here
_SENTENCE = re.compile(r"[.!?][\"”’)]?\s+(?=[A-Z(\[$“])")
_PROSE_TITLE = re.compile(r"\s[-–—:]\s|:\s|$")


def find_mentions(document: str, parsed: Parsed) -> list[Mention]:
    """All citations of a document, in its order; `document` is what its mentions call it."""
    finder = _Finder(parsed.blocks)
    for place in range(len(parsed.blocks)):
        finder.take(place)
    found = [entry.mention(document) for entry in _merged(finder.entries)]
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
        links = _paper_links(block)
        if block.kind == "heading":
            self._heading(place, block, links)
        elif block.cells:
            self._row(place, block, links)
        elif links:
            self._entries_of(place, block, links)
        elif self._owner(block) is not None:
            self._remark(block)
        elif block.kind == "item":
            self._written(place, block)

    def _heading(self, place: int, block: Block, links: list[tuple[Link, PaperLink]]) -> None:
        while self._headings and self._headings[-1][0] >= block.level:
            self._headings.pop()
        self._section = tuple(text for _, text in self._headings)
        self._under, self._bare_heading = None, True
        if links:
            self._entries_of(place, block, links)
            self._under, self._bare_heading = self._of_block.get(place), False
        self._headings.append((block.level, plain(block.text)))
        self._section = tuple(text for _, text in self._headings)

    def _row(self, place: int, block: Block, links: list[tuple[Link, PaperLink]]) -> None:
        entry = entry_of_row(place, block, self._section, links)
        if entry is not None:
            self.entries.append(entry)
        elif links:
            self._entries_of(place, block, links)

    def _entries_of(self, place: int, block: Block, links: list[tuple[Link, PaperLink]]) -> None:
        done = 0  # where the text of the last entry ended
        entry: Entry | None = None
        for number, (link, paper) in enumerate(links):
            before = block.text[done : link.start]
            after = block.text[link.end : links[number + 1][0].start if number + 1 < len(links) else None]
            if entry is not None and _continues(entry, before, link, paper):
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
        if block.kind == "text" and block.parent is None:
            _quote(block, links, [e for e in self.entries if e.block == place])

    def _new_entry(self, place: int, block: Block, before: str, link: Link, paper: PaperLink) -> Entry:
        if not is_generic(link):
            entry = self._described(place, block, before, link, paper)
        elif says_nothing(before):
            owner = self._owner(block)
            if owner is not None and not _other_arxiv(owner, paper) and link.text != link.url:
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
        if inner := re.search(r"\(([^()]+)\)$", text):
            entry.authors, entry.year = author_and_year(inner[1])
        head, colon, rest = text.partition(":")
        if colon and author_and_year(head)[1]:
            entry.authors, entry.year = author_and_year(head)
            entry.title = rest.strip() if looks_like_title(rest) else None
        elif looks_like_title(text) or (not before.strip() and block.kind == "item" and is_short_title(text)):
            state(entry, text)
        elif paper.slug_title:
            entry.title = paper.slug_title
        say_before(entry, before)
        return entry

    def _named_before(self, place: int, block: Block, before: str, link: Link, paper: PaperLink) -> Entry:
        """An entry whose name stands before a link that only says `paper`."""
        entry = Entry(place, self._section, block.line, [paper])
        start = link.start - len(before)
        bold = [block.text[a:b] for a, b in block.strong if start <= a and b <= link.start]
        title = next((text for text in bold if len(text.split()) >= 3), None)
        if title:
            entry.title = clean_title(title)
            say_after(entry, before[before.index(title) + len(title) :])
        elif block.kind != "text" or in_title_case(before):
            state(entry, clean_title(before))
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
        entry = Entry(place, self._section, link.line, [paper], link_text=link.text)
        if block.parent is not None:
            parent = self.blocks[block.parent]
            entry.line = parent.line
            state(entry, clean_title(parent.text))
            self._of_block[block.parent] = entry
        elif block.kind == "text" and self._bare_heading and self._section:
            *above, heading = self._section
            entry.section = tuple(above)
            entry.title = clean_title(re.sub(r"^\W*\d{1,3}[.)]\s*", "", heading)) or None
            self._under, self._bare_heading = entry, False
        return entry

    def _remark(self, block: Block) -> None:
        """Text without an entry of its own speaks of the entry it hangs below."""
        owner = self._owner(block)
        prose = block.parent is None and block.kind == "text"
        if owner and not (prose and len(owner.remark() or "") > _ENOUGH_REMARK):
            say_below(owner, block)

    def _written(self, place: int, block: Block) -> None:
        """A citation without a link: with authors and a place or year, or a title by itself."""
        stated = parse_reference(block.text)
        entry = Entry(place, self._section, block.line, [])
        words = len((stated.title or "").split())
        enough = words > 2 or (words == 2 and len(stated.authors) > 1 and stated.venue and stated.year)
        if enough and stated.authors and (stated.venue or stated.year):
            entry.title, entry.authors = stated.title, stated.authors
            entry.venue, entry.year = stated.venue, stated.year
        elif title := _bare_title(block):
            entry.title = clean_title(title)
            say_after(entry, block.text[len(title) :])
        else:
            return
        self.entries.append(entry)
        self._of_block[place] = entry


def _quote(block: Block, links: Sequence[tuple[Link, PaperLink]], entries: Sequence[Entry]) -> None:
    """In running text, the remark on a work is the sentence that names it, as it stands."""
    ends = [0, *(match.end() for match in _SENTENCE.finditer(block.text)), len(block.text)]
    for entry in entries:
        spans = [(link.start, link.end) for link, paper in links if paper is entry.links[0]]
        if not spans or (entry.title and not entry.link_text):
            continue
        start = max(end for end in ends if end <= spans[0][0])
        stop = min(end for end in ends if end >= spans[0][1])
        sentence = plain(block.text[start:stop])
        named = title_key(entry.link_text or "")
        entry.remarks = [sentence] if title_key(sentence) != named else []


def _paper_links(block: Block) -> list[tuple[Link, PaperLink]]:
    """The links of a block that point to papers, and the arXiv ids that its text names."""
    found = [(link, paper) for link in block.links if (paper := paper_link(link.url, plain(link.text)))]
    lower = block.text.lower()
    if "arxiv" not in lower and "abs/" not in lower:
        return found
    taken = [(link.start, link.end) for link in block.links]
    known = {paper.arxiv_id for _, paper in found}
    for arxiv, start, end in arxiv_ids_in_text(block.text):
        if arxiv.base not in known and not any(a <= start < b for a, b in taken):
            url = f"https://arxiv.org/abs/{arxiv.base}"
            paper = PaperLink(url, f"arxiv:{arxiv.base}", arxiv_id=arxiv.base)
            found.append((Link(url, block.text[start:end], start, end, block.line), paper))
            known.add(arxiv.base)
    return sorted(found, key=lambda pair: pair[0].start)


def _continues(entry: Entry, before: str, link: Link, paper: PaperLink) -> bool:
    """Whether one more link belongs to the entry before it on the same line."""
    if any(paper.key == known.key for known in entry.links):
        return True
    if not is_generic(link) or _other_arxiv(entry, paper):
        return False
    return len(title_key(before).split()) < 4


def _names(after: str, block: Block) -> bool:
    """Whether what follows a bare `[pdf]` in a list item is the title of the paper."""
    text = re.split(r"\s[-–—|]\s|\(", after)[0]
    return block.kind == "item" and (looks_like_title(text) or in_title_case(text))


def _other_arxiv(entry: Entry, paper: PaperLink) -> bool:
    ids = {link.arxiv_id for link in entry.links if link.arxiv_id}
    return paper.arxiv_id is not None and bool(ids) and paper.arxiv_id not in ids


def _up_to_sentence(text: str) -> str:
    """The part of the text between two entries that belongs to the first."""
    return re.split(r"[.;]\s|\(", text, maxsplit=1)[0] if text else text


def _bare_title(block: Block) -> str | None:
    """A title without a link, authors or venue: a list item that begins in the capitals of one."""
    if block.links or block.level > 3:
        return None
    title = block.text[: _PROSE_TITLE.search(block.text).start()]  # type: ignore[union-attr]
    words = re.findall(r"[^\W\d_]{4,}", title)
    capitals = sum(word[0].isupper() for word in words)
    if len(words) < 5 or capitals < 0.8 * len(words) or len(title.split()) > 25 or "," in title:
        return None
    return title


def _merged(entries: Iterable[Entry]) -> list[Entry]:
    """Entries that name one work twice at one place are one."""
    kept: dict[tuple[int, str], Entry] = {}
    for entry in entries:
        key = entry.links[0].key if entry.links else title_key(entry.title or "")
        first = kept.setdefault((entry.block, key), entry)
        if first is not entry:
            first.links.extend(entry.links)
            first.remarks.extend(entry.remarks)
    return list(kept.values())

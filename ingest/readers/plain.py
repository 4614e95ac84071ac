"""Plain text, e-mail digests and the text of slides and articles: no marks, so layout and wording decide.

A citation that is written out becomes one item. A short line alone between blank lines is a heading, and so is
what stands in larger or bolder type, where the type is known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from ingest.blocks import Block, Link, Parsed
from ingest.builder import bare_links
from ingest.citations import is_reference
from ingest.readers.announcements import announcements
from ingest.readers.chunks import BIBLIOGRAPHY, Chunk, Line, chunks
from ingest.readers.written import written_citations
from ingest.venues import ends_with_venue

_FIELD = re.compile(r"\s{0,20}(?:venue|conference|journal|published|year|date)\s?:", re.IGNORECASE)
_UNDERLINE = re.compile(r"^(?:={3,}|-{3,}|~{3,}|\^{3,})\s*$")
_ADDRESSES = ("http://", "https://", "arXiv:", "doi:")
_AT_END = (".", ")", "/", "]")  # of a line that may be a whole reference


def parse_plain(text: str) -> Parsed:
    """Read text without markup; its first heading is its title."""
    lines = _without_underlines(text.splitlines())
    following = [line.strip() for line in [*lines, ""][1:]]
    return parse_lines(
        [
            Line(
                number,
                line,
                tuple(bare_links(line, [], number)) if "://" in line else (),
                indent=_columns(line),
                ends=_ends(line) and not below.startswith(_ADDRESSES),
            )
            for number, (line, below) in enumerate(zip(lines, following, strict=True), 1)
        ]
    )


def _without_underlines(lines: list[str]) -> list[str]:
    """Lines with blank ones in place of rules: below a heading, or between parts."""
    return ["" if _UNDERLINE.match(line) else line for line in lines]


def _ends(line: str) -> bool:
    """Whether a citation ends with a line; its address may still stand below."""
    if _FIELD.match(line):
        return False
    return ends_with_venue(line) or (line[-1:] in _AT_END and is_reference(line.strip()))


def parse_lines(lines: Sequence[Line]) -> Parsed:
    """Read lines, however they were come by."""
    entries, rest = announcements(lines)
    parts = list(chunks(rest))
    citations = written_citations(parts)
    blocks = _Blocks(parts)
    place = 0
    while place < len(parts):
        if place in citations:
            blocks.add_citation(parts[place : citations[place]])
        else:
            blocks.add(parts[place], place + 1 in citations)
        place = citations.get(place, place + 1)
    found = blocks.blocks
    title = next((block.text for block in found if block.kind == "heading"), None)
    return Parsed(title or (found[0].text[:120] if found else None), tuple(found), tuple(entries))


def _columns(line: str) -> float:
    expanded = line[:400].expandtabs(4)
    return float(len(expanded) - len(expanded.lstrip()))


class _Blocks:
    """Makes blocks of chunks. What is indented below a list item, or a citation, belongs to it."""

    def __init__(self, parts: Sequence[Chunk]) -> None:
        self.blocks: list[Block] = []
        self._body = median([part.size for part in parts]) if parts else 0.0
        sizes = sorted({round(part.size) for part in parts if self._is_large(part)}, reverse=True)
        self._level_of_size = {size: level for level, size in enumerate(sizes, 1)}
        self._items: list[tuple[float, int]] = []  # the open list items: (indent, place among the blocks)

    def add_citation(self, parts: Sequence[Chunk]) -> None:
        """Several chunks that are one citation are one item."""
        text, links = "", []
        for part in parts:
            text += " " * bool(text)
            links += [link._replace(start=link.start + len(text), end=link.end + len(text)) for link in part.links]
            text += part.text
        self._add_item(parts[0], text, tuple(links))

    def add(self, part: Chunk, above_citation: bool) -> None:
        """One chunk by itself. A heading right above a citation is a sub-heading: slides put their title first."""
        level = self._heading_level(part, above_citation)
        if part.bullet and not (level and part.size and not part.lines[0].bullet):
            self._add_item(part, part.text, part.links)
        elif level:
            self._items.clear()
            self.blocks.append(Block("heading", part.text, part.number, level, part.links))
        else:
            self._close(part.indent, part.size)
            parent = self._items[-1][1] if self._items else None
            self.blocks.append(Block("text", part.text, part.number, 0, part.links, parent))

    def _add_item(self, part: Chunk, text: str, links: tuple[Link, ...]) -> None:
        self._close(part.indent, part.size)
        parent = self._items[-1][1] if self._items else None
        self._items.append((part.indent, len(self.blocks)))
        self.blocks.append(Block("item", text, part.number, len(self._items), links, parent))

    def _close(self, indent: float, size: float) -> None:
        while self._items and indent <= self._items[-1][0] + 0.3 * size:
            self._items.pop()

    def _is_large(self, part: Chunk) -> bool:
        return part.size > 1.08 * self._body

    def _heading_level(self, part: Chunk, above_citation: bool) -> int:
        """The level of the heading that a chunk is; 0 when it is none."""
        text = part.text
        if len(text) > 160 or len(text.split()) > 22 or not re.search(r"[^\W\d_]{3}", text):
            return 0
        if part.size:
            return self._level_by_type(part)
        if part.links or len(text.split()) > 14 or text[-1] in ".,;:?!)" or len(text) > 120:
            return 0
        alone = len(part.lines) == 1 and part.after_blank and part.before_blank
        return (2 if above_citation else 1) if alone else 0

    def _level_by_type(self, part: Chunk) -> int:
        if re.search(r"[\\$=]", part.text):
            return 0  # a formula
        if self._is_large(part):
            return self._level_of_size[round(part.size)]
        in_bold = part.bold and (bool(part.links) or part.text[-1] not in ".,;:")
        return len(self._level_of_size) + 1 if in_bold or BIBLIOGRAPHY.match(part.text) else 0

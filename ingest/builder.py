"""Blocks from the events of a reader: text, links and emphasis between the start and the end of blocks."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right

from ingest.blocks import Block, Cell, Kind, Link, Span

_NOTHING = " |\n"  # what readers put between pieces; a block of nothing else is none
_BARE_URL = re.compile(r"https?://[^\s<>\"`|\u201c\u201d]{1,2000}")


class BlockBuilder:
    """Collects blocks. A reader tells it what starts and ends; text belongs to the block that is open.

    The first text inside a list item is the item; further text inside it has the item as its parent.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._items: list[int | None] = []  # the open list items: their place, None before their text
        self._heading = 0
        self._columns: list[str] = []
        self._open_link: tuple[str, int, int, int] | None = None  # address, offset, line, number of parts before
        self._cells: list[Cell] | None = None
        self._clear()

    # -- blocks ------------------------------------------------------------------------------

    def open_item(self) -> None:
        """A list item begins; inside a row it is text of its cell."""
        self.flush()
        if self._cells is None:
            self._items.append(None)

    def close_item(self) -> None:
        """The innermost list item ends."""
        self.flush()
        if self._items and self._cells is None:
            self._items.pop()

    def open_heading(self, level: int) -> None:
        """A heading begins."""
        self.flush()
        self._heading = level

    def close_heading(self) -> None:
        """The heading ends."""
        self.flush()
        self._heading = 0

    def open_row(self) -> None:
        """A row of a table begins."""
        self.flush()
        self._cells = []

    def close_cell(self) -> None:
        """What was added since the last cell, or the row's start, is one cell."""
        if self._cells is None:
            return
        start = self._cells[-1].end + 3 if self._cells else 0
        column = self._columns[len(self._cells)] if len(self._cells) < len(self._columns) else ""
        self._cells.append(Cell(column, start, self._length))
        self.add(" | ")

    def close_row(self, head: bool = False) -> None:
        """The row ends; the cells of a `head` name the columns from here on."""
        cells = self._cells or []
        text = "".join(self._parts).removesuffix(" | ")
        if head:
            self._columns = [" ".join(text[cell.start : cell.end].lower().split()) for cell in cells]
        elif text.strip(_NOTHING) or self._links:
            self._end_at(len(text))
            self._add_block(text)
        self._clear()
        self._cells = None

    def end_table(self) -> None:
        """The columns are forgotten."""
        self._columns = []

    def flush(self) -> None:
        """End the open block, if it holds anything; inside a row it goes on."""
        if self._cells is not None:
            self.add("\n" if self._parts and self._parts[-1][-1:] not in "\n " else "")
            return
        if not self._parts and not self._links:
            return
        text = "".join(self._parts)
        if text.strip(_NOTHING) or self._links:
            self._add_block(text)
        self._clear()

    # -- inside a block ----------------------------------------------------------------------

    def add(self, text: str, line: int = 0) -> None:
        """Add text; `line` is where it stands, for the first piece of a block."""
        if line and (not self._lines or line != self._lines[-1][1]):
            self._lines.append((self._length, line))
        self._parts.append(text)
        self._length += len(text)

    def open_link(self, url: str, line: int) -> None:
        """A link begins; one that is still open ends, as in HTML: links hold no links."""
        if self._open_link is not None:
            self.close_link()
        self._open_link = (url, self._length, line, len(self._parts))

    def close_link(self) -> None:
        """The link ends; one without text, as a badge is, takes no place in the block's text."""
        if self._open_link is None:
            return
        url, start, line, part = self._open_link
        self._open_link = None
        text = " ".join("".join(self._parts[part:]).split())
        self._links.append(Link(url, text or url, start, self._length, line))

    def open_span(self, strong: bool = False) -> None:
        """Emphasis begins."""
        self._open_spans.append((strong, self._length))

    def close_span(self) -> None:
        """The innermost emphasis ends."""
        if self._open_spans:
            strong, start = self._open_spans.pop()
            (self._strong if strong else self._emphasised).append((start, self._length))

    # ----------------------------------------------------------------------------------------

    def _clear(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._lines: list[tuple[int, int]] = []  # (offset in the text, line that begins there)
        self._links: list[Link] = []
        self._open_link = None
        self._emphasised: list[Span] = []
        self._strong: list[Span] = []
        self._open_spans: list[tuple[bool, int]] = []

    def _end_at(self, length: int) -> None:
        """Nothing reaches beyond the text of a row, even if it is still open when the last cell ends."""
        self._links = [link._replace(start=min(link.start, length), end=min(link.end, length)) for link in self._links]
        self._emphasised = [(min(start, length), min(end, length)) for start, end in self._emphasised]
        self._strong = [(min(start, length), min(end, length)) for start, end in self._strong]

    def _add_block(self, text: str) -> None:
        kind, level, parent = self._place()
        if "://" in text:
            found = bare_links(text, self._links, 0)
            self._links.extend(link._replace(line=self._line_at(link.start)) for link in found)
        self._links.sort(key=lambda link: link.start)
        self.blocks.append(
            Block(
                kind,
                text,
                self._line_at(0) if self._lines else self._links[0].line,
                level,
                tuple(self._links),
                parent,
                tuple(self._emphasised),
                tuple(self._strong),
                tuple(self._cells or ()),
            )
        )

    def _line_at(self, offset: int) -> int:
        known = bisect_right(self._lines, (offset, sys.maxsize))
        return self._lines[max(known - 1, 0)][1] if self._lines else 1

    def _place(self) -> tuple[Kind, int, int | None]:
        """Kind, level and parent of the block that comes next."""
        if self._heading:
            return "heading", self._heading, None
        if self._cells is not None:
            return "item", len(self._items) + 1, None
        if not self._items:
            return "text", 0, None
        innermost = self._items[-1]
        if innermost is not None:
            return "text", 0, innermost
        self._items[-1] = len(self.blocks)
        outer = next((item for item in reversed(self._items[:-1]) if item is not None), None)
        return "item", len(self._items), outer


def bare_links(text: str, known: list[Link], line: int) -> list[Link]:
    """URLs that stand in the text as they are, outside the links that are known."""
    found = []
    starts = sorted((link.start, link.end) for link in known)
    for match in _BARE_URL.finditer(text):
        before = bisect_right(starts, (match.start(), len(text))) - 1
        if before < 0 or match.start() >= starts[before][1]:
            url = _without_tail(match.group())
            found.append(Link(url, url, match.start(), match.start() + len(url), line))
    return found


def _without_tail(url: str) -> str:
    """A URL without the punctuation of the sentence around it; a closing bracket stays with its partner."""
    url = url.rstrip(".,;:!?'*_")
    while url and url[-1] in ")]}" and url.count(url[-1]) > url.count("([{"[")]}".index(url[-1])]):
        url = url[:-1].rstrip(".,;:!?'*_")
    return url

"""Lines of text put together to chunks, by what shows of the layout: blank lines, bullets, indentation, type. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ingest.blocks import Link
from ingest.people import names_people
from ingest.venues import only_venue

_BULLET = re.compile(r"^\s*(?:[-*•–—·▪◦‣∙○●■□➢➤►❖✓]|\(?\d{1,3}[.)]|\[(?=[^\]]*\d)[\w+-]{1,12}\])\s+")
BIBLIOGRAPHY = re.compile(
    r"^\s*(?:\d+\.?\s+)?(?:references|bibliography|literature cited|works cited)\s*:?\s*$", re.IGNORECASE
)


_MOST_LINES = 150  # of a chunk: no citation and no remark is longer


class Line(NamedTuple):
    """A line of text: its number, its links, and what is known of its layout.

    `indent` is the distance from the left edge, in columns or points. `size` is the height of its type in
    points, 0 where it is not known. `bullet` tells of a bullet that is drawn before it, not written. `ends` tells that
    what follows cannot go on with it: there was room for one more word.
    """

    number: int
    text: str
    links: tuple[Link, ...] = ()
    indent: float = 0.0
    size: float = 0.0
    bold: bool = False
    bullet: bool = False
    ends: bool = False


class Chunk(NamedTuple):
    """Lines that go on with one another, as one text without its bullet."""

    lines: tuple[Line, ...]
    text: str
    bullet: bool
    after_blank: bool
    before_blank: bool
    links: tuple[Link, ...]

    @property
    def number(self) -> int:
        """The number of the first line."""
        return self.lines[0].number

    @property
    def size(self) -> float:
        """The height of the type, in points; 0 where it is not known."""
        return self.lines[0].size

    @property
    def indent(self) -> float:
        """How far the first line, with its bullet, stands from the left edge."""
        return self.lines[0].indent

    @property
    def bold(self) -> bool:
        """Whether all of it is in bold type."""
        return all(line.bold for line in self.lines)


def chunks(lines: Iterable[Line]) -> Iterator[Chunk]:
    """Join lines; a bullet, a blank line, other type or the end of a paragraph begins a new chunk."""
    open_lines: list[Line] = []
    blank, first_blank, bullet = True, True, False
    for line in lines:
        if not line.text.strip():
            if open_lines:
                yield _chunk(open_lines, bullet, first_blank, True)
            open_lines, blank = [], True
            continue
        marked = line.bullet or _BULLET.match(line.text) is not None
        if open_lines and (marked or len(open_lines) >= _MOST_LINES or _is_apart(open_lines, line)):
            yield _chunk(open_lines, bullet, first_blank, False)
            open_lines = []
        if not open_lines:
            first_blank, bullet = blank, marked
        open_lines.append(line)
        blank = False
    if open_lines:
        yield _chunk(open_lines, bullet, first_blank, True)


def _is_apart(before: Sequence[Line], line: Line) -> bool:
    last = before[-1]
    if last.ends or BIBLIOGRAPHY.match(last.text):
        return True
    return abs(line.size - last.size) > 0.1 * line.size or (line.size > 0 and line.bold != last.bold and last.bold)


def _chunk(lines: list[Line], bullet: bool, after_blank: bool, before_blank: bool) -> Chunk:
    text = ""
    links: list[Link] = []
    for line in lines:
        mark = _BULLET.match(line.text) if not text else None
        cut = mark.end() if mark else len(line.text) - len(line.text.lstrip())
        body = line.text[cut:].rstrip()
        if text.endswith("-") and line.size and body[:1].islower():
            text = text[:-1]  # typesetting broke the word
        elif text:
            text += ". " if text[-1] not in ".,;:-" and _is_byline(body) else " "
        shift = len(text) - cut
        text += body
        moved = [link._replace(start=max(link.start + shift, 0), end=link.end + shift) for link in line.links]
        if moved:
            _add_link(links, moved[0], text)
            links += moved[1:]
    return Chunk(tuple(lines), text, bullet, after_blank, before_blank, tuple(links))


def _is_byline(line: str) -> bool:
    """Whether a line names people or a venue, and nothing else: the line above it is whole."""
    return len(line) <= 300 and (names_people(line, least=3) or only_venue(line)[1] is not None)


def _add_link(links: list[Link], link: Link, text: str) -> None:
    """Add a link; one that goes on from the line before is one with its beginning."""
    if links and links[-1].url == link.url and not text[links[-1].end : link.start].strip("- "):
        first = links.pop()
        link = first._replace(end=link.end, text=" ".join(text[first.start : link.end].split()))
    links.append(link)

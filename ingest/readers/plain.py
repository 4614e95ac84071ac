"""Plain text, e-mail digests and the text of slides and articles: no marks, so layout and wording decide.

A citation without a link is found from its end: a venue with a year, before it names, before them a title.
What such a citation is made of becomes one item. A short line alone between blank lines is a heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import NamedTuple

from ingest.blocks import Block, Link, Parsed
from ingest.builder import bare_links
from ingest.citations import Citation, parse_authors, parse_citation, parse_reference
from kg.identifiers import parse_arxiv_id
from kg.papers import Mention

_BULLET = re.compile(r"^\s*(?:[-*•–—·▪◦‣∙]|\(?\d{1,3}[.)]|\[[\w+-]{1,12}\])\s+")
_NUMBERED = re.compile(r"^\s*(?:\[(\d{1,4})\]|(\d{1,4})\.)\s+\S")
_BIBLIOGRAPHY = re.compile(
    r"^\s*(?:\d+\.?\s+)?(?:references|bibliography|literature cited|works cited)\s*:?\s*$", re.IGNORECASE
)
_DIGEST = re.compile(r"^\s*arXiv:(\S+)\s*(?:\(.*\)|\[.*\])?\s*$", re.IGNORECASE)
_FIELD = re.compile(
    r"^(Title|Authors?|Comments?|Categories|Subjects|Date|Journal-ref|DOI|Abstract|Report-no|MSC-class|ACM-class)\s*:\s?(.*)$",
    re.IGNORECASE,
)
_MOST_CHUNKS = 6  # that one citation is spread over
_LONGEST = 500  # characters of a citation


class Line(NamedTuple):
    """A line of text: its number, its links, and its font size in points where that is known, else 0."""

    number: int
    text: str
    links: tuple[Link, ...] = ()
    size: float = 0.0


class _Chunk(NamedTuple):
    """Lines that follow one another without a blank line or a bullet between them, as one text."""

    lines: tuple[Line, ...]
    text: str
    bullet: bool
    after_blank: bool
    before_blank: bool
    links: tuple[Link, ...]

    @property
    def number(self) -> int:
        return self.lines[0].number

    @property
    def size(self) -> float:
        return self.lines[0].size


def parse_plain(text: str) -> Parsed:
    """Read text without markup; its first heading is its title."""
    return parse_lines(
        [
            Line(n, line, tuple(bare_links(line, [], n)) if "://" in line else ())
            for n, line in enumerate(text.splitlines(), 1)
        ]
    )


def parse_lines(lines: Sequence[Line]) -> Parsed:
    """Read lines, however they were come by."""
    entries, rest = _digests(lines)
    chunks = list(_chunks(rest))
    citations = dict(_numbered(chunks)) | dict(_references(chunks))
    citations |= dict(_citations(chunks, {i for a, b in citations.items() for i in range(a, b)}))
    inside = {place for start, end in citations.items() for place in range(start, end)}
    body = median([chunk.size for chunk in chunks]) if chunks else 0.0
    blocks = []
    for place, chunk in enumerate(chunks):
        if place in citations:
            blocks.append(_joined(chunks[place : citations[place]]))
        elif place not in inside:
            blocks.append(_single(chunk, place + 1 in citations, body))
    title = next((block.text for block in blocks if block.kind == "heading"), None)
    return Parsed(title or (blocks[0].text[:120] if blocks else None), tuple(blocks), tuple(entries))


# -- arXiv's daily mails: fields below an id -----------------------------------------------------------


def _digests(lines: Sequence[Line]) -> tuple[list[Mention], list[Line]]:
    """The papers that a mail of arXiv announces, and the lines that are not of them."""
    entries: list[Mention] = []
    rest: list[Line] = []
    place = 0
    while place < len(lines):
        match = _DIGEST.match(lines[place].text)
        fields, end = _fields(lines, place + 1) if match else ({}, place)
        if match and "title" in fields and (arxiv := parse_arxiv_id(match[1])):
            entries.append(_announced(arxiv.base, fields, lines[place].number))
            place = end
        else:
            rest.append(lines[place])
            place += 1
    return entries, rest


def _fields(lines: Sequence[Line], start: int) -> tuple[dict[str, str], int]:
    """`Title: ...` and the like, with their continuation lines, up to the line that ends them."""
    fields: dict[str, str] = {}
    name = ""
    for place in range(start, min(start + 60, len(lines))):
        text = lines[place].text
        if field := _FIELD.match(text):
            name = field[1].lower().rstrip("s")
            fields[name] = field[2].strip()
        elif name and text.startswith((" ", "\t")) and text.strip():
            fields[name] += " " + text.strip()
        elif text.strip() and not text.startswith("Date"):
            return fields, place
    return fields, min(start + 60, len(lines))


def _announced(arxiv_id: str, fields: dict[str, str], line: int) -> Mention:
    return Mention(
        document="",
        line=line,
        title=fields["title"],
        urls=(f"https://arxiv.org/abs/{arxiv_id}",),
        arxiv_id=arxiv_id,
        doi=fields.get("doi") or None,
        authors=parse_authors(fields.get("author", "")),
        venue=fields.get("journal-ref"),
    )


# -- chunks ------------------------------------------------------------------------------------------------


def _chunks(lines: Iterable[Line]) -> Iterator[_Chunk]:
    """Join lines to chunks; a bullet, a blank line, another size of type or a numbered entry begins a new one."""
    open_lines: list[Line] = []
    blank, first_blank, bullet = True, True, False
    for line in lines:
        if not line.text.strip():
            if open_lines:
                yield _chunk(open_lines, bullet, first_blank, True)
            open_lines, blank = [], True
            continue
        mark = _BULLET.match(line.text)
        resized = open_lines and abs(line.size - open_lines[-1].size) > 0.1 * line.size
        if open_lines and (mark or resized or _BIBLIOGRAPHY.match(open_lines[-1].text)):
            yield _chunk(open_lines, bullet, first_blank, False)
            open_lines = []
        if not open_lines:
            first_blank, bullet = blank, mark is not None
        open_lines.append(line)
        blank = False
    if open_lines:
        yield _chunk(open_lines, bullet, first_blank, True)


def _chunk(lines: list[Line], bullet: bool, after_blank: bool, before_blank: bool) -> _Chunk:
    text, links = "", []
    for line in lines:
        mark = _BULLET.match(line.text) if not text else None
        cut = mark.end() if mark else len(line.text) - len(line.text.lstrip())
        body = line.text[cut:].rstrip()
        if text.endswith("-") and line.size and body[:1].islower():
            text = text[:-1]  # typesetting broke the word
        elif text:
            text += " "
        shift = len(text) - cut
        links += [link._replace(start=max(link.start + shift, 0), end=link.end + shift) for link in line.links]
        text += body
    return _Chunk(tuple(lines), text, bullet, after_blank, before_blank, tuple(links))


# -- citations: each from its first chunk to the one after its last --------------------------------------------


def _numbered(chunks: Sequence[_Chunk]) -> Iterator[tuple[int, int]]:
    """Entries of a numbered bibliography: `[1] ...`, `[2] ...`, three at least, in order."""
    numbers = [(place, int(m[1] or m[2])) for place, c in enumerate(chunks) if (m := _NUMBERED.match(c.lines[0].text))]
    run: list[int] = []
    for index, (place, number) in enumerate(numbers):
        goes_on = run and number == numbers[index - 1][1] + 1
        if not goes_on:
            yield from _run(chunks, run)
            run = []
        run.append(place)
    yield from _run(chunks, run)


def _run(chunks: Sequence[_Chunk], run: list[int]) -> Iterator[tuple[int, int]]:
    spans = [(a, b) for a, b in zip(run, [*run[1:], run[-1] + 1] if run else [], strict=True) if b - a <= _MOST_CHUNKS]
    read = [_reads_as_citation(chunks[a:b]) for a, b in spans]
    if len(spans) >= 3 and sum(read) >= len(read) / 2:
        yield from spans


def _references(chunks: Sequence[_Chunk]) -> Iterator[tuple[int, int]]:
    """Entries without numbers below a heading `References`: each begins with its authors."""
    below = next((place + 1 for place, c in enumerate(chunks) if _BIBLIOGRAPHY.match(c.text)), None)
    if below is None:
        return
    for place in range(below, len(chunks)):
        if _reads_as_citation(chunks[place : place + 1]):
            yield place, place + 1


def _citations(chunks: Sequence[_Chunk], taken: set[int]) -> Iterator[tuple[int, int]]:
    floor = 0
    for place, chunk in enumerate(chunks):
        if place in taken:
            floor = place + 1
        elif _ends_citation(chunk.text):
            for start in range(place, max(floor, place - _MOST_CHUNKS) - 1, -1):
                if start < place and _ends_citation(chunks[start].text):
                    break  # one entry is not the head of another
                if _reads_as_citation(chunks[start : place + 1]):
                    yield start, place + 1
                    floor = place + 1
                    break


def _ends_citation(text: str) -> bool:
    if len(text) > _LONGEST or text[-1:] not in ".)]’'" + "0123456789":
        return False
    stated = parse_citation(text)
    return stated.venue is not None and stated.year is not None


def _reads_as_citation(chunks: Sequence[_Chunk]) -> bool:
    text = " ".join(chunk.text for chunk in chunks)
    stated = parse_reference(text) if len(text) <= _LONGEST * 2 else Citation()
    return bool(stated.authors and stated.title and len(stated.title.split()) >= 3)


# -- blocks --------------------------------------------------------------------------------------------------


def _joined(chunks: Sequence[_Chunk]) -> Block:
    text, links = "", []
    for chunk in chunks:
        text += " " * bool(text)
        links += [link._replace(start=link.start + len(text), end=link.end + len(text)) for link in chunk.links]
        text += chunk.text
    return Block("item", text, chunks[0].number, 1, tuple(links))


def _single(chunk: _Chunk, above_citation: bool, body: float) -> Block:
    """One chunk by itself. A heading right above a citation is a sub-heading: slides put their title first."""
    if chunk.bullet:
        return Block("item", chunk.text, chunk.number, 1, chunk.links)
    if not chunk.links and _is_heading(chunk, body):
        level = (1 if chunk.size > 1.4 * body else 2) if chunk.size else (2 if above_citation else 1)
        return Block("heading", chunk.text, chunk.number, level)
    return Block("text", chunk.text, chunk.number, 0, chunk.links)


def _is_heading(chunk: _Chunk, body: float) -> bool:
    text = chunk.text
    if len(text) > 120 or len(text.split()) > 14 or text[-1] in ".,;:?!)" or not re.search(r"[^\W\d_]{3}", text):
        return False
    if chunk.size:
        return chunk.size > 1.12 * body or _BIBLIOGRAPHY.match(text) is not None
    return len(chunk.lines) == 1 and chunk.after_blank and chunk.before_blank

"""The prose of a document: sentences with their lines, and passages that are short enough to be compared. Pure.

What is said in a document's own words is told from what it lists: headings, tables, captions and references are no
sentences.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from kg.drafts.citing import line_starts
from kg.sentences import sentences

if TYPE_CHECKING:
    from ingest.blocks import Block

SHORT = 2000  # characters of prose that are compared as they are: about as much as an encoder takes in
MOST_PASSAGES = 64
_LONGEST_PASSAGE = 1500  # characters, as a title with its abstract has them
_LONGEST_SENTENCE = 500  # characters; what goes on for longer is cut between two words
_FEWEST_WORDS = 4  # of a sentence that says something
_PIECE = 20_000  # characters of a block that are parted into sentences at once
_NEAR = 80  # characters between two words of the source that follow one another in a sentence, marks among them
_FARTHEST = 3000  # characters of the source that are searched for the next sentence

_DISPLAYED = re.compile(r"\$\$[^$]*\$\$")
_PANDOC = re.compile(r"\s?\[[^\[\]\n]{0,200}?-?@[^\[\]\n]{1,300}\]")  # [see @bee2018wide, p. 3]
_EMPTY = re.compile(r"\(\s?[,;]?\s?\)|\[\s?[,;]?\s?\]")
# What is left where a reference was taken out, the second full stop of `Fig. .` too.
_BEFORE_MARK = re.compile(r"(?<=[^.]\.)\s?\.(?=\s|$)|\s+(?=[,.;:!?)\]](?:\s|$))")
_BROKEN = re.compile(r"(?<=[a-z]{2})- (?!(?:and|or|to)\b)(?=[a-z])")  # a word, at the end of a line
_CAPTION = re.compile(r"(?:figure|fig\.|table|tab\.|algorithm|listing)\s?\d{1,3}\s?[.:|]", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_MATHS = re.compile(r"\$[^$\n]{1,300}\$")


class Sentence(NamedTuple):
    """A sentence and its line in the source, from 1; a heading is one that only says what comes next."""

    text: str
    line: int
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a draft that is compared as one text; `first` and `last` are its lines, 0 where it is the whole."""

    text: str
    sentences: tuple[Sentence, ...] = ()
    first: int = 0
    last: int = 0


def paragraphs(blocks: Sequence[Block], source: str, cites: Container[int]) -> Iterator[list[Sentence]]:
    """The headings and paragraphs of a document, each as its sentences; entries of a bibliography are none.

    `source` is the text in which lines are looked for; where it is empty, those of the blocks are taken. `cites` are
    the lines where blocks begin that cite a work by its title: an entry may stand under no heading `References`.
    """
    from ingest.readers.chunks import BIBLIOGRAPHY

    places = _Places(source)
    below = 0  # the level of the heading that references stand under
    for place, block in enumerate(blocks):
        if block.kind == "heading":
            below = 0 if block.level <= below or not below else below
            below = block.level if BIBLIOGRAPHY.match(block.text) else below
        text = _cleaned(block)
        if below or block.cells or not _WORD.search(text) or (block.line in cites and _is_entry(text)):
            continue
        if block.kind == "heading":
            yield [Sentence(text[:_LONGEST_SENTENCE], block.line, True)]
        elif not _CAPTION.match(text):
            end = blocks[place + 1].line if place + 1 < len(blocks) else 0
            yield [Sentence(said, places.line(said, block.line, end)) for said in _sentences(text)]


def passages(title: str | None, found: Iterable[Sequence[Sentence]]) -> tuple[list[Passage], bool]:
    """Sentences packed into passages, in their order, and whether all of them are in: there are 64 at most.

    The first has the title; what is short enough altogether is one. A heading stands with what follows it.
    """
    opening = [[Sentence(title, 1, True)]] if title else []
    parts: list[list[Sentence]] = [[]]
    for paragraph in chain(opening, found):
        _pack(parts, paragraph)
        if len(parts) > MOST_PASSAGES:
            break
    everything = [sentence for part in parts for sentence in part]
    if everything and _length(everything) <= SHORT:
        return [_passage(everything, whole=True)], True
    return [_passage(part) for part in parts[:MOST_PASSAGES] if part], len(parts) <= MOST_PASSAGES


def supporting(sentence: Sentence) -> bool:
    """Whether a sentence says enough for a paper to be cited there."""
    return not sentence.heading and len(_WORD.findall(sentence.text)) >= _FEWEST_WORDS


def readable(text: str) -> str:
    """A sentence as people read it: formulas in signs, not in TeX."""
    from ingest.readers.tex import signs

    return " ".join(_MATHS.sub(lambda maths: signs(maths.group()), text).split())


def _is_entry(text: str) -> bool:
    """Whether a paragraph is an entry of a bibliography, by people with more than a surname, as sentences have it."""
    from ingest.citations import is_reference, parse_reference

    if "et al" in text or not is_reference(text):
        return False
    return all(" " in author for author in parse_reference(text).authors)


def _pack(parts: list[list[Sentence]], paragraph: Sequence[Sentence]) -> None:
    """Add a paragraph to the last passage where it fits, else to new ones; only one that is too long is parted."""
    for place, sentence in enumerate(paragraph):
        needed = len(sentence.text) if place else min(_length(paragraph), _LONGEST_PASSAGE)
        if parts[-1] and _length(parts[-1]) + needed > _LONGEST_PASSAGE:
            parts.append(_taken_headings(parts[-1]))
        parts[-1].append(sentence)


def _taken_headings(part: list[Sentence]) -> list[Sentence]:
    """The headings that a passage ends with, two at most, taken from it: they belong to what comes next."""
    kept = len(part)
    while kept > max(0, len(part) - 2) and part[kept - 1].heading:
        kept -= 1
    taken = part[kept:]
    del part[kept:]
    return taken


def _length(part: Iterable[Sentence]) -> int:
    return sum(len(sentence.text) + 1 for sentence in part)


def _passage(part: Sequence[Sentence], whole: bool = False) -> Passage:
    lines = (0, 0) if whole else (part[0].line, max(sentence.line for sentence in part))
    return Passage(" ".join(sentence.text for sentence in part), tuple(part), *lines)


def _cleaned(block: Block) -> str:
    """The text of a block without bare addresses, displayed formulas and keys of citations."""
    text = block.text
    for link in reversed(block.links):
        if link.end > link.start and text[link.start : link.end].strip() == link.url:
            text = text[: link.start] + text[link.end :]
    text = _PANDOC.sub("", _DISPLAYED.sub(" ", text)) if "$$" in text or "@" in text else text
    text = _EMPTY.sub("", " ".join(text.split()))
    return _BROKEN.sub("", _BEFORE_MARK.sub("", " ".join(text.split())))


def _sentences(text: str) -> Iterator[str]:
    for piece in _pieces(text, _PIECE):
        for sentence in sentences(piece):
            yield from _pieces(sentence, _LONGEST_SENTENCE)


def _pieces(text: str, most: int) -> Iterator[str]:
    """A text in pieces of at most so many characters, parted between words."""
    while len(text) > most:
        cut = text.rfind(" ", 1, most)
        cut = cut if cut > 0 else most
        yield text[:cut]
        text = text[cut:].lstrip()
    if text:
        yield text


class _Places:
    """Where sentences stand in their source, which has marks between their words. They are asked for in order."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._starts = line_starts(source)
        self._at = 0

    def line(self, sentence: str, first: int, end: int) -> int:
        """The line of a sentence of the block that begins in the line `first`; the next one begins at `end`, if any."""
        start = max(self._at, self._starts[first - 1] if 1 <= first <= len(self._starts) else 0)
        limit = self._starts[end - 1] if first < end <= len(self._starts) else len(self._source)
        for one, other in pairwise(_WORD.findall(sentence[:200])[:5]):
            pattern = rf"\b{re.escape(one)}\b.{{1,{_NEAR}}}?\b{re.escape(other)}\b"
            found = re.compile(pattern, re.DOTALL).search(self._source, start, min(limit, start + _FARTHEST))
            if found:
                self._at = found.start() + len(one)
                return bisect_right(self._starts, found.start())
        return max(first, bisect_right(self._starts, self._at) if self._at >= start else first)

"""What a document is to the finder of citations: blocks of text with their links, whatever the format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from kg.papers import Mention

Kind = Literal["heading", "item", "text"]
Span = tuple[int, int]


class Link(NamedTuple):
    """A link in a block: `start` and `end` are where its text stands in the block's text."""

    url: str
    text: str
    start: int
    end: int
    line: int


class Cell(NamedTuple):
    """A cell of a row: the heading of its column (lower case, may be empty), where it stands in the text."""

    column: str
    start: int
    end: int


class Block(NamedTuple):
    """A heading, a list item (its own text, without its sub-items), or any other piece of text.

    `line` counts from 1. `level` is that of a heading, or how deep a list item is nested, both from 1; 0 for
    other text. `parent` is the place of the list item that this block is inside of, in the list of blocks.
    `emphasised` and `strong` hold the spans in italics and in bold. A row of a table is an item with `cells`.
    """

    kind: Kind
    text: str
    line: int
    level: int = 0
    links: tuple[Link, ...] = ()
    parent: int | None = None
    emphasised: tuple[Span, ...] = ()
    strong: tuple[Span, ...] = ()
    cells: tuple[Cell, ...] = ()


class Parsed(NamedTuple):
    """A document as its format's reader understands it; `title` None where it names none.

    `entries` are citations that the format itself spells out, field by field; `document` is still to be set.
    """

    title: str | None
    blocks: tuple[Block, ...] = ()
    entries: tuple[Mention, ...] = ()


def moved(block: Block, line: Callable[[int], int], offset: int = 0) -> Block:
    """A block as part of a larger document: `line` tells where its lines stand there, after `offset` other blocks."""
    return block._replace(
        line=line(block.line),
        parent=None if block.parent is None else block.parent + offset,
        links=tuple(link._replace(line=line(link.line)) for link in block.links),
    )

"""Markdown: CommonMark with tables, footnotes, front matter and maths, by pulldown-cmark (pyromark).

A parser in Rust, because a library of notes is read whole and parsers in Python do 1 MB a second.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from functools import partial
from typing import Any

import pyromark

from ingest.blocks import Parsed
from ingest.builder import BlockBuilder
from ingest.readers.html import add_html, tag_of

_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_MATH
)
# What is text, with the signs around it: formulas stay as they are written, for who reads TeX.
_TEXTS = {"Text": "", "Code": "", "InlineMath": "$", "DisplayMath": "$$"}
_LIQUID = re.compile(r"\{%[^%\n]{0,2000}%\}|\{\{[^{}\n]{0,500}\}\}")
_FRONT_MATTER = re.compile(
    r"\A\ufeff?(?:---|\+\+\+)[ \t]*\r?\n(?:[^\n]{0,2000}\n){0,200}?(?:---|\+\+\+|\.\.\.)[ \t]*\r?(?:\n|\Z)"
)
_TITLE_LINE = re.compile(r"^title\s*[:=]\s*(.+)$", re.MULTILINE)
_SIGNS = re.compile(r"^#{1,6} \S|\[[^\]\n]{1,200}\]\(https?://|^\[[^\]\n]+\]:\s*https?://", re.MULTILINE)


def looks_like_markdown(text: str) -> bool:
    """Whether a text without a telling file name is written in Markdown: headings or links say so."""
    return _SIGNS.search(text) is not None


def parse_markdown(text: str) -> Parsed:
    """Read Markdown; Liquid tags, comments, images and code blocks are not text."""
    if "{%" in text or "{{" in text:
        text = _LIQUID.sub(lambda tag: " " * len(tag.group()), text)
    stated = None
    if front := _FRONT_MATTER.match(text):
        stated = _TITLE_LINE.search(front.group())
        text = "\n" * front.group().count("\n") + text[front.end() :]
    reader = _Reader(text)
    take = reader.take
    for event, span in pyromark.events_with_range(text, options=_OPTIONS, merge_text=True):
        take(event, span["start"])
    reader.builder.flush()
    blocks = reader.builder.blocks
    title = next((" ".join(block.text.split()) for block in blocks if block.kind == "heading"), None)
    named = stated[1].strip().strip("'\"") if stated else ""
    return Parsed(named or title, tuple(blocks))


class _Reader:
    """Passes events on to the builder; `_hidden` counts the open images and code blocks, whose text is none."""

    def __init__(self, text: str) -> None:
        self.builder = builder = BlockBuilder()
        self._hidden = 0
        self._html: list[tuple[int, str]] | None = None  # the open block of HTML: where each piece stands
        self._anchors = 0
        content = text.encode("utf-8", "surrogatepass")
        self._newlines = [match.start() for match in re.finditer(rb"\n", content)]
        # Tables, because a library has millions of events: what begins, what ends, what stands alone.
        self._starts: dict[str, Callable[[], None]] = {
            "Item": builder.open_item,
            "Emphasis": builder.open_span,
            "Strong": partial(builder.open_span, strong=True),
            "TableRow": builder.open_row,
            "TableHead": builder.open_row,
            "Image": self._hide,
            "CodeBlock": self._hide,
            "HtmlBlock": self._open_html,
        }
        self._ends: dict[str, Callable[[], None]] = {
            "Link": builder.close_link,
            "Item": builder.close_item,
            "Emphasis": builder.close_span,
            "Strong": builder.close_span,
            "Paragraph": builder.flush,
            "FootnoteDefinition": builder.flush,
            "HtmlBlock": self._close_html,
            "Heading": builder.close_heading,
            "TableCell": builder.close_cell,
            "TableRow": builder.close_row,
            "TableHead": partial(builder.close_row, head=True),
            "Table": builder.end_table,
            "Image": self._show,
            "CodeBlock": self._show,
        }
        self._marks: dict[str, Callable[[], None]] = {
            "SoftBreak": partial(builder.add, " "),
            "HardBreak": partial(builder.add, "\n"),
            "Rule": builder.flush,
        }

    def take(self, event: Any, at: int) -> None:
        if isinstance(event, str):
            self._do(self._marks, event)
            return
        ((name, value),) = event.items()
        if name == "End":
            if action := self._ends.get(value if isinstance(value, str) else next(iter(value))):
                action()
        elif name == "Start":
            self._start(value, at)
        elif name in _TEXTS:
            if not self._hidden:
                sign = _TEXTS[name]
                self.builder.add(f"{sign}{value}{sign}" if sign else value, bisect_right(self._newlines, at - 1) + 1)
        elif name in {"Html", "InlineHtml"}:
            self._take_html(value, at)

    def _do(self, actions: dict[str, Callable[[], None]], name: str) -> None:
        if action := actions.get(name):
            action()

    def _line(self, at: int) -> int:
        return bisect_right(self._newlines, at - 1) + 1

    def _start(self, value: Any, at: int) -> None:
        if isinstance(value, str):
            self._do(self._starts, value)
            return
        ((kind, details),) = value.items()
        if kind == "Link":
            self.builder.open_link(details["dest_url"], self._line(at))
        elif kind == "Heading":
            self.builder.open_heading(int(details["level"][1]))
        else:
            self._do(self._starts, kind)

    def _hide(self) -> None:
        self._hidden += 1

    def _show(self) -> None:
        self._hidden -= 1

    def _open_html(self) -> None:
        self._html = []

    def _close_html(self) -> None:
        """A block of HTML is read as a page is; its tags need not be closed."""
        if self._html:
            add_html(self.builder, "".join(piece for _, piece in self._html), self._line(self._html[0][0]))
        self._html = None

    def _take_html(self, html: str, at: int) -> None:
        """Tags of links, as people put them into lines of Markdown; all others are passed over."""
        if self._html is not None:
            self._html.append((at, html))
            return
        for name, url in tag_of(html):
            if name == "a" and url:
                self._anchors += 1
                self.builder.open_link(url, self._line(at))
            elif name == "/a" and self._anchors:
                self._anchors -= 1
                self.builder.close_link()
            elif name == "br":
                self.builder.add("\n")

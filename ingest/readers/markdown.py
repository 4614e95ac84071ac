"""Markdown: CommonMark with tables, footnotes, front matter and maths, by pulldown-cmark (pyromark).

A parser in Rust, because a library of notes is read whole and parsers in Python do 1 MB a second.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

import pyromark

from ingest.blocks import Parsed
from ingest.builder import BlockBuilder
from ingest.readers.html import tag_of

_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_MATH
    | pyromark.Options.ENABLE_YAML_STYLE_METADATA_BLOCKS
    | pyromark.Options.ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
)
_LIQUID = re.compile(r"\{%[^%\n]{0,2000}%\}|\{\{[^{}\n]{0,500}\}\}")
_TITLE_LINE = re.compile(r"^title\s*[:=]\s*(.+)$", re.MULTILINE)
_SIGNS = re.compile(r"^#{1,6} \S|\[[^\]\n]{1,200}\]\(https?://|^\[[^\]\n]+\]:\s*https?://", re.MULTILINE)


def looks_like_markdown(text: str) -> bool:
    """Whether a text without a telling file name is written in Markdown: headings or links say so."""
    return _SIGNS.search(text) is not None


def parse_markdown(text: str) -> Parsed:
    """Read Markdown; Liquid tags, comments, images and code blocks are not text."""
    if "{%" in text or "{{" in text:
        text = _LIQUID.sub(lambda tag: " " * len(tag.group()), text)
    reader = _Reader(text)
    for event, span in pyromark.events_with_range(text, options=_OPTIONS, merge_text=True):
        reader.take(event, span["start"])
    reader.builder.flush()
    blocks = reader.builder.blocks
    title = next((" ".join(block.text.split()) for block in blocks if block.kind == "heading"), None)
    return Parsed(reader.title or title, tuple(blocks))


class _Reader:
    """Passes events on to the builder; `_hidden` counts the open images and code blocks, whose text is none."""

    def __init__(self, text: str) -> None:
        self.builder = BlockBuilder()
        self.title: str | None = None
        self._hidden = 0
        self._metadata = False
        self._anchors = 0
        content = text.encode("utf-8", "surrogatepass")
        self._newlines = [match.start() for match in re.finditer(rb"\n", content)]

    def take(self, event: Any, at: int) -> None:
        if isinstance(event, str):
            self._take_break(event)
            return
        ((name, value),) = event.items()
        if name in {"Text", "Code", "InlineMath", "DisplayMath"}:
            self._take_text(value, at)
        elif name == "Start":
            self._start(value, at)
        elif name == "End":
            self._end(value)
        elif name in {"Html", "InlineHtml"}:
            self._take_html(value, at)

    def _line(self, at: int) -> int:
        return bisect_right(self._newlines, at - 1) + 1

    def _take_break(self, event: str) -> None:
        if event in {"SoftBreak", "HardBreak"}:
            self.builder.add(" ")
        elif event == "Rule":
            self.builder.flush()

    def _take_text(self, text: str, at: int) -> None:
        if self._metadata:
            if stated := _TITLE_LINE.search(text):
                self.title = stated.group(1).strip().strip("'\"") or None
        elif not self._hidden:
            self.builder.add(text, self._line(at))

    def _start(self, value: Any, at: int) -> None:
        kind, details = (value, {}) if isinstance(value, str) else next(iter(value.items()))
        builder = self.builder
        if kind == "Link":
            builder.open_link(details["dest_url"], self._line(at))
        elif kind in {"Emphasis", "Strong"}:
            builder.open_span(kind == "Strong")
        elif kind == "Item":
            builder.open_item()
        elif kind == "Heading":
            builder.open_heading(int(details["level"][1]))
        elif kind in {"TableRow", "TableHead"}:
            builder.open_row()
        elif kind in {"Image", "CodeBlock"}:
            self._hidden += 1
        elif kind == "MetadataBlock":
            self._metadata = True

    def _end(self, value: Any) -> None:
        kind = value if isinstance(value, str) else next(iter(value))
        builder = self.builder
        if kind == "Link":
            builder.close_link()
        elif kind in {"Emphasis", "Strong"}:
            builder.close_span()
        elif kind == "Item":
            builder.close_item()
        elif kind == "Heading":
            builder.close_heading()
        elif kind in {"Image", "CodeBlock"}:
            self._hidden -= 1
        elif kind in {"TableCell", "TableRow", "TableHead", "Table"}:
            self._end_of_table(kind)
        elif kind in {"Paragraph", "FootnoteDefinition", "HtmlBlock"}:
            builder.flush()
        elif kind == "MetadataBlock":
            self._metadata = False

    def _end_of_table(self, kind: str) -> None:
        if kind == "TableCell":
            self.builder.close_cell()
        elif kind == "Table":
            self.builder.end_table()
        else:
            self.builder.close_row(head=kind == "TableHead")

    def _take_html(self, html: str, at: int) -> None:
        """Tags of links and items, as people put them among Markdown; all others are passed over."""
        for name, url in tag_of(html):
            if name == "a" and url:
                self._anchors += 1
                self.builder.open_link(url, self._line(at))
            elif name == "/a" and self._anchors:
                self._anchors -= 1
                self.builder.close_link()
            elif name == "br":
                self.builder.add(" ")

"""Org-mode: headings and bodies by orgparse, lists and links in them here."""

from __future__ import annotations

import re
from collections.abc import Mapping

import orgparse
from orgparse.node import OrgRootNode

from ingest.blocks import Parsed
from ingest.builder import BlockBuilder

_ITEM = re.compile(r"^(?P<indent>\s*)(?:[-+]|\d{1,3}[.)]|\[fn:[\w-]{1,20}\])\s+(?:\[[ X-]\]\s+)?(?P<text>.*)$")
_LINK = re.compile(r"\[\[([^\[\]]{1,2000})\](?:\[((?:[^\[\]]|\[[^\[\]]{0,200}\]){1,1000})\])?\]")
_IMAGE = re.compile(r"^(?:https?:|file:|\./)\S+\.(?:png|jpe?g|gif|svg|webp)$", re.IGNORECASE)
_EMPHASIS = re.compile(r"(?<![\w/])/(?=\S)([^/\n]{1,200}?)(?<=\S)/(?!\w)")
_DATE = re.compile(r"[<\[]\d{4}-\d{2}-\d{2}(?:[^>\]\n]{0,60}[>\]](?:--)?)?")  # unread, and slow to parse
_LONGEST_LINE, _LONGEST_HEADING = 2000, 400  # characters; orgparse takes too long for longer ones
_RULE = re.compile(r"^\s*\|[-+]+\|?\s*$")
_TITLE = re.compile(r"^#\+title:\s*(.+)$", re.IGNORECASE | re.MULTILINE)
_BEGIN = re.compile(r"^\s*#\+begin_(?!quote|center|verse)", re.IGNORECASE)
_END = re.compile(r"^\s*#\+end_", re.IGNORECASE)
_ENDS = re.compile("[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # of lines to orgparse, and to no editor
_HIDDEN = re.compile(r"^\s*(?:#(?:\s|\+|$)|:[\w-]+:)")


def parse_org(text: str) -> Parsed:
    """Read an Org file; comments, drawers, source and example blocks are not text."""
    reader = _Reader()
    text = _DATE.sub(lambda found: " " * len(found.group()), _ENDS.sub(" ", text.replace("\r\n", "\n")))
    lines = [line[: _LONGEST_HEADING if line[:1] == "*" else _LONGEST_LINE] for line in text.split("\n")]
    for node in orgparse.loads("\n".join(lines)):
        above = 0  # lines, up to the node's heading
        if not isinstance(node, OrgRootNode):
            above = node.linenumber
            reader.heading(node.get_heading(format="raw"), node.level, above)
            reader.properties(node.properties, above)
        reader.body(node.get_body(format="raw"), lines, above)
    title = _TITLE.search(text)
    blocks = reader.builder.blocks
    first = next((" ".join(block.text.split()) for block in blocks if block.kind == "heading"), None)
    return Parsed(title.group(1).strip() if title else first, tuple(blocks))


class _Reader:
    def __init__(self) -> None:
        self.builder = BlockBuilder()
        self._indents: list[int] = []

    def heading(self, text: str, level: int, line: int) -> None:
        self.builder.open_heading(level)
        self._inline(re.sub(r"^(?:TODO|DONE|NEXT|WAIT)\s+", "", text), line)
        self.builder.close_heading()

    def properties(self, found: Mapping[str, object], line: int) -> None:
        """What the drawer of a heading tells of the work that the heading names."""
        fields = {name.lower(): str(value) for name, value in found.items()}
        for name in ("url", "link", "doi", "arxiv", "eprint"):
            if value := fields.get(name):
                self.builder.open_link(_address(value if "://" in value else f"{name}:{value}"), line)
                self.builder.close_link()
                self.builder.flush()
        for name in ("author", "authors", "year", "venue", "journal", "booktitle"):
            if value := fields.get(name):
                label = "Venue" if name == "booktitle" else name.capitalize()
                self.builder.add(f"{label}: {value}", line)
                self.builder.flush()

    def body(self, body: str, whole: list[str], after: int) -> None:
        """The lines below a heading; their numbers are found by counting back from the next heading."""
        lines = body.split("\n")
        first = _first_line(lines, whole, after)
        hidden = False
        for number, line in enumerate(lines, start=first):
            if _BEGIN.match(line) or _END.match(line):
                hidden = _BEGIN.match(line) is not None
            elif not hidden and line.lstrip().startswith("|"):
                self._row(line, number, lines[number - first + 1 :][:1])
            elif not hidden and not _HIDDEN.match(line):
                self.builder.end_table()
                self._line(line, number)
        self._close_items(-1)
        self.builder.flush()

    def _line(self, line: str, number: int) -> None:
        item = _ITEM.match(line)
        if item:
            indent = len(item["indent"])
            self._close_items(indent)
            self.builder.open_item()
            self._indents.append(indent)
            self._inline(item["text"], number)
        elif not line.strip():
            self.builder.flush()
        else:
            indent = len(line) - len(line.lstrip())
            if self._indents and indent <= self._indents[0]:
                self._close_items(-1)
            self._inline(" " + line.strip(), number)

    def _row(self, line: str, number: int, following: list[str]) -> None:
        """A row of a table; one above a rule names the columns."""
        if _RULE.match(line):
            return
        self.builder.open_row()
        for cell in _cells(line):
            self._inline(cell.strip(), number)
            self.builder.close_cell()
        self.builder.close_row(head=bool(following) and _RULE.match(following[0]) is not None)

    def _close_items(self, indent: int) -> None:
        while self._indents and self._indents[-1] >= max(indent, 0):
            self._indents.pop()
            self.builder.close_item()

    def _inline(self, text: str, line: int) -> None:
        at = 0
        for link in _LINK.finditer(text):
            self._emphasis(text[at : link.start()], line)
            at = link.end()
            if _IMAGE.match(link[2] or link[1]):
                continue
            self.builder.open_link(_address(link[1]), line)
            self.builder.add(link[2] or link[1], line)
            self.builder.close_link()
        self._emphasis(text[at:], line)

    def _emphasis(self, text: str, line: int) -> None:
        at = 0
        for span in _EMPHASIS.finditer(text) if "://" not in text else ():
            self.builder.add(text[at : span.start()], line)
            self.builder.open_span()
            self.builder.add(span[1], line)
            self.builder.close_span()
            at = span.end()
        self.builder.add(text[at:], line)


def _address(target: str) -> str:
    """The address of a link, those of Org's own kinds (`arxiv:`, `doi:`) included."""
    kind, _, name = target.partition(":")
    if kind in {"arxiv", "eprint"}:
        return f"https://arxiv.org/abs/{name.removeprefix('arXiv:')}"
    return f"https://doi.org/{name}" if kind == "doi" else target


def _cells(line: str) -> list[str]:
    """The cells of a row; bars inside links part none."""
    return re.split(r"\|(?![^\[\]]*\]\])", line.strip().strip("|"))


def _first_line(body: list[str], whole: list[str], after: int) -> int:
    """The number of the line on which a body begins: the first place below its heading where it stands."""
    for start in range(after, min(after + 60, len(whole)) + 1):
        if whole[start : start + 1] == body[:1]:
            return start + 1
    return after + 1

"""HTML pages: by lxml's parser, which reads what browsers read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from lxml import etree
from lxml import html as lxml_html

from ingest.blocks import Parsed
from ingest.builder import BlockBuilder
from kg.errors import DocumentError
from kg.text import unescaped

# What a page shows beside its text, and what it does not show at all.
_SKIPPED = frozenset(
    "script style noscript template nav footer aside form button select svg math iframe object head".split()
)
_BLOCKS = frozenset(
    """p div section article main header blockquote pre figure figcaption ul ol dl table tbody thead caption
    address summary center hr body""".split()
)
_PARTS_OF_TABLES = frozenset({"td", "th", "tr", "table"})
_DETAILS = re.compile(r"<details\b", re.IGNORECASE)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]{0,15})([^<>]{0,2000})>")
_HREF = re.compile(r"\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)


def tag_of(html: str) -> Iterator[tuple[str, str | None]]:
    """Names of the tags in a piece of HTML (`a`, `/a`), each with its `href`."""
    for tag in _TAG.finditer(html):
        match = _HREF.search(tag[2])
        url = next((unescaped(group) for group in match.groups() if group is not None), None) if match else None
        yield tag[1].lower(), url


def parse_html(text: str, base: str | None = None) -> Parsed:
    """Read a page; `base` is its own address, to which its links are relative.

    :raises DocumentError: there is no page in it.
    """
    root = _tree(text)
    if root is None:
        raise DocumentError("holds no HTML that can be read")
    reader = _Reader(BlockBuilder(), base=_base_of(root, base) if base else "")
    reader.walk(root)
    title = " ".join((root.findtext(".//title") or "").split())
    heading = next((block.text for block in reader.builder.blocks if block.kind == "heading"), None)
    return Parsed((heading and " ".join(heading.split())) or title or None, tuple(reader.builder.blocks))


def add_html(builder: BlockBuilder, fragment: str, line: int) -> None:
    """Add a piece of HTML to the blocks of another format; it begins on `line`."""
    builder.flush()
    root = _tree(fragment)
    still_open = len(_DETAILS.findall(fragment)) - fragment.lower().count("</details")
    if root is not None:
        _Reader(builder, line - 1, max(still_open, 0)).walk(root)
    for _ in range(-still_open):
        builder.close_item()


def _tree(text: str) -> lxml_html.HtmlElement | None:
    try:
        parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
        return lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return None
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        return None


def _base_of(root: lxml_html.HtmlElement, address: str) -> str:
    """What the links of a page are relative to: the address that it names, or its own."""
    named = next((element.get("href") for element in root.iter("base") if element.get("href")), None)
    try:
        return urljoin(address, (named or "").strip())
    except ValueError:
        return address


def _joined(base: str, url: str) -> str:
    """An address from the page at `base`; what is none stays as it is."""
    try:
        return urljoin(base, url.strip()) if base else url
    except ValueError:
        return url


class _Reader:
    """Walks the tree without recursion: pages nest as deep as they like. `above` lines stand before its first.

    Links are relative to `base`, if there is one.
    """

    def __init__(self, builder: BlockBuilder, above: int = 0, kept_open: int = 0, base: str = "") -> None:
        self.builder = builder
        self._base = base
        self._kept_open = kept_open  # details that end in a later piece of the document
        self._above = above
        self._head_row = False

    def _line(self, element: etree._Element) -> int:
        return (element.sourceline or 1) + self._above

    def walk(self, root: lxml_html.HtmlElement) -> None:
        skipped: etree._Element | None = None
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if skipped is not None:
                if event == "end" and element is skipped:
                    skipped = None
                    self._text(element.tail, element)
                continue
            if event == "start" and (element.tag in _SKIPPED or element.get("hidden") is not None):
                skipped = element
                if element.tag not in _SKIPPED or element.tag in {"nav", "aside", "footer", "form"}:
                    self.builder.flush()
            elif event == "start":
                self._start(element)
                self._text(element.text, element)
            else:
                self._end(element)
                self._text(element.tail, element)
        self.builder.flush()

    def _text(self, text: str | None, element: etree._Element) -> None:
        if text:
            squeezed = re.sub(r"\s+", " ", text)
            self.builder.add(squeezed, self._line(element))

    def _start(self, element: etree._Element) -> None:
        tag, builder = str(element.tag), self.builder
        if tag == "a":
            url = element.get("href")
            builder.open_link("" if url is None else _joined(self._base, url), self._line(element))
        elif tag in {"em", "i", "cite", "b", "strong"}:
            builder.open_span(strong=tag in {"b", "strong"})
        elif tag in {"li", "dt", "details"}:
            builder.open_item()
        elif tag in _HEADINGS:
            builder.open_heading(_HEADINGS[tag])
        elif tag == "tr":
            self._head_row = all(cell.tag == "th" for cell in element)
            builder.open_row()
        elif tag == "br":
            builder.add("\n")
        elif tag in _BLOCKS:
            builder.flush()

    def _end_details(self) -> None:
        if self._kept_open:
            self._kept_open -= 1
            self.builder.flush()
        else:
            self.builder.close_item()

    def _end(self, element: etree._Element) -> None:
        tag, builder = str(element.tag), self.builder
        if tag == "a":
            builder.close_link()
        elif tag in {"em", "i", "cite", "b", "strong"}:
            builder.close_span()
        elif tag == "details":
            self._end_details()
        elif tag == "li" or (tag in {"dt", "dd"} and not _followed_by_dd(element)):
            builder.close_item()
        elif tag in {"dt", "dd"}:
            builder.flush()
        elif tag in _HEADINGS:
            builder.close_heading()
        elif tag in _PARTS_OF_TABLES:
            self._end_of_table(tag)
        elif tag in _BLOCKS:
            builder.flush()

    def _end_of_table(self, tag: str) -> None:
        if tag == "tr":
            self.builder.close_row(head=self._head_row)
        elif tag == "table":
            self.builder.flush()
            self.builder.end_table()
        else:
            self.builder.close_cell()


def _followed_by_dd(element: etree._Element) -> bool:
    """Whether a term or a part of its definition has more of it right after it: all are one item."""
    following = element.getnext()
    return following is not None and following.tag == "dd"

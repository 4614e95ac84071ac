"""PDF: the text layer, by PDFium (pypdfium2), with its links; slides and articles."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.blocks import Link, Parsed
from ingest.readers.plain import Line, parse_lines
from kg.errors import DocumentError

_STAMP = re.compile(r"^\s*arXiv:\S+\s+(?:\[[\w.-]+\]\s+)?\d{1,2}\s+\w{3}\s+\d{4}\s*$")
_MOST_PAGES = 3000
_PAGE_NUMBER = re.compile(r"^\s*(?:page\s+)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?\s*$", re.IGNORECASE)


class _Area(NamedTuple):
    """Where a link can be clicked, in points from the lower left of its page."""

    url: str
    left: float
    bottom: float
    right: float
    top: float


def parse_pdf(content: bytes) -> Parsed:
    """Read a PDF. `line` of a mention counts the lines of its text, page after page.

    :raises DocumentError: it is damaged or encrypted, or has no text layer.
    """
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        encrypted = "password" in str(error).lower()
        raise DocumentError("is encrypted" if encrypted else "is a damaged PDF") from error
    try:
        lines = list(_lines(document))
        title = (document.get_metadata_value("Title") or "").strip()
    finally:
        document.close()
    if not any(line.text.strip() for line in lines):
        raise DocumentError("has no text layer (it is a scan): run it through an OCR program first")
    parsed = parse_lines(lines)
    return parsed._replace(title=title or parsed.title)


def _lines(document: pdfium.PdfDocument) -> Iterator[Line]:
    """The lines of all pages, without page numbers and arXiv's stamp; a page begins after a blank line."""
    number = 0
    for index in range(min(len(document), _MOST_PAGES)):
        page = document[index]
        text_page = page.get_textpage()
        try:
            areas = list(_areas(page))
            for text, start in _page_lines(text_page):
                number += 1
                if _STAMP.match(text) or _PAGE_NUMBER.match(text):
                    continue
                yield Line(number, text, _links(text_page, text, start, areas, number), _size(text_page, text, start))
            number += 1
            yield Line(number, "")
        finally:
            text_page.close()
            page.close()


def _page_lines(text_page: pdfium.PdfTextPage) -> Iterator[tuple[str, int]]:
    """(text, index of its first character) of each line of a page."""
    start = 0
    whole = text_page.get_text_range(errors="replace")
    for text in re.split(r"\r\n|\r|\n", whole):
        yield text.replace("\ufffe", "-").replace("\u00ad", "-"), start
        start += len(text) + 2


def _size(text_page: pdfium.PdfTextPage, text: str, start: int) -> float:
    """The font size of a line, in points, by its first letter."""
    lead = len(text) - len(text.lstrip())
    return float(raw.FPDFText_GetFontSize(text_page.raw, start + lead)) if text.strip() else 0.0


def _areas(page: pdfium.PdfPage) -> Iterator[_Area]:
    """The link annotations of a page that lead to the web."""
    at, link = ctypes.c_int(0), raw.FPDF_LINK()
    while raw.FPDFLink_Enumerate(page.raw, at, link):
        action = raw.FPDFLink_GetAction(link)
        size = raw.FPDFAction_GetURIPath(page.pdf.raw, action, None, 0) if action else 0
        rectangle = raw.FS_RECTF()
        if size > 1 and raw.FPDFLink_GetAnnotRect(link, rectangle):
            buffer = ctypes.create_string_buffer(size)
            raw.FPDFAction_GetURIPath(page.pdf.raw, action, buffer, size)
            url = buffer.value.decode("utf-8", "replace")
            if url.startswith("http"):
                yield _Area(url, rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)


def _links(text_page: pdfium.PdfTextPage, text: str, start: int, areas: list[_Area], line: int) -> tuple[Link, ...]:
    """The links whose areas cover characters of a line."""
    found: dict[str, list[int]] = {}
    for place, char in enumerate(text) if areas else ():
        if char.isspace():
            continue
        try:
            left, bottom, right, top = text_page.get_charbox(start + place)
        except (pdfium.PdfiumError, ValueError, IndexError):
            continue
        x, y = (left + right) / 2, (bottom + top) / 2
        for area in areas:
            if area.left <= x <= area.right and area.bottom <= y <= area.top:
                found.setdefault(area.url, []).append(place)
                break
    return tuple(
        Link(url, " ".join(text[places[0] : places[-1] + 1].split()), places[0], places[-1] + 1, line)
        for url, places in found.items()
    )

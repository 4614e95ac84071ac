"""PDF: the text layer, by PDFium (pypdfium2), with its links; slides and articles."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise
from statistics import median
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.blocks import Link, Parsed
from ingest.readers.chunks import Line
from ingest.readers.plain import parse_lines
from kg.errors import DocumentError

_STAMP = re.compile(r"^\s*arXiv:\S+\s+(?:\[[\w.-]+\]\s+)?\d{1,2}\s+\w{3}\s+\d{4}\s*$")
_MOST_PAGES = 3000
_MOST_LINES, _MOST_MARKS = 1500, 300  # lines, and links or bullets, of one page
_PAGE_NUMBER = re.compile(r"^\s*(?:page\s+)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?\s*$", re.IGNORECASE)


class _Box(NamedTuple):
    """A place on a page, in points from its lower left; `url` is where a click on it leads."""

    left: float
    bottom: float
    right: float
    top: float
    url: str = ""

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2


class _Placed(NamedTuple):
    """A line of text and where it stands, in points; `size` is the height of its type."""

    text: str
    links: tuple[Link, ...]
    left: float
    right: float
    first_word: float  # its width
    baseline: float
    size: float
    bold: bool
    bullet: bool


def parse_pdf(content: bytes) -> Parsed:
    """Read a PDF. `line` of a mention counts the lines of its text, page after page.

    :raises DocumentError: it is damaged or encrypted, or has no text layer.
    """
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        encrypted = "password" in str(error).lower()
        raise DocumentError(
            "is encrypted: save it without a password first" if encrypted else "is a damaged PDF"
        ) from error
    try:
        lines = list(_lines(document))
        title = (document.get_metadata_value("Title") or "").replace("\0", " ").strip()
    finally:
        document.close()
    if not any(line.text.strip() for line in lines):
        raise DocumentError("has no text layer (it is a scan): run it through an OCR program first")
    parsed = parse_lines(lines)
    return parsed._replace(title=title or parsed.title)


def _lines(document: pdfium.PdfDocument) -> Iterator[Line]:
    """The lines of all pages, without page numbers and arXiv's stamp; a page begins after a blank line."""
    pages = [page for index in range(min(len(document), _MOST_PAGES)) if (page := _page(document, index))]
    pitch = _usual_pitch(pages)
    number = 0
    for page in pages:
        edges, shifts = _justified(page), _column_shifts(page)
        for place, line in enumerate(page):
            if place and _pitch(page[place - 1], line) > 1.3 * pitch:
                number += 1
                yield Line(number, "")
            number += 1
            links = tuple(link._replace(line=number) for link in line.links)
            ends = place + 1 < len(page) and _had_room(line, page[place + 1], page, edges)
            yield Line(number, line.text, links, line.left - shifts[place], line.size, line.bold, line.bullet, ends)
        number += 1
        yield Line(number, "")


def _page(document: pdfium.PdfDocument, index: int) -> list[_Placed]:
    """The lines of a page; none where it is damaged."""
    try:
        return list(islice(_laid_out(document[index]), _MOST_LINES))
    except pdfium.PdfiumError:
        return []


def _laid_out(page: pdfium.PdfPage) -> Iterator[_Placed]:
    """The lines of one page, each where it stands."""
    text_page = page.get_textpage()
    try:
        areas, dots = list(islice(_areas(page), _MOST_MARKS)), list(islice(_dots(page), _MOST_MARKS))
        lines = [(text, start) for text, start in _page_lines(text_page) if text.strip()]
        for place, (text, start) in enumerate(lines):
            at_edge = place in {0, len(lines) - 1}
            if _STAMP.match(text) or (at_edge and _PAGE_NUMBER.match(text)):
                continue
            yield _placed(text_page, text, start, areas, dots)
    finally:
        text_page.close()
        page.close()


def _placed(text_page: pdfium.PdfTextPage, text: str, start: int, areas: list[_Box], dots: list[_Box]) -> _Placed:
    lead, length = len(text) - len(text.lstrip()), len(text.rstrip())
    first = _box(text_page, start + lead) or _Box(0, 0, 0, 0)
    last = _box(text_page, start + length - 1) or first
    word = text[:length].find(" ", lead)
    word_end = _box(text_page, start + word - 1) if word > 0 else last
    size = first.top - first.bottom  # what PDFium calls the size is not scaled as the page is
    dot = any(first.bottom <= dot.middle <= first.top and 0 < first.left - dot.right < 3 * size for dot in dots)
    bold = all(_is_bold(text_page, start + at) for at in (lead, (lead + length) // 2, length - 1))
    return _Placed(
        text=text,
        links=_links(text_page, text, start, areas),
        left=first.left,
        right=last.right,
        first_word=(word_end.right if word_end else last.right) - first.left,
        baseline=first.bottom,
        size=size,
        bold=bold,
        bullet=dot,
    )


def _usual_pitch(pages: list[list[_Placed]]) -> float:
    """The usual distance between two lines, as a multiple of the size of their type."""
    found = [_pitch(a, b) for page in pages for a, b in pairwise(page)]
    return median([pitch for pitch in found if 0.8 < pitch < 2.5] or [1.2])


def _pitch(above: _Placed, below: _Placed) -> float:
    return (above.baseline - below.baseline) / max(above.size, below.size, 1.0)


def _had_room(line: _Placed, following: _Placed, page: list[_Placed], justified: list[float]) -> bool:
    """Whether the first word of the next line would have fitted on this one: then a new paragraph begins there."""
    if line.links and following.links and line.links[-1].url == following.links[0].url:
        return False  # one link over two lines
    edge = next((edge for edge in justified if edge >= line.right - 2), 0.0)
    edge = edge or max(other.right for other in page if abs(other.left - line.left) <= 8 * line.size)
    return line.right + 0.4 * line.size + following.first_word < edge and following.size <= 1.2 * line.size


def _column_shifts(page: list[_Placed]) -> list[float]:
    """For each line, how far its column stands to the right of the first one; a column begins further up."""
    starts = [0, *(place for place, (a, b) in enumerate(pairwise(page), 1) if b.baseline > a.baseline + a.size)]
    shifts: list[float] = []
    for start, end in zip(starts, [*starts[1:], len(page)], strict=True):
        left = min((line.left for line in page[start:end]), default=0.0)
        first = min((line.left for line in page[: starts[1]]), default=0.0) if start else left
        shifts += [left - first] * (end - start)
    return shifts


def _justified(page: list[_Placed]) -> list[float]:
    """The right edges of the columns of a page, from the left; none where the lines end as they like."""
    counts = Counter(round(line.right / 2) * 2.0 for line in page)
    edges = sorted(edge for edge, count in counts.items() if count >= 3)
    return edges if sum(counts[edge] for edge in edges) > 0.4 * len(page) else []


def _page_lines(text_page: pdfium.PdfTextPage) -> Iterator[tuple[str, int]]:
    """(text, index of its first character) of each line of a page."""
    start = 0
    whole = text_page.get_text_range(errors="replace").replace("\0", " ")
    for text in re.split(r"\r\n|\r|\n", whole):
        yield text.replace("\ufffe", "-").replace("\u00ad", "-"), start
        start += len(text) + 2


def _box(text_page: pdfium.PdfTextPage, index: int) -> _Box | None:
    """Where a character stands, with the whole height of its line."""
    try:
        left, bottom, right, top = text_page.get_charbox(index, loose=True)
    except (pdfium.PdfiumError, ValueError, IndexError):
        return None
    return _Box(left, bottom, right, top)


def _is_bold(text_page: pdfium.PdfTextPage, index: int) -> bool:
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    raw.FPDFText_GetFontInfo(text_page.raw, index, name, 128, flags)
    return b"bold" in name.value.lower() or re.search(rb"\bCMBX|-Bd|-Semib", name.value) is not None


def _dots(page: pdfium.PdfPage) -> Iterator[_Box]:
    """Small marks that are drawn: browsers and slides draw the bullets of lists."""
    for shape in islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=4), 100 * _MOST_MARKS):
        left, bottom, right, top = shape.get_bounds()
        if 1 < right - left < 12 and abs((right - left) - (top - bottom)) < 1:
            yield _Box(left, bottom, right, top)


def _areas(page: pdfium.PdfPage) -> Iterator[_Box]:
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
                yield _Box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top, url)


def _links(text_page: pdfium.PdfTextPage, text: str, start: int, areas: list[_Box]) -> tuple[Link, ...]:
    """The links whose areas cover characters of a line."""
    found: dict[str, list[int]] = {}
    for place, char in enumerate(text) if areas else ():
        box = None if char.isspace() else _box(text_page, start + place)
        if box is None:
            continue
        x = (box.left + box.right) / 2
        area = next((a for a in areas if a.left <= x <= a.right and a.bottom <= box.middle <= a.top), None)
        if area:
            found.setdefault(area.url, []).append(place)
    return tuple(
        Link(url, " ".join(text[places[0] : places[-1] + 1].split()), places[0], places[-1] + 1, 0)
        for url, places in found.items()
    )

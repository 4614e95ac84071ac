"""Small PDF files, written by hand: lines of text where a test wants them, drawn bullets, links."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A line of text: its lower left corner and size in points; `url` makes all of it a link."""

    text: str
    left: float
    bottom: float
    size: float = 10.0
    bold: bool = False
    url: str = ""
    bullet: bool = False


def make_pdf(*pages: Sequence[Text], title: str = "", locked: bool = False) -> bytes:
    """A PDF of these pages (612 x 792 points), in Helvetica; a `locked` one asks for a password."""
    objects: list[bytes] = [b"", b"", *(_font(name) for name in ("Helvetica", "Helvetica-Bold"))]
    kids = []
    for page in pages:
        stream = zlib.compress("\n".join(_drawn(line) for line in page).encode("cp1252"))
        objects.append(b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream))
        links = b" ".join(_link(line) for line in page if line.url)
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R/Annots[%s]"
            b"/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>" % (len(objects), links)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    objects.append(b"<</Title(%s)>>" % _escaped(title).encode("cp1252"))
    return _file(objects, locked)


def _drawn(line: Text) -> str:
    middle = line.bottom + line.size / 4
    dot = f"{line.left - 12} {middle} 3.5 3.5 re f " if line.bullet else ""
    font = "F2" if line.bold else "F1"
    return f"{dot}BT /{font} {line.size} Tf {line.left} {line.bottom} Td ({_escaped(line.text)}) Tj ET"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _link(line: Text) -> bytes:
    box = (line.left, line.bottom - 2, line.left + 0.5 * line.size * len(line.text), line.bottom + line.size)
    corners = " ".join(f"{corner:.1f}" for corner in box)
    return f"<</Type/Annot/Subtype/Link/Rect[{corners}]/A<</S/URI/URI({_escaped(line.url)})>>>>".encode()


def _font(name: str) -> bytes:
    return f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>".encode()


def _file(objects: Sequence[bytes], locked: bool) -> bytes:
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    key = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>/ID[<00><00>]" % (b"41" * 32, b"42" * 32)
    return content + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R/Info %d 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(objects), key if locked else b"", len(content))
    )

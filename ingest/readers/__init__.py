"""One reader for each format: a document in, blocks (and citations that the format spells out) out."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from pathlib import PurePosixPath
from typing import Any, cast
from urllib.parse import urlsplit

from ingest.blocks import Parsed, moved
from ingest.text import decoded, fit
from kg.errors import DocumentError

_LONGEST_HEADER = 2000  # characters
_LARGEST_UNZIPPED = 64 * 2**20  # bytes; guards against decompression bombs
_SUFFIXES = {
    "markdown": ".md .markdown .mdown .mkd .mdx .qmd .rmd",
    "html": ".html .htm .xhtml",
    "pdf": ".pdf",
    "plain": ".txt .text",
    "email": ".eml",
    "bibtex": ".bib .bibtex",
    "ris": ".ris",
    "latex": ".tex .latex .ltx",
    "bbl": ".bbl",
    "notebook": ".ipynb",
    "restructured": ".rst .rest",
    "org": ".org",
}
FORMATS = {suffix: name for name, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
SUFFIXES = frozenset(FORMATS)


def parse_document(name: str, content: bytes, kind: str = "") -> Parsed:
    """Read a document; `name` is its file name or URL, `kind` its media type where a server told one.

    :raises DocumentError: it is empty, damaged or of a format that is not read.
    """
    if PurePosixPath(_path(name)).suffix.lower() == ".gz" or content[:2] == b"\x1f\x8b":
        name, content = _path(name).removesuffix(".gz"), _unzipped(content)
    if not content.strip():
        raise DocumentError("is empty")
    format_ = _format(name, content, kind)
    if format_ == "pdf":
        from ingest.readers.pdf import parse_pdf

        return parse_pdf(content)
    if format_ == "email":
        return _parse_email(content)
    charset = re.search(r"charset=[\"']?([\w.:-]{2,40})", kind, re.IGNORECASE)
    return parse_text(name, decoded(content, charset[1] if charset else ""), format_)


def parse_text(name: str, text: str, format_: str = "") -> Parsed:
    """Read a text, in the format of its name if none is given; whatever it begins with, it is no PDF and not unpacked.

    :raises DocumentError: it is empty or damaged.
    """
    format_ = format_ or FORMATS.get(PurePosixPath(_path(name)).suffix.lower(), "plain")
    if not text.strip("\ufeff \t\r\n\f\v"):
        raise DocumentError("is empty")
    return _reader(format_ if format_ != "plain" else _sniffed(text), name)(text)


def _format(name: str, content: bytes, kind: str) -> str:
    """The format by the file's first bytes, its name, or what the server says."""
    if content[:1024].lstrip()[:5] == b"%PDF-":
        return "pdf"
    if "html" in kind:  # many a site shows a file in a page of its own, under the name of the file
        return "html"
    suffix = PurePosixPath(_path(name)).suffix.lower()
    if suffix in FORMATS:
        return FORMATS[suffix]
    if not suffix or name.startswith(("http://", "https://")):
        return "plain"
    raise DocumentError(f"is of a format that is not read ({suffix}); known are {', '.join(sorted(SUFFIXES))}")


def _sniffed(text: str) -> str:
    """The format of a text whose name does not tell it."""
    from ingest.readers.markdown import looks_like_markdown

    start = text[:4000].lstrip()
    if re.match(r"<!doctype html|<html|<head|<body", start, re.IGNORECASE):
        return "html"
    if re.search(r"^\\documentclass|^\\begin\{", start, re.MULTILINE):
        return "bbl" if start.startswith(r"\begin{thebibliography}") else "latex"
    if re.match(r"(?:%.*\n|\s)*@\w+\s*\{", start):
        return "bibtex"
    return "markdown" if looks_like_markdown(text) else "plain"


def _reader(format_: str, name: str) -> Callable[[str], Parsed]:
    """The reader of a format. Each is imported when it is needed: some cost much."""
    if format_ == "html":
        from ingest.readers.html import parse_html

        base = name if name.startswith(("http://", "https://")) else None
        return lambda text: parse_html(text, base)
    if format_ in {"bibtex", "ris"}:
        from ingest.readers.bibliography import parse_bibtex, parse_ris

        return parse_bibtex if format_ == "bibtex" else parse_ris
    if format_ in {"latex", "bbl"}:
        from ingest.readers.latex import parse_bbl, parse_latex

        return parse_latex if format_ == "latex" else parse_bbl
    return _text_reader(format_)


def _text_reader(format_: str) -> Callable[[str], Parsed]:
    if format_ == "notebook":
        from ingest.readers.notebook import parse_notebook

        return parse_notebook
    if format_ == "restructured":
        from ingest.readers.restructured import parse_restructured

        return parse_restructured
    if format_ == "org":
        from ingest.readers.org import parse_org

        return parse_org
    if format_ == "markdown":
        from ingest.readers.markdown import parse_markdown

        return parse_markdown
    from ingest.readers.plain import parse_plain

    return parse_plain


class _ShortHeaders(EmailPolicy):
    """Headers are cut where no mail's is as long: Python's parser takes quadratic time for them."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """The header, parsed."""
        return super().header_fetch_parse(name, value if hasattr(value, "name") else value[:_LONGEST_HEADER])


_SHORT_HEADERS = _ShortHeaders()


def _parse_email(content: bytes) -> Parsed:
    """A mail: its text, or its HTML where it has no other; the subject is its title."""
    message = cast(EmailMessage, message_from_bytes(content, policy=_SHORT_HEADERS))
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        raise DocumentError("is a mail without text")
    text = fit(_text_of(body))
    if not text.strip():
        raise DocumentError("is a mail without text")
    parsed = _reader("html" if body.get_content_subtype() == "html" else "plain", "")(text)
    above = _lines_above(content, body)
    return Parsed(
        fit(str(message["subject"] or "")) or parsed.title,
        tuple(moved(block, lambda line: line + above) for block in parsed.blocks),
        tuple(replace(entry, line=entry.line + above) for entry in parsed.entries),
    )


def _lines_above(content: bytes, part: MIMEPart) -> int:
    """How many lines of a mail stand above the text of a part."""
    payload = part.get_payload()
    start = content.find(payload[:200].encode("utf-8", "replace")) if isinstance(payload, str) else -1
    return content.count(b"\n", 0, start) if start > 0 else 0


def _text_of(part: MIMEPart) -> str:
    """The text of a part of a mail; one in an encoding that nobody knows is read as files are."""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        payload = part.get_payload(decode=True)
        return decoded(payload if isinstance(payload, bytes) else b"")


def _path(name: str) -> str:
    return urlsplit(name).path if name.startswith(("http://", "https://")) else name


def _unzipped(content: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(content)) as file:
            data = file.read(_LARGEST_UNZIPPED + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DocumentError(f"cannot be unpacked: {error}") from error
    if len(data) > _LARGEST_UNZIPPED:
        raise DocumentError(f"is larger than {_LARGEST_UNZIPPED >> 20} MiB when unpacked")
    return data

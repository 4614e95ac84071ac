"""Bytes to text."""

from __future__ import annotations

import codecs

from kg.errors import DocumentError


def decoded(content: bytes, charset: str = "") -> str:
    """The text of a file: in the encoding that its server named, UTF-8 or UTF-16 by its mark, else Windows-1252.

    :raises DocumentError: there is no text in it.
    """
    if not content.strip():
        raise DocumentError("is empty")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _filled(content.decode("utf-16", errors="replace"))
    if charset and (text := _as_named(content, charset)):
        return text
    if b"\0" in content[:65536]:
        raise DocumentError("is not a text document (it holds binary data)")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return _filled(text)


def fit(text: str) -> str:
    """Text without NUL and halves of surrogate pairs: parsers and databases take only whole characters."""
    text = text.replace("\0", " ")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _as_named(content: bytes, charset: str) -> str:
    """The text in the encoding of that name; none where there is no such encoding, or it does not fit."""
    try:
        return fit(content.decode(charset))
    except (LookupError, ValueError):
        return ""


def _filled(text: str) -> str:
    if not text.strip("\ufeff\0 \t\r\n\f\v"):
        raise DocumentError("is empty")
    return text.replace("\0", " ")

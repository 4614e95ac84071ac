"""Bytes to text."""

from __future__ import annotations

import codecs

from kg.errors import DocumentError


def decoded(content: bytes) -> str:
    """The text of a file: UTF-8 or UTF-16 by its mark, else Windows-1252.

    :raises DocumentError: there is no text in it.
    """
    if not content.strip():
        raise DocumentError("is empty")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    if b"\0" in content[:65536]:
        raise DocumentError("is not a text document (it holds binary data)")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if not text.strip():
        raise DocumentError("is empty")
    return text

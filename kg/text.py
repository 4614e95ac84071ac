"""Text from outside, made fit to be stored and shown."""

from __future__ import annotations

import html
import re

# Control characters (a terminal would obey them), and halves of surrogate pairs (no file can hold them).
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


# `&#8217;`; Python reads no number of thousands of digits, and no sign has one of eight.
_ENDLESS_REFERENCE = re.compile(r"&#(?:\d|[xX][0-9a-fA-F])[0-9a-fA-F]{7,};?")


def unescaped(text: str) -> str:
    """Text with the signs that HTML's character references stand for."""
    return html.unescape(_ENDLESS_REFERENCE.sub(" ", text) if "&#" in text else text)


def squeezed(text: str) -> str:
    """One line, single spaces, nothing that a terminal or a database cannot take."""
    return " ".join((text if text.isprintable() else _UNFIT.sub(" ", text)).split())

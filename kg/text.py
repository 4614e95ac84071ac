"""Text from outside, made fit to be stored and shown."""

from __future__ import annotations

import re

# Control characters (a terminal would obey them), and halves of surrogate pairs (no file can hold them).
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def squeezed(text: str) -> str:
    """One line, single spaces, nothing that a terminal or a database cannot take."""
    return " ".join((text if text.isprintable() else _UNFIT.sub(" ", text)).split())

"""Characters that reorder or hide what stands around them: taken out of all that a page shows."""

from __future__ import annotations

import re

_JOINED = "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ua8e0-\ua8ff\ufb50-\ufdff\ufe70-\ufefc"
_PICTURES = "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    r"\U000e0000-\U000e007f]"
    rf"|(?<![{_JOINED}{_PICTURES}])[\u200c\u200d]"
)
_LINES = re.compile("[\u0085\u2028\u2029]")
_UNPAIRED = re.compile("[\ud800-\udfff]")
_STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_SUSPECT = re.compile(
    "[^\t\n\r -~\u00a0-\u02ff\u0370-\u0482\u048a-\u0600\u1e00-\u1fff\u2010-\u2027\u2030-\u205f\u3000-\ud7ff]"
)
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u05ff\u0600-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def clean(text: str) -> str:
    """A text without bidi controls, zero-width marks and control characters, and with at most four marks on a letter.

    Overrides and isolates are dropped and not closed: no title needs one, and a reader who sees the letters in their
    stored order sees the truth. ZWJ and ZWNJ stay after a letter of a script that joins (Arabic, those of India), and
    within pictures.
    """
    if not _SUSPECT.search(text):
        return text
    text = _LINES.sub(" ", text)
    text = _UNSEEN.sub("", text)
    return _STACKED.sub(r"\1", _UNPAIRED.sub("\ufffd", text))


def runs_leftwards(text: str) -> bool:
    """Whether a text has letters of a script that is written from right to left: its neighbours need protection."""
    return _RIGHT_TO_LEFT.search(text) is not None


def cleaned(value: object) -> object:
    """A value as a page may show it; what is not plain text passes."""
    return clean(value) if type(value) is str else value

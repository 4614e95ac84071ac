"""Text for TeX: its signs escaped, its formulas and commands left, its braces in pairs."""

from __future__ import annotations

import re

from kg.text import squeezed

# A command or an escaped sign; a formula; a sign that TeX would take for something else.
_PIECE = re.compile(r"(?P<command>\\.)|(?P<formula>\$\$(?:\\.|[^$\\])+\$\$|\$(?:\\.|[^$\\])+\$)|(?P<sign>[&%#_^~$\\])")
_ESCAPED = {sign: f"\\{sign}" for sign in "&%#_$"} | {
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "\\": r"\textbackslash{}",
}
_COMMENT = re.compile(r"(?<!\\)[%#]")
_UNSAFE = re.compile(r"[{}\\ \"]")
_ALL, _UNESCAPED = re.compile(r"[{}]"), re.compile(r"(?<!\\)[{}]")
_BRACE = re.compile(r"(?P<kept>\\\\)|\\?(?P<brace>[{}])")
_SPELT = {"{": r"\lbrace{}", "}": r"\rbrace{}"}


def tex(text: str) -> str:
    """One line of text as a BibTeX field may hold it, without the braces around it.

    BibTeX counts braces whether or not a backslash stands before them, other readers only those without: where one of
    them would find a brace without a partner, all are spelt out.
    """
    escaped = _PIECE.sub(_piece, squeezed(text))
    if not (_balanced(_ALL.findall(escaped)) and _balanced(_UNESCAPED.findall(escaped))):
        escaped = _PIECE.sub(_piece, _BRACE.sub(_spelt, squeezed(text)))
    return escaped + " " if escaped.endswith("\\") else escaped  # it would escape the brace that ends the field


def verbatim(text: str) -> str:
    """An address or id as a BibTeX field may hold it: styles print these as they are, so nothing is escaped by TeX."""
    return _UNSAFE.sub(lambda sign: f"%{ord(sign[0]):02X}", squeezed(text))


def _piece(match: re.Match[str]) -> str:
    if match["sign"]:
        return _ESCAPED[match["sign"]]
    return _COMMENT.sub(r"\\\g<0>", match["formula"]) if match["formula"] else match["command"]


def _spelt(match: re.Match[str]) -> str:
    return match["kept"] or _SPELT[match["brace"]]


def _balanced(braces: list[str]) -> bool:
    """Whether every brace has its partner, in order."""
    depth = 0
    for sign in braces:
        depth += 1 if sign == "{" else -1
        if depth < 0:
            return False
    return depth == 0

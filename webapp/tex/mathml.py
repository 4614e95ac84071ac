r"""TeX formulas as MathML, made by latex2mathml and let through one guard.

The converter is not made for hostile text: `\href{javascript:..}` and `\style` pass it, and in its own serialisation
`\text{<svg/onload=..>}` becomes an element. So its tree is taken, never its string, and is written here: elements and
attributes of a list, values of a form, all text escaped. What does not pass is None, and the source is shown.
"""

from __future__ import annotations

import re
from functools import lru_cache
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter
from markupsafe import escape

from webapp.tex.typeset import typeset

LONGEST = 2000  # characters of source
_DEEPEST = 40  # levels; Python's own limit is far above, and a reader's below
_WIDEST = 45  # signs that cannot be broken over lines: about as many as a phone is wide
_BREAKABLE = 30  # characters of source: shorter formulas stay on one line

_ROWS = frozenset(
    "mfrac mn mo mi mover mroot mrow mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder".split()
)
_TAGS = _ROWS | {"math", "munderover"}
_LEAVES = frozenset("mi mn mo mtext mspace".split())
_SCRIPTS = frozenset("msub msup msubsup".split())
_STACKS = frozenset("mfrac munder mover munderover".split())
_FLAG = re.compile("true|false")
_LENGTH = re.compile(r"-?[0-2]?(?:\.\d{1,4})?em|0")
_ATTRIBUTES = {
    "accent": _FLAG,
    "columnalign": re.compile("left|right|center"),
    "displaystyle": _FLAG,
    "fence": _FLAG,
    "form": re.compile("prefix|infix|postfix"),
    "linethickness": re.compile("0"),
    "lspace": _LENGTH,
    "mathvariant": re.compile("normal"),
    "maxsize": _LENGTH,
    "minsize": _LENGTH,
    "movablelimits": _FLAG,
    "rspace": _LENGTH,
    "scriptlevel": re.compile("[0-2]"),
    "stretchy": _FLAG,
    "width": _LENGTH,
}

# Definitions could grow without end; the others name addresses, styles and characters by number, or hide.
_REFUSED = re.compile(
    r"&\#|\\(?:def|newcommand|renewcommand|providecommand|newenvironment|DeclareMathOperator|let"
    r"|href|url|style|class|unicode|char|rule|verb|h?phantom|color|textcolor|f?colorbox)(?![A-Za-z])"
)
_DEEPENING = re.compile(
    r"\\(?:left|begin|over|atop|above|choose|brace|brack|root|[A-Za-z]*matrix|array|cases|substack|displaylines|eqalign"
    r"|split|align|[A-Za-z]*style|tiny|small|large|Large|LARGE|huge|Huge|[a-z]*size)(?![A-Za-z])|\\sqrt\s*\[",
    re.IGNORECASE,
)
_CHAIN = re.compile(r"(?:\\[A-Za-z]+\s*|[\^_']\s*)+")
_LINK = re.compile(r"\\[A-Za-z]+|[\^_']")
_UNREAD = re.compile(r"\\[A-Za-z]|.[$]|[$].")

_REWRITTEN = (
    (re.compile(r"(?<!\\)%"), r"\%"),  # a comment sign that nobody meant would hide what follows
    (
        re.compile(r"\\operatorname\*?\s*\{\s*arg\s*(?:\\[,;:! ])?\s*(min|max)\s*\}|\\arg\s*\\(min|max)(?![a-zA-Z])"),
        r"\\arg\1\2 ",
    ),
    (re.compile(r"\\(arg|poly|polylog)(?![a-zA-Z])"), r"\\operatorname{\1}"),
    (re.compile(r"\\unicode\{x2013\}"), r"\\text{–}"),  # arXiv's own
    (re.compile(r"\\unicode\{x2014\}"), r"\\text{—}"),
    (re.compile(r"\\(begin|end)\{(?:aligned|gathered|split|eqnarray\*?)\}"), r"\\\1{align*}"),
    (re.compile(r"\\(?:label\{[^{}]*\}|nonumber|notag)"), ""),
    (re.compile(r"\\eps(?![a-zA-Z])"), r"\\epsilon"),
    (re.compile(r"\\([RNZ])(?![a-zA-Z])"), r"\\mathbb{\1}"),  # what nearly all authors mean by their own command
)


@lru_cache(maxsize=4096)
def mathml(source: str, block: bool = False) -> str | None:
    """A formula as one or more `<math>` elements, each no wider than a phone, or None if it cannot be shown so."""
    if len(source) > LONGEST:
        return None
    for pattern, replacement in _REWRITTEN:
        source = pattern.sub(replacement, source)
    if _REFUSED.search(source) or _depth(source) > _DEEPEST:
        return None
    # Beside its own twelve exceptions the converter raises IndexError, KeyError, StopIteration, TypeError, ValueError
    # and more on malformed TeX, and promises none of them. Nothing is swallowed: the source is shown.
    try:
        tree = typeset(Converter(display="block" if block else "inline").convert_to_element(source))
        return _written(tree, block, len(source) > _BREAKABLE)
    except Exception:
        return None


def _depth(source: str) -> int:
    """No fewer levels than the converter will nest: braces, commands that take all that follows, chains of commands."""
    level = deepest = 0
    for sign in re.findall(r"\\.|[{}]", source, re.DOTALL):
        level += 1 if sign == "{" else -1 if sign == "}" else 0
        deepest = max(deepest, level)
    chain = max((len(_LINK.findall(run)) for run in _CHAIN.findall(source)), default=0)
    return deepest + len(_DEEPENING.findall(source)) + chain


def _written(tree: Element, block: bool, breakable: bool) -> str:
    """The children of the converter's row; a long one in the line is broken where TeX would break it."""
    row = list(tree)
    while len(row) == 1 and row[0].tag == "mrow":
        row = list(row[0])
    if not row:
        raise ValueError("nothing to show")
    parts: list[str] = []
    piece, wide = "", 0.0
    for child in row:
        text, width = _element(child)
        if breakable and not block and wide + width > _WIDEST / 2 and piece:
            parts.append(piece)
            piece, wide = "", 0.0
        piece, wide = piece + text, wide + width
        if wide > _WIDEST:
            raise ValueError("too wide")
        if breakable and not block and child.tag == "mo" and child.get("stretchy") != "false" and wide > _WIDEST / 4:
            parts.append(piece)
            piece, wide = "", 0.0
    opening = '<math display="block">' if block else "<math>"
    return "".join(f"{opening}{part}</math>" for part in [*parts, piece] if part)


def _element(element: Element) -> tuple[str, float]:
    """An element as text, and about how many signs wide it is."""
    tag = element.tag
    if tag not in _TAGS:
        raise ValueError(f"no place for {tag}")
    attributes = "".join(
        f' {name}="{value}"'
        for name, value in element.attrib.items()
        if name in _ATTRIBUTES and _ATTRIBUTES[name].fullmatch(value)
    )
    if tag in _LEAVES:
        text = element.text or ""
        if len(element) or _UNREAD.search(text):
            raise ValueError("not understood")
        width = 0.5 if tag == "mspace" else len(text) + (1 if tag == "mo" else 0)
        return f"<{tag}{attributes}>{escape(text)}</{tag}>", width
    inner = [_element(child) for child in element]
    width = _width(tag, [w for _, w in inner])
    return f"<{tag}{attributes}>{''.join(text for text, _ in inner)}</{tag}>", width


def _width(tag: str, widths: list[float]) -> float:
    if tag in _STACKS or tag == "mtable":
        return max(widths, default=0)
    if tag in _SCRIPTS:
        return widths[0] + 0.7 * max(widths[1:], default=0)
    return sum(widths) + (2 if tag in {"msqrt", "mroot"} else 0)

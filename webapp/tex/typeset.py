r"""A formula's tree as browsers want it: MathML Core, which they draw, is less than what latex2mathml writes.

Core has no `mathvariant` but "normal", no named spaces, no overlaps; and it takes spacing from a dictionary of
operators, while TeX takes it from what stands on both sides. Mended here: alphabets, kinds of leaves, accents, spaces.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from xml.etree.ElementTree import Element

THIN = "0.167em"
_ENTITY = re.compile(r"&#x([0-9A-Fa-f]{1,6});")
_ESCAPED = re.compile(r"\\([%&#_ $])")
_NUMBER = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_NAME = re.compile(r"[A-Za-z]{2,}(?:[\s\u2006\u2009]?[A-Za-z]+)*")
_SPACES = {
    "negativethinmathspace": "-0.167em",
    "negativemediummathspace": "-0.222em",
    "negativethickmathspace": "-0.278em",
    "thinmathspace": THIN,
    "thickmathspace": "0.278em",
}
_DRAWN = {"\u29f5": "∖"}  # signs that few fonts have, as their likes
_STYLES = {
    "bold": ("BOLD",),
    "bold-italic": ("BOLD ITALIC", "BOLD"),
    "double-struck": ("DOUBLE-STRUCK",),
    "fraktur": ("FRAKTUR", "BLACK-LETTER"),
    "monospace": ("MONOSPACE",),
    "sans-serif": ("SANS-SERIF",),
    "sans-serif-italic": ("SANS-SERIF ITALIC", "SANS-SERIF"),
    "script": ("SCRIPT",),
}
_ORDINARY = frozenset("∞∅∂∇∀∃∄⊤⊥⋆…⋯⋮⋱")  # operators to the converter, letters to TeX
_BINARY = frozenset("+-−±∓×÷⋅·∗*∘∙⊗⊕⊖⊙∪∩∖∧∨⊔⊓⋄⋆•")
_UNSPACED = frozenset("/|‖∥!.")
_OPENING, _CLOSING = frozenset("([{⟨⌊⌈"), frozenset(")]}⟩⌋⌉")
_PUNCTUATION = frozenset(",;")
_BIG = frozenset("∑∏∐∫∬∭∮⋃⋂⋁⋀⨁⨂⨄⨆")
_ACCENTS = frozenset("^~¯˙¨´`˘ˇ˚⃛⃜→")
_LINES = {"munder": "_", "mover": "‾"}
_ROWS = frozenset("math mrow mstyle msqrt mtd".split())
_SCRIPTED = frozenset("msub msup msubsup munder mover munderover".split())
_LIMITS = {"msub": "munder", "msubsup": "munderover"}
_LIMITED = frozenset(
    "lim max min sup inf argmax argmin arg\u2009max arg\u2009min Pr lim\u2006sup lim\u2006inf".split(" ")
)
_LAID_OUT_AS_ROWS = frozenset("mpadded menclose".split())


def typeset(tree: Element, small: bool = False) -> Element:
    """The same tree, mended in place; what is `small`, in a script, is set without spaces around its operators."""
    for place, child in enumerate(tree):
        typeset(child, small or (place > 0 and tree.tag in _SCRIPTED))
    if tree.tag in _LAID_OUT_AS_ROWS:
        _as_row(tree)
    if len(tree) == 0:
        _leaf(tree)
    elif tree.tag in {"mo", "mi"}:
        _word(tree)
    elif tree.tag in {"mover", "munder"}:
        _accent(tree)
    elif tree.tag in _LIMITS and tree[0].text in _LIMITED:
        tree.tag = _LIMITS[tree.tag]
        tree[0].set("movablelimits", "true")
    elif tree.tag in _ROWS:
        tree[:] = _row(list(tree), small)
    return tree


def _as_row(element: Element) -> None:
    """Overlaps and frames are not in Core: what they hold is shown. A negation stays marked, for `_row`."""
    negates = [(child.tag, child.text) for child in element] == [("mtext", "\u29f8")]
    element.attrib.clear()
    element.tag = "mrow"
    if negates:
        element.set("negates", "true")


def _word(element: Element) -> None:
    r"""`\mathop{\rm name}`: a leaf that holds leaves."""
    element.text = unicodedata.normalize("NFKC", "".join(element.itertext()))
    element[:] = []
    if element.tag == "mo" and _NAME.fullmatch(element.text):
        _leaf(element)


def _leaf(leaf: Element) -> None:
    if leaf.text == "&":
        raise ValueError("a column outside a table")
    text = _ENTITY.sub(lambda match: chr(int(match[1], 16)), leaf.text or "")
    text = _ESCAPED.sub(r"\1", text)
    variant = leaf.attrib.pop("mathvariant", None)
    if leaf.tag == "mspace":
        leaf.set("width", _SPACES.get(leaf.get("width", "0"), leaf.get("width", "0")))
    elif variant in _STYLES:
        text = "".join(letter(sign, variant) for sign in text)
    elif leaf.tag == "mi" and (variant == "normal" or (len(text) == 1 and "Α" <= text <= "Ω")):
        leaf.set("mathvariant", "normal")  # TeX's capital Greek stands upright
    leaf.text = text = _DRAWN.get(text, text)
    _kind(leaf, text)


def _kind(leaf: Element, text: str) -> None:
    """Numbers, operators and letters by what they are; the converter goes by how they were typed."""
    if leaf.tag == "mo" and text in _ORDINARY:
        leaf.tag = "mi"
        leaf.attrib.clear()
    elif leaf.tag == "mo" and _NAME.fullmatch(text) and text != "mod":
        leaf.attrib.update(lspace="0", rspace="0")
    elif leaf.tag == "mo":
        leaf.text = {"-": "−", "*": "∗"}.get(text, text)
        if text in _UNSPACED:
            leaf.attrib.update(lspace="0", rspace="0")
    elif leaf.tag == "mi" and _NUMBER.fullmatch(text):
        leaf.tag = "mn"
    elif leaf.tag == "mi" and len(text) == 1 and text not in _ORDINARY:
        kind = unicodedata.category(text)
        if kind in {"Ps", "Pe"}:
            leaf.tag = "mo"
            leaf.set("stretchy", "false")
        elif kind == "Sm" or text in ":;":
            leaf.tag = "mo"


@lru_cache(maxsize=1024)
def letter(sign: str, variant: str) -> str:
    """A letter or digit of one of Unicode's mathematical alphabets; as it is, where that has none."""
    name = unicodedata.name(sign, "").replace("LATIN ", "").replace("GREEK ", "").replace("LETTER ", "")
    for style in _STYLES[variant]:
        for prefix in ("MATHEMATICAL ", ""):
            try:
                return unicodedata.lookup(f"{prefix}{style} {name}")
            except KeyError:
                continue
    return sign


def _accent(element: Element) -> None:
    if len(element) != 2 or element[1].tag != "mo":
        return
    mark = element[1]
    if mark.text == "―":
        mark.text = _LINES[element.tag]
        mark.set("stretchy", "true")
    if mark.text in _ACCENTS or mark.text == "‾":
        element.set("accent", "true")
    if mark.text == "^" and element[0].tag in {"mi", "mn"}:
        mark.set("stretchy", "false")


def _row(children: list[Element], small: bool) -> list[Element]:
    """The elements of a row, spaced as TeX does."""
    children = _joined(children)
    kinds = [_class(child) for child in children]
    row: list[Element] = []
    for at, child in enumerate(children):
        before = kinds[at - 1] if at else ""
        after = kinds[at + 1] if at + 1 < len(kinds) else ""
        if kinds[at] == "name" and before in {"ordinary", "closing"}:
            row.append(Element("mspace", width=THIN))
        if small and child.tag == "mo" and kinds[at] in {"binary", "relation"}:
            child.attrib.update(lspace="0", rspace="0")
        _space(child, kinds[at], before, after)
        row.append(child)
        if kinds[at] == "name" and after in {"ordinary", "name", "big"}:
            row.append(Element("mspace", width=THIN))
    return row


def _space(child: Element, kind: str, before: str, after: str) -> None:
    """An operator that has nothing on one side is not one: the sign of a number, a placeholder, `$>$5`."""
    if child.tag != "mo":
        return
    alone = kind == "binary" and (
        before in {"", "opening", "relation", "binary", "punctuation", "name", "big"}
        or after in {"", "closing", "relation", "punctuation"}
    )
    if alone and child.text in {"+", "−", "±", "∓"} and after != "":
        child.set("form", "prefix")
    if alone or (kind == "relation" and before == ""):
        child.set("lspace", "0")
    if alone or (kind == "relation" and after == ""):
        child.set("rspace", "0")


def _class(element: Element) -> str:
    """What TeX would take an element for; one with scripts is what it carries them on."""
    while len(element) and element.tag not in {"mfrac", "mtable", "msqrt", "mroot"}:
        element = element[0]
    text = element.text or ""
    if element.tag == "mspace":
        return "space"
    if element.tag == "mi" and len(text) > 1 and element.get("mathvariant") is None and _NAME.fullmatch(text):
        return "name"
    if element.tag != "mo":
        return "ordinary"
    for kind, signs in (
        ("opening", _OPENING),
        ("closing", _CLOSING),
        ("punctuation", _PUNCTUATION),
        ("binary", _BINARY),
        ("big", _BIG),
        ("ordinary", _UNSPACED),
    ):
        if text in signs:
            return kind
    return "name" if _NAME.fullmatch(text) and text != "mod" else "relation"


def _joined(children: list[Element]) -> list[Element]:
    """Letters of one upright word, `:=`, and a stroke with what it negates, each in one element."""
    row: list[Element] = []
    for child in children:
        last = row[-1] if row else None
        if last is None:
            row.append(child)
        elif last.get("negates") and child.tag in {"mo", "mi"} and len(child.text or "") == 1:
            child.text = unicodedata.normalize("NFC", f"{child.text}\u0338")
            row[-1] = child
        elif _is_one(last, child):
            last.text = f"{last.text}{child.text}"
        else:
            row.append(child)
    return row


def _is_one(left: Element, right: Element) -> bool:
    if left.tag != right.tag:
        return False
    if left.tag == "mo":
        return (left.text, right.text) in {(":", "="), ("=", ":")}
    return left.tag == "mi" and left.get("mathvariant") == right.get("mathvariant") == "normal"

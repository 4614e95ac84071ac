"""Pieces of TeX as plain text, and lists of names: for bibliographies and LaTeX documents."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate

from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db
from pylatexenc.latexwalker import LatexWalkerError
from pylatexenc.latexwalker import get_default_latex_context_db as get_walkers_context_db
from pylatexenc.macrospec import LatexContextDb

from ingest.readers.walker import Walker

_SIGNS = re.compile(r"[\\{}~$%]|``|''|--")
# What stands in an entry and is not printed: line breaking, comments' signs, addresses behind a text.
_UNPRINTED = re.compile(r"\\penalty\s?-?\d+\s?|(?<!\\)%(?=\s)|\\href\s*\{[^{}]{0,2000}\}\s*")
_JOINTS = re.compile(r"\\bib(?:name|init|range|hyphen)delim[a-i]?\s?")  # biblatex's, between the parts of names
_BRACES = re.compile(r"[{}]")
_DEEPEST = 10  # braces in one another
_LONGEST = 5000  # characters; no field of a citation is longer


def _context() -> LatexContextDb:
    """pylatexenc's macros, with those of bibliography styles that stand for nothing or for a space."""
    context = get_default_latex_context_db()
    silent = "penalty natexlab newblock bibnamefont bibfnamefont relax protect urlprefix unskip".split()
    context.add_context_category(
        "bibliography",
        prepend=True,
        macros=[MacroTextSpec(name, simplify_repl="") for name in silent],
    )
    return context


# What pylatexenc raises on malformed TeX, beside its own errors: its converters take arguments for granted.
_UNREADABLE = (LatexWalkerError, ValueError, IndexError, AttributeError, TypeError, RecursionError)
_MACROS = get_walkers_context_db()  # made once: that takes longer than most fragments
_TO_TEXT = LatexNodes2Text(math_mode="verbatim", latex_context=_context(), keep_braced_groups=False)
_TO_SIGNS = LatexNodes2Text(math_mode="text", latex_context=_context(), keep_braced_groups=False)


def signs(maths: str) -> str:
    """A formula, with its dollars, in the signs that Unicode has for it: as people read it in a line of text."""
    try:
        return " ".join(_as_text(_TO_SIGNS, maths).split())
    except _UNREADABLE:
        return maths


@lru_cache(maxsize=4096)
def plain_tex(fragment: str) -> str:
    """A piece of TeX as text: accents composed, braces and formatting gone, maths left as it is."""
    fragment = fragment[:_LONGEST]
    if not _SIGNS.search(fragment):
        return " ".join(fragment.split())
    fragment = _JOINTS.sub(" ", _UNPRINTED.sub("", fragment))
    try:
        text = _as_text(_TO_TEXT, fragment)
    except _UNREADABLE:
        text = re.sub(r"\\[a-zA-Z]+\*?|[{}]", "", fragment)
    return " ".join(text.replace("\xa0", " ").split())


def _as_text(converter: LatexNodes2Text, fragment: str) -> str:
    """:raises ValueError: accents stand in accents; pylatexenc doubles the text for each level."""
    depths = accumulate(1 if sign == "{" else -1 for sign in _BRACES.findall(fragment))
    if max(depths, default=0) > _DEEPEST:
        raise ValueError("nested too deeply")
    nodes, _, _ = Walker(fragment, latex_context=_MACROS, tolerant_parsing=True).get_latex_nodes()
    return str(converter.nodelist_to_text(nodes))


def people(names: str) -> tuple[str, ...]:
    """The names of a BibTeX field (`Bee, Ann and Carl Dee`), in the order in which they are spoken."""
    found = (_spoken(plain_tex(name)) for name in _split_and(names))
    return tuple(dict.fromkeys(name for name in found if name and name.lower() not in {"others", "et al."}))


def _split_and(names: str) -> list[str]:
    """Split at ` and ` outside braces."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r"[{}]|\s+and\s+", names):
        sign = match.group()
        if sign in "{}":
            depth += 1 if sign == "{" else -1
        elif depth <= 0:
            parts.append(names[start : match.start()])
            start = match.end()
    return [*parts, names[start:]]


def _spoken(name: str) -> str:
    """`van Bee, Ann` and `Bee, Jr., Ann` with the given name first."""
    parts = [part.strip() for part in name.split(",") if part.strip()]
    if len(parts) == 2:
        return f"{parts[1]} {parts[0]}"
    return f"{parts[2]} {parts[0]} {parts[1]}" if len(parts) == 3 else " ".join(parts)

r"""LaTeX documents: sections, lists and links by pylatexenc; bibliographies (`.bbl` too) entry by entry."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexMathNode,
    LatexNode,
    LatexSpecialsNode,
    LatexWalkerParseError,
    get_default_latex_context_db,
)
from pylatexenc.macrospec import LatexContextDb, std_macro

from ingest.bibitems import parse_bibitem
from ingest.blocks import Parsed
from ingest.builder import BlockBuilder
from ingest.readers.tex import plain_tex
from ingest.readers.walker import Walker
from kg.errors import DocumentError
from kg.papers import Mention

_BIBLIOGRAPHY = re.compile(r"\\begin\{thebibliography\}.*?(?:\\end\{thebibliography\}|\Z)", re.DOTALL)
_ITEM = re.compile(r"\\bibitem\b")
_ENTRY = re.compile(r"\\entry\{")
_LABEL = re.compile(r"(?:\[(?:[^\[\]{}]|\{(?:[^{}]|\{[^{}]*\})*\}|\[[^\]]*\])*\])?\s{0,9}\{[^{}]*\}")
_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_SECTIONS = {
    "part": 1,
    "chapter": 1,
    "section": 2,
    "subsection": 3,
    "subsubsection": 4,
    "paragraph": 5,
    "frametitle": 2,
}
_SILENT = frozenset(
    """cite citep citet citealp citealt nocite label ref eqref pageref vspace hspace includegraphics input include
    usepackage documentclass bibliography bibliographystyle newcommand renewcommand def index caption thanks
    setlength providecommand title author date affiliation email""".split()
)
_ALONE = frozenset("maketitle tableofcontents appendix centering".split())  # silent too, and without arguments
_HIDDEN = frozenset("figure equation align lstlisting verbatim minted tikzpicture comment".split())
_RULES = frozenset("hline toprule midrule bottomrule cline".split())
_COLUMNS = re.compile(r"\{[lcrpX|@!{}\s.\d\\a-z]{0,60}\}$")
_TABLES = frozenset("tabular tabularx longtable tabulary".split())
_ADDRESS = re.compile(r"\\(?:href|url|path|nolinkurl)\s*\{[^{}\n]{1,2000}\}")
_PERCENT = "\ue000"  # stands for the signs in an address that would begin a comment elsewhere
_SECTION = re.compile(r"^[ \t]{0,20}\\(?:part|chapter|section|subsection)\b", re.MULTILINE)
_LONGEST_PIECE = 150_000  # characters
_LONGEST_ITEM = 8000  # characters; beyond it a missing brace has swallowed the file


def _context() -> LatexContextDb:
    """pylatexenc's macros, with those of hyperref, url and beamer, which it does not know."""
    context = get_default_latex_context_db()
    macros = [std_macro("href", "[{{"), std_macro("texorpdfstring", "{{"), std_macro("providecommand", "*{[[{")]
    macros += [std_macro(name, "{") for name in ("url", "path", "nolinkurl", "enquote")]
    macros += [std_macro(name, "*[{") for name in _SECTIONS]
    known = {name: context.get_macro_spec(name) for name in _SILENT}
    macros += [std_macro(name, "*[[{") for name, spec in known.items() if spec is None]
    context.add_context_category("documents", macros=macros, prepend=True)
    return context


_CONTEXT = _context()


def parse_latex(text: str) -> Parsed:
    """Read a LaTeX source.

    :raises DocumentError: it is nested too deeply to be read.
    """
    entries = tuple(bibliography(text))
    body = _BIBLIOGRAPHY.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    body = _ADDRESS.sub(lambda found: re.sub(r"(?<!\\)%", _PERCENT, found.group()), body)
    start = body.find(r"\begin{document}")
    reader = _Reader(text)
    try:
        for piece_start, piece in _pieces(body, max(start, 0)):
            nodes, _, _ = Walker(piece, latex_context=_CONTEXT, tolerant_parsing=True).get_latex_nodes()
            reader.read(nodes, piece_start)
    except (RecursionError, LatexWalkerParseError) as error:
        if not entries:
            raise DocumentError("is nested too deeply, or is no LaTeX that can be read") from error
    reader.builder.flush()
    title = re.search(r"\\title\s?(?:\[[^\]\n]{0,300}\])?\s?\{((?:[^{}]|\{[^{}]{0,300}\}){1,500})\}", text)
    return Parsed(plain_tex(title[1]) if title else None, tuple(reader.builder.blocks), entries)


def _pieces(body: str, start: int) -> Iterator[tuple[int, str]]:
    """A source section by section, each with where it begins: pylatexenc slows down over long texts."""
    cuts = [start, *(match.start() for match in _SECTION.finditer(body, start + 1)), len(body)]
    for begin, end in pairwise(cuts):
        while end - begin > _LONGEST_PIECE:
            cut = body.rfind("\n\n", begin + 1, begin + _LONGEST_PIECE)
            cut = cut if cut > 0 else begin + _LONGEST_PIECE
            yield begin, body[begin:cut]
            begin = cut
        yield begin, body[begin:end]


def parse_bbl(text: str) -> Parsed:
    r"""Read a `.bbl` file, of BibTeX or biblatex.

    :raises DocumentError: there is no entry in it.
    """
    entries = tuple(bibliography(text))
    if not entries:
        raise DocumentError(r"holds no \bibitem and no biblatex entry")
    return Parsed(None, entries=entries)


def bibliography(text: str) -> Iterator[Mention]:
    r"""The entries of all bibliographies in a LaTeX source: `\bibitem` and biblatex's `\entry`."""
    if r"\bibitem" in text:
        yield from _entries(text, _ITEM, re.compile(r"\\end\{thebibliography\}"), _LABEL)
    if r"\entry{" in text and r"\field{" in text:
        yield from _entries(text, _ENTRY, re.compile(r"\\endentry"), None)


def _entries(
    text: str, begin: re.Pattern[str], end: re.Pattern[str], label: re.Pattern[str] | None
) -> Iterator[Mention]:
    starts = [match for match in begin.finditer(text) if not _in_comment(text, match.start())]
    newlines = [match.start() for match in re.finditer("\n", text)]
    for place, match in enumerate(starts):
        limit = starts[place + 1].start() if place + 1 < len(starts) else len(text)
        close = end.search(text, match.end(), limit)
        raw = text[match.end() : min(close.start() if close else limit, match.end() + _LONGEST_ITEM)]
        raw = _COMMENT.sub("", raw).strip()
        if label is not None and (head := label.match(raw)):
            raw = raw[head.end() :]
        if raw.strip():
            yield parse_bibitem(raw, bisect_right(newlines, match.start()) + 1)


def _in_comment(text: str, at: int) -> bool:
    line = text[max(text.rfind("\n", max(0, at - 500), at) + 1, at - 500, 0) : at]
    return re.search(r"(?<!\\)%", line) is not None


class _Reader:
    def __init__(self, text: str) -> None:
        self.builder = BlockBuilder()
        self._newlines = [match.start() for match in re.finditer("\n", text)]
        self._start = 0  # of the piece that is read

    def read(self, nodes: Sequence[LatexNode], start: int | None = None) -> None:
        self._start = self._start if start is None else start
        for node in nodes:
            if isinstance(node, LatexCharsNode):
                self._text(node.chars, node.pos)
            elif isinstance(node, LatexGroupNode):
                self.read(node.nodelist)
            elif isinstance(node, LatexMacroNode):
                self._macro(node)
            elif isinstance(node, LatexEnvironmentNode):
                self._environment(node)
            elif isinstance(node, LatexMathNode):
                sign = "$" if node.displaytype == "inline" else "$$"
                inner = "".join(part.latex_verbatim() for part in node.nodelist)
                self.builder.add(f"{sign}{inner}{sign}", self._line(node.pos))
            elif isinstance(node, LatexSpecialsNode):
                self._special(node)

    def _line(self, pos: int) -> int:
        return bisect_right(self._newlines, self._start + pos - 1) + 1

    def _text(self, chars: str, pos: int) -> None:
        for number, part in enumerate(re.split(r"\n\s*\n", chars)):
            if number:
                self.builder.flush()
            lead = len(part) - len(part.lstrip())
            at = chars.find(part.strip()) if part.strip() else 0
            self.builder.add(re.sub(r"\s+", " ", part), self._line(pos + max(at, lead)))

    def _plain(self, node: LatexNode) -> None:
        self.builder.add(plain_tex(node.latex_verbatim()), self._line(node.pos))

    def _special(self, node: LatexSpecialsNode) -> None:
        if node.specials_chars == "&":
            self.builder.close_cell()
        elif node.specials_chars == "~":
            self.builder.add(" ")
        else:
            self._plain(node)

    def _arguments(self, node: LatexMacroNode) -> list[LatexNode]:
        arguments = node.nodeargd.argnlist if node.nodeargd and node.nodeargd.argnlist else []
        return [argument for argument in arguments if argument is not None]

    def _macro(self, node: LatexMacroNode) -> None:
        name, arguments, builder = node.macroname, self._arguments(node), self.builder
        if name in _SILENT or name in _ALONE:
            return
        if name in _SECTIONS and arguments:
            builder.open_heading(_SECTIONS[name])
            self.read([arguments[-1]])
            builder.close_heading()
        elif name in {"href", "url", "path", "nolinkurl"} and arguments:
            self._link(node, arguments)
        elif name in {"emph", "textit", "textsl", "textbf"} and arguments:
            builder.open_span(strong=name == "textbf")
            self.read(arguments[-1:])
            builder.close_span()
        elif name == "texorpdfstring" and arguments:
            self.read(arguments[:1])
        elif name in {"par", "newpage", "bigskip", "medskip", "smallskip"}:
            builder.flush()
        elif arguments and all(isinstance(argument, LatexGroupNode) for argument in arguments) and len(name) > 1:
            self.read(arguments)
        else:
            self._plain(node)

    def _link(self, node: LatexMacroNode, arguments: Sequence[LatexNode]) -> None:
        address = arguments[-2 if node.macroname == "href" and len(arguments) > 1 else 0].latex_verbatim()
        url = re.sub(r"\\([%#&_~])", r"\1", address.strip("{} \n")).replace(_PERCENT, "%")
        self.builder.open_link(url, self._line(node.pos))
        if node.macroname == "href" and len(arguments) > 1:
            self.read(arguments[-1:])
        self.builder.close_link()

    def _environment(self, node: LatexEnvironmentNode) -> None:
        name = node.environmentname.rstrip("*")
        if name in _HIDDEN:
            return
        if name in _TABLES:
            self._table(node)
            return
        if name not in {"itemize", "enumerate", "description"}:
            self.builder.flush()
            self.read(node.nodelist)
            self.builder.flush()
            return
        self.builder.flush()
        inside = False
        for child in node.nodelist:
            if isinstance(child, LatexMacroNode) and child.macroname == "item":
                if inside:
                    self.builder.close_item()
                self.builder.open_item()
                inside = True
                self.read(self._arguments(child))
            elif inside:
                self.read([child])
        if inside:
            self.builder.close_item()

    def _table(self, node: LatexEnvironmentNode) -> None:
        """Rows of a table; its rules and the shape of its columns are no text."""
        self.builder.open_row()
        for child in node.nodelist:
            name = child.macroname if isinstance(child, LatexMacroNode) else ""
            if name == "\\\\":
                self.builder.close_cell()
                self.builder.close_row()
                self.builder.open_row()
            elif name not in _RULES and not (
                isinstance(child, LatexGroupNode) and _COLUMNS.match(child.latex_verbatim())
            ):
                self.read([child])
        self.builder.close_cell()
        self.builder.close_row()

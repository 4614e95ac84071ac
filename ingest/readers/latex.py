r"""LaTeX documents: sections, lists and links by pylatexenc; bibliographies (`.bbl` too) entry by entry."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexMathNode,
    LatexNode,
    LatexSpecialsNode,
    LatexWalker,
    LatexWalkerParseError,
)

from ingest.bibitems import parse_bibitem
from ingest.blocks import Parsed
from ingest.builder import BlockBuilder
from ingest.readers.tex import plain_tex
from kg.errors import DocumentError
from kg.papers import Mention

_BIBLIOGRAPHY = re.compile(r"\\begin\{thebibliography\}.*?(?:\\end\{thebibliography\}|\Z)", re.DOTALL)
_ITEM = re.compile(r"\\bibitem\b")
_ENTRY = re.compile(r"\\entry\{")
_LABEL = re.compile(
    r"\s*(?:%[^\n]*\n\s*)?(?:\[(?:[^\[\]{}]|\{(?:[^{}]|\{[^{}]*\})*\}|\[[^\]]*\])*\])?\s*(?:%[^\n]*\n\s*)?\{[^{}]*\}"
)
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
    setlength pagestyle thispagestyle maketitle tableofcontents centering""".split()
)
_HIDDEN = frozenset("figure table equation align lstlisting verbatim minted tikzpicture comment tabular".split())
_LONGEST_ITEM = 8000  # characters; beyond it a missing brace has swallowed the file


def parse_latex(text: str) -> Parsed:
    """Read a LaTeX source.

    :raises DocumentError: it is nested too deeply to be read.
    """
    entries = tuple(bibliography(text))
    body = _BIBLIOGRAPHY.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    start = body.find(r"\begin{document}")
    reader = _Reader(text)
    try:
        nodes, _, _ = LatexWalker(body, tolerant_parsing=True).get_latex_nodes(pos=max(start, 0))
        reader.read(nodes)
    except (RecursionError, LatexWalkerParseError) as error:
        if not entries:
            raise DocumentError("is nested too deeply, or is no LaTeX that can be read") from error
    reader.builder.flush()
    title = re.search(r"\\title\s*(?:\[[^\]]*\])?\s*\{((?:[^{}]|\{[^{}]*\}){1,500})\}", text)
    return Parsed(plain_tex(title[1]) if title else None, tuple(reader.builder.blocks), entries)


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
        if label is not None and (head := label.match(raw)):
            raw = raw[head.end() :]
        if raw.strip():
            yield parse_bibitem(_COMMENT.sub("", raw), bisect_right(newlines, match.start()) + 1)


def _in_comment(text: str, at: int) -> bool:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return re.search(r"(?<!\\)%", line) is not None


class _Reader:
    def __init__(self, text: str) -> None:
        self.builder = BlockBuilder()
        self._newlines = [match.start() for match in re.finditer("\n", text)]

    def read(self, nodes: Sequence[LatexNode]) -> None:
        for node in nodes:
            if isinstance(node, LatexCharsNode):
                self._text(node.chars, node.pos)
            elif isinstance(node, LatexGroupNode):
                self.read(node.nodelist)
            elif isinstance(node, LatexMacroNode):
                self._macro(node)
            elif isinstance(node, LatexEnvironmentNode):
                self._environment(node)
            elif isinstance(node, (LatexMathNode, LatexSpecialsNode)):
                self._plain(node)

    def _line(self, pos: int) -> int:
        return bisect_right(self._newlines, pos - 1) + 1

    def _text(self, chars: str, pos: int) -> None:
        for number, part in enumerate(re.split(r"\n\s*\n", chars)):
            if number:
                self.builder.flush()
            lead = len(part) - len(part.lstrip())
            at = chars.find(part.strip()) if part.strip() else 0
            self.builder.add(re.sub(r"\s+", " ", part), self._line(pos + max(at, lead)))

    def _plain(self, node: LatexNode) -> None:
        self.builder.add(plain_tex(node.latex_verbatim()), self._line(node.pos))

    def _arguments(self, node: LatexMacroNode) -> list[LatexNode]:
        arguments = node.nodeargd.argnlist if node.nodeargd and node.nodeargd.argnlist else []
        return [argument for argument in arguments if argument is not None]

    def _macro(self, node: LatexMacroNode) -> None:
        name, arguments, builder = node.macroname, self._arguments(node), self.builder
        if name in _SILENT:
            return
        if name in _SECTIONS and arguments:
            builder.open_heading(_SECTIONS[name])
            self.read([arguments[-1]])
            builder.close_heading()
        elif name in {"href", "url", "path"} and arguments:
            self._link(node, arguments)
        elif name in {"emph", "textit", "textsl", "textbf"} and arguments:
            builder.open_span(strong=name == "textbf")
            self.read(arguments[-1:])
            builder.close_span()
        elif name in {"par", "newpage", "bigskip", "medskip", "smallskip"}:
            builder.flush()
        elif arguments and all(isinstance(argument, LatexGroupNode) for argument in arguments) and len(name) > 1:
            self.read(arguments)
        else:
            self._plain(node)

    def _link(self, node: LatexMacroNode, arguments: Sequence[LatexNode]) -> None:
        url = re.sub(r"\\([%#&_~])", r"\1", arguments[0].latex_verbatim().strip("{} \n"))
        self.builder.open_link(url, self._line(node.pos))
        if node.macroname == "href" and len(arguments) > 1:
            self.read(arguments[1:])
        self.builder.close_link()

    def _environment(self, node: LatexEnvironmentNode) -> None:
        name = node.environmentname.rstrip("*")
        if name in _HIDDEN:
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

r"""How the source of a draft cites: by commands (`\citep{key}`, `[@key]`), with entries of BibTeX below the text. Pure.

Keys are those of the entries in the draft (`\bibitem{key}`, `@article{key,`); of others nothing is known but the key.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise

from kg.errors import DocumentError
from kg.papers import Mention

_BIBTEX = re.compile(
    r"^[ \t]{0,20}@(?:article|book|booklet|comment|conference|dataset|in(?:book|collection|proceedings)|manual|"
    r"(?:masters|phd)?thesis|misc|online|proceedings|report|software|string|techreport|unpublished)\s{0,9}\{",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST_ENTRY = 20_000  # characters
_FARTHEST = 5000  # characters below the beginning of a paragraph
_BRACE = re.compile(r"(?<!\\)[{}]")
_KEY = re.compile(r"[^{]{1,60}\{\s{0,20}([^\s,{}]{1,200})\s{0,20},")
_BIBITEM = re.compile(r"\\bibitem\b\s{0,9}(?:\[(?:[^\[\]{}]|\{[^{}]{0,300}\}){0,300}\])?\s{0,9}\{([^{}]{1,200})\}")
_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_NOTE = r"\[[^\]\n]{0,200}\]\s?"  # before or after what is cited: `[see][p. 3]`
_KEYS = rf"(?:{_NOTE}){{0,2}}\{{[^{{}}]{{1,2000}}\}}"
# biblatex's commands in `s` take several: `\cites(see)()[12]{key}[3]{key, key}`.
_CITE = re.compile(
    rf"~?\\[a-zA-Z]{{0,12}}[cC]ite(?:s\*?\s?(?:\([^()\n]{{0,200}}\)\s?){{0,2}}(?P<several>{_KEYS}(?:\s?{_KEYS}){{0,50}})"
    rf"|[a-zA-Z]{{0,12}}\*?\s?(?P<one>{_KEYS}))"
)
_CITED = re.compile(rf"(?:{_NOTE}){{0,2}}\{{([^{{}}]{{1,2000}})\}}")
_INPUT = re.compile(r"\\(?:input|include)\s?\{([^{}\n]{1,200})\}")
_REFERENCE = re.compile(r"\\(?:[cC]|auto|eq|page|name|v)?ref\*?\{[^{}\n]{0,200}\}")
_PANDOC = re.compile(r"(?<=[\[;\s(])-?@\{?(\w(?:[\w:.+/-]{0,100}[\w+])?)")
_DATED = re.compile(r"(?:19|20)\d{2}|\d{4}\.\d{4}")  # `bee2018wide`, or an arXiv id
_LONGEST_BRACKET = 600  # characters of `[see @key, p. 3; and @key]`
_CODE = re.compile(
    r"^ {0,3}(`{3,}|~{3,})[^\n]*\n(?s:.*?)(?:^ {0,3}\1|\Z)|(?<!`)(`{1,3})(?!`)[^`\n]{1,300}\2", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Source:
    r"""The source of a draft, taken apart; all lines are those of the draft.

    `body` is without entries of BibTeX and without commands that cite. `entries` are what BibTeX states. `keys` tells
    which key the entry in a line has, `cited` where each key is first cited; `inputs` are the files that it takes in.
    """

    body: str = ""
    entries: tuple[Mention, ...] = ()
    keys: dict[int, str] = field(default_factory=dict)
    cited: dict[str, int] = field(default_factory=dict)
    inputs: frozenset[str] = frozenset()


def taken_apart(text: str, latex: bool) -> Source:
    """Take the citations of a draft out of its text. In LaTeX a comment cites nothing; elsewhere `@key` cites too.

    Where the text cites by keys, the entries of BibTeX that it does not cite are none of its own.
    """
    spans = list(_bibtex(text))
    body = _blanked(text, spans)
    if latex:
        body = _COMMENT.sub("%", body)
    line = _lines(body)
    items = {line(match.start()): match[1].strip() for match in _BIBITEM.finditer(body)}
    described = {key[1] for start, _ in spans if (key := _KEY.match(text, start))} | set(items.values())
    cited: dict[str, int] = {}
    for key, at in (*_commands(body), *(() if latex else _pandoc(body, described))):
        cited.setdefault(key, line(at))
    entries, keys = _entries(text, spans, cited) if spans else ((), {})
    inputs = frozenset(_INPUT.findall(body)) if latex else frozenset[str]()
    body = _CITE.sub(lambda match: "\n" * match.group().count("\n"), body)
    return Source(_REFERENCE.sub("", body), entries, keys | items, cited, inputs)


def _commands(text: str) -> Iterator[tuple[str, int]]:
    """The keys that commands of LaTeX cite, each with the place of its command."""
    for match in _CITE.finditer(text):
        for keys in _CITED.findall(match["several"] or match["one"]):
            yield from ((key.strip(), match.start()) for key in keys.split(","))


def _pandoc(text: str, described: Container[str]) -> Iterator[tuple[str, int]]:
    """Keys as Pandoc's Markdown has them, and their places: in brackets (`[see @key; @key]`), or in a sentence, where
    one that no entry describes is known by its year; none in code.
    """
    if "@" not in text:
        return
    text = _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code.group()), text)
    for match in _PANDOC.finditer(text):
        if match[1] in described or _DATED.search(match[1]) or _in_brackets(text, match.start()):
            yield match[1], match.start()


def _in_brackets(text: str, at: int) -> bool:
    """Whether that place is in brackets that are no link's."""
    first, last = max(0, at - _LONGEST_BRACKET), at + _LONGEST_BRACKET
    end = text.find("]", at, last)
    opened = text.rfind("[", first, at) > text.rfind("]", first, at)
    return opened and end > 0 and "[" not in text[at:end] and text[end + 1 : end + 2] not in {"(", "["}


def line_starts(text: str) -> list[int]:
    """Where each line of a text begins."""
    return [0, *(match.end() for match in re.finditer("\n", text))]


def line_of(text: str, starts: Sequence[int], names: Iterable[str], first: int) -> int:
    """The line where one of these names stands, from the line `first` on and not far below; else that one.

    `starts` is where the lines of the text begin, told once for all that are looked for in it.
    """
    start = starts[first - 1] if first <= len(starts) else len(text)
    found = [at for name in names if (at := text.find(name, start, start + _FARTHEST)) >= 0]
    return bisect_right(starts, min(found)) if found else first


def _entries(
    text: str, spans: Sequence[tuple[int, int]], cited: Container[str]
) -> tuple[tuple[Mention, ...], dict[int, str]]:
    """What the entries of BibTeX at these places state, those that are cited, and the key of each by its line."""
    from ingest.readers.bibliography import parse_bibtex

    line, wanted = _lines(text), []
    keys: dict[int, str] = {}
    for start, end in spans:
        key = _KEY.match(text, start)
        if key is None or not cited or "*" in cited or key[1] in cited:
            wanted.append((start, end))
            keys |= {line(start): key[1]} if key else {}
    outside = [(end, start) for (_, end), (start, _) in pairwise([(0, 0), *wanted, (len(text), 0)])]
    with suppress(DocumentError):  # of nothing but `@string` and `@comment`
        return parse_bibtex(_blanked(text, outside)).entries, keys
    return (), keys


def _bibtex(text: str) -> Iterator[tuple[int, int]]:
    """Where each entry of BibTeX begins and ends."""
    starts = [match.start() for match in _BIBTEX.finditer(text)]
    for start, limit in pairwise([*starts, len(text)]):
        depth = 0
        for brace in _BRACE.finditer(text, start, min(limit, start + _LONGEST_ENTRY)):
            depth += 1 if brace.group() == "{" else -1
            if depth <= 0:
                yield start, brace.end()
                break


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with nothing but the ends of lines in these parts of it."""
    pieces, done = [], 0
    for start, end in spans:
        pieces += [text[done:start], "\n" * text.count("\n", start, end)]
        done = end
    return "".join([*pieces, text[done:]])


def _lines(text: str) -> Callable[[int], int]:
    """Tells the line, from 1, of each place in a text."""
    starts = line_starts(text)
    return lambda at: bisect_right(starts, at)

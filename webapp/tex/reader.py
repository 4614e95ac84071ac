r"""Text of papers as pages show it: titles, abstracts and remarks are written in TeX, more or less.

Maths becomes MathML (`webapp.tex.mathml`), emphasis becomes elements, accents letters, `--` and quotes what they stand
for; the rest is escaped and shown as it is: what is not surely TeX is text. Bidi overrides, zero-width marks and
control characters are dropped (`webapp.tex.signs`), and a text with letters of a right-to-left script stands in
`<bdi>`, so that no title can reorder or hide what is around it. All of it takes time in proportion to the text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import NamedTuple

from markupsafe import Markup, escape

from webapp.tex.mathml import mathml
from webapp.tex.signs import clean, runs_leftwards
from webapp.tex.tokens import ACCENTS, COMMANDS, END, GREEK, HIT, SPACES, SUSPECT, SWITCHES, TOKEN, WORDS

_MARKS = re.compile(f"[{HIT}{END}]")
_MARKED = re.compile(r"\[\[((?:(?!\[\[|\]\]).)*+)\]\]", re.DOTALL)
_SIGN = "[\"'`^~=.]"
_IN_A_COMMAND = re.compile(rf"(\\|\\{_SIGN}\{{|\\[cvuHdbkr]\{{|\\{_SIGN}(?={HIT}\w{END})){HIT}(\w+){END}")
_AFTER_AN_ACCENT = re.compile(rf"(\\{_SIGN}){HIT}(?=[A-Za-z])")
_DEEPEST = 8  # groups in one another; more are text
_LONGEST = 20_000  # characters: three times the longest abstract of arXiv; what follows is shown as it is
_ONLY_TEX = re.compile(r"[\\^_{]")
_OPERATOR = re.compile(r"[\\^_{=<>+]")
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}")
_CUT = re.compile(r"(?<!\\)\$")


def prose(text: str | None) -> Markup:
    """A text of a paper as HTML that is safe anywhere among text."""
    return _shown(_unmarked(text)) if text else Markup("")


def plain(text: str | None) -> str:
    """The same text without markup, for `<title>`, `aria-label`, `<meta>` and feeds: maths stays as it was written."""
    given = _unmarked(text) if text else ""
    return _Reader(marked_up=False).read(given) if SUSPECT.search(given) else given


def hits(snippet: str | None) -> Markup:
    """A snippet with its `[[`hits`]]` marked; within maths none is, and maths that the snippet cuts stays source."""
    given = _MARKED.sub(rf"{HIT}\1{END}", _unmarked(snippet or ""))
    given = _AFTER_AN_ACCENT.sub(rf"{HIT}\1", _IN_A_COMMAND.sub(r"\1\2", given))
    dollars = [match.end() for match in _CUT.finditer(given)] if given.startswith("…") else []
    if len(dollars) % 2:  # the first ends a formula whose beginning is not here
        return _shown(given[: dollars[0]], cut=True) + _shown(given[dollars[0] :])
    return _shown(given)


def _unmarked(text: str) -> str:
    return clean(_MARKS.sub("", text))


def _shown(text: str, cut: bool = False) -> Markup:
    # What the reader puts together is escaped pieces, elements of its own tables and what `mathml` let through.
    html = Markup(_Reader(maths=not cut).read(text)) if SUSPECT.search(text) else escape(text)
    return Markup("<bdi>{}</bdi>").format(html) if runs_leftwards(text) else html


class _Group(NamedTuple):
    """What was opened: where it stands in the output, its source, and what closes it."""

    at: int
    source: str
    closing: str


@dataclass
class _Reader:
    """Reads one text from left to right; what turns out not to be TeX is put back as it was."""

    marked_up: bool = True
    maths: bool = True
    out: list[str] = field(default_factory=list)
    groups: list[_Group] = field(default_factory=list)
    quoted: dict[str, int] = field(default_factory=lambda: {"''": 0, "'": 0})

    def read(self, text: str) -> str:
        at = 0
        while token := TOKEN.search(text, at, _LONGEST):
            self._say(text[at : token.start()])
            kind = token.lastgroup or ""
            at = token.end()
            if kind == "maths" and not (self.maths and _is_maths(token, text[at : at + 1])):
                at = token.start() + 1
                self._say(text[token.start() : at])
            else:
                getattr(self, f"_{kind}")(token)
        self._say(text[at:])
        for group in self.groups:
            self.out[group.at] = self._escaped(group.source)
        return "".join(self.out)

    def _escaped(self, text: str) -> str:
        return str(escape(text)) if self.marked_up else text

    def _say(self, text: str) -> None:
        if text:
            self.out.append(self._escaped(text))

    def _maths(self, token: re.Match[str]) -> None:
        source = _MARKS.sub("", token[0])
        formula = mathml(_formula(source, token["block"]), _is_block(source)) if self.marked_up else None
        if formula is not None:
            self.out.append(formula)
        elif self.marked_up:
            self.out.append(f'<code class="tex">{escape(source)}</code>')
        else:
            self.out.append(source)

    def _dollars(self, token: re.Match[str]) -> None:
        self._say(token[0])

    _unknown = _dollars

    def _literal(self, token: re.Match[str]) -> None:
        self._say(token[0][1:])

    def _accent(self, token: re.Match[str]) -> None:
        mark = ACCENTS[token["sign"] or token["letter"]]
        self._say(unicodedata.normalize("NFC", (token["braced"] or token["bare"]) + mark))

    def _word(self, token: re.Match[str]) -> None:
        self._say(WORDS[token["word"]])

    def _greek(self, token: re.Match[str]) -> None:
        self._say(GREEK[token["greek"]])

    def _space(self, token: re.Match[str]) -> None:
        self._say(SPACES[token["space"]])

    def _kept(self, token: re.Match[str]) -> None:
        self._say(token["kept"])

    def _tie(self, _: re.Match[str]) -> None:
        self._say("\u00a0" if self.marked_up else " ")

    def _dash(self, token: re.Match[str]) -> None:
        text, at = token.string, token.end()
        option = text[token.start() - 1 : token.start()].strip() == "" and text[at : at + 1].isalpha()
        self._say("—" if len(token[0]) == 3 else token[0] if option else "–")

    def _quote(self, token: re.Match[str]) -> None:
        sign = token[0]
        closing = sign.replace("`", "'").replace('"', "''")
        if sign[0] == "`":
            self.quoted[closing] += 1
            self._say("“" if len(sign) == 2 else "‘")
        elif self.quoted[closing]:
            self.quoted[closing] -= 1
            self._say("’" if sign == "'" else "”")
        else:
            self._say(sign)

    def _command(self, token: re.Match[str]) -> None:
        self._opened(token[0], COMMANDS[token["command"]])

    def _switch(self, token: re.Match[str]) -> None:
        self._opened(token[0], SWITCHES[token["switch"]])

    def _hidden(self, token: re.Match[str]) -> None:
        self._opened(token[0], "")

    _coloured = _hidden

    def _hit(self, _: re.Match[str]) -> None:
        self._opened("", "mark")

    def _opened(self, source: str, tag: str) -> None:
        tag = tag if self.marked_up else ""
        if len(self.groups) >= _DEEPEST:
            if source:
                self._open(source)
        else:
            self.groups.append(_Group(len(self.out), source, f"</{tag}>" if tag else ""))
            self.out.append(f"<{tag}>" if tag else "")

    def _open(self, token: re.Match[str] | str) -> None:
        """A brace that is text; so is the one that closes it."""
        source = token if isinstance(token, str) else token[0]
        self.groups.append(_Group(len(self.out), source, "}"))
        self._say(source)

    def _close(self, token: re.Match[str]) -> None:
        while self.groups and self.groups[-1].closing == "</mark>":
            self.out.append(self.groups.pop().closing)
        self.out.append(self.groups.pop().closing if self.groups else token[0])

    def _end(self, _: re.Match[str]) -> None:
        if self.groups and self.groups[-1].closing == "</mark>":
            self.out.append(self.groups.pop().closing)


def _is_block(source: str) -> bool:
    return source.startswith(("$$", r"\[", r"\begin"))


def _formula(source: str, environment: str | None) -> str:
    """Maths without what stands around it; an environment that has lines keeps them."""
    if environment:
        inner = source[source.index("}") + 1 : source.rindex("\\")]
        one = environment in {"equation", "displaymath"}
        return inner if one else rf"\begin{{align*}}{inner}\end{{align*}}"
    size = 2 if source[:2] in {"$$", r"\(", r"\["} else 1
    return source[size:-size]


def _is_maths(token: re.Match[str], following: str) -> bool:
    """Whether dollars stand around maths, and not before two prices; brackets always do."""
    source = _MARKS.sub("", token[0])
    inner = _formula(source, token["block"])
    if not inner.strip() or "\n\n" in inner:
        return False
    words = _WORD.findall(inner)
    if source[0] != "$" or _is_block(source):
        return not words or source[0] != "$" or _OPERATOR.search(inner) is not None
    spaced = inner[0].isspace() or inner[-1].isspace()
    if not _ONLY_TEX.search(inner) and inner[0].isdigit() and (following.isdigit() or (words and " " in inner)):
        return False
    if spaced and len(words) > 1:
        return False
    if _OPERATOR.search(inner):
        return True
    return not (spaced and words) and sum(len(word) > 2 for word in words) < 2

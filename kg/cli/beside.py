"""What lies beside a draft that is a file: the parts that it inputs, and its bibliography."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from kg.errors import DocumentError

_LARGEST_BIBLIOGRAPHY = 64 * 2**20  # bytes
_BIBLIOGRAPHIES = frozenset({".bib", ".bbl"})
_MOST_FILES, _DEEPEST, _LARGEST = 100, 5, 4 * 2**20  # files that a draft inputs; inputs in inputs; bytes of one
# A comment, which inputs nothing, or a file that is put in here.
_INPUT = re.compile(r"(?<!\\)%[^\n]*|\\(?:input|include)\s?\{\s?([^{}\n\0]{1,200}?)\s?\}")
_NAMED = re.compile(
    r"^[^%\n]{0,200}\\(?:bibliography|addbibresource)\s?(?:\[[^\]\n]{0,200}\]\s?)?\{([^{}\n]{1,500})\}", re.MULTILINE
)
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t\r]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t\r]*(?:\n|$)", re.DOTALL)
# `bibliography: refs.bib`, `bibliography: [a.bib, b.bib]`, or a list, each in a line of its own.
_STATED = re.compile(r"^bibliography:[ \t]*([^\n]{0,500}(?:\n[ \t]*-[ \t][^\n]{1,200}){0,20})", re.MULTILINE)
_BIB = re.compile(r"[^\s,\[\]'\"-][^,\[\]'\"\n]{0,200}?\.bib\b")


@dataclass
class Whole:
    """A draft with what it inputs in its place; `lines` has, for each line, that of the draft's own file, from 1."""

    text: str = ""
    lines: list[int] = field(default_factory=lambda: [1])
    files: int = 0

    @property
    def full(self) -> bool:
        """Whether nothing more is put in."""
        return self.files >= _MOST_FILES or len(self.text) >= _LARGEST

    def add(self, text: str, own: bool) -> None:
        """Add text of the draft's own file, or of one that it inputs, whose lines are all that of the command."""
        first, count = self.lines[-1], text.count("\n")
        self.text += text
        self.lines += range(first + 1, first + count + 1) if own else [first] * count


def with_inputs(draft: Path, content: bytes) -> Whole | None:
    r"""A draft in LaTeX with the files that it inputs (`\input`, `\include`); None where it inputs none that is there.

    They are 100 at most, of 4 MiB each and about as much together, in or below the draft's folder, and input others
    five deep at most; a command whose file is not read is left in the text.
    """
    from ingest.readers import FORMATS

    if FORMATS.get(draft.suffix.lower()) != "latex" or not (b"\\input" in content or b"\\include" in content):
        return None
    whole = Whole()
    try:
        _spliced(whole, _text(content), draft.parent, (draft.resolve(),))
    except DocumentError:  # no text: reading it as a draft tells so
        return None
    return whole if whole.files else None


def _spliced(whole: Whole, text: str, folder: Path, within: tuple[Path, ...]) -> None:
    own, done = len(within) == 1, 0
    for match in _INPUT.finditer(text):
        file = _input(folder, match[1]) if match[1] and len(within) <= _DEEPEST and not whole.full else None
        if file is None or file in within or (part := _part(file, folder)) is None:
            continue
        whole.add(text[done : match.start()], own)
        whole.files += 1
        _spliced(whole, part + "\n", folder, (*within, file))  # the end of a file ends a comment
        done = match.end()
    whole.add(text[done:], own)


def _input(folder: Path, name: str) -> Path | None:
    """The file of that name in a folder or below it, as TeX looks for it; None where there is none."""
    try:
        there = (path for path in (folder / f"{name}.tex", folder / name) if path.is_file())
        file = next((path.resolve() for path in there), None)
        return file if file and file.is_relative_to(folder.resolve()) else None
    except OSError:  # a name that is too long, a folder that is closed
        return None


def _part(file: Path, folder: Path) -> str | None:
    """The text of a file that is input; None where it cannot be read, is too large, or is no text."""
    from ingest.files import beginning

    try:
        content = beginning(file, _LARGEST + 1, folder=os.path.realpath(folder))
        return _text(content) if len(content) <= _LARGEST else None
    except (OSError, DocumentError):
        return None


def _text(content: bytes) -> str:
    from ingest.text import decoded

    return decoded(content).replace("\r\n", "\n").replace("\r", "\n")


def bibliography(draft: Path, text: str) -> str:
    """The files of BibTeX that a draft in LaTeX or Markdown names and that lie beside it; else its .bbl, if there.

    A name leads to a file of that kind or to none: a draft of a stranger may come with a link `refs.bib` to a secret.
    """
    named = [name.strip() for match in _NAMED.findall(text) for name in match.split(",")]
    if front := _FRONT_MATTER.match(text):
        named += [name for stated in _STATED.findall(front[1]) for name in _BIB.findall(stated)]
    if not named:
        return ""
    files = [draft.parent / f"{name.removesuffix('.bib')}.bib" for name in named]
    there = [file for file in files if file.is_file()] or [draft.with_suffix(".bbl")]
    return "\n".join(_beginning(file) for file in there if file.is_file() and file.resolve().suffix in _BIBLIOGRAPHIES)


def _beginning(file: Path) -> str:
    from ingest.files import beginning

    try:
        return beginning(file.resolve(), _LARGEST_BIBLIOGRAPHY, follow=False).decode(errors="replace")
    except DocumentError as error:
        raise OSError(str(error)) from error

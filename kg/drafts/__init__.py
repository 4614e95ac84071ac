"""A draft as it is compared: its prose in passages, and the works that it cites already.

Drafts are read by the readers of `kg ingest`, in all of its formats; text without a telling file name is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from kg.drafts.prose import Passage, Sentence
from kg.errors import DocumentError, UsageError
from kg.papers import Mention

if TYPE_CHECKING:
    from ingest.workers import Workers

_MOST_ENTRIES = 8_000_000  # characters of the bibliography beside a draft; about 15,000 entries
_MOST_WORKERS = 2  # that read drafts at once
_PATIENCE = 30.0  # seconds to wait for one
_MOST_LINES = 2**31
_SECONDS = 20.0  # for a text; a file may take as long as its size allows


@dataclass(frozen=True, slots=True)
class Citation:
    """A work that a draft cites, and the line where it does; a `sure` one is a link, an id, or in its bibliography."""

    mention: Mention
    line: int
    sure: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it is compared.

    `keys` are those that it cites and has no entry of, each with its line; `unread` counts the files that it inputs and
    that were not read. It is not `whole` where there is more text than is compared.
    """

    passages: tuple[Passage, ...] = ()
    citations: tuple[Citation, ...] = ()
    keys: tuple[tuple[str, int], ...] = ()
    whole: bool = True
    unread: int = 0

    @property
    def sentences(self) -> list[Sentence]:
        """All of its sentences and headings, in their order."""
        return [sentence for passage in self.passages for sentence in passage.sentences]

    def placed(self, lines: Sequence[int]) -> Draft:
        """The draft with other lines: `lines` has, for each line of the text that was read, the one that is told."""

        def told(line: int) -> int:
            return lines[min(line, len(lines)) - 1] if line else 0

        return replace(
            self,
            passages=tuple(
                Passage(
                    part.text,
                    tuple(sentence._replace(line=told(sentence.line)) for sentence in part.sentences),
                    told(part.first),
                    told(part.last),
                )
                for part in self.passages
            ),
            citations=tuple(replace(citation, line=told(citation.line)) for citation in self.citations),
            keys=tuple((key, told(line)) for key, line in self.keys),
        )


class Unread(msgspec.Struct):
    """A draft that is to be read: see `read_draft`; `text` says that it is text, whatever it begins with."""

    content: bytes
    name: str = ""
    bibliography: str = ""
    text: bool = False


def read_draft(content: str | bytes, name: str = "", bibliography: str = "") -> Draft:
    """Read a draft; `name` is that of its file, if it was one. Text and bytes without a name are looked at.

    It is read in a process of its own, which is kept for the next ones and killed where one takes too long. A text is
    never taken for a PDF, nor unpacked. A `bibliography` (BibTeX, or a .bbl) is read as if it stood below the text, its
    first 8 million characters. It is not beside a PDF, a notebook, mail or what is packed, in which no keys are looked
    for.

    :raises UsageError: it is empty, or cannot be read.
    """
    from ingest.text import fit

    text = isinstance(content, str)
    data = fit(content).replace("\0", " ").encode() if isinstance(content, str) else content  # a text is no binary
    called = name or "the draft"
    entries = fit(bibliography[:_MOST_ENTRIES])
    if not content.strip() or not data.strip():
        raise UsageError(f"{called} is empty: give a paragraph, an abstract or more")
    try:
        seconds = _SECONDS if text and not name else None
        found = _workers().ask(Unread(data, fit(name), entries, text), len(data) + len(entries), seconds)
        return _believed(found)
    except DocumentError as error:
        raise UsageError(f"{called} cannot be read as a draft: it {error}") from error


@cache
def _workers() -> Workers[Draft]:
    """The processes that read drafts; none is started before the first draft."""
    from ingest.workers import Workers

    return Workers("kg.drafts.worker", Draft, _MOST_WORKERS, _PATIENCE)


def _believed(draft: Draft) -> Draft:
    """A draft as a worker tells it, whose lines are lines."""
    lines = [sentence.line for sentence in draft.sentences] + [citation.line for citation in draft.citations]
    lines += [line for part in draft.passages for line in (part.first, part.last)] + [line for _, line in draft.keys]
    if draft.unread < 0 or min(lines, default=0) < 0 or max(lines, default=0) > _MOST_LINES:
        raise DocumentError("cannot be read: the process that reads it was made to tell nonsense")
    return draft

"""Reading drafts, as the worker does it (`kg.drafts.worker`): with the readers of `kg ingest`, in all its formats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from ingest.blocks import Parsed
from ingest.identity import sure_names_of
from ingest.mentions import find_mentions
from ingest.readers import FORMATS, parse_document, parse_text
from ingest.readers.chunks import BIBLIOGRAPHY
from ingest.text import decoded
from kg.drafts import Citation, Draft, Unread
from kg.drafts.citing import Source, line_of, line_starts, taken_apart
from kg.drafts.prose import SHORT, Passage, paragraphs, passages
from kg.errors import DocumentError
from kg.papers import Mention

# What is compared stands at the beginning and references at the end, so a long text is shortened in between.
_MOST_READ, _LAST = 400_000, 100_000  # characters
# What is packed, or no prose: the lines of such a file are not those of the text in it.
_OTHER_FORMATS = frozenset(("pdf", "email", "notebook", "ris", "bbl"))
_OTHER_ENDS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # of lines to Python, and to no editor
_NUMBER = re.compile(r"^\[(\d{1,3})\](?=\s+\S)")
_HTML = re.compile(r"\s*<(?:!doctype html|html|head|body|article|section|main|div|p|h[1-6])\b", re.IGNORECASE)
_LATEX = re.compile(r"\\documentclass\b|\\begin\{document\}|^\s{0,20}\\(?:sub)*section\b", re.MULTILINE)
_MARKDOWN = re.compile(r"^#{1,6} \S|\[[^\]\n]{1,200}\]\(https?://|\[-?@[\w:.-]{3}|\*\*\w", re.MULTILINE)
_TEX = re.compile(r"\\(?:[a-zA-Z]{0,9}cite[a-zA-Z]{0,9}|begin|emph|text(?:bf|it)|title|c?ref)\*?\s?[\[{]|\\bibitem\b")


def read(unread: Unread) -> Draft:
    """Read a draft.

    :raises DocumentError: it is empty, damaged or of a format that is not read.
    """
    data, name, bibliography = unread.content, unread.name, unread.bibliography
    suffix = PurePosixPath(name).suffix.lower()
    if not unread.text and (_is_packed(data, suffix) or FORMATS.get(suffix) in _OTHER_FORMATS):
        return _draft(parse_document(name, data), Source())
    text, whole = _shortened(_OTHER_ENDS.sub(" ", decoded(data)).replace("\r\n", "\n").replace("\r", "\n"))
    if not text.strip():
        raise DocumentError("is empty")
    if FORMATS.get(suffix, "plain") in {"plain", *_OTHER_FORMATS}:
        suffix = _suffix_of(text)
    text = _listed(text) if FORMATS[suffix] == "markdown" else text
    source = taken_apart(f"{text}\n{bibliography}" if bibliography else text, latex=FORMATS[suffix] == "latex")
    parsed = parse_text("draft" + suffix, source.body) if source.body.strip() else Parsed(None)
    draft = _draft(parsed, source, whole)
    if suffix in {".html", ".md"} and not (draft.passages or name):  # only by its signs, not by what it says
        draft = _draft(parse_text("draft.txt", source.body), source, whole)
    cites = draft.citations or draft.keys
    if suffix == ".txt" and len(draft.passages) == 1 and not cites and len(text) <= SHORT:
        # A paragraph with nothing to take out is compared as it stands.
        return Draft((Passage(text, draft.passages[0].sentences),))
    return draft


def _is_packed(data: bytes, suffix: str) -> bool:
    """Whether a file is a PDF, or has to be unpacked."""
    return suffix == ".gz" or data[:2] == b"\x1f\x8b" or data[:1024].lstrip()[:5] == b"%PDF-"


def _shortened(text: str) -> tuple[str, bool]:
    """A text as it is read, and whether that is all of it; what is left out leaves the ends of its lines."""
    if len(text) <= _MOST_READ:
        return text, True
    first, last = _MOST_READ - _LAST, len(text) - _LAST
    return text[:first] + "\n" * max(text.count("\n", first, last), 1) + text[last:], False


def _suffix_of(text: str) -> str:
    """How the name of a file with that text would end."""
    if _HTML.match(text):
        return ".html"
    if _LATEX.search(text):
        return ".tex"
    if _MARKDOWN.search(text):
        return ".md"
    return ".tex" if _TEX.search(text) else ".txt"


def _listed(text: str) -> str:
    """Markdown with `[1]` below the heading of a bibliography as `1.`: lines with no blank one between are a list."""
    lines = text.split("\n")
    below = (at for at, line in enumerate(lines) if line.startswith("#") and BIBLIOGRAPHY.match(line.strip("# ")))
    start = next(below, len(lines))
    return "\n".join([*lines[:start], *(_NUMBER.sub(r"\1.", line) for line in lines[start:])])


def _draft(parsed: Parsed, source: Source, whole: bool = True) -> Draft:
    mentions = find_mentions("draft", parsed)
    found = paragraphs(parsed.blocks, source.body, {m.line for m in mentions if m.authors and m.title})
    parts, all_in = passages(_title(parsed), found)
    citations = tuple(_citations([*mentions, *source.entries], source))
    has_entry = set(source.keys.values())
    keys = tuple((key, line) for key, line in source.cited.items() if key not in has_entry and key != "*")
    return Draft(tuple(parts), citations, keys, whole and all_in, len(source.inputs))


def _title(parsed: Parsed) -> str | None:
    """The title that a document states, where it is not in its text too."""
    title = " ".join((parsed.title or "").split())
    texts = (" ".join(block.text.split()) for block in parsed.blocks[:3])
    return title if title and not any(text.startswith(title) for text in texts) else None


def _citations(mentions: Sequence[Mention], source: Source) -> Iterator[Citation]:
    """The works that are cited, each in the line where its key is, if it has one."""
    starts = line_starts(source.body)
    for mention in mentions:
        line = source.cited.get(source.keys.get(mention.line, ""), source.cited.get("*"))
        in_bibliography = not mention.section and mention.title is not None and mention.line in source.keys
        in_bibliography |= any(BIBLIOGRAPHY.match(heading) for heading in mention.section[-1:])
        sure = in_bibliography or mention.arxiv_id is not None or bool(sure_names_of(mention))
        names = (name for name in (mention.arxiv_id, mention.doi, *mention.urls) if name)
        yield Citation(mention, line or line_of(source.body, starts, names, mention.line), sure)

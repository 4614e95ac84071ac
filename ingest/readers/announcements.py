"""arXiv's daily mails: an id, and below it fields with their names. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.people import parse_authors
from ingest.readers.chunks import Line
from kg.identifiers import parse_arxiv_id, parse_doi
from kg.papers import Mention

_ID = re.compile(r"^\s*arXiv:(\S+)\s*(?:\(.*\)|\[.*\])?\s*$", re.IGNORECASE)
_FIELD = re.compile(
    r"^(Title|Authors?|Comments?|Categories|Subjects|Date|Journal-ref|DOI|Abstract|Report-no|MSC-class|ACM-class)\s*:\s?(.*)$",
    re.IGNORECASE,
)
_REPLACED = re.compile(r"^\s*replaced with revised version\b", re.IGNORECASE)
_RULE = re.compile(r"^(?:-{20,}|%%(?:--)+.*|={20,})\s*$|^\\\\\s*\(\s*https?://.*\)\s*$")
_AFFILIATION = re.compile(r"\s*\([^()]*(?:\([^()]*\)[^()]*)*\)")
_MOST_LINES = 60  # of one announcement


def announcements(lines: Sequence[Line]) -> tuple[list[Mention], list[Line]]:
    """The papers that a mail of arXiv announces, and the lines that are not of them."""
    entries: list[Mention] = []
    rest: list[Line] = []
    place = 0
    while place < len(lines):
        match = _ID.match(lines[place].text)
        fields, end = _fields(lines, place + 1) if match else ({}, place)
        if match and "title" in fields and (arxiv := parse_arxiv_id(match[1])):
            entries.append(_announced(arxiv.base, fields, lines[place].number))
            place = _after_abstract(lines, end)
        else:
            rest.append(lines[place])
            place += 1
    return entries, rest


def _fields(lines: Sequence[Line], start: int) -> tuple[dict[str, str], int]:
    """`Title: ...` and the like, with their continuation lines, up to the line that ends them."""
    fields: dict[str, str] = {}
    name = ""
    limit = min(start + _MOST_LINES, len(lines))
    for place in range(start, limit):
        text = lines[place].text
        if field := _FIELD.match(text):
            name = field[1].lower().rstrip("s")
            fields[name] = field[2].strip()
        elif name and text.startswith((" ", "\t")) and text.strip():
            fields[name] += " " + text.strip()
        elif text.strip() and not _REPLACED.match(text):
            return fields, place
    return fields, limit


def _after_abstract(lines: Sequence[Line], start: int) -> int:
    """Where the announcement ends: after its abstract, at a rule or at the next id."""
    for place in range(start, min(start + 2 * _MOST_LINES, len(lines))):
        if _ID.match(lines[place].text):
            return place
        if _RULE.match(lines[place].text):
            return place + 1
    return start


def _announced(arxiv_id: str, fields: dict[str, str], line: int) -> Mention:
    return Mention(
        document="",
        line=line,
        title=fields["title"],
        urls=(f"https://arxiv.org/abs/{arxiv_id}",),
        arxiv_id=arxiv_id,
        doi=parse_doi(fields.get("doi", "")),
        authors=parse_authors(_AFFILIATION.sub("", fields.get("author", ""))),
        venue=fields.get("journal-ref"),
    )

"""Files of facts: metadata in the form of arXiv's public snapshot, and tables of citations.

The snapshot's form (https://www.kaggle.com/datasets/Cornell-University/arxiv): one JSON object a line with
`id, title, authors, abstract, categories, comments, journal-ref, doi, versions, update_date, authors_parsed`.
The facts that come with `kg` have the same form, without abstracts.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from email.utils import parsedate_to_datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TextIO

from kg.errors import DocumentError
from kg.identifiers import parse_arxiv_id
from kg.papers import Metadata
from kg.text import squeezed

_ISO = re.compile(r"\d{4}(-\d\d){0,2}")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_USUAL = re.compile(
    rf"[A-Z][a-z][a-z], ([0-9]{{1,2}}) ({'|'.join(_MONTHS)}) ([12][0-9]{{3}}) "
    r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9] GMT"
)
_LONGEST_LINE = 16 * 2**20  # characters
_REMARK = re.compile(r"\([^()]*\)")
_BETWEEN = re.compile(r",|\band\b")


def read_snapshot(path: Path, source: str, at: str | None) -> Iterator[Metadata]:
    """The records of a snapshot (`.gz` too), one by one; lines that are no record are left out.

    :raises DocumentError: the file cannot be read, or none of its lines is a record.
    """
    found = False
    with _opened(path) as file:
        for line in _lines(file):
            record = _record(line, source, at)
            if record is not None:
                found = True
                yield record
    if not found:
        raise DocumentError(f"{path}: no line is a record of arXiv's snapshot (JSON with id and title)")


def read_citations(path: Path) -> Iterator[tuple[str, str]]:
    """(citing, cited) arXiv ids of a table with those columns, separated by tabs.

    :raises DocumentError: the file cannot be read or lacks the columns.
    """
    with _opened(path) as file:
        rows = csv.DictReader(_lines(file), delimiter="\t", quoting=csv.QUOTE_NONE)
        if not {"citing", "cited"} <= set(rows.fieldnames or ()):
            raise DocumentError(f"{path}: the first line must name the columns citing and cited, by tabs")
        for row in rows:
            citing, cited = parse_arxiv_id(row["citing"] or ""), parse_arxiv_id(row["cited"] or "")
            if citing and cited:
                yield citing.base, cited.base


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8-sig")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8-sig") as file
        ):
            yield file
    except FileNotFoundError:
        raise DocumentError(f"{path}: no such file") from None
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as error:
        raise DocumentError(f"{path}: cannot be read: {error}") from error


def _lines(file: TextIO) -> Iterator[str]:
    """The lines of a file; what is longer than any record is no line, and is not held in memory as one."""
    return iter(partial(file.readline, _LONGEST_LINE), "")


def _record(line: str, source: str, at: str | None) -> Metadata | None:
    """A line as a record; None when it is none, or a field is of another kind than it should be."""
    try:
        raw = json.loads(line)
        arxiv_id, title = parse_arxiv_id(str(raw["id"])), _squeezed(raw["title"])
        return _metadata(arxiv_id.base, title, raw, source, at) if arxiv_id and title else None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return None


def _metadata(arxiv_id: str, title: str, raw: dict[str, Any], source: str, at: str | None) -> Metadata:
    versions = raw.get("versions") or [{}]
    comment = _squeezed(raw.get("comments"))
    said = raw.get("categories") or ""
    categories = said.split() if isinstance(said, str) else said
    return Metadata(
        arxiv_id=arxiv_id,
        title=title,
        source=source,
        abstract=_squeezed(raw.get("abstract")),
        authors=_authors(raw),
        categories=tuple(name for category in categories if (name := _squeezed(category))),
        published=_date(versions[0].get("created")) or _date(raw.get("published")) or _date(raw.get("update_date")),
        updated=_date(raw.get("update_date")) or _date(raw.get("updated")) or _date(versions[-1].get("created")),
        version=_version(versions[-1].get("version")),
        doi=_squeezed(raw.get("doi")),
        comment=comment,
        journal_ref=_squeezed(raw.get("journal-ref")),
        withdrawn="withdrawn" in (comment or "").lower(),
        fetched_at=at,
    )


def _authors(raw: dict[str, Any]) -> tuple[str, ...]:
    """Names in their usual order: from the parsed form (family, given, suffix), or the text."""
    if parsed := raw.get("authors_parsed"):
        names = (squeezed(" ".join(part for part in (p[1], p[0], *p[2:3]) if part)) for p in parsed if p)
        return tuple(name for name in names if name)
    authors = raw.get("authors") or ""
    if not isinstance(authors, str):
        return tuple(name for author in authors if (name := _squeezed(author)))
    text = _REMARK.sub("", authors)
    return tuple(name for part in _BETWEEN.split(text) if (name := _squeezed(part)))


def _squeezed(text: object) -> str | None:
    return squeezed(str(text)) or None if text else None


def _date(text: str | None) -> str | None:
    """`Tue, 30 Dec 1997 12:00:00 GMT`, or a date in ISO form of any exactness, as ISO 8601."""
    if not text or _ISO.fullmatch(text):
        return text or None
    try:
        if usual := _USUAL.fullmatch(text):  # three times as fast as the parser of mails' dates
            return date(int(usual[3]), 1 + _MONTHS.index(usual[2]), int(usual[1])).isoformat()
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=1024)
def _version(text: str | None) -> int | None:
    return int(text[1:]) if text and re.fullmatch(r"v\d{1,3}", text) else None

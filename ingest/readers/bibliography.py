"""BibTeX and RIS: citations that are spelled out field by field."""

from __future__ import annotations

import logging
import re

import rispy
from bibtexparser.entrypoint import parse_string
from bibtexparser.model import (
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    MiddlewareErrorBlock,
    ParsingFailedBlock,
)

from ingest.blocks import Parsed
from ingest.readers.tex import people, plain_tex
from kg.errors import DocumentError
from kg.identifiers import arxiv_ids_in_text, parse_arxiv_id, parse_doi
from kg.papers import Mention

# It logs every broken block; what is lost is told to the user in one line instead.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
logging.getLogger("rispy").setLevel(logging.CRITICAL)

_YEAR = re.compile(r"(?:19|20)\d{2}")
_NO_WORKS = frozenset({"proceedings", "software", "dataset"})
_MISSING_COMMA = re.compile(r"([}\"])([ \t]{0,40}\n[ \t]{0,40}[A-Za-z]{2,20}[ \t]{0,40}=)")
_PLACES = ("journal", "volume", "number", "pages", "note", "howpublished", "booktitle", "publisher", "eid")


def parse_bibtex(text: str) -> Parsed:
    """Read a BibTeX file; an entry that is broken is left out, the others are read.

    :raises DocumentError: there is no entry in it.
    """
    library = parse_string(_MISSING_COMMA.sub(r"\1,\2", text))
    rescued = (_rescued(block) for block in library.failed_blocks)
    entries = [*library.entries, *(entry for entry in rescued if entry is not None)]
    strings = {name.lower(): _bare(str(string.value)) for name, string in library.strings_dict.items()}
    read = [(entry, _fields(entry, strings)) for entry in entries]
    volumes = {entry.key: fields for entry, fields in read}
    mentions = [
        _bibtex_mention(entry.start_line or 0, _inherited(fields, volumes))
        for entry, fields in read
        if entry.entry_type.lower() not in _NO_WORKS
    ]
    if not mentions:
        raise DocumentError("holds no BibTeX entry")
    return Parsed(None, entries=tuple(sorted(mentions, key=lambda mention: mention.line)))


def _rescued(block: ParsingFailedBlock) -> Entry | None:
    """The entry of a block that bibtexparser sets aside: a key used twice, a field that means nothing to it."""
    if isinstance(block, (DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, MiddlewareErrorBlock)):
        inner = block.ignore_error_block
        return inner if isinstance(inner, Entry) else None
    return None


def _fields(entry: Entry, strings: dict[str, str]) -> dict[str, str]:
    """The fields of an entry, by their names in lower case; of one that is given twice, the first."""
    found: dict[str, str] = {}
    for field in entry.fields:
        found.setdefault(field.key.lower(), _joined(" ".join(str(field.value).split()), strings))
    return found


def _joined(value: str, strings: dict[str, str]) -> str:
    """`icml # " 2018"` as the text that it stands for."""
    parts = [part.strip() for part in value.split("#")]
    if len(parts) == 1 or not all(part.lower() in strings or part[:1] in {'"', "{"} for part in parts):
        return _bare(value)
    return "".join(strings.get(part.lower(), _bare(part)) for part in parts)


def _bare(value: str) -> str:
    """A value without the braces or quotes around all of it."""
    if value[:1] + value[-1:] == '""':
        return value[1:-1]
    depth = 0
    for place, sign in enumerate(value):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth == 0:
            return value[1:-1] if place and place == len(value) - 1 else value
    return value


def _inherited(fields: dict[str, str], entries: dict[str, dict[str, str]]) -> dict[str, str]:
    """An entry with what it takes from the volume that it is part of (`crossref`)."""
    volume = entries.get(fields.get("crossref", ""), {})
    taken = {"booktitle": volume.get("booktitle") or volume.get("title", ""), "year": volume.get("year", "")}
    return {**{name: value for name, value in taken.items() if value}, **fields}


def _bibtex_mention(line: int, fields: dict[str, str]) -> Mention:
    get = fields.get
    urls = tuple(url for name in ("url", "pdf", "ee") if (url := get(name, "")).startswith("http"))
    return Mention(
        document="",
        line=line + 1,
        title=plain_tex(get("title", "")) or None,
        link_text=None,
        urls=urls,
        arxiv_id=_arxiv_id(fields, urls),
        doi=parse_doi(get("doi", "")),
        authors=people(get("author", "") or get("editor", "")),
        venue=plain_tex(get("journal") or get("booktitle") or get("journaltitle") or get("school", "")) or None,
        year=_year(get("year") or get("date", "")),
        remark=_remark(fields),
    )


def _arxiv_id(fields: dict[str, str], urls: tuple[str, ...]) -> str | None:
    """The arXiv id in `eprint`, in a URL, or in `journal={arXiv preprint arXiv:...}`, a note or the like."""
    kind = (fields.get("archiveprefix") or fields.get("eprinttype") or "arxiv").lower()
    if kind == "arxiv" and (found := parse_arxiv_id(fields.get("eprint", ""))):
        return found.base
    for url in (*urls, fields.get("doi", "")):
        if found := parse_arxiv_id(url):
            return found.base
    places = " ".join(fields.get(name, "") for name in _PLACES)
    first = next(arxiv_ids_in_text(places), None)
    found = first[0] if first else parse_arxiv_id(fields.get("arxiv", ""))
    return found.base if found else None


def _remark(fields: dict[str, str]) -> str | None:
    """What the owner of the file notes of the work: `annote`, `note` and the like, but no bibliographic data."""
    said = (plain_tex(fields.get(name, "")) for name in ("annote", "annotation", "comment", "review", "note"))
    return " · ".join(s for s in said if s and not re.match(r"arxiv\b", s, re.IGNORECASE)) or None


def _year(text: str) -> int | None:
    match = _YEAR.search(text)
    return int(match.group()) if match else None


def parse_ris(text: str) -> Parsed:
    """Read a RIS file.

    :raises DocumentError: there is no record in it, or it is broken.
    """
    lines = [number for number, line in enumerate(text.splitlines(), 1) if re.match(r"\s*TY\s{1,2}-", line)]
    try:
        records = rispy.loads(text, skip_unknown_tags=True)
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise DocumentError(f"is no RIS file that can be read: {error}") from error
    if not records:
        raise DocumentError("holds no RIS record")
    return Parsed(None, entries=tuple(_ris_mention(r, n) for r, n in zip(records, lines, strict=False)))


def _ris_mention(record: dict[str, object], line: int) -> Mention:
    def first(*names: str) -> str:
        return next((str(record[name]) for name in names if record.get(name)), "")

    urls = record.get("urls") or []
    links = tuple(str(url) for url in urls if str(url).startswith("http")) if isinstance(urls, list) else ()
    authors = record.get("authors") or record.get("first_authors") or []
    notes = record.get("notes") or []
    places = [*links, first("doi"), first("number"), first("custom3"), first("alternate_title3")]
    found = next((i for place in places if (i := parse_arxiv_id(place))), None)
    return Mention(
        document="",
        line=line,
        title=first("title", "primary_title") or None,
        urls=links,
        arxiv_id=found.base if found else None,
        doi=parse_doi(first("doi")),
        authors=tuple(people(" and ".join(map(str, authors)))) if isinstance(authors, list) else (),
        venue=first("journal_name", "secondary_title", "alternate_title1", "publisher") or None,
        year=_year(first("year", "publication_year", "date")),
        remark=" · ".join(map(str, notes)) if isinstance(notes, list) and notes else None,
    )

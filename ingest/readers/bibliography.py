"""BibTeX and RIS: citations that are spelled out field by field."""

from __future__ import annotations

import logging
import re

import rispy
from bibtexparser.entrypoint import parse_string
from bibtexparser.model import DuplicateBlockKeyBlock, Entry, MiddlewareErrorBlock, ParsingFailedBlock

from ingest.blocks import Parsed
from ingest.readers.tex import people, plain_tex
from kg.errors import DocumentError
from kg.identifiers import parse_arxiv_id, parse_doi
from kg.papers import Mention

# It logs every broken block; what is lost is told to the user in one line instead.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
logging.getLogger("rispy").setLevel(logging.CRITICAL)

_YEAR = re.compile(r"(?:19|20)\d{2}")
_ARXIV_IN = re.compile(r"(?:arxiv\s?:?\s?(?:preprint)?\s?(?:arxiv:)?|abs/)\s?([\w.-]+(?:/\d{7})?)", re.IGNORECASE)


def parse_bibtex(text: str) -> Parsed:
    """Read a BibTeX file; an entry that is broken is left out, the others are read.

    :raises DocumentError: there is no entry in it.
    """
    library = parse_string(text)
    entries = [*library.entries, *(_rescued(block) for block in library.failed_blocks)]
    mentions = [_bibtex_mention(entry) for entry in entries if entry is not None]
    if not mentions:
        raise DocumentError("holds no BibTeX entry")
    return Parsed(None, entries=tuple(sorted(mentions, key=lambda mention: mention.line)))


def _rescued(block: ParsingFailedBlock) -> Entry | None:
    """The entry of a block that bibtexparser sets aside: a key used twice, a field that means nothing to it."""
    if isinstance(block, (DuplicateBlockKeyBlock, MiddlewareErrorBlock)):
        inner = block.ignore_error_block
        return inner if isinstance(inner, Entry) else None
    return None


def _bibtex_mention(entry: Entry) -> Mention:
    fields = {field.key.lower(): " ".join(str(field.value).split()) for field in entry.fields}
    get = fields.get
    urls = tuple(url for name in ("url", "pdf", "ee") if (url := get(name, "")).startswith("http"))
    return Mention(
        document="",
        line=(entry.start_line or 0) + 1,
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
    """The arXiv id in `eprint`, in `journal={arXiv preprint arXiv:...}`, in a URL or in a note."""
    kind = (fields.get("archiveprefix") or fields.get("eprinttype") or "arxiv").lower()
    if kind == "arxiv" and (found := parse_arxiv_id(fields.get("eprint", ""))):
        return found.base
    for url in (*urls, fields.get("doi", "")):
        if found := parse_arxiv_id(url):
            return found.base
    for name in (
        "journal",
        "note",
        "howpublished",
        "volume",
        "number",
        "pages",
        "booktitle",
        "publisher",
        "arxiv",
    ):
        value = fields.get(name, "")
        match = _ARXIV_IN.search(value)
        if found := parse_arxiv_id(match[1] if match else value if name == "arxiv" else ""):
            return found.base
    return None


def _remark(fields: dict[str, str]) -> str | None:
    """What the owner of the file notes of the work: `annote`, `note` and the like, but no bibliographic data."""
    said = (plain_tex(fields.get(name, "")) for name in ("annote", "annotation", "comment", "review", "note"))
    return " · ".join(s for s in said if s and not _ARXIV_IN.match(s)) or None


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

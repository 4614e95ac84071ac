r"""One entry of a LaTeX bibliography, as `\bibitem` or as biblatex writes it: title, authors, year, ids. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from ingest.citations import SERIES, Citation, parse_reference
from ingest.people import parse_authors
from ingest.readers.tex import people, plain_tex
from ingest.venues import YEAR, place_and_year
from kg.identifiers import arxiv_id_of_url, arxiv_ids_in_text, parse_arxiv_id, parse_doi
from kg.papers import Mention

_URL = re.compile(r"\\(?:url|href|path|nolinkurl)\s*\{([^{}\s]{1,500})\}|(https?://[^\s{}\\,;]+)")
_EPRINT = re.compile(r"\\(?:eprint|arxiv|archive)\s*\{(?:arXiv:)?([^{}]{4,30})\}|\\verb\{eprint\}\s*\\verb ([^\s\\]+)")
_BIBLATEX = re.compile(r"\\(?:field|name|strng)\{\w+\}")
_ADDRESS = re.compile(r"(?:url )?<?https?:", re.IGNORECASE)
_DATED = re.compile(r"\((?:19|20)\d{2}[a-z]?\)[.:,]? [\w{]")
_FIELDS = frozenset("title subtitle year date journaltitle booktitle".split())  # of biblatex, that are of use
_LONGEST_GROUP = 3000  # characters
_COMMAND = re.compile(r"\\[a-zA-Z]+")
_QUOTED = re.compile(r"(?:``|“|(?<!\\)\")(\S{1,30}\s.{2,400}?)[,.]?(?:''|”|(?<!\\)\")", re.DOTALL)
_YEAR_FIRST = re.compile(r"(?<![\s,])[\s,]*[(\[]?\b((?:19|20)\d{2})[a-z]?[)\]]?[\s.,:]*$")
_EMPHASISED = re.compile(r"\{\\(?:em|it|sl|itshape)\s|\\(?:emph|textit|textsl|enquote)\s*\{")
_NO_TITLE = re.compile(r"^<?(?:in\b|url\b|doi\b|https?:|arxiv\b|technical report|phd thesis|\d)", re.IGNORECASE)


def parse_bibitem(raw: str, line: int = 1) -> Mention:
    r"""Read an entry; `raw` is what follows `\bibitem{key}` or `\entry{`, in TeX."""
    stated = (
        _biblatex(raw) if _BIBLATEX.search(raw) else _labelled(raw) or _by_blocks(raw) or _quoted(raw) or _loose(raw)
    )
    urls = tuple(dict.fromkeys(a or b.rstrip(".)") for a, b in _URL.findall(raw) if (a or b).startswith("http")))
    text = plain_tex(raw)
    if stated.year is None and (years := YEAR.findall(text)):
        stated = replace(stated, year=int(years[-1]))
    return Mention(
        document="",
        line=line,
        title=stated.title or None,
        urls=urls,
        arxiv_id=_arxiv_id(raw, urls),
        doi=_doi(raw),
        authors=stated.authors,
        venue=stated.venue,
        year=stated.year,
    )


def _arxiv_id(raw: str, urls: tuple[str, ...]) -> str | None:
    """The entry's own id: as a field, else the first that its text marks, else one in a link."""
    for a, b in _EPRINT.findall(raw):
        if found := parse_arxiv_id(a or b):
            return found.base
    # Macros that name arXiv (`\\arXiv{...}`, `\\showeprint[arxiv]{...}`) mark an id as its name does.
    bare = _COMMAND.sub(lambda match: " arXiv " if "arxiv" in match.group().lower() else " ", raw)
    in_text = (found for found, _, _ in arxiv_ids_in_text(re.sub(r"[\s{}~\[\]]+", " ", bare)))
    in_urls = (found for url in urls if (found := arxiv_id_of_url(url)))
    first = next(in_text, None) or next(in_urls, None)
    return first.base if first else None


def _doi(raw: str) -> str | None:
    found = parse_doi(re.sub(r"\\(?=[_#%&])|\\penalty0\s?|[{}]", lambda m: " " if m.group() in "{}" else "", raw))
    return None if found is None or found.startswith("10.48550/") else found


def _biblatex(raw: str) -> Citation:
    named = ((name, end) for name, end in _macros(raw, r"\\field\{(\w+)\}\s?") if name in _FIELDS)
    fields = {name: plain_tex(_group(raw, end)) for name, end in islice(named, 2 * len(_FIELDS))}
    families = re.findall(r"family=\{((?:[^{}]|\{[^{}]*\})*)\}(.*?)(?=hash=|\}\}%|$)", _names(raw), re.DOTALL)
    authors = tuple(_biblatex_name(family, rest) for family, rest in families)
    year = YEAR.search(fields.get("year", "") or fields.get("date", ""))
    subtitle = fields.get("subtitle")
    title = fields.get("title", "") + (f": {subtitle}" if subtitle else "")
    venue = fields.get("journaltitle") or fields.get("booktitle")
    return Citation(title or None, authors, venue, int(year.group()) if year else None)


def _names(raw: str) -> str:
    """The part of a biblatex entry that names its authors."""
    start = raw.find(r"\name{author}")
    end = min(
        (i for i in (raw.find(r"\name{", start + 5), raw.find(r"\strng", start), raw.find(r"\list", start)) if i > 0),
        default=len(raw),
    )
    return raw[start:end] if start >= 0 else ""


def _biblatex_name(family: str, rest: str) -> str:
    given = re.search(r"given=\{((?:[^{}]|\{[^{}]*\})*)\}", rest)
    prefix = re.search(r"prefix=\{((?:[^{}]|\{[^{}]*\})*)\}", rest)
    parts = [given[1] if given else "", prefix[1] if prefix else "", family]
    return " ".join(plain_tex(part) for part in parts if part)


def _labelled(raw: str) -> Citation | None:
    r"""Styles that mark the title: ACM's `\showarticletitle`, REVTeX's `\bibinfo{title}`."""
    titles = [_group(raw, end) for _, end in _macros(raw, r"(\\showarticletitle)\s*")]
    titles += [
        _group(raw, end) for name, end in _macros(raw, r"\\bibinfo\s*\{\s*(title|booktitle)\s*\}\s*") if name == "title"
    ]
    if not titles and r"\bibfield" not in raw:
        return None  # REVTeX names no titles of journals' papers; others write them without a mark
    persons = [plain_tex(_group(raw, end)) for _, end in _macros(raw, r"\\bibinfo\s*\{\s*(person|author)\s*\}\s*")]
    years = [plain_tex(_group(raw, end)) for _, end in _macros(raw, r"\\bibinfo\s*\{\s*(year)\s*\}\s*")]
    authors = tuple(name.strip(" ,") for person in persons for name in re.split(r"\s+and\s+", person))
    year = YEAR.search(" ".join(years))
    venues = [_clean(_group(raw, end)) for _, end in _macros(raw, r"\\bibinfo\s*\{\s*(journal|booktitle)\s*\}\s*")]
    title = _clean(titles[0]) if titles else None
    return Citation(title, authors, next(iter(venues), None), int(year.group()) if year else None)


def _by_blocks(raw: str) -> Citation | None:
    r"""BibTeX's own styles: authors, title and the rest are parted by `\newblock`."""
    blocks = [block.strip() for block in re.split(r"\\newblock\b", raw) if block.strip()]
    if len(blocks) < 2 or _QUOTED.search(blocks[0]) or _DATED.search(blocks[0]):
        return None
    year = _YEAR_FIRST.search(plain_tex(blocks[0]))
    authors = _authors(_YEAR_FIRST.sub("", plain_tex(blocks[0])))
    title, rest = _title(blocks[1]), blocks[2:]
    if _ADDRESS.match(title) or (_NO_TITLE.match(title) and not authors) or not title:
        title, rest, authors = _title(blocks[0]), blocks[1:], ()
    venue, late_year = _venue(" ".join(rest))
    return Citation(title, authors, venue, int(year[1]) if year else late_year)


def _quoted(raw: str) -> Citation | None:
    """IEEE's style: `A. Bee and C. Dee, ``On nets,'' in Venue, 2018.`"""
    match = _QUOTED.search(raw)
    if match is None:
        return None
    before, after = plain_tex(raw[: match.start()]), raw[match.end() :]
    venue, year = _venue(after)
    return Citation(_clean(match[1]), _authors(before), venue, year)


def _loose(raw: str) -> Citation:
    """Entries written by hand: by the order of their parts, or by what stands in italics."""
    text = plain_tex(re.sub(r"\\newblock\b", " ", raw))
    match = _EMPHASISED.search(raw)
    if match:
        before = plain_tex(raw[: match.start()]).strip(" ,.:")
        inside = _clean(_group(raw, raw.index("{", match.start())).removeprefix(r"\em").removeprefix(r"\it"))
        authors = parse_authors(before)
        if authors and len(inside.split()) >= 2:
            return Citation(inside, authors, *place_and_year(plain_tex(raw[match.end() :])))
    return parse_reference(text)


def _venue(rest: str) -> tuple[str | None, int | None]:
    """The venue that stands in italics after the title, or that the text names, and the year."""
    match = _EMPHASISED.search(rest)
    name, year = place_and_year(plain_tex(rest))
    if match:
        start = rest.index("{", match.start())
        name = _clean(re.sub(r"^\\(?:em|it|sl|itshape)\b", "", _group(rest, start))) or name
    return name, year


def _authors(text: str) -> tuple[str, ...]:
    """The people before a title; they need not all look like names."""
    if found := parse_authors(text):
        return found
    parts = [part.strip(" .") for part in re.split(r"\s*(?:,|;|&)\s*(?:and\s+)?|\s+and\s+", text.strip(" .,"))]
    names = [part for part in parts if part]
    if not names or any(len(name) >= 60 for name in names):
        return ()
    return people(" and ".join(names))


def _title(block: str) -> str:
    return SERIES.sub("", _clean(block))


def _clean(fragment: str) -> str:
    text = plain_tex(fragment).strip().strip("“”\"'` ")
    return re.sub(r"[\s.,;]+$", "", text)


def _macros(raw: str, pattern: str) -> Iterator[tuple[str, int]]:
    """(first group, end) of each match of a pattern."""
    return ((match[1], match.end()) for match in re.finditer(pattern, raw))


def _group(raw: str, start: int) -> str:
    """What stands between the brace at or after `start` and its partner; all the rest when it has none."""
    begin = raw.find("{", start)
    if begin < 0 or raw[start:begin].strip():
        return raw[start : start + 300]
    depth = 0
    for match in re.finditer(r"\\.|[{}]", raw[begin : begin + _LONGEST_GROUP], re.DOTALL):
        depth += {"{": 1, "}": -1}.get(match.group(), 0)
        if depth == 0:
            return raw[begin + 1 : begin + match.start()]
    return raw[begin + 1 : begin + _LONGEST_GROUP]

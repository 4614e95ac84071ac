"""The query language: words, `"a phrase"`, `-word` and `field:value`. Any text is a query."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kg.filters import FIELDS, MOST_FILTERS, Filter, Terms, parse_years
from kg.identifiers import title_key

# Longer questions are pasted texts; beyond this the words add time, not meaning.
MOST_WORDS = 64
_TERM = re.compile(r'(?P<minus>-)?(?:(?P<field>[a-z]+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>\S+))', re.IGNORECASE)
_CURLY = str.maketrans({"\u201c": '"', "\u201d": '"', "\u201e": '"'})


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query; `notes` say what could not be understood and was searched as words."""

    terms: Terms
    filters: tuple[Filter, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What the encoder reads: the words and phrases, without operators."""
        return " ".join([*self.terms.words, *self.terms.phrases])


@dataclass(slots=True)
class _Parts:
    words: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def parse(text: str) -> Query:
    """Read a query. Never fails: what is no operator is a word."""
    text = text.replace("\0", " ").translate(_CURLY)
    parts = _Parts()
    if text.count('"') % 2:
        parts.notes.append('A quotation mark (") has no partner: searched as words.')
    for term in _TERM.finditer(text):
        _add(term, parts)
    if max(map(len, (parts.words, parts.phrases, parts.excluded))) > MOST_WORDS:
        parts.notes.append(f"The query is long: only its first {MOST_WORDS} words were searched.")
    if len(parts.filters) > MOST_FILTERS:
        parts.notes.append(f"Only the first {MOST_FILTERS} filters were used.")
    kept = (tuple(part[:MOST_WORDS]) for part in (parts.words, parts.phrases, parts.excluded))
    return Query(Terms(*kept), tuple(parts.filters[:MOST_FILTERS]), tuple(dict.fromkeys(parts.notes)))


def _add(term: re.Match[str], parts: _Parts) -> None:
    name, negated = term["field"] or "", bool(term["minus"])
    value = term["phrase"] if term["phrase"] is not None else term["word"].strip('"')
    filter_ = Filter.of(name, value, negated)
    if filter_ and _is_filter(filter_, parts.notes):
        parts.filters.append(filter_)
    elif name:
        if not filter_ and not value.startswith("//"):
            parts.notes.append(f"{name}: is no filter (there are {', '.join(FIELDS)}): searched as words.")
        _add_words(f"{name} {value}", negated, parts)
    elif term["phrase"] is not None and len(title_key(value).split()) > 1:
        (parts.excluded if negated else parts.phrases).append(value)
    else:
        if value.endswith(":") and Filter.of(value[:-1], ""):
            parts.notes.append(f"{value} has no value: searched as a word.")
        _add_words(value.removesuffix(":"), negated, parts)


def _is_filter(filter_: Filter, notes: list[str]) -> bool:
    if not filter_.value:
        notes.append(f"{filter_.field}: has no value: searched as a word.")
        return False
    if filter_.field == "year" and parse_years(filter_.value) is None:
        notes.append(f"year:{filter_.value} is no year (2019) or range (2018..2020): searched as words.")
        return False
    return True


def _add_words(value: str, negated: bool, parts: _Parts) -> None:
    words = [word for word in value.split() if title_key(word)]
    (parts.excluded if negated else parts.words).extend(words)

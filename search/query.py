"""The query language: words, `"a phrase"`, `-word` and `field:value`. Any text is a query."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from kg.filters import FIELDS, LONGEST_VALUE, MOST_FILTERS, Filter, Terms, parse_years
from kg.identifiers import title_key
from kg.text import squeezed

# Longer questions are pasted texts; beyond this the words add time, not meaning.
MOST_WORDS = 64
MOST_NOTES = 8
_SHOWN = 40  # characters of a piece that a note names
_TERM = re.compile(
    r'[(\[{]*(?P<minus>[-\u2010\u2011\u2212])?(?:(?P<field>[a-z]+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>\S+))',
    re.IGNORECASE,
)
# Full-width signs are ASCII's, typographic quotation marks and ligatures what they stand for.
_PLAIN = (
    {0xFF01 + place: 0x21 + place for place in range(94)}
    | str.maketrans(dict.fromkeys("“”„‟«»「」『』", '"'))
    | str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "\u3000": " "})
)
_NAMES = frozenset({"arxiv", "doi", "http", "https"})  # what stands before a colon in names of papers
_LETTER = re.compile(r"[^\W_]")
_NOT = re.compile(r"\S\s+NOT\s+\S")


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query; `notes` say what could not be understood and was searched as words.

    `said` is the text without its filters, as it was written.
    """

    terms: Terms
    filters: tuple[Filter, ...] = ()
    notes: tuple[str, ...] = ()
    said: str = field(default="", compare=False)

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
    notes: dict[str, None] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def note(self, sentence: str) -> None:
        self.notes[sentence] = None


def parse(text: str) -> Query:
    """Read a query. Never fails: what is no operator is a word."""
    text = squeezed(text).translate(_PLAIN)
    parts = _Parts()
    if text.count('"') % 2:
        parts.note('A quotation mark (") has no partner: searched as words.')
    if _NOT.search(text) and not text.isupper():
        parts.note("NOT is searched as a word; -word leaves a word out.")
    for term in _TERM.finditer(text):
        _add(term, parts)
    phrases, excluded = _first(parts.phrases), _first(parts.excluded)
    if len(parts.words) > MOST_WORDS or (len(phrases), len(excluded)) < (len(parts.phrases), len(parts.excluded)):
        parts.note(f"The query is long: only its first {MOST_WORDS} words were searched.")
    if len(parts.filters) > MOST_FILTERS:
        parts.note(f"Only the first {MOST_FILTERS} filters were used.")
    terms = Terms(tuple(parts.words[:MOST_WORDS]), phrases, excluded)
    return Query(terms, tuple(parts.filters[:MOST_FILTERS]), _told(parts.notes), " ".join(parts.said))


def _add(term: re.Match[str], parts: _Parts) -> None:
    negated, phrase = bool(term["minus"]), term["phrase"]
    value = phrase if phrase is not None else term["word"].strip('"')
    if term["field"] and (filter_ := _filter(term["field"], value, phrase is not None, negated, parts)):
        parts.filters.append(filter_)
        return
    parts.said.append(term.group())
    if term["field"]:
        _add_words([term["field"], *value.split()], negated, parts)
    elif phrase is not None and _LETTER.search(value):
        _add_phrase(value, negated, parts)
    else:
        _add_word(value, negated, parts)


def _filter(name: str, value: str, quoted: bool, negated: bool, parts: _Parts) -> Filter | None:
    """The filter that `name:value` is; None, with a note, for one that cannot be used."""
    found = Filter.of(name, value if quoted else value.rstrip(")]},;"), negated)
    shown = f"{name}:{_cut(value)}"
    if found is None:
        if name.lower() not in _NAMES and not value.startswith("//"):
            parts.note(f"{_cut(name)}: is no filter (there are {', '.join(FIELDS)}): {shown} was searched as words.")
    elif not found.value:
        parts.note(f"{name}: has no value: searched as a word.")
    elif len(found.value) > LONGEST_VALUE:
        parts.note(f"{shown} is longer than {LONGEST_VALUE} characters: searched as words.")
    elif found.field == "year" and parse_years(found.value) is None:
        parts.note(f"{shown} is no year (2019) or range (2018..2020): searched as words.")
    elif found.field != "year" and not _LETTER.search(found.value):
        parts.note(f"{shown} has no letter or digit: searched as a word.")
    else:
        return found
    return None


def _add_phrase(value: str, negated: bool, parts: _Parts) -> None:
    """A phrase, unless it is one word, or too long to be one."""
    count = len(title_key(value).split())
    if count > MOST_WORDS:
        parts.note(f'The phrase "{_cut(value)}" has more than {MOST_WORDS} words: searched as words.')
    if 1 < count <= MOST_WORDS:
        (parts.excluded if negated else parts.phrases).append(value)
    else:
        _add_words(value.split(), negated, parts)


def _add_word(value: str, negated: bool, parts: _Parts) -> None:
    if value.endswith(":") and Filter.of(value[:-1], ""):
        parts.note(f"{value} has no value: searched as a word.")
    _add_words([value.removesuffix(":")], negated, parts)


def _add_words(words: Iterable[str], negated: bool, parts: _Parts) -> None:
    """Those of the words that hold a letter or digit."""
    (parts.excluded if negated else parts.words).extend(word for word in words if _LETTER.search(word))


def _first(phrases: Sequence[str]) -> tuple[str, ...]:
    """The first of them, as far as they have no more words together than a query may have.

    FTS5 follows each word of a phrase through all papers that have it.
    """
    words = accumulate(max(len(title_key(phrase).split()), 1) for phrase in phrases)
    return tuple(phrase for phrase, count in zip(phrases, words, strict=True) if count <= MOST_WORDS)


def _told(notes: Iterable[str]) -> tuple[str, ...]:
    sentences = list(notes)
    more = len(sentences) - MOST_NOTES
    return (*sentences[:MOST_NOTES], *([f"{more} more pieces were searched as words."] if more > 0 else []))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"

"""Whether a paper that a service offers is the work that documents name, by which rule, and how sure that is. Pure.

A service always has a nearest thing. It is taken only when titles agree, as one of the rules here has it, and
nothing stated contradicts it: neither authors nor, where none is stated, the year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from typing import TypeVar

from kg.identifiers import title_key
from kg.links import paper_link
from kg.papers import Mention

_SHORTEST = 3  # words; a shorter title names no work
_SHORTEST_ALONE = 5  # words of a title that agrees only nearly, where no author is stated
_SPELLING = 0.8  # similarity above which two surnames are one, spelled differently (difflib's ratio)
_YEARS_APART = 3  # between a preprint and what is stated
_MISSPELT = 0.88  # similarity of a word and its misspelling
_LONG_WORD = 6  # letters; a shorter word that differs is another word
_INSERTED = 0.7  # share of a title's words that a shorter form of it must hold
_ABBREVIATED = {"nets": "networks", "net": "network", "nns": "neural networks", "dnns": "deep neural networks"}

# The file names of CVF's papers: Chenxi_Liu_Progressive_Neural_Architecture_ECCV_2018_paper.pdf
_CVF = re.compile(r"(?:cv-foundation\.org|thecvf\.com)/.*/([A-Z]\w+?)_(\w+)_[A-Z]{4,5}_(\d{4})_(?:\w+_)?paper\.\w+$")
# PMLR's: proceedings.mlr.press/v80/dai18d.html
_PMLR = re.compile(r"proceedings\.mlr\.press/v\d+/([a-z-]+?)(\d\d)[a-z]*(?:[/.]|$)")


@dataclass(frozen=True, slots=True)
class Stated:
    """What the mentions of one work state together; `beginnings` are first words of the title, each with an author."""

    titles: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    year: int | None = None
    beginnings: tuple[tuple[str, str], ...] = ()

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What to search for: words of the title in a row, and an author or an empty text."""
        return [*((title, "") for title in self.titles), *self.beginnings]


@dataclass(frozen=True, slots=True)
class Offered:
    """A paper that a service offers."""

    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an offer is taken; `confidence` is between 0 and 1."""

    rule: str
    confidence: float


_Offer = TypeVar("_Offer")


def stated(mentions: Sequence[Mention]) -> Stated:
    """What these mentions of one work state: titles as texts and addresses have them, authors, year."""
    urls = [url for mention in mentions for url in mention.urls]
    titles = [mention.title for mention in mentions if mention.title]
    titles += [link.slug_title for url in urls if (link := paper_link(url)) and link.slug_title]
    unique = {title_key(title): title for title in titles if len(title_key(title).split()) >= _SHORTEST}
    authors = next((mention.authors for mention in mentions if mention.authors), ())
    year = next((mention.year for mention in mentions if mention.year), None)
    named = next((match for url in urls if (match := _PMLR.search(url))), None)
    if named and not authors:
        authors, year = (named[1],), year or 2000 + int(named[2])
    files = [match for url in urls if (match := _CVF.search(url))]
    year = year or next((int(match[3]) for match in files), None)
    return Stated(tuple(unique.values()), authors, year, tuple(one for file in files for one in _beginnings(file)))


def best(work: Stated, offers: Iterable[tuple[_Offer, Offered]]) -> tuple[_Offer, Verdict] | None:
    """The offer that is the work; None when there is none, or two that are equally sure."""
    judged = [(offer, verdict) for offer, offered in offers if (verdict := judge(work, offered))]
    judged.sort(key=lambda one: -one[1].confidence)
    if not judged or (len(judged) > 1 and judged[1][1].confidence == judged[0][1].confidence):
        return None
    return judged[0]


def judge(work: Stated, offered: Offered) -> Verdict | None:
    """Whether the paper offered is the work, by the surest rule that holds."""
    agreed = authors_agree(work.authors, offered.authors)
    if agreed is False:
        return None
    if agreed is None and work.year and offered.year and abs(work.year - offered.year) > _YEARS_APART:
        return None
    verdicts = [verdict for title in work.titles for verdict in _by_title(work, title, offered, agreed is True)]
    verdicts += _by_beginning(work, offered)
    return max(verdicts, key=lambda verdict: verdict.confidence, default=None)


def authors_agree(said: Sequence[str], known: Sequence[str]) -> bool | None:
    """Whether an author stated is one of those known, misspellings aside; None when either side is silent."""
    if not said or not known:
        return None
    words = {word for name in known for word in title_key(name).split()}
    return any(get_close_matches(surname, words, 1, _SPELLING) for surname in surnames(said))


def surnames(names: Iterable[str]) -> list[str]:
    """The last word of each name, folded."""
    return [words[-1] for name in names if (words := title_key(name).split())]


def _by_title(work: Stated, title: str, offered: Offered, agreed: bool) -> Iterator[Verdict]:
    said, known = title_key(title).split(), title_key(offered.title).split()
    if said == known:
        yield Verdict("equal title and author" if agreed else "equal title", 0.99 if agreed else 0.95)
    elif _spelled_out(said) == _spelled_out(known) and (agreed or len(said) >= _SHORTEST_ALONE):
        yield Verdict("equal title but for abbreviations", 0.95 if agreed else 0.85)
    elif agreed and _is_misspelling(said, known):
        yield Verdict("misspelt title, equal author", 0.9)
    elif _are_all(work.authors, offered.authors, 2) and _is_main_title(said, offered.title):
        yield Verdict("title without its subtitle, all authors", 0.9)
    elif _are_among(work.authors, offered.authors, 3) and _is_shortened(said, known):
        yield Verdict("shortened title, three authors", 0.8)


def _by_beginning(work: Stated, offered: Offered) -> Iterator[Verdict]:
    first = surnames(offered.authors[:1])
    for words, author in work.beginnings:
        begins = f"{title_key(offered.title)} ".startswith(f"{title_key(words)} ")
        in_time = work.year and offered.year and 0 <= work.year - offered.year <= _YEARS_APART
        if begins and in_time and first == surnames([author]):
            yield Verdict("beginning of the title, first author and year", 0.85)


def _beginnings(file: re.Match[str]) -> Iterator[tuple[str, str]]:
    """First words of the title and first author, from a file name of CVF's, which has one or two names first."""
    words = f"{file[1]}_{file[2]}".split("_")
    for names in (1, 2):
        if len(words) >= names + _SHORTEST:
            yield " ".join(words[names:]), words[names - 1]


def _spelled_out(words: Sequence[str]) -> list[str]:
    return " ".join(_ABBREVIATED.get(word, word) for word in words).split()


def _is_misspelling(said: Sequence[str], known: Sequence[str]) -> bool:
    """Whether one long word of a title is spelled differently, and no other: `Bottelneck` for `Bottleneck`."""
    if len(said) != len(known) or len(said) < _SHORTEST_ALONE:
        return False
    differing = [(one, other) for one, other in zip(said, known, strict=True) if one != other]
    return len(differing) == 1 and _is_one_word(*differing[0])


def _is_one_word(one: str, other: str) -> bool:
    """`unsupervised` is no misspelling of `supervised`: a word keeps its first letter, and almost its length."""
    alike = SequenceMatcher(None, one, other, autojunk=False).ratio() >= _MISSPELT
    return alike and one[0] == other[0] and min(len(one), len(other)) >= _LONG_WORD and abs(len(one) - len(other)) <= 1


def _is_main_title(said: Sequence[str], title: str) -> bool:
    main, colon, _ = title.partition(":")
    return bool(colon) and len(said) >= _SHORTEST and title_key(main).split() == list(said)


def _is_shortened(said: Sequence[str], known: Sequence[str]) -> bool:
    """Whether the words are those of the title, in its order, with few left out."""
    rest = iter(known)
    return _INSERTED <= len(said) / max(len(known), 1) < 1 and all(word in rest for word in said)


def _are_all(said: Sequence[str], known: Sequence[str], least: int) -> bool:
    """Whether the authors stated, at least so many, are all of those known, by their surnames."""
    return len(said) >= least and sorted(surnames(said)) == sorted(surnames(known))


def _are_among(said: Sequence[str], known: Sequence[str], least: int) -> bool:
    """Whether the authors stated, at least so many, are those known but for one, who came with a later version."""
    return len(said) >= least and set(surnames(said)) <= set(surnames(known)) and len(known) <= len(said) + 1

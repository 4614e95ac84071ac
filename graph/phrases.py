"""Phrases of titles: runs of one to four words between stop words and signs, counted in arrays.

A word is the same in any case and number ("Kernels", "kernel"), and a compound with and without its hyphen. So that a
hundred thousand titles are counted in seconds, words are numbers, and the runs of `n` words are found from those of
`n - 1` words that are frequent enough (Agrawal and Srikant 1994).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_PART = 1 << 18  # words of titles that are held one by one
LONGEST = 4  # words of a phrase; a compound with a hyphen counts as two
_BREAK, _OF = 0, 1  # what ends a run; the one little word that may stand inside one ("mixture of experts")
_FORMULA = re.compile(r"\$[^$]{0,200}\$|\\[a-zA-Z]+")
_TOKEN = re.compile(r"[^\W_]+(?:['’]s\b)?|[^\w\s-]")
STOP_WORDS = frozenset(
    """a about across after against aka al all also am among an and any apart are as at be because been before being
    best better between beyond both but by can cannot could did do does done during each either else enable enabled
    enabling et etc even every few for from further had has have here how i ie if improve improved improves improving in
    into investigating is it its just least less let like little made make makes making many may might more most much
    must my need needs new no nor not novel now on one only onto or other our out over per please propose proposed
    rather really revisited revisiting rethinking same several shall should simple simply since so some still such than
    that the their them then there these they this those through thus to too toward towards two under understanding
    unified unifying up upon us use used useful uses using various very versus via vs was way ways we well were what
    when where whether which while who whose why will with within without work works would yet you your approach
    approaches paper papers method methods study studies case efficient effective fast towards accurate generic via
    exploring exploiting leveraging beyond good bad really introducing demystifying investigation ii iii iv hurt
    hurts help helps helping learns improves rescuing reconciling""".split()
)

Array = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Phrases:
    """The frequent phrases of some titles.

    Phrase `p` is `words[p]`, and stands at the tokens `at[first[p]:first[p + 1]]`; token `t` is of title `title[t]`,
    from sign `start[t]` to `end[t]`. `begins` and `ends` (p,): the share of its occurrences that no word comes before,
    or after, without a stop word or sign between.
    """

    words: list[tuple[str, ...]]
    first: Array
    at: Array
    begins: NDArray[np.float64]
    ends: NDArray[np.float64]
    title: Array
    start: Array
    end: Array

    def pairs(self) -> tuple[Array, Array]:
        """(title, phrase) of every occurrence, as two arrays (m,)."""
        return self.title[self.at], np.repeat(np.arange(len(self.words)), np.diff(self.first))

    def spans(self, phrase: int, most: int) -> list[tuple[int, int, int]]:
        """(title, start, end) of a phrase's first occurrences."""
        at = self.at[self.first[phrase] : self.first[phrase + 1]][:most]
        last = at + len(self.words[phrase]) - 1
        return list(zip(self.title[at].tolist(), self.start[at].tolist(), self.end[last].tolist(), strict=True))


def key_of(word: str) -> str:
    """A word without case, possessive and plural."""
    word = word.lower().removesuffix("'s").removesuffix("’s")
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "as")) else word


def phrases_of(titles: Sequence[str], least: int) -> Phrases:
    """The phrases that occur at least `least` times."""
    codes, keys, title, start, end = _tokens(titles)
    found = [_frequent(codes, codes, least)]  # of each length, (t,): which run begins at a token; 0 is none
    found[0][codes == _OF] = _OF  # in the middle of a phrase only
    for length in range(2, LONGEST + 1):
        shorter, after = found[-1], np.zeros_like(codes)
        after[:-1] = shorter[1:]
        whole = (shorter > 0) & (after > 0)
        runs = np.where(whole, shorter * (codes.max(initial=0) + 1) + _shifted(codes, length - 1), 0)
        found.append(_frequent(runs, runs, least))
    return _gathered(found, codes, keys, title, start, end)


def _tokens(titles: Sequence[str]) -> tuple[Array, list[str], Array, Array, Array]:
    """Codes (t,) of the words of all titles, a break around each; the key of each code; where each word stands."""
    codes_of: dict[str, int] = {}
    keys: dict[str, int] = {"": _BREAK, "of": _OF}
    rows: list[tuple[int, int, int, int]] = [(_BREAK, 0, 0, 0)]
    parts: list[Array] = []  # rows as arrays: of millions of titles a fortieth of what tuples take
    for number, title in enumerate(titles):
        for word, start, end in _words(title):
            code = codes_of.get(word)
            if code is None:
                code = codes_of[word] = keys.setdefault(key_of(word), len(keys))
            rows.append((code, number, start, end))
        rows.append((_BREAK, number, 0, 0))
        if len(rows) >= _PART:
            parts.append(np.array(rows, dtype=np.int64))
            rows = []
    parts.append(np.array(rows, dtype=np.int64).reshape(-1, 4))
    codes, numbers, starts, ends = np.concatenate(parts).T.copy()
    return codes, list(keys), numbers, starts, ends


def _words(title: str) -> Iterator[tuple[str, int, int]]:
    """Words and signs; "" for those that end a run: signs, numbers, and stop words but in a compound ("few-shot")."""
    plain = _FORMULA.sub(lambda found: "." * len(found.group()), title)
    for found in _TOKEN.finditer(plain):
        word, (start, end) = found.group(), found.span()
        compound = plain[end : end + 1] == "-" or plain[start - 1 : start] == "-"
        stops = not word[0].isalnum() or word.isdigit() or (not compound and word.lower() in STOP_WORDS)
        yield "" if stops else word, start, end


def _shifted(values: Array, by: int) -> Array:
    """The value that stands `by` tokens on; 0 past the end."""
    return np.concatenate([values[by:], np.zeros(min(by, len(values)), dtype=values.dtype)])


def _frequent(runs: Array, values: Array, least: int) -> Array:
    """Numbers (t,) from 1 of the values that occur `least` times; 0 for the others, and where there is no run."""
    known, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    kept = (counts >= least) & (known > 0)
    numbers = np.where(kept, np.cumsum(kept), 0)
    return np.where(runs > 0, numbers[inverse], 0)


def _gathered(found: list[Array], codes: Array, keys: list[str], title: Array, start: Array, end: Array) -> Phrases:
    words: list[tuple[str, ...]] = []
    lengths, at, begins, ends = [np.zeros(1, dtype=np.int64)], [], [], []
    for length, runs in enumerate(found, 1):
        last = _shifted(codes, length - 1)
        places = np.flatnonzero((runs > 0) & (codes != _OF) & (last != _OF))
        places = places[np.argsort(runs[places], kind="stable")]
        _, firsts, counts = np.unique(runs[places], return_index=True, return_counts=True)
        words += [tuple(keys[code] for code in codes[p : p + length]) for p in places[firsts]]
        at.append(places)
        lengths.append(counts)
        if len(places):
            begins.append(np.add.reduceat(codes[places - 1] == _BREAK, firsts, dtype=np.int64) / counts)
            ends.append(np.add.reduceat(_shifted(codes, length)[places] == _BREAK, firsts, dtype=np.int64) / counts)
    none = [np.zeros(0)]
    return Phrases(
        words,
        np.cumsum(np.concatenate(lengths)),
        np.concatenate(at),
        np.concatenate(begins or none),
        np.concatenate(ends or none),
        title,
        start,
        end,
    )

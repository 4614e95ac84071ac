"""Names of topics, in words that a person would use: class-based tf-idf over the phrases of titles.

A phrase's score for a group of papers is that of BERTopic (Grootendorst 2022): the share of the group's papers that
have it, times log(1 + A / f), with `f` the number of all papers that have it and `A` the mean number of phrases of a
group. Only phrases of titles are counted: authors chose them to say what a paper is about. Abstracts show which words
have capitals where not every word has.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from graph.phrases import Phrases, key_of, phrases_of
from kg.identifiers import title_key

_TRIED = 40  # best phrases of a group that a name is made from
_COVERED = 0.3  # share of a group's papers that one phrase must name to stand alone
_SECOND = 0.06  # and that a second one must name to stand beside it
_PART_OF = 0.6  # a phrase that stands in a longer one this often is no name of its own
_WHOLE = 0.25  # share of a phrase's occurrences that must begin, and end, where a run of words does
_BY_LENGTH = (1.0, 1.6, 1.8, 1.8)  # what readers see more in than the formula does: phrases of several words
_UNFIT = 0.05  # of what is vague, or stands mostly inside longer runs of words: better than no name
_LONGEST_NAME = 70
_STEM = 4  # letters that two words must share to be alike
_PLURAL = 0.25  # share of a phrase's occurrences that must be plural for the name to be
_SPELLINGS = 200  # occurrences that vote on how a phrase is written
_MOST = 20_000  # titles that vote on how a word is written
_FEW = 3000  # titles among which a phrase that occurs twice is worth counting
# Words of which alone nobody knows what they are about, and those with which no phrase ends.
_VAGUE = frozenset(
    """adaptation agent algorithm analysis answer application architecture attention behavior benchmark bias bound
    challenge class classification comparison complexity computation computing control convergence data dataset deep
    depth design detection device dimension distribution domain dynamic environment error estimation evaluation
    event evidence example experiment feature field framework function generalization generation gradient graph
    human image impact inference information input interaction knowledge label language layer learner learning limit
    loss machine map matrix measure memory model modeling network neural noise number object optimization output
    parameter pattern performance perspective policy prediction problem process property question rate recognition
    representation research response result review role rule sample search sequence set signal similarity simulation
    solution space state strategy structure survey system task technique test text theory time tool training user
    video weight word world local global random linear hierarchical sparse dynamic deep robust fair discrete joint
    self cross multi semi non pre low high large small long short hidden natural real free general""".split()
)
# What nearly every paper of the field is about, alone or together.
_FIELD = frozenset(
    """algorithm analysis approach artificial data deep framework intelligence large learning machine method model
    network neural performance problem research study system task technique training""".split()
)
_NEVER_LAST = frozenset(
    """aware based deep driven free high low large small multi non order pre self semi cross neural end level
    inspired guided scale""".split()
)
_NEVER_FIRST = frozenset("based aware driven free guided learning inspired".split())
_WORD = re.compile(r"[^\W_]+")

Groups = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A phrase that may name a group: its words, its score, the share of the group's papers that have it."""

    phrase: int
    words: tuple[str, ...]
    score: float
    share: float


def names_of(groups: Groups, titles: Sequence[str], texts: Sequence[str], taken: Iterable[str] = ()) -> list[str]:
    """A name for each group of papers, given by their places in `titles`; no two are alike, and none is `taken`.

    The larger is named first. `texts` (some abstracts) show how words are written. A group whose titles have nothing in
    common that names it has no name: it is "".
    """
    phrases = phrases_of(titles, 2 if len(titles) < _FEW else 4)
    write = _speller(phrases, titles, texts)
    used = {_key(name) for name in taken}
    rows = _candidates(phrases, groups, len(titles))
    found = [""] * len(groups)
    for group in sorted(range(len(groups)), key=lambda g: (-len(groups[g]), g)):
        offers = (name for name in _names(rows[group], write) if name and _key(name) not in used)
        found[group] = next(offers, "")
        used.add(_key(found[group]))
    return found


def _candidates(phrases: Phrases, groups: Groups, titles: int) -> list[list[_Candidate]]:
    """The phrases that may name each group, best first."""
    title, phrase = phrases.pairs()
    held = sparse.csr_matrix((np.ones(len(title)), (title, phrase)), shape=(titles, len(phrases.words)))
    held.data[:] = 1.0  # a title that says it twice counts once
    sizes = [len(members) for members in groups]
    rows, columns = np.repeat(np.arange(len(groups)), sizes), np.array(list(chain(*groups)), dtype=np.int64)
    within = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(groups), titles))
    counts = (within @ held).tocsr()
    everywhere = np.maximum(np.asarray(held.sum(axis=0)).ravel(), 1.0)
    weights = np.log1p(counts.sum() / max(len(groups), 1) / everywhere) * _fitness(phrases)
    return [_best(phrases, weights, counts[group], size) for group, size in enumerate(sizes)]


def _best(phrases: Phrases, weights: NDArray[np.float64], row: sparse.csr_matrix, size: int) -> list[_Candidate]:
    """The best phrases of a group, less those that mostly stand in a longer one."""
    scores = row.data / max(size, 1) * weights[row.indices]
    scores[row.data < min(2, size)] = 0.0
    order = np.lexsort((row.indices, -scores))[:_TRIED]
    common = np.lexsort((row.indices, -row.data))[: 4 * _TRIED]
    counts = {phrases.words[row.indices[at]]: float(row.data[at]) for at in (*common.tolist(), *order.tolist())}
    tried = [(int(row.indices[at]), float(scores[at])) for at in order.tolist() if scores[at] > 0]
    found = [_Candidate(p, phrases.words[p], score, counts[phrases.words[p]] / size) for p, score in tried]
    return [candidate for candidate in found if not _is_part(candidate.words, counts)]


def _is_part(words: tuple[str, ...], counts: Mapping[tuple[str, ...], float]) -> bool:
    return any(
        len(longer) == len(words) + 1 and words in (longer[1:], longer[:-1]) and n >= _PART_OF * counts[words]
        for longer, n in counts.items()
    )


def _fitness(phrases: Phrases) -> NDArray[np.float64]:
    """(p,) how fit each phrase is as a name: little what is vague or no whole, best several words."""
    whole = (phrases.begins >= _WHOLE) & (phrases.ends >= _WHOLE)
    fit = [
        _BY_LENGTH[len(w) - 1] * _can_stand(w) if _says_something(w) else _UNFIT * _can_stand(w) for w in phrases.words
    ]
    return np.array(fit) * np.where(whole, 1.0, _UNFIT)


def _can_stand(words: tuple[str, ...]) -> bool:
    return words[-1] not in _NEVER_LAST and words[0] not in _NEVER_FIRST and all(len(word) > 1 for word in words)


def _says_something(words: tuple[str, ...]) -> bool:
    return not _FIELD.issuperset(words) and (len(words) > 1 or words[0] not in _VAGUE)


def _names(best: Sequence[_Candidate], write: Callable[[int], str]) -> Iterator[str]:
    """Names that the phrases make, best first: one that covers the group, else two that have no word in common."""
    for number, first in enumerate(best):
        if first.share >= _COVERED:
            yield _sentence([write(first.phrase)])
        others = [other for other in best[number + 1 :] if not _alike(first.words, other.words)][:3]
        for second in others:
            if second.score >= first.score / 3 and second.share >= _SECOND:
                yield _sentence([write(first.phrase), write(second.phrase)])
        yield _sentence([write(first.phrase)])


def _alike(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether two phrases say the same in part: "spiking" and "spike", "adversarial network" and "AN"."""
    tails = [words[start:] for words in (some, others) for start in range(len(words) - 1)]
    initials = {"".join(word[0] for word in tail) for tail in tails}
    same_stem = any(word[:_STEM] == other[:_STEM] for word in some for other in others)
    return same_stem or not initials.isdisjoint((*some, *others))


def _key(name: str) -> str:
    """What two names that a reader would confuse have in common: their words in any order."""
    return " ".join(sorted(title_key(name).split()))


def _sentence(phrases: Sequence[str]) -> str:
    """The phrases as one name, none if it is too long; with a capital, unless its first word has one ("mRNA")."""
    name = " and ".join(phrases)
    if len(name) > _LONGEST_NAME:
        return ""
    first = _WORD.search(name)
    inner = first is not None and any(letter.isupper() for letter in first.group())
    return name if inner else name[:1].upper() + name[1:]


def _speller(phrases: Phrases, titles: Sequence[str], texts: Sequence[str]) -> Callable[[int], str]:
    """Writes a phrase as most titles do, and its words with capitals where running text has them."""
    in_text, in_titles = _forms(texts), _forms(titles[:: len(titles) // _MOST + 1])

    def write(phrase: int) -> str:
        found = Counter(titles[title][start:end].casefold() for title, start, end in phrases.spans(phrase, _SPELLINGS))
        plural = Counter({form: n for form, n in found.items() if key_of(form) != form.removesuffix("'s")})
        if plural.total() < _PLURAL * found.total():
            plural = found - plural
        usual = max(plural, key=lambda form: (plural[form], form))
        return " ".join(_WORD.sub(lambda word: _cased(word.group(), in_text, in_titles), usual).split())

    return write


def _forms(texts: Iterable[str]) -> dict[str, Counter[str]]:
    """How often each word, by its key, is written in which case."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for word, times in Counter(chain.from_iterable(map(_WORD.findall, texts))).items():
        found[key_of(word)][word] += times
    return found


def _cased(word: str, in_text: Mapping[str, Counter[str]], in_titles: Mapping[str, Counter[str]]) -> str:
    """A word of running text as it stands there; else small if some titles write it so, for many capitalise all."""
    for forms, least in ((in_text.get(key_of(word)), 0.25), (in_titles.get(key_of(word)), 0.1)):
        if forms:
            small = sum(n for form, n in forms.items() if form.islower())
            same = {form: n for form, n in forms.items() if form.casefold() == word}
            return word if small >= least * forms.total() or not same else max(same, key=lambda f: (same[f], f))
    return word

"""Who wrote with whom, as evidence that two names are one person's. Pure.

A shared co-author is the evidence that disambiguation leans on first (Torvik and Smalheiser 2009, "Author name
disambiguation in MEDLINE"; Strotmann and Zhao 2012): it says the more, the rarer the co-author's name is, and has to
say the more, the more people the name in question fits.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import fsum

from graph.names import Name, agree

Block = tuple[str, str]  # family name and first initial: all who can be one person by "first-initial blocking"
Paper = int

MOST_AUTHORS = 30  # of a paper whose co-authors say anything: of hundreds, some are namesakes
SAME_NAME = 10.0  # an equal full name of a co-author says as much as an initial in a block a tenth as large
ENOUGH = 0.2  # one equal full name of fifty in its block, or one initial that fits five people
FITTING = 50  # people whom a name fits, for whom a co-author whom nobody else resembles is needed
SMALL_BLOCK = 3  # so few share surname and initial that most of a name's papers, not all, need a tie
SPECIFIC = 0.05  # of all papers, at most, are in a category that says anything
MANY = 20_000  # people, from whom on the rarity of a name in the library is one in the world
RARE_FAMILY = 10  # people of one family name in so large a library


@dataclass(slots=True)
class Person:
    """One spelling of a name with its papers; `number` is its place among all of them."""

    number: int
    id: str
    name: Name | None
    spellings: Counter[str] = field(default_factory=Counter)
    papers: list[Paper] = field(default_factory=list)

    def note(self, printed: str, paper: Paper) -> None:
        """Add a paper that prints the name so."""
        self.spellings[printed] += 1
        if self.papers[-1:] != [paper]:
            self.papers.append(paper)

    @property
    def block(self) -> Block | None:
        """Surname and first initial."""
        return (self.name.family, self.name.given[0].text[0]) if self.name else None


class Evidence:
    """The authors of every paper, and how common their names are."""

    def __init__(
        self, people: Sequence[Person], authors: Sequence[Sequence[int]], categories: Sequence[Sequence[str]]
    ) -> None:
        """`authors` and `categories` are those of each paper, authors as numbers of `people`."""
        self._authors, self._categories = authors, categories
        self._names = [person.name for person in people]
        self._blocks = [person.block for person in people]
        written = {(block, name) for block, name in zip(self._blocks, self._names, strict=True) if block}
        self.sizes = Counter(block for block, _ in written)
        self._families = Counter(family for (family, _), _ in written)
        counts = Counter(category for listed in categories for category in set(listed))
        self._specific = {category for category, n in counts.items() if n <= SPECIFIC * len(categories)}
        self._large = len(people) >= MANY

    def tied(self, papers: Sequence[Paper], others: Sequence[Paper], block: Block, fitting: int) -> bool:
        """Whether co-authors tie a name's papers to another's, one of `fitting` whom the name fits.

        A name is a heap of papers, perhaps of several people. So each has to be tied to a paper of the other name, or
        to one that is; where hardly anybody else has such a name, half of them.
        """
        need = max(ENOUGH, fitting / FITTING)
        known: dict[Block, set[int]] = defaultdict(set)
        for paper in others:
            self._add(known, paper, block)
        waiting, before = list(papers), 0
        while len(waiting) != before:
            before = len(waiting)
            tied = [paper for paper in waiting if self._weight(paper, known, block) >= need]
            for paper in tied:
                self._add(known, paper, block)
            waiting = [paper for paper in waiting if paper not in tied]
        allowed = len(papers) // 2 if self.sizes[block] <= SMALL_BLOCK else 0
        return len(waiting) <= min(allowed, len(papers) - 1)

    def rare(self, papers: Sequence[Paper], others: Sequence[Paper], block: Block) -> bool:
        """Whether hardly anybody has that family name, only these two the initial, and they write on one subject.

        Each of a name's papers has to share a category with some of the other's that few papers have. In a small
        library nothing is said: every name is rare there.
        """
        if not self._large or self.sizes[block] > 2 or self._families[block[0]] > RARE_FAMILY:
            return False
        subjects = {category for paper in others for category in self._categories[paper]} & self._specific
        return all(subjects.intersection(self._categories[paper]) for paper in papers)

    def _coauthors(self, paper: Paper, block: Block) -> list[tuple[int, Block]]:
        authors = self._authors[paper]
        if len(authors) > MOST_AUTHORS:
            return []
        return [(one, found) for one in authors if (found := self._blocks[one]) and found != block]

    def _add(self, known: dict[Block, set[int]], paper: Paper, block: Block) -> None:
        for one, found in self._coauthors(paper, block):
            known[found].add(one)

    def _weight(self, paper: Paper, known: dict[Block, set[int]], block: Block) -> float:
        best: dict[Block, float] = {}
        for one, found in self._coauthors(paper, block):
            for other in known.get(found, ()):
                best[found] = max(best.get(found, 0.0), self._likeness(one, other, found))
        return fsum(best.values())

    def _likeness(self, one: int, other: int, block: Block) -> float:
        name, another = self._names[one], self._names[other]
        if name is None or another is None or not agree(name, another):
            return 0.0
        same = name == another and name.full
        return min(1.0, (SAME_NAME if same else 1.0) / self.sizes[block])

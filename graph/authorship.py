"""Which printed names are one person's: joined with care, and never on a bare surname. Pure.

The rules, surest first; each looks at what those before it have joined:

`spelling`   The same name but for accents and signs that are written in two ways (ü and ue, ø and o, ß and ss), case,
             dots, hyphens or spaces between words, and order with a comma (García, José): these are ways to write
             one name, and say nothing of who bears it.
`joined-up`  Xiao-Ming or Xiao Ming and Xiaoming: mostly one person, but in Chinese and Korean often two.
`middle`     A middle name that one leaves out: David Bee and David A. Bee.
`initials`   An initial for the first name: J. M. García and José M. García, or J. García. Most such names are one
             person's (Milojević 2013, "Accuracy of simple, initials-based methods for author name disambiguation":
             97 % by first initial in one field), but the rest are the common ones, which are the ones looked up.

All but the first need evidence (`graph.evidence`): the more people a name fits, the more, and where it is found for
several, nothing is joined. What forbids it always: given names or middle initials that differ; a suffix that differs
(Jr. and III); one paper that both names are on. These are asked of all names of a group, so that J. Bee never makes
John and Jane one person; where names that would be joined contradict one another, none of them is. Nicknames, and
names turned round without a comma (Wang Wei, Wei Wang), are never joined; nor are collaborations and bare surnames.

The names of one slug stay one person, even if two have it: nothing here tells namesakes apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from sys import intern

from graph.evidence import Evidence, Person
from graph.names import Name, agree, key, parse, run_together, spelling, spelt_out, spoken

Group = tuple[int, ...]  # numbers of people joined so far


@dataclass(frozen=True, slots=True)
class Authors:
    """Who wrote: printed name -> author's id, id -> name to be shown, id before joining -> rule that joined it."""

    ids: Mapping[str, str]
    names: Mapping[str, str]
    rules: Mapping[str, str]


def joined(papers: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Authors:
    """The authors of papers, each (printed names, categories); the order of papers makes no difference."""
    people, authors, categories = _gathered(papers)
    state = _Joining(people, _namesakes(authors))
    state.join("spelling", _spelt_alike(people))
    state.settle_names()
    evidence = Evidence(people, authors, categories)
    for rule in _RULES:
        state.apply(rule, evidence)
    return state.result()


def _gathered(
    papers: Iterable[tuple[Sequence[str], Sequence[str]]],
) -> tuple[list[Person], list[list[int]], list[Sequence[str]]]:
    """Everyone by the slug of their name, the authors of each paper as numbers of these, and its categories."""
    by_id: dict[str, Person] = {}
    of_name: dict[str, Person] = {}
    authors: list[list[int]] = []
    categories: list[Sequence[str]] = []
    for paper, (names, listed) in enumerate(papers):
        for printed in names:
            if printed not in of_name:
                id_ = key(spoken(printed))
                of_name[printed] = by_id.setdefault(id_, Person(len(by_id), id_, None))
            of_name[printed].note(printed, paper)
        authors.append([of_name[printed].number for printed in names])
        categories.append(tuple(map(intern, listed)))
    for person in by_id.values():
        person.name = _read(person.spellings)
    return list(by_id.values()), authors, categories


def _read(spellings: Counter[str]) -> Name | None:
    """The name that spellings of one slug print: hyphens tell most of where given and family names end."""
    if len(spellings) == 1:
        return parse(spoken(next(iter(spellings))))
    best = max(spellings, key=lambda printed: (printed.count("-"), spellings[printed], printed))
    return parse(spoken(best))


def _namesakes(authors: Iterable[Sequence[int]]) -> set[int]:
    """People who are on one paper twice: two of one name, of whom nothing is joined."""
    return {one for listed in authors if len(set(listed)) < len(listed) for one, n in Counter(listed).items() if n > 1}


def _spelt_alike(people: Sequence[Person]) -> list[tuple[int, int]]:
    alike: dict[str, list[int]] = defaultdict(list)
    for person in people:
        if person.name:
            alike[spelling(person.name)].append(person.number)
    links = [(numbers[0], number) for numbers in alike.values() for number in numbers[1:]]
    for person in people:
        accented = {shown for printed in person.spellings if not (shown := spoken(printed)).isascii()}
        for out in filter(None, map(spelt_out, accented)):
            name = parse(out)
            links += [(person.number, number) for number in alike.get(spelling(name), ())] if name else []
    return links


def _joined_up(one: Name, other: Name) -> bool:
    return one.fullness < other.fullness and run_together(one) == run_together(other)


def _middle(one: Name, other: Name) -> bool:
    return one.fullness < other.fullness and agree(one, other)


def _initials(one: Name, other: Name) -> bool:
    """An initial for a first name; what more it tells is initials: H. Francis Song is no Han Song."""
    more = one.given[len(other.given) :]
    return not one.full and one.fullness < other.fullness and agree(one, other) and all(p.initial for p in more)


@dataclass(frozen=True, slots=True)
class _Rule:
    """`among` names those that are compared; `fits` tells whether the first of two names may be the second."""

    among: Callable[[Name], object]
    fits: Callable[[Name, Name], bool]


_RULES = {
    "joined-up": _Rule(run_together, _joined_up),
    "middle": _Rule(lambda name: (name.family, name.given[0].text) if name.full else None, _middle),
    "initials": _Rule(lambda name: (name.family, name.given[0].text[0]), _initials),
}


class _Joining:
    """Groups of people as they grow."""

    def __init__(self, people: Sequence[Person], namesakes: set[int]) -> None:
        self._people, self._namesakes = people, namesakes
        self._groups: list[Group] = [(person.number,) for person in people]  # the group of each
        self._rules: dict[str, str] = {}

    def join(self, rule: str, links: Iterable[tuple[int, int]]) -> set[int]:
        """Join what links hold together, where nothing in it contradicts; who is in a group that grew."""
        grown: set[int] = set()
        for numbers in _components((self._groups[one], self._groups[other]) for one, other in links):
            parts = {self._groups[number] for number in numbers}
            if len(parts) > 1 and (rule == "spelling" or self._agreed(numbers)) and self._apart(numbers):
                self._rules |= {self._people[part[0]].id: rule for part in parts if len(part) == 1}
                grown.update(numbers)
                for number in numbers:
                    self._groups[number] = numbers
        return grown

    def settle_names(self) -> None:
        """Give all spellings of one name the same parts, those with `u` for `ü`, so that they compare as one."""
        for group in set(self._groups):
            names = [name for number in group if (name := self._people[number].name)]
            if len(names) > 1:
                plain = min(names, key=lambda name: (len(spelling(name)), name))
                for number in group:
                    self._people[number].name = plain

    def apply(self, rule: str, evidence: Evidence) -> None:
        """Join by a rule until nothing is left: what fitted two names may fit only one once these are joined."""
        compared: dict[object, list[int]] = defaultdict(list)
        for person in self._people:
            if person.name and (among := _RULES[rule].among(person.name)) is not None:
                compared[among].append(person.number)
        crowds = [numbers for numbers in compared.values() if len(numbers) > 1]
        while crowds:
            links = [link for numbers in crowds for link in self._links(numbers, _RULES[rule].fits, evidence)]
            grown = self.join(rule, links)
            crowds = [numbers for numbers in crowds if not grown.isdisjoint(numbers)]

    def _links(
        self, numbers: Sequence[int], fits: Callable[[Name, Name], bool], evidence: Evidence
    ) -> list[tuple[int, int]]:
        """Who is joined to whom: each to the only one of those fitting for whom there is evidence."""
        fullest = {group: self._fullest(group) for group in {self._groups[number] for number in numbers}}
        links = []
        for group, name in fullest.items():
            fitting = [
                other
                for other, fuller in fullest.items()
                if fits(name, fuller) and self._agreed(group + other) and self._apart(group + other)
            ]
            if (found := self._proved(group, fitting, evidence)) is not None:
                links.append((group[0], found[0]))
        return links

    def _proved(self, group: Group, fitting: Sequence[Group], evidence: Evidence) -> Group | None:
        """The only one of several fitting groups that evidence says is this one."""
        block = self._people[group[0]].block
        if not fitting or block is None:
            return None
        papers = {one: self._papers(one) for one in (group, *fitting)}
        tied = [one for one in fitting if evidence.tied(papers[group], papers[one], block, len(fitting))]
        if not tied and len(fitting) == 1 and evidence.rare(papers[group], papers[fitting[0]], block):
            tied = list(fitting)
        return tied[0] if len(tied) == 1 else None

    def _fullest(self, group: Group) -> Name:
        return max((name for number in group if (name := self._people[number].name)), key=lambda n: (n.fullness, n))

    def _papers(self, group: Group) -> list[int]:
        return sorted(paper for number in group for paper in self._people[number].papers)

    def _agreed(self, numbers: Group) -> bool:
        """Whether no two of their names contradict."""
        names = {name for number in numbers if (name := self._people[number].name)}
        return all(agree(a, b) or run_together(a) == run_together(b) for a, b in combinations(names, 2))

    def _apart(self, numbers: Group) -> bool:
        """Whether no paper is by two of them."""
        papers = self._papers(numbers)
        return len(set(papers)) == len(papers) and self._namesakes.isdisjoint(numbers)

    def result(self) -> Authors:
        """The authors that the groups are."""
        ids: dict[str, str] = {}
        names: dict[str, str] = {}
        for group in set(self._groups):
            spellings = Counter[str]()
            for number in group:
                spellings.update(self._people[number].spellings)
            shown = shown_name(spellings)
            names[key(shown)] = shown
            ids |= dict.fromkeys(spellings, key(shown))
        rules = {id_: rule for id_, rule in self._rules.items() if id_ not in names}
        return Authors(ids, names, rules)


def shown_name(spellings: Mapping[str, int]) -> str:
    """Of a person's spellings the one to show: with given names, used by most, with accents."""
    if len(spellings) == 1:
        return spoken(next(iter(spellings)))
    counts = Counter[str]()
    written = Counter[str]()
    for printed, n in spellings.items():
        counts[key(spoken(printed))] += n
        written[spoken(printed)] += n
    return max(written, key=lambda name: (_has_given(name), counts[key(name)], not name.isascii(), written[name], name))


def _has_given(name: str) -> bool:
    parsed = parse(name)
    return parsed is not None and any(not part.initial for part in parsed.given)


def _components(links: Iterable[tuple[Group, Group]]) -> list[Group]:
    """Members of all groups that links hold together, in order."""
    together: dict[int, set[int]] = {}
    for one, other in links:
        joint = together.get(one[0], set(one)) | together.get(other[0], set(other))
        together |= dict.fromkeys(joint, joint)
    return sorted({tuple(sorted(numbers)) for numbers in together.values()})

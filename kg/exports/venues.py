"""What a DOI tells of where a paper was published: most publishers put a code of the journal or meeting into theirs.

Only codes that stand for one journal or meeting are known here; of others nothing is said. Ids of the ACL Anthology:
https://aclanthology.org/info/ids/.

The year in a journal's DOI is that in which the publisher took the paper in hand (IEEE, Elsevier, Springer, Nature,
Taylor & Francis, Royal Society). The volume may be of the next: of 121 such DOIs in answers of Crossref, OpenAlex and
Semantic Scholar 86 name the year of publication, 34 the one before it, and one is of a reprint. That is nearer than
arXiv's year, but it is no month. The year in those of the Institute of Mathematical Statistics (`10.1214/13-AOS1140`)
is that of submission: it is not taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from kg.exports import codes
from kg.exports.records import Publication

_IEEE = re.compile(r"10\.1109/([a-z]+)\.((?:19|20)\d\d)\.\d+")
_ELSEVIER = re.compile(r"10\.1016/j\.([a-z]+)\.((?:19|20)\d\d)\.\d")
_SPRINGER = re.compile(r"10\.1007/s(\d{5})-0(\d\d)-\d")
# Behind the code of a journal: Taylor & Francis and the Royal Society `2018.0083`, Nature `017-00839-3`.
_YEAR_BEHIND = re.compile(r"((?:19|20)\d\d)\.\d|0(\d\d)-\d")
_PHYSICAL_REVIEW = re.compile(r"10\.1103/([a-z]+)\.(\d+)\.(\d+)")
_STATISTICS = re.compile(r"10\.(?:1214|3150)/\d\d-([a-z]+)\d")
_ACL_OLD = re.compile(r"10\.18653/v1/([pdnesk])(\d\d)-([1-9])\d{3}")
_ACL = re.compile(r"10\.18653/v1/(20\d\d)\.(findings-)?([a-z]+?)(?:-(?:main|long|short|1))?\.\d+")
_IJCAI = re.compile(r"10\.24963/ijcai\.(20\d\d)/\d+")
_INTERSPEECH = re.compile(r"10\.21437/interspeech\.(20\d\d)-\d+")
_AAAI = re.compile(r"10\.1609/aaai\.v(\d\d)i(\d\d?)\.\d+")
_EPTCS = re.compile(r"10\.4204/eptcs\.(\d+)\.\d+")
# Letter of the Anthology's old ids -> meeting, and those of its volumes that are the meeting's own papers.
_ACL_LETTERS = {"p": ("acl", "12"), "d": ("emnlp", "1"), "n": ("naacl", "1"), "e": ("eacl", "12"), "k": ("conll", "1")}
_NEW_ACL = frozenset({"acl", "coling", "conll", "eacl", "emnlp", "naacl", "semeval"})


def of_doi(doi: str) -> Publication | None:
    """Where the paper of a DOI was published; None where that cannot be told."""
    doi = doi.lower()
    return _by_code(doi) or _of_meeting(doi) or _acl(doi) or _by_prefix(doi)


def _by_code(doi: str) -> Publication | None:
    """Journals (and IEEE's meetings) of publishers whose DOIs have one code each."""
    if found := _IEEE.fullmatch(doi):
        meeting = codes.IEEE_MEETINGS.get(found[1])
        return _meeting(meeting, found[2]) if meeting else _article(codes.IEEE_JOURNALS, found[1], found[2])
    if found := _PHYSICAL_REVIEW.fullmatch(doi):
        known = _article(codes.PHYSICAL_REVIEW, found[1])
        return known and replace(known, volume=found[2], pages=found[3])
    if found := _ELSEVIER.match(doi):
        return _article(codes.ELSEVIER, found[1], found[2])
    if found := _SPRINGER.match(doi):
        return _article(codes.SPRINGER, found[1], f"20{found[2]}")
    if found := _STATISTICS.match(doi):
        return _article(codes.STATISTICS, found[1])
    return None


def _of_meeting(doi: str) -> Publication | None:
    if found := _IJCAI.fullmatch(doi):
        return _meeting("International Joint Conference on Artificial Intelligence (IJCAI)", found[1])
    if found := _INTERSPEECH.fullmatch(doi):
        return _meeting("Interspeech", found[1])
    if found := _AAAI.fullmatch(doi):
        volume, number = int(found[1]), int(found[2])
        known = _meeting("Proceedings of the AAAI Conference on Artificial Intelligence", str(1986 + volume))
        return replace(known, volume=str(volume), number=str(number))
    if found := _EPTCS.fullmatch(doi):
        return Publication("article", "Electronic Proceedings in Theoretical Computer Science", found[1])
    return None


def _acl(doi: str) -> Publication | None:
    """The meeting that an id of the ACL Anthology names, if the paper is one of the meeting's own."""
    if (found := _ACL_OLD.fullmatch(doi)) and found[1] in _ACL_LETTERS:
        name, volumes = _ACL_LETTERS[found[1]]
        return _meeting(codes.ACL_MEETINGS[name], f"20{found[2]}") if found[3] in volumes else None
    if (found := _ACL.fullmatch(doi)) and found[3] in _NEW_ACL:
        if found[2]:
            return _meeting(f"Findings of the Association for Computational Linguistics: {found[3].upper()}", found[1])
        return _meeting(codes.ACL_MEETINGS[found[3]], found[1])
    return None


def _by_prefix(doi: str) -> Publication | None:
    """Other journals; a code that ends in a letter is one only in front of a digit (`nature14539`, no `naturejobs`)."""
    for beginning, name in codes.OTHERS.items():
        behind = doi.removeprefix(beginning)
        if behind != doi and (behind[:1].isdigit() or not beginning[-1].isalpha()):
            found = _YEAR_BEHIND.match(behind)
            return Publication("article", name, year=found and (found[1] or f"20{found[2]}"))
    return None


def _article(table: Mapping[str, str], code: str, year: str | None = None) -> Publication | None:
    name = table.get(code)
    return Publication("article", name, year=year) if name else None


def _meeting(name: str, year: str) -> Publication:
    return Publication("conference", name, year=year)

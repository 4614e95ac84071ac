"""A citation in the making, and what the text of its links is worth. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from ingest.blocks import Link
from kg.identifiers import arxiv_ids_in_text, title_key
from kg.links import PaperLink
from kg.papers import Mention
from kg.text import squeezed

# Words that stand for "the link to the paper" and say nothing of which paper it is.
_GENERIC = frozenset(
    """paper papers pdf arxiv abs abstract link links html here preprint publication article full text
    fulltext doi openreview supp supplement supplementary supplemental appendix page version springer acm
    ieee pmlr neurips nips icml iclr cvpr iccv eccv acl ps postscript local download read original thecvf
    cvf url web bib bibtex eprint biorxiv journal proceedings official project free""".split()
)
_BESIDE = frozenset("code slides video videos github talk poster blog website demo data dataset and or".split())
LABEL = re.compile(
    r"^(?:materials?|papers?|links?|resources?|source|pdf|arxiv|available at|see(?: also)?|cf|url|"
    r"download|read|full text|preprint)\W*$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:[\w-]{1,40}\.){1,4}[a-z]{2,6}/\S{0,200}$")
_LONGEST_REMARK = 4000  # characters; a blog post's section is not a remark
JOINTS = " -–—−:;,.|·•→"


@dataclass(slots=True)
class Entry:
    """A mention in the making: its links, and what stands around them."""

    block: int
    section: tuple[str, ...]
    line: int
    links: list[PaperLink]
    title: str | None = None
    link_text: str | None = None
    authors: tuple[str, ...] = ()
    venue: str | None = None
    year: int | None = None
    remarks: list[str] = field(default_factory=list)

    def remark(self) -> str | None:
        """All that is said of it, each thing once."""
        said = " · ".join(dict.fromkeys(remark.strip() for remark in self.remarks if remark.strip()))
        return said[:_LONGEST_REMARK] or None

    def mention(self, document: str) -> Mention:
        """The record of it."""
        return Mention(
            document=document,
            line=self.line,
            section=self.section,
            title=self.title,
            link_text=plain(self.link_text) if self.link_text else None,
            urls=tuple(dict.fromkeys(link.url for link in self.links)),
            arxiv_id=next((link.arxiv_id for link in self.links if link.arxiv_id), None),
            doi=next((link.doi for link in self.links if link.doi), None),
            authors=self.authors,
            venue=self.venue,
            year=self.year,
            remark=self.remark(),
        )


def is_generic(link: Link) -> bool:
    """Whether the text of a link only says that it is a link: `[pdf]`, a bare URL, an id."""
    text = plain(link.text)
    return link.text == link.url or "://" in text or _ADDRESS.match(text) is not None or _is_label(text)


@lru_cache(maxsize=512)
def _is_label(text: str) -> bool:
    return all(word in _GENERIC or word.isdigit() for word in title_key(text).split()) or _is_id(text)


def says_nothing(before: str) -> bool:
    """Whether the text before a link is no name of anything: `Materials:`."""
    text = plain(before).strip(JOINTS + "([{*_")
    return not title_key(text) or LABEL.match(text) is not None or only_labels(text)


@lru_cache(maxsize=512)
def only_labels(text: str) -> bool:
    """Whether a text is made of names of links only: `pdf, code`."""
    return len(text) < 200 and all(word in _GENERIC or word in _BESIDE for word in title_key(text).split())


def plain(text: str) -> str:
    """Text on one line, without the brackets around it."""
    return squeezed(text).strip("[]")


def _is_id(text: str) -> bool:
    return any(end - start >= len(text) - 2 for _, start, end in arxiv_ids_in_text(text))


def continues(entry: Entry, before: str, link: Link, paper: PaperLink) -> bool:
    """Whether one more link belongs to the entry before it on the same line."""
    if any(paper.key == known.key for known in entry.links):
        return True
    if not is_generic(link) or other_arxiv(entry, paper):
        return False
    if link.text == link.url and not (entry.title or entry.link_text):
        return False  # addresses, one after the other
    return len(title_key(before).split()) < 4


def other_arxiv(entry: Entry, paper: PaperLink) -> bool:
    """Whether a paper on arXiv is another than the one that an entry links."""
    ids = {link.arxiv_id for link in entry.links if link.arxiv_id}
    return paper.arxiv_id is not None and bool(ids) and paper.arxiv_id not in ids


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """Entries that name one work twice at one place are one."""
    kept: dict[tuple[int, str], Entry] = {}
    for entry in entries:
        key = entry.links[0].key if entry.links else title_key(entry.title or "")
        first = kept.setdefault((entry.block, key), entry)
        if first is not entry:
            first.links.extend(entry.links)
            first.remarks.extend(entry.remarks)
    return list(kept.values())

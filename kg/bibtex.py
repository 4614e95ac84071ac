"""Papers as BibTeX, written by bibtexparser."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import count, product
from string import ascii_lowercase

from kg.identifiers import title_key
from kg.papers import Paper

_SPECIAL = str.maketrans({c: f"\\{c}" for c in "&%#_"})
_DROPPED = frozenset("a an the on of in for to and with is are do does how why what".split())


def to_bibtex(papers: Iterable[Paper]) -> str:
    """One entry for each paper, each with a key of its own: first author, year, first word of the title."""
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field
    from bibtexparser.writer import BibtexFormat

    library, taken = Library(), set[str]()
    for paper in papers:
        key = _free(_key(paper), taken)
        fields = [Field(name, "{" + value + "}") for name, value in _fields(paper).items() if value]
        library.add(Entry("article" if paper.journal_ref else "misc", key, fields))
    style = BibtexFormat()  # type: ignore[no-untyped-call]
    style.indent, style.block_separator = "  ", "\n"
    return write_string(library, unparse_stack=[], bibtex_format=style)


def _fields(paper: Paper) -> dict[str, str | None]:
    published = (paper.published or "").split("-")
    return {
        "title": "{" + _text(paper.name) + "}",
        "author": " and ".join(_text(author.name) for author in paper.authors),
        "year": published[0],
        "month": published[1].lstrip("0") if len(published) > 1 else None,
        "journal": paper.journal_ref and _text(paper.journal_ref),
        "eprint": paper.arxiv_id,
        "archivePrefix": "arXiv" if paper.arxiv_id else None,
        "primaryClass": paper.categories[0] if paper.arxiv_id and paper.categories else None,
        "doi": paper.doi,
        "url": paper.url,
    }


def _text(text: str) -> str:
    """Text with TeX's special characters escaped, but its maths left as it is."""
    if not _balanced(text):
        text = text.replace("{", "").replace("}", "")
    if text.count("$") % 2:
        text = text.replace("$", r"\$")
    text = text.rstrip("\\")  # it would escape the brace that ends the field
    parts = re.split(r"(\$[^$]*\$)", text)
    return "".join(p if i % 2 else p.translate(_SPECIAL) for i, p in enumerate(parts)).replace("$$", "")


def _balanced(text: str) -> bool:
    """Whether every brace has its partner, in order: one that has not would end the field."""
    depth = 0
    for sign in re.findall(r"[{}]", text):
        depth += 1 if sign == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _key(paper: Paper) -> str:
    surname = title_key(paper.authors[0].name).split()[-1] if paper.authors else "anon"
    words = [word for word in title_key(paper.name).split() if word not in _DROPPED]
    key = f"{surname}{(paper.published or '')[:4]}{words[0] if words else ''}"
    return re.sub(r"[^a-z0-9]", "", key) or "paper"


def _free(key: str, taken: set[str]) -> str:
    """The key, with a, b, ... aa, ab, ... after it where it is taken."""
    suffixes = ("".join(letters) for n in count(1) for letters in product(ascii_lowercase, repeat=n))
    free = key
    while free in taken:
        free = key + next(suffixes)
    taken.add(free)
    return free

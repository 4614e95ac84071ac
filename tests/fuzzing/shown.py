"""What is shown and exported: TeX on pages, journal references, and bibliographies that others read again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from ingest.readers.bibliography import parse_bibtex, parse_ris
from kg.exports import FORMATS
from kg.exports.publication import issued, publication
from kg.exports.references import read_journal_ref
from kg.papers import Author, Paper
from kg.text import squeezed
from kg.titles import title_words
from tests.examples import PAPERS
from tests.fuzzing.invariants import storable, typed
from tests.fuzzing.targets import Target, text_of, words
from tests.test_publication import READ
from tests.test_tex import HOSTILE, PIECES, assert_safe
from webapp.tex import hits, plain, prose
from webapp.tex.mathml import mathml
from webapp.tex.signs import clean

_JOURNALS = words(
    "Phys.␣Rev. D 71 :104017 ,2005 (2015) 436-444 pp. vol.␣3 no.␣2 ICML␣2019 PMLR␣97: Proc. Conference␣on In: Lecture␣Notes ; Erratum: to␣appear",
    "IEEE Trans. J. Nature 119, November Pages 74--84 - – . Article␣No. e12 doi:10.1/x ISSN [cs] { } Part␣A Suppl. 1/2 '19 Issue",
)
_FIELDS = words(
    r'{ } " \\ $ % # & _ ^ ~ @ , = \textbf{ \" {\" and et␣al. , Jr. { \{ \} $x$ {$ null 10.1000/x 2018-06-20 <b> ER␣␣-␤ ␤ TY␣␣-'
)
_PAPERS = tuple(
    json.dumps(
        {
            name: paper.get(name)
            for name in ("title", "authors", "abstract", "doi", "journal_ref", "published", "comment")
        }
    ).encode()
    for paper in PAPERS
)


def _tex(data: bytes) -> object:
    text = text_of(data)
    shown = [show(text) for show in (prose, hits)]
    for html in shown:
        storable(str(html))
        assert_safe(html)
    bare = plain(text)
    storable(bare)
    assert "\u202e" not in bare
    return shown, bare


def _maths(data: bytes) -> object:
    html = mathml(clean(text_of(data)), False)
    if html is not None:
        assert_safe(html)
    return html


def _journals(data: bytes) -> object:
    found = read_journal_ref(text_of(data))
    storable(typed(found))
    return found


def _exports(data: bytes) -> object:
    papers = _papers_of(data)
    if not papers:
        return None
    texts = {name: format_.write(papers) for name, format_ in FORMATS.items()}
    storable(texts)
    for paper in papers:
        issued(paper, publication(paper))
    for name, check in _CHECKS.items():
        check(texts[name], papers)
    return texts


def _papers_of(data: bytes) -> list[Paper]:
    """Papers as the store holds them: squeezed text, a title, a year that is one."""
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError):
        raw = {"title": text_of(data), "authors": text_of(data).split("\n"), "journal_ref": text_of(data)}
    rows = raw if isinstance(raw, list) else [raw]
    return [paper for number, row in enumerate(rows[:3]) if isinstance(row, dict) and (paper := _paper(number, row))]


def _paper(number: int, row: dict[str, Any]) -> Paper | None:
    def text(name: str) -> str | None:
        return squeezed(value) or None if isinstance(value := row.get(name), str) else None

    if not (title := text("title")):
        return None
    given = row.get("authors")
    names = [squeezed(name) for name in given if isinstance(name, str)] if isinstance(given, list) else []
    authors = tuple(Author(f"a{place}", name) for place, name in enumerate(names[:20]) if name)
    return Paper(
        f"1806.0757{number}",
        f"1806.0757{number}",
        text("doi"),
        title,
        text("abstract"),
        authors,
        published="2018-06-20" if row.get("published") else None,
        comment=text("comment"),
        journal_ref=text("journal_ref"),
        url=f"https://arxiv.org/abs/1806.0757{number}",
    )


def _bibtex(text: str, papers: list[Paper]) -> None:
    read = parse_bibtex(text).entries
    assert [entry.arxiv_id for entry in read] == [paper.arxiv_id for paper in papers], (
        "not the papers that were written"
    )


def _ris(text: str, papers: list[Paper]) -> None:
    read = parse_ris(text).entries
    assert len(read) == len(papers), "not the papers that were written"
    for entry, paper in zip(read, papers, strict=True):
        assert title_words(entry.title or "") == title_words(paper.title or ""), f"{entry.title!r} for {paper.title!r}"


def _csl(text: str, papers: list[Paper]) -> None:
    assert len(json.loads(text)) == len(papers)


def _csv(text: str, papers: list[Paper]) -> None:
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["id"] for row in rows] == [paper.id for paper in papers]


def _jsonl(text: str, papers: list[Paper]) -> None:
    assert [json.loads(line)["title"] for line in text.splitlines()] == [paper.title for paper in papers]


_CHECKS: dict[str, Callable[[str, list[Paper]], None]] = {
    "bibtex": _bibtex,
    "ris": _ris,
    "csl-json": _csl,
    "csv": _csv,
    "jsonl": _jsonl,
}
_TEX = (*PIECES.encode().split(), *(source.encode() for source in HOSTILE if len(source) < 60), b" ", b"\n")
_TEX_SEEDS = (
    rb"On $\frac{a_1}{\sqrt{b}}$ and \emph{wide} nets -- ``so'' G\"odel \begin{align}a&=b\\c&=d\end{align} [[hit]]",
    rb"$x^{2}$ \(y\) {\it z}",
)

TARGETS = [
    Target("tex", _tex, _TEX_SEEDS, _TEX, (), 40),
    Target(
        "maths",
        _maths,
        (rb"\frac{a_1}{\sqrt{b}}+\sum_{i=1}^n\left(x\right)", rb"\mathbb{R}^d \to \hat{y}"),
        _TEX,
        (),
        30,
    ),
    Target("journals", _journals, tuple(text.encode() for text in READ), _JOURNALS, (), 70),
    # A sign of a title may become 27 of BibTeX, and all of it is read back.
    Target("exports", _exports, _PAPERS, _FIELDS, (), 8, tree=True, longest=8 << 10),
]

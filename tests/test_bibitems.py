r"""Entries of LaTeX bibliographies: the forms in which styles write them, with works that are made up."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from ingest.bibitems import parse_bibitem
from ingest.readers.latex import parse_bbl
from kg.identifiers import title_key

PLAIN = r"""Ann Bee, Carl~P Dee, and J{\"o}rg K{\"u}gel. \newblock On wide {N}ets at work. \newblock"""
BIBLATEX = r"""bee2019}{article}{}
  \name{author}{2}{}{%
    {{hash=a1}{family={Bee}, familyi={B\bibinitperiod}, given={Ann\bibnamedelima C}, giveni={A\bibinitperiod}}}%
    {{hash=b2}{family={Dee}, familyi={D\bibinitperiod}, given={Carl}, giveni={C\bibinitperiod}, prefix={van}}}%
  }
  \strng{namehash}{a1b2}
  \field{journaltitle}{Journal of Nets}
  \field{title}{On wide nets at work}
  \field{subtitle}{A study}
  \field{year}{2019}
  \verb{eprint}
  \verb 1901.00001
  \endverb
"""


@pytest.mark.parametrize(
    ("tail", "arxiv_id"),
    [
        (r"\emph{arXiv preprint arXiv:1901.00001}, 2019.", "1901.00001"),
        (r"\emph{arXiv preprintarXiv:1901.00001}, 2019.", "1901.00001"),
        (r"\emph{arXiv preprint}, 1901.00001, 2019.", "1901.00001"),
        (r"\emph{arXiv}, 1901.00001, 2019.", "1901.00001"),
        (r"{\em arXiv,1901.00001}, 2019.", "1901.00001"),
        (r"{\em arXiv preprint arXiv: Arxiv-1901.00001}, 2019.", "1901.00001"),
        (r"\newblock arXiv Report 1901.00001, 2019.", "1901.00001"),
        (r"\emph{CoRR}, abs/1901.00001, 2019.", "1901.00001"),
        (r"\emph{CoRR:1901.00001}, 2019.", "1901.00001"),
        (r"{\em CoRR}, cs.LG/0408007, 2004.", "cs/0408007"),
        (r"\bibinfo{journal}{\emph{CoRR}} \bibinfo{volume}{abs/1901.00001} (\bibinfo{year}{2019}).", "1901.00001"),
        (r"\showeprint[arxiv]{1901.00001}~[cs.LG]", "1901.00001"),
        (r"{\em \arXiv{1901.00001}}, 2019.", "1901.00001"),
        (r"\newblock \farXiv{1901.00001}.", "1901.00001"),
        (r"2019. \eprint{arXiv:1901.00001v2}", "1901.00001"),
        (r"\newblock \doi{10.48550/ARXIV.1901.00001}.", "1901.00001"),
        (r"\newblock URL \url{https://arxiv.org/abs/1901.00001v3}.", "1901.00001"),
        (r"\newblock Nature. \_eprint: 1901.00001.", "1901.00001"),
        (r"\emph{arXiv:1901.00001}. \newblock See also \url{https://arxiv.org/abs/1902.00002}.", "1901.00001"),
        (r"\newblock \emph{ArXiv}, hep-ph/0006269, 2000.", "hep-ph/0006269"),
        (r"\newblock In \emph{Proc.\ of ICML}, pages 1811.1--1811.9, 2019. \doi{10.1000/1901.00001}.", None),
    ],
)
def test_the_forms_of_an_arxiv_id(tail: str, arxiv_id: str | None) -> None:
    found = parse_bibitem(f"{PLAIN} {tail}")
    assert (found.title, found.arxiv_id) == ("On wide Nets at work", arxiv_id)
    assert found.authors == ("Ann Bee", "Carl P Dee", "Jörg Kügel")


@pytest.mark.parametrize(
    ("raw", "title", "authors", "year"),
    [
        (PLAIN + r" In {\em NeurIPS}, 2018.", "On wide Nets at work", ("Ann Bee", "Carl P Dee", "Jörg Kügel"), 2018),
        (
            r"Bee, A.~C., Dee, C., and Fox, E. (2017a). \newblock Deep nets? {A} view. \newblock {\em JMLR}, 1(2):3--4.",
            "Deep nets? A view",
            ("A. C. Bee", "C. Dee", "E. Fox"),
            2017,
        ),
        (
            r"Bee, Ann and Dee, Carl. \newblock \href {https://arxiv.org/abs/1901.00001} {On deep nets}. 2019.",
            "On deep nets",
            ("Ann Bee", "Carl Dee"),
            2019,
        ),
        (
            r"A.~Bee and C.~Dee, ``On deep nets,'' in \emph{Proc. IEEE CVPR}, 2016, pp. 1--9.",
            "On deep nets",
            ("A. Bee", "C. Dee"),
            2016,
        ),
        (
            r"\bibinfo{person}{Ann Bee} {and} \bibinfo{person}{Carl Dee}. \bibinfo{year}{2015}\natexlab{}. "
            r"\newblock \showarticletitle{On deep nets}. In \bibinfo{booktitle}{\emph{KDD}}.",
            "On deep nets",
            ("Ann Bee", "Carl Dee"),
            2015,
        ),
        (
            r"Bee, A., Dee, C.: On deep nets. In: European Conference on Nets, pp. 1--9 (2014)",
            "On deep nets",
            ("A. Bee", "C. Dee"),
            2014,
        ),
        (
            r"Bee A, Dee C (2013) On deep nets at work. \newblock \emph{Journal of Nets}, 1:2--3.",
            "On deep nets at work",
            ("Bee A", "Dee C"),
            2013,
        ),
        (
            r"Ann Bee and Carl Dee. \newblock {\em The book of nets}, volume~2 of {\em Series on Things}. 2012.",
            "The book of nets",
            ("Ann Bee", "Carl Dee"),
            2012,
        ),
        (r"Netbench: a benchmark. \newblock \url{https://example.org/bench}, 2020.", "Netbench: a benchmark", (), 2020),
        (BIBLATEX, "On wide nets at work: A study", ("Ann C Bee", "Carl van Dee"), 2019),
    ],
)
def test_the_forms_of_styles(raw: str, title: str, authors: tuple[str, ...], year: int) -> None:
    found = parse_bibitem(raw)
    assert (found.title, found.authors, found.year) == (title, authors, year)


def test_an_entry_that_is_cut_short_has_no_title_that_is_none() -> None:
    assert parse_bibitem(BIBLATEX[: BIBLATEX.index(r"\field{journaltitle}")]).title is None


def test_a_bbl_file_is_read_entry_by_entry() -> None:
    text = "\\begin{thebibliography}{9}\n\n\\bibitem[Bee(2018)]{bee}\n" + PLAIN + " NeurIPS, 2018.\n\n"
    text += "% \\bibitem{no} Not this one\n\\bibitem{dee} Carl Dee. \\newblock Deep nets at rest. 2019.\n\\end{thebibliography}\n"
    first, second = parse_bbl(text).entries
    assert (first.line, first.title) == (3, "On wide Nets at work")
    assert (second.line, second.title, second.year) == (7, "Deep nets at rest", 2019)
    (modern,) = parse_bbl("\\entry{" + BIBLATEX + "\\endentry\n").entries
    assert (modern.arxiv_id, modern.venue) == ("1901.00001", "Journal of Nets")


@pytest.mark.slow
def test_bibliographies_of_real_papers(shared: Path) -> None:
    """Of the entries whose id is in what was kept of them (`raw` is cut at 700 characters), 99 in 100 give it."""
    with gzip.open(shared / "data" / "citations" / "bibliographies.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [row for number, line in enumerate(file) if number % 8 == 0 and (row := json.loads(line))["cited_arxiv"]]
    explicit = [row for row in rows if row["match"] == "arxiv-id" and row["cited_arxiv"].split("/")[-1] in row["raw"]]
    found = [parse_bibitem(row["raw"]).arxiv_id for row in explicit]
    right = [_same(a, row["cited_arxiv"]) for a, row in zip(found, explicit, strict=True)]
    assert len(right) > 700
    assert sum(right) / len(right) >= 0.99
    named = [row for row in rows if row["match"] == "title" and r"\name{" not in row["raw"]]
    titles = [parse_bibitem(row["raw"]).title for row in named]
    assert sum(len(title_key(title or "").split()) >= 2 for title in titles) / len(titles) >= 0.98


def _same(found: str | None, expected: str) -> bool:
    archive, slash, number = expected.partition("/")
    return found == (f"{archive.partition('.')[0]}/{number}" if slash else expected)

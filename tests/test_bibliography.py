"""BibTeX and RIS files."""

import pytest

from ingest.readers import parse_document
from kg.errors import DocumentError

BIBTEX = r"""% my library
@string{icml = "International Conference on Machine Learning"}
@comment{jabref-meta: groups}

@inproceedings{bee2018,
  title     = {The {K}ernel View of {Very} Wide Networks: $m \to \infty$},
  author    = {Bee, Ann and van Dee, Carl and {The Net Team} and others},
  booktitle = icml,
  year      = 2018,
  url       = {http://proceedings.mlr.press/v80/bee18a.html},
  annote    = {Read this one first.}
}
@article{fox2019,
  title={On G{\"o}del's nets}, author="Fox, Eve", journal={arXiv preprint arXiv:1901.00001}, year={2019}
}
@misc{dee2020, title={Broken entry, author={Nobody}
@misc{dee2021, title={Nets at rest}, author={Dee, Carl}, eprint={2101.00002v3}, archivePrefix={arXiv}, doi={10.1000/X.1}}
@online{eve2022, title={Nets in motion}, author={Eve Fox}, date={2022-03-01}, eprinttype={hal}, eprint={2201.00003}}
@article{corr, title={Nets in print}, journal={CoRR}, volume={abs/2001.00004}, year={2020}}
"""
RIS = """TY  - JOUR
TI  - The Kernel View of Very Wide Networks
AU  - Bee, Ann
AU  - van Dee, Carl
JO  - Journal of Nets
PY  - 2018/01/02
DO  - 10.1000/x.1
UR  - https://arxiv.org/abs/1806.07572
N1  - Read this one first.
ER  -

TY  - CONF
T1  - Nets at rest
A1  - Fox, Eve
Y1  - 2020
T2  - ICML
ER  -
"""


def test_the_entries_of_a_bib_file() -> None:
    mentions = {mention.title: mention for mention in parse_document("my.bib", BIBTEX.encode()).entries}
    first = mentions[r"The Kernel View of Very Wide Networks: $m \to \infty$"]
    assert first.line == 5
    assert first.authors == ("Ann Bee", "Carl van Dee", "The Net Team")
    assert (first.venue, first.year) == ("International Conference on Machine Learning", 2018)
    assert (first.urls, first.remark) == (("http://proceedings.mlr.press/v80/bee18a.html",), "Read this one first.")
    assert mentions["On Gödel's nets"].arxiv_id == "1901.00001"
    rest = mentions["Nets at rest"]
    assert (rest.arxiv_id, rest.doi) == ("2101.00002", "10.1000/x.1")
    assert (mentions["Nets in motion"].arxiv_id, mentions["Nets in motion"].year) == (None, 2022)
    assert mentions["Nets in print"].arxiv_id == "2001.00004"


def test_the_records_of_a_ris_file() -> None:
    first, second = parse_document("my.ris", RIS.encode()).entries
    assert (first.line, first.title, first.arxiv_id) == (1, "The Kernel View of Very Wide Networks", "1806.07572")
    assert (first.authors, first.venue, first.year) == (("Ann Bee", "Carl van Dee"), "Journal of Nets", 2018)
    assert (first.doi, first.remark) == ("10.1000/x.1", "Read this one first.")
    assert (second.line, second.title, second.authors, second.year) == (12, "Nets at rest", ("Eve Fox",), 2020)


@pytest.mark.parametrize("name", ["my.bib", "my.ris", "my.bbl"])
def test_a_file_without_entries_says_so(name: str) -> None:
    with pytest.raises(DocumentError, match="holds no"):
        parse_document(name, b"nothing of the kind\n")

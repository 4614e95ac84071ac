"""Which links point to papers, and to which."""

import time

import pytest

from kg.links import paper_link


@pytest.mark.parametrize(
    ("urls", "key"),
    [
        (
            (
                "http://proceedings.mlr.press/v80/chen18j.html",
                "https://proceedings.mlr.press/v80/chen18j/chen18j.pdf",
                "http://proceedings.mlr.press/v80/chen18j/chen18j-supp.pdf",
            ),
            "pmlr:v80/chen18j",
        ),
        (
            ("https://openreview.net/forum?id=ry_WPG-A-", "https://openreview.net/pdf?id=ry_WPG-A-"),
            "openreview:ry_WPG-A-",
        ),
        (
            (
                "http://papers.nips.cc/paper/5486-identifying-and-attacking",
                "https://papers.nips.cc/paper/5486-identifying-and-attacking.pdf",
            ),
            "nips:5486",
        ),
        (
            (
                "https://proceedings.neurips.cc/paper/2020/hash/98b17f068d5d9b7668e19fb8ae470841-Abstract.html",
                "https://proceedings.neurips.cc/paper/2020/file/98b17f068d5d9b7668e19fb8ae470841-Paper.pdf",
            ),
            "nips:98b17f068d5d9b7668e19fb8ae470841",
        ),
        (
            (
                "https://arxiv.org/abs/1806.07572v2",
                "http://arxiv.org/pdf/1806.07572.pdf",
                "https://huggingface.co/papers/1806.07572",
            ),
            "arxiv:1806.07572",
        ),
        (
            (
                "https://openaccess.thecvf.com/content/CVPR2021/html/Gao_Word_of_CVPR_2021_paper.html",
                "https://openaccess.thecvf.com/content/CVPR2021/papers/Gao_Word_of_CVPR_2021_paper.pdf",
            ),
            "cvf:gao_word_of_cvpr_2021",
        ),
        (
            (
                "https://link.springer.com/chapter/10.1007/978-3-319-46493-0_39",
                "https://doi.org/10.1007/978-3-319-46493-0_39",
            ),
            "doi:10.1007/978-3-319-46493-0_39",
        ),
        (
            ("https://www.frontiersin.org/articles/10.3389/fncom.2017.00024/full",),
            "doi:10.3389/fncom.2017.00024",
        ),
        (("https://ieeexplore.ieee.org/document/7348689/",), "ieee:7348689"),
        (
            (
                "http://jmlr.org/papers/volume19/18-188/18-188.pdf",
                "https://www.jmlr.org/papers/v19/18-188.html",
            ),
            "jmlr:19/18-188",
        ),
        (
            ("http://home.org/~ann//pubs/deep.pdf", "https://home.org/~ann/pubs/deep.pdf"),
            "url:home.org/~ann/pubs/deep.pdf",
        ),
    ],
)
def test_all_addresses_of_a_paper_have_one_key(urls: tuple[str, ...], key: str) -> None:
    for url in urls:
        link = paper_link(url)
        assert link is not None, url
        assert link.key == key


def test_ids_and_titles_in_addresses() -> None:
    arxiv = paper_link("https://arxiv.org/pdf/1806.07572v2.pdf", "pdf")
    assert arxiv is not None
    assert arxiv.arxiv_id == "1806.07572"
    slug = paper_link("http://papers.nips.cc/paper/7188-svcca-singular-vector-analysis")
    assert slug is not None
    assert slug.slug_title == "svcca singular vector analysis"


@pytest.mark.parametrize(
    "url",
    [
        "http://openaccess.thecvf.com/content/" + "A_CVPR_2000" * 2000,
        "http://www.cv-foundation.org/" + "A_CVPR_2000/" * 2000,
        "http://jstor.org/stable/" + "a/" * 20000,
        "http://jmlr.org/papers/" + "volume1/" * 20000,
        "http://aclweb.org/anthology/papers/" + "a/" * 20000,
        "http://doi.org/10.1234/" + ")" * 50000,
    ],
)
def test_no_address_takes_long(url: str) -> None:
    start = time.perf_counter()
    for end in (1900, len(url)):
        paper_link(url[:end])
    assert time.perf_counter() - start < 0.5


def test_a_host_is_not_another_that_ends_like_it() -> None:
    assert paper_link("https://www.xerox.com/ann.pdf") is not None
    assert paper_link("https://notjmlr.org/papers/v19/18-188.html") is None


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("https://github.com/google/neural-tangents", "code"),
        ("https://github.com/x/y/blob/main/paper.pdf", "paper"),
        ("https://www.youtube.com/watch?v=RB78vRUO6X8", "video"),
        ("https://en.wikipedia.org/wiki/Kernel_method", "kernels"),
        ("https://docs.google.com/spreadsheets/u/1/d/e/x/pubhtml", "list"),
        ("https://example.org/talks/ann_slides.pdf", "ann"),
        ("https://example.org/ann.pdf", "slides"),
        ("../../papers/local.pdf", "slides"),
        ("#contents", "Contents"),
        ("https://scholar.google.com/citations?user=x", "Ann Bee"),
        ("mailto:ann@example.org", "mail"),
        ("https://arxiv.org/list/cs.LG/recent", "new papers"),
        ("https://openreview.net/group?id=ICLR.cc/2022", "ICLR"),
        ("https://[bad", "x"),
        ("https://example.org/a%00b.pdf", "x"),
        ("https://openreview.net/forum?id=a%00b", "x"),
    ],
)
def test_other_links_are_no_papers(url: str, label: str) -> None:
    assert paper_link(url, label) is None

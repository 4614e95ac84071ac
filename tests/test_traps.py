"""The traps that real reading lists set, one test each, in texts of our own.

The numbers are those of the list of traps that was drawn up when five real lists were read line by line.
"""

from __future__ import annotations

import pytest

from ingest.identity import names_of
from ingest.mentions import find_mentions
from ingest.readers.markdown import parse_markdown
from ingest.readers.plain import parse_plain
from kg.links import paper_link
from kg.papers import Mention

A, B, C = (f"https://arxiv.org/abs/{number}" for number in ("1806.07572", "1811.03962", "1903.11111"))


def found(markdown: str) -> list[Mention]:
    return find_mentions("list.md", parse_markdown(markdown))


def one(markdown: str) -> Mention:
    (mention,) = found(markdown)
    return mention


def written(text: str) -> list[Mention]:
    return find_mentions("slides.txt", parse_plain(text))


# -- ids and addresses -----------------------------------------------------------------------------------------------


def test_01_a_doi_that_holds_what_looks_like_an_id() -> None:
    mention = one("- [equilibria](https://www.frontiersin.org/articles/10.3389/fncom.2017.00099/full)\n")
    assert (mention.arxiv_id, mention.doi) == (None, "10.3389/fncom.2017.00099")


def test_02_a_link_to_another_paper_than_its_text_says() -> None:
    mention = one(f"Better kernels were made ([Enhanced Kernels]({B})).")
    assert (mention.arxiv_id, mention.title, mention.link_text) == ("1811.03962", None, "Enhanced Kernels")


@pytest.mark.parametrize("form", ["abs/1806.07572", "pdf/1806.07572", "pdf/1806.07572.pdf", "abs/1806.07572v2"])
def test_03_forms_of_one_id(form: str) -> None:
    assert one(f"- [nets](https://arxiv.org/{form})\n").arxiv_id == "1806.07572"


def test_04_a_version_of_something_else() -> None:
    mention = one("- [deep or shallow](http://cbmm.mit.edu/sites/default/files/publications/CBMM-Memo-058v5.pdf)\n")
    assert mention.arxiv_id is None
    assert mention.urls[0].endswith("058v5.pdf")


@pytest.mark.parametrize("id_", ["ry_ABC-D-", "Abcde79-123-"])
def test_05_openreview_ids_that_end_in_a_hyphen(id_: str) -> None:
    first, second = (
        one(f"- Nets at Rest and in Motion. [[paper]](https://openreview.net/{page}?id={id_})\n")
        for page in ("forum", "pdf")
    )
    assert first.urls == (f"https://openreview.net/forum?id={id_}",)
    assert names_of(first)[0] == names_of(second)[0]


@pytest.mark.parametrize(
    "url",
    [
        "http://papers.nips.cc/paper/1234-nets-at-rest.pdfs",
        "http://citeseerx.ist.psu.edu/viewdoc/download?doi=10.1.1.1.1234&rep=rep1&type=pdf",
        "http://cbmm.mit.edu/files//nets.pdf",
        "https://www.nature.com/articles/s41586-019-0001-1#Sec3",
        "https://ieeexplore.ieee.org/document/1234567/",
    ],
)
def test_06_broken_addresses_are_kept_whole(url: str) -> None:
    assert one(f"- [a paper of nets at work]({url})\n").urls == (url,)


def test_06_http_and_https_are_one_page() -> None:
    first, second = (paper_link(f"{scheme}://proceedings.mlr.press/v80/bee18a.html") for scheme in ("http", "https"))
    assert first is not None
    assert second is not None
    assert first.key == second.key


def test_07_local_files_bare_addresses_and_mail() -> None:
    text = (
        "- [slides](../../papers/nets_slides.pdf), [notes](/papers/nets.html), <u>example.org/x</u>, mail ann@x.org\n"
    )
    assert found(text) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://papers.nips.cc/paper/1234-nets-at-rest",
        "http://jmlr.org/papers/v18/17-001.html",
        "http://openaccess.thecvf.com/content_cvpr_2018/papers/Bee_Nets_CVPR_2018_paper.pdf",
        "http://proceedings.mlr.press/v99/bee19a.html",
        "https://proceedings.icml.cc/static/paper_files/icml/2020/1234-Paper.pdf",
        "https://openreview.net/forum?id=abcDEF123",
        "https://www.biorxiv.org/content/10.1101/123456v1",
        "https://link.springer.com/article/10.1007/s00365-000-0001-1",
        "https://pdfs.semanticscholar.org/1234/5678.pdf",
        "https://projecteuclid.org/euclid.aos/1234567890",
        "http://www.cs.example.edu/~bee/papers/nets.pdf",
    ],
)
def test_08_papers_at_hosts_other_than_arxiv(url: str) -> None:
    assert one(f"- [nets at rest and at work]({url})\n").arxiv_id is None


def test_08_the_title_in_an_address() -> None:
    assert one("- [svcca](https://papers.nips.cc/paper/7188-nets-at-rest-and-at-work)\n").title == (
        "nets at rest and at work"
    )


def test_09_page_pdf_and_supplement_are_one_work() -> None:
    base = "http://proceedings.mlr.press/v80/bee18a"
    mention = one(
        f"### 1. [Nets at Rest]({base}.html)\nMaterials: [pdf]({base}/bee18a-supp.pdf), [supp]({base}/x.pdf)\n"
    )
    assert len(mention.urls) == 3


# -- the text of a link is not a title -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["gd paper", "bee 2018", "Ann Bee", "followup", "rvw"])
def test_10_nicknames_are_no_titles(text: str) -> None:
    mention = one(f"- [{text}]({A})\n")
    assert (mention.title, mention.link_text) == (None, text)


def test_11_authors_and_years_in_the_link_and_after_it() -> None:
    first, second = found(
        f"- [analytic theory of nets (bee 19)]({A})\n- [how nets look in space]({B}) (bee...dee 2019)\n"
    )
    assert (first.authors, first.year) == (("bee",), 2019)
    assert (second.authors, second.year) == (("bee", "dee"), 2019)


def test_12_tabs_emphasis_line_ends_and_two_links_on_a_line() -> None:
    text = f"- [wide\tnets]({A}): small ([_deep_ nets]({B}))…\n- **Theorem by [Bee et. al,\n  *'18*]({C}):** yes\n"
    first, second, third = found(text)
    assert (first.link_text, second.link_text) == ("wide nets", "deep nets")
    assert (third.link_text, third.year) == ("Bee et. al, '18", 2018)


def test_13_one_entry_twice_is_one_work_mentioned_twice() -> None:
    first, second = found(f"- [wide nets (bee 19)]({A})\n- other\n- [wide nets (bee 19)]({A})\n")
    assert (first.line, second.line) == (1, 3)
    assert names_of(first) == names_of(second)


# -- not papers ------------------------------------------------------------------------------------------------------


def test_14_front_matter_tables_of_contents_liquid_and_badges() -> None:
    text = (
        "---\ntitle: Nets at Rest\n---\n# List [![Awesome](https://x.org/badge.svg)](https://github.com/a/awesome)\n"
        "[TOC]\n- [The Kernel View of Very Wide Networks](#kernel-view)\n"
        '{% include image.html url="https://arxiv.org/abs/1806.07572" %}\n'
    )
    assert found(text) == []
    assert parse_markdown(text).title == "Nets at Rest"


def test_15_comments_of_html() -> None:
    assert found(f"<!-- [hidden]({A})\n\n [more]({B}) --->\n\ntext <!-- [inline]({C}) --> text\n") == []


@pytest.mark.parametrize(
    "link",
    [
        "[talk](http://www.ipam.ucla.edu/programs/?tab=schedule)",
        "[video](https://www.youtube.com/watch?v=abc)",
        "[slides](https://example.org/slides.pdf)",
        "[course](https://stats385.github.io/)",
        "[wiki](https://en.wikipedia.org/wiki/Kernel)",
        "[blog](https://offconvex.github.io/2019/10/03/NTK/)",
        "[news](https://www.quantamagazine.org/nets-2019/)",
        "[home](https://cs.example.edu/~bee/)",
        "[Ann Bee](https://scholar.google.com/citations?user=x)",
        "[demo](https://colab.research.google.com/drive/x)",
    ],
)
def test_16_talks_courses_blogs_and_people(link: str) -> None:
    assert found(f"- {link}\n") == []


def test_17_one_repository_for_two_papers_does_not_make_them_one() -> None:
    code = "[[code]](https://github.com/google/neural-tangents/tree/main)"
    first, second = found(f"- Nets at Rest Here. [[paper]]({A}) {code}\n- Nets at Work Here. [[paper]]({B}) {code}\n")
    assert (first.urls, second.urls) == ((A,), (B,))


def test_18_brackets_in_maths() -> None:
    text = f"Let $f[x](y)$ and $$K^{{(2)}}[a](b)$$, as in [Bee '18]({A}), hold.\n"
    assert one(text).remark == "Let $f[x](y)$ and $$K^{(2)}[a](b)$$, as in Bee '18, hold."


# -- structure -------------------------------------------------------------------------------------------------------


def test_19_headings_of_unlike_levels_name_entries() -> None:
    text = (
        f"# List\n### Papers\n #### 1. [Nets at Rest and More]({A}),\n[pdf]({A})\n- good\n"
        f"### 2. [Nets at Work and More]({B}) - Runner Up\n[pdf]({B})\n### Empty\n"
    )
    first, second = found(text)
    assert (first.title, first.section, first.remark) == ("Nets at Rest and More", ("List", "Papers"), "good")
    assert (second.title, second.section, second.remark) == ("Nets at Work and More", ("List",), "Runner Up")


def test_20_a_section_at_the_level_of_its_parent() -> None:
    mention = one(
        f"# L\n## Kernels\n## Kernels: 2022\n- Nets at Rest Here. [[paper]]({A})\n  - Ann Bee, Carl Dee. *ICML 2023*\n"
    )
    assert (mention.section, mention.year) == (("L", "Kernels: 2022"), 2023)


def test_21_fields_that_are_misspelled_doubled_or_spill() -> None:
    text = (
        f"- Nets at Rest Here. [[paper]]({A})\n  - Key Wrod: Kernels\n  - Digest: One.\n  - Digest: Two\ngoes on.\n\n"
        f"- Nets at Work Here. [[paper]]({B})\n  Digest: Three.\n"
    )
    first, second = found(text)
    assert first.remark == "Keywords: Kernels · One. · Two goes on."
    assert second.remark == "Three."


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("Ann Bee, Weinan E. *ICML 2019*", ("Ann Bee", "Weinan E.")),
        ("X.Y. Han, David G.T. Dee", ("X.Y. Han", "David G.T. Dee")),
        ("Ann Bee, Carl Dee, Ann Bee.", ("Ann Bee", "Carl Dee")),
        ("Stéphane d'Ascoli, Kwang In Kim. *ICML 2020*", ("Stéphane d'Ascoli", "Kwang In Kim")),
    ],
)
def test_22_lines_of_authors(line: str, authors: tuple[str, ...]) -> None:
    assert one(f"- Nets at Rest Here. [[paper]]({A})\n  - {line}\n").authors == authors


@pytest.mark.parametrize(
    ("venue", "expected"),
    [
        ("", (None, None)),
        (" *PNAS*", ("PNAS", None)),
        (" *ICML 2019 Workshop*", ("ICML Workshop", 2019)),
        (" *Journal of Statistical Physics*", ("Journal of Statistical Physics", None)),
    ],
)
def test_23_venues_without_a_year_or_none(venue: str, expected: tuple[str | None, int | None]) -> None:
    mention = one(
        f"- Nets at Rest Here. [[paper]]({A})\n  - Ann Bee, Carl Dee.{venue}\n  - Digest: The *Plane* of it.\n"
    )
    assert (mention.venue, mention.year) == expected
    assert mention.remark == "The Plane of it."


@pytest.mark.parametrize(
    "title",
    [
        "Where do Nets Rest?",
        "Rest or Work? A View of Nets",
        "Nets : Rest and Work",
        "Nets -- Rest and Work",
        "Rest & Work of Nets",
        "Rest 'n' Work of Nets",
    ],
)
def test_24_titles_with_marks_inside_and_at_the_end(title: str) -> None:
    end = "" if title.endswith("?") else "."
    assert one(f"- {title}{end} [[paper]]({A})  \n").title == title


def test_25_links_in_a_digest_are_not_the_entrys_own() -> None:
    entry, other = found(f"- Nets at Rest Here. [[paper]]({A})\n  - Digest: This extends [earlier work]({B}) a lot.\n")
    assert (entry.arxiv_id, entry.urls) == ("1806.07572", (A,))
    assert entry.remark == "This extends earlier work a lot."
    assert (other.arxiv_id, other.title) == ("1811.03962", None)


def test_26_broken_indentation_and_nested_remarks() -> None:
    first, second = found(f"##  Nets\n* [rest]({A})\n   * says a\n     * and b\n - [work]({B})\n   - says c\n")
    assert first.section == ("Nets",)
    assert (first.remark, second.remark) == ("says a · and b", "says c")


# -- plain text and slides -------------------------------------------------------------------------------------------


def test_27_citations_without_marks() -> None:
    text = (
        "- Nearly Tight Bounds of Nets. Ann Bee, Carl Dee. Colt 2017\n"
        "• A Long Title of Nets: Rest and Work of Two\nLayers. Ann Bee, Carl Dee. ICML 2019\n"
        "Can Nets Rest with Provable Patience? Ann Bee et al. Neurips 2019 (best paper award)\n"
    )
    assert [(m.title, m.venue, m.year) for m in written(text)] == [
        ("Nearly Tight Bounds of Nets", "Colt", 2017),
        ("A Long Title of Nets: Rest and Work of Two Layers", "ICML", 2019),
        ("Can Nets Rest with Provable Patience?", "Neurips", 2019),
    ]
    assert [m.remark for m in written(text)] == [None, None, "best paper award"]


def test_28_statements_of_slides_are_no_titles() -> None:
    text = "Wide nets\n\n- Optimization finds global minima\n- All Deep Nets are Easy to Train\n- No bad local minima\n"
    assert written(text) == []


def test_29_a_table_that_repeats_a_title() -> None:
    row = "Nets at Rest and Work\tNets at Rest and Work\nAnn Bee (Univ. X)\tCarl Dee\nAbstract. We rest.\n"
    assert [m.title for m in written(f"Bee: Nets at Rest and Work. Ann Bee, Carl Dee. ICML 2019\n\n{row}")] == [
        "Bee: Nets at Rest and Work"
    ]


def test_30_a_title_alone_and_an_author_alone() -> None:
    first = one("- Inferring Hidden Rest and Motion in Video by Causal Reasoning\n- bee 2018 says more\n")
    assert first.title == "Inferring Hidden Rest and Motion in Video by Causal Reasoning"


# -- identity --------------------------------------------------------------------------------------------------------


def test_31_nearly_equal_titles_are_two_works() -> None:
    first, second = found(
        "- Are Nets Provably Better than Lines? Ann Bee. ICML 2018\n- Are deep Nets provably better than lines? Carl Dee. ICML 2019\n"
    )
    assert not set(names_of(first)) & set(names_of(second))


def test_32_case_and_hyphens_do_not_make_two_works() -> None:
    first, second = found(f"- [Pruning is All-You-Need for Nets]({A})\n- [Pruning is all you need for nets]({A}v2)\n")
    assert names_of(first) == names_of(second)


def test_33_venues_are_kept_as_stated() -> None:
    (mention,) = written("- Nets at Rest and Work. Ann Bee, Carl Dee. Neurips 2018\n")
    assert (mention.venue, mention.year) == ("Neurips", 2018)

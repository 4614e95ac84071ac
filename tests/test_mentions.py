"""Blocks to mentions: the shapes in which lists cite papers. The texts are ours, the shapes are real."""

from ingest.mentions import find_mentions
from ingest.readers.markdown import parse_markdown
from kg.papers import Mention
from tests.examples import AWESOME


def found(markdown: str) -> list[Mention]:
    return find_mentions("list.md", parse_markdown(markdown))


def one(markdown: str) -> Mention:
    (mention,) = found(markdown)
    return mention


def test_an_awesome_list() -> None:
    ntk, width, ticket, connectivity = found(AWESOME)
    assert ntk == Mention(
        document="list.md",
        line=11,
        section=("Awesome Wide Networks", "Kernels"),
        title="Neural Tangent Kernel: Convergence and Generalization in Neural Networks",
        link_text=None,
        urls=("https://arxiv.org/abs/1806.07572",),
        arxiv_id="1806.07572",
        authors=("Arthur Jacot", "Franck Gabriel", "Clément Hongler"),
        venue="NeurIPS",
        year=2018,
        remark="Keywords: Kernel. · Where the kernel view began; read this one first.",
    )
    assert (width.arxiv_id, width.authors, width.year) == ("1811.03962", ("Allen-Zhu",), 2018)
    assert (width.title, width.link_text, width.remark) == (
        None,
        "convergence by width",
        "a long proof, worth it",
    )
    assert ticket.arxiv_id == "1803.03635"
    assert len(ticket.urls) == 2
    assert connectivity.title == "Linear Mode Connectivity and the Lottery Ticket Hypothesis"


def test_two_papers_on_a_line_are_two() -> None:
    first, second = found(
        "- [ticket](https://openreview.net/pdf?id=rJl-b3): small ([followup](https://arxiv.org/abs/1903.01611))"
    )
    assert (first.link_text, first.remark) == ("ticket", "small")
    assert (second.link_text, second.arxiv_id) == ("followup", "1903.01611")


def test_two_ids_with_bare_labels_are_two() -> None:
    assert [
        m.arxiv_id for m in found("On A. [a](https://arxiv.org/abs/1810.02054) ; [b](https://arxiv.org/abs/1811.03804)")
    ] == [
        "1810.02054",
        "1811.03804",
    ]


def test_page_pdf_and_supplement_are_one_paper_named_by_its_heading() -> None:
    mention = one(
        "## Papers\n\n### 7. [On Nets](http://proceedings.mlr.press/v80/a18a.html) - Runner Up\n"
        "Materials: [pdf](http://proceedings.mlr.press/v80/a18a/a18a.pdf), [code](https://github.com/a/b)\n"
        "- Clear and short\n- Has proofs\n"
    )
    assert mention.section == ("Papers",)
    assert mention.link_text == "On Nets"
    assert len(mention.urls) == 2
    assert mention.remark == "Runner Up · Clear and short · Has proofs"


def test_a_paper_named_by_a_heading_that_has_no_link() -> None:
    mention = one(
        "# Talks\n\n#### 3. Machines that Think\n  Materials: [paper](https://arxiv.org/pdf/1604.00289.pdf) - 55p\n"
    )
    assert (mention.title, mention.section, mention.arxiv_id) == (
        "Machines that Think",
        ("Talks",),
        "1604.00289",
    )


def test_a_paper_named_by_the_item_above() -> None:
    mention = one(
        "- **On Nets at Work**. Ann Bee, Carl Dee. ICML 2018\n  - [arXiv](https://arxiv.org/abs/1806.07572)\n"
    )
    assert (mention.title, mention.line, mention.authors) == ("On Nets at Work", 1, ("Ann Bee", "Carl Dee"))


def test_the_heading_of_a_post_is_above_what_follows_it() -> None:
    first, second = found(
        "## [On Nets](https://proceedings.icml.cc/static/paper_files/icml/2020/2946-Paper.pdf)\n\nIt bends curves.\n\n"
        "### Details\n\nThis is [_double descent_](https://arxiv.org/abs/1812.11118), which surprises.\n"
    )
    assert (first.section, first.remark) == ((), "It bends curves.")
    assert second.section == ("On Nets", "Details")
    assert second.link_text == "double descent"


def test_sub_items_with_links_are_papers_and_without_are_remarks() -> None:
    outer, inner = found(
        "- [outer work](https://arxiv.org/abs/1805.12076)\n  - says this\n    - and that\n"
        "  - ex. [inner 2017](http://www.jmlr.org/papers/volume19/18-188/18-188.pdf)\n    - gives margins\n"
    )
    assert outer.remark == "says this · and that"
    assert (inner.authors, inner.year, inner.remark) == (("inner",), 2017, "gives margins")


def test_ids_in_text_and_the_words_before_a_link() -> None:
    first, second = found(
        "- original adam paper: [kingma 15](https://arxiv.org/abs/1412.6980)\n- see arXiv:1806.07572v2 too\n"
    )
    assert first.remark == "original adam paper"
    assert second.arxiv_id == "1806.07572"


def test_links_that_are_no_papers_are_not_reported() -> None:
    assert (
        found(
            "# List ![badge](https://img.org/b.svg)\n\n[TOC]\n\n- [Kernels](#kernels)\n- [talk](http://x.org/talk), "
            "[slides](../papers/x_slides.pdf)\n- [wiki](https://en.wikipedia.org/wiki/X)\n<!-- [p](https://arxiv.org/abs/1806.07572) -->\n"
        )
        == []
    )


def test_a_row_of_a_table() -> None:
    mention = one("| Paper | Link |\n|---|---|\n| On Nets at Work | [pdf](https://arxiv.org/pdf/1806.07572) |\n")
    assert (mention.title, mention.arxiv_id, mention.line) == ("On Nets at Work", "1806.07572", 3)


def test_what_arxiv_links_that_disagree_with_their_text_say() -> None:
    mention = one("Better ones exist ([Enhanced CNTKs](https://arxiv.org/abs/1907.04595)).")
    assert (mention.arxiv_id, mention.title) == ("1907.04595", None)


def test_a_sentence_that_only_points_is_a_remark_with_the_one_before() -> None:
    mention = one(
        "Nets rest. Wide ones rest longer. Refer to [Bee, 2019](https://arxiv.org/abs/1908.05355) for more.\n"
    )
    assert mention.remark == "Wide ones rest longer. Refer to Bee, 2019 for more."


def test_the_same_entry_twice_is_two_mentions() -> None:
    line = "- [analytic theory (ganguli 19)](https://arxiv.org/abs/1809.10374)\n"
    assert [m.line for m in found(line + "- other\n" + line)] == [1, 3]

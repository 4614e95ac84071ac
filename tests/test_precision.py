"""What reads like a citation and is none, and entries whose parts stand where lists of all kinds put them."""

from __future__ import annotations

import pytest

from ingest.mentions import find_mentions
from ingest.readers import parse_document
from kg.papers import Mention

ID = "https://arxiv.org/abs/1703.04933"
TITLE = "Sharp Minima Can Rest For Deep Nets"


def found(name: str, text: str) -> list[Mention]:
    return find_mentions(name, parse_document(name, text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "1. Budget. Ann and Carl presented the plan. In total 3,000 were spent (2018: 2,500).",
        "- Ann Bee, Carl Dee. Prepare the ICML 2021 rebuttal.",
        "- Carl Dee. Order two GPUs, budget 2021.",
        "- **Mar 2020**: Welcome to our new students!",
        "- Dec 2019: Two papers accepted at ICLR 2020.",
        "- Spring 2019: Taught the course on nets.",
        "- Ph.D. awarded in 2018 or later",
        "- Ann Bee, Carl Dee. University of Nets, 2019",
        "- Instructor: Eve Fox, Gates Building 157. Office hours: Mon 2-3pm, 2021.",
        "- 1.2.0 (2019-03-01): Fix the Loader in Windows Builds and Improve Error Handling",
        "- [Homework 2](https://x.edu/~bee/hw2.pdf), [final exam 2019](https://x.edu/final2019.pdf)",
        "- [lecture](https://x.edu/~bee/lec3.pdf); the slides are [here](https://x.edu/~bee/week3.pdf)",
        "- [user guide](https://x.org/guide.pdf) and [privacy policy](https://x.org/policy.pdf)",
        "- [![DOI](https://zenodo.org/badge/1.svg)](https://doi.org/10.5281/zenodo.1)",
        "- [profile](https://openreview.net/profile?id=~Ann_Bee1)",
        "- [a book on nets and rest](https://link.springer.com/book/10.1007/978-0-00-000000-0)",
        "Ann, Bob and Carl discussed the budget of 2019 and of ICML.",
    ],
)
def test_what_is_no_citation(text: str) -> None:
    assert found("notes.md", f"# Notes\n\n{text}\n") == []


@pytest.mark.parametrize(
    ("text", "authors", "venue", "year", "remark"),
    [
        (f"### {TITLE}\nBee et al. ICML 2017. [[pdf]({ID})]\n\n- All you need.\n", ("Bee",), "ICML", 2017, "All you need."),
        (f"### {TITLE}\n*Bee et al., ICML 2017* · [arXiv]({ID})\n\nAll you need.\n", ("Bee",), "ICML", 2017, "All you need."),
        (f"### {TITLE}\n**Authors:** Ann Bee, Carl Dee  \n**Venue:** ICML 2017  \n**Link:** {ID}\n", ("Ann Bee", "Carl Dee"), "ICML", 2017, None),
        (f"### [{TITLE}]({ID})\n**Authors:** Ann Bee, Carl Dee\n**Year:** 2017\n", ("Ann Bee", "Carl Dee"), None, 2017, None),
        (f"### {TITLE} (Bee et al., 2017)\n{ID}\n", ("Bee",), None, 2017, None),
        (f"<details><summary>{TITLE} (ICML 2017)</summary>\n\n[arXiv]({ID})\n\nAll you need.\n</details>\n", (), "ICML", 2017, "All you need."),
        (f"- {TITLE} (Bee et al., ICML 2017) - {ID}\n", ("Bee",), "ICML", 2017, None),
        (f"- {TITLE}, Bee et al. ICML 2017 [pdf]({ID})\n", ("Bee",), "ICML", 2017, None),
        (f"[1] A. Bee and C. Dee. {TITLE}. ICML 2017. {ID}\n", ("A. Bee", "C. Dee"), "ICML", 2017, None),
        (f'**[13]** Bee, Ann, et al. "**{TITLE}**." arXiv preprint arXiv:1703.04933 (2017). [[pdf]]({ID})\n', ("Ann Bee",), None, 2017, None),
        (f"[{TITLE}]({ID}), Bee, Dee, Fox, ICML 2017\n", ("Bee", "Dee", "Fox"), "ICML", 2017, None),
        (f"- Bee et al. 2017: [{TITLE}]({ID})\n", ("Bee",), None, 2017, None),
        (f"- (Bee et al., 2017) [{TITLE}]({ID}) :star::star:\n", ("Bee",), None, 2017, None),
        (f"- [{TITLE}]({ID}) (Bee et al.)\n", ("Bee",), None, None, None),
        (f"| Title | Authors | Conf. |\n|---|---|---|\n| {TITLE} ([pdf]({ID})) | Bee, Dee, Fox | ICML'17 |\n", ("Bee", "Dee", "Fox"), "ICML", 2017, None),
    ],
)  # fmt: skip
def test_where_the_parts_of_an_entry_stand(
    text: str, authors: tuple[str, ...], venue: str | None, year: int | None, remark: str | None
) -> None:
    (mention,) = found("notes.md", f"## Nets at rest\n\n{text}")
    assert (mention.title, mention.arxiv_id, mention.section) == (TITLE, "1703.04933", ("Nets at rest",))
    assert (mention.authors, mention.venue, mention.year, mention.remark) == (authors, venue, year, remark)


def test_marks_behind_headings_are_no_part_of_them() -> None:
    page = f'<h2>Nets <a href="#nets">¶</a></h2><ul><li><a href="{ID}">{TITLE}</a></li></ul>'
    (mention,) = found("page.html", page)
    assert mention.section == ("Nets",)


def test_tables_of_latex_and_initials_of_rst() -> None:
    latex = rf"\begin{{document}}\begin{{tabular}}{{ll}}\hline \href{{{ID}}}{{{TITLE}}} & 2017 \\ \end{{tabular}}"
    (mention,) = found("table.tex", latex)
    assert (mention.title, mention.arxiv_id) == (TITLE, "1703.04933")
    (mention,) = found("list.rst", f"List\n====\n\n- A. Bee, C. Dee. {TITLE}. ICML 2017.\n")
    assert (mention.authors, mention.title) == (("A. Bee", "C. Dee"), TITLE)


def test_underlined_headings_of_plain_text() -> None:
    (mention,) = found("notes.txt", f"Kernels\n=======\n\n{TITLE}. Ann Bee, Carl Dee. ICML 2017\n")
    assert mention.section == ("Kernels",)


def test_titles_in_running_text_and_beside_author_and_year() -> None:
    (mention,) = found("post.md", f"A different view is taken in *{TITLE}* ([arXiv:1703.04933]({ID})).\n")
    assert mention.title == TITLE
    (mention,) = found("notes.md", f"- {TITLE} ([Bee et al., 2017]({ID})): worth a rest\n")
    assert (mention.title, mention.authors, mention.remark) == (TITLE, ("Bee",), "worth a rest")


def test_the_line_of_a_row_that_begins_with_a_badge() -> None:
    text = f"| Title | Link |\n|---|---|\n| [![Star](https://x/b.svg)](https://github.com/a/b)<br>**{TITLE}** | [pdf]({ID}) |\n"
    (mention,) = found("list.md", text)
    assert (mention.line, mention.title) == (3, TITLE)

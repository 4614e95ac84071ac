"""The orders in which notes, pages and bibliographies state a citation: one work, in the words of many."""

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
    ("line", "authors", "venue", "year"),
    [
        (f"{TITLE}, Bee et al. {ID}", ("Bee",), None, None),
        (f"{TITLE} (Bee et al., 2017) {ID}", ("Bee",), None, 2017),
        (f"{TITLE} - Bee et al. 2017 [pdf]({ID})", ("Bee",), None, 2017),
        (f"Bee et al. 2017: {TITLE} [pdf]({ID})", ("Bee",), None, 2017),
        (f'Bee et al. (2017), "{TITLE}", ICML [pdf]({ID})', ("Bee",), "ICML", 2017),
        (f"Bee, J. et al., *{TITLE}*, ICML 2017, {ID}", ("J. Bee",), "ICML", 2017),
        (f"Bee, Dee, Fox, 2017. *{TITLE}*. ICML. [[arXiv]]({ID})", ("Bee", "Dee", "Fox"), "ICML", 2017),
        (f"ICML 2017 - {TITLE} [[paper]({ID})]", (), "ICML", 2017),
        (f"**[BDF17]** A. Bee, C. Dee, E. Fox: *{TITLE}*. [pdf]({ID})", ("A. Bee", "C. Dee", "E. Fox"), None, None),
        (f"**{TITLE}** by Ann Bee, Carl Dee et al. [[paper]({ID})]", ("Ann Bee", "Carl Dee"), None, None),
        (f"[{TITLE}]({ID}) (Ann Bee, Carl Dee, ICML 2017)", ("Ann Bee", "Carl Dee"), "ICML", 2017),
        (f"[{TITLE}]({ID}), Bee et al., ICML 2017", ("Bee",), "ICML", 2017),
        (f"[{TITLE}]({ID}) by Ann S. Bee and Carl Dee (2017)", ("Ann S. Bee", "Carl Dee"), None, 2017),
        (f"[{TITLE}]({ID})<br>Ann Bee, Carl Dee<br>ICML 2017", ("Ann Bee", "Carl Dee"), "ICML", 2017),
        (f"**{TITLE}**<br>Ann Bee, Carl Dee<br>*ICML 2017* [[pdf]]({ID})", ("Ann Bee", "Carl Dee"), "ICML", 2017),
        (f"Ann S. Bee, Carl Dee. [{TITLE}]({ID}). ICML 2017.", ("Ann S. Bee", "Carl Dee"), "ICML", 2017),
        (f"{TITLE}. [arxiv.org/abs/1703.04933]({ID})", (), None, None),
        (f'Please read "{TITLE}" ({ID}).', (), None, None),
    ],
)
def test_a_linked_item(line: str, authors: tuple[str, ...], venue: str | None, year: int | None) -> None:
    (mention,) = found("notes.md", f"# Notes\n- {line}\n")
    assert (mention.title, mention.authors, mention.venue, mention.year) == (TITLE, authors, venue, year)
    assert (mention.arxiv_id, mention.remark) == ("1703.04933", None)


@pytest.mark.parametrize(
    ("line", "title", "authors", "venue", "year"),
    [
        ('Bee & Dee, "Random Rest for Large Nets" (NIPS 2007)', "Random Rest for Large Nets", ("Bee", "Dee"), "NIPS", 2007),
        ("Bee, Dee, Fox. Rest as an eigenvalue problem. Net Computation 1998.", "Rest as an eigenvalue problem", ("Bee", "Dee", "Fox"), "Net Computation", 1998),
        ("Bee et al. (2015) Deep rest. Nature 521:436-444.", "Deep rest", ("Bee",), "Nature", 2015),
        ("[1] Bee, A.: Fast rest. In: ICCV (2015)", "Fast rest", ("A. Bee",), "ICCV", 2015),
        ("Bee, J. *et al.* Accurate rest of *nets*. *Nature* **596**, 583–589 (2021).", "Accurate rest of nets", ("J. Bee",), "Nature", 2021),
        ("Bee, A., & Dee, C. (2017, April). Rest of deep nets. *Journal of Rest*, 1(2), 3-4.", "Rest of deep nets", ("A. Bee", "C. Dee"), "Journal of Rest", 2017),
        ('Bee, Ann M. "Machinery and Rest of Nets." Mind 59, no. 236 (1950): 433–60.', "Machinery and Rest of Nets", ("Ann M Bee",), "Mind", 1950),
        ('Bee, Ann E., and Carl R. Dee. "The rest of deep nets." Science 313.5786 (2006): 504-507.', "The rest of deep nets", ("Ann E. Bee", "Carl R. Dee"), "Science", 2006),
        ("Srivastava, N. et al. Rest of Simple Nets. JMLR 15, 2014.", "Rest of Simple Nets", ("N. Srivastava",), "JMLR", 2014),
    ],
)  # fmt: skip
def test_an_item_without_a_link(
    line: str, title: str, authors: tuple[str, ...], venue: str | None, year: int | None
) -> None:
    (mention,) = found("notes.md", f"# References\n- {line}\n")
    assert (mention.title, mention.authors, mention.venue, mention.year) == (title, authors, venue, year)


def test_addresses_one_a_line_are_one_paper_each() -> None:
    urls = [
        "https://openreview.net/forum?id=abc",
        "https://doi.org/10.1038/nature1",
        "https://aclanthology.org/N19-1423/",
    ]
    mentions = found("urls.txt", "\n".join(urls))
    assert [(mention.line, mention.urls, mention.remark) for mention in mentions] == [
        (line, (url,), None) for line, url in enumerate(urls, 1)
    ]


def test_a_bibliography_of_one_entry_a_line() -> None:
    text = (
        "References\nBee, A., & Dee, C. (1951). A method of rest. The Annals of Rest, 22(3), 400–407.\n"
        "Fox, E. (1958). The resting net: A model. Psychological Review, 65(6), 386–408.\n"
    )
    assert [(m.line, m.title, m.venue) for m in found("refs.txt", text)] == [
        (2, "A method of rest", "The Annals of Rest"),
        (3, "The resting net: A model", "Psychological Review"),
    ]


def test_title_authors_and_address_on_lines_of_their_own() -> None:
    text = f"On Thursday:\n\n  {TITLE}\n  Ann Bee, Carl Dee\n  ICML 2017\n  {ID}\n"
    (mention,) = found("mail.txt", text)
    assert (mention.title, mention.authors, mention.venue) == (TITLE, ("Ann Bee", "Carl Dee"), "ICML")


def test_fields_with_their_names() -> None:
    text = f"## Nets\n\n**Title**: {TITLE}\n**Authors**: Ann Bee, Carl Dee\n**Year**: 2017\n**Link**: {ID}\n"
    (mention,) = found("notes.md", text)
    assert (mention.title, mention.authors, mention.year) == (TITLE, ("Ann Bee", "Carl Dee"), 2017)
    assert mention.section == ("Nets",)


def test_rules_in_the_middle_are_no_front_matter() -> None:
    assert [m.arxiv_id for m in found("notes.md", f"# A\n\n---\n- [deep nets]({ID})\n\n---\n\ntext\n")] == [
        "1703.04933"
    ]


def test_a_heading_is_no_title_of_a_link_in_a_sentence() -> None:
    (mention,) = found("notes.md", f"## Week 4 of the course\n\nSee {ID} for background.\n")
    assert (mention.title, mention.section) == (None, ("Week 4 of the course",))


def test_html_inside_markdown_is_read_as_html() -> None:
    text = f'# A\n\n<table><tr><td><a href="{ID}">{TITLE}</a></td><td>Bee et al.</td></tr></table>\n\n- text\n'
    (mention,) = found("notes.md", text)
    assert (mention.title, mention.line) == (TITLE, 3)


def test_an_alert_of_google_scholar() -> None:
    text = (
        f'<h3><a href="https://scholar.google.com/scholar_url?url={ID}&amp;hl=en&amp;sa=X">{TITLE}</a></h3>'
        "<div>A Bee, C Dee - arXiv preprint arXiv:1703.04933, 2017</div><div>Deep nets are often seen at rest</div>"
    )
    first, *_ = found("alert.html", text)
    assert (first.title, first.urls) == (TITLE, (ID,))


def test_org_drawers_tables_and_links() -> None:
    text = (
        f"* Theory\n** TODO {TITLE}\n:PROPERTIES:\n:AUTHOR: Bee, A. & Dee, C.\n:YEAR: 2017\n:URL: {ID}\n:END:\nRests.\n"
        "** Table\n| Paper | Authors | Link |\n|---+---+---|\n| Deep Nets at Rest | Fox et al. | [[arxiv:1811.03962][pdf]] |\n"
        "- [[doi:10.1000/x.1][Long rest of short nets]]\n"
    )
    first, second, third = found("notes.org", text)
    assert (first.title, first.authors, first.year, first.remark) == (TITLE, ("A. Bee", "C. Dee"), 2017, "Rests.")
    assert (second.title, second.arxiv_id, second.authors) == ("Deep Nets at Rest", "1811.03962", ("Fox",))
    assert (third.title, third.doi) == ("Long rest of short nets", "10.1000/x.1")


def test_restructured_contents_tables_and_definitions() -> None:
    text = (
        "List\n====\n\n.. contents:: Table of Contents\n\nNets\n----\n\n"
        ".. [1] Bee, A. and Dee, C. (2017). Rest of deep nets. ICML.\n\n"
        f"Understanding nets requires rethinking rest\n    Bee, Dee, Fox. ICLR 2017. `pdf <{ID}>`_\n"
    )
    first, second = found("list.rst", text)
    assert (first.title, first.section) == ("Rest of deep nets", ("List", "Nets"))
    assert (second.title, second.authors, second.venue) == (
        "Understanding nets requires rethinking rest",
        ("Bee", "Dee", "Fox"),
        "ICLR",
    )


def test_bibtex_that_is_not_quite_right() -> None:
    text = (
        '@string{icml = "ICML"}\n@article{a, title={Deep rest}, author={Bee, Ann and Dee, Carl}\n  year={2017}\n}\n'
        "@article{a, title={Wide rest}, author={Fox, Eve and Dee, Carl}, author={Fox, Eve}, year={2018}}\n"
        '@inproceedings{b, title={Long rest}, booktitle = icml # " 2019", crossref={v}}\n'
        "@proceedings{v, title={Rest of ICML}, year={2019}}\n"
    )
    mentions = found("my.bib", text)
    assert [(m.title, m.authors, m.year) for m in mentions] == [
        ("Deep rest", ("Ann Bee", "Carl Dee"), 2017),
        ("Wide rest", ("Eve Fox", "Carl Dee"), 2018),
        ("Long rest", (), 2019),
    ]
    assert mentions[2].venue == "ICML 2019"


def test_a_number_sign_in_bibtex_is_part_of_a_title_or_address() -> None:
    (mention,) = found("my.bib", "@misc{a, title={C# at rest and work}, url={https://x.org/papers/rest.pdf#page=2}}")
    assert (mention.title, mention.urls) == ("C# at rest and work", ("https://x.org/papers/rest.pdf#page=2",))


def test_keywords_among_fields_are_said_of_the_work() -> None:
    (mention,) = found("notes.md", f"# A\n\n**Title**: {TITLE}\n**Year**: 2017\n**Tags**: rest, nets\n**Link**: {ID}\n")
    assert (mention.year, mention.remark) == (2017, "Keywords: rest, nets")


def test_a_venue_behind_a_nickname() -> None:
    (mention,) = found("notes.md", f"- [restnet (CVPR 2016)]({ID})\n")
    assert (mention.title, mention.link_text, mention.venue, mention.year) == (
        None,
        "restnet (CVPR 2016)",
        "CVPR",
        2016,
    )


def test_revtex_entries_have_no_title() -> None:
    text = (
        r"\bibitem{a} \BibitemOpen \bibfield {author} {\bibinfo {author} {\bibfnamefont {A.}~\bibnamefont {Bee}}, }"
        r"\bibfield {journal} {\bibinfo {journal} {Int. J. Rest}\ }\textbf {\bibinfo {volume} {38}} (\bibinfo {year} {1999})"
    )
    (mention,) = found("a.bbl", r"\begin{thebibliography}{9}" + text + r"\end{thebibliography}")
    assert (mention.title, mention.authors, mention.venue, mention.year) == (None, ("A. Bee",), "Int. J. Rest", 1999)

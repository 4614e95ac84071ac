"""One reading list in every format that has headings and lists: the same works, headings and remarks come out."""

from __future__ import annotations

import gzip
import json
import time
from contextlib import suppress
from dataclasses import replace

import pytest

from ingest.mentions import find_mentions
from ingest.readers import parse_document
from kg.errors import DocumentError
from kg.papers import Mention
from kg.titles import title_words
from tests.pdfs import Text, make_pdf

ARXIV, VENUE = "https://arxiv.org/abs/1806.07572", "http://proceedings.mlr.press/v80/chen18j.html"
CODE, BADGE = "https://github.com/a/b", "https://img.example.org/badge.svg"

MARKDOWN = f"""# Wide networks [![badge]({BADGE})](https://example.org/awesome)

## Kernels

- The Kernel View of Very Wide Networks. [[paper]]({ARXIV}) [[code]]({CODE})
  - Ann Bee, Carl Dee. *NeurIPS 2018*
  - Digest: Where it all began, with $m \\to \\infty$.
- [On Explaining What a Network Sees]({VENUE}) (Eve Fox 2018): clear and short
- [a talk](http://example.org/talk)

## Others

- [kernel paper](https://arxiv.org/pdf/1904.11955v2.pdf)
  - has code
"""
HTML = f"""<!doctype html><html><head><title>Wide networks</title><style>p {{}}</style></head><body>
<nav><a href="https://arxiv.org/abs/0704.0001">menu</a></nav>
<h1>Wide networks <a href="https://example.org/awesome"><img src="{BADGE}"></a></h1><h2>Kernels</h2><ul>
<li>The Kernel View of Very Wide Networks. [<a href="{ARXIV}">paper</a>] [<a href="{CODE}">code</a>]
<ul><li>Ann Bee, Carl Dee. <em>NeurIPS 2018</em></li><li>Digest: Where it all began, with $m \\to \\infty$.</ul>
<li><a href="{VENUE}">On Explaining What a
Network Sees</a> (Eve Fox 2018): clear and short</li><li><a href="http://example.org/talk">a talk</a></li></ul>
<h2>Others</h2><ul><li><a href="https://arxiv.org/pdf/1904.11955v2.pdf">kernel paper</a><ul><li>has code</ul></ul>
"""
RESTRUCTURED = f"""Wide networks
=============

.. image:: {BADGE}

Kernels
-------

- The Kernel View of Very Wide Networks. [`paper <{ARXIV}>`__] [`code <{CODE}>`__]

  - Ann Bee, Carl Dee. *NeurIPS 2018*
  - Digest: Where it all began, with $m \\\\to \\\\infty$.

- `On Explaining What a Network Sees <{VENUE}>`_ (Eve Fox 2018): clear and short
- `a talk <http://example.org/talk>`_

Others
------

.. a comment with https://arxiv.org/abs/0704.0001

- `kernel paper`_

  - has code

.. _kernel paper: https://arxiv.org/pdf/1904.11955v2.pdf
"""
ORG = f"""#+TITLE: Wide networks
* Wide networks [[https://example.org/awesome][{BADGE}]]
** TODO Kernels
:PROPERTIES:
:CUSTOM_ID: kernels
:END:
# a comment with https://arxiv.org/abs/0704.0001
- The Kernel View of Very Wide Networks. [[{ARXIV}][[paper]]] [[{CODE}][[code]]]
  - Ann Bee, Carl Dee. /NeurIPS 2018/
  - Digest: Where it all began, with $m \\to \\infty$.
- [[{VENUE}][On Explaining What a Network Sees]] (Eve Fox 2018): clear and short
- [[http://example.org/talk][a talk]]
** Others
- [[https://arxiv.org/pdf/1904.11955v2.pdf][kernel paper]]
  - has code
"""
LATEX = rf"""\documentclass{{article}}\usepackage[colorlinks]{{hyperref}}
\title{{Wide networks}}
\begin{{document}}\maketitle
\part{{Wide networks \href{{https://example.org/awesome}}{{\includegraphics[width=1em]{{{BADGE}}}}}}}
\section{{Kernels}}\label{{sec:kernels}} % see https://arxiv.org/abs/0704.0001
\begin{{itemize}}
  \item The Kernel View of Very Wide Networks. \href{{{ARXIV}}}{{{{[}}paper{{]}}}} \href{{{CODE}}}{{[code]}}
  \begin{{itemize}}
    \item Ann Bee, Carl Dee. \emph{{NeurIPS 2018}}
    \item Digest: Where it all began, with \(m \to \infty\).
  \end{{itemize}}
  \item \href{{{VENUE}}}{{On Explaining What a Network Sees}} (Eve Fox 2018): clear and short~\cite{{x}}
  \item \href{{http://example.org/talk}}{{a talk}}
\end{{itemize}}
\section{{Others}}
\begin{{enumerate}}
  \item \href{{https://arxiv.org/pdf/1904.11955v2.pdf}}{{kernel paper}}
  \begin{{itemize}}\item has code\end{{itemize}}
\end{{enumerate}}
\end{{document}}
"""
NOTEBOOK = json.dumps(
    {
        "nbformat": 4,
        "metadata": {},
        "cells": [
            {"cell_type": "markdown", "source": MARKDOWN.partition("## Others")[0].splitlines(keepends=True)},
            {"cell_type": "code", "source": ["# https://arxiv.org/abs/0704.0001\n"], "outputs": []},
            {"cell_type": "markdown", "source": "## Others" + MARKDOWN.partition("## Others")[2]},
        ],
    },
    indent=1,
)
PDF = make_pdf(
    [
        Text("Wide networks", 72, 720, 20, bold=True),
        Text("Kernels", 72, 690, 14, bold=True),
        Text("The Kernel View of Very Wide Networks.", 90, 670, bullet=True),
        Text("[paper]", 290, 670, url=ARXIV),
        Text("[code]", 330, 670, url=CODE),
        Text("Ann Bee, Carl Dee. NeurIPS 2018", 110, 658, bullet=True),
        Text("Digest: Where it all began, with $m \\to \\infty$.", 110, 646, bullet=True),
        Text("On Explaining What a", 90, 634, url=VENUE, bullet=True),
        Text("Network Sees", 90, 622, url=VENUE),
        Text("(Eve Fox 2018): clear and short", 200, 622),
        Text("a talk", 90, 610, url="http://example.org/talk", bullet=True),
        Text("1", 300, 20),
    ],
    [
        Text("Others", 72, 720, 14, bold=True),
        Text("kernel paper", 90, 700, url="https://arxiv.org/pdf/1904.11955v2.pdf", bullet=True),
        Text("has code", 110, 688, bullet=True),
        Text("2", 300, 20),
    ],
    title="Wide networks",
)
DOCUMENTS = {
    "list.md": MARKDOWN,
    "list.html": HTML,
    "list.rst": RESTRUCTURED,
    "list.org": ORG,
    "list.tex": LATEX,
    "list.ipynb": NOTEBOOK,
    "list.pdf": PDF,
}
EXPECTED = [
    Mention(
        document="list",
        line=0,
        section=("Wide networks", "Kernels"),
        title="The Kernel View of Very Wide Networks",
        urls=(ARXIV,),
        arxiv_id="1806.07572",
        authors=("Ann Bee", "Carl Dee"),
        venue="NeurIPS",
        year=2018,
        remark="Where it all began, with $m \\to \\infty$.",
    ),
    Mention(
        document="list",
        line=0,
        section=("Wide networks", "Kernels"),
        title="On Explaining What a Network Sees",
        link_text="On Explaining What a Network Sees",
        urls=(VENUE,),
        authors=("Eve Fox",),
        year=2018,
        remark="clear and short",
    ),
    Mention(
        document="list",
        line=0,
        section=("Wide networks", "Others"),
        link_text="kernel paper",
        urls=("https://arxiv.org/pdf/1904.11955v2.pdf",),
        arxiv_id="1904.11955",
        remark="has code",
    ),
]


def as_bytes(document: str | bytes) -> bytes:
    return document if isinstance(document, bytes) else document.encode()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_format_says_the_same(name: str) -> None:
    parsed = parse_document(name, as_bytes(DOCUMENTS[name]))
    assert parsed.title == "Wide networks"
    found = [replace(mention, line=0) for mention in find_mentions("list", parsed)]
    assert found == EXPECTED


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_first_paper_is_on_its_line(name: str) -> None:
    first = find_mentions("list", parse_document(name, as_bytes(DOCUMENTS[name])))[0]
    if name.endswith(".pdf"):
        assert first.line == 3
    else:
        assert "Kernel View" in str(DOCUMENTS[name]).splitlines()[first.line - 1]


@pytest.mark.parametrize("name", ["list.md", "list.html", "list.pdf"])
def test_compressed_documents(name: str) -> None:
    content = gzip.compress(as_bytes(DOCUMENTS[name]))
    assert len(find_mentions("list", parse_document(f"{name}.gz", content))) == 3


def read_what_is_left(name: str, content: bytes) -> str:
    """The complaint about a document, or nothing where it could be read."""
    try:
        find_mentions("list", parse_document(name, content))
    except DocumentError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", DOCUMENTS)
def test_damage_is_one_clear_line_or_read_in_part(name: str) -> None:
    content = as_bytes(DOCUMENTS[name])
    for end in (1, len(content) // 3, len(content) // 2, len(content) - 20):
        assert "\n" not in read_what_is_left(name, content[:end])


def test_a_page_whose_addresses_are_none() -> None:
    page = f"<base href='//[x'><a href='{ARXIV}'>the kernel view</a> <a href='http://[x'>a</a> <a href='/&#1;'>b</a>"
    blocks = parse_document("https://a.b/c", page.encode(), "text/html").blocks
    assert [link.url for block in blocks for link in block.links] == [ARXIV, "http://[x", "https://a.b/\x01"]


@pytest.mark.parametrize("page", ["<p><br></p>{}", "<br><div>{}</div>", "<table><tr><td><br></td></tr></table>{}"])
def test_a_page_with_empty_lines(page: str) -> None:
    content = page.format(f"<a href='{ARXIV}'>The kernel view</a>")
    assert [m.arxiv_id for m in find_mentions("x", parse_document("x.html", content.encode()))] == ["1806.07572"]


def test_what_is_open_at_the_end_of_a_row_ends_with_its_text() -> None:
    row = f"<table><tr><em><a href='{ARXIV}'><td>Nets</td></tr></a></em></table>"
    for block in parse_document("x.html", row.encode()).blocks:
        spans = [*block.emphasised, *((link.start, link.end) for link in block.links)]
        assert all(start <= end <= len(block.text) for start, end in spans)


def test_a_pdf_whose_title_holds_nul() -> None:
    content = make_pdf(
        [Text("Kernels of Wide Networks. Ann Bee, Carl Dee. NeurIPS 2018", 72, 700)], title="Wide\\000networks"
    )
    assert parse_document("list.pdf", content.replace(b"\\\\000", b"\\000")).title == "Wide networks"


@pytest.mark.parametrize("name", ["list.rst", "list.md", "list.html"])
def test_numbers_that_do_not_end(name: str) -> None:
    text = f"{'9' * 4400}. Kernels &#{'9' * 4400}; of Networks. Ann Bee, Carl Dee. NeurIPS 2018\n\nhttps://arxiv.org/abs/1806.07572\n"
    found = find_mentions(name, parse_document(name, f"<p>{text}</p>".encode() if "html" in name else text.encode()))
    assert "1806.07572" in {mention.arxiv_id for mention in found}
    assert title_words(f"Kernels &#{'9' * 4400}; of &#119;ide &#x77;ays") == ["kernels", "of", "wide", "ways"]


def test_lines_of_org_end_where_editors_end_them() -> None:
    text = "* Kernels\n\r\n- [[http://example.org/a\u2029b\rc][a talk]] \x0c\n- [[https://arxiv.org/abs/1806.07572][The Kernel View]]\n"
    found = find_mentions("list.org", parse_document("list.org", text.encode()))
    assert [mention.line for mention in found if mention.arxiv_id] == [4]


def test_lines_of_org_without_a_heading() -> None:
    for text in (f"- {ARXIV}\n", f"\n\n- {ARXIV}\n", f"words\n\n* Title\n- {ARXIV}\n"):
        (mention,) = find_mentions("x", parse_document("x.org", text.encode()))
        assert ARXIV in text.splitlines()[mention.line - 1]


@pytest.mark.parametrize(
    "day", ["<2020-99-99 X>", "[2020-02-31", "<2020-01-01 Mon " + "x" * 70 + ">", "CLOCK: [2020-13-01 X]"]
)
def test_days_of_org_that_are_none(day: str) -> None:
    assert len(find_mentions("x", parse_document("x.org", f"* {day}\n{day}\n- {ARXIV}\n".encode()))) == 1


@pytest.mark.parametrize(
    "unit",
    [r"\href{x ", r"\emph{\href{y}{", r"\begin{itemize}\item \href{", r"\section{\emph{", r"\b{A", r"\'{\b{", "$a{"],
)
def test_braces_that_are_not_closed_take_no_time(unit: str) -> None:
    start = time.process_time()
    with suppress(DocumentError):
        parse_document("x.tex", (rf"\begin{{document}} {unit * 60} \item \url{{{ARXIV}}}").encode())
    parse_document("x.bbl", rf"\bibitem{{a}} A. Bee. {unit * 60} 2018".encode())
    assert time.process_time() - start < 5


@pytest.mark.parametrize("end", [r"\verb", r"\verb  ", r"\verb|", "\\", r"\begin{verbatim}", r"\href{", r"\frac"])
def test_a_source_that_ends_in_a_command(end: str) -> None:
    text = rf"\begin{{document}}\section{{Nets}} See \url{{{ARXIV}}}. {end}"
    assert [m.arxiv_id for m in find_mentions("x", parse_document("x.tex", text.encode()))] == ["1806.07572"]
    assert parse_document("x.bbl", rf"\bibitem{{a}} A. Bee. On wide nets. 2018. {end}".encode()).entries


def test_a_page_in_two_columns() -> None:
    def column(left: float, first: int, bottom: float) -> list[Text]:
        lines = []
        for number in range(first, first + 3):
            lines += [
                Text(f"[{number}] A. Bee and C. Dee. A long study of deep nets", left, bottom),
                Text(f"and their kernels, part {'abcdefghi'[number]}. In ICML, 201{number}.", left + 12, bottom - 12),
            ]
            bottom -= 26
        return lines

    page = [Text("References", 50, 700, 12, bold=True), *column(50, 1, 680), *column(320, 4, 680)]
    found = find_mentions("article.pdf", parse_document("article.pdf", make_pdf(page)))
    assert [mention.year for mention in found] == list(range(2011, 2017))
    assert found[3].title == "A long study of deep nets and their kernels, part e"
    assert {mention.authors for mention in found} == {("A. Bee", "C. Dee")}
    assert {mention.section for mention in found} == {("References",)}

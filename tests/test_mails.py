"""Mails: newsletters, and arXiv's daily list."""

import time
from contextlib import suppress

import pytest

from ingest.mentions import find_mentions
from ingest.readers import parse_document
from kg.errors import DocumentError

LIST = """From: no-reply@arxiv.org
Subject: cs daily
Content-Type: text/plain; charset="utf-8"

------------------------------------------------------------------------------
\\\\
arXiv:2001.00001
Date: Mon, 6 Jan 2020 10:00:00 GMT   (123kb)

Title: On Wide Networks that are
  Rather Deep
Authors: Ann Bee, Carl Dee and
  Eve Fox
Categories: cs.LG stat.ML
Comments: 10 pages
\\\\
  We show that networks which are wide, see https://arxiv.org/abs/1806.07572, are also deep.
\\\\ ( https://arxiv.org/abs/2001.00001 ,  123kb)
------------------------------------------------------------------------------
\\\\
arXiv:1912.00002 (*cross-listing*)
Date: Mon, 6 Jan 2020 11:00:00 GMT   (45kb)

Title: Kernels at Rest
Authors: Eve Fox
\\\\
  Abstract.
\\\\ ( https://arxiv.org/abs/1912.00002 ,  45kb)
"""
LETTER = """From: Ann <ann@example.org>
Subject: =?utf-8?q?Papers_of_the_week_=E2=80=93_3?=
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="x"

--x
Content-Type: text/html; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable

<h2>Caf=E9</h2><ul><li><a href=3D"https://arxiv.org/abs/1806.07572">The kernel view of wide nets</=
a>: must read</li></ul>
--x--
"""


def test_arxivs_daily_list_gives_each_paper_once() -> None:
    mentions = find_mentions("today.eml", parse_document("today.eml", LIST.encode()))
    announced = [m for m in mentions if m.title]
    assert [(m.arxiv_id, m.title) for m in announced] == [
        ("2001.00001", "On Wide Networks that are Rather Deep"),
        ("1912.00002", "Kernels at Rest"),
    ]
    assert announced[0].authors == ("Ann Bee", "Carl Dee", "Eve Fox")
    assert LIST.splitlines()[announced[0].line - 1] == "arXiv:2001.00001"


def test_a_mail_of_html_in_another_encoding() -> None:
    parsed = parse_document("letter.eml", LETTER.encode())
    (mention,) = find_mentions("letter.eml", parsed)
    assert parsed.title == "Papers of the week – 3"
    assert (mention.section, mention.arxiv_id, mention.remark) == (("Café",), "1806.07572", "must read")
    assert "1806.07572" in LETTER.splitlines()[mention.line - 1]


def test_a_mail_without_text_says_so() -> None:
    for content in ("Subject: x\n", "Subject: x\nContent-Type: text/plain\n\n \n"):
        with pytest.raises(DocumentError, match="without text"):
            parse_document("x.eml", content.encode())


def test_no_nul_comes_out_of_a_mail() -> None:
    content = LETTER.replace("Papers_of", "Papers=00_of").replace("clean", "x").replace("kernel view", "kernel=00view")
    parsed = parse_document("x.eml", content.encode())
    assert "\0" not in repr(parsed)
    assert "kernel view" in parsed.blocks[1].text


@pytest.mark.parametrize("name", ["Content-Type", "Subject", "Content-Disposition", "Content-Transfer-Encoding"])
def test_long_headers_take_no_time(name: str) -> None:
    start = time.process_time()
    for unit in ("text/plain; a*=utf-8''x ", "=?utf-8?q?a?= ", "(", "; a*0=b"):
        with suppress(DocumentError, RecursionError):
            parse_document("x.eml", f"{name}: {unit * 8_000}\n\n{LIST}".encode())
    assert time.process_time() - start < 4

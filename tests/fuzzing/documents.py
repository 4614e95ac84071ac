"""Documents: each format's reader, and the finding of what it cites."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from ingest.blocks import Block, Parsed
from ingest.identity import sure_names_of
from ingest.mentions import find_mentions
from ingest.readers import parse_document
from kg.errors import DocumentError
from kg.papers import Mention
from tests import drafts, examples, test_bibitems, test_bibliography, test_formats, test_mails
from tests.fuzzing.invariants import lines_of, storable, typed
from tests.fuzzing.targets import Target, words
from tests.pdfs import Text, make_pdf

OF_TEX = 32 << 10  # bytes: pylatexenc reads 75 kB a second, whatever it is
_DECLARED = (DocumentError, RecursionError)  # `ingest.limits` tells of both
_CITED = words(
    "https://arxiv.org/abs/1806.07572 http://a.b/x.pdf arXiv: 1806.07572v2 doi:10.1000/x.1 et␣al. Ann␣Bee, and A.␣B.␣Cee",
    "ICML␣2018 (2019) NeurIPS, vol.␣3 pp.␣1--2 [1] [[paper]] Key␣Word: Digest: Title: Authors: “ ” References␤ ; . ␤␤ ␤",
)
_HTML = words(
    "<a␣href='https://arxiv.org/abs/1806.07572'> </a> <li> <ul> </ul> <table> <tr> <td> <th> </table> <h1> </h1> <h6> <p>",
    "<!-- --> <![CDATA[ ]]> <script> </script> <style> <math> <svg> <template> &lt; &#0; &#xd800; &#x110000; &amp &nbsp;",
    "<base␣href='//x'> <body <div> </div> <pre> <em> <strong> <br/> <?x <!doctype␣html> <a␣href=http://[x> <html␣xmlns='x'>",
)
_MARKDOWN = words(
    "# ## ###### - * 1. > | |---| [x](https://arxiv.org/abs/1806.07572) ![x](y) [x][y] [y]: ``` ~~~ ** __ <!-- $$ --- +++ {#x}",
    "&copy; \\ <https://a.b> ␣␣␣␣ \t ␤- ␤␤ [^1] :::  {% %} {{ }} ===␤ ---␤",
)
_LATEX = words(
    r"\begin{document} \end{document} \section{ \item \begin{itemize} \end{itemize} \href{ }{ \url{ \cite{ \bibitem{ \bibitem[",
    r"\begin{thebibliography}{9} \end{thebibliography} \emph{ { } $ $$ \[ \] \( \) % \% \\ \def\a \newcommand{ \verb| \verb",
    r"\begin{tabular}{ll} & \begin{verbatim} \input{ ~ \'e \" \newblock \title{ \entry{ \field{ \endentry \name{ \iffalse \fi",
    r"\begin{ \end{ \left( \frac \begin{equation} \end{equation} \begin{a}\end{b} \part* \section[ \string{ \strng{ \verb{ ^^M",
)
_BIBTEX = words(
    '@article{ @misc{x, @string{ @comment{ @preamble{ title␣=␣{ author={ year= eprint={ } { " , = # ␤ and␣ others @ month=jan',
    r"journal={CoRR}, volume={abs/ url={ \" \'e $ % crossref={ doi={10.1000/ @a{b,c=d} \v{c} {\o} \url{ date={ note=",
)
_RIS = words("TY␣␣-␣ ER␣␣-␤ TI␣␣-␣ AU␣␣-␣ PY␣␣-␣ DO␣␣-␣ UR␣␣-␣ N1␣␣-␣ JO␣␣- T1␣- A1␣␣-␣ XX␣␣-␣ TY␤ JOUR ␤ - , /")
_RST = words(
    "=== --- *** .. ::␤ .. _x: `x <https://a.b>`__ `x`_ x_ [1]_ .. [1] |x| .. |x| replace:: .. image:: .. include:: x",
    "* - 1. #. :a: :math:`x` **x** *x* ``x`` +---+ | ===␣=== .. code:: .. raw:: .. role:: .. table:: .. csv-table:: .. list-table::",
    "␤␤ ␣␣␣ .. note:: .. contents:: .. default-role:: .. class:: .. figure:: .. math:: __ .. replace:: .. unicode:: .. date:: .. meta::",
)
_RST_BLOCKS = (
    b".. include:: /etc/passwd\n\n",
    b".. csv-table::\n   :file: /etc/passwd\n\n",
    b".. raw:: html\n   :url: http://a.b\n\n",
)
_ORG = words(
    "* ** TODO [[https://a.b][x]] [[ ]] :PROPERTIES: :END: #+TITLE: #+BEGIN_SRC #+END_SRC - + 1. | |---+ <2020-01-01␣Mon> :a:b:",
    "SCHEDULED: CLOCK: [2020-01-01␣Mon]--[ => =x= ~x~ /x/ *x* _x_ [fn:1] #␣ ␤ ␤␤ [50%] [#A] :ID: DEADLINE: <2020-99-99␣X␣25:61␣+1d>",
)
_EMAIL = words(
    'Content-Type: text/plain; multipart/mixed;␣boundary="x" --x --x-- charset= utf-8 utf-7 utf-16 base64 quoted-printable',
    "Content-Transfer-Encoding: Subject: =?utf-8?q? ?= =?utf-8?b? =C3=A9 From: MIME-Version:␣1.0 message/rfc822 text/html ␤␤ ␤",
    "Content-Disposition:␣attachment;␣filename*=utf-8''x idna punycode uu x-uuencode begin␣644␣x rot13 unicode_escape zlib hex ;name*0=",
    "arXiv:2001.00001 Title: Authors: \\\\ ------------------------------ Date: Comments: DOI: Journal-ref: (replaced)",
)
_PDF = words(
    "obj endobj stream endstream << >> /Length /Filter /FlateDecode /Type/Page /Kids[ /Count /Parent /Annots[ /Rect[ /URI( xref",
    "trailer startxref %%EOF /Root /Info /Encrypt /Contents /MediaBox[ 0␣R ( ) [ ] BT ET Tf Td Tj re␣f /Font /F1 /ObjStm /LZWDecode",
)
_NOTEBOOK = words(
    '{ } [ ] "cells": "cell_type": "markdown" "source": "code" , : "level": null 1e999 "\\ud800" "\\u0000" "metadata":'
)
_LETTER = test_mails.LETTER.encode()
_PDFS = (
    test_formats.as_bytes(test_formats.PDF),
    make_pdf([Text("On Wide Networks at Work. Ann Bee, Carl Dee. ICML 2019", 72, 700)], title="x"),
    make_pdf([Text("[1]", 72, 700), Text("Ann Bee. On nets. 2018.", 100, 700)], [Text("a", 0, 0, 0.001)], locked=True),
)
_BBL = (
    rf"\begin{{thebibliography}}{{9}}\bibitem{{a}} {test_bibitems.PLAIN} 2018.\end{{thebibliography}}",
    rf"\entry{{{test_bibitems.BIBLATEX}\endentry",
)


def _of(name: str, kind: str = "", lines: bool = True) -> Callable[[bytes], object]:
    """Reading a document of that name; `lines`: those of its mentions are lines of the input."""

    def work(data: bytes) -> object:
        parsed = parse_document(name, data, kind)
        mentions = find_mentions(name, parsed)
        _check(parsed, mentions)
        if lines:
            most = lines_of(data)
            assert all(1 <= mention.line <= most for mention in mentions), "a line outside the text"
        return parsed.title, mentions

    return work


def _check(parsed: Parsed, mentions: list[Mention]) -> None:
    storable(parsed.title)
    for place, block in enumerate(parsed.blocks):
        assert block.parent is None or 0 <= block.parent < place
        _check_spans(block)
    for mention in mentions:
        typed(mention)
        sure_names_of(mention)


def _check_spans(block: Block) -> None:
    assert block.line >= 1
    spans = [*block.emphasised, *block.strong]
    spans += [(link.start, link.end) for link in block.links] + [(cell.start, cell.end) for cell in block.cells]
    assert all(0 <= start <= end <= len(block.text) for start, end in spans), f"{spans} of {len(block.text)}"


def _encoded(*texts: str) -> tuple[bytes, ...]:
    return tuple(text.encode() for text in texts)


TARGETS = [
    Target(
        "markdown",
        _of("x.md"),
        _encoded(test_formats.MARKDOWN, examples.AWESOME, drafts.MARKDOWN),
        _MARKDOWN + _CITED,
        _DECLARED,
        30,
    ),
    Target(
        "plain",
        _of("x.txt"),
        _encoded(examples.NOTES, drafts.PLAIN, test_mails.LIST),
        _CITED + _EMAIL[-8:],
        _DECLARED,
        30,
    ),
    Target(
        "sniffed",
        _of("x"),
        _encoded(examples.NOTES, *drafts.DRAFTS.values()),
        _CITED + _MARKDOWN + _HTML,
        _DECLARED,
        10,
    ),
    Target(
        "html",
        _of("https://a.b/x", "text/html; charset=utf-8"),
        _encoded(test_formats.HTML, drafts.HTML),
        _HTML + _CITED,
        _DECLARED,
        30,
    ),
    Target(
        "latex",
        _of("x.tex"),
        _encoded(test_formats.LATEX, drafts.LATEX),
        _LATEX + _CITED,
        _DECLARED,
        12,
        longest=OF_TEX,
    ),
    Target("bbl", _of("x.bbl"), _encoded(*_BBL), _LATEX + _CITED, _DECLARED, 15),
    Target("bibtex", _of("x.bib"), _encoded(test_bibliography.BIBTEX, drafts.BIBTEX), _BIBTEX + _CITED, _DECLARED, 15),
    Target("ris", _of("x.ris"), _encoded(test_bibliography.RIS), _RIS + _CITED, _DECLARED, 15),
    Target("rst", _of("x.rst"), (*_encoded(test_formats.RESTRUCTURED), *_RST_BLOCKS), _RST + _CITED, _DECLARED, 8),
    Target("org", _of("x.org"), _encoded(test_formats.ORG), _ORG + _CITED, _DECLARED, 15),
    Target(
        "notebook", _of("x.ipynb", lines=False), _encoded(test_formats.NOTEBOOK), _NOTEBOOK, _DECLARED, 15, tree=True
    ),
    Target("email", _of("x.eml"), (_LETTER, test_mails.LIST.encode()), _EMAIL + _CITED, _DECLARED, 15),
    Target("pdf", _of("x.pdf", lines=False), _PDFS, _PDF, _DECLARED, 6),
    Target(
        "gz",
        _of("x.md.gz", lines=False),
        tuple(map(gzip.compress, _encoded(test_formats.MARKDOWN, "x" * 9))),
        (b"\x1f\x8b\x08", b"\0\0"),
        _DECLARED,
        10,
    ),
]

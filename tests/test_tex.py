"""Text of papers as HTML: maths, emphasis, accents; nothing hostile gets through, and nothing takes long."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from webapp.tex import hits, plain, prose
from webapp.tex.mathml import LONGEST, mathml
from webapp.tex.signs import clean

TAGS = frozenset(
    "math mfrac mn mo mi mover mroot mrow mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover "
    "em strong code sup sub mark bdi".split()
)
ATTRIBUTES = frozenset(
    "display class accent columnalign displaystyle fence form linethickness lspace mathvariant maxsize minsize "
    "movablelimits rspace scriptlevel stretchy width".split()
)


def elements(html: str) -> ElementTree.Element:
    """The fragment as a tree: parsing it fails where anything is not closed or not escaped."""
    assert "<!" not in html
    return ElementTree.fromstring(f"<p>{html}</p>".replace("\x0c", " "))


def assert_safe(html: str) -> None:
    for element in elements(html).iter():
        assert element.tag in TAGS | {"p"}
        assert set(element.attrib) <= ATTRIBUTES
        assert element.get("class", "tex") == "tex"
        assert element.tag != "mtext" or not len(element)


def text(html: str) -> str:
    return "".join(elements(html).itertext())


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("Plain text, a < b & c", "Plain text, a &lt; b &amp; c"),
        (r"{\it Bayes} and \emph{a \textbf{b}}", "<em>Bayes</em> and <em>a <strong>b</strong></em>"),
        (
            r"{\em x} \texttt{f(x)} \textsc{Name} 1\textsuperscript{st}",
            "<em>x</em> <code>f(x)</code> Name 1<sup>st</sup>",
        ),
        (r"G\"odel, Erd\H{o}s, {\'E}cole, {\v{c}}, \'{\i}, \~n, \c{c}", "Gödel, Erdős, École, č, í, ñ, ç"),
        (r"Stra\ss e, {\L}\'od\'z, \AA ngstr\"{o}m, {\o}re, \O{}re", "Straße, Łódź, Ångström, øre, Øre"),
        ("``so'' and `so' -- 1--2, a---b", "“so” and ‘so’ – 1–2, a—b"),
        ("``so\" and it's 5'' wide", "“so” and it&#39;s 5&#39;&#39; wide"),
        (r"5\% of A\&B, a\_b, \#1, \$5", "5% of A&amp;B, a_b, #1, $5"),
        (r"Fig.~1, ~100, http://a.b/~bee", "Fig.\u00a01, ~100, http://a.b/~bee"),
        (
            r"\cite{bee2018} \url{http://a.b/x_y~z} \footnote{so} \foo",
            r"\cite{bee2018} \url{http://a.b/x_y~z} \footnote{so} \foo",
        ),
        ("{GAN}s for {B}ayes, the set {a, b}", "GANs for Bayes, the set {a, b}"),
        (r"an \epsilon-net, \alpha", "an ϵ-net, α"),
        (r"\textcolor{red}{new} words", "new words"),
        (r"\emph{never closed", r"\emph{never closed"),
        ("it closes } here", "it closes } here"),
        ("run it with --fast on", "run it with --fast on"),
        ("it costs $5 and $10 today", "it costs $5 and $10 today"),
        ("from $5-$10, or $20/$30; $5M in cash, $6M", "from $5-$10, or $20/$30; $5M in cash, $6M"),
        ("a stray $ and $$ and $$$$ and $ $", "a stray $ and $$ and $$$$ and $ $"),
    ],
)
def test_text_outside_maths(source: str, shown: str) -> None:
    assert prose(source) == shown


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_text(nothing: str | None) -> None:
    assert prose(nothing) == plain(nothing) == hits(nothing) == ""


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (r"n\log n", "n log n"),
        (r"\mathbb R^d", "ℝ d"),
        (r"\mathcal O(n)", "𝒪 ( n )"),
        (r"\mathbf{x}^\top y", "𝐱 ⊤ y"),
        (r"\mathrm{ReLU}(x)", "ReLU ( x )"),
        (r"\ell_1", "ℓ 1"),
        (r"x \text{ if } y", "x \u00a0if\u00a0 y"),
        (r"\operatorname{poly}(n)", "poly ( n )"),
        (r"\operatorname*{arg\,max}_x", "arg\u2009max x"),
        (r"\arg\min_\theta L", "arg\u2009min θ L"),
        (r"\|x\|", "‖ x ‖"),
        (r"10^{-3}", "10 − 3"),
        (r"5\%", "5 %"),
        ("50%", "50 %"),
        (r"90^\circ", "90 ∘"),
        (r"a \not= b \not\in C", "a ≠ b ∉ C"),
        ("x := 3", "x := 3"),
        ("H_2", "H 2"),
        (".5", ".5"),
        (r"\eps > 0", "ϵ > 0"),
        (r"\textbf{82.0\%}", "𝟖𝟐.𝟎%"),
    ],
)
def test_maths(source: str, shown: str) -> None:
    html = prose(f"so ${source}$.")
    assert_safe(html)
    leaves = [leaf.text for leaf in elements(html).iter() if leaf.tag in {"mi", "mn", "mo", "mtext"}]
    assert " ".join(leaf or "" for leaf in leaves) == shown


def marks(source: str) -> str:
    return re.sub(r"</?math>|</\w+>", "", mathml(source) or "")


def test_spaces_are_those_of_tex() -> None:
    assert marks(r"n\log n") == '<mi>n<mspace width="0.167em"><mi>log<mspace width="0.167em"><mi>n'
    assert marks(r"\log(n)") == '<mi>log<mo stretchy="false">(<mi>n<mo stretchy="false">)'
    assert marks("4+5") == "<mn>4<mo>+<mn>5"
    assert marks("-5") == '<mo form="prefix" lspace="0" rspace="0">−<mn>5'
    assert marks(">") == '<mo lspace="0" rspace="0">&gt;'
    assert marks("x_{i=1}") == '<msub><mi>x<mrow><mi>i<mo lspace="0" rspace="0">=<mn>1'


def test_only_display_maths_is_a_block() -> None:
    shown = prose(r"$a$ \(b\) $$c$$ \[d\] \begin{equation}e\end{equation} \begin{align}f&=g\\h&=i\end{align}")
    kinds = {"".join(m.itertext())[0]: m.get("display") for m in elements(shown).iter("math")}
    assert kinds == {"a": None, "b": None, "c": "block", "d": "block", "e": "block", "f": "block"}


def test_a_long_formula_can_be_broken_over_lines() -> None:
    shown = prose("$" + "+".join(f"x_{{{n}}}" for n in range(100)) + "$")
    assert 5 < len(elements(shown).findall("math")) < 50
    assert elements(prose(rf"$\frac{{{'x' * 100}}}{{2}}$"))[0].tag == "code"


HOSTILE = [
    r"\text{<svg/onload=alert(1)>}",
    r"\text{&#60;img src=x onerror=alert(1)&#62;}",
    r"\mbox{</mtext></math><script>alert(1)</script>}",
    r"\href{javascript:alert(1)}{x}",
    r"\style{position:fixed;inset:0}{x}",
    r"\class{chip}{x}",
    r"\color{white}{x}",
    r"\unicode{x202e}",
    r"\rule{100em}{100em}",
    r"\hspace{-100em}x",
    r"\phantom{x}",
    r"\def\a{xx}\def\b{\a\a}\def\c{\b\b}\c",
    r"\newcommand{\a}{\a\a}\a",
    r"\verb|<script>|",
    r"\frac{" * 400 + "x" + "}{y}" * 400,
    r"\frac" * 400,
    r"\left(" * 250 + r"\right)" * 10,
    r"\sqrt[" * 300,
    "{" * 900 + "x" + "}" * 900,
    "x^" * 900,
    r"\hat" * 500 + "x",
    "a" + r"\over b" * 250,
    r"\large " * 250 + "x",
    r"\begin{matrix}" * 100,
    "x" * (LONGEST + 1),
    r"\frac{1}",
    r"\left(",
    r"\right)",
    "^",
    "_^_",
    r"\begin{foo}",
    "&",
    r"\sqrt",
    r"\unknown{x}",
    r"\operatorname{",
    "{}",
    "\x00",
    "<!DOCTYPE x [<!ENTITY a 'b'>]>&a;",
    "]]><!--",
]


@pytest.mark.parametrize("source", HOSTILE, ids=lambda source: source[:30].encode("unicode_escape").decode())
@pytest.mark.parametrize("around", ["$%s$", "$$%s$$", r"\(%s\)", r"\[%s\]", "%s"])
def test_hostile_tex_is_text(source: str, around: str) -> None:
    html = prose(around.replace("%s", source))
    assert_safe(html)
    assert "\u202e" not in html
    assert not re.search(r"<(?:svg|img|script)|width=.-100em|javascript:[^<]*>", html)


def test_what_is_not_understood_is_shown_as_its_source() -> None:
    assert prose(r"a $\foo x$.") == r'a <code class="tex">$\foo x$</code>.'
    assert prose(r"$\href{javascript:x}{y}$") == r'<code class="tex">$\href{javascript:x}{y}$</code>'
    assert prose(r"\[\frac{\]") == r'<code class="tex">\[\frac{\]</code>'


def test_plain_text_has_no_markup() -> None:
    assert plain(r"\emph{G\"odel} -- $x^2 < 3$~& {\it so}") == "Gödel – $x^2 < 3$~& so"
    assert plain("<b>\u202ea\u2066\u200bb") == "<b>ab"


def test_directions_are_contained() -> None:
    assert prose("a\u202eb\u202c\u2066c\u2069\u200e\u200f\u061cd") == "abcd"
    assert prose("שלום (2018)") == "<bdi>שלום (2018)</bdi>"
    assert prose("$x$ שלום").startswith("<bdi><math>")


def test_unseen_signs_go_where_no_script_needs_them() -> None:
    assert clean("a\u200bb\u200cc\u200dd\u2060e\ufefff\x00g\x1bh\x7fi\x9bj\U000e0041k") == "abcdefghijk"
    joined = "می\u200cخواهم", "क्\u200dष", "👩\u200d💻", "e\u0301", "中文", "𝒪(n)"
    assert [clean(word) for word in joined] == list(joined)
    assert clean("e" + "\u0301" * 50) == "e" + "\u0301" * 4
    assert clean("a\u2028b\ud800") == "a b\ufffd"
    assert clean("a\ufffeb\uffff") == "ab"  # no XML holds them


@pytest.mark.parametrize(
    ("snippet", "shown"),
    [
        ("an [[exact]] <b>", "an <mark>exact</mark> &lt;b&gt;"),
        ("[[<b>]] [[ ]]", "<mark>&lt;b&gt;</mark> <mark> </mark>"),
        ("[[open", "[[open"),
        ("[[ [[a]] ]]", "[[ <mark>a</mark> ]]"),
        (r"\[[emph]]{x} G\"[[odel]]", "<em>x</em> G<mark>ödel</mark>"),
        (r"[[a \emph{b]] c}", "a <em>b c</em>"),
        (r"\emph{[[a} b]]", "<em><mark>a</mark></em> b"),
        ("[[a]] $[[n]]$", "<mark>a</mark> <math><mi>n</mi></math>"),
        ("…x^2$ and [[so]] $n$", "…x^2$ and <mark>so</mark> <math><mi>n</mi></math>"),
        ("[[so]] $n$ and $x^…", "<mark>so</mark> <math><mi>n</mi></math> and $x^…"),
        ("\ue000a\ue001 [[b]]", "a <mark>b</mark>"),
    ],
)
def test_hits(snippet: str, shown: str) -> None:
    assert hits(snippet) == shown


PIECES = r"""$ $$ \( \) \[ \] { } \ \\ ^ _ & % # ~ - -- ``  '' ' " ` [[ ]] < > <b> </math> <!-- ]]> a b1 \text{ \frac \left( \right)
    \emph{ {\it \'e \" \c \foo \cite{x} \sqrt[ \begin{align} \end{align} \begin{matrix} \mathbb \def\a{ \a \not \over 5 \href{x}
    &#x3c; \u202e \u05d0 \ue000 \ue001 \x00 \text{<svg> \operatorname{a} \limits \hspace{ 2em \color \unicode{x3c} \right \tag{"""
signs = st.sampled_from(
    [p.encode().decode("unicode_escape") if re.match(r"\\[uxe]\d", p) else p for p in PIECES.split()]
)
sources = st.one_of(st.text(max_size=60), st.lists(st.one_of(signs, signs, st.characters()), max_size=30).map("".join))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(sources, st.sampled_from(["%s", "$%s$", r"\[%s\]", "[[%s]]", r"$\text{%s}$", r"\emph{%s}"]))
@example("\x0c", "%s")
def test_whatever_the_text_the_html_is_whole_and_of_the_list(source: str, around: str) -> None:
    given_text = around.replace("%s", source)
    for show in (prose, hits):
        assert_safe(show(given_text))
    assert "\u202e" not in plain(given_text)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(st.characters(exclude_characters="\\$`'{}~-[]", categories=["L", "N", "P", "Zs"]), max_size=80))
def test_text_without_tex_is_shown_as_it_is(source: str) -> None:
    assert text(prose(source)) == plain(source) == clean(source)


SMALL, LARGE = 25_000, 100_000  # characters
SLOWER = 14.0  # times as long as a quarter of it: sixteen would be quadratic
NOISE = 0.3  # seconds that the machine may be busy elsewhere
UNITS = [
    *r"""$ { } \ \' [[ ]] \( \[ ` -- ~ ' " \emph{ {\it \foo{ \foo[ {a $x \$ $$ $x$ \c{ \'{ \begin{align} `a' `a {a} \" <""".split(),
    *(
        "a ",
        "[[a]]",
        r"\emph{a}",
        r"\textcolor{",
        r"\(x\)",
        r"\begin{align}x\end{align}",
        "$ $a ",
        "\u0301",
        "\u202e",
        "\u200d",
    ),
    *("…$", "a~1", "\\[[a]]{", "``a", "{\\'e}", "$5 ", "\\alpha", "[[\\emph{a]]}", "\\\\ ", "$\\frac{1}{2}$"),
]


def test_the_end_of_a_text_that_nobody_reads_is_shown_as_it_is() -> None:
    shown = prose("$x$ " * 30_000)
    assert shown.startswith("<math>")
    assert shown.endswith("$x$ ")


def seconds(work: Callable[[str], Any], source: str) -> float:
    best = float("inf")
    for _ in range(2):
        mathml.cache_clear()
        start = time.process_time()
        work(source)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_with_the_text(unit: str) -> None:
    for show in (prose, hits, plain):
        small, large = (seconds(show, unit * (size // len(unit))) for size in (SMALL, LARGE))
        assert large <= SLOWER * small + NOISE, f"{show.__name__}: {small:.3f} s for 25 kB, {large:.3f} s for 100 kB"

"""No text takes superlinear time: four times as much of it takes about four times as long, whatever it is made of."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest.bibitems import parse_bibitem
from ingest.citations import clean_title, is_reference, parse_reference
from ingest.mentions import find_mentions
from ingest.people import author_and_year, parse_authors, surnames
from ingest.readers.bibliography import parse_bibtex
from ingest.readers.html import parse_html
from ingest.readers.markdown import parse_markdown
from ingest.readers.plain import parse_plain
from ingest.venues import ends_with_venue, place_and_year, venue_and_year
from kg.drafts import Unread
from kg.drafts.reading import read
from kg.errors import DocumentError, UsageError
from kg.identifiers import arxiv_ids_in_text, parse_arxiv_id, parse_doi, title_key
from kg.links import paper_link
from kg.text import squeezed
from kg.titles import title_hash
from search.query import parse as parse_query

SMALL, LARGE = 8_000, 32_000  # characters
SLOWER = 14.0  # times as long as a quarter of it: sixteen would be quadratic
NOISE = 0.15  # seconds that the machine may be busy elsewhere
PIECES = """a A. Bee, and et al. word. ICML 2018 19 ( ) [ ] { } " “ $ * _ ` | # > < - – : ; , . ? ! / \\ ~ % & @ ' … 1. [1]
    https:// http://a.b/ arxiv.org/abs/ arXiv: 1806.07572 10.1000/x doi: abs/ \\bibitem{a} \\field{title}{ {\\em \\" author: year:2018..
    web.archive.org/web/ scholar_url?url= In: vol. pp. no. Title: Authors: --- +++ {% {{ <a> <!-- --> &amp; é 中 \t""".split()
READERS: dict[str, Callable[[str], object]] = {
    "markdown": lambda text: find_mentions("x.md", parse_markdown(text)),
    "plain text": lambda text: find_mentions("x.txt", parse_plain(text)),
    "html": lambda text: find_mentions("x.html", parse_html(text)),
    "bibtex": parse_bibtex,
    "draft": lambda text: read(Unread(text.encode(), text=True)),  # as the worker does it
}
FUNCTIONS: dict[str, Callable[[str], object]] = {
    function.__name__: function
    for function in (
        parse_reference,
        is_reference,
        parse_authors,
        surnames,
        author_and_year,
        venue_and_year,
        place_and_year,
        ends_with_venue,
        clean_title,
        title_key,
        title_hash,
        squeezed,
        parse_arxiv_id,
        parse_doi,
        paper_link,
        parse_bibitem,
        parse_query,
    )
} | {"arxiv_ids_in_text": lambda text: list(arxiv_ids_in_text(text))}
WORK = READERS | FUNCTIONS

texts = st.tuples(
    st.sampled_from(["", "- ", "Bee, A. ", "https://", '"', "(", "arXiv:", "  ", "\n"]),
    st.lists(st.sampled_from([piece for piece in PIECES if piece.strip()] + [" ", "\n"]), min_size=1, max_size=4).map(
        "".join
    ),
    st.sampled_from(["", ".", ")", '"', " 2018.", "\n"]),
)


def seconds(work: Callable[[str], object], text: str) -> float:
    """Seconds of processor time of the faster of two goes; what cannot be read may say so."""
    best = float("inf")
    for _ in range(2):
        parse_reference.cache_clear()
        paper_link.cache_clear()
        start = time.process_time()
        with suppress(DocumentError, UsageError, RecursionError):
            work(text)
        best = min(best, time.process_time() - start)
    return best


def check(work: Callable[[str], object], parts: tuple[str, str, str]) -> float:
    """Compare two lengths of one text; seconds for each kilobyte of the longer one."""
    head, unit, tail = parts
    text = {size: head + unit * (size // len(unit)) + tail for size in (SMALL, LARGE)}
    small, large = seconds(work, text[SMALL]), seconds(work, text[LARGE])
    assert large <= SLOWER * small + NOISE, f"{parts!r}: {small:.3f} s for 8 kB, {large:.3f} s for 32 kB"
    return large / (LARGE / 1000)


@pytest.mark.parametrize("line", ["See https://arxiv.org/abs/1806.07572 there.\n\n", "Bee et al. (2018) saw nets.\n\n"])
def test_the_time_of_a_draft_grows_with_its_lines(line: str) -> None:
    """Most of a draft's 8 kB are few lines; here the citations of thousands are looked for, each in its own."""
    small, large = (seconds(READERS["draft"], line * lines) for lines in (2_000, 8_000))
    assert large <= 8 * small + NOISE, f"{small:.3f} s for 2,000 lines, {large:.3f} s for 8,000"


@pytest.mark.slow
@pytest.mark.parametrize("name", WORK)
def test_time_grows_with_the_text(name: str) -> None:
    longest = 0.0

    @settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(texts)
    @example(("", "word. ", ""))
    @example(("- ", "word. ", ""))
    @example(("- ", ", ", ""))
    @example(("", "A. ", ""))
    @example(("- ", "A. ", "\n"))
    @example(("http://web.archive.org/web/", "1", ""))
    @example(("http://x", ".)", ""))
    @example(("", "http://a.b/1 ", ""))
    @example(("", "<a href=u>x", ""))
    @example(("", "\\entry{a}\\field{title}{", ""))
    @example(("", " ", "("))
    @example(("", ",", "\\newblock A title\\newblock ICML, 2018"))
    @example(("", "Long line of a citation that ends. Ann Bee. ICML 2019.\n", ""))
    @example(("", "[x](https://arxiv.org/abs/1806.07572) and ", ""))
    def measured(parts: tuple[str, str, str]) -> None:
        nonlocal longest
        longest = max(longest, check(WORK[name], parts))

    measured()
    sys.stdout.write(f"{name}: at most {longest * 1000:.2f} ms for a kilobyte\n")

"""Plain text and slides to blocks."""

from ingest.mentions import find_mentions
from ingest.readers.plain import parse_plain
from tests.examples import NOTES


def found(text: str) -> list[tuple[int, str | None, tuple[str, ...], str | None, int | None]]:
    mentions = find_mentions("slides.txt", parse_plain(text))
    return [(m.line, m.title, m.authors, m.venue, m.year) for m in mentions]


def test_a_citation_on_one_line() -> None:
    assert found("• On Wide Networks at Work. Ann Bee, Carl Dee. Neurips 2019\n") == [
        (1, "On Wide Networks at Work", ("Ann Bee", "Carl Dee"), "Neurips", 2019)
    ]


def test_a_title_over_two_lines_and_a_name_over_two_bullets() -> None:
    text = "\nA Long Story of Bounds for\n Networks of Two Layers. Ann Bee, Carl\n - Dee. ICML 2018 (best paper)\n"
    assert found(text) == [
        (2, "A Long Story of Bounds for Networks of Two Layers", ("Ann Bee", "Carl Dee"), "ICML", 2018)
    ]


def test_a_blank_line_inside_a_citation() -> None:
    text = "Some claim here\n\nCan Networks Learn With Provable\n\nPatience? Ann Bee. Colt 2017\n"
    assert found(text) == [(3, "Can Networks Learn With Provable Patience?", ("Ann Bee",), "Colt", 2017)]


def test_a_venue_alone_on_its_line_and_et_al() -> None:
    text = "- Are Wide Nets Better than Deep Ones? Ann Bee et al.\n\nICLR 2020.\n"
    assert found(text) == [(1, "Are Wide Nets Better than Deep Ones?", ("Ann Bee",), "ICLR", 2020)]


def test_statements_are_no_citations() -> None:
    assert found("Deep learning works.\n\n- Important venues: ICML, Neurips, AAAI, ...\n- Very small fraction\n") == []


def test_headings_above_citations_are_sub_headings() -> None:
    mentions = find_mentions("notes.txt", parse_plain(NOTES))
    assert [(m.section, m.title or m.arxiv_id) for m in mentions] == [
        (
            ("Generalisation", "Why capacity misleads"),
            "Reconciling modern machine learning practice and the bias-variance trade-off",
        ),
        (("Generalisation", "Beyond kernels"), "What Can ResNet Learn Efficiently, Going Beyond Kernels?"),
        (("Generalisation", "Beyond kernels"), "hep-th/9901001"),
        (("Generalisation", "Beyond kernels"), "2001.99999"),
    ]


def test_the_title_is_the_first_heading() -> None:
    assert parse_plain(NOTES).title == "Seminar on deep learning"

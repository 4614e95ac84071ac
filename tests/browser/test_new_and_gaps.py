"""What is new and what lists lack, in the browser: by mouse, by keyboard, without JavaScript, on a phone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from kg.refresh import Options, refresh
from tests.conftest import open_library
from tests.examples import AWESOME, NOTES, PAPERS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MISSING = "1806.07572"
EDGES = f"citing\tcited\n1811.03962\t{MISSING}\n1803.03635\t{MISSING}\n1803.03635\t2009.99999\n"
MORE = (
    "\n- [Wide Networks](https://arxiv.org/abs/2001.00001): a long title follows, https://example.org/"
    + "x" * 120
    + "\n"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`kg serve` on a library of two lists and three runs, whose papers cite one that no list holds."""
    folder = tmp_path_factory.mktemp("runs")
    rows = [
        {**paper, "authors": ", ".join(paper["authors"]), "categories": " ".join(paper["categories"])}
        for paper in PAPERS
    ]
    (folder / "facts.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    (folder / "edges.tsv").write_text(EDGES)
    awesome = "".join(line for line in AWESOME.splitlines(keepends=True) if MISSING not in line)
    library = open_library(folder / "data")

    def ingest(*sources: str, **files: Path) -> None:
        refresh(library, Options(sources, offline=True, encoder="none", **files), lambda *_: None, lambda _: None)  # type: ignore[arg-type]

    (folder / "awesome.md").write_text(awesome)
    ingest(str(folder / "awesome.md"), facts=folder / "facts.jsonl", citations=folder / "edges.tsv")
    (folder / "notes.txt").write_text(NOTES)
    ingest(str(folder / "notes.txt"))
    (folder / "awesome.md").write_text(awesome + MORE)
    ingest()
    library.close()
    command = [sys.executable, "-m", "kg", "serve", "--port", "0", "--data", str(folder / "data")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1].rstrip("/")
        process.terminate()


def test_see_what_a_run_brought_and_go_to_the_line_of_the_list(page: Page) -> None:
    page.goto("/")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="New").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What is new")
    expect(page.get_by_text("3 runs of kg ingest brought")).to_be_visible()
    newest = page.locator("section.run").first
    expect(newest.get_by_role("heading", name="1 paper came to the library")).to_be_visible()
    newest.get_by_role("link", name="Run 3").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What run 3 brought")
    page.get_by_role("link", name="Awesome Wide Networks").first.click()
    expect(page.locator(":target")).to_contain_text("Wide Networks")


def test_since_a_day_by_keyboard(page: Page) -> None:
    page.goto("/new")
    since = page.get_by_label("Since")
    since.focus()
    page.keyboard.type("01012000")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/new?since=2000-01-01")
    expect(page.get_by_text("Since 1 January 2000, 3 runs")).to_be_visible()
    page.get_by_role("link", name="From the beginning").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url("/new")


def test_choose_a_list_and_open_the_arithmetic(page: Page) -> None:
    page.goto("/gaps")
    page.get_by_label("Gaps of").select_option(label="Awesome Wide Networks (4)")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url("/gaps?list=awesome-wide-networks")
    gap = page.locator(".row").filter(has_text="cited by 2 papers of this list")
    gap.locator("summary").last.click()
    expect(gap.get_by_role("table")).to_contain_text("Score")
    gap.get_by_role("heading", level=3).get_by_role("link").click()
    expect(page).to_have_url(f"/paper/{MISSING}")


def test_gaps_by_keyboard(page: Page) -> None:
    page.goto("/gaps")
    page.get_by_label("Gaps of").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page).to_have_url("/gaps?list=awesome-wide-networks")
    page.locator(".why summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".why table").first).to_be_visible()


def test_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/gaps")
    page.get_by_label("Gaps of").select_option(label="Awesome Wide Networks (4)")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url("/gaps?list=awesome-wide-networks")
    page.goto("/new")
    page.get_by_label("Since").fill("2000-01-01")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url("/new?since=2000-01-01")
    context.close()


@pytest.mark.parametrize(
    "path", ["/new", "/new?run=3", "/new?since=2999-01-01", "/gaps", "/gaps?list=awesome-wide-networks"]
)
def test_nothing_is_wider_than_a_phone(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach(closed => { closed.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("path", ["/new", "/new?run=1", "/gaps"])
def test_headings_are_in_order(page: Page, path: str) -> None:
    page.goto(path)
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map(e => +e.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))

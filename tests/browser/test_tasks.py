"""What people do, in the browser, by mouse and by keyboard."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_search_open_a_paper_and_follow_a_related_one(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="8 papers")).to_be_visible()
    page.get_by_role("searchbox").fill("lottery ticket")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/?q=lottery+ticket")
    page.get_by_role("link", name="The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Finding Sparse")
    related = page.get_by_role("region", name="Related papers")
    related.locator("summary").first.click()
    expect(related.get_by_role("table").first).to_contain_text("also by Jonathan Frankle")
    related.get_by_role("link", name="Linear Mode Connectivity and the Lottery Ticket Hypothesis").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Linear Mode Connectivity and the Lottery Ticket Hypothesis"
    )
    page.go_back()
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("lottery ticket")


def test_narrow_by_a_facet_and_take_it_back(page: Page) -> None:
    page.goto("/?q=networks")
    page.get_by_role("navigation", name="Year").get_by_role("link", name="2018").click()
    expect(page).to_have_url("/?q=networks&year=2018")
    page.get_by_role("link", name="Remove the filter year:2018").click()
    expect(page).to_have_url("/?q=networks")


def test_from_a_paper_to_where_a_list_mentions_it(page: Page) -> None:
    page.goto("/paper/1806.07572")
    page.get_by_role("region", name="Listed in").get_by_role("link", name="Awesome Wide Networks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Awesome Wide Networks")
    expect(page.locator(":target")).to_contain_text("read this one first")


def test_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("tangent")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/?q=tangent")
    first = page.get_by_role("link", name="Neural Tangent Kernel: Convergence and Generalization in Neural Networks")
    for _ in range(12):
        page.keyboard.press("Tab")
        if first.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Neural Tangent Kernel")


@pytest.mark.parametrize("path", ["/", "/?q=networks", "/paper/1806.07572", "/list/awesome-wide-networks"])
def test_nothing_is_wider_than_a_phone(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

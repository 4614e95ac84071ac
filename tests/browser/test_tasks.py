"""What people do, in the browser, by mouse and by keyboard, with a script and without."""

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NTK = "Neural Tangent Kernel: Convergence and Generalization in Neural Networks"
LOTTERY = "The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks"


def test_search_open_a_paper_and_follow_a_related_one(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="8 papers")).to_be_visible()
    page.get_by_role("searchbox").fill("lottery ticket")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/?q=lottery+ticket")
    page.get_by_role("link", name=LOTTERY).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Finding Sparse")
    related = page.get_by_role("region", name="Related papers")
    related.locator(".why summary").first.click()
    expect(related.get_by_role("table").first).to_contain_text("also by Jonathan Frankle")
    related.get_by_role("link", name="Linear Mode Connectivity and the Lottery Ticket Hypothesis").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Linear Mode Connectivity and the Lottery Ticket Hypothesis"
    )
    page.go_back()
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("lottery ticket")


def test_results_come_as_one_types_and_go_back(page: Page) -> None:
    page.goto("/")
    box = page.get_by_role("searchbox")
    box.press_sequentially("tangent", delay=20)
    expect(page.locator("h1")).to_have_text("1 result")
    expect(page).to_have_url("/?q=tangent")
    expect(box).to_be_focused()
    expect(page.get_by_role("link", name=NTK)).to_be_visible()
    expect(page.locator("#told")).to_have_text("1 result")
    alternate = page.locator("link[rel=alternate][type='application/json']").first
    assert alternate.get_attribute("href") == "/search.json?q=tangent"
    box.fill("")
    expect(page.get_by_role("heading", name="8 papers")).to_be_visible()
    box.press_sequentially("sparse", delay=20)
    expect(page).to_have_url("/?q=sparse")
    page.go_back()
    expect(page.get_by_role("heading", name="8 papers")).to_be_visible()
    expect(page).to_have_url("/")


def test_an_answer_that_comes_late_is_not_shown(page: Page) -> None:
    page.goto("/")
    held = []
    page.route("**/?q=tangent", lambda route: held.append(route))  # of a method it would not take it
    box = page.get_by_role("searchbox")
    box.press_sequentially("tangent")
    page.wait_for_timeout(300)
    box.fill("lottery")
    expect(page.locator("h1")).to_have_text("2 results")
    for route in held:
        route.continue_()
    page.wait_for_timeout(300)
    expect(page.locator("h1")).to_have_text("2 results")
    assert held


def test_back_while_typing_shows_the_question_of_before(page: Page) -> None:
    page.goto("/?q=tangent")
    box = page.get_by_role("searchbox")
    box.fill("lottery")
    expect(page).to_have_url("/?q=lottery")
    page.go_back()
    expect(page.locator("h1")).to_have_text("1 result")
    expect(box).to_have_value("tangent")
    box.focus()
    box.press("End")
    page.keyboard.type(" kernel")
    expect(page).to_have_url("/?q=tangent+kernel")
    page.keyboard.press("Escape")
    expect(page.locator("#main")).to_be_focused()
    page.go_back()
    expect(page).to_have_url("/?q=tangent")


def test_typing_keeps_the_filters(page: Page) -> None:
    page.goto("/?q=networks&year=2018")
    page.get_by_role("searchbox").press("End")
    page.get_by_role("searchbox").press_sequentially(" dense")
    expect(page).to_have_url("/?q=networks+dense&year=2018")
    expect(page.get_by_role("link", name="Remove the filter year:2018")).to_be_visible()


def test_narrow_by_a_facet_and_take_it_back(page: Page) -> None:
    page.goto("/?q=networks")
    page.get_by_role("navigation", name="Year").get_by_role("link", name="2018: ").click()
    expect(page).to_have_url("/?q=networks&year=2018")
    page.get_by_role("link", name="Remove the filter year:2018").click()
    expect(page).to_have_url("/?q=networks")
    page.get_by_role("navigation", name="Category").get_by_role("link", name="cs.NE").click()
    expect(page).to_have_url("/?q=networks&cat=cs.NE")
    page.get_by_role("navigation", name="Category").get_by_role("link", name="cs.NE").click()
    expect(page).to_have_url("/?q=networks")
    page.get_by_label("Years, as").fill("2019..2020")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/?q=networks&year=2019..2020")
    page.get_by_role("navigation", name="Order").get_by_role("link", name="oldest").click()
    expect(page).to_have_url("/?q=networks&year=2019..2020&sort=oldest")


def test_keys_go_through_results_and_open_one(page: Page) -> None:
    page.goto("/?q=networks")
    links = page.locator(".row h3 a")
    page.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(links.nth(0)).to_be_focused()
    title = links.nth(0).inner_text()
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("j/?")
    expect(page.get_by_role("searchbox")).to_have_value("j/?")
    page.keyboard.press("Escape")
    expect(page.get_by_role("searchbox")).not_to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_bibtex_is_copied_by_key_and_by_button(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/?q=tangent")
    page.keyboard.press("y")
    expect(page.locator("#told")).to_have_text("No paper is chosen: j and k choose one")
    page.keyboard.press("j")
    page.keyboard.press("y")
    expect(page.locator("#told")).to_have_text("BibTeX copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("@misc{jacot2018neuraltangentkernel,")
    page.goto("/paper/1803.03635")
    page.get_by_role("button", name="Copy BibTeX").last.click()
    expect(page.locator("#told")).to_have_text("BibTeX copied")
    expect(page.locator("#told")).to_be_in_viewport()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@misc{frankle2018lotterytickethypothesis,")
    page.goto("/paper/1806.07572")
    page.keyboard.press("y")
    expect(page.locator("#told")).to_have_text("BibTeX copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("@misc{jacot2018neuraltangentkernel,")


def test_a_title_with_a_slip_is_recognised(page: Page) -> None:
    page.goto("/?q=the+lotery+ticket+hypothesis%3A+finding+sparse+trainable+neural+network")
    page.get_by_text("Did you mean the paper").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(LOTTERY)


def test_nothing_found_says_what_to_do(page: Page) -> None:
    page.goto("/?q=zebra&year=2018")
    expect(page.locator(".empty")).to_contain_text("Nothing in the library matches")
    page.get_by_role("link", name="Search without the filters").click()
    expect(page).to_have_url("/?q=zebra")


def test_related_papers_are_exchanged_in_place(page: Page) -> None:
    page.goto("/paper/1803.03635")
    page.evaluate("window.same = true")
    tabs = page.get_by_role("navigation", name="Related by")
    tabs.get_by_role("link", name="by authors").press("Enter")
    expect(page).to_have_url("/paper/1803.03635?by=authors#related")
    expect(page.get_by_role("region", name="Related papers").locator(".row")).to_have_count(1)
    expect(tabs.get_by_role("link", name="by authors")).to_be_focused()
    page.get_by_role("region", name="Related papers").get_by_role("link", name="2019: 1 paper").click()
    expect(page).to_have_url("/paper/1803.03635?by=authors&year=2019#related")
    page.get_by_role("link", name="Wider").click()
    expect(page).to_have_url("/paper/1803.03635?by=authors&year=2019&depth=2#around")
    assert page.evaluate("window.same"), "the page was never loaded anew"
    page.go_back()
    page.go_back()
    page.go_back()
    expect(tabs.get_by_role("link", name="all", exact=True)).to_have_attribute("aria-current", "true")


def test_from_a_paper_to_where_a_list_mentions_it(page: Page) -> None:
    page.goto("/paper/1806.07572")
    page.get_by_role("region", name="Listed in").get_by_role("link", name="Awesome Wide Networks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Awesome Wide Networks")
    expect(page.locator(":target")).to_contain_text("read this one first")


def test_from_a_list_to_its_topic_its_author_and_their_co_author(page: Page) -> None:
    page.goto("/list/awesome-wide-networks")
    page.get_by_role("navigation", name="Contents").get_by_role("link", name="Sparsity").click()
    expect(page.locator(":target")).to_contain_text("The Lottery Ticket Hypothesis")
    page.locator(":target").get_by_role("link", name="Jonathan Frankle").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Jonathan Frankle")
    page.get_by_role("region", name="Wrote with").get_by_role("link", name="Michael Carbin 2").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Michael Carbin")
    page.get_by_role("link", name="Sparsity").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sparsity")
    page.get_by_role("navigation", name="Year").get_by_role("link", name="2019: 1 paper").click()
    expect(page).to_have_url("/topic/sparsity?year=2019")
    expect(page.locator(".row")).to_have_count(1)


def test_a_draft_gets_what_to_cite_and_the_selection_is_kept(page: Page) -> None:
    page.goto("/related")
    page.get_by_label("A paragraph, an abstract").fill(
        "Sparse networks: a lottery of tickets, and the kernel of wide ones."
    )
    page.get_by_role("button", name="Find what to cite").click()
    expect(page).to_have_url("/related?text=Sparse+networks%3A+a+lottery+of+tickets%2C+and+the+kernel+of+wide+ones.")
    page.get_by_label("Category").select_option("cs.NE")
    page.get_by_role("button", name="Find what to cite").click()
    expect(page.locator(".row")).to_have_count(1)
    page.get_by_label("Select ", exact=False).check()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").first.click()
    assert '1803.03635,"The Lottery Ticket' in download.value.path().read_text(encoding="utf-8")
    page.get_by_role("button", name="Keep as a page").click()
    expect(page).to_have_url("/papers?id=1803.03635")
    page.get_by_role("link", name="related to all of it").click()
    expect(page).to_have_url("/related?paper=1803.03635")
    expect(page.locator(".row").first).to_contain_text("Linear Mode Connectivity")


def test_a_draft_too_long_for_an_address_is_answered_too(page: Page) -> None:
    page.goto("/related")
    page.get_by_label("A paragraph, an abstract").fill("Sparse networks and their tickets. " * 1000)
    page.get_by_role("button", name="Find what to cite").click()
    expect(page).to_have_url("/related")
    expect(page.get_by_text("too long to be part of an address")).to_be_visible()
    expect(page.locator(".row").first).to_be_visible()


def test_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("tangent")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/?q=tangent")
    first = page.get_by_role("link", name=NTK)
    for _ in range(15):
        page.keyboard.press("Tab")
        if first.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Neural Tangent Kernel")


def test_without_a_script_everything_is_there(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("searchbox").fill("lottery")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("navigation", name="Category").get_by_role("link", name="cs.NE").click()
    page.get_by_role("link", name=LOTTERY).click()
    page.get_by_role("link", name="by lists").click()
    expect(page).to_have_url(f"{site}/paper/1803.03635?by=lists#related")
    page.locator(".why summary").first.click()
    expect(page.get_by_role("table").first).to_contain_text("both under")
    expect(page.get_by_text("@misc{frankle2018lottery")).to_be_visible()
    page.goto("/related")
    page.get_by_label("A paragraph, an abstract").fill("sparse networks")
    page.get_by_role("button", name="Find what to cite").click()
    page.get_by_label("Select ", exact=False).first.check()
    page.get_by_role("button", name="Keep as a page").click()
    expect(page.get_by_role("heading", name="1 paper")).to_be_visible()
    context.close()

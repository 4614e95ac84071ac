"""How the pages are to be had: on a phone, enlarged, in the dark, by keyboard, by a screen reader."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATHS = [
    "/",
    "/?q=networks",
    "/?q=zebra&year=2018",
    "/paper/1806.07572",
    "/paper/1803.03635?by=lists",
    "/author/jonathan-frankle",
    "/topic/sparsity",
    "/list/awesome-wide-networks",
    "/related",
    "/related?text=sparse+networks",
    "/papers?id=1806.07572&id=1803.03635",
    "/graph",
    "/gaps",
    "/new",
]
MISSING = "/paper/2301.00001"
# What is wider than its place scrolls by itself; nothing else may be cut off.
_CUT_OFF = """() => [...document.querySelectorAll('main *')].filter(e => {
  const style = getComputedStyle(e);
  return e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && style.overflowX === 'hidden'
    && !e.closest('.unseen') && style.clipPath === 'none';
}).map(e => e.outerHTML.slice(0, 100))"""


@pytest.mark.parametrize("path", [*PATHS, MISSING])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, site: str, path: str, scheme: str) -> None:
    context = browser.new_context(base_url=site, color_scheme=scheme)
    page = context.new_page()
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    found = Axe().run(page)
    context.close()
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", [*PATHS, MISSING])
def test_nothing_is_wider_than_a_phone_or_than_an_enlarged_page(browser: Browser, site: str, path: str) -> None:
    for width in (390, 640, 320):  # a phone; 1280 at 200 %; 1280 at 400 %
        context = browser.new_context(base_url=site, viewport={"width": width, "height": 800})
        page = context.new_page()
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(_CUT_OFF) == []
        context.close()


@pytest.mark.parametrize("path", PATHS)
def test_focus_is_seen_wherever_it_goes(page: Page, path: str, site: str) -> None:
    page.goto(path)
    seen: set[str] = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        where, visible = page.evaluate(
            """() => {
              const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
              const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
              return [e.outerHTML.slice(0, 200) + box.y + scrollY, e === document.body || seen];
            }"""
        )
        assert visible, where
        if where in seen:
            break
        seen.add(where)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_shifts_while_a_page_is_shown(page: Page, path: str) -> None:
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => { for (const e of list.getEntries()) window.shift += e.value; })"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    page.goto(path)
    page.wait_for_timeout(200)
    assert page.evaluate("window.shift") == 0


@pytest.mark.parametrize("path", PATHS)
def test_all_controls_have_names_and_ids_are_used_once(page: Page, path: str) -> None:
    page.goto(path)
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button')]
          .filter(e => !(e.labels?.length || e.getAttribute('aria-label') || e.textContent.trim()))
          .map(e => e.outerHTML)"""
    )
    assert unnamed == []
    assert (
        page.evaluate(
            "[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, n, all) => all.indexOf(id) !== n)"
        )
        == []
    )

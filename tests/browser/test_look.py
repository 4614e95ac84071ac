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
    "/api",
    "/new",
]
MISSING = "/paper/2301.00001"
# What is wider than its place scrolls by itself; nothing else may be cut off.
_CUT_OFF = """() => [...document.querySelectorAll('main *')].filter(e => {
  const style = getComputedStyle(e);
  return e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && style.overflowX === 'hidden'
    && !e.closest('.unseen') && style.clipPath === 'none';
}).map(e => e.outerHTML.slice(0, 100))"""


_SHIFTS = """window.shifts = []; new PerformanceObserver(list => { for (const e of list.getEntries())
  window.shifts.push([e.value, ...e.sources.map(source => source.node?.outerHTML?.slice(0, 100))]);
}).observe({type: 'layout-shift', buffered: true});"""
_UNNAMED = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button')]
  .filter(e => !(e.labels?.length || e.getAttribute('aria-label') || e.textContent.trim())).map(e => e.outerHTML)"""
_IDS_USED_TWICE = """() => [...document.querySelectorAll('[id]')].map(e => e.id)
  .filter((id, n, all) => all.indexOf(id) !== n)"""
_FOCUS = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
  const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return [e.outerHTML.slice(0, 200) + box.y + scrollY, e === document.body || seen];
}"""
_OPEN_ALL = "document.querySelectorAll('details').forEach(details => { details.open = true; })"


@pytest.mark.parametrize("path", [*PATHS, MISSING])
def test_axe_finds_nothing(browser: Browser, site: str, path: str) -> None:
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto(path)
    page.evaluate(_OPEN_ALL)
    light = Axe().run(page)
    page.emulate_media(color_scheme="dark")
    dark = Axe().run(page, options={"runOnly": ["color-contrast", "link-in-text-block"]})
    context.close()
    assert light.violations_count == 0, light.generate_report()
    assert dark.violations_count == 0, dark.generate_report()


@pytest.mark.parametrize("path", [*PATHS, MISSING])
def test_nothing_is_wider_than_a_phone_or_than_an_enlarged_page(browser: Browser, site: str, path: str) -> None:
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto(path)
    page.evaluate(_OPEN_ALL)
    for width in (390, 640, 320):  # a phone; 1280 at 200 %; 1280 at 400 %
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(_CUT_OFF) == []
    context.close()


@pytest.mark.parametrize("path", PATHS)
def test_nothing_shifts_all_controls_have_names_and_focus_is_seen_wherever_it_goes(page: Page, path: str) -> None:
    page.add_init_script(_SHIFTS)
    page.goto(path)
    assert page.evaluate(_UNNAMED) == []
    assert page.evaluate(_IDS_USED_TWICE) == []
    page.wait_for_timeout(200)
    assert page.evaluate("window.shifts") == []
    seen: set[str] = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        where, visible = page.evaluate(_FOCUS)
        assert visible, where
        if where in seen:
            break
        seen.add(where)

"""The picture around a paper: by mouse, by keyboard, without a script, on a phone."""

import pytest
from playwright.sync_api import Browser, Page, expect

from kg.library import Library
from webapp import create_app

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOTTERY, LINEAR = "/paper/1803.03635", "paper: Linear Mode Connectivity and the Lottery Ticket Hypothesis (2019)"
PICTURE = ".around .frame > svg"


def box(page: Page) -> list[float]:
    return [float(part) for part in (page.locator(PICTURE).get_attribute("viewBox") or "").split()]


def test_follow_a_node(page: Page) -> None:
    page.goto(LOTTERY)
    page.get_by_role("link", name=LINEAR, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Linear Mode Connectivity and the Lottery Ticket Hypothesis"
    )


def test_show_what_is_around_another_and_take_it_back(page: Page) -> None:
    page.goto(LOTTERY)
    title = "Linear Mode Connectivity and the Lottery Ticket Hypothesis"
    more = page.get_by_role("link", name=f"Show what is around {title}", exact=True)
    more.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url("/paper/1803.03635?expand=1912.05671#around")
    back = page.get_by_role("link", name=f"No longer show what is around {title}")
    expect(back).to_be_focused()
    expect(page.locator(f"{PICTURE}.live")).to_be_visible()
    back.click()
    expect(more).to_be_visible()
    expect(page).to_have_url("/paper/1803.03635#around")


def test_wider_and_closer(page: Page) -> None:
    page.goto(f"{LOTTERY}?by=lists")
    page.get_by_role("link", name="Wider").click()
    expect(page).to_have_url("/paper/1803.03635?by=lists&depth=2#around")
    page.get_by_role("link", name="Closer").click()
    expect(page).to_have_url("/paper/1803.03635?by=lists#around")


def test_zoom_by_keys_and_buttons(page: Page) -> None:
    page.goto(LOTTERY)
    whole = box(page)
    page.locator(PICTURE).focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert box(page)[2] < whole[2] / 1.5
    page.keyboard.press("-")
    page.keyboard.press("0")
    assert box(page) == pytest.approx(whole)
    page.get_by_role("button", name="Zoom in").click()
    assert box(page)[2] < whole[2]
    page.get_by_role("button", name="Whole picture").click()
    assert box(page) == pytest.approx(whole)


def test_drag_does_not_follow_and_zooms_with_the_wheel(page: Page) -> None:
    page.goto(LOTTERY)
    page.locator(PICTURE).scroll_into_view_if_needed()
    link = page.locator(PICTURE).get_by_role("link", name=LINEAR, exact=True)
    at = link.bounding_box()
    assert at is not None
    page.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    page.wait_for_function(f"document.querySelector('{PICTURE}').classList.contains('near')")
    before = box(page)
    page.mouse.down()
    page.mouse.move(at["x"] - 60, at["y"] - 40, steps=4)
    page.mouse.up()
    assert box(page)[:2] != before[:2]
    assert page.url.endswith(LOTTERY)


def test_a_node_in_focus_keeps_what_it_is_joined_to(page: Page) -> None:
    page.goto(LOTTERY)
    page.locator(PICTURE).get_by_role("link", name=LINEAR, exact=True).focus()
    expect(page.locator(f"{PICTURE}.held")).to_be_visible()
    assert page.locator(f"{PICTURE} .node.by.author").count() == 2
    assert page.locator(f"{PICTURE} .node.by.center").count() == 0
    page.get_by_role("searchbox").focus()
    expect(page.locator(f"{PICTURE}.held")).to_have_count(0)


def test_labels_lie_in_the_room_that_was_kept_for_them(page: Page) -> None:
    page.goto(LOTTERY)
    overlapping = page.evaluate(
        """() => {
          const boxes = [...document.querySelectorAll('.around .node text')].map((text) => text.getBBox());
          const apart = (a, b) => a.x + a.width <= b.x || b.x + b.width <= a.x
            || a.y + a.height <= b.y || b.y + b.height <= a.y;
          return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => !apart(a, b))).length;
        }"""
    )
    assert overlapping == 0


def test_without_a_script(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto(LOTTERY)
    expect(page.get_by_role("button", name="Zoom in")).to_have_count(0)
    page.get_by_text("The same as a list").click()
    region = page.get_by_role("region", name="Around this paper")
    expect(region.locator("details.words")).to_contain_text("Jonathan Frankle wrote")
    region.get_by_role("link", name="Wider").click()
    expect(page).to_have_url("/paper/1803.03635?depth=2#around")
    region.get_by_role("link", name="Show what is around Linear Mode").click()
    expect(page).to_have_url("/paper/1803.03635?depth=2&expand=1912.05671#around")
    region.locator(".frame").get_by_role("link", name=LINEAR, exact=True).click()
    expect(page).to_have_url("/paper/1912.05671")
    context.close()


def test_a_phone_scrolls_the_picture_and_not_the_page(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(LOTTERY)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    center = page.locator(f"{PICTURE} .node.center text").bounding_box()
    assert center is not None
    assert 0 <= center["x"] <= center["x"] + center["width"] <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_people_out(page: Page, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(LOTTERY)
    found = Axe().run(page, context="#around")
    assert found.violations_count == 0, found.generate_report()


def test_hostile_titles_are_text(page: Page, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = "</title></svg><img src=x onerror=console.log(1)><script>console.log(2)</script>"
    graph = library.parts.graph()
    assert graph is not None
    monkeypatch.setattr(graph, "label", lambda kind, place: evil)
    answer = create_app(library).test_client().get(LOTTERY)
    page.route(f"**{LOTTERY}", lambda route: route.fulfill(body=answer.text, headers=dict(answer.headers)))
    page.goto(LOTTERY)
    expect(page.locator(f"{PICTURE} .node.center text")).to_contain_text("</title></svg><img")
    assert page.locator(".around img, .around script").count() == 0

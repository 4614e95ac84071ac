"""The map in the browser: by mouse, by keyboard, and without JavaScript."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from kg.refresh import Options, refresh
from tests.conftest import open_library

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOTTERY = "The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks"
_SERVE = """
import sys
from pathlib import Path
from tests.conftest import open_library
from webapp import create_app
from webapp.server import serve
import kg.mapping, webapp.pages.map, webapp.pictures.dots
if sys.argv[2] == "many":
    kg.mapping.MOST_TITLES = webapp.pages.map.MOST_TITLES = webapp.pictures.dots._LIGHT = 2
serve(create_app(open_library(Path(sys.argv[1]))), "127.0.0.1", 0, lambda address: print(address, flush=True))
"""


@pytest.fixture(scope="module", params=["few", "many"])
def site(made_library: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of the suite's library with its vectors; `many`: as if its papers were too many for links."""
    data = tmp_path_factory.mktemp("site") / "data"
    shutil.copytree(made_library, data)
    library = open_library(data)
    refresh(library, Options(offline=True), lambda *_: None, lambda _: None)
    library.close()
    command = [sys.executable, "-c", _SERVE, str(data), request.param]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip().rstrip("/")
        process.terminate()


def magnified(page: Page) -> float:
    return 1000 / float(page.locator(".map > svg").get_attribute("viewBox").split()[2])


def test_a_search_marks_its_hits_and_leads_to_a_paper(page: Page) -> None:
    page.goto("/graph")
    page.get_by_label("Find on the map").fill("lottery ticket")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/graph?q=lottery+ticket")
    beside = page.get_by_role("complementary", name="Found")
    expect(beside.get_by_role("link", name=LOTTERY)).to_be_visible()
    hit = page.locator(".hits a").filter(has=page.locator("title", has_text=LOTTERY))
    hit.focus()
    hit.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Finding Sparse")


def test_a_name_leads_to_its_topic(page: Page) -> None:
    page.goto("/graph")
    name = page.locator(".names a:visible").first
    label = name.locator("title").text_content().rpartition(":")[0]
    name.locator("text").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(label)


def test_by_keys_and_buttons(page: Page) -> None:
    page.goto("/graph")
    picture = page.locator(".map > svg")
    picture.focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    expect(page).to_have_url(re.compile(r"/graph#2\.25,"))
    assert magnified(page) == pytest.approx(2.25)
    left = picture.get_attribute("viewBox")
    page.keyboard.press("ArrowRight")
    expect(picture).not_to_have_attribute("viewBox", left)
    page.keyboard.press("-")
    page.keyboard.press("0")
    expect(page).to_have_url("/graph")
    page.get_by_role("button", name="Larger").click()
    expect(page).to_have_url(re.compile(r"/graph#1\.5,"))
    page.get_by_role("button", name="Whole map").press("Enter")
    expect(page).to_have_url("/graph")


def test_a_place_on_the_map_is_part_of_the_address(page: Page) -> None:
    page.goto("/graph#4,100,200")
    expect(page.locator(".map > svg")).to_have_attribute("viewBox", "100 200 250 175")
    page.goto("/paper/1803.03635")
    page.go_back()
    expect(page.locator(".map > svg")).to_have_attribute("viewBox", "100 200 250 175")


def test_by_wheel_and_drag(page: Page) -> None:
    page.goto("/graph")
    box = page.locator(".map > svg").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    page.mouse.wheel(0, -600)
    expect(page).to_have_url(re.compile("/graph#3"))
    before = page.locator(".map > svg").get_attribute("viewBox")
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 80, box["y"] + 60, steps=4)
    page.mouse.up()
    expect(page.locator(".map > svg")).not_to_have_attribute("viewBox", before)


def test_a_point_says_its_title_and_leads_to_its_paper(page: Page) -> None:
    page.goto("/graph")
    place = page.request.get("/graph.json").json()["result"]["points"]
    if page.locator(".map").get_attribute("data-points"):
        expect(page.locator(".map > canvas")).to_be_visible()
    box = page.locator(".map > svg").bounding_box()
    x, y = (place[axis][0] * box["width"] / 1000 + box[axis] for axis in ("x", "y"))
    page.evaluate("document.querySelector('.names').remove()")  # a name may lie over the point
    page.mouse.move(x, y)
    page.mouse.move(x + 1, y)
    expect(page.locator(".over")).to_be_visible()
    title = page.locator(".over").text_content()
    page.mouse.click(x + 1, y)
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)


@pytest.mark.parametrize("path", ["/graph", "/graph?q=networks"])
def test_nothing_is_wider_than_a_phone(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/graph?q=lottery+ticket")
    expect(page.get_by_role("button", name="Larger")).to_be_hidden()
    assert page.locator(".hits a").count()
    page.get_by_role("complementary", name="Found").get_by_role("link", name=LOTTERY).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Finding Sparse")
    page.goto("/graph")
    page.get_by_role("complementary", name="Topics").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/topic/"))
    context.close()

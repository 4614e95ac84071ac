"""A real headless Chromium on the real server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync "
    "--disable-quic --no-first-run"
).split()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if executable is None:
        if os.environ.get("KG_REQUIRE_BROWSER"):
            pytest.fail("Chromium is not installed, and KG_REQUIRE_BROWSER asks for it")
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def site(made_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `kg serve` on a copy of the suite's library (keyword search: no model is loaded)."""
    data = tmp_path_factory.mktemp("site") / "data"
    shutil.copytree(made_library, data, ignore=shutil.ignore_patterns("vectors*"))
    command = [sys.executable, "-m", "kg", "serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1].rstrip("/")
        process.terminate()


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """A page that fails the test on any console message, script error or request to another host."""
    context = browser.new_context(base_url=site)
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("console", lambda message: wrong.append(message.text))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("request", lambda request: None if request.url.startswith(site) else wrong.append(request.url))
    yield opened
    context.close()
    assert wrong == []

"""Make the pictures of the README (`make screenshots`): the bundled list, as it is served offline."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
PAGES = {"search": "/?q=why+do+overparametrized+networks+generalize", "related": "/paper/1803.03635#related"}
SIZE = {"width": 1200, "height": 760}


def main() -> None:
    """Ingest into a temporary folder, serve it, and photograph it."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("screenshots need Chromium; `make test` tries to install it")
    with tempfile.TemporaryDirectory() as folder:
        kg = [sys.executable, "-m", "kg"]
        # Named from the project's folder: pages show the name as it is given.
        read = ["data/deep-learning-theory.md", "--facts", "data/deep-learning-theory.facts.jsonl", "--offline"]
        subprocess.run([*kg, "ingest", *read, "--data", folder], check=True, cwd=ROOT)
        serve = [*kg, "serve", "--port", "0", "--data", folder]
        with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server:
            address = server.stdout.readline().split()[-1].rstrip("/") if server.stdout else ""
            _photograph(chromium, address)
            server.terminate()


def _photograph(chromium: str, address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, path in PAGES.items():
            page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
            page.goto(address + path)
            if name == "related":
                page.locator(".why summary").first.click()
            page.screenshot(path=ROOT / "docs" / "images" / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()

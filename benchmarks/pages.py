"""What a reader waits for, by Chromium's own clock: the weight of the first page, the time until results are seen."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from benchmarks import corpus
from benchmarks.asked import built
from benchmarks.lines import at_most, compared, percentile
from benchmarks.peers import product

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_SIZE = corpus.SIZES[1]
_QUESTIONS, _WARM_UP = 30, 5
_PAINT_MS, _FIRST_PAGE_KB = 100.0, 60.0
_ARGUMENTS = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"

_WATCH = """
window.shift = 0;
new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.shift += e.value; })
  .observe({ type: 'layout-shift', buffered: true });
"""
# Milliseconds from the request to the answer's last byte, from there to the first paint, and what has shifted.
_TIMES = """() => new Promise(done => {
  const read = () => {
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    const page = performance.getEntriesByType('navigation')[0];
    if (!paint) return requestAnimationFrame(read);
    done([page.responseEnd - page.requestStart, paint.startTime - page.responseEnd, window.shift]);
  };
  read();
})"""
# The same where a question is typed and its results take the place of those before: to the frame that shows them.
_TYPED = """question => new Promise(done => {
  const box = document.getElementById('q');
  document.addEventListener('kg:swapped', () => requestAnimationFrame(() => setTimeout(() => {
    const asked = performance.getEntriesByType('resource').at(-1);
    done([asked.responseEnd - asked.requestStart, performance.now() - asked.responseEnd, 0]);
  })), { once: true });
  performance.clearResourceTimings();
  box.value = question;
  box.dispatchEvent(new InputEvent('input'));
})"""
_WEIGHT = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .reduce((sum, entry) => sum + entry.transferSize, 0)"""


def measure(size: int = _SIZE) -> Iterator[str]:
    """One line for each thing that is measured; one that says why where there is no browser."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        yield "pages: Chromium is not installed, nothing is measured"
        return
    from playwright.sync_api import sync_playwright

    built("product", size)
    questions = corpus.questions(size, 2 * (_WARM_UP + _QUESTIONS))
    with _served(product.folder(size)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS.split())
        yield compared(
            "first page, transferred", _first_page(browser, address), "limit", _FIRST_PAGE_KB, "kB", at_most(1)
        )
        yield from _searches(browser, address, questions, size)
        browser.close()


def _first_page(browser: Browser, address: str) -> float:
    """Thousands of bytes of the first page and all that it loads, with nothing in the cache."""
    page = browser.new_context().new_page()
    page.goto(address, wait_until="networkidle")
    return float(page.evaluate(_WEIGHT)) / 1000


def _searches(browser: Browser, address: str, questions: Sequence[str], size: int) -> Iterator[str]:
    page = browser.new_context().new_page()
    page.add_init_script(_WATCH)
    half = len(questions) // 2  # what was asked once is encoded already
    shown = [_asked(page, f"{address}?{urlencode({'q': question})}") for question in questions[:half]][_WARM_UP:]
    empty = [_asked(page, f"{address}paper/none-{number}") for number in range(half)][_WARM_UP:]
    page.goto(address)
    typed = [_Seen(*page.evaluate(_TYPED, question)) for question in questions[half:]][_WARM_UP:]
    floor = statistics.median(seen.painted for seen in empty)
    for name, found in (("search", shown), ("search as one types", typed)):
        yield from _told(f"{name}, {size} papers, request to last byte", [seen.answered for seen in found])
        yield from _told(f"{name}, {size} papers, last byte to first paint", [seen.painted for seen in found])
    painted = statistics.median(seen.painted for seen in shown)
    yield compared("last byte to first paint, 20 results", painted, "a page of two lines", floor, "ms", at_most(2))
    yield f"layout shift while {len(shown)} pages of results are shown: {sum(seen.shift for seen in shown):.4f}"


class _Seen(NamedTuple):
    """How long an answer took, in ms, and how much of the page has shifted."""

    answered: float
    painted: float
    shift: float


def _asked(page: Page, address: str) -> _Seen:
    page.goto(address)
    return _Seen(*page.evaluate(_TIMES))


def _told(name: str, values: Sequence[float]) -> Iterator[str]:
    yield compared(f"{name}, median", statistics.median(values), "limit", _PAINT_MS, "ms", at_most(1))
    yield f"{name}, p95: {percentile(values, 95):.1f} ms"


@contextmanager
def _served(data: Path) -> Iterator[str]:
    """The address of `kg serve` on a library."""
    command = [sys.executable, "-m", "kg", "serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        yield server.stdout.readline().split()[-1]
        server.terminate()


if __name__ == "__main__":  # python -m benchmarks.pages [SIZE]
    for line in measure(*map(int, sys.argv[1:2])):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

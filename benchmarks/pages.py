"""How quickly the pages of a built site are there, as a phone of the middle range sees them.

    python -m benchmarks.pages SITE [PAGE ...]

opens each page in a real Chromium whose processor is slowed four times, 390 px wide, from a local
server, and prints what its own timeline tells: first and largest contentful paint, blocking time
(what long tasks take beyond 50 ms), layout shift, elements, bytes; then how long a search takes.
Where the browser reported no largest paint it is nan.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.chromium import ARGUMENTS, find
from tests.serving import QuietHandler, served

PAGES = ("index.html", "runs.html", "history.html", "trends.html", "explore.html", "compare.html")
SLOWER = 4
WORDS = "latency p95 batch"

OBSERVE = """() => {
  const seen = window.seen = {largest: 0, blocked: 0, shift: 0};
  const watch = (type, take) => new PerformanceObserver(
    list => list.getEntries().forEach(take)).observe({type, buffered: true});
  watch('largest-contentful-paint', entry => { seen.largest = entry.startTime; });
  watch('longtask', entry => { seen.blocked += entry.duration - 50; });
  watch('layout-shift', entry => { if (!entry.hadRecentInput) seen.shift += entry.value; });
}"""

TELL = """() => ({
  ...window.seen,
  first: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
  elements: document.querySelectorAll('*').length,
  bytes: performance.getEntriesByType('navigation').concat(
    performance.getEntriesByType('resource')).reduce((sum, one) => sum + one.transferSize, 0),
})"""


def load(browser: Browser, address: str) -> dict[str, Any]:
    """What the timeline of one page tells, times in ms, after it has come to rest."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(f"({OBSERVE})()")
    page.goto(address, wait_until="networkidle")
    found: dict[str, Any] = page.evaluate(TELL)
    context.close()
    return found


def search(browser: Browser, address: str) -> tuple[float, float]:
    """Milliseconds to the first results: after the search was opened, and after one more letter.

    Who opens it waits for the words to be fetched and indexed. The processor is not slowed.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    begun = time.perf_counter()
    page.keyboard.press("/")
    page.keyboard.type(WORDS[:-1])
    page.locator(".md-search-result__item").first.wait_for()
    opened = (time.perf_counter() - begun) * 1000
    took: float = page.evaluate(
        """async words => {
          const field = document.querySelector('input.md-search__input');
          const list = document.querySelector('.md-search-result__list');
          const begun = performance.now();
          const done = new Promise(resolve => new MutationObserver(
            () => resolve(performance.now() - begun)).observe(list, {childList: true}));
          field.value = words;
          field.dispatchEvent(new Event('input', {bubbles: true}));
          field.dispatchEvent(new KeyboardEvent('keyup', {bubbles: true}));
          return done;
        }""",
        WORDS,
    )
    context.close()
    return opened, took


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("pages", nargs="*", default=PAGES)
    arguments = parser.parse_args()
    head = ("page", "first", "largest", "blocked", "shift", "elements", "kB")
    print("{:<24} {:>8} {:>8} {:>8} {:>6} {:>9} {:>7}".format(*head))
    with served(arguments.site, QuietHandler) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        for name in arguments.pages:
            one = load(browser, f"{address}{name}")
            print(
                f"{name:<24} {one['first']:>5.0f} ms {one['largest'] or math.nan:>5.0f} ms "
                f"{one['blocked']:>5.0f} ms {one['shift']:>6.3f} {one['elements']:>9,} "
                f"{one['bytes'] / 1000:>7.0f}"
            )
        opened, took = search(browser, f"{address}index.html")
        print(f"search for {WORDS!r}: {opened:.0f} ms when opened, {took:.0f} ms for a letter")
        browser.close()


if __name__ == "__main__":
    main()

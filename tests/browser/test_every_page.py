"""Every page type at three widths, light and dark: accessible, whole, silent, asking no one."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.browser.axe import violations
from tests.browser.test_pages import PAGES, opened

WIDTHS = (390, 1280, 1920)
ALIKE = {
    *("session-8/pre-fix.html", "session-8/post-fix.html"),
    *("commands.html", "publishing.html", "judging.html", "contributing.html"),
}
"""Pages of a type of which another is walked: of runs one with all sections and one with few."""

TYPES = [path for path in PAGES if path not in ALIKE]


TOO_WIDE = """() => {
  const excess = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const outside = [...document.querySelectorAll('article *')]
    .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1
      && !e.closest('.lb-table *, .lb-table, pre, .md-code__nav')
      && getComputedStyle(e).visibility !== 'hidden')
    .map(e => e.outerHTML.slice(0, 120));
  return excess ? [`the page by ${excess} px`, ...outside] : outside;
}"""


def too_wide(page: Page) -> list[str]:
    """What is wider than the window, outside of the regions that scroll."""
    found: list[str] = page.evaluate(TOO_WIDE)
    return found


@pytest.mark.browser
@pytest.mark.parametrize("path", TYPES)
def test_every_page_is_accessible_and_whole(browser: Browser, address: str, path: str) -> None:
    """No axe violation, no console error, no request elsewhere, nothing wider than the window."""
    for width in WIDTHS:
        with opened(browser, address + path, width) as page:
            assert too_wide(page) == [], width
            assert violations(page, "html", contrast=width == 1280) == [], width


@pytest.mark.browser
@pytest.mark.parametrize("path", TYPES)
def test_every_page_is_accessible_and_whole_in_the_dark(
    browser: Browser, address: str, path: str
) -> None:
    """The same in the dark, where only colours differ, while its window gets wider and narrower."""
    with opened(browser, address + path, scheme="dark") as page:
        assert violations(page, "html") == []
        for width in reversed(WIDTHS):
            page.set_viewport_size({"width": width, "height": 900})
            # Charts are drawn anew once the window has its size.
            with suppress(Error):
                page.wait_for_function(f"({TOO_WIDE})().length === 0", timeout=5_000)
            assert too_wide(page) == [], width


@pytest.mark.browser
def test_a_violation_would_be_found(browser: Browser, address: str) -> None:
    """The check finds a picture without a name and grey text on grey: it can fail."""
    with opened(browser, address + "index.html") as page:
        page.evaluate(
            """() => document.querySelector('article').insertAdjacentHTML('beforeend',
              '<img src="assets/images/favicon.png">' +
              '<p style="color:#999;background:#888">Grey text</p>')"""
        )
        found = " ".join(violations(page, "html"))
        assert "image-alt" in found
        assert "color-contrast" in found

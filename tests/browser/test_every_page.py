"""Every page type at three widths, light and dark: accessible, whole, silent, asking no one."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.browser.axe import violations
from tests.browser.test_pages import ALIKE, PAGES, lost_links, opened

WIDTHS = (390, 1280, 1920)
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


def widened(page: Page, width: int) -> Page:
    """The page in a window of this width, its charts drawn anew, with nothing outside."""
    page.set_viewport_size({"width": width, "height": 900})
    with suppress(Error):
        page.wait_for_function(f"({TOO_WIDE})().length === 0", timeout=5_000)
    assert too_wide(page) == [], width
    return page


@pytest.mark.browser
@pytest.mark.parametrize("path", TYPES)
def test_every_page_is_accessible_and_whole(
    browser: Browser, address: str, built: Path, path: str
) -> None:
    """No axe violation, no console error, no request elsewhere, no link that leads nowhere.

    Nothing is wider than the window: it is opened on a phone and widened.
    """
    narrow, *wider = WIDTHS
    with opened(browser, address + path, narrow) as page:
        assert lost_links(page, address, built) == []
        assert too_wide(page) == []
        assert violations(page, "html", contrast=False) == []
        for width in wider:
            found = violations(widened(page, width), "html", contrast=width == 1280)
            assert found == [], width


@pytest.mark.browser
@pytest.mark.parametrize("path", TYPES)
def test_every_page_is_accessible_and_whole_in_the_dark(
    browser: Browser, address: str, path: str
) -> None:
    """The same in the dark, where only colours differ, in a wide window that gets narrower."""
    *narrower, wide = WIDTHS
    with opened(browser, address + path, wide, scheme="dark") as page:
        assert too_wide(page) == []
        assert violations(page, "html") == []
        for width in reversed(narrower):
            widened(page, width)


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

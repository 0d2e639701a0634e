"""What a window of the tests leaves behind: nothing that the next one could see."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.windows import window

STATE = """async () => [
  localStorage.length, sessionStorage.length, matchMedia('print').matches,
  matchMedia('(prefers-color-scheme: dark)').matches, innerWidth, 'left' in window,
  (await navigator.permissions.query({name: 'clipboard-read'})).state,
]"""


@pytest.mark.browser
def test_a_window_knows_nothing_of_the_one_before(browser: Browser, address: str) -> None:
    """Neither what it stored, nor its medium, colours, size, variables or permissions."""
    url = f"{address}glossary.html"
    with window(browser, url, 1280, "light") as page:
        page.goto(url)
        before = page.evaluate(STATE)
    with window(browser, url, 390, "dark") as page:
        page.goto(url)
        page.emulate_media(media="print", color_scheme="dark")
        page.context.grant_permissions(["clipboard-read"])
        page.evaluate("localStorage.a = sessionStorage.a = window.left = 1")
        now = page.evaluate(STATE)
        assert all(one != other for one, other in zip(before, now, strict=True))
    with window(browser, url, 1280, "light") as page:
        page.goto(url)
        assert page.evaluate(STATE) == before

"""What the site offers to take away, for everybody: the data's page, and a run's badges."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import violations
from tests.browser.test_pages import opened
from tests.browser.windows import Scheme


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_badges_unfold_from_the_keyboard(
    browser: Browser, address: str, width: int, scheme: Scheme
) -> None:
    """The folded badges open by Enter, fit the window, and have no violation of WCAG 2.2 AA."""
    with opened(browser, address + "session-8/post-code.html", width, scheme) as page:
        share = page.locator("details.lb-share")
        expect(share.locator("svg").first).to_be_hidden()
        share.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(share.locator("svg").first).to_be_visible()
        assert share.locator("svg").count() == 6
        assert violations(page, "details.lb-share") == []
        excess = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert excess == 0

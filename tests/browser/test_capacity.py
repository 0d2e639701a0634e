"""Capacity and Methods in a real Chromium: accessible, on a phone too, without scripts as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import violations
from tests.browser.test_pages import opened
from tests.browser.windows import Scheme
from tests.serving import served


@pytest.fixture(scope="module")
def measured_site(measured: Path) -> Iterator[str]:
    """Where the site of the reported and of the measured runs is served."""
    with served(measured) as address:
        yield address


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["capacity.html", "methods.html"])
def test_no_violation_of_wcag(
    browser: Browser, measured_site: str, path: str, width: int, scheme: Scheme
) -> None:
    """axe finds nothing against WCAG 2.2 AA, light and dark, on a phone and on a desktop."""
    with opened(browser, measured_site + path, width, scheme) as page:
        assert violations(page, contrast=width == 1280) == []
        excess = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(excess) == 0


@pytest.mark.browser
def test_without_scripts_all_of_it_is_there(browser: Browser, measured_site: str) -> None:
    """Conclusion, charts with their words, tables: none of it needs a script."""
    with opened(browser, measured_site + "capacity.html", script=False) as page:
        assert page.get_by_text("Saturates", exact=True).first.is_visible()
        assert page.locator("figure svg[role=img]").count() == 6
        assert page.locator("#single-runs tbody tr").count() == 5


@pytest.mark.browser
def test_a_conclusion_leads_to_its_system(browser: Browser, measured_site: str) -> None:
    """From the top of the page to a system by its link, from the keyboard."""
    with opened(browser, measured_site + "capacity.html") as page:
        page.get_by_role("link", name="shop: cache.enabled: true").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**#system-2")
        assert page.locator("#system-2").is_visible()

"""Sections fold and unfold, and whatever an address leads to is open."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_pages import opened

RUN = "session-8/post-code.html"


@pytest.mark.browser
def test_a_section_folds_by_click_and_by_key(browser: Browser, address: str) -> None:
    """A press on a section's button hides what is below its heading, another shows it."""
    with opened(browser, address + RUN) as page:
        button = page.get_by_role("button", name="Section Evidence")
        figures = page.locator("#delta-table")
        expect(button).to_have_attribute("aria-expanded", "true")
        button.click()
        expect(figures).to_be_hidden()
        expect(page.locator("#changes")).to_be_visible()
        button.focus()
        page.keyboard.press("Enter")
        expect(figures).to_be_visible()
        expect(button).to_have_attribute("aria-expanded", "true")


@pytest.mark.browser
def test_all_sections_fold_at_once(browser: Browser, address: str) -> None:
    """What remains of a page with everything folded are its headings, each with its button."""
    with opened(browser, address + RUN, 390) as page:
        page.get_by_role("button", name="Fold all sections").click()
        expect(page.locator("#delta-table")).to_be_hidden()
        expect(page.locator("h2#evidence")).to_be_visible()
        height = page.evaluate("document.querySelector('article').getBoundingClientRect().height")
        assert height < 1200
        page.get_by_role("button", name="Unfold all sections").click()
        expect(page.locator("#delta-table")).to_be_visible()


@pytest.mark.browser
def test_an_address_opens_what_it_leads_to(browser: Browser, address: str) -> None:
    """A link to something folded opens it, at first and while the page is open."""
    with opened(browser, address + RUN + "#claims-table") as page:
        expect(page.locator("#claims-table")).to_be_in_viewport()
        page.get_by_role("button", name="Section Evidence").click()
        page.evaluate("location.hash = '#delta-table'")
        expect(page.locator("#delta-table")).to_be_in_viewport()


@pytest.mark.browser
def test_everything_is_open_without_scripts(browser: Browser, address: str) -> None:
    """Without JavaScript no section is folded, and there is no button that does nothing."""
    with opened(browser, address + RUN, script=False) as page:
        expect(page.locator("#delta-table")).to_be_visible()
        expect(page.locator(".lb-fold-button")).to_have_count(0)

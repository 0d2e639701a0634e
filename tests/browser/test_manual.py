"""The pages of the section Reference lead to one another, are found, and can be copied from."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_pages import opened
from tests.test_manual import REFERENCE

SECTION = "nav.md-nav--primary .md-nav__item--active > nav.md-nav"


@pytest.mark.browser
def test_a_page_of_the_section_shows_the_others_beside_it(browser: Browser, address: str) -> None:
    """The tab leads to Start, which lists its siblings; a page outside has no such list."""
    with opened(browser, address + "index.html") as page:
        expect(page.locator(".md-sidebar--primary")).to_be_hidden()
        page.locator(".md-tabs").get_by_role("link", name="Reference").click()
        expect(page).to_have_url(re.compile(r"/start\.html$"))
        links = page.locator(f"{SECTION} a.md-nav__link:visible")
        expect(links).to_have_count(len(REFERENCE))
        links.get_by_text("Judging").click()
        expect(page.locator("h1")).to_have_text("How comparisons are judged")


@pytest.mark.browser
def test_on_a_phone_the_drawer_shows_them(browser: Browser, address: str) -> None:
    """The menu of a page of the section opens at the section, and leads to the next page."""
    with opened(browser, address + "record.html", 390) as page:
        page.locator("label.md-header__button[for=__drawer]").click()
        link = page.locator(SECTION).get_by_role("link", name="Commands")
        expect(link).to_be_visible()
        link.click()
        expect(page).to_have_url(re.compile(r"/commands\.html$"))


@pytest.mark.browser
@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("rps_per_core no_worse_than objectives", "record.html"),
        ("loadbook migrate", "commands.html"),
        ("tolerance noise rank tests", "judging.html"),
    ],
)
def test_the_search_finds_what_is_explained(
    browser: Browser, address: str, words: str, path: str
) -> None:
    """Fields, options and terms lead to the page that explains them."""
    with opened(browser, address + "index.html") as page:
        page.get_by_role("textbox", name="Search").click()
        page.keyboard.type(words)
        expect(page.locator(f'.md-search-result__link[href*="{path}"]').first).to_be_attached()


@pytest.mark.browser
def test_what_is_copied_is_what_was_typed(browser: Browser, address: str) -> None:
    """The button of a console's block copies its commands without the prompts."""
    with opened(browser, address + "start.html") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.locator(
            "#notebook ~ * .md-code__button[data-md-type=copy], .md-clipboard"
        ).first.click()
        page.wait_for_function("navigator.clipboard.readText().then(text => text !== '')")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.splitlines() == [
            "pip install loadbook",
            "loadbook init load-tests && cd load-tests",
            "loadbook build --strict",
        ]

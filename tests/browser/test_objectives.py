"""Objectives on a run's page in a real Chromium: they fit, and anybody can read them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import violations
from tests.browser.test_pages import opened
from tests.browser.windows import Scheme
from tests.serving import built, served
from tests.test_objectives import AIMS
from tests.test_plugin import notebook_in

PAGE = "session-8/post-fix.html"


@pytest.fixture(scope="module")
def aimed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the site of the reported runs with objectives is served."""
    root = notebook_in(tmp_path_factory.mktemp("aimed"))
    (root / "objectives.yaml").write_text(AIMS, "utf-8")
    with served(built(root)) as address:
        yield address


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_objectives_fit_and_break_no_rule(
    browser: Browser, aimed: str, width: int, scheme: Scheme
) -> None:
    """Nothing is wider than the window, and axe finds no breach of WCAG 2.2 AA in the section."""
    with opened(browser, aimed + PAGE, width, scheme) as page:
        excess = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert excess == 0
        assert violations(page, ".lb-table:has(#objectives-table)") == []


@pytest.mark.browser
def test_objectives_are_there_without_scripts(browser: Browser, aimed: str) -> None:
    """The table is part of the page; each metric leads to its definition."""
    with opened(browser, aimed + PAGE, script=False) as page:
        table = page.locator("#objectives-table")
        expect(table).to_be_visible()
        expect(table.get_by_role("link", name="RPS per core")).to_have_attribute(
            "href", "../glossary.html#rps_per_core"
        )

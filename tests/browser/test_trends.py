"""The page of trends of a notebook with steps, drift and acknowledgements, everything unfolded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import violations
from tests.browser.test_every_page import too_wide
from tests.browser.test_pages import opened
from tests.browser.windows import Scheme
from tests.conftest import ROOT, write_book
from tests.serving import built, served
from tests.trendbook import grown


@pytest.fixture(scope="module")
def grown_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the site of such a notebook is served."""
    files = {f"{name}.yaml": text for name, text in grown(93).items()}
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    root = write_book(tmp_path_factory.mktemp("grown"), files, config)
    with served(built(root, strict=False)) as address:
        yield address


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_with_everything_open(
    browser: Browser, grown_address: str, scheme: Scheme, width: int
) -> None:
    """No axe violation and nothing too wide, though every fold is open and every mark is drawn."""
    with opened(browser, f"{grown_address}trends.html", width, scheme) as page:
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        text = page.locator("article").inner_text()
        for word in ("Acknowledged regressions", "Acknowledged steps", "Drifts", "Differs on"):
            assert word in text
        assert too_wide(page) == []
        assert violations(page, "html") == []


@pytest.mark.browser
def test_what_is_folded_opens_from_the_keyboard(browser: Browser, grown_address: str) -> None:
    """The first fold takes the focus and opens with Enter."""
    with opened(browser, f"{grown_address}trends.html") as page:
        fold = page.locator("details.lb-fold").first
        assert fold.get_attribute("open") is None
        fold.locator("summary").focus()
        page.keyboard.press("Enter")
        assert fold.get_attribute("open") is not None

"""What a run's page weighs beyond Material's own files, and what it says before any script runs."""

from __future__ import annotations

import gzip
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser

LIMIT = 350 * 1024
THEME = ("assets/javascripts/", "assets/stylesheets/", "assets/images/", "search/")
"""Where MkDocs and Material put their own files."""


def asked_for(browser: Browser, url: str, origin: str) -> list[str]:
    """Paths in the site of all that a page loads, itself included."""
    with browser.new_context() as context:
        page = context.new_page()
        urls: list[str] = []
        page.on("request", lambda request: urls.append(request.url))
        page.goto(url, wait_until="networkidle")
    return [unquote(urlsplit(one).path.lstrip("/")) for one in urls if one.startswith(origin)]


@pytest.mark.browser
@pytest.mark.parametrize("path", ["session-8/post-code.html", "session-8/post-fix.html"])
def test_a_run_page_is_light(browser: Browser, address: str, built: Path, path: str) -> None:
    """A run's page with all that it needs is below 350 KB compressed, Material left aside."""
    loaded = asked_for(browser, address + path, address)
    assert path in loaded
    own = sorted({one for one in loaded if not one.startswith(THEME)})
    sizes = {one: len(gzip.compress((built / one).read_bytes(), 9)) for one in own}
    assert sum(sizes.values()) < LIMIT, sizes
    assert not [one for one in own if "echarts" in one]


@pytest.mark.browser
def test_only_pages_that_draw_load_the_chart_library(
    browser: Browser, address: str, built: Path
) -> None:
    """ECharts is loaded by Compare and Explore and by no other page of the site."""
    users = {
        str(file.relative_to(built))
        for file in built.rglob("*.html")
        if "assets/echarts.js" in file.read_text("utf-8")
    }
    assert users == {"compare.html", "explore.html"}

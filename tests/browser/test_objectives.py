"""Objectives on a run's page in a real Chromium: they fit, and anybody can read them."""

from __future__ import annotations

import functools
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import QuietHandler
from tests.browser.test_pages import Scheme, opened
from tests.conftest import ROOT
from tests.test_objectives import AIMS
from tests.test_plugin import notebook_in

PAGE = "session-8/post-fix.html"


@pytest.fixture(scope="module")
def aimed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the site of the reported runs with objectives is served."""
    root = notebook_in(tmp_path_factory.mktemp("aimed"))
    (root / "objectives.yaml").write_text(AIMS, "utf-8")
    command = Path(sys.executable).parent / "loadbook"
    subprocess.run([command, "build", "--strict"], cwd=root, check=True, capture_output=True)
    handler = functools.partial(QuietHandler, directory=str(root / "site"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


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
        page.evaluate((ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8"))
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        found = page.evaluate(
            """async tags => (await axe.run(
                 '.lb-table:has(#objectives-table)', {runOnly: {type: 'tag', values: tags}},
               )).violations.map(v => [v.id, v.nodes.map(n => n.html)])""",
            tags,
        )
        assert found == []


@pytest.mark.browser
def test_objectives_are_there_without_scripts(browser: Browser, aimed: str) -> None:
    """The table is part of the page; each metric leads to its definition."""
    with opened(browser, aimed + PAGE, script=False) as page:
        table = page.locator("#objectives-table")
        expect(table).to_be_visible()
        expect(table.get_by_role("link", name="RPS per core")).to_have_attribute(
            "href", "../glossary.html#rps_per_core"
        )

"""A stranger's record in a real Chromium: nothing in it runs, on its page or in the search."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.serving import built, served
from tests.test_plugin import notebook_in
from tests.test_render import hostile_record

ATTACKS = {
    "script": "findme <script>window.owned = 1</script>",
    "image": "findme <img src=x onerror='window.owned = 1'>",
    "svg": "findme \"><svg onload='window.owned = 1'>",
    "link": "findme [go](javascript:window.owned=1) <a href='javascript:window.owned=1'>go</a>",
}


@pytest.mark.browser
def test_no_attack_runs(browser: Browser, tmp_path: Path) -> None:
    """Pages of hostile records and their search results run no script of the record's."""
    root = notebook_in(tmp_path)
    for name, attack in ATTACKS.items():
        file = root / "experiments" / "hostile" / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(hostile_record(attack), "utf-8")
    with served(built(root)) as address, browser.new_context() as context:
        page = context.new_page()
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        pages = ["index", "runs", "hostile/index", *(f"hostile/{name}" for name in ATTACKS)]
        for path in pages:
            page.goto(f"{address}{path}.html")
            expect(page.locator("h1").first).to_be_visible()
            page.get_by_role("textbox", name="Search").click()
            page.keyboard.type("findme")
            expect(page.locator(".md-search-result__link").first).to_be_visible()
            assert page.evaluate("window.owned") is None, path
            links = page.evaluate("[...document.links].map(link => link.protocol)")
            assert "javascript:" not in links, path
        assert dialogs == []

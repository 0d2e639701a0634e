"""What axe-core finds on a page that a real browser shows."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.conftest import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA in the page's article."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        """() => axe.run('article', {runOnly: {type: 'tag',
          values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}})
          .then(r => r.violations.flatMap(v => v.nodes.map(
            n => v.id + ' ' + n.html.slice(0, 160))))"""
    )
    return list(found)

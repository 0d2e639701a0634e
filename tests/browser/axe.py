"""What axe-core finds on a page that a real browser shows."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.conftest import ROOT

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page: Page, within: str = "article", *, contrast: bool = True) -> list[str]:
    """What axe finds against WCAG 2.2 AA: each rule, with the elements that break it.

    `within` is a selector, `html` for the whole page. Contrast takes most of its time, and is the
    same at every width. Fails where axe looked at nothing.
    """
    page.evaluate(AXE)
    asked = {
        "runOnly": {"type": "tag", "values": TAGS},
        "rules": {"color-contrast": {"enabled": contrast}},
        "resultTypes": ["violations"],  # of the rest a node a rule: to name them all takes a third
    }
    found: dict[str, Any] = page.evaluate(
        """async ([within, asked]) => {
          const {violations, passes} = await axe.run(within, asked);
          return {passes: passes.length, violations: violations.map(one =>
            `${one.id}: ${one.help}: ${one.nodes.slice(0, 4).map(n => n.html.slice(0, 160))}`)};
        }""",
        [within, asked],
    )
    assert found["passes"]
    return list(found["violations"])

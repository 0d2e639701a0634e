"""The cluster's pictures in a real Chromium: accessible, in bounds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import violations
from tests.browser.test_pages import opened
from tests.browser.windows import Scheme
from tests.conftest import ROOT, write_book
from tests.serving import built, served


def crowd() -> str:
    """A run with 300 pods on 40 nodes, before and at the peak, some of them not well."""
    lines = ["title: A crowd", "status: completed"]
    lines += ["deployment: {requests: {cpu: 250m}, limits: {cpu: 500m}}", "snapshots:"]
    for moment, number in (("before", 30), ("peak", 300)):
        lines += [f"  - moment: {moment}", "    pods:", "      list:"]
        for at in range(number):
            reason = ", reason: CrashLoopBackOff" if at % 50 == 7 else ""
            phase = ", phase: Failed" if at % 60 == 9 else reason
            where = f"node: ip-10-0-{at % 40}.ec2.internal"
            cpu = f"cpu: {50 + at * 37 % 450}m, memory: {50 + at % 90}Mi"
            lines.append(f"        - {{name: shop-59bcbbc7fb-{at:05d}, {where}, {cpu}{phase}}}")
        lines.append("        - {name: late, phase: Pending, reason: Insufficient cpu}")
    return "\n".join([*lines, ""])


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a site with that run is served."""
    root = tmp_path_factory.mktemp("crowd")
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    write_book(root, {"case/crowd.yaml": crowd()}, config)
    with served(built(root, strict=False)) as address:
        yield address


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_a_crowd_fits_and_is_readable(browser: Browser, crowded: str, width: int) -> None:
    """300 pods on 40 nodes: nothing is wider than the window, no text smaller than 7.5 px."""
    with opened(browser, f"{crowded}case/crowd.html", width) as page:
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) == 0
        sizes = page.evaluate(
            """() => [...document.querySelectorAll('.lb-figure svg')].flatMap(svg => {
              const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
              return [...svg.querySelectorAll('text')].map(
                text => parseFloat(getComputedStyle(text).fontSize) * scale);
            })"""
        )
        assert len(sizes) > 100
        assert min(sizes) >= 7.5
        lefts = page.evaluate(
            """() => [...document.querySelectorAll('.lb-beside')[0].children].map(
                 figure => Math.round(figure.getBoundingClientRect().left))"""
        )
        assert len(lefts) == 2
        assert (lefts[0] == lefts[1]) is (width == 390)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_crowd_is_accessible(browser: Browser, crowded: str, scheme: Scheme) -> None:
    """Marks, legends and long tables violate nothing of WCAG 2.2 AA."""
    with opened(browser, f"{crowded}case/crowd.html", 1280, scheme) as page:
        assert violations(page, ".lb-beside, .lb-table, .lb-items, .lb-note") == []

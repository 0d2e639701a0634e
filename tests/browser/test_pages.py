"""What a person sees: every page type in a real Chromium, light and dark, wide and narrow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, expect

from tests.browser.windows import Scheme, window

PAGES = (
    "index.html",
    "runs.html",
    "campaigns.html",
    "history.html",
    "explore.html",
    "decisions.html",
    "compare.html",
    "capacity.html",
    "trends.html",
    "audit.html",
    "start.html",
    "record.html",
    "commands.html",
    "publishing.html",
    "judging.html",
    "contributing.html",
    "checks.html",
    "glossary.html",
    "methods.html",
    "use-the-data.html",
    "session-8/index.html",
    "session-8/pre-fix.html",
    "session-8/post-fix.html",
    "session-8/post-code.html",
    "earlier/day-6.html",
)
ALIKE = {
    *("session-8/pre-fix.html", "session-8/post-fix.html"),
    *("commands.html", "publishing.html", "judging.html", "contributing.html"),
}
"""Pages of a type of which another is walked: of runs one with all sections and one with few."""


@contextmanager
def opened(
    browser: Browser, url: str, width: int = 1280, scheme: Scheme = "light", script: bool = True
) -> Iterator[Page]:
    """A page in a window; fails where the page reports an error or asks elsewhere."""
    with window(browser, url, width, scheme, script) as page:
        errors: list[str] = []
        asked: list[str] = []

        def told(message: ConsoleMessage) -> None:
            if message.type == "error":
                errors.append(message.text)

        def failed(error: Error) -> None:
            errors.append(str(error))

        def requested(request: Request) -> None:
            asked.append(request.url)

        page.on("console", told)
        page.on("pageerror", failed)
        page.on("request", requested)
        page.goto(url, wait_until="networkidle")
        yield page
        page.remove_listener("console", told)
        page.remove_listener("pageerror", failed)
        page.remove_listener("request", requested)
        origin = url.split("/")[2]
        assert errors == []
        assert [url for url in asked if origin not in url and not url.startswith("data:")] == []


def lost_links(page: Page, address: str, built: Path) -> list[str]:
    """The page's links to what the site has not: a file, or an element of that name in it."""
    links = page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)")
    inside = sorted({link for link in links if link.startswith(address)})
    assert inside
    lost = []
    for link in inside:
        target, _, anchor = link.removeprefix(address).partition("#")
        file = built / (target.partition("?")[0] or "index.html")
        named = anchor and not anchor.startswith("__")
        if not file.is_file() or (named and f'id="{anchor}"' not in file.read_text("utf-8")):
            lost.append(link)
    return lost


@pytest.mark.browser
@pytest.mark.parametrize("path", sorted(ALIKE))
def test_links_and_anchors_are_good(browser: Browser, address: str, built: Path, path: str) -> None:
    """Every link of a page leads to a file of the site, every anchor to an element there.

    Those of the other pages are followed where each is looked at.
    """
    with opened(browser, address + path) as page:
        assert lost_links(page, address, built) == []
        page.evaluate(
            """() => document.querySelector('article').insertAdjacentHTML('beforeend',
              '<a href="gone.html">x</a> <a href="/index.html#gone">y</a>')"""
        )
        assert len(lost_links(page, address, built)) == 2


@pytest.mark.browser
def test_tables_sort(browser: Browser, address: str) -> None:
    """A click on a heading sorts by its numbers, another turns the order; the keyboard does too."""
    with opened(browser, address + "history.html") as page:
        table = page.locator("#history-latency")
        heading = table.get_by_role("columnheader", name="Latency p95")

        def column() -> list[float]:
            heads = table.locator("thead th").all_text_contents()
            place = heads.index("Latency p95") + 1
            cells = f"document.querySelectorAll('#history-latency tbody td:nth-child({place})')"
            values = page.evaluate(f"[...{cells}].map(cell => cell.dataset.sort)")
            return [float(value) for value in values]

        unsorted = column()
        assert sorted(unsorted) == [189.61, 206.0, 263.0, 363.03, 380.0]
        heading.click()
        once = column()
        assert once in (sorted(unsorted), sorted(unsorted, reverse=True))
        expect(heading).to_have_attribute(
            "aria-sort", "ascending" if once == sorted(once) else "descending"
        )
        heading.focus()
        page.keyboard.press("Enter")
        assert column() == once[::-1]


@pytest.mark.browser
def test_the_switch_to_dark_changes_the_charts(browser: Browser, address: str) -> None:
    """The charts' text and lines follow Material's switch, on the same drawing."""
    with opened(browser, address + "session-8/post-code.html") as page:

        def colours() -> list[str]:
            return cast(
                "list[str]",
                page.evaluate(
                    """() => [...document.querySelectorAll('.lb-figure svg :is(text, path, rect)')]
                  .map(e => { const s = getComputedStyle(e); return s.fill + ' ' + s.stroke; })"""
                ),
            )

        light = colours()
        assert len(light) > 50
        # The first toggle leads from the system's mode to light, the second to dark.
        for scheme in ("default", "slate"):
            page.locator("label.md-header__button[for^=__palette]:visible").click()
            expect(page.locator("body")).to_have_attribute("data-md-color-scheme", scheme)
        dark = colours()
        assert len(dark) == len(light)
        drawn = [(a, b) for a, b in zip(light, dark, strict=True) if a != "none none"]
        assert sum(a != b for a, b in drawn) > 0.9 * len(drawn)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_chart_text_has_contrast(browser: Browser, address: str, scheme: Scheme) -> None:
    """Every text of a chart has a contrast of at least 4.5 to 1 against the page."""
    with opened(browser, address + "session-8/post-code.html", scheme=scheme) as page:
        pairs = page.evaluate(
            """() => [...document.querySelectorAll('.lb-figure svg text')].map(e =>
              [getComputedStyle(e).fill, getComputedStyle(document.body).backgroundColor])"""
        )
        assert pairs
        for ink, paper in {tuple(pair) for pair in pairs}:
            assert contrast(ink, paper) >= 4.5, f"{ink} on {paper}"


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two rgb() colours by WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of an rgb() colour by WCAG 2.2."""
    parts = [float(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.browser
def test_charts_are_readable_on_a_phone(browser: Browser, address: str) -> None:
    """At 390 px no text of a chart is smaller than 7.5 px, and none leaves its drawing."""
    for path in ("index.html", "session-8/pre-fix.html", "session-8/post-code.html"):
        with opened(browser, address + path, 390) as page:
            found = page.evaluate(
                """() => [...document.querySelectorAll('.lb-figure svg')].flatMap(svg => {
                  const box = svg.getBoundingClientRect();
                  const scale = box.width / svg.viewBox.baseVal.width;
                  return [...svg.querySelectorAll('text')].map(t => {
                    const r = t.getBoundingClientRect();
                    return [parseFloat(getComputedStyle(t).fontSize) * scale,
                            r.left - box.left, box.right - r.right, t.textContent];
                  });
                })"""
            )
            assert found
            for size, left, right, text in found:
                assert size >= 7.5, text
                assert left >= -1.5, text
                assert right >= -1.5, text


@pytest.mark.browser
def test_charts_have_a_name_and_words(browser: Browser, address: str) -> None:
    """Each chart is an image with a name, and its words unfold beneath it."""
    with opened(browser, address + "session-8/post-code.html") as page:
        images = page.locator(".lb-figure svg[role=img]")
        assert images.count() == 6
        for image in images.all():
            assert image.locator("title").first.text_content()
        words = page.locator(".lb-figure details").first
        words.locator("summary").click()
        expect(words).to_contain_text("508.4")


@pytest.mark.browser
def test_search_finds_a_findings_words(browser: Browser, address: str) -> None:
    """Words of a finding lead to the run that has it."""
    with opened(browser, address + "index.html") as page:
        page.get_by_role("textbox", name="Search").click()
        page.keyboard.type("required anti-affinity working")
        result = page.locator(".md-search-result__link").first
        expect(result).to_be_visible()
        expect(result).to_contain_text("Day 8 post-fix: infrastructure")
        result.click()
        expect(page).to_have_url(re.compile(r"/session-8/post-fix\.html"))


@pytest.mark.browser
def test_a_page_tells_its_conclusion_without_scripts(browser: Browser, address: str) -> None:
    """With JavaScript off, summary, figures and charts are there."""
    with opened(browser, address + "session-8/post-code.html", script=False) as page:
        expect(page.locator(".lb-tile-value").first).to_have_text("508.4\N{NO-BREAK SPACE}/s")
        expect(page.locator(".lb-figure svg").first).to_be_visible()


@pytest.mark.browser
def test_the_site_opens_from_a_disk(browser: Browser, built: Path) -> None:
    """Without a server home is styled, and its links lead to run pages."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((built / "index.html").as_uri())
        page.get_by_role("link", name="Day 8 post-code: optimizations").first.click()
        expect(page.locator("h1")).to_have_text("Day 8 post-code: optimizations")
        grid = page.locator(".lb-tiles").evaluate("e => getComputedStyle(e).display")
        assert grid == "grid"

"""Every table of the site can be copied, every table and chart linked to."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.test_pages import opened
from tests.browser.windows import Scheme

POST_FIX = "session-8/post-fix.html"


@contextmanager
def copying(browser: Browser, url: str) -> Iterator[Page]:
    """A page that may use the clipboard."""
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto(url)
        yield page


def copied(page: Page, id_: str, way: str) -> str:
    """What the clipboard holds after the table was copied that way, by the keyboard."""
    tools = page.locator(".lb-tools", has=page.locator(f"a[href='#{id_}']"))
    tools.get_by_role("button", name="Copy").focus()
    page.keyboard.press("Enter")
    tools.get_by_role("button", name=way).focus()
    page.keyboard.press("Enter")
    expect(tools.get_by_role("status")).to_have_text(f"Copied as {way}")
    page.keyboard.press("Escape")
    expect(tools.get_by_role("button", name="Copy")).to_be_focused()
    expect(tools.get_by_role("button", name=way)).to_be_hidden()
    return str(page.evaluate("navigator.clipboard.readText()"))


@pytest.mark.browser
def test_a_table_is_copied_as_markdown(browser: Browser, address: str) -> None:
    """Groups, deltas, verdicts, and the notes that the figures refer to come along."""
    with copying(browser, address + POST_FIX) as page:
        lines = copied(page, "delta-table", "Markdown").splitlines()
    caption = "session-8/post-fix against session-8/pre-fix"
    assert lines[0] == f"**[{caption}]({address}{POST_FIX}#delta-table)**"
    assert lines[2:5] == [
        "| Metric | This run | Delta | Baseline | Verdict |",
        "| --- | ---: | ---: | ---: | --- |",
        "| **Load** |  |  |  |  |",
    ]
    (rate,) = [line for line in lines if line.startswith("| RPS per core")]
    assert "−24.2 /s (−22.6 %)" in rate
    assert "▼ regressed" in rate
    (noted,) = [line for line in lines if line.startswith("| Requests per second \\[")]
    number = noted.split("\\[")[1].split("\\]")[0].split()[0]
    assert any(line.startswith(f"{number}. ") and "contradicts" in line for line in lines)
    assert max(map(len, lines)) < 1000


@pytest.mark.browser
def test_a_table_is_copied_as_csv(browser: Browser, address: str) -> None:
    """Figures stand alone in their cells; what would run as a formula becomes text."""
    with copying(browser, address + POST_FIX) as page:
        table = list(csv.reader(io.StringIO(copied(page, "delta-table", "CSV"))))
    assert table[0] == ["Group", "Metric", "This run", "Delta", "Baseline", "Verdict"]
    assert {len(row) for row in table} == {6}
    by_metric = {row[1]: row for row in table}
    assert by_metric["Virtual users"][:5] == [
        "Load",
        "Virtual users",
        "100",
        "'+50 (+100.0 %)",
        "50",
    ]
    assert by_metric["RPS per core"][3] == "−24.2 /s (−22.6 %)"


ROWS: list[list[str]] = [
    ["=1+1", "'=1+1"],
    ["+cmd|x", "'+cmd|x"],
    ["@sum", "'@sum"],
    ["-a", "'-a"],
    ["-5", "-5"],
    ["+1,234.5", '"+1,234.5"'],
    ["−24.6 %", "−24.6 %"],
    ['say "x", y', '"say ""x"", y"'],
    ["plain", "plain"],
]


@pytest.mark.browser
def test_nothing_in_a_cell_breaks_a_copy(browser: Browser, address: str) -> None:
    """Formulas are text in CSV, numbers stay numbers; Markdown's signs are signs."""
    with opened(browser, address + "glossary.html") as page:

        def as_(way: str, cells: list[str]) -> list[str]:
            found: dict[str, Any] = {
                "caption": "C",
                "href": "http://x/(a)",
                "columns": [{"text": "A", "number": False}],
                "rows": [{"cells": [{"text": text, "refs": ""}]} for text in cells],
                "notes": [],
            }
            return str(page.evaluate(f"found => Loadbook.as{way}(found)", found)).splitlines()

        assert as_("Csv", [text for text, _ in ROWS])[1:] == [shown for _, shown in ROWS]
        markdown = as_("Markdown", ["a|b", "<img src=x>", "**b** _c_ `d` ~e~ [f](g)", "\\|"])
        assert markdown[0] == "**[C](http://x/%28a%29)**"
        assert markdown[4:] == [
            "| a\\|b |",
            "| \\<img src=x\\> |",
            "| \\*\\*b\\*\\* \\_c\\_ \\`d\\` \\~e\\~ \\[f\\](g) |",
            "| \\\\\\| |",
        ]


@pytest.mark.browser
@pytest.mark.parametrize("path", ["history.html", POST_FIX])
def test_every_table_and_chart_has_a_link(browser: Browser, address: str, path: str) -> None:
    """A link beside each caption leads to it, below the page's header."""
    with opened(browser, address + path) as page:
        links = page.locator(".lb-permalink")
        expected = page.locator(".lb-table > table, figure.lb-figure").count()
        assert links.count() == expected > 3
        shown = links.filter(visible=True)
        for link in (shown.first, shown.last):
            link.focus()
            expect(link).to_have_css("opacity", "1")
            page.keyboard.press("Enter")
            target = page.locator(str(link.get_attribute("href")))
            expect(target).to_be_in_viewport()
            top = target.evaluate("e => e.getBoundingClientRect().top")
            header = page.locator(".md-header").evaluate("e => e.getBoundingClientRect().bottom")
            assert top >= header or page.evaluate(
                "scrollY + innerHeight >= document.documentElement.scrollHeight - 1"
            )


@pytest.mark.browser
def test_a_table_can_be_copied_without_the_newer_clipboard(browser: Browser, address: str) -> None:
    """Where the page is not served safely there is no such clipboard: the older way is taken."""
    with copying(browser, address + "glossary.html") as page:
        page.evaluate(
            """() => { window.real = navigator.clipboard;
              Object.defineProperty(navigator, 'clipboard', {value: undefined}); }"""
        )
        tools = page.locator(".lb-tools").first
        tools.get_by_role("button", name="Copy").click()
        tools.get_by_role("button", name="CSV").click()
        expect(tools.get_by_role("status")).to_have_text("Copied as CSV")
        text = str(page.evaluate("window.real.readText()"))
    assert text.split("\n")[0].strip() == "Metric,Meaning,Obtained,Unit,Judged by"


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_tools_are_in_nobodys_way(
    browser: Browser, address: str, scheme: Scheme, width: int
) -> None:
    """The button covers no word of a caption; axe finds nothing in the tools; none is printed."""
    with opened(browser, address + POST_FIX, width, scheme) as page:
        page.get_by_role("button", name="Copy").first.click()
        assert violations(page, ".lb-tools") == []
        page.keyboard.press("Escape")
        overlaps = page.evaluate(
            """() => [...document.querySelectorAll('.lb-tools')].filter(tools => {
              const caption = tools.nextElementSibling.querySelector('caption');
              const range = document.createRange();
              range.selectNodeContents(caption);
              const button = tools.lastElementChild.getBoundingClientRect();
              return [...range.getClientRects()].some(r =>
                r.right > button.left && r.top < button.bottom && r.bottom > button.top);
            }).map(tools => tools.nextElementSibling.textContent.slice(0, 60))"""
        )
        assert overlaps == []
        page.emulate_media(media="print")
        expect(page.locator(".lb-tools").first).to_be_hidden()


@pytest.mark.browser
def test_what_the_search_finds_covers_the_tools(browser: Browser, address: str) -> None:
    """No button is drawn over its results, wherever the page is scrolled to."""
    with opened(browser, address + "history.html", 1280, "light") as page:
        page.get_by_role("textbox", name="Search").click()
        page.keyboard.type("latency")
        expect(page.locator(".md-search-result__item").first).to_be_visible()
        below = page.evaluate(
            """() => {
              const found = document.querySelector('.md-search__output').getBoundingClientRect();
              const middle = at => [at.left + at.width / 2, at.top + at.height / 2];
              const seen = [...document.querySelectorAll('.lb-tools button')].filter(button => {
                const [x, y] = middle(button.getBoundingClientRect());
                return x > found.left && x < found.right && y > found.top && y < found.bottom;
              });
              return seen.map(button => document.elementFromPoint(
                ...middle(button.getBoundingClientRect())).closest('.md-search') !== null);
            }"""
        )
        assert below
        assert all(below)

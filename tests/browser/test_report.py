"""A report as its reader gets it: opened from a disk in a real Chromium, and printed."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from generator import printing, report
from generator.notebook import Notebook
from tests import chromium
from tests.browser.axe import violations

NAMES = ("session-8/post-code", "session-8")

Scheme = Literal["light", "dark"]


@contextmanager
def opened(
    browser: Browser, notebook: Notebook, name: str, folder: Path, width: int, scheme: Scheme
) -> Iterator[Page]:
    """A report from a disk without a network; fails for any request but that of the file."""
    file = folder / "report.html"
    file.write_text(report.html(notebook, name), "utf-8")
    with browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
    ) as context:
        page = context.new_page()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri(), wait_until="networkidle")
        yield page
        assert said == []
        assert asked == [file.as_uri()]


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("width", "scheme"), [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]
)
def test_a_report_opens_from_a_disk(
    browser: Browser, notebook: Notebook, tmp_path: Path, name: str, width: int, scheme: Scheme
) -> None:
    """No request, no error, nothing wider than the window, no violation of WCAG 2.2 AA."""
    with opened(browser, notebook, name, tmp_path, width, scheme) as page:
        excess = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert excess == 0
        assert violations(page, "html") == []


@pytest.mark.browser
def test_a_report_follows_the_systems_scheme(
    browser: Browser, notebook: Notebook, tmp_path: Path
) -> None:
    """In a dark system paper and charts are dark, without a script or a switch."""
    colours = []
    for scheme in ("light", "dark"):
        with opened(browser, notebook, NAMES[0], tmp_path, 1280, scheme) as page:
            colours.append(
                page.evaluate(
                    """() => [getComputedStyle(document.body).backgroundColor,
                      getComputedStyle(document.querySelector('.lb-figure svg text')).fill]"""
                )
            )
    light, dark = colours
    assert light[0] == "rgb(255, 255, 255)"
    assert dark[0] != light[0]
    assert dark[1] != light[1]


@pytest.mark.browser
def test_print_is_light_unclipped_and_as_wide_as_the_sheet(
    browser: Browser, notebook: Notebook, tmp_path: Path
) -> None:
    """On A4, from a dark system too: white paper, no table wider than the sheet or scrolled."""
    with opened(browser, notebook, NAMES[1], tmp_path, 688, "dark") as page:
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") in (
            "rgb(255, 255, 255)",
            "rgba(0, 0, 0, 0)",
        )
        clipped = page.evaluate(
            """() => [...document.querySelectorAll('.lb-table')]
              .filter(e => e.scrollHeight > e.clientHeight + 2 || e.scrollWidth > e.clientWidth + 2)
              .map(e => e.getAttribute('aria-label'))"""
        )
        assert clipped == []


@pytest.mark.browser
def test_a_report_is_printed(
    notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The PDF has the title, and several sheets of A4."""
    monkeypatch.setenv("CHROME", chromium.find() or pytest.fail(chromium.MISSING))
    content = printing.pdf(report.html(notebook, NAMES[0]))
    assert content.startswith(b"%PDF-")
    streams = re.findall(rb"stream\r?\n(.*?)endstream", content, flags=re.DOTALL)
    text = content + b"".join(_unpacked(stream) for stream in streams)
    assert b"Day 8 post-code: optimizations" in text
    sheets = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", text)
    assert len(sheets) > 5
    assert {(round(float(w)), round(float(h))) for w, h in sheets} == {(595, 842)}


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""

"""Pages of imported runs in a real Chromium: charts over time, the distribution, downloads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_pages import opened
from tests.browser.windows import Scheme
from tests.imported import FIRST, SAMPLE, SECOND, sample_in
from tests.serving import built, served


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the site of the sample notebook is served, with a slash at the end."""
    root = sample_in(tmp_path_factory.mktemp("imported") / "book")
    with served(built(root)) as address:
        yield address


@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "scheme"), [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]
)
def test_pages_of_imported_runs_fit(
    browser: Browser, imported: str, width: int, scheme: Scheme
) -> None:
    """Nothing is wider than the window, and the text of each chart is readable and inside."""
    with opened(browser, f"{imported}{SECOND}.html", width, scheme) as page:
        excess = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert excess == 0
        found = page.evaluate(
            """() => ['over-time', 'distribution'].flatMap(prefix => {
              const svg = document.querySelector(`svg[aria-labelledby^="${prefix}-"]`);
              const box = svg.getBoundingClientRect();
              const scale = box.width / svg.viewBox.baseVal.width;
              return [...svg.querySelectorAll('text')].map(t => {
                const r = t.getBoundingClientRect();
                return [parseFloat(getComputedStyle(t).fontSize) * scale,
                        r.left - box.left, box.right - r.right, t.textContent];
              });
            })"""
        )
        assert {"Requests per second", "steady state", "baseline load/first"} <= {
            text for *_, text in found
        }
        for size, left, right, text in found:
            assert size >= 7.5, text
            assert left >= -1.5, text
            assert right >= -1.5, text


@pytest.mark.browser
def test_lines_follow_the_scheme(browser: Browser, imported: str) -> None:
    """The lines of a chart have other colours in the dark, each its own."""
    colours = []
    for scheme in ("light", "dark"):
        with opened(browser, f"{imported}{FIRST}.html", 1280, scheme) as page:
            colours.append(
                page.evaluate(
                    """() => [...document.querySelectorAll(
                      'svg[aria-labelledby^="over-time-"] path')]
                      .map(path => getComputedStyle(path).stroke)"""
                )
            )
    light, dark = map(set, colours)
    assert len(light) == len(dark) >= 5
    assert light & dark <= {"none"}


@pytest.mark.browser
def test_tables_beside_the_record_can_be_downloaded(
    browser: Browser, imported: str, tmp_path: Path
) -> None:
    """A click on a file at the chart saves the very file that lies beside the record."""
    with opened(browser, f"{imported}{FIRST}.html") as page:
        with page.expect_download() as waiting:
            page.locator("figcaption").get_by_role("link", name="series-k6.csv").click()
        waiting.value.save_as(tmp_path / "saved.csv")
    original = SAMPLE / "experiments" / FIRST / "series-k6.csv"
    assert (tmp_path / "saved.csv").read_bytes() == original.read_bytes()


@pytest.mark.browser
def test_charts_of_imported_runs_are_told_in_words(browser: Browser, imported: str) -> None:
    """The words of both charts unfold beneath them, with figures."""
    with opened(browser, f"{imported}{FIRST}.html") as page:
        for title, words in (
            ("The run over time", "steady state 8 s to 17.9 s"),
            ("Latency by percentile", "of 2,742 requests 50 % faster than"),
        ):
            figure = page.locator("figure", has=page.get_by_text(title, exact=False)).first
            figure.locator("summary").click()
            expect(figure).to_contain_text(words)

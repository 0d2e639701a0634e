"""Runs searched as a person does: filters, sorting, pages, the chart of Explore, copies."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.test_pages import opened
from tests.browser.windows import Scheme
from tests.conftest import ROOT, write_book
from tests.serving import QuietHandler, built, served

RUNS = 120


def record(number: int) -> str:
    """A small run: every third has no latency, every fifth was aborted, load grows with it."""
    day = f"2026-{1 + number // 28:02}-{1 + number % 28:02}"
    status = "aborted" if number % 5 == 4 else "completed"
    latency = "" if number % 3 == 2 else f", http_req_duration: {{p95: {100 + number}ms}}"
    title = "=Run, the <b>odd|one</b>" if number == 7 else f"Run {number}"
    return (
        f"title: '{title}'\ndate: {day}\nstatus: {status}\n"
        f"tags: [{'even' if number % 2 == 0 else 'odd'}]\n"
        f"summary: Number {number} of many.\n"
        f"load: {{scenario: shop, vus: {number + 1}, duration: 100s}}\n"
        f"k6: {{http_reqs: {{count: {1000 * (number + 1)}}}{latency}}}\n"
        f"deployment: {{settings: {{cache: {'true' if number % 2 else 'false'}}}}}\n"
    )


class PolicyHandler(QuietHandler):
    """Serves files under a policy that runs no script but the site's own files."""

    def end_headers(self) -> None:
        """Add the policy."""
        self.send_header("Content-Security-Policy", "script-src 'self'")
        super().end_headers()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site of a notebook with many small runs in two campaigns."""
    files = {f"{'a' if n < 60 else 'b'}/r{n:03}.yaml": record(n) for n in range(RUNS)}
    root = write_book(tmp_path_factory.mktemp("many"), files)
    shutil.copy(ROOT / "mkdocs.yml", root)
    return built(root)


@pytest.fixture(scope="module")
def site(many: Path) -> Iterator[str]:
    """Where that site is served."""
    with served(many) as found:
        yield found


def rows(page: Page) -> list[str]:
    """The identities of the runs that the table shows, from top to bottom."""
    found = page.locator("#runs-table tbody th .lb-sub").all_text_contents()
    return [name.strip() for name in found]


def asked(page: Page) -> dict[str, str]:
    """What the address asks for."""
    return {name: value[0] for name, value in parse_qs(urlsplit(page.url).query).items()}


def choice(page: Page, name: str) -> Locator:
    """The select of that name."""
    return page.get_by_role("combobox", name=name, exact=True)


def counted(page: Page, text: str) -> None:
    """Wait until the table tells that it has so many runs."""
    expect(page.locator(".lb-count")).to_have_text(text)


def points(page: Page) -> list[dict[str, Any]]:
    """Where the chart draws which run, in pixels of the page."""
    expect(page.locator(".lb-chart canvas, .lb-chart svg").first).to_be_visible()
    found: list[dict[str, Any]] = page.evaluate(
        """() => {
          const place = document.querySelector('.lb-chart');
          const chart = echarts.getInstanceByDom(place);
          const box = place.getBoundingClientRect();
          return chart.getOption().series.flatMap(series => series.data.map(point => {
            const [x, y] = chart.convertToPixel({xAxisIndex: 0, yAxisIndex: 0}, point.value);
            return {run: point.run, x: box.left + x, y: box.top + y, value: point.value,
                    opacity: point.itemStyle.opacity};
          }));
        }"""
    )
    return sorted(found, key=lambda point: point["run"])


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Press, move and release the mouse."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    page.mouse.up()


def unfold(page: Page) -> None:
    """Open all that is folded."""
    page.locator(".lb-app details").evaluate_all("all => all.forEach(one => { one.open = true; })")


@pytest.mark.browser
def test_words_and_choices_filter_the_runs(browser: Browser, site: str) -> None:
    """Words are looked for in title, summary and tags; each filter narrows; clearing brings all."""
    with opened(browser, f"{site}runs.html") as page:
        counted(page, "120 of 120 runs")
        page.get_by_label("Words of title").fill("NUMBER 11")
        counted(page, "11 of 120 runs")
        choice(page, "Tag").select_option("odd")
        counted(page, "6 of 120 runs")
        assert rows(page) == ["b/r119", "b/r117", "b/r115", "b/r113", "b/r111", "a/r011"]
        choice(page, "Status").select_option("aborted")
        counted(page, "1 of 120 runs")
        choice(page, "Campaign").select_option("a")
        counted(page, "0 of 120 runs")
        expect(page.locator("#runs-table")).to_contain_text("No run matches.")
        page.get_by_role("button", name="Clear all filters").click()
        counted(page, "120 of 120 runs")
        expect(page.get_by_label("Words of title")).to_have_value("")
        assert asked(page) == {}


@pytest.mark.browser
def test_dates_and_verdicts_filter_the_runs(browser: Browser, site: str) -> None:
    """From and to count themselves; what regressed against its baseline can be asked for."""
    with opened(browser, f"{site}runs.html") as page:
        page.get_by_label("From", exact=True).fill("2026-01-03")
        page.get_by_label("To", exact=True).fill("2026-01-05")
        counted(page, "3 of 120 runs")
        assert rows(page) == ["a/r004", "a/r003", "a/r002"]
    with opened(browser, f"{site}runs.html?verdict=doubtful") as page:
        expected = json.loads(page.evaluate("fetch('data/roster.json').then(r => r.text())"))
        number = sum(count > 0 for count in expected["runs"]["doubts"])
        counted(page, f"{number} of 120 runs")
        choice(page, "Against baseline").select_option("clean")
        counted(page, f"{120 - number} of 120 runs")


@pytest.mark.browser
def test_runs_sort_by_any_column_and_what_is_missing_comes_last(
    browser: Browser, site: str
) -> None:
    """A heading sorts, again turns the order; the heading says so; no figure is never first."""
    with opened(browser, f"{site}runs.html") as page:
        heading = page.get_by_role("columnheader", name="Latency p95")
        heading.get_by_role("button").click()
        expect(heading).to_have_attribute("aria-sort", "descending")
        assert rows(page)[:3] == ["b/r118", "b/r117", "b/r115"]
        expect(heading.get_by_role("button")).to_be_focused()
        page.keyboard.press("Enter")
        expect(heading).to_have_attribute("aria-sort", "ascending")
        assert rows(page)[:3] == ["a/r000", "a/r001", "a/r003"]
        page.goto(f"{page.url}&page=3")
        expect(page.locator("#runs-table tbody tr").last).to_contain_text("n/a")
        page.get_by_role("columnheader", name="Run").get_by_role("button").click()
        assert rows(page)[1:4] == ["a/r000", "a/r001", "a/r002"]


@pytest.mark.browser
def test_many_runs_come_in_pages(browser: Browser, site: str) -> None:
    """Fifty at a time, newest first; the buttons keep the focus; the address has the page."""
    with opened(browser, f"{site}runs.html") as page:
        pager = page.get_by_role("navigation", name="Pages of runs")
        expect(pager).to_contain_text("Page 1 of 3")
        assert len(rows(page)) == 50
        assert rows(page)[0] == "b/r119"
        pager.get_by_role("button", name="Next").focus()
        page.keyboard.press("Enter")
        expect(pager).to_contain_text("Page 2 of 3")
        page.keyboard.press("Enter")
        expect(pager).to_contain_text("Page 3 of 3")
        assert len(rows(page)) == 20
        assert asked(page) == {"page": "3"}
        expect(pager.get_by_role("button", name="Previous")).to_be_focused()
        page.go_back()
        expect(pager).to_contain_text("Page 2 of 3")


@pytest.mark.browser
def test_an_address_can_be_shared_and_back_works(browser: Browser, site: str) -> None:
    """The address alone brings filters, order and columns; back undoes the last step."""
    address = f"{site}runs.html?tag=odd&campaign=b&sort=vus&columns=vus,tags"
    with opened(browser, address) as page:
        counted(page, "30 of 120 runs")
        assert rows(page)[:2] == ["b/r061", "b/r063"]
        heads = page.locator("#runs-table thead button").all_text_contents()
        assert [re.sub("[▲▼↕]", "", head) for head in heads] == ["Run", "Tags", "Virtual users"]
        choice(page, "Campaign").select_option("a")
        expect(page.locator("#runs-table tbody tr").first).to_contain_text("a/r001")
        page.go_back()
        expect(page.locator("#runs-table tbody tr").first).to_contain_text("b/r061")
        expect(choice(page, "Campaign")).to_have_value("b")


@pytest.mark.browser
def test_nonsense_in_an_address_harms_nothing(browser: Browser, site: str) -> None:
    """Unknown names, columns and pages in the address are left aside or match nothing."""
    address = "runs.html?sort=nothing&page=99&columns=x,y&pick=z&verdict=no"
    with opened(browser, site + address) as page:
        counted(page, "120 of 120 runs")
        expect(page.locator(".lb-pager")).to_contain_text("Page 3 of 3")
    with opened(browser, f"{site}explore.html?x=__proto__&y=&by=1&box=1,2,three,4") as page:
        counted(page, "120 of 120 runs")
        expect(choice(page, "x axis")).to_have_value("vus")
    with opened(browser, f"{site}runs.html?campaign=gone") as page:
        counted(page, "0 of 120 runs")
        expect(choice(page, "Campaign").locator("option:checked")).to_have_text("gone (no run)")


@pytest.mark.browser
def test_columns_are_chosen(browser: Browser, site: str) -> None:
    """A column that is ticked appears, a setting too; the usual ones come back by a button."""
    with opened(browser, f"{site}runs.html") as page:
        usual = page.locator("#runs-table thead th").count()
        page.locator(".lb-chooser summary").click()
        page.get_by_role("checkbox", name="cache").check()
        page.get_by_role("checkbox", name="Status").uncheck()
        expect(page.get_by_role("columnheader", name="cache")).to_be_visible()
        expect(page.get_by_role("columnheader", name="Status")).to_have_count(0)
        page.get_by_role("button", name="Usual columns").click()
        expect(page.locator("#runs-table thead th")).to_have_count(usual)


@pytest.mark.browser
def test_two_to_six_runs_lead_to_their_comparison(browser: Browser, site: str) -> None:
    """The button is there for two to six runs: those that are ticked, else those few shown."""
    with opened(browser, f"{site}runs.html") as page:
        button = page.get_by_role("button", name="Compare these")
        expect(button).to_be_disabled()
        page.get_by_role("checkbox", name="Compare Run 118").check()
        expect(page.locator(".lb-compare")).to_contain_text("a comparison takes two to six")
        expect(page.get_by_role("checkbox", name="Compare Run 118")).to_be_focused()
        page.get_by_role("checkbox", name="Compare Run 112").check()
        expect(button).to_be_enabled()
        target = page.evaluate(
            """() => new Promise(done => {
              navigation.addEventListener('navigate', event => {
                event.preventDefault(); done(event.destination.url);
              }, {once: true});
              document.querySelector('.lb-go').click();
            })"""
        )
        assert target == f"{site}compare.html?runs=b%2Fr112,b%2Fr118&baseline=b%2Fr112"
        for number in (119, 117, 116, 115, 114):
            page.locator(f"[data-run='b/r{number}']").check()
        expect(page.locator(".lb-compare")).to_contain_text("7 runs are ticked, at most 6")
        expect(button).to_be_disabled()
        page.get_by_role("button", name="Untick all").click()
        page.get_by_label("Words of title").fill("number 11 ")
        page.get_by_label("To", exact=True).fill("2026-01-20")
        expect(button).to_be_disabled()


@pytest.mark.browser
def test_a_copy_has_every_run_that_is_filtered(browser: Browser, site: str) -> None:
    """The copy holds all pages, as Markdown and CSV that nothing in a title breaks or runs."""
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto(f"{site}runs.html?campaign=a&sort=run&columns=date,latency_p95")
        counted(page, "60 of 120 runs")
        page.get_by_role("button", name="Copy “Runs”").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="CSV").click()
        expect(page.locator(".lb-tools [role=status]")).to_have_text("Copied as CSV")
        table = list(csv.reader(io.StringIO(page.evaluate("navigator.clipboard.readText()"))))
        assert table[0] == ["Run", "Date", "Latency p95"]
        assert len(table) == 61
        assert ["'=Run, the <b>odd|one</b> (a/r007)", "2026-01-08", "107 ms"] in table
        page.get_by_role("button", name="Markdown").click()
        expect(page.locator(".lb-tools [role=status]")).to_have_text("Copied as Markdown")
        lines = page.evaluate("navigator.clipboard.readText()").splitlines()
        assert lines[0].startswith(f"**[Runs]({site}runs.html?campaign=a")
        assert lines[2:4] == ["| Run | Date | Latency p95 |", "| --- | ---: | ---: |"]
        assert "| =Run, the \\<b\\>odd\\|one\\</b\\> (a/r007) | 2026-01-08 | 107 ms |" in lines
        assert len(lines) == 4 + 60


@pytest.mark.browser
def test_the_chart_shows_what_the_filters_pass(browser: Browser, site: str) -> None:
    """Chart, words and table tell of the same runs; those without a figure are counted."""
    with opened(browser, f"{site}explore.html?x=vus&y=latency_p95") as page:
        words = page.locator("#explore-words")
        expect(words).to_contain_text("Latency p95 against Virtual users: 80 runs drawn of 120")
        expect(words).to_contain_text("Virtual users from 1 (Run 0) to 119 (Run 118)")
        expect(words).to_contain_text("Latency p95 from 100 ms (Run 0) to 218 ms (Run 118)")
        expect(words).to_contain_text("Not drawn: 40 runs with no figure for Latency p95.")
        assert len(points(page)) == 80
        choice(page, "Campaign").select_option("b")
        expect(words).to_contain_text("40 runs drawn of 60")
        assert len(points(page)) == 40
        assert points(page)[0]["value"] == [61, 160]
        choice(page, "y axis").select_option("request_rate")
        expect(words).to_contain_text("60 runs drawn of 60")
        expect(page.get_by_role("columnheader", name="Requests per second")).to_be_visible()


@pytest.mark.browser
def test_dragging_on_the_chart_selects_the_runs_of_the_table(browser: Browser, site: str) -> None:
    """The table has exactly the runs inside of the rectangle; the address brings it back."""
    with opened(browser, f"{site}explore.html?x=vus&y=request_rate") as page:
        found = points(page)
        low, high = found[20], found[40]
        drag(page, (low["x"] - 2, low["y"] + 2), (high["x"] + 2, high["y"] - 2))
        counted(page, "21 of 120 runs")
        assert sorted(rows(page)) == [f"a/r{number:03}" for number in range(20, 41)]
        expect(page.locator("#explore-words")).to_contain_text("Selected: 21 runs.")
        assert {point["run"] for point in points(page) if point["opacity"] > 0.5} == {
            *range(20, 41)
        }
        shared = page.url
        page.get_by_role("button", name="Clear selection").click()
        counted(page, "120 of 120 runs")
        page.go_back()
        counted(page, "21 of 120 runs")
    with opened(browser, shared) as page:
        counted(page, "21 of 120 runs")


@pytest.mark.browser
def test_runs_are_selected_by_figures_without_a_mouse(browser: Browser, site: str) -> None:
    """The same selection by the keyboard, in the units of the axes, with open ends."""
    with opened(browser, f"{site}explore.html?x=vus&y=latency_p95") as page:
        page.get_by_text("Select by figures").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Latency p95 from (ms)").fill("210")
        page.keyboard.press("Enter")
        counted(page, "6 of 120 runs")
        assert rows(page) == [f"b/r{number}" for number in (118, 117, 115, 114, 112, 111)]
        expect(page.get_by_role("button", name="Compare these")).to_be_enabled()


@pytest.mark.browser
def test_a_point_tells_of_its_run_and_leads_to_it(browser: Browser, site: str) -> None:
    """Under the pointer stand title and figures with units, as text; a click opens the page."""
    with opened(browser, f"{site}explore.html?x=vus&y=latency_p95&text=odd%7Cone") as page:
        (point,) = points(page)
        page.mouse.move(point["x"], point["y"])
        hint = page.locator(".lb-hint")
        expect(hint).to_contain_text("=Run, the <b>odd|one</b>")
        expect(hint).to_contain_text("Virtual users: 8")
        expect(hint).to_contain_text("Latency p95: 107 ms")
        page.mouse.click(point["x"], point["y"])
        expect(page).to_have_url(f"{site}a/r007.html")


@pytest.mark.browser
def test_the_chart_zooms_and_moves(browser: Browser, site: str) -> None:
    """Buttons zoom in, out and back; dragging moves the chart where that is chosen."""
    with opened(browser, f"{site}explore.html?x=vus&y=request_rate") as page:

        def spread() -> float:
            found = points(page)
            return float(found[-1]["x"] - found[0]["x"])

        whole = spread()
        page.get_by_role("button", name="Zoom in").click()
        assert spread() > 1.5 * whole
        page.get_by_role("radio", name="moves it").check()
        before = points(page)[60]
        drag(page, (before["x"], before["y"]), (before["x"] + 60, before["y"]))
        assert points(page)[60]["x"] == pytest.approx(before["x"] + 60, abs=3)
        page.get_by_role("button", name="Whole chart").click()
        assert spread() == pytest.approx(whole)
        assert asked(page) == {"x": "vus", "y": "request_rate"}


@pytest.mark.browser
def test_axes_can_be_logarithmic_or_words(browser: Browser, site: str) -> None:
    """What a log axis can't show is counted; a setting of words makes an axis of its words."""
    with opened(browser, f"{site}explore.html?x=vus&y=error_rate") as page:
        choice(page, "y axis").select_option("latency_p95")
        page.get_by_label("y logarithmic").check()
        expect(page.locator("#explore-words")).to_contain_text("80 runs drawn")
        choice(page, "x axis").select_option("deployment.cache")
        expect(page.locator("#explore-words")).to_contain_text("cache: 2 settings")
        expect(page.get_by_label("x logarithmic")).to_be_disabled()
        assert {point["value"][0] for point in points(page)} == {0, 1}
        choice(page, "Coloured and shaped by").select_option("deployment.cache")
        expect(page.get_by_role("list", name="Colours and shapes")).to_have_text(
            re.compile(r"● false \(40\).*■ true \(40\)", re.DOTALL)
        )


@pytest.mark.browser
def test_presets_are_those_that_have_data(browser: Browser, site: str) -> None:
    """A preset draws its chart and keeps the filters; one without figures is not offered."""
    with opened(browser, f"{site}explore.html?tag=odd") as page:
        presets = page.get_by_role("navigation", name="Charts to start from")
        assert presets.get_by_role("link").all_text_contents() == [
            "RPS against VUs",
            "p95 against throughput",
            "p95 against VUs",
        ]
        presets.get_by_role("link", name="p95 against throughput").click()
        expect(page.locator("#explore-words")).to_contain_text("40 runs drawn of 60")
        assert asked(page) == {"tag": "odd", "x": "request_rate", "y": "latency_p95"}


@pytest.mark.browser
def test_the_chart_follows_the_scheme(browser: Browser, site: str) -> None:
    """Axes and points take the colours of light and dark when the reader switches."""
    with opened(browser, f"{site}explore.html") as page:

        def fills() -> set[str]:
            texts = page.locator(".lb-chart svg text")
            return set(texts.evaluate_all("all => all.map(e => getComputedStyle(e).fill)"))

        light = fills()
        for scheme in ("default", "slate"):
            page.locator("label.md-header__button[for^=__palette]:visible").click()
            expect(page.locator("body")).to_have_attribute("data-md-color-scheme", scheme)
        dark = fills()
        assert light
        assert not light & dark


@pytest.mark.browser
@pytest.mark.parametrize(
    "path", ["runs.html", "explore.html?x=date&y=latency_p95&box=0,1e17,150,200"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_use_the_pages(browser: Browser, site: str, path: str, scheme: Scheme) -> None:
    """No violation of WCAG 2.2 AA, wide and narrow, light and dark, folded and unfolded."""
    for width in (390, 1280):
        with opened(browser, site + path, width, scheme) as page:
            unfold(page)
            page.get_by_role("button", name="Copy “Runs”").click()
            assert violations(page) == []


@pytest.mark.browser
@pytest.mark.parametrize("path", ["runs.html", "explore.html", "explore.html?by=tags&text=nothing"])
@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_the_pages_fit(browser: Browser, site: str, path: str, width: int) -> None:
    """Nothing is wider than the window; wide tables scroll in their own region."""
    with opened(browser, site + path, width) as page:
        unfold(page)
        excess = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert excess == 0


@pytest.mark.browser
def test_without_scripts_there_are_the_newest_runs(browser: Browser, site: str) -> None:
    """A hundred runs as a plain table, and where all of them are."""
    for path in ("runs.html", "explore.html"):
        with opened(browser, site + path, script=False) as page:
            assert page.locator("#runs-table tbody tr").count() == 100
            expect(page.locator("#runs-table tbody tr").first).to_contain_text("b/r119")
            expect(page.get_by_text("the newest 100 of 120 runs")).to_have_count(
                1 if path == "runs.html" else 0
            )
            expect(page.get_by_role("link", name="All runs as CSV")).to_have_attribute(
                "href", "data/runs.csv"
            )


@pytest.mark.browser
def test_from_a_disk_the_pages_say_what_to_do(browser: Browser, many: Path) -> None:
    """Without a server the plain table stays and sorts, and the page tells how to serve it."""
    with browser.new_context() as context:
        page = context.new_page()
        for path in ("runs.html", "explore.html"):
            page.goto((many / path).as_uri())
            expect(page.locator(".lb-app")).to_contain_text("python -m http.server")
            assert page.locator("#runs-table tbody tr").count() == 100
            page.get_by_role("columnheader", name="Virtual users").click()
            expect(page.locator("#runs-table th[aria-sort]")).to_have_count(1)


@pytest.mark.browser
def test_a_strict_policy_breaks_nothing(browser: Browser, many: Path) -> None:
    """Under a policy that runs no inline script, table, chart, hints and copies work."""
    allowed = ["clipboard-read", "clipboard-write"]
    with (
        served(many, PolicyHandler) as address,
        browser.new_context(permissions=allowed) as context,
    ):
        page = context.new_page()
        page.goto(f"{address}explore.html?x=vus&y=request_rate")
        counted(page, "120 of 120 runs")
        point = points(page)[30]
        page.mouse.move(point["x"], point["y"])
        expect(page.locator(".lb-hint")).to_contain_text("Run 30")
        page.get_by_role("button", name="Copy “Runs”").click()
        page.get_by_role("button", name="CSV").click()
        expect(page.locator(".lb-tools [role=status]")).to_have_text("Copied as CSV")

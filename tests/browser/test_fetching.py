"""What the pages that list runs fetch: little at first, and the rest by who asks for it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.conftest import ROOT, write_book
from tests.serving import built, served

RUNS = 8
LIST = "roster.json"
USUAL = {f"roster/metrics/{name}.json" for name in ("vus", "request_rate", "latency_p95")}
"""The figures that the table of runs shows, of those that these runs have."""


def record(number: int) -> str:
    """A run that names the one before as its baseline, with a change."""
    before = f"baseline: {campaign(number - 1)}/r{number - 1}\n" if number else ""
    return (
        f"title: Run {number}\ndate: 2026-01-0{number + 1}\nstatus: completed\n{before}"
        f"summary: Word{number} is in here.\n"
        f"load: {{scenario: shop, vus: {number + 1}, duration: 100s}}\n"
        f"k6: {{http_reqs: {{count: {1000 * (number + 1)}}}, "
        f"http_req_duration: {{p95: {100 + number}ms, max: {300 - number}ms}}}}\n"
        f"deployment: {{settings: {{cache: {'true' if number % 2 else 'false'}}}}}\n"
        f"changes: [{{area: code, modification: Step {number}.}}]\n"
    )


def campaign(number: int) -> str:
    """Two runs are a campaign."""
    return f"c{number // 2}"


@pytest.fixture(scope="module", params=["files", "folders"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a site of these runs is served: its addresses are files, or folders."""
    files = {f"{campaign(number)}/r{number}.yaml": record(number) for number in range(RUNS)}
    root = write_book(tmp_path_factory.mktemp("fetching"), files)
    shutil.copy(ROOT / "mkdocs.yml", root)
    if request.param == "folders":
        config = root / "mkdocs.yml"
        text = config.read_text("utf-8")
        assert "use_directory_urls: false" in text
        config.write_text(text.replace("use_directory_urls: false", "use_directory_urls: true"))
    with served(built(root)) as address:
        yield address


def page_of(site: str, name: str, page: Page) -> str:
    """The address of a page, in whichever form the site has it."""
    answer = page.request.get(f"{site}{name}.html")
    return f"{site}{name}.html" if answer.ok else f"{site}{name}/"


@contextmanager
def watched(
    browser: Browser, site: str, name: str, query: str = ""
) -> Iterator[tuple[Page, list[str]]]:
    """A page that has come to rest, and the paths below data/ that it asks for, as they come."""
    with browser.new_context() as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda one: asked.append(urlsplit(one.url).path.removeprefix("/")))
        page.goto(page_of(site, name, page) + query, wait_until="networkidle")
        yield page, asked


def data(asked: list[str]) -> list[str]:
    """What of it are data files, by their path below data/."""
    return [path.removeprefix("data/") for path in asked if path.startswith("data/")]


@pytest.mark.browser
def test_the_table_of_runs_fetches_the_columns_that_it_shows(browser: Browser, site: str) -> None:
    """The list and the usual figures at first; a column, an order when chosen, each once."""
    with watched(browser, site, "runs") as (page, asked):
        expect(page.locator(".lb-count")).to_have_text("8 of 8 runs")
        first = data(asked)
        assert first[0] == LIST
        assert set(first) > USUAL
        assert not {"roster/metrics/latency_max.json", "roster/texts/summaries.json"} & set(first)
        assert not [path for path in first if "settings" in path]
        asked.clear()
        page.locator(".lb-chooser summary").click()
        page.get_by_role("checkbox", name="Latency, largest").check()
        expect(page.locator("#runs-table tbody tr").first).to_contain_text(
            "293\N{NO-BREAK SPACE}ms"
        )
        assert data(asked) == ["roster/metrics/latency_max.json"]
        page.get_by_role("checkbox", name="cache").check()
        expect(page.locator("#runs-table tbody tr").first).to_contain_text("true")
        page.get_by_role("button", name="Usual columns").click()
        page.get_by_role("checkbox", name="Latency, largest").check()
        expect(page.locator("#runs-table tbody tr").first).to_contain_text(
            "293\N{NO-BREAK SPACE}ms"
        )
        assert len(data(asked)) == 2
    with watched(browser, site, "runs", "?columns=status&sort=latency_max") as (page, asked):
        expect(page.locator("#runs-table tbody tr").first).to_contain_text("Run 7")
        assert data(asked) == [LIST, "roster/metrics/latency_max.json"]


@pytest.mark.browser
def test_a_search_for_words_fetches_the_summaries(browser: Browser, site: str) -> None:
    """The first letter asks for them, the next ones for nothing; an address with words does too."""
    with watched(browser, site, "runs") as (page, asked):
        asked.clear()
        page.get_by_label("Words of title").press_sequentially("word3")
        expect(page.locator(".lb-count")).to_have_text("1 of 8 runs")
        assert data(asked) == ["roster/texts/summaries.json"]
    with watched(browser, site, "explore", "?text=word5") as (page, asked):
        expect(page.locator("#explore-words")).to_contain_text("of 1 that pass the filters")
        assert "roster/texts/summaries.json" in data(asked)


@pytest.mark.browser
def test_explore_fetches_the_axes_that_it_draws(browser: Browser, site: str) -> None:
    """Two figures at first; another axis or another grouping brings one file each."""
    with watched(browser, site, "explore") as (page, asked):
        words = page.locator("#explore-words")
        expect(words).to_contain_text("Requests per second against Virtual users: 8 runs drawn")
        axes = ["roster/metrics/request_rate.json", "roster/metrics/vus.json"]
        assert sorted(data(asked)) == [LIST, *axes]
        asked.clear()
        page.get_by_role("combobox", name="y axis").select_option("latency_max")
        expect(words).to_contain_text("Latency, largest from 293\N{NO-BREAK SPACE}ms (Run 7)")
        page.get_by_role("combobox", name="Coloured").select_option("deployment.cache")
        expect(page.get_by_role("list", name="Colours and shapes")).to_contain_text("false (4)")
        first, second = data(asked)
        assert first == "roster/metrics/latency_max.json"
        assert second.startswith("roster/settings/")


@pytest.mark.browser
def test_compare_fetches_the_list_then_what_is_chosen(browser: Browser, site: str) -> None:
    """Of runs and campaigns only those between the two that are held against each other."""
    with watched(browser, site, "compare") as (page, asked):
        expect(page.get_by_text("8 runs match.")).to_be_visible()
        assert sorted(data(asked)) == ["compare.json", LIST]
        asked.clear()
        for number in (2, 5):
            page.get_by_role("checkbox", name=re.compile(f"^Run {number}")).check()
        expect(page.locator("#compare-metrics")).to_be_visible()
        expect(page.locator("#compare")).to_contain_text("Step 3.")
        assert sorted(data(asked)) == [
            "compare/changes/c1.json",
            "compare/changes/c2.json",
            "compare/runs/c1/r2.json",
            "compare/runs/c2/r5.json",
        ]
        facts = page.locator("#compare .lb-fact").all_inner_texts()
        assert [fact for fact in facts if "Step" in fact] == ["Step 3.", "Step 4.", "Step 5."]


@pytest.mark.browser
def test_a_column_that_cant_be_read_is_named(browser: Browser, site: str) -> None:
    """The table has a question mark for each figure of it, and works on; nothing reads as n/a."""
    with browser.new_context() as context:
        page = context.new_page()
        page.route("**/metrics/latency_p95.json", lambda route: route.fulfill(status=404))
        page.goto(page_of(site, "runs", page) + "?columns=vus,latency_p95")
        expect(page.get_by_text("Could not be read: Latency p95.")).to_be_visible()
        cells = page.locator("#runs-table tbody tr").first.locator("td")
        assert cells.all_inner_texts() == ["8", "?"]
        page.get_by_label("Words of title").fill("word1")
        expect(page.locator(".lb-count")).to_have_text("1 of 8 runs")


@pytest.mark.browser
def test_the_table_waits_for_a_column_and_shows_the_last_choice(
    browser: Browser, site: str
) -> None:
    """Until a column is there the table stays as it was, and is busy; then it has what is asked."""
    with browser.new_context() as context:
        page = context.new_page()
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        page.route("**/metrics/latency_max.json", hold)
        page.goto(page_of(site, "runs", page) + "?columns=vus", wait_until="networkidle")
        table = page.locator("#runs-table")
        page.locator(".lb-chooser summary").click()
        page.get_by_role("checkbox", name="Latency, largest").check()
        expect(table).to_have_attribute("aria-busy", "true")
        page.get_by_role("checkbox", name="Status").check()
        expect(table.locator("thead th")).to_have_count(2)
        held[0].continue_()
        expect(table).to_have_attribute("aria-busy", "false")
        heads = table.locator("thead button").all_text_contents()
        assert [re.sub("[▲▼↕]", "", head) for head in heads] == [
            "Run",
            "Status",
            "Virtual users",
            "Latency, largest",
        ]
        assert len(held) == 1


@pytest.mark.browser
def test_the_links_of_the_table_lead_to_pages(browser: Browser, site: str) -> None:
    """Each run and campaign of the table leads to a page that there is."""
    with watched(browser, site, "runs") as (page, _):
        links = page.locator("#runs-table tbody a").evaluate_all("all => all.map(a => a.href)")
        assert len(set(links)) >= RUNS + RUNS // 2
        assert {page.request.get(link).status for link in set(links)} == {200}


SEARCH = "search/search_index.json"


@pytest.mark.browser
@pytest.mark.parametrize("key", ["/", ""], ids=["key", "click"])
def test_the_words_of_the_search_are_fetched_by_who_opens_it(
    browser: Browser, site: str, key: str
) -> None:
    """No page asks for them before; then the search finds what was typed meanwhile."""
    with watched(browser, site, "runs") as (page, asked):
        assert SEARCH not in asked
        if key:
            page.keyboard.press(key)
        else:
            page.get_by_role("textbox", name="Search").click()
        page.keyboard.type("word3")
        expect(page.locator(".md-search-result__link").first).to_contain_text("Run 3")
        assert asked.count(SEARCH) == 1
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        page.keyboard.type(" here")
        expect(page.locator(".md-search-result__link").first).to_contain_text("Run 3")
        assert asked.count(SEARCH) == 1


@pytest.mark.browser
def test_an_address_with_words_is_searched_at_once(browser: Browser, site: str) -> None:
    """`?q=` opens the search with its results, `?h=` marks the words in the page."""
    with watched(browser, site, "c1/r3", "?h=word3") as (page, asked):
        assert SEARCH in asked
        expect(page.locator("mark").first).to_have_text("Word3")
    with watched(browser, site, "runs", "?q=word3") as (page, asked):
        assert SEARCH in asked
        expect(page.locator(".md-search-result__link").first).to_contain_text("Run 3")

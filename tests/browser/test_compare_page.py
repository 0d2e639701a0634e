"""The page Compare as a person uses it: choosing, addresses, keyboard, phone, charts."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from generator.compare import compare
from generator.notebook import Notebook
from generator.terminal import show_value
from tests.browser.axe import violations
from tests.browser.test_pages import opened
from tests.browser.windows import Scheme
from tests.conftest import ROOT
from tests.serving import built, served
from tests.test_plugin import notebook_in
from tests.test_render import hostile_record

BEFORE, AFTER, CODE = "session-8/pre-fix", "session-8/post-fix", "session-8/post-code"
OFF, ON = "cache-on-one-host/off-040-1", "cache-on-one-host/on-040-1"
ATTACK = "findme \"><img src=x onerror='window.owned = 1'>"


@pytest.fixture(scope="module")
def folder(measured: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the reported runs, of those of one campaign with tables, and of a stranger's."""
    root = notebook_in(tmp_path_factory.mktemp("compare"))
    shutil.copytree(
        ROOT / "experiments" / "cache-on-one-host", root / "experiments" / "cache-on-one-host"
    )
    hostile = root / "experiments" / "hostile"
    hostile.mkdir()
    (hostile / "one.yaml").write_text(hostile_record(ATTACK), "utf-8")
    return built(root)


@pytest.fixture(scope="module")
def place(folder: Path) -> Iterator[str]:
    """Where the page is served."""
    with served(folder) as address:
        yield f"{address}compare.html"


def of(*runs: str, baseline: str = "") -> str:
    """The query of a comparison."""
    return f"?runs={','.join(runs)}" + (f"&baseline={baseline}" if baseline else "")


def row(page: Page, metric: str) -> list[str]:
    """The texts of a metric's cells: figure of each run, of candidates with verdict, and basis."""
    head = page.locator("#compare-metrics tbody tr:not(.lb-group) th").filter(
        has=page.get_by_role("link", name=metric, exact=True)
    )
    return head.locator("xpath=../td").all_inner_texts()


@pytest.mark.browser
def test_two_runs_are_chosen_then_a_third_and_another_baseline(
    browser: Browser, place: str
) -> None:
    """The table has a column a run, and follows each choice; so does the address."""
    with opened(browser, place) as page:
        find = page.get_by_role("searchbox", name="Find by title, campaign, date or tag")
        find.fill("pre-fix")
        expect(page.get_by_text("1 run matches.")).to_be_visible()
        page.get_by_role("checkbox", name=re.compile("Day 8 pre-fix")).check()
        expect(page.get_by_text("Choose one more run, or several")).to_be_visible()
        find.fill("session post")
        page.get_by_role("checkbox", name=re.compile("Day 8 post-fix")).check()
        expect(page.locator("#compare-metrics")).to_be_visible()
        cells = row(page, "RPS per core")
        assert cells[0] == "107.3\N{NO-BREAK SPACE}/s"
        assert "−22.6" in cells[1]
        assert "▼ regressed" in cells[1]
        assert "tolerance 5" in cells[2]
        assert page.url.endswith(of(BEFORE, AFTER, baseline=BEFORE))
        page.get_by_role("checkbox", name=re.compile("Day 8 post-code")).check()
        expect(page.locator("#compare-metrics thead th")).to_have_count(1 + 3 + 2)
        radio = page.get_by_role("radio", name=re.compile("Baseline: Day 8 post-fix"))
        radio.check()
        expect(page.locator("#compare-metrics caption")).to_have_text(
            f"{BEFORE}, {CODE} against {AFTER}"
        )
        expect(radio).to_be_focused()
        assert "+26.5" in row(page, "RPS per core")[3]
        assert "▲ improved" in row(page, "RPS per core")[3]
        assert page.url.endswith(of(BEFORE, AFTER, CODE, baseline=AFTER))


@pytest.mark.browser
def test_a_shared_address_shows_what_the_command_prints(
    browser: Browser, place: str, notebook: Notebook
) -> None:
    """Every row of the table has the texts, the verdict and the basis of `loadbook diff`."""
    found = compare(notebook, AFTER, CODE)
    with opened(browser, place + of(AFTER, CODE, baseline=AFTER)) as page:
        expect(page.locator("#compare-metrics")).to_be_visible()
        for delta in found.deltas.values():
            before, after, basis = row(page, delta.metric.label)
            assert before == show_value(delta.baseline)
            assert after.startswith(show_value(delta.candidate))
            if delta.delta is not None:
                assert delta.show_delta() in after
                assert delta.show_change() in after
            assert str(delta.verdict) in after
            assert basis == delta.basis
        for warning in found.warnings:
            expect(page.locator(".lb-note-doubt", has_text=warning)).to_be_visible()
        doubts = page.get_by_role("link", name=re.compile("× Figures that contradict each other"))
        doubts.first.click()
        expect(page).to_have_url(re.compile(r"/session-8/post-(fix|code)\.html#doubts"))


@pytest.mark.browser
def test_back_and_forward_go_through_the_choices(browser: Browser, place: str) -> None:
    """The back button undoes a choice, forward does it again, and reloading keeps it."""
    with opened(browser, place + of(BEFORE, AFTER, CODE)) as page:
        head = page.locator("#compare-metrics thead th")
        expect(head).to_have_count(6)
        page.get_by_role("button", name=re.compile("Remove Day 8 post-fix")).click()
        expect(head).to_have_count(4)
        page.go_back()
        expect(head).to_have_count(6)
        page.go_forward()
        expect(head).to_have_count(4)
        page.reload()
        expect(head).to_have_count(4)
        expect(page.get_by_role("list", name="Chosen runs").get_by_role("listitem")).to_have_count(
            2
        )


@pytest.mark.browser
def test_names_that_there_are_not_are_said_and_the_rest_works(browser: Browser, place: str) -> None:
    """Unknown runs and baselines, too many, nonsense: a message each, the others are compared."""
    with opened(browser, place + of(BEFORE, "a/<b>none", AFTER, baseline="c/d")) as page:
        expect(page.get_by_text("There is no run “a/<b>none”: it is left out.")).to_be_visible()
        words = f"The baseline “c/d” is not among the runs: {BEFORE} is taken instead."
        expect(page.get_by_text(words)).to_be_visible()
        expect(page.locator("#compare-metrics caption")).to_have_text(f"{AFTER} against {BEFORE}")
    many = [f"cache-on-one-host/on-{vus}-{n}" for vus in ("005", "010", "020") for n in (1, 2, 3)]
    with opened(browser, place + of(*many[:7])) as page:
        expect(
            page.get_by_text(f"The first 6 runs are compared; left out: {many[6]}.")
        ).to_be_visible()
        expect(page.locator("#compare-metrics thead th")).to_have_count(1 + 6 + 5)
        free = page.locator("#compare-picks input:not(:checked)")
        expect(free.first).to_be_disabled()
    with opened(browser, place + "?runs=,,&baseline=%3Cscript%3E") as page:
        expect(page.get_by_text("Choose two to six runs")).to_be_visible()


@pytest.mark.browser
def test_the_keyboard_alone_is_enough(browser: Browser, place: str) -> None:
    """Find, go into the list by arrows, choose two by Space, switch the baseline, remove one."""
    with opened(browser, place) as page:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "compare-filter":
                break
        page.keyboard.type("session-8")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")
        caption = page.locator("#compare-metrics caption")
        expect(caption).to_have_text(f"{AFTER} against {CODE}")
        for _ in range(20):
            page.keyboard.press("Shift+Tab")
            if page.evaluate("document.activeElement.type") == "radio":
                break
        page.keyboard.press("ArrowDown")
        expect(caption).to_have_text(f"{CODE} against {AFTER}")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(caption).to_have_count(0)
        assert page.evaluate("document.activeElement !== document.body")


@pytest.mark.browser
def test_only_what_differs_leaves_out_what_is_the_same(browser: Browser, place: str) -> None:
    """Unchanged metrics and equal settings go and come back; what differs stays."""
    with opened(browser, place + of(OFF, ON)) as page:
        rows = page.locator("#compare-metrics tbody tr:not(.lb-group)")
        settings = page.locator("#compare-settings tbody tr:not(.lb-group)")
        expect(page.locator("#compare-settings")).to_be_visible()
        all_rows, all_settings = rows.count(), settings.count()
        page.get_by_role("checkbox", name="Only what differs").check()
        expect(settings).to_have_count(1)
        expect(settings).to_contain_text(re.compile("cache.enabled.*false.*true"))
        assert 0 < rows.count() < all_rows
        assert page.locator("#compare-metrics .lb-neutral").count() == 0
        page.get_by_role("checkbox", name="Only what differs").uncheck()
        expect(settings).to_have_count(all_settings)


@pytest.mark.browser
def test_the_link_is_copied(browser: Browser, place: str) -> None:
    """The button puts the page's address where it can be pasted from, and says so."""
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto(place + of(BEFORE, AFTER))
        page.get_by_role("button", name="Copy link").click()
        expect(page.get_by_text("The link is copied.")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == page.url


@pytest.mark.browser
def test_runs_are_drawn_over_each_other_and_told_in_words(browser: Browser, place: str) -> None:
    """A chart of what both keep, a line a run in the colour of its number, its words as a table."""
    with opened(browser, place + of(OFF, ON)) as page:
        chart = page.locator("figure", has=page.get_by_text("Requests per second", exact=True))
        image = chart.get_by_role(
            "img", name=re.compile("Requests per second. run 1, .*: lowest .*")
        )
        colours = [
            page.evaluate(
                "name => getComputedStyle(document.body).getPropertyValue(name).trim()",
                f"--lb-series-{number}",
            )
            for number in (1, 2)
        ]
        for colour in colours:
            expect(image.locator(f"svg path[stroke='{colour}' i]").first).to_be_attached()
        chart.locator("summary").click()
        expect(chart.get_by_role("row")).to_have_count(3)
        spread = page.get_by_role("img", name=re.compile("Latency by percentile"))
        expect(spread).to_have_attribute("aria-label", re.compile("95.% faster than"))
        page.get_by_text(re.compile(r"More over time \(\d+\)")).click()
        cores = page.get_by_role("img", name=re.compile("^CPU in use, generator"))
        expect(cores.locator("svg path").first).to_be_attached()


@pytest.mark.browser
def test_charts_zoom_from_the_keyboard_and_show_figures_at_the_pointer(
    browser: Browser, place: str
) -> None:
    """Two fields set the time that all charts show; the pointer tells each run's figure."""
    with opened(browser, place + of(OFF, ON)) as page:
        image = page.get_by_role("img", name=re.compile("^Requests per second"))
        expect(image.locator("svg")).to_be_attached()
        before = image.locator("svg text").all_text_contents()
        page.get_by_label("Show from second").fill("4")
        page.get_by_label("to", exact=True).fill("8")
        page.keyboard.press("Enter")
        expect(image.locator("svg text", has_text="4\N{NO-BREAK SPACE}s")).not_to_have_count(0)
        assert image.locator("svg text").all_text_contents() != before
        image.hover()
        tip = image.locator(".lb-tip")
        expect(tip).to_contain_text("/s")
        assert tip.locator(".lb-run").all_text_contents() == ["1", "2"]


@pytest.mark.browser
def test_charts_follow_the_switch_to_dark(browser: Browser, place: str) -> None:
    """Material's switch gives the lines of the charts the colours of the other scheme."""
    with opened(browser, place + of(OFF, ON)) as page:
        lines = page.get_by_role("img", name=re.compile("^Requests per second")).locator("svg path")
        expect(lines.first).to_be_attached()

        def strokes() -> set[str]:
            found = lines.evaluate_all("all => all.map(one => one.getAttribute('stroke') ?? '')")
            return {stroke for stroke in found if stroke not in ("", "none", "transparent")}

        light = strokes()
        for scheme in ("default", "slate"):
            page.locator("label.md-header__button[for^=__palette]:visible").click()
            expect(page.locator("body")).to_have_attribute("data-md-color-scheme", scheme)
        first = page.evaluate(
            "getComputedStyle(document.body).getPropertyValue('--lb-series-1').trim()"
        )
        expect(page.locator(f"svg path[stroke='{first}' i]").first).to_be_attached()
        assert not light & strokes()


EXCESS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.browser
@pytest.mark.parametrize("query", ["", of(OFF, ON, CODE)], ids=["nothing", "three"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_of_the_page_is_barred(
    browser: Browser, place: str, query: str, scheme: Scheme
) -> None:
    """No violation of WCAG 2.2 AA, light and dark, with everything that folds open."""
    with opened(browser, place + query, 1280, scheme) as page:
        unfold(page)
        if query:
            expect(page.locator("#compare .lb-chart svg").last).to_be_attached()
        assert violations(page) == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_six_runs_fit_every_window(browser: Browser, place: str, width: int) -> None:
    """On a phone, a laptop and a projector nothing is wider than the window."""
    runs = [OFF, ON, BEFORE, AFTER, CODE, "earlier/day-6"]
    for query in ("", of(*runs)):
        with opened(browser, place + query, width) as page:
            unfold(page)
            assert page.evaluate(EXCESS) == 0


def unfold(page: Page) -> None:
    """Opens all that folds."""
    page.evaluate("document.querySelectorAll('#compare details').forEach(fold => fold.open = true)")


@pytest.mark.browser
def test_a_strict_policy_for_scripts_holds(browser: Browser, place: str) -> None:
    """Under `script-src 'self'` the page's own scripts run, with charts, and break no rule."""
    with browser.new_context() as context:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))

        def answer(route: object) -> None:
            found = route.fetch()  # type: ignore[attr-defined]
            # The theme has scripts within its pages; the policy is tried on ours alone.
            text = re.sub(r"<script>.*?</script>", "", found.text(), flags=re.DOTALL)
            text = re.sub(r'<script src="assets/javascripts[^>]*></script>', "", text)
            headers = {**found.headers, "content-security-policy": "script-src 'self'"}
            route.fulfill(response=found, body=text, headers=headers)  # type: ignore[attr-defined]

        page.route("**/compare.html*", answer)
        page.add_init_script(
            "window.barred = []; addEventListener('securitypolicyviolation', e =>"
            " window.barred.push(e.violatedDirective + ' ' + e.blockedURI + e.sourceFile));"
        )
        page.goto(place + of(OFF, ON), wait_until="networkidle")
        expect(page.locator("#compare-metrics")).to_be_visible()
        expect(page.locator(".lb-chart svg").first).to_be_attached()
        assert page.evaluate("window.barred") == []
        assert errors == []


@pytest.mark.browser
def test_a_strangers_record_does_nothing_here(browser: Browser, place: str) -> None:
    """Titles, changes, settings and sources of a hostile record are shown as the text they are."""
    with opened(browser, place + of("hostile/one", BEFORE)) as page:
        expect(page.locator("#compare-metrics")).to_be_visible()
        assert page.locator("#compare").inner_text().count("onerror") > 2
        assert page.evaluate("window.owned") is None
        assert page.locator("#compare img").count() == 0


@pytest.mark.browser
def test_a_run_page_leads_to_its_comparison(browser: Browser, place: str) -> None:
    """From the page of a run one link leads to it beside its baseline."""
    with opened(browser, place.replace("compare.html", f"{CODE}.html")) as page:
        page.get_by_role("link", name="compare with any run").click()
        expect(page.locator("#compare-metrics caption")).to_have_text(f"{CODE} against {AFTER}")


@pytest.mark.browser
def test_without_scripts_the_page_says_so_and_leads_on(browser: Browser, place: str) -> None:
    """With JavaScript off there are words, and links to the comparisons of the runs' own pages."""
    with opened(browser, place, script=False) as page:
        expect(page.get_by_text("Choosing runs here needs JavaScript.")).to_be_visible()
        page.get_by_text("Each run against its own baseline").click()
        link = page.locator("article").get_by_role("link", name=re.compile("cache on")).first
        assert (link.get_attribute("href") or "").endswith("#figures")


@pytest.mark.browser
def test_from_a_disk_the_page_says_how_to_serve_it(browser: Browser, folder: Path) -> None:
    """Opened without a server the page names the command that serves the folder."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((folder / "compare.html").as_uri())
        expect(page.get_by_text("python -m http.server")).to_be_visible()


@pytest.mark.browser
def test_a_file_that_is_gone_is_named(browser: Browser, place: str) -> None:
    """Where a run's data or what it keeps can't be read that is said, and choosing goes on."""
    with browser.new_context() as context:
        page = context.new_page()
        page.route(f"**/compare/courses/{ON}.json", lambda route: route.fulfill(status=404))
        page.route(f"**/compare/runs/{AFTER}.json", lambda route: route.fulfill(status=404))
        page.goto(place + of(OFF, ON))
        expect(page.get_by_text(f"courses/{ON}.json can't be read (404)")).to_be_visible()
        expect(page.locator("#compare-metrics")).to_be_visible()
        page.goto(place + of(BEFORE, AFTER, CODE))
        expect(page.get_by_text(f"runs/{AFTER}.json can't be read (404)")).to_be_visible()
        page.get_by_role("button", name=re.compile("Remove Day 8 post-fix")).click()
        expect(page.locator("#compare-metrics caption")).to_have_text(f"{CODE} against {BEFORE}")


@pytest.mark.browser
def test_charts_are_loaded_by_who_compares(browser: Browser, place: str) -> None:
    """The library comes once, with the first runs that keep something; that it can't is said."""
    with browser.new_context() as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url))
        page.goto(place, wait_until="networkidle")
        assert not [url for url in asked if "echarts" in url]
        page.goto(place + of(OFF, ON))
        expect(page.locator(".lb-chart svg").first).to_be_attached()
        page.get_by_role("radio", name=re.compile("Baseline: ")).last.check()
        expect(page.locator("#compare-metrics caption")).to_have_text(f"{OFF} against {ON}")
        expect(page.locator(".lb-chart svg").first).to_be_attached()
        assert len([url for url in asked if "echarts" in url]) == 1
        page.route("**/echarts.js", lambda route: route.abort())
        page.goto(place + of(OFF, ON))
        expect(page.get_by_text("their library can't be read")).to_be_visible()
        expect(page.locator("#compare-metrics")).to_be_visible()


@pytest.mark.browser
def test_only_this_page_loads_the_charts(folder: Path) -> None:
    """The library of charts and the comparison are asked for by the page Compare alone."""
    assert "assets/echarts.js" in (folder / "compare.html").read_text("utf-8")
    for page in ("index.html", "history.html", f"{CODE}.html"):
        assert "comparing.js" not in (folder / page).read_text("utf-8")
    runs = json.loads((folder / "data" / "roster.json").read_text("utf-8"))["runs"]
    assert len(runs["name"]) == 42

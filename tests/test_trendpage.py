"""The page of trends, its chart, and `loadbook trends`: at every size of a notebook."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from generator import inking, regressions, site, trends, trendtext
from generator.blocks import Items, Table
from generator.charts import CHARTS
from generator.compare import with_baselines
from generator.links import Links
from generator.multiples import LOOKS, MOST_RUNS, multiples
from generator.notebook import Notebook
from generator.render import Renderer
from generator.site import Site
from generator.telling import told
from generator.trendpages import MOST_REGRESSIONS, trends_page
from generator.view import View
from tests.conftest import book, copy_reported, write_book
from tests.test_charts import assert_tidy
from tests.test_reference import sections, text_of
from tests.trendbook import grown, noisy, record, walk

PAGE = "trends.md"
KNOWN = "acknowledged_steps: [{metric: latency_p95, reason: TLS at the edge.}]\n"


def page_of(runs: dict[str, str]) -> dict[str, str]:
    """The sections of the page, as a reader sees them."""
    return sections(site.build(book(runs)), PAGE)


def test_the_page_says_what_got_worse_first(site: Site) -> None:
    """Run, change, figures, what it is against and what that rests on, and how much is not told."""
    found = sections(site, PAGE)
    lead = found[""]
    assert lead.index("regressions in 1 run not acknowledged") < lead.index("RPS per pod")
    assert re.search(r"RPS per pod.{0,20} session-8/post-fix −50.4 % ▼ regressed 46.2 /s", lead)
    assert "session-8/pre-fix its baseline" in lead
    assert "the best of 2 earlier like-for-like runs" in lead
    assert "tolerance 5 %, n = 1 and 1, noise not known" in lead
    assert "not comparable, most because" in lead
    assert "Won back by a later run (1) ▼ regressed RPS per core −22.6 %" in lead
    assert "at least 12 are needed to tell a step from noise" in found["steps"]


def test_nothing_got_worse_is_said_with_its_grounds() -> None:
    """The page does not stay silent: how many metrics were judged, and why others were not."""
    lead = page_of(walk([200, 201]))[""]
    assert "Nothing got worse that was not won back or acknowledged." in lead
    assert re.search(r"1 comparison of runs with their baselines: \d+ metrics judged", lead)


def test_a_step_is_told_with_what_differs_and_where_to_compare() -> None:
    """Both levels, p, runs on each side; settings and changes on record; links to both runs."""
    more = {number: f"deployment: {{replicas: {3 + (number > 17)}}}\n" for number in range(30)}
    more[18] += "changes: [{area: cache, modification: Bigger.}]\n"
    runs = book(walk(noisy(30, {18: 40.0}), more=more))
    text = sections(site.build(runs), PAGE)["steps"]
    assert re.search(
        r"▼ worse Latency p95 \+\d+\.\d %: 20\d\.\d ms → 2\d\d\.\d ms, p = 0\.002, "
        r"18 runs before and 12 after",
        text,
    )
    assert "Differs on record replicas 3 → 4" in text
    assert "Changes on record cache: Bigger." in text
    page = next(page for page in site.build(runs).pages if page.path == PAGE)
    assert 'href="a/run-0017.html"' in page.whole
    href = 'href="compare.html?runs=a/run-0017,a/run-0018&amp;baseline=a/run-0017"'
    assert f'{href} rel="nofollow noopener">compare them' in page.whole


def test_a_step_without_a_recorded_cause_says_so() -> None:
    """Where nothing on record differs between the two runs, the page says that."""
    text = page_of(walk(noisy(30, {18: 40.0})))["steps"]
    assert "nothing: the cause is not recorded" in text


def test_what_is_acknowledged_is_folded_with_reason_and_record() -> None:
    """The regression and the step, each with why and in which record; also on the run's page."""
    runs = book(walk(noisy(30, {18: 40.0}), more={18: KNOWN}))
    built = site.build(runs)
    found = sections(built, PAGE)
    assert "Acknowledged regressions (1) – acknowledged Latency p95" in found[""]
    assert "Reason TLS at the edge. In the record of a/run-0018" in found[""]
    assert "Acknowledged TLS at the edge. (in the record of a/run-0018)" in found["steps"]
    own = sections(built, "a/run-0018.md")["known-steps"]
    assert "– acknowledged Latency p95" in own
    assert "against a/run-0017" in own
    assert "Step Latency p95 +" in own
    stale = site.build(book(walk([200, 201], more={1: KNOWN})))
    assert "It covers nothing" in sections(stale, "a/run-0001.md")["known-steps"]


def test_figures_in_a_reason_are_computed() -> None:
    """A reason may ask for a figure of its run; page and data tell it, in whatever order."""
    reason = "\"Costs {{ change('latency_p95') }}.\""
    more = {1: f"acknowledged_steps: [{{metric: latency_p95, reason: {reason}}}]\n"}
    built = site.build(book(walk([200, 250], more=more)))
    assert "Reason Costs +25.0 % ." in sections(built, PAGE)[""]
    content = json.loads(built.files["data/trends.json"])
    reasons = {one["reason"] for one in content["regressions"] if one["name"] == "latency_p95"}
    assert reasons == {"Costs +25.0\N{NO-BREAK SPACE}%."}


def test_one_run_has_a_sentence_and_no_chart() -> None:
    """Nothing to compare with, no trend: the page says so in words."""
    found = page_of({"a/one": record(0)})
    assert "nothing is known to have got worse" in found[""]
    assert "over-the-runs" not in found
    assert "checkout 1 run" in found["others"]


def test_a_notebook_without_runs_has_the_page_too() -> None:
    """A planned run alone: the page is there and says that nothing ran."""
    found = page_of({"a/one": "title: T\nstatus: planned\n"})
    assert "no completed runs yet" in found[""]


def test_runs_that_are_never_alike_are_told_why() -> None:
    """Two loads, two runs: no line joins them, and the page says what differs."""
    found = page_of({"a/one": record(0, vus=50), "a/two": record(1, vus=100)})
    assert (
        "No two runs are: of the last two, the load differs: VUs 50 → 100."
        in (found["over-the-runs"])
    )


def blocks_of(runs: Notebook) -> list[object]:
    """All blocks of the page."""
    view = View(told(runs), with_baselines(runs), (), Links())
    return [block for part in trends_page(view) for block in part.blocks]


def test_what_grows_is_capped() -> None:
    """Of very many regressions some stand in the table, more are folded, all are in the data."""
    runs = {}
    for number in range(80):
        name = f"s{number}"
        runs[f"a/{name}-1"] = record(2 * number, p95=200, scenario=name)
        runs[f"a/{name}-2"] = record(2 * number + 1, p95=250 + number, scenario=name)
    notebook = book(runs)
    found = blocks_of(notebook)
    (table,) = [one for one in found if isinstance(one, Table)]
    assert len(table.rows) == MOST_REGRESSIONS
    number = len(regressions.unacknowledged(notebook))
    assert number == 320
    assert f"{MOST_REGRESSIONS} of {number}" in table.caption
    folded = [one for one in found if isinstance(one, Items) and one.folds]
    assert all(len(one.items) <= 51 for one in folded)
    assert len(json.loads(trendtext.as_json(notebook))["regressions"]) == number


def test_the_size_of_the_page_does_not_follow_that_of_the_notebook() -> None:
    """Five times the runs make a page that is hardly longer."""
    sizes = []
    for number in (100, 500):
        runs = book(grown(number))
        view = View(told(runs), with_baselines(runs), (), Links())
        page = Renderer().page(PAGE, "Trends", list(trends_page(view)))
        sizes.append(len(page.whole))
    assert sizes[1] < 1.6 * sizes[0]


def test_hostile_names_stay_text() -> None:
    """A scenario's name is neither HTML nor Markdown on the page, in chart and words alike."""
    name = "<img src=x onerror=alert(1)> [a](javascript:alert(1)) `x` # y"
    runs = {
        f"a/{number}": record(number, scenario=json.dumps(name), p95=200 + number)
        for number in range(3)
    }
    built = site.build(book(runs))
    page = next(page for page in built.pages if page.path == PAGE)
    whole = page.whole
    assert "<img src" not in whole
    assert 'href="javascript' not in whole
    assert name in text_of(whole)
    headings = re.findall(r"^#+ .*$", page.markdown, re.MULTILINE)
    assert all("onerror" not in heading for heading in headings)


# --- the chart ------------------------------------------------------------------------------------


def chart(runs: dict[str, str], *metrics: str) -> tuple[str, str]:
    """The drawing of the newest scenario's metrics and its words."""
    drawn = CHARTS["trend"].draw(trends.found(book(runs))[0], metrics or ("latency_p95",))
    assert drawn is not None
    return drawn.svg, drawn.alt


def test_the_chart_says_what_it_shows() -> None:
    """From, to, extremes, steps with the run, an acknowledged one as such, drift."""
    _, alt = chart(walk(noisy(30, {18: 40.0}), more={18: KNOWN}))
    assert re.search(
        r"30 runs, run-0000 to run-0029\. Latency p95: from 20\d\.\d ms to 2\d\d\.\d ms, lowest "
        r"1\d\d\.\d ms, highest 2\d\d\.\d ms; step of \+\d+\.\d % at run-0018, acknowledged\.",
        alt.replace("\N{NO-BREAK SPACE}", " "),
    )
    _, alt = chart(walk(noisy(40, drift=40.0)))
    assert "drift of +" in alt


def test_a_step_is_marked_and_an_acknowledged_one_differently() -> None:
    """The verdict's colour and sign; for what is acknowledged a muted, dotted line and a dash."""
    open_, _ = chart(walk(noisy(30, {18: 40.0})))
    known, _ = chart(walk(noisy(30, {18: 40.0}), more={18: KNOWN}))
    assert "▼" in open_
    assert re.search(r">\+\d+\.\d.%<", open_)
    assert "--lb-regressed" in open_
    assert "▼" not in known
    assert ">–<" in known
    assert "--lb-regressed" not in known
    assert "dasharray" in known
    better, _ = chart(walk(noisy(30, {18: -40.0})))
    assert "▲" in better
    assert re.search(r">−\d+\.\d.%<", better)
    assert "--lb-improved" in better


def test_each_load_has_a_mark_of_its_own() -> None:
    """Up to four loads have colour, mark and name; the others are counted."""
    runs = {
        f"a/{vus}-{number}": record(number * 10 + vus // 50, vus=vus, p95=vus + 100.0)
        for vus in (50, 100, 150, 200, 250, 300)
        for number in range(2)
    }
    svg, alt = chart(runs)
    assert all(colour.value in svg for colour, _ in LOOKS)
    assert "2 other loads" in svg
    assert "50 VUs from 150 ms to 150 ms" in alt.replace("\N{NO-BREAK SPACE}", " ")


def test_lines_join_only_runs_that_are_alike() -> None:
    """Two runs of one load are joined, a run of another load between them is not on their line."""
    joined, _ = chart(walk([200, 210]))
    apart, _ = chart({"a/one": record(0, vus=50), "a/two": record(1, vus=60)})
    line = re.compile(r'<path d="M[^"]*L[^"]*"[^>]*--lb-series')
    assert line.search(joined)
    assert not line.search(apart)


def test_many_runs_are_drawn_as_lines_of_the_last_ones() -> None:
    """Beyond sixty runs there are no marks; of more than 200 the last are shown, which is said."""
    few, _ = chart(walk(noisy(50)))
    many, _ = chart(walk(noisy(MOST_RUNS + 50)))
    assert few.count("<use") >= 50
    assert many.count("<use") == 0
    assert "the last 200 of 250 runs: run-0050 to run-0249" in many


def test_axes_are_told_where_they_do_not_start_at_zero() -> None:
    """Zoomed where figures lie close together, logarithmic where loads lie far apart."""
    assert "lower is better, zoomed" in chart(walk([200, 210]))[0]
    assert "zoomed" not in chart(walk([200, 20]))[0]
    far = {"a/one": record(0, vus=5, p95=2), "a/two": record(1, vus=500, p95=2000)}
    assert "lower is better, logarithmic" in chart(far)[0]


@pytest.mark.parametrize("number", [13, 48, 93, 300])
def test_texts_of_the_chart_are_whole_and_apart(number: int) -> None:
    """Every text lies on the sheet and covers no other, with all metrics and steps drawn."""
    for trend in trends.found(book(grown(number))):
        with inking.style():
            sketch = multiples(trend, tuple(trend.series))
        if sketch:
            assert_tidy(sketch)


def test_two_drawings_are_the_same_bytes() -> None:
    """The chart of the same runs is the same."""
    runs = grown(60)
    assert chart(runs, "latency_p95", "error_rate") == chart(runs, "latency_p95", "error_rate")


# --- the command ----------------------------------------------------------------------------------


def loadbook(folder: Path, *arguments: str) -> str:
    """What the installed command prints; it always ends well."""
    command = Path(sys.executable).parent / "loadbook"
    done = subprocess.run(
        [command, *arguments], cwd=folder, capture_output=True, encoding="utf-8", check=True
    )
    return done.stdout


def test_the_command_prints_what_got_worse(tmp_path: Path) -> None:
    """A line for each regression, steps by scenario, what is acknowledged last."""
    write_book(tmp_path, {})
    copy_reported(tmp_path)
    text = loadbook(tmp_path, "trends").replace("\N{NO-BREAK SPACE}", " ")
    assert text.startswith("4 regressions in 1 run not acknowledged. ")
    assert "  ▼ session-8/post-fix: RPS per pod −50.4 %, 93.1 /s → 46.2 /s against " in text
    assert "stress: 3 like-for-like runs at most; at least 12 are needed" in text
    more = {18: KNOWN}
    files = {f"{k}.yaml": v for k, v in walk(noisy(30, {18: 40.0}), more=more).items()}
    text = loadbook(write_book(tmp_path / "more", files), "trends")
    assert "at a/run-0018 (acknowledged in a/run-0018: TLS at the edge.)" in text
    assert text.rstrip().endswith("(in a/run-0018: TLS at the edge.)")


def test_the_command_prints_the_data_file(tmp_path: Path) -> None:
    """`--format json` is what the site publishes."""
    files = {f"{name}.yaml": text for name, text in walk(noisy(14, {8: 40.0})).items()}
    content = json.loads(loadbook(write_book(tmp_path, files), "trends", "--format", "json"))
    assert content["version"] == 1
    steps = [one for one in content["change_points"] if one["metric"] == "latency_p95"]
    assert [(one["before"], one["after"]) for one in steps] == [("a/run-0007", "a/run-0008")]


@pytest.mark.parametrize("escape", ["\\e[31m", "\\a"])
def test_the_command_hands_no_control_signs_on(tmp_path: Path, escape: str) -> None:
    """A reason can't colour or ring the terminal of whoever reads it."""
    more = {1: f'acknowledged_steps: [{{metric: latency_p95, reason: "T{escape}LS"}}]\n'}
    files = {f"{name}.yaml": text for name, text in walk([200, 250], more=more).items()}
    text = loadbook(write_book(tmp_path, files), "trends")
    assert "\x1b" not in text
    assert "\x07" not in text

"""The comparison in the browser against the one in Python: every pair of runs, figure by figure."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page
from scipy import stats

from generator import comparison_data, display, telling, units
from generator.compare import compare
from generator.links import Links
from generator.metrics import METRICS
from generator.notebook import Notebook
from generator.settings import Settings
from generator.terminal import show_value
from generator.units import Quantity
from generator.verdicts import share_text
from generator.view import View
from tests.conftest import ROOT, book, open_book
from tests.test_compare import CASES, case_book

SCRIPT = ROOT / "templates" / "assets" / "comparing.js"


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """An empty page with the script alone: it needs no document."""
    with browser.new_context() as context:
        opened = context.new_page()
        opened.add_script_tag(path=SCRIPT)
        yield opened


def published(notebook: Notebook) -> dict[str, Any]:
    """The data files as a browser reads them, by their path."""
    view = View(telling.told(notebook), {}, (), Links())
    found = {path: json.loads(text) for path, text in comparison_data.files(notebook, view)}
    runs = [{"id": name, "baseline": before} for name, before in notebook.baselines.items()]
    found["data/compare.json"]["runs"] = runs
    return found


PAIRS = """([baseline, candidates]) => JSON.stringify(candidates.map(candidate => {
  const side = identity => {
    const run = files[`data/compare/runs/${identity}.json`];
    const repeats = run.repeats ? files[`data/compare/repeats/${run.repeats}.json`] : null;
    return {run, repeats};
  };
  const index = files["data/compare.json"];
  const campaigns = new Set(Comparing.chainOf(index.runs, baseline, candidate)
    .map(run => run.split("/")[0]));
  const changes = Object.assign({}, ...[...campaigns].map(
    name => files[`data/compare/changes/${name}.json`].changes));
  return Comparing.compare(index, changes, side(baseline), side(candidate));
}))"""


def expected(notebook: Notebook, baseline: str, candidate: str) -> dict[str, Any]:
    """What Python finds, with the texts that pages and commands show."""
    found = compare(notebook, baseline, candidate)
    content = found.as_json()
    for metric, delta in zip(content["metrics"], found.deltas.values(), strict=True):
        metric["texts"] = {
            "baseline": show_value(delta.baseline),
            "candidate": show_value(delta.candidate),
            "delta": delta.show_delta(),
            "change": delta.show_change(),
        }
    return content


def unlike(found: Any, wanted: Any, where: str = "") -> Iterator[str]:
    """Where two contents differ; numbers agree to eleven digits, data files have twelve."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for name in wanted:
            yield from unlike(found.get(name), wanted[name], f"{where}.{name}")
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for number, (one, other) in enumerate(zip(found, wanted, strict=True)):
            yield from unlike(one, other, f"{where}[{number}]")
    elif isinstance(wanted, float) and isinstance(found, int | float):
        if not math.isclose(found, wanted, rel_tol=1e-10, abs_tol=1e-15):
            yield f"{where}: {found!r}, not {wanted!r}"
    elif found != wanted:
        yield f"{where}: {found!r}, not {wanted!r}"


def compared(page: Page, notebook: Notebook) -> int:
    """Holds every ordered pair of a notebook's runs, and each run with itself; how many."""
    page.evaluate("text => { window.files = JSON.parse(text); }", json.dumps(published(notebook)))
    for baseline in notebook.runs:
        candidates = list(notebook.runs)
        found = json.loads(page.evaluate(PAIRS, [baseline, candidates]))
        for candidate, one in zip(candidates, found, strict=True):
            wrong = list(unlike(one, expected(notebook, baseline, candidate)))
            assert not wrong, f"{candidate} against {baseline}: {wrong[:5]}"
    return len(notebook.runs) ** 2


@pytest.mark.browser
def test_every_pair_of_the_real_runs_is_compared_as_the_command_does(page: Page) -> None:
    """Deltas, verdicts, bases, warnings, factors and texts are those of `loadbook diff`."""
    assert compared(page, open_book(ROOT)) == 41**2


@pytest.mark.browser
@pytest.mark.parametrize(
    "case", sorted(path for path in CASES.iterdir() if path.is_dir()), ids=lambda case: case.name
)
def test_every_golden_case_is_compared_as_the_command_does(
    page: Page, case: Path, tmp_path: Path
) -> None:
    """Ranges, currencies, zeros, aborted runs, settings on one side, ties, four repeats a side."""
    assert compared(page, case_book(case, tmp_path)) >= 4


def record(figures: str, more: str = "", status: str = "completed") -> str:
    """A run of the scenario `s` with these figures of k6."""
    load = "" if "load:" in more else "load: {scenario: s, vus: 10, duration: 60s}\n"
    return f"title: T\nstatus: {status}\ndate: 2026-01-02\n{load}{more}k6: {{{figures}}}\n"


def latencies(*values: float) -> list[str]:
    """Figures of k6 with these 95th percentiles; rates and shares vary along."""
    return [
        f"http_req_duration: {{p95: {value}}}, http_reqs: {{count: {1000 + number}}}, "
        f"http_req_failed: {number % 2}%, rates: {{requests_under_500ms: {90 + value % 7:.2f}%}}"
        for number, value in enumerate(values)
    ]


def group(name: str, figures: list[str], more: str = "") -> dict[str, str]:
    """An original and its repeats."""
    again = f"repeats: r/{name}\n"
    return {
        f"r/{name}" + (f"-{number}" if number else ""): record(one, more + again * bool(number))
        for number, one in enumerate(figures)
    }


def odd_book() -> Notebook:
    """Runs that differ in all that a comparison looks at, with four to nine repeats of some."""
    node = "deployment: {replicas: 2, node_group: {price_per_hour: 0.04, currency: %s}}\n"
    peak = "snapshots: [{moment: peak, pods: {active: %s, cpu_total: %s}, nodes: {active: 3}}]\n"
    runs = {
        **group("four", latencies(100, 101, 99.5, 102)),
        **group(
            "slow",
            latencies(120.5, 123, 119, 125, 121.25),
            "changes: [{area: a, modification: b}]\n",
        ),
        **group("tied", latencies(100, 100, 101, 101, 99, 100)),
        **group("nine", latencies(80, 95, 120, 60, 133, 71, 99, 110, 101)),
        **group("other", latencies(105, 107, 103), "load: {scenario: t, vus: 10}\n"),
        **group("zero", ["http_req_failed: 0%, http_req_duration: {p95: 0, med: 0}"] * 4),
        "r/aborted": record(latencies(90)[0], "repeats: r/four\n", "aborted"),
        "r/invalid": record(latencies(90)[0], status="invalid"),
        "r/about": record("http_reqs: {rate: ~280}, http_req_duration: {p95: ~1.3s, avg: 2→7}"),
        "r/open-end": record("http_reqs: {rate: 280}, http_req_duration: {p95: '3s→?'}"),
        "r/dollars": record("http_reqs: {rate: 280}", node % "USD" + peak % ("2", "1.25")),
        "r/euros": record("http_reqs: {rate: 301.5}", node % "EUR" + peak % ("2→4", "~1.3")),
        "r/more": record(
            "http_reqs: {rate: 301.5}, http_req_failed: 0.04%",
            node % "USD"
            + peak % ("3", "895m")
            + "baseline: r/dollars\nchanges: [{area: x, setting: replicas, modification: '`y` z'}, "
            "{area: doc, modification: comment, inert: true}]\n"
            "environment: {region: e, zones: 2}\n",
        ),
        "r/last": record(
            "http_reqs: {rate: 299}",
            "baseline: r/more\nenvironment: {region: w, zones: 2.0, on: true, 7: late, 3: early}\n"
            "changes: [{area: cache, file: a.ts, modification: on}]\n",
        ),
        "r/stages": record(
            "http_reqs: {rate: 299}",
            "load: {scenario: s, vus: 20, duration: 61s, think_time: 1s, "
            "stages: [{duration: 30s, target: 20}, {duration: 30s, target: 0}]}\n",
        ),
        "r/longer": record(
            "http_reqs: {rate: 299}",
            "load: {scenario: s, vus: 20, duration: 75s, script: a.js, "
            "stages: [{duration: 30s, target: 25}, {duration: 30s, target: 0}]}\n",
        ),
        "r/no-load": "title: T\nstatus: completed\nk6: {http_reqs: {rate: 5}}\n",
        "r/nothing": "title: T\nstatus: planned\n",
        "r/contradicted": record("http_reqs: {count: 18000, rate: 20}"),
        "r/small": record("http_reqs: {rate: 0.0004, count: 3}, data_received: 1234567"),
    }
    return book(runs)


@pytest.mark.browser
def test_a_notebook_of_oddities_is_compared_as_the_command_does(page: Page) -> None:
    """Tests over four to nine repeats with and without ties, zeros, ranges, currencies, ..."""
    notebook = odd_book()
    assert notebook.problems == ()
    assert compared(page, notebook) == len(notebook.runs) ** 2 > 1500


@pytest.mark.browser
def test_the_notebook_of_oddities_reaches_every_verdict_and_both_tests() -> None:
    """What the test above holds covers each verdict by test and by tolerance."""
    notebook = odd_book()
    found = [
        (str(delta.verdict), "Mann-Whitney" in delta.basis)
        for baseline, candidate in itertools.permutations(notebook.runs, 2)
        for delta in compare(notebook, baseline, candidate).deltas.values()
    ]
    judged = {"improved", "regressed", "unchanged", "too few repeats"}
    assert {verdict for verdict, tested in found if tested} == judged
    assert {verdict for verdict, tested in found if not tested} == {*judged, "not comparable"}


@pytest.mark.browser
def test_declared_tolerances_and_repeats_hold_in_the_browser_too(page: Page) -> None:
    """The notebook's tolerance, one of a metric, and the repeats that it asks for are kept to."""
    runs = {**group("one", latencies(100, 104)), **group("two", latencies(90, 93, 91))}
    settings = {"tolerance": "12%", "tolerances": {"error_rate": "0.4%"}, "minimum_repeats": 3}
    assert compared(page, book(runs, Settings.model_validate(settings))) == 25


FINITE = st.floats(min_value=1e-18, max_value=1e18)
VALUES = st.one_of(
    st.just(0.0),
    FINITE,
    st.floats(min_value=1e-4, max_value=1e4),
    st.integers(min_value=0, max_value=10**7).map(lambda number: number / 16),
    st.integers(min_value=0, max_value=10**7).map(lambda number: number / 1000),
    st.floats(min_value=0.98, max_value=1.0),
).flatmap(lambda value: st.sampled_from((value, 0.0 - value)))
UNITS = {unit.name: unit for metric in METRICS.values() for unit in (metric.unit,)}

TEXTS = """([units, metrics, values]) => values.map(value => [
  Object.entries(units).flatMap(([name, unit]) => [
    Comparing.showSigned(value, unit), Comparing.showSigned(value, unit, true, "EUR"),
    Comparing.show(value, unit)]),
  [Comparing.showChange(value), Comparing.showChange(value, true), Comparing.showChange(null)],
  metrics.flatMap(metric => [
    Comparing.shareText(metric, value), Comparing.shareText(metric, value, true)]),
  [2, 3].map(digits => Comparing.general(Math.abs(value), digits)),
])"""


@pytest.mark.browser
@given(values=st.lists(VALUES, min_size=20, max_size=60))
def test_numbers_are_written_as_python_writes_them(page: Page, values: list[float]) -> None:
    """Differences, changes, shares and computed figures have the same digits, ties included."""
    index = published(book({}))["data/compare.json"]
    judged = [METRICS["latency_p95"], METRICS["error_rate"]]
    arguments = [{"absolute": metric.unit is units.SHARE} for metric in judged]
    found = page.evaluate(TEXTS, [index["units"], arguments, values])
    named = {**UNITS, units.SECONDS.name: units.SECONDS, units.NUMBER.name: units.NUMBER}
    for value, one in zip(values, found, strict=True):
        computed = Quantity(value, value, computed=True)
        wanted: list[list[str | None]] = [
            [
                text
                for name in index["units"]
                for text in (
                    display.show_signed(value, named[name]),
                    display.show_signed(value, named[name], approximate=True, currency="EUR"),
                    None if name == units.SECONDS.name else display.show(computed, named[name]),
                )
            ],
            [display.show_change(value), display.show_change(value, approximate=True), "?"],
            [
                share_text(metric, value, signed=signed)
                for metric in judged
                for signed in (False, True)
            ],
            [f"{abs(value):.{digits}g}" for digits in (2, 3)],
        ]
        for got, text in zip(itertools.chain(*one), itertools.chain(*wanted), strict=True):
            assert text is None or got == text, value


@pytest.mark.browser
@given(
    before=st.lists(st.integers(0, 40), min_size=4, max_size=14),
    after=st.lists(st.integers(0, 40), min_size=4, max_size=14),
    apart=st.booleans(),
)
def test_the_rank_test_is_that_of_scipy(
    page: Page, before: list[int], after: list[int], apart: bool
) -> None:
    """Exact without ties, by the normal distribution with them: the same p to ten digits."""
    if apart:
        figures = [value + number / 100 for number, value in enumerate([*before, *after])]
        one, other = figures[: len(before)], figures[len(before) :]
    else:
        one, other = [float(value) for value in before], [float(value) for value in after]
    found = page.evaluate("([one, other]) => Comparing.mannWhitney(one, other)", [one, other])
    assert found == pytest.approx(p_of(one, other), rel=1e-10)


def p_of(one: list[float], other: list[float]) -> float:
    """Two-sided p as `noise.rank_test` asks scipy for it."""
    tied = len({*one, *other}) < len(one) + len(other)
    found = float(stats.mannwhitneyu(other, one, method="asymptotic" if tied else "exact").pvalue)
    return 1.0 if math.isnan(found) else found


@pytest.mark.browser
def test_many_repeats_have_the_same_p(page: Page) -> None:
    """Thirty on each side, far apart and near, with and without ties."""
    near = [100 + number * 0.37 % 5 for number in range(30)]
    for shift in (0.01, 0.5, 1.5, 9.0):
        other = [value + shift for value in near[:25]]
        found = page.evaluate("([one, other]) => Comparing.mannWhitney(one, other)", [near, other])
        assert found == pytest.approx(p_of(near, other), rel=1e-9)

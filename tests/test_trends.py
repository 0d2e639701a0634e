"""Trends of a notebook: which runs are like for like, and where their figures changed."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from generator import likeness, trends
from generator import notebook as notebooks
from generator.notebook import Notebook
from generator.records import Sources
from generator.settings import Settings
from generator.stretches import NO_SCENARIO, scenarios
from generator.trends import Trend
from generator.verdicts import Verdict
from tests.conftest import book
from tests.trendbook import grown, noisy, record, walk


def trend_of(found: Notebook) -> Trend:
    """The trend of a notebook's newest scenario."""
    return trends.found(found)[0]


def test_runs_of_one_load_and_environment_are_one_stretch() -> None:
    """Loads that take turns are two stretches; another cluster is a third; no scenario is told."""
    runs = {
        "a/one": record(0, vus=50),
        "a/two": record(1, vus=100),
        "a/three": record(2, vus=50),
        "a/four": record(3, vus=50).replace("staging", "production"),
        "a/five": record(4).replace("scenario: checkout, ", ""),
    }
    by_name = {one.name: one for one in scenarios(book(runs))}
    found = [
        (s.label, [g[0] for g in s.groups], s.positions) for s in by_name["checkout"].stretches
    ]
    assert found == [
        ("50 VUs, from one on", ["a/one", "a/three"], (0, 2)),
        ("100 VUs", ["a/two"], (1,)),
        ("50 VUs, from four on", ["a/four"], (3,)),
    ]
    assert by_name[NO_SCENARIO].firsts == ("a/five",)


def test_stretches_agree_with_likeness() -> None:
    """Runs of one stretch are like for like by `likeness`, first ones of two stretches are not."""
    runs = book(grown(31))
    for scenario in scenarios(runs):
        for stretch in scenario.stretches:
            first, *others = (group[0] for group in stretch.groups)
            assert all(likeness.between(runs, first, other).like_for_like for other in others)
        firsts = [stretch.groups[0][0] for stretch in scenario.stretches]
        for one, other in pairwise(firsts):
            assert not likeness.between(runs, one, other).like_for_like


def test_durations_to_the_microsecond_are_one_stretch() -> None:
    """k6 states how long a run took; that no two take the same time parts no runs."""
    runs = {
        f"a/{number}": record(number).replace("10m", f"{600 + number / 7:.6f}s")
        for number in range(5)
    }
    assert [len(s.groups) for s in scenarios(book(runs))[0].stretches] == [5]


def test_repeats_count_once_with_their_median() -> None:
    """Three runs of the same thing are one point, at the place of the first of them."""
    runs = {
        "a/one": record(0, p95=100),
        "a/two": record(1, p95=300),
        "a/one-2": record(2, p95=120, more="repeats: a/one\n"),
        "a/one-3": record(3, p95=101, more="repeats: a/one\n"),
    }
    (series,) = trend_of(book(runs)).series["latency_p95"]
    assert [(p.run, p.position, p.median, p.figures) for p in series.points] == [
        ("a/one", 0, 101, (100, 120, 101)),
        ("a/two", 1, 300, (300,)),
    ]


def test_a_step_is_told_with_what_it_rests_on() -> None:
    """Runs before and after, both levels, their lengths, the p-value and the direction."""
    runs = book(walk(noisy(30, {18: 40.0})))
    (change,) = [one for one in trend_of(runs).change_points if one.metric.name == "latency_p95"]
    assert (change.before.run, change.after.run) == ("a/run-0017", "a/run-0018")
    assert change.runs == (18, 12)
    assert change.levels == pytest.approx((200, 240), rel=0.02)
    assert change.size == pytest.approx(0.2, abs=0.02)
    assert change.verdict is Verdict.REGRESSED
    assert change.p <= 0.01
    assert change.by == ""
    fallen = book(walk(noisy(30, {18: -40.0})))
    assert {one.verdict for one in trend_of(fallen).change_points} == {Verdict.IMPROVED}


def test_a_step_is_looked_for_only_among_like_runs() -> None:
    """A load that took turns with another for a while is no step of either."""
    runs = walk([100.0 + number % 3 for number in range(30)], vus=50)
    runs |= {
        f"b/run-{number}": record(number, p95=900.0 + number % 3, vus=200)
        for number in range(10, 20)
    }
    found = trend_of(book(runs))
    assert found.change_points == ()
    assert found.tested == len([s for there in found.series.values() for s in there]) - len(
        [s for there in found.series.values() for s in there if len(s.points) < 12]
    )


def test_a_small_step_counts_only_beyond_the_notebooks_tolerance() -> None:
    """What is sure but smaller than the metric's tolerance is not reported."""
    runs = walk(noisy(40, {20: 12.0}, deviation=1.0))
    assert trend_of(book(runs)).change_points
    loose = Settings.model_validate({"tolerance": "10%"})
    assert trend_of(book(runs, loose)).change_points == ()


def test_few_runs_are_refused() -> None:
    """Eleven like-for-like runs are not tested, twelve are."""
    assert trend_of(book(walk(noisy(11, {6: 100.0})))).tested == 0
    assert trend_of(book(walk(noisy(12, {6: 100.0})))).tested > 0


@pytest.mark.parametrize("place", [17, 18, 19])
def test_a_step_is_acknowledged_in_the_run_where_it_is_or_beside_it(place: int) -> None:
    """The place of a step is right to within one run, so the neighbours may acknowledge it."""
    more = {place: "acknowledged_steps: [{metric: latency_p95, reason: TLS.}]\n"}
    runs = book(walk(noisy(30, {18: 40.0}), more=more))
    known = {one.metric.name: one.by for one in trend_of(runs).change_points}
    assert known["latency_p95"] == f"a/run-{place:04}"
    assert known["latency_p99"] == ""
    assert trends.reason(runs, f"a/run-{place:04}", "latency_p95") == "TLS."


def test_what_differs_at_a_step_is_told() -> None:
    """The settings that are not the same in the last run before a step and the first after it."""
    more = {
        number: f"deployment: {{replicas: {3 if number < 18 else 4}}}\n" for number in range(30)
    }
    runs = book(walk(noisy(30, {18: 40.0}), more=more))
    change = trend_of(runs).change_points[0]
    assert [one.as_text() for one in trends.between(runs, change).deployment] == ["replicas 3 → 4"]


def test_the_order_of_the_files_does_not_matter() -> None:
    """Trends are of the runs in order of time, whatever order their files are read in."""
    files = {name: text.encode() for name, text in grown(61).items()}
    shuffled = list(files.items())
    random.Random(7).shuffle(shuffled)
    first, second = (
        notebooks.build(Sources(dict(items), {}), Settings()) for items in (files.items(), shuffled)
    )
    assert [one.as_json() for t in trends.found(first) for one in t.change_points] == [
        one.as_json() for t in trends.found(second) for one in t.change_points
    ]


def test_the_grown_notebook_has_the_steps_that_were_put_in() -> None:
    """The book that the pages are tried with: its steps, its drift, its acknowledgement."""
    by_name = {trend.scenario.name: trend for trend in trends.found(book(grown(120)))}
    steps = [one for one in by_name["checkout"].change_points if one.metric.name == "latency_p95"]
    assert {one.after.run: one.by for one in steps} == {
        "nightly/slow-0013": "",
        "nightly/slow-0020": "",
        "nightly/slow-0030": "nightly/slow-0030",
        "nightly/fast-0020": "",
    }
    assert {one.metric.name for one in by_name["search"].drifts} >= {"latency_p95"}
    assert by_name["search"].change_points == ()
    assert by_name["trial"].tested == 0


def test_figures_of_another_currency_are_no_part_of_a_series() -> None:
    """Amounts in the currency of the newest run alone are joined."""
    more = (
        "snapshots: [{{moment: peak, nodes: {{active: 2}}}}]\n"
        "deployment: {{node_group: {{price_per_hour: 0.04, currency: {}}}}}\n"
    )
    runs = {
        f"a/{number}": record(number, more=more.format("EUR" if number < 2 else "USD"))
        for number in range(4)
    }
    (series,) = trend_of(book(runs)).series["cost_per_million_requests"]
    assert [point.run for point in series.points] == ["a/2", "a/3"]
    assert series.currency == "USD"


def test_the_spread_is_relative_and_absolute_for_shares() -> None:
    """From run to run: 3 of 200 ms are 1.5 %; without a level there is none."""
    (series,) = trend_of(book(walk(noisy(60)))).series["latency_p95"]
    assert series.spread == pytest.approx(0.015, rel=0.3)
    (errors,) = trend_of(book(walk(noisy(60)))).series["error_rate"]
    assert errors.spread == 0.0
    assert replace(series, points=series.points[:7]).spread is None

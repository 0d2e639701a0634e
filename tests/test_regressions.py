"""Regressions: what got worse, against what, and what became of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from generator import audit, regressions, trendtext
from generator.compare import with_baselines
from generator.errors import Level
from generator.notebook import Notebook
from generator.verdicts import Verdict
from generator.worsening import HEADLINE, Regression, Standing
from tests.conftest import book
from tests.trendbook import noisy, record, walk

KNOWN = "acknowledged_steps: [{metric: latency_p95, reason: TLS at the edge.}]\n"


def of_p95(found: Notebook) -> list[Regression]:
    """The regressions of the p95."""
    every = regressions.found(found).regressions
    return [one for one in every if one.metric.name == "latency_p95"]


def told(found: Notebook) -> list[tuple[str, str, str, Standing]]:
    """Candidate, against what, which run that is, and standing of each regression of the p95."""
    return [(one.candidate, one.against, one.baseline, one.standing) for one in of_p95(found)]


def test_the_newest_run_is_held_against_its_baseline() -> None:
    """A p95 that rose by a quarter is a regression that is open, with the delta of `compare`."""
    runs = book(walk([200, 250]))
    assert told(runs) == [("a/run-0001", "baseline", "a/run-0000", Standing.OPEN)]
    (one,) = of_p95(runs)
    assert one.delta.verdict is Verdict.REGRESSED
    assert one.delta.show_change() == "+25.0\N{NO-BREAK SPACE}%"
    assert one.weight == pytest.approx(5.0)
    assert one.newest
    assert one in regressions.unacknowledged(runs)


def test_slow_drift_is_seen_against_the_best_run() -> None:
    """Each step is within the tolerance, all together are not."""
    runs = book(walk([200, 208, 216, 224]))
    assert told(runs) == [("a/run-0003", "best", "a/run-0000", Standing.OPEN)]
    assert any("luck" in doubt for doubt in of_p95(runs)[0].doubts)


@pytest.mark.parametrize("number", [9, 12, 30])
def test_the_best_of_many_noisy_runs_is_no_measure(number: int) -> None:
    """In noise the newest run lies beyond the tolerance off the best; that is not called worse.

    In fifty notebooks of runs that differ by chance alone two such alarms at most.
    """
    found = [
        standing
        for seed in range(50)
        for _, against, _, standing in told(book(walk(noisy(number, seed=seed, deviation=7.0))))
        if against == "best"
    ]
    assert found.count(Standing.OPEN) <= 2
    assert found.count(Standing.NOISE) >= 15


def test_a_difference_within_the_noise_of_the_stretch_is_told_apart() -> None:
    """One run against another of a noisy stretch: a regression by tolerance, not beyond noise."""
    figures = [*noisy(20, deviation=14.0, seed=5), 200.0, 215.0]
    (one,) = [
        r
        for r in of_p95(book(walk(figures)))
        if (r.candidate, r.against) == ("a/run-0021", "baseline")
    ]
    assert one.standing is Standing.NOISE
    assert "22 like-for-like runs vary" in one.why
    figures[-1] = 400.0
    assert ("a/run-0021", "baseline", "a/run-0020", Standing.OPEN) in told(book(walk(figures)))


def test_an_older_regression_stays_until_it_is_won_back() -> None:
    """Later runs at the new level leave it open; the first that is back closes it, by name."""
    assert told(book(walk([200, 250, 251, 249]))) == [
        ("a/run-0003", "best", "a/run-0000", Standing.OPEN),
        ("a/run-0001", "baseline", "a/run-0000", Standing.OPEN),
    ]
    found = of_p95(book(walk([200, 250, 251, 205, 204])))
    assert [(one.standing, one.by) for one in found] == [(Standing.WON_BACK, "a/run-0003")]


def test_a_run_of_another_load_wins_back_only_what_is_compared_between_loads() -> None:
    """A p95 at half the load says nothing; RPS per pod is compared within the scenario."""
    pods = "snapshots: [{{moment: peak, pods: {{active: {}}}}}]\n"
    runs = {
        "a/one": record(0, p95=200, more=pods.format(2)),
        "a/two": record(1, p95=250, more=pods.format(4)),
        "a/three": record(2, p95=150, vus=25, more=pods.format(2)),
    }
    standings = {
        (one.metric.name, one.candidate): one.standing
        for one in regressions.found(book(runs)).regressions
    }
    assert standings["latency_p95", "a/two"] is Standing.OPEN
    assert standings["rps_per_pod", "a/two"] is Standing.WON_BACK


def test_repeats_are_one_run() -> None:
    """The repeats of a run are judged with it and are no regressions of their own."""
    runs = walk([200, 250, 252, 249])
    for number in (2, 3):
        runs[f"a/run-{number:04}"] += "repeats: a/run-0001\n"
    assert told(book(runs)) == [("a/run-0001", "baseline", "a/run-0000", Standing.OPEN)]


def test_an_acknowledged_regression_is_told_with_its_record() -> None:
    """The record of the candidate accepts it; other metrics of the run stay open."""
    runs = book(walk([200, 250], more={1: KNOWN}))
    assert [(one.standing, one.by) for one in of_p95(runs)] == [
        (Standing.ACKNOWLEDGED, "a/run-0001")
    ]
    assert "latency_p99" in {one.metric.name for one in regressions.unacknowledged(runs)}
    assert "latency_p95" not in {one.metric.name for one in regressions.unacknowledged(runs)}
    assert [p.code for p in audit.problems(runs)] == []


def test_a_repeat_acknowledges_for_its_run() -> None:
    """It is enough that one of the runs that repeat one another has it on record."""
    runs = walk([200, 250, 251])
    runs["a/run-0002"] += f"repeats: a/run-0001\n{KNOWN}"
    assert [(one.standing, one.by) for one in of_p95(book(runs))] == [
        (Standing.ACKNOWLEDGED, "a/run-0002")
    ]


def test_after_an_acknowledged_step_the_best_is_looked_for_from_there_on() -> None:
    """What is accepted is the new level: a later run is not held against what was before."""
    level = [200, 250, 252, 251]
    assert Standing.OPEN in {standing for *_, standing in told(book(walk(level)))}
    accepted = book(walk(level, more={1: KNOWN}))
    assert {standing for *_, standing in told(accepted)} == {Standing.ACKNOWLEDGED}
    worse = book(walk([*level, 259, 268, 277], more={1: KNOWN}))
    assert ("a/run-0006", "best", "a/run-0001", Standing.OPEN) in told(worse)


def test_slow_drift_can_be_acknowledged_too() -> None:
    """In the run whose record accepts it, newest or not, though its own step was within the
    tolerance."""
    assert [
        (one.against, one.standing)
        for one in of_p95(book(walk([200, 208, 216, 224], more={3: KNOWN})))
    ] == [("best", Standing.ACKNOWLEDGED)]
    later = book(walk([200, 208, 216, 224, 225], more={3: KNOWN}))
    assert [(one.candidate, one.standing) for one in of_p95(later)] == [
        ("a/run-0003", Standing.ACKNOWLEDGED)
    ]
    assert audit.problems(later) == []


@pytest.mark.parametrize(
    ("figures", "place"), [([200, 201], 1), ([200, 150], 1), ([200, 250], 0), ([200], 0)]
)
def test_an_acknowledgement_of_no_step_is_stale(figures: list[float], place: int) -> None:
    """Where the metric did not get worse in the run there is nothing to acknowledge."""
    runs = book(walk(figures, more={place: KNOWN}))
    (problem,) = audit.problems(runs)
    assert (problem.code, problem.level) == ("acknowledged-nothing", Level.WARNING)
    assert problem.field == "acknowledged_steps[0].metric"
    assert problem.file.endswith(f"run-{place:04}.yaml")


def test_an_acknowledged_change_point_is_not_stale() -> None:
    """A step over many runs, its own run hardly worse than the one before: no regression, but on
    record. Without the step the same acknowledgement is of nothing."""
    before = [200.0 + number % 2 for number in range(20)]
    after = [204.0, *(213.0 + number % 2 for number in range(19))]
    runs = book(walk([*before, *after], more={20: KNOWN}))
    assert of_p95(runs) == []
    assert audit.problems(runs) == []
    runs = book(walk([*before, 204.0, *before], more={20: KNOWN}))
    assert [problem.code for problem in audit.problems(runs)] == ["acknowledged-nothing"]


def test_headline_metrics_of_newest_runs_come_first() -> None:
    """Headline before others, newest before older, then by size relative to the tolerance."""
    runs = walk([200, 250, 251, 249])
    runs["b/other"] = record(9, scenario="other", p95=100, rate=50)
    runs["b/worse"] = record(10, scenario="other", p95=300, rate=40)
    found = regressions.found(book(runs)).of(Standing.OPEN)
    keys = [(one.metric.name not in HEADLINE, not one.newest, -one.weight) for one in found]
    assert keys == sorted(keys)
    first = [(one.candidate, one.metric.name) for one in found]
    assert first[:2] == [("b/worse", "latency_p95"), ("a/run-0003", "latency_p95")]


def test_what_could_not_be_judged_is_counted_with_why() -> None:
    """Nothing regressed: on how many comparisons that rests, and why so few metrics were judged."""
    runs = {"a/one": record(0, vus=50), "a/two": record(1, vus=100)}
    found = regressions.found(book(runs))
    assert found.regressions == ()
    assert found.comparisons == 1
    assert dict(found.reasons)["the load differs"] > 3
    assert found.judged + found.too_few + found.not_comparable == sum(
        delta.metric.better is not None
        for delta in with_baselines(book(runs))["a/two"].deltas.values()
    )
    text = trendtext.grounds(found)
    assert text.startswith("1 comparison of runs with their baselines: ")
    assert "most because the load differs (" in text
    alone = regressions.found(book({"a/one": record(0)}))
    assert trendtext.grounds(alone) == "No completed run has a baseline to be held against."
    assert "nothing is known to have got worse" in trendtext.summary(alone)


def test_runs_that_are_not_completed_are_no_part_of_it() -> None:
    """An aborted run got worse in nothing, and is no best."""
    runs = walk([200, 100, 250])
    runs["a/run-0001"] = runs["a/run-0001"].replace("completed", "aborted")
    assert told(book(runs)) == [("a/run-0002", "baseline", "a/run-0000", Standing.OPEN)]


def test_trends_json_has_every_regression_with_its_standing() -> None:
    """Standing, both runs, verdict with its basis, and the reason with its figures computed."""
    reason = "\"TLS: {{ change('latency_p95') }}.\""
    more = {1: f"acknowledged_steps: [{{metric: latency_p95, reason: {reason}}}]\n"}
    content = json.loads(trendtext.as_json(book(walk([200, 250], more=more))))
    assert content["version"] == 1
    (entry,) = [one for one in content["regressions"] if one["name"] == "latency_p95"]
    assert entry["run"] == "a/run-0001"
    assert entry["compared_with"] == "a/run-0000"
    assert entry["standing"] == "acknowledged"
    assert entry["by"] == "a/run-0001"
    assert entry["reason"] == "TLS: +25.0\N{NO-BREAK SPACE}%."
    assert entry["verdict"] == "regressed"
    others = [one for one in content["regressions"] if one["name"] != "latency_p95"]
    assert others
    assert {one["reason"] for one in others} == {None}


def test_the_reported_runs_have_what_their_report_missed(notebook: Notebook) -> None:
    """The fix cost RPS per pod and per node; what it cost per core the next run won back."""
    found = regressions.found(replace(notebook, memo={}))
    standings = {(one.metric.name, one.candidate): one.standing for one in found.regressions}
    assert standings["rps_per_pod", "session-8/post-fix"] is Standing.OPEN
    assert standings["rps_per_core", "session-8/post-fix"] is Standing.WON_BACK
    assert standings["request_rate", "session-8/post-fix"] is Standing.OPEN

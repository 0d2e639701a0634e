"""Each metric as a reader meets it: figures worked out by hand, units, directions, doubts.

What is expected was worked out from the records of `shopbook`, not read out of the registry.
"""

from __future__ import annotations

from typing import Any

import pytest

from generator.compare import Delta, compare
from generator.errors import Level, Place, Problem
from generator.links import Links
from generator.metrics import METRICS
from generator.view import RunView
from tests.conftest import book
from tests.shopbook import BETTER, BETTER_STATED, CONTRADICTED, COUNTED, STATED, altered

WORKED_OUT = {
    "vus": "100",
    "requests": "60,000",
    "request_rate": "100 /s",  # 60,000 / 600 s
    "iterations": "6,000",
    "iteration_rate": "10 /s",  # 6,000 / 600 s
    "error_rate": "2 %",  # 1,200 / 60,000
    "checks_rate": "90 %",  # 5,400 / 6,000
    "pods_active": "4",  # the fifth waits
    "pods_desired": "4",
    "nodes": "2",
    "cpu_total": "2 cores",  # 0.4 + 0.5 + 0.5 + 0.6
    "cpu_per_pod": "500 m",  # 2 / 4
    "cpu_of_request": "200 %",  # 0.5 / 0.25
    "memory_per_pod": "200 MiB",  # 800 / 4
    "cache_hit_rate": "90 %",  # 900 / 1,000
    "rps_per_core": "50 /s",  # 100 / 2
    "rps_per_pod": "25 /s",  # 100 / 4
    "rps_per_node": "50 /s",  # 100 / 2
    "cost_per_million_requests": "2 USD",  # 2 x 0.36 an hour / 360,000 an hour x 1,000,000
}

AS_STATED = {
    "vus": "100",
    "requests": "60,000",
    "request_rate": "100 /s",
    "iterations": "6,000",
    "iteration_rate": "10 /s",
    "data_received": "2 GB",
    "error_rate": "2 %",
    "checks_rate": "90 %",
    "latency_avg": "100 ms",
    "latency_min": "10 ms",
    "latency_med": "80 ms",
    "latency_p90": "200 ms",
    "latency_p95": "300 ms",
    "latency_p99": "400 ms",
    "latency_max": "1 s",
    "under_500ms": "95 %",
    "under_1s": "98 %",
    "steady_request_rate": "120 /s",
    "steady_error_rate": "1 %",
    "steady_latency_p95": "250 ms",
    "steady_latency_p99": "350 ms",
    "pods_active": "4",
    "pods_desired": "5",
    "nodes": "2",
    "cpu_total": "2 cores",
    "cpu_per_pod": "500 m",
    "cache_hit_rate": "90 %",
}

RATIOS = ("rps_per_core", "rps_per_pod", "rps_per_node")
"""What nobody has to state: it is there where its parts are."""


def shown(text: str) -> dict[str, dict[str, Any]]:
    """The metrics that `loadbook show --format json` prints of a run, by name."""
    found = book({"a/b": text})
    assert found.problems == ()
    return {metric["name"]: metric for metric in found.as_json("a/b")["metrics"]}


def test_what_follows_from_counted_figures_is_worked_out() -> None:
    """Rates, shares, sums, means and costs are those that a reader works out, in their units."""
    found = shown(COUNTED)
    assert {name: metric["text"] for name, metric in found.items()} == WORKED_OUT


def test_what_is_stated_is_shown_as_it_stands() -> None:
    """Each figure that a source states is shown in its unit, as recorded."""
    found = shown(STATED)
    stated = {name: metric for name, metric in found.items() if name not in RATIOS}
    assert {name: metric["text"] for name, metric in stated.items()} == AS_STATED
    assert {metric["source"] for metric in stated.values()} == {"recorded"}


def test_every_metric_has_a_figure_here() -> None:
    """Who adds a metric works out by hand what it is of one of these records."""
    assert {*WORKED_OUT, *AS_STATED} == set(METRICS)


def test_what_a_dashboard_rounds_gives_way() -> None:
    """Where the figures behind a rounded one are there, theirs is shown, and nothing is doubted."""
    pods = "cpu_total: ~2.1, cpu_per_pod: ~1.0, list: [{name: a, cpu: 1.06}, {name: b, cpu: 1}]"
    sample = "time: 9m, hits: 99947, misses: 53, hit_rate: 99.9%"
    found = shown(
        "title: T\nstatus: completed\n"
        f"snapshots: [{{moment: peak, pods: {{{pods}}}}}]\ncache: {{timeline: [{{{sample}}}]}}"
    )
    exact = {"cpu_total": "2.060 cores", "cpu_per_pod": "1.030 cores", "cache_hit_rate": "99.947 %"}
    assert {name: found[name]["text"] for name in exact} == exact
    for name in exact:
        assert (found[name]["source"], found[name]["warnings"]) == ("computed", [])


REFUTED = {
    "request_rate": "150 /s",
    "iteration_rate": "15 /s",
    "error_rate": "5 %",
    "checks_rate": "80 %",
    "pods_active": "6",
    "pods_desired": "7",
    "cpu_total": "3 cores",
    "cpu_per_pod": "900 m",
    "cache_hit_rate": "50 %",
}
"""What CONTRADICTED states."""

MADE_OF = {
    "cpu_of_request": ["cpu_per_pod"],
    "rps_per_core": ["request_rate", "cpu_total"],
    "rps_per_pod": ["request_rate", "pods_active"],
    "rps_per_node": ["request_rate"],
    "cost_per_million_requests": ["request_rate"],
}
"""What is made of them."""


def test_what_contradicts_the_counts_is_not_used_and_said_wherever_it_matters() -> None:
    """The counts' figure is shown; it and all that is made of it say what was not used."""
    found = shown(altered(COUNTED, CONTRADICTED))
    assert {name: metric["text"] for name, metric in found.items()} == WORKED_OUT
    said = {name: metric["warnings"] for name, metric in found.items() if metric["warnings"]}
    assert set(said) == {*REFUTED, *MADE_OF}
    for name, stated in REFUTED.items():
        (warning,) = said[name]
        plain = warning.replace("\N{NO-BREAK SPACE}", " ")
        assert f"the recorded {stated} contradicts " in plain
        assert plain.endswith(f" = {WORKED_OUT[name]}, which is used instead.")
    for name, parts in MADE_OF.items():
        assert said[name] == [said[part][0] for part in parts]


def deltas(before: str, after: str) -> dict[str, Delta]:
    """What `loadbook diff` says of two runs, by metric."""
    found = book({"a/1": before, "a/2": f"{after}baseline: a/1\n"})
    assert found.problems == ()
    return dict(compare(found, "a/1", "a/2").deltas)


def verdicts(found: dict[str, Delta]) -> dict[str, str]:
    """The verdict of each metric that differs and has a better direction."""
    silent = "neither more nor less is better"
    differing = {name: one for name, one in found.items() if one.delta and one.delta.start}
    return {name: str(one.verdict) for name, one in differing.items() if one.basis != silent}


SIZES = {"vus", "requests", "iterations", "data_received", "pods_active", "pods_desired", "nodes"}
"""How much there was: neither good nor bad."""


@pytest.mark.parametrize(
    ("text", "changes", "judged"),
    [
        (COUNTED, BETTER, set(WORKED_OUT) - SIZES),
        (STATED, BETTER_STATED, {*AS_STATED, *RATIOS} - SIZES - {"cache_hit_rate"}),
    ],
    ids=["counted", "stated"],
)
def test_what_serves_more_for_less_improved_and_the_way_back_regressed(
    text: str, changes: dict[str, str], judged: set[str]
) -> None:
    """More served, less waiting, failing, used and paid is better; sizes have no direction."""
    better = altered(text, changes)
    assert verdicts(deltas(text, better)) == dict.fromkeys(judged, "improved")
    assert verdicts(deltas(better, text)) == dict.fromkeys(judged, "regressed")


ANY_LOAD = {"error_rate", "checks_rate", "steady_error_rate", "cache_hit_rate"}
"""What is a fault of a service at whatever load."""

ANY_VUS = {"rps_per_core", "rps_per_pod", "rps_per_node", "cost_per_million_requests"}
"""What a request costs, which can be compared as long as the requests are the same ones."""


@pytest.mark.parametrize(
    ("before", "after", "judged"),
    [
        ("vus: 100", "vus: 120", ANY_LOAD | ANY_VUS),
        ("scenario: shop", "scenario: search", ANY_LOAD),
    ],
    ids=["other-vus", "other-scenario"],
)
def test_only_what_stands_at_any_load_is_judged_between_loads(
    before: str, after: str, judged: set[str]
) -> None:
    """More VUs leave shares of failures and efficiency to judge, another scenario the shares."""
    for text, changes in ((COUNTED, BETTER), (STATED, BETTER_STATED)):
        found = deltas(text, altered(text, {**changes, before: after}))
        told = verdicts(found)
        assert {name for name, verdict in told.items() if verdict == "improved"} == {
            name for name in told if name in judged
        }
        others = {name: found[name].basis for name in told if name not in judged}
        assert others
        assert all("differs: " in basis for basis in others.values())


@pytest.mark.parametrize(
    ("name", "old", "within", "beyond"),
    [
        ("error_rate", "http_req_failed: 2%", "http_req_failed: 2.08%", "http_req_failed: 2.2%"),
        ("checks_rate", "checks: {rate: 90%}", "checks: {rate: 89.92%}", "checks: {rate: 89.8%}"),
        ("under_500ms", "500ms: 95%", "500ms: 94.92%", "500ms: 94.8%"),
        ("under_1s", "under_1s: 98%", "under_1s: 97.92%", "under_1s: 97.8%"),
        (
            "steady_error_rate",
            "http_req_failed: 1%",
            "http_req_failed: 1.08%",
            "http_req_failed: 1.2%",
        ),
        ("cache_hit_rate", "hit_rate: 90%", "hit_rate: 89.6%", "hit_rate: 89%"),
    ],
)
def test_a_share_may_differ_by_a_little(name: str, old: str, within: str, beyond: str) -> None:
    """A tenth of a percentage point is nothing, of a cache half of one; twice that is worse."""
    same = deltas(STATED, altered(STATED, {old: within}))
    worse = deltas(STATED, altered(STATED, {old: beyond}))
    assert verdicts(same) == {name: "unchanged"}
    assert verdicts(worse) == {name: "regressed"}


RESTS_ON = {
    "load.duration": ["request_rate", "iteration_rate", *ANY_VUS],
    "k6.http_reqs.count": ["requests", "request_rate", *ANY_VUS],
    "k6.iterations.count": ["iterations", "iteration_rate"],
    "k6.failed_requests": ["error_rate"],
    "k6.checks.passes": ["checks_rate"],
    "k6.checks.fails": ["checks_rate"],
    "deployment.requests.cpu": ["cpu_of_request"],
    "deployment.node_group.price_per_hour": ["cost_per_million_requests"],
    "snapshots[0].pods.list": ["pods_active", "rps_per_pod"],
    "snapshots[0].pods.cpu_total": ["cpu_total", "rps_per_core"],
    "snapshots[0].pods.cpu_per_pod": ["cpu_per_pod", "cpu_of_request"],
    "snapshots[0].nodes.active": ["nodes", "rps_per_node", "cost_per_million_requests"],
    "cache.timeline[1].hits": ["cache_hit_rate"],
    "cache.timeline[1].misses": ["cache_hit_rate"],
}
"""Fields of COUNTED, and the figures that are wrong where the field is."""


@pytest.mark.parametrize(("field", "metrics"), RESTS_ON.items(), ids=list(RESTS_ON))
def test_a_doubted_field_is_marked_at_every_figure_made_of_it(
    field: str, metrics: list[str]
) -> None:
    """On a run's page the number of a doubt stands beside the figures that rest on its field."""
    found = book({"a/b": COUNTED})
    doubt = Problem("a/b.yaml", Place(), field, Level.WARNING, "some-check", "is it so?")
    measured = dict(found.measurements["a/b"])
    view = RunView(found, "a/b", found.runs["a/b"], measured, None, (doubt,), Links())
    assert {name for name, numbers in view.doubted_metrics.items() if numbers} == set(metrics)

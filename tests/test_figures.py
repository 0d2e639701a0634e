"""Figures of one run: looked up by path, or computed from others; nothing is estimated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import figures
from generator.figures import divide
from generator.measured import Endpoint, Nodes, Pods
from generator.model import Run
from generator.units import Quantity
from tests.conftest import book


def run(text: str) -> Run:
    """A run with these fields."""
    found = book({"a/b": f"title: T\nstatus: planned\n{text}\n"})
    assert found.problems == ()
    return found.runs["a/b"]


def pods(text: str) -> Run:
    """A run with these pods at its peak."""
    return run(f"snapshots: [{{moment: peak, pods: {{{text}}}}}]")


def shown(quantity: Quantity | None) -> tuple[float, float | None] | None:
    """Both ends of a figure."""
    return (quantity.start, quantity.end) if quantity else None


def test_a_figure_is_found_by_its_path() -> None:
    """Dotted paths lead through parts, mappings and lists; -1 is the last."""
    record = run(
        "k6: {http_reqs: {count: 5}, rates: {under: 50%}}\n"
        "cache: {timeline: [{time: 1, hits: 2, misses: 0}, {time: 2, hits: 3, misses: 0}]}"
    )
    assert shown(figures.recorded(record, "k6.http_reqs.count")) == (5, 5)
    assert shown(figures.recorded(record, "k6.rates.under")) == (0.5, 0.5)
    assert shown(figures.recorded(record, "cache.timeline.-1.hits")) == (3, 3)
    assert shown(figures.recorded(record, "cache.timeline.0.hits")) == (2, 2)


@pytest.mark.parametrize(
    "path",
    [
        "k6.http_reqs.rate",
        "k6.rates.other",
        "k6.checks.rate",
        "cache.timeline.-1.hits",
        "snapshot.pods.active",
        "load.vus",
        "title",
        "nothing.at.all",
    ],
)
def test_where_nothing_stands_there_is_no_figure(path: str) -> None:
    """A path that leads nowhere, or to no figure, is None and never an error."""
    record = run("k6: {http_reqs: {count: 5}, rates: {under: 50%}}\ncache: {timeline: []}")
    assert figures.recorded(record, path) is None


@pytest.mark.parametrize(
    ("moments", "chosen"),
    [
        (["before", "peak", "after"], "peak"),
        (["after", "before"], "after"),
        (["before", "whole run"], "whole run"),
        (["before"], "before"),
    ],
)
def test_cluster_figures_are_those_of_the_peak(moments: list[str], chosen: str) -> None:
    """Of several snapshots the peak counts, else the whole run, after, before."""
    listed = ", ".join(
        f"{{moment: {moment}, pods: {{active: {at}}}}}" for at, moment in enumerate(moments)
    )
    record = run(f"snapshots: [{listed}]")
    found = figures.snapshot_of(record)
    assert found is not None
    assert found[0] == moments.index(chosen)
    assert found[1].moment == chosen
    assert shown(figures.recorded(record, "snapshot.pods.active")) == (moments.index(chosen),) * 2
    assert figures.snapshot_of(run("tags: []")) is None


def test_steady_figures_are_those_of_the_steady_phase() -> None:
    """A path of the steady state leads to the phase of that name, wherever it stands."""
    ramp = "{name: ramp-up, start: 0, end: 5, http_reqs: {count: 1}}"
    steady = "{name: steady, start: 5, end: 9, http_reqs: {count: 7}}"
    record = run(f"phases: [{ramp}, {steady}]")
    assert shown(figures.recorded(record, "steady.http_reqs.count")) == (7, 7)
    assert figures.recorded(run(f"phases: [{ramp}]"), "steady.http_reqs.count") is None


FIGURES = st.builds(
    Quantity,
    start=st.floats(min_value=0.001, max_value=1e9),
    end=st.one_of(st.none(), st.floats(min_value=0.001, max_value=1e9)),
)


@given(left=FIGURES, right=FIGURES)
def test_ratios_both_ways_cancel(left: Quantity, right: Quantity) -> None:
    """ratio(a, b) x ratio(b, a) = 1, at each known end."""
    there = figures.ratio("a", "b")(run("tags: []"), {"a": left, "b": right})
    back = figures.ratio("b", "a")(run("tags: []"), {"a": left, "b": right})
    assert there is not None
    assert back is not None
    assert there.start * back.start == pytest.approx(1)
    assert there.end is None or there.end * (back.end or 0) == pytest.approx(1)


@pytest.mark.parametrize(
    ("dividend", "divisor"),
    [
        (None, Quantity.exact(1)),
        (Quantity.exact(1), None),
        (Quantity.exact(1), Quantity.exact(0)),
        (Quantity.exact(1), Quantity(0, 7)),
        (Quantity.exact(1), Quantity(7, 0)),
    ],
)
def test_nothing_is_divided_by_zero_or_by_what_is_not_known(
    dividend: Quantity | None, divisor: Quantity | None
) -> None:
    """A quotient is None where one side is not known, or the divisor is zero at either end."""
    assert divide(dividend, divisor) is None


def test_a_rate_is_a_count_over_the_duration() -> None:
    """Without a duration, or with one of zero, there is no rate."""
    rate = figures.per_second("requests")
    values = {"requests": Quantity.exact(780)}
    assert shown(rate(run("load: {scenario: s, duration: 13m}"), values)) == (1, 1)
    assert rate(run("load: {scenario: s, duration: 13m}"), {}) is None
    assert rate(run("load: {scenario: s}"), values) is None
    assert rate(run("load: {scenario: s, duration: 0}"), values) is None


def test_checks_passed_are_a_share_of_all_checks() -> None:
    """passes / (passes + fails); with one of them missing, or none made, there is no share."""
    share = figures.checks_rate
    assert shown(share(run("k6: {checks: {passes: 199, fails: 1}}"), {})) == (0.995, 0.995)
    assert share(run("k6: {checks: {passes: 199}}"), {}) is None
    assert share(run("k6: {checks: {passes: 0, fails: 0}}"), {}) is None
    assert share(run("tags: []"), {}) is None


def test_only_running_pods_count() -> None:
    """Pending and failed pods are not counted, and need no figures."""
    record = pods(
        "list: [{name: a, cpu: 100m, memory: 10Mi}, {name: b, cpu: 300m, memory: 30Mi},"
        "{name: c, phase: Pending}, {name: d, phase: Failed, cpu: 5}]"
    )
    assert shown(figures.pods_listed(record, {})) == (2, 2)
    total = figures.sum_over_pods("cpu")(record, {})
    assert total is not None
    assert total.start == pytest.approx(0.4)
    mean = figures.mean_over_pods("memory")(record, {})
    assert mean is not None
    assert mean.start == 20 * 2**20
    assert mean.computed


@pytest.mark.parametrize(
    "text",
    ["list: []", "list: [{name: a, phase: Pending}]", "list: [{name: a, cpu: 1}, {name: b}]"],
)
def test_a_sum_over_pods_needs_every_pod(text: str) -> None:
    """Where one running pod has no figure, or none runs, no sum and no mean is made up."""
    record = pods(text)
    assert figures.sum_over_pods("cpu")(record, {}) is None
    assert figures.mean_over_pods("cpu")(record, {}) is None
    assert figures.mean_over_pods("cpu")(run("tags: []"), {}) is None


def test_that_no_pod_runs_is_a_figure() -> None:
    """Listed pods none of which runs are zero pods; no list is no figure."""
    assert shown(figures.pods_listed(pods("list: [{name: a, phase: Pending}]"), {})) == (0, 0)
    assert figures.pods_listed(pods("active: 3"), {}) is None


def test_the_hit_rate_is_that_of_the_last_sample() -> None:
    """Counters only grow, so the last sample speaks for the whole run."""
    record = run(
        "cache: {timeline: [{time: 0, hits: 0, misses: 5}, {time: 9, hits: 33845, misses: 18}]}"
    )
    found = figures.cache_hit_rate(record, {})
    assert found is not None
    assert found.start == pytest.approx(33845 / 33863)
    assert figures.cache_hit_rate(run("cache: {timeline: []}"), {}) is None
    nothing = run("cache: {timeline: [{time: 0, hits: 0, misses: 0}]}")
    assert figures.cache_hit_rate(nothing, {}) is None
    assert shown(figures.cache_lookups(nothing)) == (0, 0)


def test_the_cost_of_a_million_requests() -> None:
    """Eight nodes at 0.04 an hour that serve 277.2/s cost 0.3207 for a million requests."""
    record = run("deployment: {node_group: {price_per_hour: ~0.04}}")
    values = {"nodes": Quantity.exact(8), "request_rate": Quantity.exact(277.2)}
    found = figures.cost_per_million_requests(record, values)
    assert found is not None
    assert found.start == pytest.approx(8 * 0.04 / (277.2 * 3600) * 1e6)
    assert found.start == pytest.approx(0.3207, abs=5e-5)
    assert found.approximate
    assert figures.cost_per_million_requests(run("tags: []"), values) is None
    assert figures.cost_per_million_requests(record, {"nodes": Quantity.exact(8)}) is None
    idle = {**values, "request_rate": Quantity.exact(0)}
    assert figures.cost_per_million_requests(record, idle) is None


def test_the_spread_of_cpu_over_pods() -> None:
    """Lowest and highest pod, and their distance as a share of the mean."""
    found = figures.cpu_spread(pods("list: [{name: a, cpu: 1}, {name: b, cpu: 2}]"))
    assert found is not None
    assert (found.low.start, found.high.start) == (1, 2)
    assert found.of_mean.start == pytest.approx(1 / 1.5)
    assert figures.cpu_spread(pods("list: [{name: a, cpu: 1}]")) is None
    assert figures.cpu_spread(pods("list: [{name: a, cpu: 0}, {name: b, cpu: 0}]")) is None
    assert figures.cpu_spread(run("tags: []")) is None


def test_nodes_that_hold_more_than_one_pod() -> None:
    """Two running pods on one node break anti-affinity; pods without a node do not count."""
    listed = Pods.model_validate(
        {
            "list": [
                {"name": "a", "node": "n1"},
                {"name": "b", "node": "n1"},
                {"name": "c", "node": "n2"},
                {"name": "d", "node": "n2", "phase": "Pending"},
                {"name": "e"},
                {"name": "f"},
            ]
        }
    )
    assert figures.shared_nodes(listed) == {"n1": ["a", "b"]}


@pytest.mark.parametrize(
    ("nodes", "taken"),
    [
        ({"active": 4, "terminated": 1}, 5),
        ({"active": 4}, 4),
        ({"active": "3→5"}, 5),
        ({"active": "3→?"}, None),
        ({"terminated": 1}, None),
    ],
)
def test_a_terminated_node_still_takes_its_place(
    nodes: dict[str, object], taken: float | None
) -> None:
    """Places of the group that are taken: active nodes, and terminated ones not yet gone."""
    assert figures.nodes_taken(Nodes.model_validate(nodes)) == taken


def endpoint(path: str, **known: object) -> Endpoint:
    """An endpoint with these figures."""
    return Endpoint.model_validate({"method": "GET", "path": path, **known})


def test_the_endpoint_that_weighs_most() -> None:
    """Mean x calls decides where it is known of all, else p95; the first wins a tie."""
    slow = endpoint("/slow", avg=180, p95=350, calls=10)
    busy = endpoint("/busy", avg=45, p95=120, calls=1000)
    unknown = endpoint("/unknown", p95=100)
    assert figures.most_time([slow, busy]) == (busy, "most time")
    assert figures.most_time([slow, busy, unknown]) == (slow, "slowest p95")
    assert figures.most_time([unknown, endpoint("/twin", p95=100)]) == (unknown, "slowest p95")
    assert figures.most_time([endpoint("/bare")]) is None
    assert figures.most_time([]) is None
    assert shown(figures.total_time(busy)) == (45_000, 45_000)


def test_the_currency_is_that_of_the_nodes() -> None:
    """Prices have the currency of the node group; a run without one has none."""
    assert figures.currency_of(run("deployment: {node_group: {currency: EUR}}")) == "EUR"
    assert figures.currency_of(run("deployment: {replicas: 1}")) == ""
    assert figures.currency_of(run("tags: []")) == ""

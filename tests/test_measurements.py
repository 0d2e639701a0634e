"""Measurements: the facts of the real runs, and how a metric's value is chosen."""

from __future__ import annotations

import math
import typing

import pytest

from generator.fields import In
from generator.measurements import Measurement, clean, measure
from generator.metrics import METRICS
from generator.model import Run
from generator.notebook import Notebook
from generator.units import SHARE
from tests.conftest import book

NAMES = [
    "requests",
    "iterations",
    "request_rate",
    "iteration_rate",
    "error_rate",
    "checks_rate",
    "latency_avg",
    "latency_min",
    "latency_med",
    "latency_max",
    "latency_p90",
    "latency_p95",
    "latency_p99",
    "under_500ms",
    "under_1s",
    "data_received",
    "vus",
    "pods_active",
    "pods_desired",
    "nodes",
    "cpu_total",
    "cpu_per_pod",
    "cpu_of_request",
    "memory_per_pod",
    "steady_request_rate",
    "steady_error_rate",
    "steady_latency_p95",
    "steady_latency_p99",
    "cache_hit_rate",
    "rps_per_core",
    "rps_per_pod",
    "rps_per_node",
    "cost_per_million_requests",
]
"""The names that other programs read from our data files; they are promised."""


def measured(text: str) -> dict[str, Measurement]:
    """The measurements of a run with these fields."""
    found = book({"a/b": f"title: T\nstatus: planned\n{text}\n"})
    assert found.problems == ()
    return measure(found.runs["a/b"])


def test_the_registry_has_the_promised_names() -> None:
    """Every promised metric is there, and the registry's keys are the metrics' names."""
    assert set(METRICS) == set(NAMES)
    assert all(name == metric.name for name, metric in METRICS.items())


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_an_entry_of_the_registry_is_whole(metric: typing.Any) -> None:
    """A metric is described, can be obtained, and uses only metrics that come before it."""
    assert metric.label
    assert metric.definition.endswith(".")
    assert metric.recorded or metric.computed
    assert bool(metric.computed) == bool(metric.formula)
    names = list(METRICS)
    assert all(names.index(used) < names.index(metric.name) for used in metric.inputs)
    assert metric.tolerance is None or metric.unit is SHARE


@pytest.mark.parametrize(
    "metric", [m for m in METRICS.values() if m.recorded], ids=lambda metric: metric.name
)
def test_a_recorded_metric_has_a_field_of_its_unit(metric: typing.Any) -> None:
    """The path of a recorded metric leads to a field that is read in the metric's unit."""
    path = (
        metric.recorded.replace("snapshot.", "snapshots.0.")
        .replace("steady.", "phases.0.")
        .split(".")
    )
    current: typing.Any = Run
    units: list[object] = []
    for name in path:
        if name.lstrip("-").isdigit():
            continue
        models = [current, *flattened(current)]
        holder = next((m for m in models if hasattr(m, "model_fields")), None)
        if holder is None or name not in holder.model_fields:
            continue  # a key of a mapping, such as a custom rate's name
        info = holder.model_fields[name]
        current = info.annotation
        units = [
            mark.unit for mark in [*info.metadata, *flattened(current)] if isinstance(mark, In)
        ]
    assert units == [metric.unit]


def flattened(annotation: object) -> list[typing.Any]:
    """Everything inside a type: its arguments, and theirs."""
    inside: list[typing.Any] = []
    for argument in (*typing.get_args(annotation), *getattr(annotation, "__metadata__", ())):
        inside += [argument, *flattened(argument)]
    return list({id(item): item for item in inside}.values())


FACTS = {
    "session-8/pre-fix": {
        "request_rate": 279.2,
        "iteration_rate": 73.5,
        "cpu_total": 2.602,
        "rps_per_core": 107.3,
        "latency_p95": 363.03,
        "under_500ms": 0.9868,
        "cpu_of_request": 8.673,
        "memory_per_pod": 54 * 2**20,
        "data_received": 1.3e9,
    },
    "session-8/post-fix": {
        "request_rate": 277.2,
        "cpu_total": 3.337,
        "rps_per_core": 83.1,
        "latency_p95": 189.61,
        "under_500ms": 0.9993,
        "cpu_of_request": 2.225,
        "cost_per_million_requests": 0.3207,
    },
    "session-8/post-code": {
        "request_rate": 508.4,
        "cpu_total": 4.838,
        "rps_per_core": 105.1,
        "latency_p95": 263,
        "under_500ms": 0.9959,
        "cache_hit_rate": 0.99947,
        "cpu_of_request": 3.225,
    },
    "earlier/day-6": {"request_rate": 234.8, "error_rate": 0.0533, "latency_p95": 380},
    "earlier/day-7": {"request_rate": 373.4, "error_rate": 0.0527, "latency_p95": 206},
}


@pytest.mark.parametrize(
    ("run", "name", "expected"),
    [(run, name, value) for run, known in FACTS.items() for name, value in known.items()],
)
def test_the_facts_of_the_real_runs(
    notebook: Notebook, run: str, name: str, expected: float
) -> None:
    """Each figure of the reference report, or computed from its figures, to the digits given."""
    found = notebook.measurements[run][name].quantity.value
    digits = len(str(expected).partition(".")[2])
    assert found == pytest.approx(expected, abs=0.5001 * 10**-digits)


def test_a_contradicted_rate_is_computed_and_says_so(notebook: Notebook) -> None:
    """Pre-fix: the stated 73.47/s is not used, and everything made from the rate says why."""
    found = notebook.measurements["session-8/pre-fix"]
    rate = found["request_rate"]
    assert rate.source == "computed"
    assert len(rate.warnings) == 1
    assert "73.47" in rate.warnings[0]
    assert "279.2" in rate.warnings[0]
    for name in ("rps_per_core", "rps_per_pod", "rps_per_node", "cost_per_million_requests"):
        assert rate.warnings[0] in found[name].warnings, name
    assert found["latency_p95"].warnings == ()
    assert found["iteration_rate"].warnings == ()


def test_a_confirmed_rate_is_used_as_recorded(notebook: Notebook) -> None:
    """Post-fix: 277.2/s agrees with count / duration, and stays as it was written."""
    rate = notebook.measurements["session-8/post-fix"]["request_rate"]
    assert (rate.source, rate.warnings) == ("recorded", ())
    assert rate.show() == "277.2\N{NO-BREAK SPACE}/s"


@pytest.mark.parametrize(
    ("run", "pods", "nodes"),
    [
        ("earlier/day-6", [234.8 / 2, None], [234.8 / 3, 234.8 / 5]),
        ("earlier/day-7", [373.4 / 2, 373.4 / 7], [373.4 / 3, 373.4 / 5]),
    ],
)
def test_ranges_stay_ranges(
    notebook: Notebook, run: str, pods: list[float | None], nodes: list[float | None]
) -> None:
    """Pods that grew give RPS per pod that fell, from and to; an unknown end stays unknown."""
    for name, (start, end) in (("rps_per_pod", pods), ("rps_per_node", nodes)):
        measurement = notebook.measurements[run][name]
        assert start is not None
        assert measurement.quantity.is_range
        assert measurement.quantity.start == pytest.approx(start)
        assert measurement.quantity.end == (None if end is None else pytest.approx(end))
        data = measurement.as_json()
        assert data["range"] == [clean(measurement.quantity.start), clean(end)]
        assert data["value"] == clean(end)
        assert data["approximate"] is True
        assert "→" in data["text"]


def test_what_is_approximate_stays_so(notebook: Notebook) -> None:
    """Post-code: ~100K iterations and a price of ~0.04 keep their ~ in all that uses them."""
    found = notebook.measurements["session-8/post-code"]
    for name in ("iterations", "iteration_rate", "cost_per_million_requests", "latency_max"):
        assert found[name].show().startswith("~"), name
        assert found[name].as_json()["approximate"] is True
    for name in ("request_rate", "rps_per_core", "cache_hit_rate"):
        assert not found[name].show().startswith("~"), name
        assert found[name].as_json()["approximate"] is False


def test_what_was_not_recorded_is_absent(notebook: Notebook) -> None:
    """No metric is made up, and none is zero because nobody measured it."""
    day_6 = notebook.measurements["earlier/day-6"]
    assert set(day_6) == {
        "vus",
        "requests",
        "request_rate",
        "error_rate",
        "latency_p95",
        "pods_active",
        "nodes",
        "rps_per_pod",
        "rps_per_node",
    }
    assert "latency_avg" not in notebook.measurements["session-8/post-code"]
    assert measured("tags: []") == {}


def test_measurements_come_in_the_order_of_the_registry(notebook: Notebook) -> None:
    """Whatever a run has, it is listed in the registry's order."""
    for found in notebook.measurements.values():
        assert list(found) == [name for name in METRICS if name in found]


def test_a_recorded_figure_is_used_where_nothing_contradicts_it() -> None:
    """Without anything to compute from, or with what agrees, the recorded figure stands."""
    alone = measured("k6: {http_reqs: {rate: 5/s}}")["request_rate"]
    agreeing = measured(
        "load: {scenario: s, duration: 100s}\nk6: {http_reqs: {count: 500, rate: 5/s}}"
    )["request_rate"]
    assert alone.source == agreeing.source == "recorded"
    computed = measured("load: {scenario: s, duration: 100s}\nk6: {http_reqs: {count: 500}}")
    assert computed["request_rate"].source == "computed"
    assert computed["request_rate"].quantity.start == pytest.approx(5)
    assert computed["request_rate"].warnings == ()


def test_a_rounded_form_gives_way_to_the_computed_one() -> None:
    """A stated sum of CPU that agrees with the pods is replaced by their sum without a warning."""
    pods = "list: [{name: a, cpu: 895m}, {name: b, cpu: 864m}]"
    found = measured(f"snapshots: [{{moment: peak, pods: {{cpu_total: ~1.8, {pods}}}}}]")
    assert found["cpu_total"].source == "computed"
    assert found["cpu_total"].quantity.start == pytest.approx(1.759)
    assert found["cpu_total"].warnings == ()
    alone = measured("snapshots: [{moment: peak, pods: {cpu_total: ~1.8}}]")
    assert alone["cpu_total"].source == "recorded"
    assert alone["cpu_total"].quantity.approximate


def test_replicas_stand_in_for_the_pods_desired() -> None:
    """What the snapshot does not say is taken from the deployment."""
    found = measured("deployment: {replicas: 7}")["pods_desired"]
    assert (found.quantity.start, found.source) == (7, "computed")
    both = "deployment: {replicas: 7}\nsnapshots: [{moment: peak, pods: {desired: 7}}]"
    assert measured(both)["pods_desired"].source == "recorded"


def test_a_cost_has_the_currency_of_its_price() -> None:
    """The currency comes with the value, and only with values of money."""
    found = measured(
        "deployment: {node_group: {price_per_hour: 0.04, currency: EUR}}\n"
        "k6: {http_reqs: {rate: 100/s}}\nsnapshots: [{moment: peak, nodes: {active: 2}}]"
    )
    assert found["cost_per_million_requests"].show().endswith("EUR")
    assert found["request_rate"].currency == ""


def test_extreme_figures_are_finite_or_refused() -> None:
    """The largest and smallest figures that a record may hold give finite measurements."""
    text = (
        "load: {scenario: s, duration: 1e-18, vus: 1}\n"
        "deployment: {requests: {cpu: 1e-18}, node_group: {price_per_hour: 1e18}}\n"
        "k6: {http_reqs: {count: 1e18}, iterations: {count: 1e-18}}\n"
        "snapshots: [{moment: peak, nodes: {active: 1e18}, pods: {active: 1e-18,"
        " list: [{name: a, cpu: 1e18, memory: 1e18}]}}]"
    )
    found = measured(text)
    assert len(found) > 10
    for measurement in found.values():
        assert math.isfinite(measurement.quantity.start)
        assert measurement.show()


def test_data_files_have_no_noise_of_binary_fractions() -> None:
    """0.1 + 0.2 is 0.3 in data, and what is not known stays so."""
    assert clean(0.1 + 0.2) == 0.3
    assert clean(279.2358974358974) == 279.235897436
    assert clean(None) is None

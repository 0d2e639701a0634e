"""What people call a metric: a figure typed beside one of its names is held against it."""

from __future__ import annotations

import json

import pytest

from generator import audit
from tests.conftest import book
from tests.shopbook import WHOLE

NAMES = {
    "Virtual users": ["virtual users", "VUs"],
    "Requests": ["total requests", "requests in total", "requests"],
    "Requests per second": [
        *("requests per second", "request rate", "throughput", "RPS", "req/s"),
    ],
    "Iterations": ["total iterations", "iterations"],
    "Iterations per second": ["iterations per second", "iteration rate"],
    "Data received": ["data received", "data transferred"],
    "Error rate": ["error rate", "http_req_failed", "errors", "failed requests"],
    "Checks passed": ["checks passed", "checks"],
    "Latency, mean": ["mean latency", "average latency", "mean", "average", "avg"],
    "Latency, smallest": ["smallest latency", "min latency"],
    "Latency, median": ["median latency", "median", "p50"],
    "Latency p90": ["p90", "p(90)", "90th percentile"],
    "Latency p95": ["p95", "p(95)", "95th percentile"],
    "Latency p99": ["p99", "p(99)", "99th percentile"],
    "Latency, largest": [
        *("maximum latency", "max latency", "slowest request", "largest latency"),
    ],
    "Requests under 500 ms": ["requests under 500 ms", "requests below 500 ms", "under 500 ms"],
    "Requests under 1 s": ["requests under 1 s", "requests below 1 s", "requests < 1s", "<1s"],
    "Pods active": ["active backend pods", "active pods", "pods active"],
    "Pods desired": ["desired pods", "replicas"],
    "Nodes active": ["cluster nodes", "active nodes", "nodes active"],
    "CPU, all pods": ["CPU of all pods", "total CPU", "CPU in total"],
    "CPU per pod": ["CPU per pod", "CPU of a pod", "CPU of each pod"],
    "CPU of request": ["of its request", "of the request", "CPU of request"],
    "Memory per pod": ["memory per pod", "memory of a pod"],
    "Cache hit rate": ["cache hit rate", "hit rate", "cache"],
    "RPS per core": ["RPS per core", "RPS/core", "efficiency"],
    "RPS per pod": ["RPS per pod", "RPS/pod"],
    "RPS per node": ["RPS per node", "RPS/node"],
    "Cost per million requests": ["cost per million requests", "cost per million"],
}
"""What people call each metric in a report."""


def contradicted(summary: str) -> list[str]:
    """What `loadbook check` says of the figures in the summary of a run where nothing changed."""
    told = f"{WHOLE}baseline: a/1\nsummary: {json.dumps(summary)}\n"
    found = book({"a/1": WHOLE, "a/2": told})
    assert found.problems == ()
    said = [one.message for one in audit.problems(found) if one.code == "typed-figure"]
    return [message.replace("\N{NO-BREAK SPACE}", " ") for message in said]


@pytest.mark.parametrize(("label", "names"), NAMES.items(), ids=list(NAMES))
def test_a_figure_beside_a_name_is_held_against_its_metric(label: str, names: list[str]) -> None:
    """`+900% total requests` and `Total requests rose by 900%`: check says that none did."""
    for name in names:
        before, behind = contradicted(f"We saw +900% {name}. With that {name} rose by 800%.")
        assert before.startswith(f"“+900%” is contradicted: {label} against a/1: ")
        assert behind.startswith(f"“800%” is contradicted: {label} against a/1: ")


def test_in_a_row_of_figures_each_is_of_the_name_before_it() -> None:
    """A line of k6's summary that somebody copied without its commas is read as it was meant."""
    row = (
        "Mean latency 95 ms p95 295 ms median latency 75 ms p99 395 ms checks passed 93% errors 7%"
    )
    assert contradicted(row) == [
        "“95 ms” is contradicted: Latency, mean: 100 ms; recorded",
        "“295 ms” is contradicted: Latency p95: 300 ms; recorded",
        "“75 ms” is contradicted: Latency, median: 80 ms; recorded",
        "“395 ms” is contradicted: Latency p99: 400 ms; recorded",
        "“93%” is contradicted: Checks passed: 90 %; recorded",
        "“7%” is contradicted: Error rate: 2 %; recorded",
    ]

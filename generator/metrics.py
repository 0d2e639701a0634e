"""The registry of metrics: what each is, how it is obtained from a run, which way is better.

One entry here makes a metric appear everywhere: comparison, tables, history, glossary, data
files. A metric can be recorded (somebody or something wrote it down), computed (from other
figures of the run), or both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from generator import figures, units
from generator.figures import Compute
from generator.units import Unit


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A definition: name, unit, better direction, how obtained, meaning in words.

    `recorded` is the path of the figure in a record, `computed` obtains it from other figures, by
    `formula` in words; `inputs` names the metrics that it uses. `needs` says what must be the same
    on both sides before a difference is judged: the load, the scenario, or nothing.
    `tolerance` is the difference below which two values count as unchanged: absolute for shares
    (0.001 is 0.1 percentage points), relative for all else; None means the notebook's.
    `prefer_computed` is set where the recorded figure is a rounded form of the computed one.
    """

    name: str
    label: str
    group: str
    unit: Unit
    better: Literal["higher", "lower"] | None
    definition: str
    recorded: str = ""
    computed: Compute | None = None
    formula: str = ""
    inputs: tuple[str, ...] = ()
    needs: Literal["same load", "same scenario", ""] = ""
    tolerance: float | None = None
    prefer_computed: bool = False


_DURATION = "Time from sending a request to the end of its response (k6 http_req_duration): "

_LOAD = (
    Metric(
        name="vus",
        label="Virtual users",
        group="Load",
        unit=units.COUNT,
        better=None,
        definition="Virtual users at the peak of the load.",
        recorded="load.vus",
    ),
)

_THROUGHPUT = (
    Metric(
        name="requests",
        label="Requests",
        group="Throughput",
        unit=units.COUNT,
        better=None,
        definition="HTTP requests sent over the whole run (k6 http_reqs).",
        recorded="k6.http_reqs.count",
    ),
    Metric(
        name="request_rate",
        label="Requests per second",
        group="Throughput",
        unit=units.PER_SECOND,
        better="higher",
        definition="Requests over the whole run, ramps included, per second.",
        recorded="k6.http_reqs.rate",
        computed=figures.per_second("requests"),
        formula="requests / duration",
        inputs=("requests",),
        needs="same load",
    ),
    Metric(
        name="iterations",
        label="Iterations",
        group="Throughput",
        unit=units.COUNT,
        better=None,
        definition="Complete passes through the scenario's function.",
        recorded="k6.iterations.count",
    ),
    Metric(
        name="iteration_rate",
        label="Iterations per second",
        group="Throughput",
        unit=units.PER_SECOND,
        better="higher",
        definition="Iterations over the whole run per second.",
        recorded="k6.iterations.rate",
        computed=figures.per_second("iterations"),
        formula="iterations / duration",
        inputs=("iterations",),
        needs="same load",
    ),
    Metric(
        name="data_received",
        label="Data received",
        group="Throughput",
        unit=units.BYTES,
        better=None,
        definition="Bytes received over the whole run.",
        recorded="k6.data_received",
    ),
)

_ERRORS = (
    Metric(
        name="error_rate",
        label="Error rate",
        group="Errors",
        unit=units.SHARE,
        better="lower",
        definition="Share of requests that failed (k6 http_req_failed).",
        recorded="k6.http_req_failed",
        tolerance=0.001,
    ),
    Metric(
        name="checks_rate",
        label="Checks passed",
        group="Errors",
        unit=units.SHARE,
        better="higher",
        definition="Share of k6 checks that passed.",
        recorded="k6.checks.rate",
        computed=figures.checks_rate,
        formula="passes / (passes + fails)",
        tolerance=0.001,
    ),
)

_LATENCY = (
    Metric(
        name="latency_avg",
        label="Latency, mean",
        group="Latency",
        unit=units.MILLISECONDS,
        better="lower",
        definition=_DURATION + "mean over all requests.",
        recorded="k6.http_req_duration.avg",
        needs="same load",
    ),
    Metric(
        name="latency_min",
        label="Latency, smallest",
        group="Latency",
        unit=units.MILLISECONDS,
        better="lower",
        definition=_DURATION + "the smallest.",
        recorded="k6.http_req_duration.min",
        needs="same load",
    ),
    Metric(
        name="latency_med",
        label="Latency, median",
        group="Latency",
        unit=units.MILLISECONDS,
        better="lower",
        definition=_DURATION + "half of the requests were faster.",
        recorded="k6.http_req_duration.med",
        needs="same load",
    ),
    Metric(
        name="latency_p90",
        label="Latency p90",
        group="Latency",
        unit=units.MILLISECONDS,
        better="lower",
        definition=_DURATION + "90 % of the requests were faster.",
        recorded="k6.http_req_duration.p90",
        needs="same load",
    ),
    Metric(
        name="latency_p95",
        label="Latency p95",
        group="Latency",
        unit=units.MILLISECONDS,
        better="lower",
        definition=_DURATION + "95 % of the requests were faster.",
        recorded="k6.http_req_duration.p95",
        needs="same load",
    ),
    Metric(
        name="latency_p99",
        label="Latency p99",
        group="Latency",
        unit=units.MILLISECONDS,
        better="lower",
        definition=_DURATION + "99 % of the requests were faster.",
        recorded="k6.http_req_duration.p99",
        needs="same load",
    ),
    Metric(
        name="latency_max",
        label="Latency, largest",
        group="Latency",
        unit=units.MILLISECONDS,
        better="lower",
        definition=_DURATION + "the largest.",
        recorded="k6.http_req_duration.max",
        needs="same load",
    ),
    Metric(
        name="under_500ms",
        label="Requests under 500 ms",
        group="Latency",
        unit=units.SHARE,
        better="higher",
        definition="Share of requests answered within 500 ms (custom rate requests_under_500ms).",
        recorded="k6.rates.requests_under_500ms",
        needs="same load",
        tolerance=0.001,
    ),
    Metric(
        name="under_1s",
        label="Requests under 1 s",
        group="Latency",
        unit=units.SHARE,
        better="higher",
        definition="Share of requests answered within 1 s (custom rate requests_under_1s).",
        recorded="k6.rates.requests_under_1s",
        needs="same load",
        tolerance=0.001,
    ),
)

_CLUSTER = (
    Metric(
        name="pods_active",
        label="Pods active",
        group="Cluster",
        unit=units.COUNT,
        better=None,
        definition="Pods of the service under test that ran at the peak.",
        recorded="snapshot.pods.active",
        computed=figures.pods_listed,
        formula="listed pods in phase Running",
    ),
    Metric(
        name="pods_desired",
        label="Pods desired",
        group="Cluster",
        unit=units.COUNT,
        better=None,
        definition="Replicas that were asked for.",
        recorded="snapshot.pods.desired",
        computed=figures.stated("deployment.replicas"),
        formula="deployment.replicas",
    ),
    Metric(
        name="nodes",
        label="Nodes active",
        group="Cluster",
        unit=units.COUNT,
        better=None,
        definition="Nodes that ran at the peak.",
        recorded="snapshot.nodes.active",
    ),
    Metric(
        name="cpu_total",
        label="CPU, all pods",
        group="Cluster",
        unit=units.CORES,
        better="lower",
        definition="CPU in use by all pods of the service at the peak.",
        recorded="snapshot.pods.cpu_total",
        computed=figures.sum_over_pods("cpu"),
        formula="sum over the running pods",
        needs="same load",
        prefer_computed=True,
    ),
    Metric(
        name="cpu_per_pod",
        label="CPU per pod",
        group="Cluster",
        unit=units.CORES,
        better="lower",
        definition="Mean CPU in use by a running pod at the peak.",
        recorded="snapshot.pods.cpu_per_pod",
        computed=figures.mean_over_pods("cpu"),
        formula="CPU of all pods / running pods",
        needs="same load",
        prefer_computed=True,
    ),
    Metric(
        name="cpu_of_request",
        label="CPU of request",
        group="Cluster",
        unit=units.RATIO,
        better="lower",
        definition="Mean CPU in use by a pod as a share of what it requests; far above 100 % the "
        "scheduler packs pods by a figure that is too small.",
        computed=figures.cpu_of_request,
        formula="CPU per pod / CPU request",
        inputs=("cpu_per_pod",),
        needs="same load",
    ),
    Metric(
        name="memory_per_pod",
        label="Memory per pod",
        group="Cluster",
        unit=units.MEMORY,
        better="lower",
        definition="Mean memory in use by a running pod at the peak.",
        computed=figures.mean_over_pods("memory"),
        formula="memory of all pods / running pods",
        needs="same load",
    ),
)

_CACHE = (
    Metric(
        name="cache_hit_rate",
        label="Cache hit rate",
        group="Cache",
        unit=units.SHARE,
        better="higher",
        definition="Share of cache look-ups that hit, over the whole run.",
        recorded="cache.timeline.-1.hit_rate",
        computed=figures.cache_hit_rate,
        formula="hits / (hits + misses) of the last sample",
        tolerance=0.005,
        prefer_computed=True,
    ),
)

_EFFICIENCY = (
    Metric(
        name="rps_per_core",
        label="RPS per core",
        group="Efficiency",
        needs="same scenario",
        unit=units.PER_SECOND,
        better="higher",
        definition="Requests per second for each core in use.",
        computed=figures.ratio("request_rate", "cpu_total"),
        formula="requests per second / CPU of all pods",
        inputs=("request_rate", "cpu_total"),
    ),
    Metric(
        name="rps_per_pod",
        label="RPS per pod",
        group="Efficiency",
        needs="same scenario",
        unit=units.PER_SECOND,
        better="higher",
        definition="Requests per second for each active pod.",
        computed=figures.ratio("request_rate", "pods_active"),
        formula="requests per second / pods active",
        inputs=("request_rate", "pods_active"),
    ),
    Metric(
        name="rps_per_node",
        label="RPS per node",
        group="Efficiency",
        needs="same scenario",
        unit=units.PER_SECOND,
        better="higher",
        definition="Requests per second for each active node.",
        computed=figures.ratio("request_rate", "nodes"),
        formula="requests per second / nodes active",
        inputs=("request_rate", "nodes"),
    ),
    Metric(
        name="cost_per_million_requests",
        label="Cost per million requests",
        group="Efficiency",
        needs="same scenario",
        unit=units.MONEY,
        better="lower",
        definition="What the active nodes cost while a million requests are served.",
        computed=figures.cost_per_million_requests,
        formula="nodes active x price of a node per hour / requests per hour x 1,000,000",
        inputs=("request_rate", "nodes"),
    ),
)

METRICS: dict[str, Metric] = {
    metric.name: metric
    for group in (_LOAD, _THROUGHPUT, _ERRORS, _LATENCY, _CLUSTER, _CACHE, _EFFICIENCY)
    for metric in group
}

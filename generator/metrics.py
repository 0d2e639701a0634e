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
    `rests_on` are the paths of recorded figures that it is computed from beside its `inputs`.
    `words` are what prose calls it, in lower case; a figure beside one of them is about it.
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
    words: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()


_LOAD = (
    Metric(
        name="vus",
        label="Virtual users",
        words=("virtual users", "vus"),
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
        words=("total requests", "requests in total", "requests"),
        group="Throughput",
        unit=units.COUNT,
        better=None,
        definition="HTTP requests sent over the whole run (k6 http_reqs).",
        recorded="k6.http_reqs.count",
    ),
    Metric(
        name="request_rate",
        rests_on=("load.duration",),
        label="Requests per second",
        words=("requests per second", "request rate", "throughput", "rps", "req/s"),
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
        words=("total iterations", "iterations"),
        group="Throughput",
        unit=units.COUNT,
        better=None,
        definition="Complete passes through the scenario's function.",
        recorded="k6.iterations.count",
    ),
    Metric(
        name="iteration_rate",
        rests_on=("load.duration",),
        label="Iterations per second",
        words=("iterations per second", "iteration rate"),
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
        words=("data received", "data transferred"),
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
        rests_on=("k6.failed_requests",),
        label="Error rate",
        words=("error rate", "http_req_failed", "errors", "failed requests"),
        group="Errors",
        unit=units.SHARE,
        better="lower",
        definition="Share of requests that failed (k6 http_req_failed).",
        recorded="k6.http_req_failed",
        computed=figures.error_rate,
        formula="failed requests / requests",
        tolerance=0.001,
    ),
    Metric(
        name="checks_rate",
        rests_on=("k6.checks.passes", "k6.checks.fails"),
        label="Checks passed",
        words=("checks passed", "checks"),
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


def _latency(stat: str, label: str, words: tuple[str, ...], meaning: str) -> Metric:
    """A figure of k6's trend http_req_duration."""
    return Metric(
        name=f"latency_{stat}",
        label=label,
        words=words,
        group="Latency",
        unit=units.MILLISECONDS,
        better="lower",
        definition=f"Time from sending a request to the end of its response: {meaning}.",
        recorded=f"k6.http_req_duration.{stat}",
        needs="same load",
    )


def _under(limit: str, spoken: str) -> Metric:
    """The share of requests under a limit, by the script's own rate metric."""
    before = ("requests under", "requests below", "under", "below", "<")
    words = [f"{word} {spoken}" for word in before]
    return Metric(
        name=f"under_{limit}",
        label=f"Requests under {spoken}",
        words=(*words, f"requests < {limit}", f"<{limit}", f"< {limit}", f"under_{limit}"),
        group="Latency",
        unit=units.SHARE,
        better="higher",
        definition=f"Share of requests answered within {spoken} (custom rate "
        f"requests_under_{limit}).",
        recorded=f"k6.rates.requests_under_{limit}",
        needs="same load",
        tolerance=0.001,
    )


_LATENCY = (
    _latency(
        "avg",
        "Latency, mean",
        ("mean latency", "average latency", "mean", "average", "avg"),
        "mean over all requests",
    ),
    _latency("min", "Latency, smallest", ("smallest latency", "min latency"), "the smallest"),
    _latency(
        "med",
        "Latency, median",
        ("median latency", "median", "p50"),
        "half of the requests were faster",
    ),
    *(
        _latency(
            f"p{share}",
            f"Latency p{share}",
            (f"p{share}", f"p({share})", f"{share}th percentile"),
            f"{share} % of the requests were faster",
        )
        for share in (90, 95, 99)
    ),
    _latency(
        "max",
        "Latency, largest",
        ("maximum latency", "max latency", "slowest request", "largest latency"),
        "the largest",
    ),
    _under("500ms", "500 ms"),
    _under("1s", "1 s"),
)

_CLUSTER = (
    Metric(
        name="pods_active",
        rests_on=("snapshot.pods.list",),
        label="Pods active",
        words=("active backend pods", "active pods", "pods active"),
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
        words=("desired pods", "replicas"),
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
        words=("cluster nodes", "active nodes", "nodes active"),
        group="Cluster",
        unit=units.COUNT,
        better=None,
        definition="Nodes that ran at the peak.",
        recorded="snapshot.nodes.active",
    ),
    Metric(
        name="cpu_total",
        label="CPU, all pods",
        words=("cpu of all pods", "total cpu", "cpu in total"),
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
        words=("cpu per pod", "cpu of a pod", "cpu of each pod"),
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
        rests_on=("deployment.requests.cpu",),
        label="CPU of request",
        words=("of its request", "of the request", "cpu of request"),
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
        words=("memory per pod", "memory of a pod"),
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
        rests_on=("cache.timeline.-1.hits", "cache.timeline.-1.misses"),
        label="Cache hit rate",
        words=("cache hit rate", "hit rate", "cache"),
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


def _rps_per(thing: str, divisor: str, over: str, definition: str) -> Metric:
    """Request rate over something that carries it."""
    return Metric(
        name=f"rps_per_{thing}",
        label=f"RPS per {thing}",
        words=(f"rps per {thing}", f"rps/{thing}", *(["efficiency"] if thing == "core" else [])),
        group="Efficiency",
        needs="same scenario",
        unit=units.PER_SECOND,
        better="higher",
        definition=f"Requests per second for each {definition}.",
        computed=figures.ratio("request_rate", divisor),
        formula=f"requests per second / {over}",
        inputs=("request_rate", divisor),
    )


_EFFICIENCY = (
    _rps_per("core", "cpu_total", "CPU of all pods", "core in use"),
    _rps_per("pod", "pods_active", "pods active", "active pod"),
    _rps_per("node", "nodes", "nodes active", "active node"),
    Metric(
        name="cost_per_million_requests",
        rests_on=("deployment.node_group.price_per_hour",),
        label="Cost per million requests",
        words=("cost per million requests", "cost per million"),
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

_STEADY = tuple(
    Metric(
        name=f"steady_{metric.name}",
        label=f"{metric.label}, steady",
        group="Steady state",
        unit=metric.unit,
        better=metric.better,
        definition=f"{metric.label} in the steady state alone, without ramp-up and ramp-down.",
        recorded=metric.recorded.replace("k6.", "steady.", 1),
        needs=metric.needs,
        tolerance=metric.tolerance,
    )
    for metric in (*_THROUGHPUT, *_ERRORS, *_LATENCY)
    if metric.name in ("request_rate", "error_rate", "latency_p95", "latency_p99")
)

METRICS: dict[str, Metric] = {
    metric.name: metric
    for group in (_LOAD, _THROUGHPUT, _ERRORS, _LATENCY, _STEADY, _CLUSTER, _CACHE, _EFFICIENCY)
    for metric in group
}

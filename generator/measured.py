"""What a run measured: k6 metrics, cluster snapshots, cache and endpoint figures.

Field names follow k6 and kubectl. Everything is optional: what was not recorded is absent, never
zero. Units are those of `generator.units`; bare numbers are in base units.
"""

from __future__ import annotations

from typing import Literal

from pydantic import AliasChoices, Field

from generator.fields import (
    Cores,
    Count,
    DataSize,
    Duration,
    Latency,
    Line,
    Memory,
    Moment,
    Number,
    Part,
    Rate,
    Ratio,
    Share,
)


def percentile(name: str, k6_name: str) -> AliasChoices:
    """Accept `p95` and k6's own `p(95)`."""
    return AliasChoices(name, k6_name)


class Counter(Part):
    """A k6 counter: how often, and how often per second."""

    count: Count = Field(None, description="How many over the whole run.")
    rate: Rate = Field(None, description="Per second, as stated by the source.")


class Trend(Part):
    """A k6 trend of latencies, in milliseconds where no unit is written."""

    avg: Latency = Field(None, description="Mean.")
    min: Latency = Field(None, description="Smallest.")
    med: Latency = Field(None, description="Median.")
    p90: Latency = Field(
        None,
        description="90th percentile.",
        validation_alias=percentile("p90", "p(90)"),
    )
    p95: Latency = Field(
        None,
        description="95th percentile.",
        validation_alias=percentile("p95", "p(95)"),
    )
    p99: Latency = Field(
        None,
        description="99th percentile.",
        validation_alias=percentile("p99", "p(99)"),
    )
    max: Latency = Field(None, description="Largest.")


class NamedCheck(Part):
    """One check of the script."""

    name: Line = Field(description="As in the script.")
    group: Line | None = Field(None, description="The group that it stands in, if any.")
    passes: Count = Field(None, description="How often it passed.")
    fails: Count = Field(None, description="How often it failed.")


class Checks(Part):
    """k6 checks: assertions on responses."""

    rate: Share = Field(None, description="Share of checks that passed.")
    passes: Count = Field(None, description="Checks that passed.")
    fails: Count = Field(None, description="Checks that failed.")
    list: tuple[NamedCheck, ...] = Field((), description="Each check.")


class Threshold(Part):
    """A k6 threshold with its outcome."""

    metric: Line = Field(description="The k6 metric it judges, for example http_req_duration.")
    expression: Line = Field(description="As in the script, for example p(95)<500.")
    outcome: Literal["passed", "crossed", "no data"] = Field(
        description="What k6 said; 'no data' where nothing was measured."
    )


class OtherMetric(Part):
    """A k6 metric without a field of its own, built in or the script's."""

    type: Literal["counter", "gauge", "rate", "trend"] = Field(description="As k6 has it.")
    contains: Literal["time", "data", "default"] = Field(
        "default", description="time: milliseconds, data: bytes, default: plain numbers."
    )
    values: dict[Line, Number] = Field(
        description="By k6's names: count, rate, value, min, max, avg, med, p90, p95."
    )


class K6(Part):
    """The end-of-test figures of k6."""

    http_reqs: Counter | None = Field(None, description="Requests.")
    iterations: Counter | None = Field(
        None, description="Complete runs of the scenario's function."
    )
    http_req_failed: Share = Field(None, description="Share of requests that failed.")
    failed_requests: Count = Field(
        None, description="Requests that failed: what k6 counts as passes of http_req_failed."
    )
    dropped_iterations: Counter | None = Field(
        None, description="Iterations that were due and found no free VU."
    )
    vus_max: Count = Field(None, description="Most VUs that were active at one time.")
    scenarios: tuple[Line, ...] = Field((), description="Scenarios of the script that ran.")
    http_req_duration: Trend | None = Field(None, description="Latency over all requests.")
    checks: Checks | None = Field(None, description="Checks passed and failed.")
    data_received: DataSize = Field(None, description="Bytes received over the whole run.")
    data_sent: DataSize = Field(None, description="Bytes sent over the whole run.")
    rates: dict[Line, Share] = Field(
        default_factory=dict,
        description="The script's own rate metrics, for example requests_under_500ms: 98.68%.",
    )
    thresholds: tuple[Threshold, ...] = Field((), description="Thresholds with their outcome.")
    metrics: dict[Line, OtherMetric] = Field(
        default_factory=dict, description="All other metrics by k6's names."
    )


class Pod(Part):
    """One pod as seen in a snapshot."""

    name: Line = Field(description="The pod's full name.")
    node: Line | None = Field(None, description="The node that holds it; absent while pending.")
    phase: Literal["Running", "Pending", "Succeeded", "Failed", "Unknown"] = Field(
        "Running", description="As kubectl prints it."
    )
    reason: Line | None = Field(None, description="Why it is pending or failed.")
    cpu: Cores = Field(None, description="CPU in use.")
    cpu_of_request: Ratio = Field(
        None, description="CPU in use as a share of the CPU request, where the source states it."
    )
    memory: Memory = Field(None, description="Memory in use.")
    restarts: Count = Field(None, description="How often its containers were restarted.")


class Pods(Part):
    """The pods of the service under test in one snapshot."""

    desired: Count = Field(None, description="Replicas asked for.")
    active: Count = Field(None, description="Pods running, as counted by the source.")
    pending: Count = Field(None, description="Pods pending, as counted by the source.")
    cpu_total: Cores = Field(None, description="CPU of all pods, where the source states a sum.")
    cpu_per_pod: Cores = Field(
        None, description="CPU of a typical pod, where the source states it."
    )
    list: tuple[Pod, ...] = Field((), description="Each pod.")


class Node(Part):
    """One node of the cluster."""

    name: Line = Field(description="The node's name.")
    state: Literal["running", "terminated", "not ready"] = Field(
        "running", description="What the cloud or kubectl says of it."
    )
    type: Line | None = Field(None, description="Instance type.")
    holds: Line | None = Field(None, description="What else runs on it, for example system pods.")
    cpu: Cores = Field(None, description="CPU in use on it.")
    cpu_capacity: Cores = Field(None, description="CPU that pods can have on it.")
    memory: Memory = Field(None, description="Memory in use on it.")
    memory_capacity: Memory = Field(None, description="Memory that pods can have on it.")


class Nodes(Part):
    """The node group in one snapshot."""

    active: Count = Field(None, description="Nodes running.")
    terminated: Count = Field(None, description="Nodes terminated that still take a place.")
    desired: Count = Field(None, description="Nodes asked for.")
    maximum: Count = Field(None, description="Most nodes that the group may have.")
    list: tuple[Node, ...] = Field((), description="The nodes known by name.")


class Autoscaler(Part):
    """A horizontal pod autoscaler in one snapshot."""

    name: Line = Field(description="Its name.")
    min: Count = Field(None, description="Fewest replicas.")
    max: Count = Field(None, description="Most replicas.")
    replicas: Count = Field(None, description="Replicas at that moment.")
    targets: tuple[Line, ...] = Field((), description="As printed: cpu: 63%/50%.")


class Snapshot(Part):
    """The cluster at a named moment."""

    moment: Literal["before", "peak", "after", "whole run"] = Field(
        description="When: before, at the peak, after, or as it changed over the whole run."
    )
    note: Line | None = Field(None, description="Anything that helps to read it.")
    pods: Pods | None = Field(None, description="Pods of the service under test.")
    nodes: Nodes | None = Field(None, description="The node group.")
    autoscalers: tuple[Autoscaler, ...] = Field((), description="Autoscalers of the service.")
    time: Moment | None = Field(None, description="When it was taken.")


class CacheSample(Part):
    """The cache's counters at one time of the run; hits and misses only ever grow."""

    time: Duration = Field(description="Since the start: 2m, 02:00, 120.")
    hits: Count = Field(description="Hits so far.")
    misses: Count = Field(description="Misses so far.")
    hit_rate: Share = Field(None, description="Where the source states it; computed otherwise.")
    note: Line | None = Field(None, description="For example: warm-up.")


class Cache(Part):
    """What the application's cache reported during the run."""

    source: Line | None = Field(None, description="Where the figures come from.")
    timeline: tuple[CacheSample, ...] = Field((), description="Counters over the run.")


class Endpoint(Part):
    """Latency of one endpoint."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] | None = Field(
        None, description="HTTP method, where the path alone does not say it all."
    )
    path: Line = Field(description="Route, for example /api/catalog/products, or its name.")
    avg: Latency = Field(None, description="Mean latency.")
    med: Latency = Field(None, description="Median.")
    p90: Latency = Field(None, description="90th percentile.")
    p95: Latency = Field(None, description="95th percentile.")
    p99: Latency = Field(None, description="99th percentile.")
    max: Latency = Field(None, description="Largest.")
    calls: Count = Field(None, description="Calls over the run.")
    failed: Share = Field(None, description="Share of its calls that failed.")
    level: Literal["positive", "info", "warning", "critical"] | None = Field(
        None, description="How the team saw it."
    )

    @property
    def name(self) -> str:
        """Method and route, for people."""
        return f"{self.method} {self.path}" if self.method else self.path


class Endpoints(Part):
    """Latency by endpoint."""

    source: Line = Field(description="What measured it, for example X-Ray.")
    list: tuple[Endpoint, ...] = Field(description="Each endpoint.")


class Phase(Part):
    """A part of the run, recognised from its VUs, with the figures of that part alone."""

    name: Literal["ramp-up", "steady", "ramp-down"] = Field(description="Which part.")
    start: Duration = Field(description="Since the start of the run.")
    end: Duration = Field(description="Since the start of the run.")
    vus: Count = Field(None, description="Most VUs in it.")
    http_reqs: Counter | None = Field(None, description="Requests in it.")
    http_req_failed: Share = Field(None, description="Share of them that failed.")
    http_req_duration: Trend | None = Field(None, description="Their latency.")


class Series(Part):
    """A table over time, kept as a small CSV in the run's own folder.

    Its first column is `time_s`, seconds since `start`, or since that of the run where it is not
    known; each other column is named with its unit (`rps`, `p95_ms`, `vus`, `cpu_cores`).
    """

    file: Line = Field(description="Name of the file in the run's folder.")
    source: Line = Field(description="What measured it: k6, kubectl, Prometheus.")
    interval: Duration = Field(description="Time from one row to the next.")
    start: Moment | None = Field(
        None, description="When its time was 0, where that is not the start of the run."
    )


class Distribution(Part):
    """A latency histogram that can be merged, kept as a small CSV in the run's own folder."""

    file: Line = Field(description="Name of the file in the run's folder.")
    source: Line = Field(description="What measured it.")


class SourceFile(Part):
    """A file that figures of this record were read from."""

    file: Line = Field(description="Its name.")
    kind: Line = Field(description="What it was recognised as.")
    sha256: Line = Field(description="Of its content.")
    size: DataSize = Field(None, description="In bytes.")
    tool: Line | None = Field(None, description="What wrote it, with its version, where known.")
    imported: Moment | None = Field(None, description="When it was read.")

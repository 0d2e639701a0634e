"""Figures of one run: looked up in its record by path, or computed from other figures of it.

A computed figure is None where anything that it needs was not recorded; nothing is estimated.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal

from generator.measured import Endpoint, Nodes, Phase, Pod, Pods, Snapshot
from generator.model import Run
from generator.units import SHARE, Quantity, Unit

Values = Mapping[str, Quantity]
Compute = Callable[[Run, Values], Quantity | None]


def snapshot_of(run: Run) -> tuple[int, Snapshot] | None:
    """The snapshot that cluster metrics are taken from, with its position: the peak if any."""
    order = ("peak", "whole run", "after", "before")
    numbered = enumerate(run.snapshots)
    return min(numbered, key=lambda item: order.index(item[1].moment), default=None)


def steady_of(run: Run) -> tuple[int, Phase] | None:
    """The steady state among the run's phases, with its position: the first one, if any."""
    numbered = enumerate(run.phases)
    return next((found for found in numbered if found[1].name == "steady"), None)


def pods_of(run: Run) -> Pods | None:
    """The pods of that snapshot."""
    found = snapshot_of(run)
    return found[1].pods if found else None


def running(pods: Pods) -> list[Pod]:
    """The listed pods that run."""
    return [pod for pod in pods.list if pod.phase == "Running"]


def recorded(run: Run, path: str) -> Quantity | None:
    """The figure at a dotted path of the record, None where nothing stands there.

    `snapshot` as the first part means the snapshot that `snapshot_of` chooses, `steady` the phase
    that `steady_of` finds; a number is a position in a list, -1 the last.
    """
    part: object = run
    for name in path.split("."):
        if part is run and name == "snapshot":
            found = snapshot_of(run)
            part = found[1] if found else None
        elif part is run and name == "steady":
            steady = steady_of(run)
            part = steady[1] if steady else None
        elif isinstance(part, Mapping):
            part = part.get(name)
        elif isinstance(part, tuple):
            part = part[int(name)] if part else None
        else:
            part = getattr(part, name, None)
    return part if isinstance(part, Quantity) else None


def agree(stated: Quantity, computed: Quantity, unit: Unit) -> bool:
    """Whether both can be the same figure; k6 cuts a share off, so it may be a whole digit more."""
    if unit is SHARE and stated.end is not None:
        start, end = (at + stated.half / 2 for at in (stated.start, stated.end))
        stated = replace(stated, start=start, end=end, half=1.5 * stated.half)
    return stated.agrees_with(computed)


def divide(dividend: Quantity | None, divisor: Quantity | None) -> Quantity | None:
    """The quotient, or None where one side is not known or the divisor is zero."""
    if dividend is None or divisor is None or not divisor.can_divide():
        return None
    return dividend / divisor


def per_second(count: str) -> Compute:
    """A count over the test's duration."""
    return lambda run, values: divide(values.get(count), recorded(run, "load.duration"))


def ratio(dividend: str, divisor: str) -> Compute:
    """One metric over another."""
    return lambda _run, values: divide(values.get(dividend), values.get(divisor))


def stated(path: str) -> Compute:
    """A figure that stands elsewhere in the record."""
    return lambda run, _values: recorded(run, path)


def checks_made(run: Run) -> Quantity | None:
    """passes + fails; where all passed, the passes alone tell."""
    passes, fails = recorded(run, "k6.checks.passes"), recorded(run, "k6.checks.fails")
    rate = recorded(run, "k6.checks.rate")
    if fails is None and rate is not None and rate.start == 1.0:
        return passes
    return passes + fails if passes is not None and fails is not None else None


def checks_rate(run: Run, _values: Values) -> Quantity | None:
    """passes / (passes + fails)."""
    passes, fails = recorded(run, "k6.checks.passes"), recorded(run, "k6.checks.fails")
    return divide(passes, passes + fails) if passes is not None and fails is not None else None


def error_rate(run: Run, _values: Values) -> Quantity | None:
    """Failed requests / requests."""
    return divide(recorded(run, "k6.failed_requests"), recorded(run, "k6.http_reqs.count"))


def pods_listed(run: Run, _values: Values) -> Quantity | None:
    """How many of the listed pods run."""
    pods = pods_of(run)
    if not pods or not pods.list:
        return None
    number = float(len(running(pods)))
    return Quantity(number, number, computed=True)


def total(quantities: Sequence[Quantity | None]) -> Quantity | None:
    """Their sum; None where there are none, or one of them is not known."""
    known = [quantity for quantity in quantities if quantity is not None]
    if not known or len(known) < len(quantities):
        return None
    return reduce(operator.add, known)


def sum_over_pods(figure: Literal["cpu", "memory"]) -> Compute:
    """Sum over the running pods; None unless each of them has the figure."""

    def compute(run: Run, _values: Values) -> Quantity | None:
        pods = pods_of(run)
        return total([getattr(pod, figure) for pod in running(pods)]) if pods else None

    return compute


def mean_over_pods(figure: Literal["cpu", "memory"]) -> Compute:
    """Mean over the running pods; None unless each of them has the figure."""

    def compute(run: Run, values: Values) -> Quantity | None:
        pods = pods_of(run)
        summed = sum_over_pods(figure)(run, values)
        return divide(summed, Quantity.exact(len(running(pods)))) if pods else None

    return compute


def cpu_of_request(run: Run, values: Values) -> Quantity | None:
    """CPU per pod / CPU request of a pod."""
    return divide(values.get("cpu_per_pod"), recorded(run, "deployment.requests.cpu"))


def cache_hit_rate(run: Run, _values: Values) -> Quantity | None:
    """hits / (hits + misses) of the last sample."""
    return divide(recorded(run, "cache.timeline.-1.hits"), cache_lookups(run))


def cost_per_million_requests(run: Run, values: Values) -> Quantity | None:
    """nodes x price per hour / (requests per second x 3,600) x 1,000,000."""
    price = recorded(run, "deployment.node_group.price_per_hour")
    nodes = values.get("nodes")
    if price is None or nodes is None:
        return None
    per_request = divide(nodes * price, values.get("request_rate"))
    return per_request * Quantity.exact(1e6 / 3600) if per_request else None


@dataclass(frozen=True)
class Spread:
    """How unevenly a figure lies over the pods; `of_mean` is (high − low) / mean."""

    low: Quantity
    high: Quantity
    of_mean: Quantity


def cpu_spread(run: Run) -> Spread | None:
    """Spread of CPU over the running pods; None with fewer than two known."""
    pods = pods_of(run)
    known = [pod.cpu for pod in running(pods) if pod.cpu is not None] if pods else []
    mean = mean_over_pods("cpu")(run, {})
    if len(known) < 2 or mean is None:
        return None
    low = min(known, key=lambda quantity: quantity.start)
    high = max(known, key=lambda quantity: quantity.start)
    of_mean = divide(high - low, mean)
    return Spread(low, high, of_mean) if of_mean else None


def shared_nodes(pods: Pods) -> dict[str, list[str]]:
    """Nodes that hold more than one running pod of the service, with those pods' names."""
    held: dict[str, list[str]] = {}
    for pod in running(pods):
        if pod.node:
            held.setdefault(pod.node, []).append(pod.name)
    return {node: names for node, names in held.items() if len(names) > 1}


def nodes_taken(nodes: Nodes) -> float | None:
    """Places of the node group that are taken: active nodes and terminated ones not yet gone."""
    if nodes.active is None or nodes.active.end is None:
        return None
    return nodes.active.end + ((nodes.terminated.end or 0.0) if nodes.terminated else 0.0)


def cache_lookups(run: Run) -> Quantity | None:
    """hits + misses of the last sample."""
    hits = recorded(run, "cache.timeline.-1.hits")
    misses = recorded(run, "cache.timeline.-1.misses")
    return hits + misses if hits is not None and misses is not None else None


def total_time(endpoint: Endpoint) -> Quantity | None:
    """Mean latency x calls: the time that all calls of an endpoint took, in ms."""
    if endpoint.avg is None or endpoint.calls is None:
        return None
    return endpoint.avg * endpoint.calls


def most_time(endpoints: Sequence[Endpoint]) -> tuple[Endpoint, str] | None:
    """The endpoint that weighs most, and by what: "most time", or "slowest p95".

    Total time decides where it is known of all; else the 95th percentile, where that is known.
    """
    for weight, word in ((total_time, "most time"), (lambda one: one.p95, "slowest p95")):
        weights = [weight(endpoint) for endpoint in endpoints]
        known = [found.start for found in weights if found is not None]
        if known and (word != "most time" or len(known) == len(weights)):
            heaviest = max(known)
            position = next(
                n for n, found in enumerate(weights) if found and found.start == heaviest
            )
            return endpoints[position], word
    return None


def currency_of(run: Run) -> str:
    """ISO code of the run's prices, empty where none is recorded."""
    group = run.deployment.node_group if run.deployment else None
    return group.currency if group else ""

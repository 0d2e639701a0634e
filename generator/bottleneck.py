"""What saturates first: how busy each recorded resource is, and the throughput that it allows.

By the utilisation law U = X D, of each resource that a record tells both the use and the size of.
What is not recorded is said, for it may saturate first as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator import figures, scalability
from generator.model import Run
from generator.notebook import Notebook
from generator.systems import Level, Sample, System

NEVER_RECORDED = (
    "database, network, disk, thread and connection pools: a record has no field for their use"
)


@dataclass(frozen=True)
class Resource:
    """One resource of a system at the load with the highest throughput.

    `capacity` and `used` in cores, `each` is D in core-seconds a request, `allows` the throughput
    per second at which it is busy all the time. `limits` is false for what can be exceeded, as a
    CPU request can. `points` are throughput and utilisation of each run; `span` is the least and
    the largest D over the loads.
    """

    name: str
    sized_by: str
    capacity: float
    used: float
    vus: float
    each: float
    allows: float
    limits: bool
    points: tuple[tuple[float, float], ...]
    span: tuple[float, float]

    @property
    def utilisation(self) -> float:
        """Share of the resource in use."""
        return self.used / self.capacity

    def as_json(self) -> dict[str, Any]:
        """The entry of `resources` in data/capacity.json."""
        return {
            "name": self.name,
            "sized_by": self.sized_by,
            "capacity_cores": round(self.capacity, 6),
            "used_cores": round(self.used, 6),
            "at_vus": self.vus,
            "utilisation": round(self.utilisation, 6),
            "demand_core_seconds": round(self.each, 9),
            "allows_per_second": round(self.allows, 4) if self.limits else None,
        }


@dataclass(frozen=True)
class Found:
    """The resources of a system, those that saturate first in front; what is not recorded."""

    resources: tuple[Resource, ...]
    missing: tuple[str, ...]

    @property
    def first(self) -> Resource | None:
        """The resource that saturates first, of those that limit and are recorded."""
        return next((one for one in self.resources if one.limits), None)


Size = Callable[[Notebook, str, Sample], tuple[float, str] | None]
Used = Callable[[Notebook, Sample], float | None]


def of(book: Notebook, system: System) -> Found:
    """How busy the resources of a system are at the load with its highest throughput."""
    top = max(system.levels, key=lambda level: (level.rate, -level.vus))
    found = [one for kind in _KINDS if (one := _resource(book, system, top, *kind))]
    names = {one.name for one in found}
    # What limits is told once: by the narrowest size that is known.
    ordered = sorted(found, key=lambda one: (not one.limits, one.allows))
    return Found(tuple(ordered), tuple(_missing(system, names)))


def _resource(
    book: Notebook, system: System, top: Level, name: str, used: Used, size: Size, limits: bool
) -> Resource | None:
    sized: dict[str, tuple[float, float, str]] = {}
    for sample in system.samples:
        taken, held = used(book, sample), size(book, sample.run, sample)
        if taken is not None and held is not None and held[0] > 0 and sample.cpu_rate > 0:
            sized[sample.run] = (taken, *held)
    here = [sample for sample in top.samples if sample.run in sized]
    if not here:
        return None
    # The run in the middle stands for its load, so that the figures belong to each other.
    chosen = sorted(here, key=lambda one: sized[one.run][0] / one.cpu_rate)[(len(here) - 1) // 2]
    taken, capacity, words = sized[chosen.run]
    each = scalability.demand(taken, chosen.cpu_rate)
    known = [one for one in system.samples if one.run in sized]
    demands = [scalability.demand(sized[one.run][0], one.cpu_rate) for one in known]
    points = [(one.cpu_rate, sized[one.run][0] / sized[one.run][1]) for one in known]
    if each <= 0:
        return None
    return Resource(
        name,
        words,
        capacity,
        taken,
        top.vus,
        each,
        scalability.bound(capacity, each),
        limits,
        tuple(sorted(points)),
        (min(demands), max(demands)),
    )


def _own(_: Notebook, sample: Sample) -> float | None:
    return sample.cpu


def _of_host(_: Notebook, sample: Sample) -> float | None:
    if sample.cpu is None or sample.beside is None:
        return None
    return sample.cpu + sample.beside


def _of_nodes(book: Notebook, sample: Sample) -> float | None:
    nodes = _nodes(book.runs[sample.run])
    return sum(used for used, _ in nodes) if nodes else None


def _limit(book: Notebook, identity: str, _: Sample) -> tuple[float, str] | None:
    return _times_pods(book, identity, "limits", "CPU limit")


def _request(book: Notebook, identity: str, _: Sample) -> tuple[float, str] | None:
    return _times_pods(book, identity, "requests", "CPU request")


def _times_pods(book: Notebook, identity: str, name: str, words: str) -> tuple[float, str] | None:
    each = figures.recorded(book.runs[identity], f"deployment.{name}.cpu")
    pods = book.measurements[identity].get("pods_active")
    if each is None or each.is_range or pods is None or pods.quantity.is_range:
        return None
    return each.start * pods.quantity.start, f"{words} of the {pods.show()} active pods"


def _stated(book: Notebook, identity: str, _: Sample) -> tuple[float, str] | None:
    run = book.runs[identity]
    number = _number(run.deployment.settings if run.deployment else {}, "cores")
    return (number, "deployment.settings.cores") if number else None


def _host(book: Notebook, identity: str, _: Sample) -> tuple[float, str] | None:
    number = _number(book.runs[identity].environment.get("host"), "cores")
    return (number, "environment.host.cores") if number else None


def _capacity(book: Notebook, identity: str, _: Sample) -> tuple[float, str] | None:
    nodes = _nodes(book.runs[identity])
    return (sum(size for _, size in nodes), f"{len(nodes)} nodes by name") if nodes else None


_KINDS: tuple[tuple[str, Used, Size, bool], ...] = (
    ("CPU of the pods", _own, _limit, True),
    ("CPU of the service", _own, _stated, True),
    ("CPU of the nodes", _of_nodes, _capacity, True),
    ("CPU of the host", _of_host, _host, True),
    ("CPU that the pods requested", _own, _request, False),
)
"""Each resource: name, what is used of it, its size, and whether it can't be exceeded."""


def _number(tree: object, name: str) -> float | None:
    value = tree.get(name) if isinstance(tree, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        return None
    return float(value)


def _nodes(run: Run) -> list[tuple[float, float]]:
    """CPU in use and capacity of each running node; empty unless all are known."""
    found = figures.snapshot_of(run)
    nodes = found[1].nodes if found else None
    listed = [node for node in nodes.list if node.state == "running"] if nodes else []
    pairs = [
        (node.cpu.start, node.cpu_capacity.start)
        for node in listed
        if node.cpu and node.cpu_capacity and not (node.cpu.is_range or node.cpu_capacity.is_range)
    ]
    active = nodes.active.start if nodes and nodes.active else float(len(listed))
    return pairs if len(pairs) == len(listed) == active else []


def _missing(system: System, names: set[str]) -> Iterator[str]:
    """What would have to be recorded to say more."""
    if all(sample.cpu is None for sample in system.samples):
        yield "CPU of the service (snapshots: pods.cpu_total, or a table with cpu_cores over time)"
    elif not names & {"CPU of the pods", "CPU of the service"}:
        yield (
            "how much CPU the pods may have (deployment.limits.cpu; without a limit it is the "
            "nodes' cpu_capacity)"
        )
    if not names & {"CPU of the nodes", "CPU of the host"}:
        yield "CPU and capacity of every node (snapshots: nodes.list, from kubectl top nodes)"
    yield NEVER_RECORDED

"""Where the pods are at one moment: nodes with their pods, pods outside, what is at its limit.

This is data; `placement` draws it, `moves` holds two of them against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from generator import display, figures, units
from generator.doubts import known
from generator.measured import Node, Nodes, Pod, Snapshot
from generator.model import Run
from generator.units import Quantity

NEAR_LIMIT = 0.9
"""Share of what pods can have on a node from which the node is said to be at its limit."""


class State(StrEnum):
    """How a pod is, as far as a picture tells it apart."""

    RUNNING = "running"
    TROUBLED = "running with trouble"
    PENDING = "pending"
    TERMINATING = "terminating"
    FAILED = "failed"
    OTHER = "in another phase"


def state_of(pod: Pod) -> State:
    """The state of a pod, from its phase and Kubernetes' own reason."""
    if pod.reason == "Terminating":
        return State.TERMINATING
    if pod.phase == "Running":
        return State.TROUBLED if pod.reason else State.RUNNING
    return {"Pending": State.PENDING, "Failed": State.FAILED}.get(pod.phase, State.OTHER)


def word_of(pod: Pod) -> str:
    """What is said beside the name of a pod that neither runs well nor waits; else nothing."""
    state = state_of(pod)
    if state in (State.RUNNING, State.PENDING):
        return ""
    words = {State.TERMINATING: "Terminating", State.TROUBLED: pod.reason or ""}
    return words.get(state, pod.phase)


@dataclass(frozen=True)
class Place:
    """A node with its pods, or nodes that were counted and not named.

    `limits` says in a few words which of its resources are at their limit.
    """

    name: str
    state: str = "running"
    holds: str = ""
    pods: tuple[Pod, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def replicas(self) -> int:
        """How many of its pods run."""
        return sum(pod.phase == "Running" for pod in self.pods)

    @property
    def crowded(self) -> bool:
        """Whether several replicas run on it."""
        return self.replicas > 1


@dataclass(frozen=True)
class Occupancy:
    """A snapshot's pods in their places.

    `unnamed` are nodes that the source counted and did not name, in one place for all of a state;
    `waiting` is how many pending pods were counted and not listed; `full` says that the node group
    is at its maximum. `affinity` is the deployment's anti-affinity, None where it is not recorded.
    """

    moment: str
    pods: tuple[Pod, ...]
    places: tuple[Place, ...]
    unnamed: tuple[Place, ...] = ()
    waiting: int = 0
    full: str = ""
    affinity: str | None = None
    unnamed_running: int = 0

    def count(self, *states: State) -> int:
        """How many of the listed pods are in one of these states."""
        return sum(state_of(pod) in states for pod in self.pods)

    @property
    def running(self) -> int:
        """How many of the listed pods run, well or not."""
        return sum(pod.phase == "Running" for pod in self.pods)

    @property
    def pending(self) -> int:
        """How many pods wait, listed or only counted."""
        return sum(pod.phase == "Pending" for pod in self.pods) + self.waiting

    @property
    def nodes_up(self) -> int:
        """How many nodes run, named or only counted."""
        return sum(place.state == "running" for place in self.places) + self.unnamed_running

    @property
    def crowded(self) -> tuple[Place, ...]:
        """The places with several replicas, the fullest first."""
        found = [place for place in self.places if place.crowded]
        return tuple(sorted(found, key=lambda place: -place.replicas))

    @property
    def unavoidable(self) -> bool:
        """Whether some replicas must share a node, because there are more of them than nodes."""
        return self.running > self.nodes_up

    @property
    def broken(self) -> bool:
        """Whether replicas share a node though anti-affinity is required."""
        return self.affinity == "required" and bool(self.crowded)

    @property
    def outside(self) -> dict[str, list[Pod]]:
        """Pods on no node, by why they are there."""
        groups: dict[str, list[Pod]] = {}
        for pod in self.pods:
            if not pod.node:
                pending = f"Pending: {pod.reason or 'no reason recorded'}"
                reason = pending if pod.phase == "Pending" else "Node not recorded"
                groups.setdefault(reason, []).append(pod)
        if self.waiting > 0:
            groups[f"Pending: {self.waiting:,} more, not named"] = []
        return groups


def of(run: Run, at: int | None = None) -> Occupancy | None:
    """The pods in the run's snapshot at position `at`, else in the one that its metrics are taken
    from; None where no pod is listed there.
    """
    found = figures.snapshot_of(run)
    if found is None:
        return None
    snapshot = found[1] if at is None else run.snapshots[at]
    pods = snapshot.pods
    if not pods or not pods.list:
        return None
    places = tuple(_places(run, pods.list, snapshot.nodes))
    missing = dict(_missing(places, snapshot.nodes))
    listed = sum(pod.phase == "Pending" for pod in pods.list)
    return Occupancy(
        snapshot.moment,
        pods.list,
        places,
        tuple(_unnamed(missing)),
        max(0, _count(pods.pending) - listed),
        _full(run, snapshot),
        run.deployment.pod_anti_affinity if run.deployment else None,
        missing.get("running", 0),
    )


def _places(run: Run, pods: Iterable[Pod], listed: Nodes | None) -> Iterator[Place]:
    """The nodes in the order of the record, then those that only pods name."""
    held: dict[str, list[Pod]] = {}
    for pod in pods:
        if pod.node:
            held.setdefault(pod.node, []).append(pod)
    for node in listed.list if listed else ():
        here = tuple(held.pop(node.name, ()))
        yield Place(node.name, node.state, node.holds or "", here, tuple(_limits(run, node, here)))
    for name, pods_here in held.items():
        yield Place(name, pods=tuple(pods_here))


def _limits(run: Run, node: Node, pods: Sequence[Pod]) -> Iterator[str]:
    """What of a node is used up, or has no room for one more pod of the service.

    Other pods reserve as well and are not on record, so there may be no room long before this.
    """
    if node.state != "running":
        return
    scheduled = sum(pod.phase in ("Running", "Pending") for pod in pods)
    for label, used, capacity, name in (
        ("CPU", node.cpu, node.cpu_capacity, "cpu"),
        ("memory", node.memory, node.memory_capacity, "memory"),
    ):
        share = known(figures.divide(used, capacity))
        if share is not None and share.start >= NEAR_LIMIT - 1e-9:
            yield f"{label} {share.start * 100:.0f} %"
            continue
        request = known(figures.recorded(run, f"deployment.requests.{name}"))
        most = known(capacity)
        if request and most and (scheduled + 1) * request.start > most.start * (1 + 1e-9):
            yield f"no {label} for one more pod"


def _count(quantity: Quantity | None) -> int:
    """A recorded count; zero where it is a range, approximate or beyond all sense."""
    if quantity is None or not quantity.is_exact or not 0 <= quantity.start < 1e6:
        return 0
    return int(quantity.start)


def _missing(places: Sequence[Place], counted: Nodes | None) -> Iterator[tuple[str, int]]:
    """How many nodes of a state were counted and are not listed."""
    if counted is None:
        return
    for number, state in ((counted.active, "running"), (counted.terminated, "terminated")):
        missing = _count(number) - sum(place.state == state for place in places)
        if missing > 0:
            yield state, missing


def _unnamed(missing: dict[str, int]) -> Iterator[Place]:
    for state, number in missing.items():
        name = f"{number:,} more {'node' if number == 1 else 'nodes'}"
        yield Place(name, "not named" if state == "running" else state)


def _full(run: Run, snapshot: Snapshot) -> str:
    """That the node group has no place left, as far as it is recorded; else nothing."""
    nodes = snapshot.nodes
    group = run.deployment.node_group if run.deployment else None
    limit = known(nodes.maximum if nodes and nodes.maximum else group.max if group else None)
    taken = figures.nodes_taken(nodes) if nodes else None
    if nodes is None or limit is None or taken is None or taken < limit.start:
        return ""
    shown = display.show(limit, units.COUNT)
    gone = _count(nodes.terminated)
    by = f", {gone:,} of them by {'a terminated node' if gone == 1 else 'terminated nodes'}"
    return f"Node group at its maximum: all {shown} places taken{by if gone else ''}"

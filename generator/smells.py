"""Smells: what a healthy cluster does not show under load, each with its evidence.

They contradict nothing; they say what the figures of the run depend on. One small function per
smell: from a run to its doubts. They look at the snapshot that the cluster metrics are taken from.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator import display, figures
from generator.doubts import Doubt, known
from generator.figures import divide
from generator.measured import Pods, Snapshot
from generator.model import Run
from generator.units import CORES, COUNT, RATIO, Quantity
from generator.yamltree import Path

SKEW = 0.5
"""(highest - lowest) / mean of the pods' CPU from which the load is called uneven."""

FAR_OVER_REQUEST = 1.5
FAR_UNDER_REQUEST = 0.3
"""CPU in use over CPU requested: beyond the first the scheduler packs pods by too small a figure,
below the second most of what is reserved is idle."""


def pending(run: Run) -> Iterator[Doubt]:
    """Pods that found no node took no load."""
    for path, _, pods in _at_peak(run):
        number = known(pods.pending)
        listed = [pod for pod in pods.list if pod.phase == "Pending"]
        count = number.start if number else float(len(listed))
        if count:
            of = f" of {display.show(pods.desired, COUNT)}" if known(pods.desired) else ""
            reasons = dict.fromkeys(pod.reason for pod in listed if pod.reason)
            why = f": {'; '.join(list(reasons)[:3])}" if reasons else ""
            are = "pod is" if count == 1 and not of else "pods are" if count > 1 else "pods is"
            message = f"{display.show(Quantity.exact(count), COUNT)}{of} {are} pending{why}"
            hint = "the figures are those of fewer pods than were asked for"
            yield Doubt((*path, "pending"), message, hint, ((*path, "active"),))


def never_ran(run: Run) -> Iterator[Doubt]:
    """Replicas that were asked for and are neither running nor pending."""
    for path, _, pods in _at_peak(run):
        desired, active, waiting = (known(n) for n in (pods.desired, pods.active, pods.pending))
        if desired is None or active is None:
            continue
        missing = desired.start - active.start - (waiting.start if waiting else 0.0)
        if missing > 0 and waiting is None:
            message = (
                f"{display.show(Quantity.exact(missing), COUNT)} of "
                f"{display.show(desired, COUNT)} replicas never ran"
            )
            hint = "look for pending or failed pods, or a quota"
            yield Doubt((*path, "desired"), message, hint, ((*path, "active"),))


def crowded(run: Run) -> Iterator[Doubt]:
    """Several replicas on one node share its CPU, and fail together with it."""
    affinity = run.deployment.pod_anti_affinity if run.deployment else None
    if affinity == "required":
        return  # then it is a contradiction, and another check says so
    for path, _, pods in _at_peak(run):
        for node, names in figures.shared_nodes(pods).items():
            rule = f"; anti-affinity is {affinity}" if affinity else ""
            message = f"{len(names)} replicas run on {node}{rule}"
            hint = "required anti-affinity or topology spread keeps them apart"
            yield Doubt((*path, "list"), message, hint)


def skewed(run: Run) -> Iterator[Doubt]:
    """CPU spread unevenly over the pods: the mean is not what any of them saw."""
    spread = figures.cpu_spread(run)
    for path, _, _ in _at_peak(run):
        if spread and spread.of_mean.start > SKEW:
            message = (
                f"CPU lies between {display.show(spread.low, CORES)} and "
                f"{display.show(spread.high, CORES)} over the pods, "
                f"{display.show(spread.of_mean, RATIO)} of their mean"
            )
            yield Doubt((*path, "list"), message, "look at how requests are spread over the pods")


def far_from_request(run: Run) -> Iterator[Doubt]:
    """CPU in use far over or under what the pods request."""
    request = known(figures.recorded(run, "deployment.requests.cpu"))
    mean = figures.mean_over_pods("cpu")(run, {}) or figures.recorded(
        run, "snapshot.pods.cpu_per_pod"
    )
    share = known(divide(mean, request))
    for path, _, _ in _at_peak(run):
        if share is None or FAR_UNDER_REQUEST <= share.start <= FAR_OVER_REQUEST:
            continue
        message = (
            f"a pod uses {display.show(mean, CORES)}, {display.show(share, RATIO)} of the "
            f"{display.show(request, CORES)} that it requests"
        )
        over = share.start > FAR_OVER_REQUEST
        hint = "the scheduler packs pods by too small a figure" if over else "most of it is idle"
        concerns: tuple[Path, ...] = ((*path, "cpu_per_pod"), (*path, "list"))
        yield Doubt(("deployment", "requests", "cpu"), message, hint, concerns)


def at_node_limit(run: Run) -> Iterator[Doubt]:
    """The node group is full: nothing can be added under load."""
    for path, snapshot, _ in _at_peak(run):
        nodes = snapshot.nodes
        group = run.deployment.node_group if run.deployment else None
        most = nodes.maximum if nodes and nodes.maximum else group.max if group else None
        limit = known(most)
        taken = figures.nodes_taken(nodes) if nodes else None
        if nodes and limit and taken is not None and taken == limit.start:
            gone = known(nodes.terminated)
            number = gone.start if gone else 0.0
            by = "a terminated node" if number == 1 else "terminated nodes"
            held = f", {display.show(gone, COUNT)} of them by {by}" if number else ""
            message = f"all {display.show(limit, COUNT)} places of the node group are taken{held}"
            where: Path = (*path[:-1], "nodes", "active")
            hint = "more pods would stay pending"
            yield Doubt(where, message, hint, ((*path[:-1], "nodes", "maximum"),))


def autoscaler_at_maximum(run: Run) -> Iterator[Doubt]:
    """The autoscaler asks for as many replicas as it may: it would ask for more."""
    for position, snapshot in enumerate(run.snapshots):
        for number, scaler in enumerate(snapshot.autoscalers):
            most, now = known(scaler.max), known(scaler.replicas)
            if most is not None and now is not None and now.start >= most.start:
                targets = f" ({', '.join(scaler.targets)})" if scaler.targets else ""
                message = f"{scaler.name} stands at its maximum of {display.show(most, COUNT)}"
                path: Path = ("snapshots", position, "autoscalers", number, "replicas")
                yield Doubt(path, message + targets, "raise the maximum, or find what limits a pod")


def _at_peak(run: Run) -> Iterator[tuple[Path, Snapshot, Pods]]:
    found = figures.snapshot_of(run)
    if found:
        position, snapshot = found
        yield ("snapshots", position, "pods"), snapshot, snapshot.pods or Pods()

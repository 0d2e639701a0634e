"""Checks of what the cluster and the cache reported: pods, nodes, CPU, hits and misses.

One small function per check: from a run to its doubts.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from generator import display, figures
from generator.doubts import Doubt, contradiction, exceeds, known
from generator.figures import divide
from generator.measured import Pods
from generator.model import Run
from generator.units import CORES, COUNT, RATIO, SHARE, Quantity
from generator.yamltree import Path


def pods_counted(run: Run) -> Iterator[Doubt]:
    """Pods active and pending as counted against the pods that are listed."""
    for path, pods in _pods(run):
        if not pods.list:
            continue
        for name, phase in (("active", "Running"), ("pending", "Pending")):
            number = sum(pod.phase == phase for pod in pods.list)
            yield from contradiction(
                (*path, name),
                getattr(pods, name),
                Quantity.exact(number),
                COUNT,
                f"the pods listed as {phase}",
            )


def pods_summed(run: Run) -> Iterator[Doubt]:
    """CPU of all pods, and per pod, as stated against the CPU of the pods that are listed."""
    for path, pods in _pods(run):
        listed = figures.running(pods)
        total = figures.total([pod.cpu for pod in listed])
        mean = divide(total, Quantity.exact(len(listed)))
        for name, stated, computed, word in (
            ("cpu_total", pods.cpu_total, total, "sum"),
            ("cpu_per_pod", pods.cpu_per_pod, mean, "mean"),
        ):
            formula = f"the {word} over {len(listed)} pods"
            yield from contradiction((*path, name), stated, computed, CORES, formula)


def cpu_shares(run: Run) -> Iterator[Doubt]:
    """Each pod's stated share of its CPU request against its CPU and the request."""
    request = figures.recorded(run, "deployment.requests.cpu")
    for path, pods in _pods(run):
        for position, pod in enumerate(pods.list):
            yield from contradiction(
                (*path, "list", position, "cpu_of_request"),
                pod.cpu_of_request,
                divide(pod.cpu, request),
                RATIO,
                f"{display.show(pod.cpu, CORES)} / {display.show(request, CORES)}",
            )


def pending_reasons(run: Run) -> Iterator[Doubt]:
    """A pending pod says why it is pending."""
    for path, pods in _pods(run):
        silent = [pod.name for pod in pods.list if pod.phase == "Pending" and not pod.reason]
        if silent:
            number = "a pod is" if len(silent) == 1 else f"{len(silent)} pods are"
            message = f"{number} pending without a reason"
            yield Doubt((*path, "list"), message, "kubectl describe pod says why")


def affinity_kept(run: Run) -> Iterator[Doubt]:
    """Where anti-affinity is required no two pods run on one node."""
    if run.deployment is None or run.deployment.pod_anti_affinity != "required":
        return
    for path, pods in _pods(run):
        for node, names in figures.shared_nodes(pods).items():
            message = f"{len(names)} pods run on {node}, though anti-affinity is required"
            yield Doubt((*path, "list"), message, "the setting, or a pod's node, is wrong")


def nodes_counted(run: Run) -> Iterator[Doubt]:
    """Active nodes against the nodes that hold pods, and against the most that there may be."""
    for position, snapshot in enumerate(run.snapshots):
        active = known(snapshot.nodes.active) if snapshot.nodes else None
        if snapshot.nodes is None or active is None:
            continue
        path: Path = ("snapshots", position, "nodes", "active")
        holding = {pod.node for pod in figures.running(snapshot.pods)} if snapshot.pods else set()
        holding.discard(None)
        if exceeds(Quantity.exact(len(holding)), active):
            shown = display.show(active, COUNT)
            message = f"{len(holding)} nodes hold pods, more than the {shown} active"
            yield Doubt(path, message, "one of them is wrong")
        group = run.deployment.node_group if run.deployment else None
        for most in (snapshot.nodes.maximum, group.max if group else None):
            if (limit := known(most)) and exceeds(active, limit):
                shown = display.show(active, COUNT)
                message = f"{shown} nodes are active, more than the maximum of "
                yield Doubt(path, message + display.show(limit, COUNT), "one of them is wrong")
                break


def cache_rates(run: Run) -> Iterator[Doubt]:
    """Each stated cache hit rate against its hits and misses."""
    for position, sample in enumerate(run.cache.timeline if run.cache else ()):
        if sample.hits is None or sample.misses is None:
            continue
        yield from contradiction(
            ("cache", "timeline", position, "hit_rate"),
            sample.hit_rate,
            divide(sample.hits, sample.hits + sample.misses),
            SHARE,
            f"{display.show(sample.hits, COUNT)} hits and "
            f"{display.show(sample.misses, COUNT)} misses",
        )


def cache_order(run: Run) -> Iterator[Doubt]:
    """Time, hits and misses of the cache only ever grow."""
    timeline = run.cache.timeline if run.cache else ()
    for position, (before, after) in enumerate(pairwise(timeline), start=1):
        for name in ("time", "hits", "misses"):
            low, high = known(getattr(before, name)), known(getattr(after, name))
            if low is not None and high is not None and exceeds(low, high):
                message = f"{name} went down from the sample before"
                hint = "order the samples by time; a restart of the counters is a run of its own"
                yield Doubt(("cache", "timeline", position, name), message, hint)


def _pods(run: Run) -> Iterator[tuple[Path, Pods]]:
    for position, snapshot in enumerate(run.snapshots):
        if snapshot.pods:
            yield ("snapshots", position, "pods"), snapshot.pods

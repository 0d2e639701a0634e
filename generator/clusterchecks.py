"""Checks of what the cluster reported: pods, nodes, CPU.

One small function per check: from a run to its doubts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from generator import display, figures
from generator.doubts import Doubt, contradiction, exceeds, known
from generator.figures import divide
from generator.measured import Pods
from generator.model import Run
from generator.units import CORES, COUNT, RATIO, Quantity
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
                ((*path, "list"),),
            )


def pods_desired(run: Run) -> Iterator[Doubt]:
    """Pods active and pending against those desired, and those against the replicas."""
    scaled = any(snapshot.autoscalers for snapshot in run.snapshots)
    replicas = None if scaled else figures.recorded(run, "deployment.replicas")
    for path, pods in _pods(run):
        active, pending = known(pods.active), known(pods.pending)
        if active is not None and pending is not None:
            yield from contradiction(
                (*path, "desired"),
                known(pods.desired),
                active + pending,
                COUNT,
                f"{display.show(active, COUNT)} active + {display.show(pending, COUNT)} pending",
                ((*path, "active"), (*path, "pending")),
            )
        yield from contradiction(
            (*path, "desired"),
            known(pods.desired),
            known(replicas),
            COUNT,
            "the replicas of the deployment",
            (("deployment", "replicas"),),
        )


def named_once(run: Run) -> Iterator[Doubt]:
    """No pod and no node is listed twice."""
    for position, snapshot in enumerate(run.snapshots):
        for kind, part in (("pods", snapshot.pods), ("nodes", snapshot.nodes)):
            names = [one.name for one in part.list] if part else []
            twice = [name for name, number in Counter(names).items() if number > 1]
            if twice:
                path: Path = ("snapshots", position, kind, "list")
                message = f"listed more than once: {', '.join(twice[:5])}"
                yield Doubt(path, message, "remove one, or mend its name")


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
            concerns = tuple(
                (*path, "list", position, "cpu")
                for position, pod in enumerate(pods.list)
                if pod.phase == "Running"
            )
            yield from contradiction((*path, name), stated, computed, CORES, formula, concerns)


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
                ((*path, "list", position, "cpu"), ("deployment", "requests", "cpu")),
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
    """Active nodes against those that hold pods or are listed, and against the most there may be.

    A terminated node takes its place until it is gone.
    """
    group = run.deployment.node_group if run.deployment else None
    for position, snapshot in enumerate(run.snapshots):
        nodes = snapshot.nodes
        if nodes is None:
            continue
        path: Path = ("snapshots", position, "nodes")
        holding = {pod.node for pod in figures.running(snapshot.pods)} if snapshot.pods else set()
        holding.discard(None)
        listed = {node.name for node in nodes.list if node.state == "running"}
        active = known(nodes.active)
        for number, words in (
            (len(holding), "nodes hold pods"),
            (len(listed), "running nodes are listed"),
        ):
            if active is not None and exceeds(Quantity.exact(number), active):
                shown = display.show(active, COUNT)
                message = f"{number} {words}, more than the {shown} active"
                yield Doubt((*path, "active"), message, "one of them is wrong")
                break
        terminated = known(nodes.terminated)
        gone = terminated if terminated and terminated.start else None
        taken = active + gone if active and gone else active
        yield from contradiction(
            (*path, "maximum"),
            known(nodes.maximum),
            known(group.max) if group else None,
            COUNT,
            "the maximum of the node group",
            (("deployment", "node_group", "max"),),
        )
        for most in (nodes.maximum, group.max if group else None):
            if not (limit := known(most)):
                continue
            shown_limit = display.show(limit, COUNT)
            if taken is not None and exceeds(taken, limit):
                also = " or terminated" if gone else ""
                message = f"{display.show(taken, COUNT)} nodes are active{also}, more than the "
                message += f"maximum of {shown_limit}"
                yield Doubt((*path, "active"), message, "one of them is wrong")
            desired = known(nodes.desired)
            if desired is not None and exceeds(desired, limit):
                message = f"{display.show(desired, COUNT)} nodes are desired, more than the "
                message += f"maximum of {shown_limit}"
                yield Doubt((*path, "desired"), message, "one of them is wrong")
            break


def _pods(run: Run) -> Iterator[tuple[Path, Pods]]:
    for position, snapshot in enumerate(run.snapshots):
        if snapshot.pods:
            yield ("snapshots", position, "pods"), snapshot.pods

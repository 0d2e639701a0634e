"""A record's snapshot and deployment from what was seen of a cluster, with what was left out.

Which pods belong to the service is for the engineer to say, with `-n` or `-l`: all pods are kept,
but where several namespaces are listed those of the platform are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from generator.errors import Level, Problem
from generator.importers import kube_quantity, spelled
from generator.importers.cluster import Cluster, Node, Pod, of_platform
from generator.importers.source import Source, Wishes


def fields(
    cluster: Cluster, source: Source, wishes: Wishes, note: str = ""
) -> tuple[dict[str, Any], list[Problem]]:
    """The fields `snapshots` and `deployment`, as far as the source has them, and the doubts.

    Problems are put to the first line of `source`; no fields where nothing was seen.
    """
    doubts: list[Problem] = []

    def doubt(code: str, message: str, hint: str = "") -> None:
        doubts.append(source.problem(1, code, message, hint, level=Level.WARNING))

    pods = _own_pods(cluster, doubt)
    snapshot: dict[str, Any] = {"moment": wishes.moment}
    listed = list(_pods(cluster, pods, doubt))
    desired = _desired(cluster, doubt)
    if listed or desired is not None:
        stated = {} if desired is None else {"desired": desired}
        snapshot["pods"] = {**stated, **({"list": listed} if listed else {})}
    if nodes := list(_nodes(cluster, doubt)):
        snapshot["nodes"] = {"list": nodes}
    if scalers := [
        one for (space, _), one in cluster.autoscalers.items() if not of_platform(space)
    ]:
        snapshot["autoscalers"] = scalers
    if cluster.repeated:
        names = _some(list(cluster.repeated))
        doubt(
            "import-repeated",
            f"usage is stated more than once and differs, the last figure was kept: {names}",
            "give one output of a moment; --moment takes another into a snapshot of its own",
        )
    if cluster.passed_over:
        message = f"{cluster.passed_over:,} further pods and nodes were left out"
        doubt("import-too-many", message, "narrow the command to the service: -n, -l")
    found: dict[str, Any] = {}
    if len(snapshot) > 1:
        found["snapshots"] = [{**snapshot, **_time(cluster, wishes, doubt), **_noted(note)}]
    if deployment := _deployment(pods, doubt):
        found["deployment"] = deployment
    return found, doubts


Doubt = Callable[..., None]


def _own_pods(cluster: Cluster, doubt: Doubt) -> list[Pod]:
    """The pods of the service: all, without those of the platform if there are others."""
    pods = list(cluster.pods.values())
    own = [pod for pod in pods if not of_platform(pod.namespace)]
    if own and len(own) < len(pods):
        platform = _some(sorted({pod.namespace for pod in pods if of_platform(pod.namespace)}))
        message = (
            f"{spelled.counted(len(pods) - len(own), 'pod')} of the platform left out ({platform})"
        )
        doubt("import-platform-pods", f"{message}, {len(own)} kept")
    kept = own or pods
    spaces = sorted({pod.namespace for pod in kept if pod.namespace})
    if len(spaces) > 1:
        message = f"pods of {len(spaces)} namespaces were kept: {_some(spaces)}"
        doubt("import-several-namespaces", message, "kubectl -n takes only the service's")
    return kept


def _pods(cluster: Cluster, pods: Sequence[Pod], doubt: Doubt) -> Iterator[dict[str, Any]]:
    failures, unlisted = dict(cluster.failures), 0
    for pod in pods:
        keys = ((pod.namespace, pod.name), ("", pod.name))
        why = next((failures.pop(key)[1] for key in keys if key in failures), None)
        placed = next((cluster.placed[key] for key in keys if key in cluster.placed), None)
        if not pod.namespace and placed is None:
            nodes = {node for (_, name), node in cluster.placed.items() if name == pod.name}
            placed = nodes.pop() if len(nodes) == 1 else None
        yield _present(
            name=pod.name,
            node=pod.node or placed,
            phase=pod.phase,
            reason=(why or pod.reason) if pod.phase == "Pending" else pod.reason,
            cpu=None if pod.cpu is None else kube_quantity.cpu(pod.cpu),
            memory=None if pod.memory is None else kube_quantity.memory(pod.memory),
            restarts=pod.restarts,
        )
    unlisted = sum(not of_platform(namespace) for namespace, _ in failures)
    if unlisted:
        number = spelled.counted(unlisted, "pod")
        message = f"events tell of {number} without a node, not in any list of pods"
        doubt("import-events-without-pods", message, "give the output of kubectl get pods too")


def _nodes(cluster: Cluster, doubt: Doubt) -> Iterator[dict[str, Any]]:
    silent = []
    for node in cluster.nodes.values():
        if node == Node(node.name):
            silent.append(node.name)
            continue
        state = None if node.ready is None else "running" if node.ready else "not ready"
        amounts = {
            "cpu": node.cpu,
            "cpu_capacity": node.cpu_capacity,
            "memory": node.memory,
            "memory_capacity": node.memory_capacity,
        }
        yield _present(
            name=node.name,
            state=state,
            type=node.type,
            holds=node.requested or None,
            **{name: _amount(name, value) for name, value in amounts.items()},
        )
    if silent:
        message = f"nodes that report nothing were left out: {_some(silent)}"
        doubt("import-silent-nodes", message, "kubectl get nodes says whether they are ready")


def _amount(name: str, value: Decimal | None) -> str | int | None:
    if value is None:
        return None
    is_cpu = name.startswith("cpu")
    return kube_quantity.cpu(value) if is_cpu else kube_quantity.memory(value)


def _desired(cluster: Cluster, doubt: Doubt) -> int | None:
    """Replicas asked for, where one workload says it: a Deployment before its ReplicaSets."""
    own = {key: n for key, n in cluster.workloads.items() if not of_platform(key[1])}
    for kind in ("Deployment", "StatefulSet", "HorizontalPodAutoscaler", "ReplicaSet"):
        # The ReplicaSets of older revisions stay, with no replicas.
        found = {
            name: n
            for (its, _, name), n in own.items()
            if its == kind and (n or its != "ReplicaSet")
        }
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            message = (
                f"replicas asked for are not recorded: there are several, {_some(list(found))}"
            )
            doubt("import-several-workloads", message, "name the service's in the command")
            return None
    return None


def _deployment(pods: Sequence[Pod], doubt: Doubt) -> dict[str, Any]:
    """Requests, limits and anti-affinity, where all pods that are not over agree."""
    specs = [pod.spec for pod in pods if pod.spec and pod.phase not in ("Succeeded", "Failed")]
    found: dict[str, Any] = {}
    differ = []

    def agreed(name: str) -> Any:
        values = {getattr(spec, name) for spec in specs}
        if len(values) > 1:
            differ.append(name.replace("_", " "))
        return values.pop() if len(values) == 1 else None

    for side in ("requests", "limits"):
        cpu, memory = (agreed(f"{name}_{side.removesuffix('s')}") for name in ("cpu", "memory"))
        amounts = _present(
            cpu=None if cpu is None else kube_quantity.cpu(cpu),
            memory=None if memory is None else kube_quantity.memory(memory),
        )
        if amounts:
            found[side] = amounts
    if (affinity := agreed("anti_affinity")) is not None:
        found["pod_anti_affinity"] = affinity
    if differ:
        message = f"the pods do not agree, so these were left out: {', '.join(differ)}"
        doubt("import-pods-differ", message, "kubectl -l takes only the service's pods")
    return found


def _time(cluster: Cluster, wishes: Wishes, doubt: Doubt) -> dict[str, str]:
    """When the snapshot was taken: as given, else as the source says."""
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            read(wishes.time.strip())
        except ValueError:
            continue
        return {"time": wishes.time.strip()}
    if wishes.time.strip():
        message = "the time of the snapshot is no date and was left out"
        doubt("import-time", message, "write 2026-01-02T17:38:07Z")
    return {"time": cluster.measured} if cluster.measured else {}


def _noted(note: str) -> dict[str, str]:
    return {"note": note} if note else {}


def _present(**figures: Any) -> dict[str, Any]:
    return {name: figure for name, figure in figures.items() if figure is not None}


def _some(names: Sequence[str], most: int = 5) -> str:
    """The first few names of many, none of them so long that a message becomes unreadable."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(name if len(name) <= 63 else f"{name[:62]}…" for name in names[:most]) + more

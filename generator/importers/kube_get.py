"""The tables of `kubectl get`: pods, nodes, autoscalers, events, workloads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from generator.importers import spelled
from generator.importers.cluster import Cluster, Pod
from generator.importers.kube_tables import Row, Table

PHASE_OF = {
    **dict.fromkeys(("Running", "CrashLoopBackOff", "Terminating"), "Running"),
    **dict.fromkeys(
        (
            *("Pending", "ContainerCreating", "PodInitializing", "ImagePullBackOff"),
            *("ErrImagePull", "ErrImageNeverPull", "InvalidImageName", "SchedulingGated"),
            *("CreateContainerConfigError", "CreateContainerError"),
        ),
        "Pending",
    ),
    **dict.fromkeys(("Completed", "Succeeded"), "Succeeded"),
    **dict.fromkeys(
        (
            *("Failed", "Error", "Evicted", "OOMKilled", "ContainerCannotRun", "DeadlineExceeded"),
            *("NodeAffinity", "Preempting", "UnexpectedAdmissionError", "OutOfcpu", "OutOfmemory"),
            *("NodeShutdown", "Terminated", "StartError"),
        ),
        "Failed",
    ),
}
"""The phase that the pod's status, as kubectl prints it, belongs to; `Unknown` for any other."""

NO_REASON = frozenset({"Running", "Pending", "Completed", "Succeeded", "Failed", "Unknown"})
"""Statuses that say no more than the phase does."""


def read(table: Table, cluster: Cluster) -> None:
    """Take a table's rows into the cluster; one that is not of `kubectl get` does nothing."""
    take = _READERS.get(table.kind)
    for row in table.rows if take else ():
        if take:
            take(row, cluster)


def set_phase(pod: Pod, status: str) -> None:
    """Phase and reason of a pod from its status as kubectl prints it: `Init:0/1`, `Running`."""
    pod.phase = "Pending" if status.startswith("Init:") else PHASE_OF.get(status, "Unknown")
    pod.reason = None if status in NO_REASON else spelled.line(status)


def failure(cluster: Cluster, namespace: str, pod: str, when: float, message: object) -> None:
    """Note why a pod was not placed; the latest reason holds."""
    text = spelled.line(message)
    before = cluster.failures.get((namespace, pod))
    if text and (before is None or when >= before[0]):
        cluster.failures[namespace, pod] = (when, text)


def _bare(name: str) -> str:
    """A name without its type: `pod/backend-1` is `backend-1`."""
    return name.rpartition("/")[2]


def _pod(row: Row, cluster: Cluster) -> None:
    cells = row.cells
    pod = cluster.pod(_bare(cells["NAME"]), cells.get("NAMESPACE", ""))
    set_phase(pod, cells["STATUS"])
    pod.restarts = int(cells["RESTARTS"].split()[0])
    node = cells.get("NODE", "<none>")
    if not node.startswith("<"):
        pod.node = node


def _node(row: Row, cluster: Cluster) -> None:
    node = cluster.node(_bare(row.cells["NAME"]))
    states = row.cells["STATUS"].split(",")
    if "Ready" in states or "NotReady" in states:
        node.ready = "Ready" in states
    labels = _INSTANCE_LABEL.search(row.cells.get("LABELS", ""))
    stated = labels["type"] if labels else row.cells.get("INSTANCE-TYPE", "<none>")
    if not stated.startswith("<"):
        node.type = stated


_INSTANCE_LABEL = re.compile(r"(?:^|,)node\.kubernetes\.io/instance-type=(?P<type>[^,\s]{1,100})")


def _autoscaler(row: Row, cluster: Cluster) -> None:
    cells = row.cells
    name = _bare(cells["NAME"])
    found: dict[str, object] = {"name": name}
    for field, heading in (("min", "MINPODS"), ("max", "MAXPODS"), ("replicas", "REPLICAS")):
        if cells.get(heading, "").isdecimal():
            found[field] = int(cells[heading])
    targets = [spelled.line(target) for target in cells["TARGETS"].split(", ")]
    targets = [target for target in targets if target and target not in ("<none>", "<unknown>")]
    if targets:
        found["targets"] = targets
    cluster.autoscalers[cells.get("NAMESPACE", ""), name] = found


def _event(row: Row, cluster: Cluster) -> None:
    cells = row.cells
    kind, _, pod = cells.get("OBJECT", "").rpartition("/")
    if not kind and cells.get("KIND") == "Pod":  # kubectl before 1.12
        kind, pod = "pod", cells.get("NAME", "").rpartition(".")[0]
    if kind.lower() in ("pod", "pods") and cells["REASON"] == "FailedScheduling" and pod:
        namespace = cells.get("NAMESPACE", "")
        failure(cluster, namespace, pod, -_age(cells["LAST SEEN"]), cells["MESSAGE"])


def _age(written: str) -> float:
    """Seconds of an age as kubectl prints it: `2m3s`, `4h17m`, `3d`; `<unknown>` is very old."""
    parts = re.findall(r"(\d{1,9})([smhdy])", written.split()[0])
    sizes = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "y": 31_536_000}
    return float(sum(int(number) * sizes[unit] for number, unit in parts)) if parts else 1e12


def _workload(kind: str) -> Callable[[Row, Cluster], None]:
    def take(row: Row, cluster: Cluster) -> None:
        cells: Mapping[str, str] = row.cells
        desired = cells.get("DESIRED") or cells["READY"].partition("/")[2]
        if desired.isdecimal():
            key = (kind, cells.get("NAMESPACE", ""), _bare(cells["NAME"]))
            cluster.workloads[key] = int(desired)

    return take


_READERS: Mapping[str, Callable[[Row, Cluster], None]] = {
    "pods": _pod,
    "nodes": _node,
    "autoscalers": _autoscaler,
    "events": _event,
    "deployments": _workload("Deployment"),
    "replicasets": _workload("ReplicaSet"),
    "statefulsets": _workload("StatefulSet"),
}

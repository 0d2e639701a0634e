"""The JSON of `kubectl get -o json`: pods, nodes, autoscalers, events, workloads, metrics.

Only what a record has a field for is looked at: environment, commands and annotations, which can
hold secrets, are never touched. An object that is not as the API has it is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from generator.importers import kube_get, kube_quantity, kube_top, spelled
from generator.importers.cluster import Cluster, Pod, Spec
from generator.importers.shapes import is_count, mapping, sequence

PHASES = ("Running", "Pending", "Succeeded", "Failed", "Unknown")


def read(document: object, cluster: Cluster) -> tuple[int, int]:
    """Take the objects of a document into the cluster: how many were read, how many left out."""
    read, left_out = 0, 0
    for kind, item in _objects(document):
        take = _READERS.get(kind)
        if take and spelled.name(mapping(item.get("metadata")).get("name")):
            take(item, cluster)
            read += 1
        else:
            left_out += 1
    return read, left_out


def _objects(document: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects of a document with their kind; in a list of one kind they don't repeat it."""
    outer = mapping(document)
    kind = str(outer.get("kind", ""))
    if "items" not in outer:
        yield kind, outer
        return
    for item in sequence(outer.get("items")):
        one = mapping(item)
        yield str(one.get("kind") or kind.removesuffix("List")), one


def _pod(item: Mapping[str, Any], cluster: Cluster) -> None:
    metadata, spec, status = (mapping(item.get(part)) for part in ("metadata", "spec", "status"))
    name = spelled.name(metadata.get("name"))
    if not name:
        return
    pod = cluster.pod(name, spelled.name(metadata.get("namespace")))
    pod.node = spelled.name(spec.get("nodeName")) or pod.node
    if status.get("phase") in PHASES:
        pod.phase = str(status["phase"])
        pod.reason = _reason(status, bool(metadata.get("deletionTimestamp"))) or None
    restarts = [
        mapping(one).get("restartCount") for one in sequence(status.get("containerStatuses"))
    ]
    counted = [number for number in restarts if is_count(number)]
    if counted:
        pod.restarts = sum(counted)
    if spec.get("containers"):
        pod.spec = _spec(spec, mapping(metadata.get("labels")))
    _unplaced(status, pod, cluster)


def _unplaced(status: Mapping[str, Any], pod: Pod, cluster: Cluster) -> None:
    """What the scheduler says of a pod that it could not place."""
    for condition in map(mapping, sequence(status.get("conditions"))):
        is_placed = condition.get("status") != "False"
        if condition.get("type") == "PodScheduled" and not is_placed and pod.phase == "Pending":
            when = spelled.unix_time(condition.get("lastTransitionTime")) or 0.0
            message = condition.get("message") or condition.get("reason")
            kube_get.failure(cluster, pod.namespace, pod.name, when, message)


def _reason(status: Mapping[str, Any], terminating: bool) -> str:
    """Why a pod is not simply running, in Kubernetes' own word."""
    if terminating:
        return "Terminating"
    if status.get("reason"):
        return spelled.line(status["reason"])
    for part in ("initContainerStatuses", "containerStatuses"):
        for one in map(mapping, sequence(status.get(part))):
            state = mapping(one.get("state"))
            ended = mapping(state.get("terminated"))
            waiting = spelled.line(mapping(state.get("waiting")).get("reason"))
            failed = spelled.line(ended.get("reason")) if ended.get("exitCode") else ""
            if (waiting and waiting != "PodInitializing") or failed:
                return waiting or failed
    return ""


def _spec(spec: Mapping[str, Any], labels: Mapping[str, Any]) -> Spec:
    """What the pod asks for, summed over its containers and those that run beside them."""
    beside = [
        one
        for one in map(mapping, sequence(spec.get("initContainers")))
        if one.get("restartPolicy") == "Always"
    ]
    containers = [*map(mapping, sequence(spec.get("containers"))), *beside]
    of_pod = mapping(spec.get("resources"))

    def total(side: str, resource: str) -> Decimal | None:
        stated = mapping(of_pod.get(side)).get(resource)
        if stated is not None:
            return kube_quantity.parse(stated)
        each = [
            mapping(mapping(one.get("resources")).get(side)).get(resource) for one in containers
        ]
        # A container without a limit may take all; one without a request asks for nothing.
        stated_by = each if side == "limits" else [one for one in each if one is not None]
        return kube_quantity.total(map(kube_quantity.parse, stated_by))

    return Spec(
        total("requests", "cpu"),
        total("requests", "memory"),
        total("limits", "cpu"),
        total("limits", "memory"),
        _anti_affinity(mapping(mapping(spec.get("affinity")).get("podAntiAffinity")), labels),
    )


def _anti_affinity(rules: Mapping[str, Any], labels: Mapping[str, Any]) -> str:
    """How strictly pods like this one are kept on different nodes: a rule about zones, or about
    other pods, does not count.
    """
    required = sequence(rules.get("requiredDuringSchedulingIgnoredDuringExecution"))
    preferred = sequence(rules.get("preferredDuringSchedulingIgnoredDuringExecution"))
    if any(_keeps_apart(mapping(term), labels) for term in required):
        return "required"
    terms = (mapping(mapping(one).get("podAffinityTerm")) for one in preferred)
    return "preferred" if any(_keeps_apart(term, labels) for term in terms) else "none"


def _keeps_apart(term: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    if term.get("topologyKey") != "kubernetes.io/hostname":
        return False
    if "labelSelector" not in term:
        return False
    selector = mapping(term["labelSelector"])
    if any(labels.get(key) != value for key, value in mapping(selector.get("matchLabels")).items()):
        return False
    for rule in map(mapping, sequence(selector.get("matchExpressions"))):
        value, values = labels.get(str(rule.get("key"))), sequence(rule.get("values"))
        holds = {
            "In": value in values,
            "NotIn": value not in values,
            "Exists": value is not None,
            "DoesNotExist": value is None,
        }
        if not holds.get(str(rule.get("operator")), False):
            return False
    return True


def _node(item: Mapping[str, Any], cluster: Cluster) -> None:
    metadata, status = mapping(item.get("metadata")), mapping(item.get("status"))
    name = spelled.name(metadata.get("name"))
    if not name:
        return
    node = cluster.node(name)
    labels = mapping(metadata.get("labels"))
    for label in ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"):
        node.type = spelled.name(labels.get(label)) or node.type
    for condition in map(mapping, sequence(status.get("conditions"))):
        if condition.get("type") == "Ready":
            node.ready = condition.get("status") == "True"
    for part in ("capacity", "allocatable"):
        amounts = mapping(status.get(part))
        cpu, memory = (kube_quantity.parse(amounts.get(name)) for name in ("cpu", "memory"))
        node.cpu_capacity = node.cpu_capacity if cpu is None else cpu
        node.memory_capacity = node.memory_capacity if memory is None else memory


def _autoscaler(item: Mapping[str, Any], cluster: Cluster) -> None:
    metadata, spec, status = (mapping(item.get(part)) for part in ("metadata", "spec", "status"))
    name = spelled.name(metadata.get("name"))
    if not name:
        return
    namespace = spelled.name(metadata.get("namespace"))
    found: dict[str, Any] = {"name": name}
    for field, stated in (
        ("min", spec.get("minReplicas")),
        ("max", spec.get("maxReplicas")),
        ("replicas", status.get("currentReplicas")),
    ):
        if is_count(stated):
            found[field] = stated
    if targets := list(_targets(spec, status)):
        found["targets"] = targets
    cluster.autoscalers[namespace, name] = found
    if is_count(status.get("desiredReplicas")):
        key = ("HorizontalPodAutoscaler", namespace, name)
        cluster.workloads[key] = status["desiredReplicas"]


def _targets(spec: Mapping[str, Any], status: Mapping[str, Any]) -> Iterator[str]:
    """Each target as kubectl prints it: `cpu: 63%/50%`; `<unknown>` where there is no figure."""
    now = status.get("currentCPUUtilizationPercentage")
    if is_count(spec.get("targetCPUUtilizationPercentage")):  # autoscaling/v1
        shown = f"{now}%" if is_count(now) else "<unknown>"
        yield f"cpu: {shown}/{spec['targetCPUUtilizationPercentage']}%"
    current = {
        _metric_name(metric): _figure(mapping(part.get("current")))
        for metric in map(mapping, sequence(status.get("currentMetrics")))
        for part in [_part(metric)]
    }
    for metric in map(mapping, sequence(spec.get("metrics"))):
        name, target = _metric_name(metric), _figure(mapping(_part(metric).get("target")))
        if name and target:
            yield spelled.line(f"{name}: {current.get(name) or '<unknown>'}/{target}")


def _part(metric: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of a metric that its type names: `Resource` is in `resource`."""
    kind = str(metric.get("type", ""))
    return mapping(metric.get(kind[:1].lower() + kind[1:]))


def _metric_name(metric: Mapping[str, Any]) -> str:
    part = _part(metric)
    return spelled.line(part.get("name") or mapping(part.get("metric")).get("name"), 100)


def _figure(amount: Mapping[str, Any]) -> str:
    if is_count(amount.get("averageUtilization")):
        return f"{amount['averageUtilization']}%"
    return spelled.line(amount.get("averageValue") or amount.get("value"), 60)


def _event(item: Mapping[str, Any], cluster: Cluster) -> None:
    about = mapping(item.get("involvedObject") or item.get("regarding"))
    name = spelled.name(about.get("name"))
    if item.get("reason") != "FailedScheduling" or about.get("kind") != "Pod" or not name:
        return
    times = (
        item.get("lastTimestamp"),
        mapping(item.get("series")).get("lastObservedTime"),
        item.get("eventTime"),
        item.get("deprecatedLastTimestamp"),
        item.get("firstTimestamp"),
    )
    when = next(filter(None, map(spelled.unix_time, times)), 0.0)
    message = item.get("message") or item.get("note")
    kube_get.failure(cluster, spelled.name(about.get("namespace")), name, when, message)


def _workload(kind: str) -> Callable[[Mapping[str, Any], Cluster], None]:
    def take(item: Mapping[str, Any], cluster: Cluster) -> None:
        metadata = mapping(item.get("metadata"))
        name, replicas = (
            spelled.name(metadata.get("name")),
            mapping(item.get("spec")).get("replicas"),
        )
        if name and is_count(replicas):
            cluster.workloads[kind, spelled.name(metadata.get("namespace")), name] = replicas

    return take


def _metrics(kind: str) -> Callable[[Mapping[str, Any], Cluster], None]:
    return lambda item, cluster: kube_top.metrics(item, kind, cluster)


_READERS: Mapping[str, Callable[[Mapping[str, Any], Cluster], None]] = {
    "Pod": _pod,
    "Node": _node,
    "HorizontalPodAutoscaler": _autoscaler,
    "Event": _event,
    "Deployment": _workload("Deployment"),
    "ReplicaSet": _workload("ReplicaSet"),
    "StatefulSet": _workload("StatefulSet"),
    "PodMetrics": _metrics("PodMetrics"),
    "NodeMetrics": _metrics("NodeMetrics"),
}

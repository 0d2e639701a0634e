"""`kubectl top`: what pods and nodes use, from its tables and from the metrics API's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from generator.importers import kube_quantity, spelled
from generator.importers.cluster import Cluster
from generator.importers.kube_tables import Table


def pods(table: Table, cluster: Cluster) -> None:
    """A table of `kubectl top pods`, with or without namespaces, by pod or by container."""
    of_containers = "POD" in table.heading.names
    sums: dict[tuple[str, str], list[tuple[Decimal | None, Decimal | None]]] = {}
    for row in table.rows:
        name = row.cells.get("POD" if of_containers else "NAME", "")
        usage = _usage(row.cells)
        if name and usage != (None, None):
            sums.setdefault((row.cells.get("NAMESPACE", ""), name), []).append(usage)
    for (namespace, name), usages in sums.items():
        if of_containers:
            _sum(cluster, namespace, name, usages)
            continue
        pod = cluster.pod(name, namespace)
        if pod.summed:
            pod.cpu = pod.memory = None
        for cpu, memory in usages:
            cluster.use(pod, cpu, memory)
        pod.summed = False


def nodes(table: Table, cluster: Cluster) -> None:
    """A table of `kubectl top nodes`, of whatever age; a silent node (`<unknown>`) has no usage."""
    for row in table.rows:
        node = cluster.node(row.cells["NAME"])
        usage = _usage(row.cells)
        if usage != (None, None):
            cluster.use(node, *usage)


def metrics(item: Mapping[str, Any], kind: str, cluster: Cluster) -> None:
    """One item of `kubectl get --raw /apis/metrics.k8s.io/v1beta1/pods` or `/nodes`."""
    metadata = item.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    name = spelled.name(metadata.get("name"))
    if not name:
        return
    if kind == "NodeMetrics":
        cluster.use(cluster.node(name), *_stated(item.get("usage")))
    else:
        containers = item.get("containers")
        containers = containers if isinstance(containers, list) else []
        usages = [_stated(one.get("usage")) for one in containers if isinstance(one, Mapping)]
        _sum(cluster, spelled.name(metadata.get("namespace")), name, usages)
    measured = spelled.unix_time(item.get("timestamp"))
    if measured is not None:
        cluster.measured = max(cluster.measured, spelled.moment(measured))


def _usage(cells: Mapping[str, str]) -> tuple[Decimal | None, Decimal | None]:
    return (
        kube_quantity.parse(cells["CPU(cores)"]),
        kube_quantity.parse(cells["MEMORY(bytes)"]),
    )


def _stated(usage: object) -> tuple[Decimal | None, Decimal | None]:
    if not isinstance(usage, Mapping):
        return None, None
    return kube_quantity.parse(usage.get("cpu")), kube_quantity.parse(usage.get("memory"))


def _sum(
    cluster: Cluster,
    namespace: str,
    name: str,
    usages: list[tuple[Decimal | None, Decimal | None]],
) -> None:
    """A pod's usage as the sum over its containers; what the pod's own row states comes first."""
    pod = cluster.pod(name, namespace)
    if all(one == (None, None) for one in usages):
        return
    if (pod.cpu, pod.memory) != (None, None) and not pod.summed:
        return
    # A sum over some of the containers is not the pod's usage.
    cpu, memory = (kube_quantity.total(one[side] for one in usages) for side in (0, 1))
    cluster.use(pod, cpu, memory)
    pod.summed = True

"""What was seen of a cluster, gathered piece by piece: pods, nodes, autoscalers, workloads.

Every source (kubectl's tables, its JSON, Container Insights) writes into one `Cluster`, by name;
`snapshot` turns it into the fields of a record. Nothing is filled in that no source stated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

MOST = 5_000
"""Most pods, and most nodes, that are gathered; further ones are counted in `passed_over`."""


PLATFORM = (
    *("kube-system", "kube-public", "kube-node-lease", "kube-flannel", "local-path-storage"),
    *("amazon-cloudwatch", "amazon-guardduty", "aws-observability", "gatekeeper-system"),
    *("gke-managed-system", "gmp-system", "calico-system", "calico-apiserver", "tigera-operator"),
)
"""Namespaces of the platform; further ones begin with `openshift-`."""


def of_platform(namespace: str) -> bool:
    """Whether a namespace holds what runs on any cluster, never the service under test."""
    return namespace in PLATFORM or namespace.startswith("openshift-")


@dataclass(frozen=True)
class Spec:
    """What a pod asks for: CPU in cores and memory in bytes over its containers, and its affinity.

    None where no container states it; of limits where any container states none, for then the
    pod has no limit.
    """

    cpu_request: Decimal | None = None
    memory_request: Decimal | None = None
    cpu_limit: Decimal | None = None
    memory_limit: Decimal | None = None
    anti_affinity: str | None = None


@dataclass
class Pod:
    """One pod; CPU in cores, memory in bytes, None where not stated.

    `summed` says that the usage is a sum over the containers that were listed.
    """

    name: str
    namespace: str = ""
    node: str | None = None
    phase: str | None = None
    reason: str | None = None
    cpu: Decimal | None = None
    memory: Decimal | None = None
    restarts: int | None = None
    summed: bool = False
    spec: Spec | None = None


@dataclass
class Node:
    """One node; CPU in cores, memory in bytes, None where not stated.

    `ready` is what kubectl says of it; `requested` what its pods request, in words.
    """

    name: str
    ready: bool | None = None
    type: str | None = None
    cpu: Decimal | None = None
    memory: Decimal | None = None
    cpu_capacity: Decimal | None = None
    memory_capacity: Decimal | None = None
    requested: str = ""


@dataclass
class Cluster:
    """All that was seen.

    `autoscalers` holds each as a record has it, by namespace and name; `workloads` the replicas
    asked for, by kind, namespace and name; `failures` why a pod was not placed, by namespace and
    name, with a number that grows with time; `placed` the node of a pod by namespace and name, as
    `describe nodes` has it; `repeated` the things whose usage was stated more than once and
    differed; `measured` when the usage was measured, where the source says it (ISO 8601).
    """

    pods: dict[tuple[str, str], Pod] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    autoscalers: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    workloads: dict[tuple[str, str, str], int] = field(default_factory=dict)
    failures: dict[tuple[str, str], tuple[float, str]] = field(default_factory=dict)
    placed: dict[tuple[str, str], str] = field(default_factory=dict)
    repeated: dict[str, None] = field(default_factory=dict)
    measured: str = ""
    passed_over: int = 0

    def pod(self, name: str, namespace: str = "") -> Pod:
        """The pod of this name; one that is new is added.

        A pod whose namespace a table did not print is the same as the only one of that name.
        """
        known = self.pods.get((namespace, name))
        if known is not None:
            return known
        if namespace and (known := self.pods.pop(("", name), None)):
            known.namespace = namespace
        elif not namespace:
            found = [key for key in self._namespaces.get(name, ()) if key in self.pods]
            if len(found) == 1:
                return self.pods[found[0]]
        pod = known or Pod(name, namespace)
        if len(self.pods) >= MOST:
            self.passed_over += 1
            return pod
        self.pods[namespace, name] = pod
        self._namespaces.setdefault(name, []).append((namespace, name))
        return pod

    _namespaces: dict[str, list[tuple[str, str]]] = field(default_factory=dict, repr=False)

    def node(self, name: str) -> Node:
        """The node of this name; one that is new is added."""
        if name not in self.nodes and len(self.nodes) >= MOST:
            self.passed_over += 1
            return Node(name)
        return self.nodes.setdefault(name, Node(name))

    def use(self, thing: Pod | Node, cpu: Decimal | None, memory: Decimal | None) -> None:
        """Note the usage of a pod or a node: the last statement holds, a differing one is kept
        in mind.
        """
        before = (thing.cpu, thing.memory)
        if before != (None, None) and before != (cpu, memory):
            self.repeated[thing.name] = None
        thing.cpu, thing.memory = cpu, memory

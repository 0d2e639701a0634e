"""`kubectl describe nodes`: state, type, capacity, what the pods on a node request, which pods."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.importers import kube_quantity, spelled
from generator.importers.cluster import Cluster, Node
from generator.importers.kube_text import Description

_OF_NODES = ("Capacity", "Allocatable", "Allocated resources")


def is_node(description: Description) -> bool:
    """Whether a description is that of a node."""
    return any(line.startswith(_OF_NODES) for line in description.lines)


def read(description: Description, cluster: Cluster) -> str:
    """Take a node's description into the cluster; why not, in words, or nothing if it was taken.

    A piece that begins at `Allocated resources:` has no name in it: then the command above it
    has to name the node.
    """
    if not is_node(description):
        return "it is no description of a node"
    sections = dict(_sections(description.lines))
    stated = sections["Name"][0] if "Name" in sections else _named(description.command)
    name = spelled.name(stated)
    if not name:
        return "it does not say which node it is about"
    node = cluster.node(name)
    _labels(sections.get("Labels", []), node)
    _ready(sections.get("Conditions", []), node)
    for section in _OF_NODES[:2]:
        _capacity(sections.get(section, []), node)
    node.requested = _requested(sections.get("Allocated resources", [])) or node.requested
    for line in sections.get("Non-terminated Pods", []):
        if match := _POD.match(line):
            cluster.placed[match["namespace"], match["name"]] = name
    return ""


_KEY = re.compile(r"(?P<key>[A-Z][A-Za-z -]{0,60}):\s*(?P<rest>.*)")
_POD = re.compile(
    r"\s+(?P<namespace>[a-z0-9][a-z0-9-]{0,62})\s+(?P<name>[a-z0-9][a-z0-9.-]{0,252})\s+\d"
)
_NAMED = re.compile(r"describe\s+(?:nodes?|no)[\s/]+(?P<name>[A-Za-z0-9][\w.-]{0,252})")
_AMOUNT = r"(?P<{0}>[\d.]{{1,30}}[A-Za-z]{{0,2}} \(\d{{1,9}}%\))"
_NEW = re.compile(rf"\s+(?P<resource>cpu|memory)\s+{_AMOUNT.format('requests')}", re.ASCII)
_OLD = re.compile(
    r"\s*" + r"\s+".join(_AMOUNT.format(name) for name in ("cpu", "a", "memory", "b"))
)


def _sections(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Each section with its lines; what stands beside its name comes first."""
    name, held = "", list[str]()
    for line in lines:
        match = _KEY.match(line)
        if match is None:
            held.append(line)
            continue
        if name:
            yield name, held
        name, held = match["key"], [match["rest"]]
    if name:
        yield name, held


def _named(command: str) -> str:
    match = _NAMED.search(command)
    return match["name"] if match else ""


def _labels(lines: list[str], node: Node) -> None:
    for line in lines:
        key, _, value = line.strip().partition("=")
        if key in ("node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"):
            node.type = spelled.name(value) or node.type


def _ready(lines: list[str], node: Node) -> None:
    for line in lines:
        words = line.split()
        if len(words) > 1 and words[0] == "Ready":
            node.ready = words[1] == "True"


def _capacity(lines: list[str], node: Node) -> None:
    for line in lines:
        key, _, written = line.strip().partition(":")
        value = kube_quantity.parse(written)
        if key == "cpu" and value is not None:
            node.cpu_capacity = value
        elif key == "memory" and value is not None:
            node.memory_capacity = value


def _requested(lines: list[str]) -> str:
    """What the pods on the node request, in words: both layouts that kubectl has had."""
    found: dict[str, str] = {}
    for line in lines:
        if match := _NEW.match(line):
            found[match["resource"]] = match["requests"]
        elif match := _OLD.fullmatch(line.rstrip()):
            found |= {"cpu": match["cpu"], "memory": match["memory"]}
    named = {"cpu": "CPU", "memory": "memory"}
    words = [f"{found[key]} {named[key]}" for key in named if key in found]
    return f"pods that request {' and '.join(words)}" if words else ""

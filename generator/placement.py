"""The chart of where the pods run: nodes as boxes that hold their pods.

A pod that runs beside another replica is what the scheduler was to avoid, so such nodes are
marked. Pods that wait stand outside all nodes with the reason; nodes that the source counted and
did not name have a place too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from generator import figures, lettering
from generator.drawing import WIDTH, Align, Box, Canvas, Colour
from generator.lettering import SMALL, named
from generator.measured import Nodes, Pod, Pods
from generator.model import Run
from generator.units import Quantity
from generator.vector import Sketch

MAX_NODES = 60
MAX_PODS = 144
MAX_PODS_OF_NODE = 12
MAX_PODS_OUTSIDE = 24
MAX_REASONS = 4

_GAP = 8.0
_PAD = 6.0
_POD = 18.0


@dataclass(frozen=True)
class _Node:
    """A box of the chart: a node with its pods, or nodes that were counted and not named."""

    name: str
    state: str = "running"
    holds: str = ""
    pods: tuple[Pod, ...] = ()

    @property
    def replicas(self) -> int:
        return sum(pod.phase == "Running" for pod in self.pods)

    @property
    def crowded(self) -> bool:
        return self.replicas > 1

    @property
    def mark(self) -> str:
        """What is said beside its name."""
        if self.state != "running":
            return self.state
        return "! same node" if self.crowded else ""


def placement(run: Run) -> Sketch | None:
    """The pods of the run's snapshot in their nodes; None where no pod is listed."""
    found = figures.snapshot_of(run)
    pods = found[1].pods if found else None
    if not found or not pods or not pods.list:
        return None
    nodes = _nodes(pods.list, found[1].nodes)
    unnamed = list(_unnamed(nodes, found[1].nodes))
    pod_names, pod_shape = lettering.what_differs([pod.name for pod in pods.list])
    names, shape = lettering.what_differs([node.name for node in nodes])
    boxes = list(zip(nodes, names, strict=True))
    if len(boxes) > MAX_NODES:
        boxes.sort(key=lambda item: -item[0].replicas)
    canvas = Canvas()
    labels = {
        pod.name: name if pod.phase in ("Running", "Pending") else f"{pod.phase}: {name}"
        for pod, name in zip(pods.list, pod_names, strict=True)
    }
    pod_boxes = _Pods(canvas, labels)
    summary = _summary(pods.list, nodes)
    canvas.text(0, 7, summary)
    drawn = [*boxes[:MAX_NODES], *((node, node.name) for node in unnamed)]
    bottom = _Grid(canvas, drawn, pod_boxes).draw(20)
    if len(boxes) > MAX_NODES:
        canvas.text(0, bottom + 6, f"and {len(boxes) - MAX_NODES:,} more nodes")
        bottom += 20
    bottom = _outside(pod_boxes, bottom, pods)
    for what, cut in (("pods", pod_shape), ("nodes", shape)):
        if cut:
            text = f"{what} {cut}"
            canvas.text(0, bottom + 6, text, colour=Colour.MUTED, size=SMALL, middle=True)
            bottom += 14
    return Sketch(canvas.end(bottom), _alt(summary, [*nodes, *unnamed], pods.list))


def _nodes(pods: Iterable[Pod], listed: Nodes | None) -> list[_Node]:
    """The nodes in the order of the record, then those that only pods name."""
    held: dict[str, list[Pod]] = {}
    for pod in pods:
        if pod.node:
            held.setdefault(pod.node, []).append(pod)
    nodes = {
        node.name: _Node(node.name, node.state, node.holds or "", tuple(held.get(node.name, ())))
        for node in (listed.list if listed else ())
    }
    for name, here in held.items():
        nodes.setdefault(name, _Node(name, pods=tuple(here)))
    return list(nodes.values())


def _count(quantity: Quantity | None) -> int:
    """A recorded count; zero where it is a range, approximate or beyond all sense."""
    if quantity is None or not quantity.is_exact or not 0 <= quantity.start < 1e6:
        return 0
    return int(quantity.start)


def _unnamed(nodes: Sequence[_Node], counted: Nodes | None) -> Iterator[_Node]:
    """Nodes that the source counted and did not name, in one box for all of a state."""
    if counted is None:
        return
    for number, state, mark in (
        (counted.active, "running", "not named"),
        (counted.terminated, "terminated", "terminated"),
    ):
        missing = _count(number) - sum(node.state == state for node in nodes)
        if missing > 0:
            yield _Node(f"{missing:,} more {'node' if missing == 1 else 'nodes'}", mark)


@dataclass(frozen=True)
class _Pods:
    """Boxes of pods, all of one width within a row; `labels` are their shortened names."""

    canvas: Canvas
    labels: Mapping[str, str]

    @cached_property
    def _widest(self) -> float:
        return max(lettering.width_of(label) for label in self.labels.values()) + 10

    def _columns(self, width: float) -> int:
        return max(1, int((width + 4) / (min(self._widest, width) + 4)))

    def height(self, number: int, width: float) -> float:
        """How high so many boxes stand in a width."""
        return math.ceil(number / self._columns(width)) * (_POD + 4)

    def draw(self, left: float, top: float, width: float, pods: Sequence[Pod]) -> float:
        """Draw the boxes row by row; returns where they end."""
        columns = self._columns(width)
        each = (width - 4 * (columns - 1)) / columns
        for number, pod in enumerate(pods):
            x = left + number % columns * (each + 4)
            y = top + number // columns * (_POD + 4)
            box = Box(x, y, x + each, y + _POD)
            if pod.phase == "Running":
                self.canvas.box(box, fill=Colour.SERIES_1, edge=Colour.SERIES_1, alpha=0.18)
            else:
                self.canvas.box(box, edge=Colour.DOUBT, dashed=True)
            x, label = (box.left + box.right) / 2, self.labels[pod.name]
            middle = y + _POD / 2
            self.canvas.text(x, middle, label, align="center", width=each - 6, middle=True)
        return top + self.height(len(pods), width)


@dataclass(frozen=True)
class _Grid:
    """Boxes of nodes in rows of equal height."""

    canvas: Canvas
    nodes: Sequence[tuple[_Node, str]]
    pods: _Pods

    def draw(self, top: float) -> float:
        """Draw all rows; returns where they end."""
        columns = 2 if len(self.nodes) <= 4 else 3
        width = (WIDTH - 2 - _GAP * (columns - 1)) / columns
        for first in range(0, len(self.nodes), columns):
            row = self.nodes[first : first + columns]
            height = max(self._height(node, name, width - 2 * _PAD) for node, name in row)
            for column, (node, name) in enumerate(row):
                left = 1 + column * (width + _GAP)
                self._node(Box(left, top, left + width, top + height), node, name)
            top += height + _GAP
        return top

    def _pods_of(self, node: _Node) -> tuple[Pod, ...]:
        """The pods that are drawn in its box; fewer where there are many nodes."""
        return node.pods[: max(2, min(MAX_PODS_OF_NODE, MAX_PODS // len(self.nodes)))]

    def _height(self, node: _Node, name: str, width: float) -> float:
        height = 21.0 + 13 * len(self._notes(node, width))
        if node.mark and not self._on_one_line(node, name, width):
            height += 13
        if node.pods:
            height += self.pods.height(len(self._pods_of(node)), width)
        return max(height + 3, 40)

    def _on_one_line(self, node: _Node, name: str, width: float) -> bool:
        needed = lettering.width_of(name, bold=True) + lettering.width_of(node.mark, SMALL) + 6
        return needed <= width

    def _notes(self, node: _Node, width: float) -> list[str]:
        """What else is said in a node's box."""
        more = len(node.pods) - len(self._pods_of(node))
        notes = [f"and {more:,} more"] if more else []
        return notes + (
            lettering.wrap(f"holds {node.holds}", width, 2, SMALL) if node.holds else []
        )

    def _node(self, box: Box, node: _Node, name: str) -> None:
        gone = node.state == "terminated"
        colour = Colour.DOUBT if node.crowded else Colour.MUTED
        dashed = node.state in ("not named", "not ready")
        thick = 2.0 if node.crowded else 1.0
        self.canvas.box(box, edge=colour, thick=thick, dashed=dashed, hatched=gone)
        left, right = box.left + _PAD, box.right - _PAD
        top, width = box.top + 11, right - left
        on_one_line = self._on_one_line(node, name, width)
        self.canvas.text(left, top, name, bold=True, width=width, middle=True, halo=gone)
        if not on_one_line:
            top += 13
        align: Align = "right" if on_one_line else "left"
        x = right if on_one_line else left
        self.canvas.text(x, top, node.mark, colour=colour, size=SMALL, align=align, halo=gone)
        top = self.pods.draw(left, top + 10, width, self._pods_of(node))
        for note in self._notes(node, width):
            self.canvas.text(left, top + 6, note, colour=Colour.MUTED, size=SMALL, halo=gone)
            top += 13


def _outside(boxes: _Pods, top: float, pods: Pods) -> float:
    """Pods on no node, by reason; returns where they end."""
    canvas, outside = boxes.canvas, [pod for pod in pods.list if not pod.node]
    groups: dict[str, list[Pod]] = {}
    for pod in outside:
        pending = f"Pending: {pod.reason or 'no reason recorded'}"
        reason = pending if pod.phase == "Pending" else "Node not recorded"
        groups.setdefault(reason, []).append(pod)
    not_listed = _count(pods.pending) - sum(pod.phase == "Pending" for pod in pods.list)
    if not_listed > 0:
        groups[f"Pending: {not_listed:,} more, not named"] = []
    for number, (reason, here) in enumerate(groups.items()):
        if number == MAX_REASONS:
            more = len(groups) - MAX_REASONS
            canvas.text(0, top + 7, f"and {more:,} more reasons to be outside")
            return top + 20
        for line in lettering.wrap(reason, WIDTH, 2):
            canvas.text(0, top + 7, line)
            top += 14
        top = boxes.draw(1, top + 3, WIDTH - 2, here[:MAX_PODS_OUTSIDE])
        if len(here) > MAX_PODS_OUTSIDE:
            canvas.text(0, top + 6, f"and {len(here) - MAX_PODS_OUTSIDE:,} more")
            top += 14
        top += 6
    return top


def _summary(pods: Sequence[Pod], nodes: Sequence[_Node]) -> str:
    running = sum(pod.phase == "Running" for pod in pods)
    pending = sum(pod.phase == "Pending" for pod in pods)
    used = sum(node.replicas > 0 for node in nodes)
    other = len(pods) - running - pending
    parts = [f"{running:,} running on {used:,} {'node' if used == 1 else 'nodes'}"]
    parts += [f"{pending:,} pending"] if pending else []
    parts += [f"{other:,} in another phase"] if other else []
    return f"{len(pods):,} pods: {', '.join(parts)}"


def _alt(summary: str, nodes: Sequence[_Node], pods: Sequence[Pod]) -> str:
    crowded = [node for node in nodes if node.crowded]
    text = f"{summary}. No node holds more than one replica."
    if crowded:
        first = ", ".join(f"{node.replicas:,} on {named(node.name)}" for node in crowded[:3])
        more = f" and {len(crowded) - 3:,} more nodes" if len(crowded) > 3 else ""
        text = f"{summary}. Several replicas on the same node: {first}{more}."
    for state in ("terminated", "not ready", "not named"):
        here = [named(node.name) for node in nodes if node.state == state]
        if here:
            more = f" and {len(here) - 3:,} more" if len(here) > 3 else ""
            text += f" {state.capitalize()}: {', '.join(here[:3])}{more}."
    reasons = dict.fromkeys(pod.reason for pod in pods if pod.phase == "Pending" and pod.reason)
    if reasons:
        text += f" Pending because: {'; '.join(named(reason) for reason in list(reasons)[:3])}."
    return text

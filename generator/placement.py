"""The chart of where the pods run: nodes as boxes that hold their pods, pods outside in their own.

Few pods have their names in; many are marks, whose shape tells their state, in nodes that say how
many they hold. What is at its limit, or against the rules, is marked by a shape and a word.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from generator import lettering, occupancy
from generator.drawing import WIDTH, Align, Box, Canvas, Colour
from generator.lettering import HEADING, SMALL, named
from generator.measured import Pod
from generator.model import Run
from generator.occupancy import Occupancy, Place
from generator.podmarks import SIZES, Marks, legend
from generator.vector import Sketch

MAX_NAMED_PODS = 24
MAX_NAMED_NODES = 16
"""Up to how many pods and nodes each pod has its name; of more each is a mark."""

MAX_NODES = 60
MAX_MARKS = 600
MAX_OUTSIDE = 200
MAX_REASONS = 4

_GAP = 8.0
_PAD = 6.0
_POD = 18.0


def placement(run: Run, at: int | None = None, label: str = "") -> Sketch | None:
    """The pods of a snapshot in their nodes; None where no pod is listed.

    `at` is the snapshot's position, else it is the one that metrics are taken from; `label` says
    which one it is where several are shown.
    """
    found = occupancy.of(run, at)
    if found is None:
        return None
    canvas = Canvas()
    top = 0.0
    if label:
        canvas.text(0, 8, label, bold=True, size=HEADING, middle=True)
        top = 18.0
    summary = _summary(found)
    for line in lettering.wrap(summary, WIDTH, 3):
        canvas.text(0, top + 7, line)
        top += 14
    for text, colour in _warnings(found):
        for line in lettering.wrap(text, 0.85 * WIDTH, 2):
            canvas.text(0, top + 7, line, colour=colour, bold=True)
            top += 14
    bottom = _pods_and_nodes(canvas, found, top + 6)
    return Sketch(canvas.end(bottom), _alt(found, label, summary))


def _pods_and_nodes(canvas: Canvas, found: Occupancy, top: float) -> float:
    """Draw the nodes and what stands outside them; returns where that ends."""
    names, node_shape = lettering.what_differs([place.name for place in found.places])
    boxes = list(zip(found.places, names, strict=True))
    if len(boxes) > MAX_NODES:
        boxes.sort(key=lambda item: -item[0].replicas)
    few = len(found.pods) <= MAX_NAMED_PODS and len(boxes) <= MAX_NAMED_NODES
    pod_names, pod_shape = lettering.what_differs([pod.name for pod in found.pods])
    labels = {
        pod.name: f"{word}: {name}" if (word := occupancy.word_of(pod)) else name
        for pod, name in zip(found.pods, pod_names, strict=True)
    }
    drawn = [*boxes[:MAX_NODES], *((place, place.name) for place in found.unnamed)]
    most = max((len(place.pods) for place, _ in drawn), default=0)
    pods: _Named | Marks = _Named(canvas, labels) if few else Marks(canvas, _size(most))
    limit = max(4, MAX_MARKS // max(1, len(drawn)))
    bottom = _Grid(canvas, drawn, pods, found, limit).draw(top)
    if len(boxes) > MAX_NODES:
        canvas.text(0, bottom + 6, f"and {len(boxes) - MAX_NODES:,} more nodes")
        bottom += 20
    bottom = _outside(pods, bottom, found)
    bottom = legend(canvas, found, bottom, named=few)
    for what, cut in (("pods", pod_shape if few else ""), ("nodes", node_shape)):
        if cut:
            text = f"{what} {cut}"
            canvas.text(0, bottom + 6, text, colour=Colour.MUTED, size=SMALL, middle=True)
            bottom += 14
    return bottom


def _size(most: int) -> float:
    """The size of a pod's mark, by how many the fullest node holds."""
    return next((size for number, size in SIZES if most <= number), SIZES[-1][1])


@dataclass(frozen=True)
class _Named:
    """Boxes of pods, all of one width within a row; `labels` are their shortened names."""

    canvas: Canvas
    labels: Mapping[str, str]

    @cached_property
    def _widest(self) -> float:
        return max(lettering.width_of(label) for label in self.labels.values()) + 22

    def _columns(self, width: float) -> int:
        return max(1, int((width + 4) / (min(self._widest, width) + 4)))

    def height(self, number: int, width: float) -> float:
        """How high so many boxes stand in a width."""
        return math.ceil(number / self._columns(width)) * (_POD + 4)

    def draw(self, left: float, top: float, width: float, pods: Sequence[Pod]) -> float:
        """Draw the boxes row by row; returns where they end."""
        columns = self._columns(width)
        each = (width - 4 * (columns - 1)) / columns
        marks = Marks(self.canvas, 9.0)
        for number, pod in enumerate(pods):
            x = left + number % columns * (each + 4)
            y = top + number // columns * (_POD + 4)
            box = Box(x, y, x + each, y + _POD)
            if occupancy.state_of(pod) is occupancy.State.RUNNING:
                self.canvas.box(box, fill=Colour.SERIES_1, edge=Colour.SERIES_1, alpha=0.18)
                room, middle = each - 6, x + each / 2
            else:
                self.canvas.box(box, edge=Colour.DOUBT, dashed=True)
                marks.draw(x + 5, y + 4.5, 11, [pod])
                room, middle = each - 20, x + 8 + each / 2
            label = self.labels[pod.name]
            y += _POD / 2
            self.canvas.text(middle, y, label, align="center", width=room, middle=True)
        return top + self.height(len(pods), width)


@dataclass(frozen=True)
class _Grid:
    """Boxes of nodes in rows of equal height; at most `limit` pods are drawn in each."""

    canvas: Canvas
    nodes: Sequence[tuple[Place, str]]
    pods: _Named | Marks
    found: Occupancy
    limit: int

    def draw(self, top: float) -> float:
        """Draw all rows; returns where they end."""
        named = isinstance(self.pods, _Named)
        few = 2 if len(self.nodes) <= 4 else 3
        columns = few if named or len(self.nodes) <= 9 else 4
        width = (WIDTH - 2 - _GAP * (columns - 1)) / columns
        for first in range(0, len(self.nodes), columns):
            row = self.nodes[first : first + columns]
            height = max(self._height(node, name, width - 2 * _PAD) for node, name in row)
            for column, (node, name) in enumerate(row):
                left = 1 + column * (width + _GAP)
                self._node(Box(left, top, left + width, top + height), node, name)
            top += height + _GAP
        return top

    def _mark(self, node: Place) -> tuple[str, Colour]:
        """What is said beside its name, and how loud."""
        if node.state != "running":
            return node.state, Colour.MUTED
        if node.crowded and self.found.affinity == "required":
            return "✕ same node", Colour.REGRESSED
        if node.crowded and not self.found.unavoidable:
            return "! same node", Colour.DOUBT
        return "", Colour.MUTED

    def _height(self, node: Place, name: str, width: float) -> float:
        height = 21.0 + 13 * len(self._notes(node, width))
        if self._mark(node)[0] and not self._on_one_line(node, name, width):
            height += 13
        if node.pods:
            height += self.pods.height(min(len(node.pods), self.limit), width)
        return max(height + 3, 24 if isinstance(self.pods, Marks) else 40)

    def _on_one_line(self, node: Place, name: str, width: float) -> bool:
        needed = lettering.width_of(name, bold=True) + 6
        needed += lettering.width_of(self._mark(node)[0], SMALL) + self._counted(node)[1]
        return needed <= width

    def _counted(self, node: Place) -> tuple[str, float]:
        """How many pods are on it, where they have no names, and the room that this takes."""
        if not node.pods or isinstance(self.pods, _Named):
            return "", 0.0
        text = f"{len(node.pods):,}"
        return text, lettering.width_of(text, SMALL) + 4

    def _notes(self, node: Place, width: float) -> list[tuple[str, Colour]]:
        """What else is said in a node's box."""
        more = len(node.pods) - self.limit
        notes = [(f"and {more:,} more", Colour.MUTED)] if more > 0 else []
        holds = lettering.wrap(f"holds {node.holds}", width, 2, SMALL) if node.holds else []
        notes += [(text, Colour.MUTED) for text in holds]
        for limit in node.limits:
            notes += [
                (line, Colour.DOUBT) for line in lettering.wrap(f"▲ {limit}", width, 2, SMALL)
            ]
        return notes

    def _node(self, box: Box, node: Place, name: str) -> None:
        gone = node.state == "terminated"
        mark, colour = self._mark(node)
        dashed = node.state in ("not named", "not ready")
        loud = colour is not Colour.MUTED
        self.canvas.box(box, edge=colour, thick=2.0 if loud else 1.0, dashed=dashed, hatched=gone)
        left, right = box.left + _PAD, box.right - _PAD
        top, width = box.top + 11, right - left
        on_one_line = self._on_one_line(node, name, width)
        count, room = self._counted(node)
        self.canvas.text(left, top, name, bold=True, width=width - room, middle=True, halo=gone)
        self.canvas.text(right, top, count, colour=Colour.MUTED, size=SMALL, align="right")
        if not on_one_line and mark:
            top += 13
        align: Align = "right" if on_one_line else "left"
        x = right - room if on_one_line else left
        self.canvas.text(
            x, top, mark, colour=colour, size=SMALL, align=align, halo=gone, width=width
        )
        top = self.pods.draw(left, top + 10, width, node.pods[: self.limit])
        for note, tone in self._notes(node, width):
            self.canvas.text(left, top + 6, note, colour=tone, size=SMALL, halo=gone)
            top += 13


def _outside(pods: _Named | Marks, top: float, found: Occupancy) -> float:
    """Pods on no node in boxes of their own, by reason; returns where they end."""
    canvas, groups = pods.canvas, found.outside
    for number, (reason, here) in enumerate(groups.items()):
        if number == MAX_REASONS:
            more = len(groups) - MAX_REASONS
            canvas.text(0, top + 7, f"and {more:,} more reasons to be outside")
            return top + 20
        start, width = top, WIDTH - 2 - 2 * _PAD
        count = f"{len(here):,}" if len(here) > 1 else ""
        canvas.text(WIDTH - 1 - _PAD, top + 11, count, colour=Colour.MUTED, align="right")
        room = width - lettering.width_of(count) - 6
        for line in lettering.wrap(reason, room, 2):
            canvas.text(1 + _PAD, top + 11, line)
            top += 14
        top += 6
        if here:
            top = pods.draw(1 + _PAD, top, width, here[:MAX_OUTSIDE])
        if len(here) > MAX_OUTSIDE:
            canvas.text(1 + _PAD, top + 6, f"and {len(here) - MAX_OUTSIDE:,} more")
            top += 14
        edge = Colour.DOUBT if reason.startswith("Pending") else Colour.MUTED
        canvas.box(Box(1, start, WIDTH - 1, top + 2), edge=edge, dashed=True)
        top += 2 + _GAP
    return top


def _summary(found: Occupancy) -> str:
    waiting = sum(pod.phase == "Pending" for pod in found.pods)
    used = sum(place.replicas > 0 for place in found.places)
    other = len(found.pods) - found.running - waiting
    parts = [f"{found.running:,} running on {used:,} {'node' if used == 1 else 'nodes'}"]
    parts += [f"{waiting:,} pending"] if waiting else []
    parts += [f"{other:,} in another phase"] if other else []
    return f"{len(found.pods):,} pods: {', '.join(parts)}"


def _warnings(found: Occupancy) -> Iterator[tuple[str, Colour]]:
    """What is said above the nodes: rules that are broken, limits that are reached."""
    if found.broken:
        number = len(found.crowded)
        where = "one node" if number == 1 else f"{number:,} nodes"
        yield f"✕ Anti-affinity is required and broken on {where}", Colour.REGRESSED
    if found.full:
        yield f"▲ {found.full}", Colour.DOUBT


def _alt(found: Occupancy, label: str, summary: str) -> str:
    crowded = found.crowded
    text = f"{label}: {summary}." if label else f"{summary}."
    if crowded:
        first = ", ".join(f"{node.replicas:,} on {named(node.name)}" for node in crowded[:3])
        more = f" and {len(crowded) - 3:,} more nodes" if len(crowded) > 3 else ""
        text += f" Several replicas on the same node: {first}{more}."
        if found.broken:
            text += " Anti-affinity is required, so this breaks it."
        elif found.unavoidable:
            text += f" There are more replicas than the {found.nodes_up:,} nodes that run."
    else:
        text += " No node holds more than one replica."
    text += f" {found.full}." if found.full else ""
    text += _listed(
        "At its limit", [f"{p.name} ({', '.join(p.limits)})" for p in found.places if p.limits]
    )
    for state in ("terminated", "not ready", "not named"):
        here = [node.name for node in (*found.places, *found.unnamed) if node.state == state]
        text += _listed(state.capitalize(), here)
    for state in (occupancy.State.TERMINATING, occupancy.State.FAILED, occupancy.State.TROUBLED):
        pods = [pod for pod in found.pods if occupancy.state_of(pod) is state]
        text += _listed(f"Pods {state}", [pod.name for pod in pods])
    waiting = (pod.reason for pod in found.pods if pod.phase == "Pending" and not pod.node)
    reasons = list(dict.fromkeys(named(reason) for reason in waiting if reason))
    if reasons:
        text += f" Pending because: {'; '.join(reasons[:3])}."
    return text


def _listed(what: str, names: Sequence[str]) -> str:
    """` Terminated: a, b, c and 4 more.`"""
    if not names:
        return ""
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return f" {what}: {', '.join(named(name) for name in names[:3])}{more}."

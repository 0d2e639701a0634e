"""What moved between two moments: pods and nodes that came, went or changed their place.

Pods are told apart by their names. A new deployment gives its pods new names, and a report may mask
them: where no name stands on both sides only numbers are compared, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.occupancy import Occupancy

MOST_NAMED = 5
"""How many pods or nodes of a kind are named; more are counted."""


@dataclass(frozen=True)
class Moves:
    """Two moments against each other; numbers are (before, after), names in order of the later.

    `pods_told` and `nodes_told` say whether any name stands on both sides, so that what came and
    went can be told; `unnamed_nodes` is how many nodes on either side were counted only.
    """

    running: tuple[int, int]
    pending: tuple[int, int]
    nodes: tuple[int, int]
    most: tuple[int, int]
    pods_told: bool
    nodes_told: bool
    unnamed_nodes: int = 0
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str, str], ...] = ()
    started: tuple[str, ...] = ()
    nodes_added: tuple[str, ...] = ()
    nodes_removed: tuple[str, ...] = ()


def between(before: Occupancy, after: Occupancy) -> Moves:
    """What moved from one moment to the other."""
    old = {pod.name: pod for pod in before.pods}
    new = {pod.name: pod for pod in after.pods}
    both = [name for name in new if name in old]
    up_before, up_after = (
        [place.name for place in side.places if place.state == "running"]
        for side in (before, after)
    )
    told = bool(set(up_before) & set(up_after))
    return Moves(
        running=(before.running, after.running),
        pending=(before.pending, after.pending),
        nodes=(before.nodes_up, after.nodes_up),
        most=(_most(before), _most(after)),
        pods_told=bool(both),
        nodes_told=told,
        unnamed_nodes=max(before.unnamed_running, after.unnamed_running),
        added=tuple(name for name in new if name not in old) if both else (),
        removed=tuple(name for name in old if name not in new) if both else (),
        moved=tuple(
            (name, was, now)
            for name in both
            if (was := old[name].node) and (now := new[name].node) and was != now
        ),
        started=tuple(
            name for name in both if old[name].phase == "Pending" and new[name].phase == "Running"
        ),
        nodes_added=tuple(name for name in up_after if name not in up_before) if told else (),
        nodes_removed=tuple(name for name in up_before if name not in up_after) if told else (),
    )


def _most(side: Occupancy) -> int:
    return max((place.replicas for place in side.places), default=0)


def told(moves: Moves) -> Iterator[tuple[str, str]]:
    """The moves in words: what it is about, and a sentence."""
    yield "Pods running", _step(moves.running)
    yield "Pending", _step(moves.pending)
    yield "Nodes running", _step(moves.nodes)
    yield "Most pods on one node", _step(moves.most)
    if not moves.pods_told:
        yield "By name", "no pod has its name on both sides, so what came and went can't be told"
    else:
        same = not (moves.added or moves.removed or moves.moved)
        yield "Pods added", _names(moves.added)
        yield "Pods removed", _names(moves.removed)
        yield "Pods moved", _names([f"{pod} from {was} to {now}" for pod, was, now in moves.moved])
        yield "Pending before, running now", _names(moves.started)
        yield "By name", "the same pods on the same nodes" if same else ""
    if not moves.nodes_told:
        why = "no node has its name on both sides: they were replaced, or are named otherwise"
        yield "Nodes by name", why
        return
    doubt = f"; up to {moves.unnamed_nodes:,} more are not named" if moves.unnamed_nodes else ""
    for what, names in (("added", moves.nodes_added), ("removed", moves.nodes_removed)):
        yield f"Nodes {what}", f"{_names(names)}{doubt}" if names else ""


def _step(pair: tuple[int, int]) -> str:
    """`3 → 6 (+3)`, or `6, unchanged`."""
    before, after = pair
    if before == after:
        return f"{after:,}, unchanged"
    return f"{before:,} → {after:,} ({'+' if after > before else '−'}{abs(after - before):,})"


def _names(names: Sequence[str]) -> str:
    """`2: a, b`; nothing for none."""
    if not names:
        return ""
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return f"{len(names):,}: {', '.join(names[:MOST_NAMED])}{more}"

"""The sections of a run's page about the cluster: pods on nodes, nodes against the limit, what pods
use; before and after side by side, with what moved.

Each is a function from what is known of the run to blocks; without data it yields none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from generator import display, figures, moves, occupancy, tables, units, usage
from generator.blocks import Beside, Block, Cell, Item, Items, Mark, Note, Picture, Table
from generator.measured import Node
from generator.model import Run
from generator.occupancy import Occupancy
from generator.units import Quantity, Unit
from generator.view import RunView, known, picture

MOST_LISTED = 20
"""Up to how many pods a table stands open; a longer one scrolls in itself and can be sorted."""

MOST_SHARED = 3
"""Up to how many nodes that hold several replicas are told one by one."""

_ORDER = ("before", "peak", "after", "whole run")


# --- pods on nodes --------------------------------------------------------------------------------


def placement(view: RunView) -> Iterator[Block]:
    """Which node holds which pod, what is pending and why, and what moved since the baseline."""
    own = occupancy.of(view.run)
    if own is None:
        return
    before = _baseline(view)
    earlier = occupancy.of(before) if before else None
    if before and earlier and view.comparison:
        names = _labels(view.comparison.baseline, view.identity)
        labels = [f"{names[0]}, {earlier.moment} (baseline)", f"{names[1]}, {own.moment}"]
        yield from _beside(
            "placement", [(before, None, labels[0]), (view.run, None, labels[1])], labels
        )
        yield _moved(earlier, own, *names)
        if not view.comparison.likeness.like_for_like:
            yield Note(f"Not like for like: {view.comparison.likeness.why}.", "doubt")
    else:
        yield from picture("placement", view.run)
    yield from _moments(view.run)
    yield from _shared(own)
    yield Note(_pods_sentence(view), "neutral")
    yield _pods_table(view)


def _baseline(view: RunView) -> Run | None:
    return view.notebook.runs.get(view.comparison.baseline) if view.comparison else None


def _labels(baseline: str, identity: str) -> tuple[str, str]:
    """Names of two runs: without the campaign where both are of the same."""
    one, other = baseline.partition("/"), identity.partition("/")
    return (one[2], other[2]) if one[0] == other[0] else (baseline, identity)


def _beside(
    chart: str, subjects: Sequence[tuple[object, ...]], titles: Sequence[str]
) -> Iterator[Block]:
    """Charts of one kind side by side, as many as can be drawn."""
    drawn = []
    for subject, title in zip(subjects, titles, strict=True):
        drawn += [
            replace(block, title=f"{block.title}: {title}")
            for block in picture(chart, *subject)
            if isinstance(block, Picture)
        ]
    if drawn:
        yield Beside(tuple(drawn))


def _moments(run: Run) -> Iterator[Block]:
    """The moments of this run side by side, where pods were listed at several of them."""
    found = [(at, occupancy.of(run, at)) for at in range(len(run.snapshots))]
    listed = sorted(
        ((at, one) for at, one in found if one), key=lambda item: _ORDER.index(item[1].moment)
    )
    if len(listed) < 2:
        return
    titles = [f"this run, {one.moment}" for _, one in listed]
    subjects = [(run, at, title) for (at, _), title in zip(listed, titles, strict=True)]
    yield from _beside("placement", subjects, titles)
    for (_, one), (_, other) in pairwise(listed):
        yield _moved(one, other, one.moment, other.moment)


def _moved(before: Occupancy, after: Occupancy, first: str, last: str) -> Items:
    """What moved from one moment to the other, in words."""
    told = known(list(moves.told(moves.between(before, after))))
    return Items((Item(f"What moved from {first} to {last}", facts=told),), "What moved")


def _shared(own: Occupancy) -> Iterator[Block]:
    """Nodes that hold several replicas, and what the anti-affinity says of that."""
    rule = f"; anti-affinity is {own.affinity}" if own.affinity else ""
    for place in own.crowded if len(own.crowded) <= MOST_SHARED else ():
        names = [pod.name for pod in place.pods if pod.phase == "Running"]
        shown = ", ".join(names[: moves.MOST_NAMED])
        more = (
            f" and {len(names) - moves.MOST_NAMED:,} more" if len(names) > moves.MOST_NAMED else ""
        )
        yield Note(f"{len(names):,} pods share {place.name}{rule}: {shown}{more}.", "doubt")
    if len(own.crowded) > MOST_SHARED:
        most = own.crowded[0]
        text = f"{len(own.crowded):,} nodes hold more than one pod, {most.name} the most"
        text = f"{text}: {most.replicas:,}{rule}."
        if own.unavoidable and not own.broken:
            text += f" It can't be otherwise: {own.running:,} pods run on {own.nodes_up:,} nodes."
        yield Note(text, "neutral" if own.unavoidable and not own.broken else "doubt")


def _pods_sentence(view: RunView) -> str:
    active = view.measurements.get("pods_active")
    desired = view.measurements.get("pods_desired")
    of = f" of {desired.show()} desired" if desired else ""
    return f"{active.show() if active else 'n/a'}{of} pods were active."


def _pods_table(view: RunView) -> Table:
    pods = figures.pods_of(view.run)
    listed = pods.list if pods else ()
    restarts = any(pod.restarts is not None for pod in listed)
    rows = tuple(
        (
            Cell(pod.name),
            Cell(pod.node or "none"),
            Cell("", sort=pod.phase, mark=_PHASES.get(pod.phase, Mark(pod.phase, "!", "doubt"))),
            *(
                [Cell(display.show(pod.restarts, units.COUNT), sort=tables.sort_key(pod.restarts))]
                if restarts
                else []
            ),
            Cell(pod.reason or ("not recorded" if pod.phase == "Pending" else "")),
        )
        for pod in listed
    )
    columns = ("Pod", "Node", "Phase", *(["Restarts"] if restarts else []), "Reason")
    numeric = frozenset({3} if restarts else ())
    return Table("pods", "Pods", columns, rows, numeric=numeric, sortable=len(rows) > MOST_LISTED)


_PHASES = {
    "Running": Mark("Running", "✓", "improved"),
    "Pending": Mark("Pending", "!", "doubt"),
    "Failed": Mark("Failed", "✕", "regressed"),
}


# --- nodes ----------------------------------------------------------------------------------------


def nodes(view: RunView) -> Iterator[Block]:
    """Nodes against the limit."""
    found = figures.snapshot_of(view.run)
    group = found[1].nodes if found else None
    if not found or not group:
        return
    facts = [
        ("active", "active", group.active),
        ("terminated, still taking a place", "terminated", group.terminated),
        ("desired", "desired", group.desired),
        ("maximum", "maximum", group.maximum),
    ]
    rows = tuple(
        (
            Cell(name),
            Cell(
                display.show(count, units.COUNT),
                doubts=view.doubts_of("snapshots", found[0], "nodes", field),
            ),
        )
        for name, field, count in facts
        if count is not None
    )
    if rows:
        yield Table("nodes-table", "Node group", ("Nodes", "Number"), rows, numeric=frozenset({1}))
    taken = figures.nodes_taken(group)
    if taken is not None and group.maximum is not None and taken >= (group.maximum.end or 0):
        limit = display.show(group.maximum, units.COUNT)
        yield Note(f"The node group is at its limit: all {limit} places are taken.", "doubt")
    if found[1].note:
        yield Note(found[1].note)
    if group.list:
        yield _named_nodes(group.list)


def _named_nodes(listed: Sequence[Node]) -> Table:
    """The nodes known by name, with the columns that anything was recorded for."""
    columns: dict[str, list[str | None]] = {
        "Type": [node.type for node in listed],
        "Also holds": [node.holds for node in listed],
        "CPU": [_of_capacity(node.cpu, node.cpu_capacity, units.CORES) for node in listed],
        "Memory": [
            _of_capacity(node.memory, node.memory_capacity, units.MEMORY) for node in listed
        ],
    }
    known = {name: texts for name, texts in columns.items() if any(texts)}
    rows = tuple(
        (
            Cell(node.name),
            Cell(node.state),
            *(Cell(texts[position] or "") for texts in known.values()),
        )
        for position, node in enumerate(listed)
    )
    return Table("nodes-named", "Nodes known by name", ("Node", "State", *known), rows)


def _of_capacity(used: Quantity | None, capacity: Quantity | None, unit: Unit) -> str:
    """`1.2 cores of 1.93 cores, 62.2 %`, as far as it is known."""
    if used is None and capacity is None:
        return ""
    of = f" of {display.show(capacity, unit)}" if capacity else ""
    share = figures.divide(used, capacity)
    part = f", {display.show(share, units.RATIO)}" if share else ""
    return f"{display.show(used, unit)}{of}{part}"


# --- CPU and memory of each pod -------------------------------------------------------------------


def use(view: RunView) -> Iterator[Block]:
    """CPU and memory of each pod against what it requests and may have."""
    pods = figures.pods_of(view.run)
    taken = figures.snapshot_of(view.run)
    numbered = enumerate(pods.list) if pods else ()
    listed = [(at, pod) for at, pod in numbered if pod.cpu is not None or pod.memory is not None]
    if not listed or taken is None:
        return
    where = ("snapshots", taken[0], "pods", "list")
    yield from _used(view, "cpu")
    for name in ("cpu_total", "cpu_per_pod"):
        measurement = view.measurements.get(name)
        if measurement:
            doubt = f" {' '.join(measurement.warnings)}" if measurement.warnings else ""
            label = measurement.metric.label
            yield Note(f"{label}: {measurement.show()}.{doubt}", "doubt" if doubt else "neutral")
    yield from _used(view, "memory")
    request = figures.recorded(view.run, "deployment.requests.cpu")
    rows = tuple(
        (
            Cell(pod.name),
            Cell(
                display.show(pod.cpu, units.CORES),
                doubts=view.doubts_of(*where, position, "cpu"),
                sort=tables.sort_key(pod.cpu),
            ),
            Cell(
                display.show(figures.divide(pod.cpu, request), units.RATIO),
                sort=tables.sort_key(figures.divide(pod.cpu, request)),
            ),
            Cell(
                display.show(pod.cpu_of_request, units.RATIO),
                doubts=view.doubts_of(*where, position, "cpu_of_request"),
                sort=tables.sort_key(pod.cpu_of_request),
            ),
            Cell(display.show(pod.memory, units.MEMORY), sort=tables.sort_key(pod.memory)),
        )
        for position, pod in listed
    )
    yield Table(
        "pods-cpu",
        "CPU and memory by pod",
        ("Pod", "CPU", "Of request, computed", "Of request, stated", "Memory"),
        rows,
        numeric=frozenset({1, 2, 3, 4}),
        sortable=len(rows) > MOST_LISTED,
    )


def _used(view: RunView, name: str) -> Iterator[Block]:
    """What pods use, beside the baseline's or the other moments', all on one scale."""
    chart, run = f"{name}_per_pod", view.run
    before = _baseline(view)
    sides: list[tuple[Run, int | None, str]] = []
    if before and view.comparison and usage.highest(before, name):
        names = _labels(view.comparison.baseline, view.identity)
        sides = [(before, None, f"{names[0]} (baseline)"), (run, None, names[1])]
    else:
        moments = [(_ORDER.index(one.moment), at) for at, one in enumerate(run.snapshots)]
        sides = [(run, at, f"this run, {_ORDER[order]}") for order, at in sorted(moments)]
    sides = [side for side in sides if usage.highest(side[0], name, side[1])]
    if len(sides) < 2:
        yield from picture(chart, run)
        return
    scale = max(usage.highest(of, name, at) for of, at, _ in sides)
    yield from _beside(chart, [(*side, scale) for side in sides], [label for _, _, label in sides])

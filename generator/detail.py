"""The sections of a run's page that show what only an import records: the run over time, the
distribution of latency, the cluster at each moment, the files that figures were read from.

Each is a function from what is known of the run to blocks; without data it yields none.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator import display, figures, objectives, spread, tables, units
from generator.blocks import Block, Cell, Note, Table
from generator.measured import Counter, Phase, Snapshot, Trend
from generator.overtime import MAX_PHASES, PHASES
from generator.units import Quantity
from generator.view import RunView, picture

PERCENTILES = (0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
"""Percentiles of the distribution that are told in numbers, as shares."""


# --- the run over time ----------------------------------------------------------------------------


def over_time(view: RunView) -> Iterator[Block]:
    """The run on one time axis, and the figures of its phases beside those of the whole run."""
    links = dict(view.files)
    files = [
        (course.stated.file, links[course.stated.file])
        for course in view.kept.courses
        if course.stated.file in links
    ]
    yield from picture("over_time", view.kept.courses, view.run.phases, files=files)
    phases = sorted(view.run.phases[:MAX_PHASES], key=lambda phase: phase.name != "steady")
    if not phases:
        return
    whole, by_phase = _whole(view), [_figures(phase) for phase in phases]
    rows = tuple(
        (Cell(name), *(Cell(found.get(name, "n/a")) for found in (whole, *by_phase)))
        for name in _ROWS
        if any(name in found for found in by_phase)
    )
    columns = ("Figure", "Whole run", *(PHASES[phase.name].capitalize() for phase in phases))
    caption = "The phases of the run, recognised from its VUs"
    numeric = frozenset(range(1, len(columns)))
    yield Table("phases-table", caption, columns, rows, numeric=numeric)


_TREND = {
    "Latency, mean": "avg",
    "Latency, median": "med",
    "Latency p90": "p90",
    "Latency p95": "p95",
    "Latency p99": "p99",
    "Latency, largest": "max",
}
_ROWS = ("From", "To", "Virtual users", "Requests", "Requests per second", "Error rate", *_TREND)


def _figures(phase: Phase) -> dict[str, str]:
    requests, trend = phase.http_reqs or Counter(), phase.http_req_duration or Trend()
    known = {
        "From": tables.short(phase.start, units.SECONDS),
        "To": tables.short(phase.end, units.SECONDS),
        "Virtual users": tables.short(phase.vus, units.COUNT),
        "Requests": tables.short(requests.count, units.COUNT),
        "Requests per second": tables.short(requests.rate, units.PER_SECOND),
        "Error rate": tables.short(phase.http_req_failed, units.SHARE),
        **{
            name: tables.short(getattr(trend, stat), units.MILLISECONDS)
            for name, stat in _TREND.items()
        },
    }
    return {name: text for name, text in known.items() if text}


def _whole(view: RunView) -> dict[str, str]:
    duration = figures.recorded(view.run, "load.duration")
    trend = [f"latency_{stat}" for stat in _TREND.values()]
    names = ("vus", "requests", "request_rate", "error_rate", *trend)
    found = [view.measurements.get(name) for name in names]
    texts = [tables.short(one.quantity, one.metric.unit) if one else "" for one in found]
    texts = ["0 s" if duration else "", tables.short(duration, units.SECONDS), *texts]
    whole = {name: text for name, text in zip(_ROWS, texts, strict=True) if text}
    most = view.run.k6.vus_max if view.run.k6 else None
    return {"Virtual users": tables.short(most, units.COUNT), **whole} if most else whole


# --- the distribution of latency ------------------------------------------------------------------


def distribution(view: RunView) -> Iterator[Block]:
    """Latency by percentile, against the baseline's where that has a distribution too."""
    own = view.kept.distribution
    if own is None or view.run.distribution is None:
        return
    baseline = view.comparison.baseline if view.comparison else None
    other = view.kept_of(baseline).distribution if baseline else None
    curves = [(view.identity, own)]
    if baseline and other:
        curves.append((baseline, other))
    name = view.run.distribution.file
    files = [(name, href) for file, href in view.files if file == name]
    yield from picture("distribution", curves, list(_wanted(view)), files=files)
    if view.comparison and other and not view.comparison.likeness.like_for_like:
        reasons = ", ".join(view.comparison.likeness.reasons)
        yield Note(f"Not like for like: {reasons}.", "doubt")
    rows = []
    for share in PERCENTILES:
        mine = spread.percentile(own, share)
        cells = [Cell(f"p{share * 100:g}"), Cell(display.show(mine, units.MILLISECONDS))]
        if other:
            theirs = spread.percentile(other, share)
            ratio = figures.divide(mine, theirs)
            change = display.show_change(ratio.start - 1 if ratio else None)
            cells += [Cell(change), Cell(display.show(theirs, units.MILLISECONDS))]
        rows.append(tuple(cells))
    columns = ("Percentile", "This run", *(("Change", "Baseline") if other else ()))
    requests = f"{own.total:,} requests of this run"
    if other:
        requests += f" and {other.total:,} of {baseline}"
    caption = f"Latency by percentile, from histograms of {requests}, to 0.2 %"
    yield Table("percentiles-table", caption, columns, tuple(rows), numeric=frozenset(range(1, 4)))


def _wanted(view: RunView) -> Iterator[spread.Wanted]:
    """The limits of percentiles that the run has to keep."""
    for name, share in (("med", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)):
        for bound in objectives.bounds_of(view.notebook, view.identity, f"latency_{name}"):
            yield spread.Wanted(share, f"p{share * 100:g} {bound.words}", bound.limit)


# --- the cluster ----------------------------------------------------------------------------------


def moments(view: RunView) -> Iterator[Block]:
    """The cluster at each moment that was recorded, where there are several; the autoscalers."""
    snapshots = view.run.snapshots
    if len(snapshots) > 1:
        rows = tuple(_moment(snapshot) for snapshot in snapshots)
        columns = ("Moment", "Pods running", "Pending", "Restarts", "CPU", "Memory", "Nodes")
        shown = [at for at in range(len(columns)) if not at or any(row[at].text for row in rows)]
        yield Table(
            "moments-table",
            "The cluster at each moment: sums over the pods listed",
            tuple(columns[at] for at in shown),
            tuple(tuple(row[at] for at in shown) for row in rows),
            numeric=frozenset(range(1, len(shown))),
        )
    scalers = [(snapshot, one) for snapshot in snapshots for one in snapshot.autoscalers]
    if scalers:
        rows = tuple(
            (
                Cell(one.name),
                Cell(snapshot.moment),
                Cell(display.show(one.replicas, units.COUNT)),
                Cell(display.show(one.min, units.COUNT)),
                Cell(display.show(one.max, units.COUNT)),
                Cell(", ".join(one.targets) or "n/a"),
            )
            for snapshot, one in scalers
        )
        yield Table(
            "autoscalers-table",
            "Autoscalers",
            ("Autoscaler", "Moment", "Replicas", "Fewest", "Most", "Targets, as printed"),
            rows,
            numeric=frozenset({2, 3, 4}),
        )


def _moment(snapshot: Snapshot) -> tuple[Cell, ...]:
    pods, nodes = snapshot.pods, snapshot.nodes
    running = figures.running(pods) if pods else []
    restarts = figures.total([pod.restarts for pod in pods.list]) if pods else None
    pending = [pod for pod in pods.list if pod.phase == "Pending"] if pods else []
    active = pods.active if pods else None
    shown = (
        tables.short(active or (Quantity.exact(len(running)) if running else None), units.COUNT),
        tables.short(pods.pending if pods else None, units.COUNT)
        or (str(len(pending)) if running else ""),
        tables.short(restarts, units.COUNT),
        tables.short(figures.total([pod.cpu for pod in running]), units.CORES),
        tables.short(figures.total([pod.memory for pod in running]), units.MEMORY),
        tables.short(nodes.active if nodes else None, units.COUNT),
    )
    time = str(snapshot.time) if snapshot.time else ""
    return (Cell(snapshot.moment, sub=time), *map(Cell, shown))


# --- where figures come from ----------------------------------------------------------------------


def sources(view: RunView) -> Iterator[Block]:
    """The files that figures were read from, with their hashes; those that are kept are linked."""
    listed = view.run.sources
    if not listed:
        return
    links = dict(view.files)
    rows = tuple(
        (
            Cell(source.file, href=links.get(source.file, "")),
            Cell(source.kind, sub=source.tool or ""),
            Cell(display.show(source.size, units.BYTES)),
            Cell(str(source.imported or "n/a")),
            Cell(source.sha256),
        )
        for source in listed
    )
    columns = ("File", "What it is", "Size", "Imported", "SHA-256")
    caption = "Files that figures of this record were read from"
    yield Table("sources-table", caption, columns, rows, numeric=frozenset({2}))

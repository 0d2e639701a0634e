"""The sections of a run's page that show what was measured: figures, efficiency, cache, endpoints.

Each is a function from what is known of the run to blocks; without data it yields none.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator import display, figures, tables, units
from generator.blocks import (
    LEVELS,
    Block,
    Cell,
    Mark,
    Note,
    Table,
)
from generator.metrics import METRICS
from generator.units import Quantity
from generator.view import RunView, picture


def all_figures(view: RunView) -> Iterator[Block]:
    """Every metric, with baseline, delta and verdict where there is a baseline."""
    if view.comparison:
        yield from picture("before_after", view.comparison)
        yield tables.comparison_table(
            view.comparison, view.page, view.to, doubted=view.doubted_metrics
        )
    elif view.measurements:
        found = view.measurements.values()
        yield tables.metrics_table(found, view.page, view.to, doubted=view.doubted_metrics)
    k6 = view.run.k6
    if k6 and k6.checks and k6.checks.passes is not None:
        passed = display.show(k6.checks.passes, units.COUNT)
        failed = f", {display.show(k6.checks.fails, units.COUNT)} failed" if k6.checks.fails else ""
        yield Note(f"k6 checks: {passed} passed{failed}.")
    if k6 and k6.thresholds:
        yield Table(
            "thresholds",
            "k6 thresholds",
            ("Metric", "Expression", "Outcome"),
            tuple(
                (
                    Cell(threshold.metric),
                    Cell(threshold.expression),
                    Cell(
                        "",
                        mark=_OUTCOMES[threshold.outcome],
                        doubts=view.doubts_of("k6", "thresholds", position, "outcome"),
                    ),
                )
                for position, threshold in enumerate(k6.thresholds)
            ),
        )
    known = {metric.recorded.removeprefix("k6.rates.") for metric in METRICS.values()}
    others = [(name, rate) for name, rate in (k6.rates if k6 else {}).items() if name not in known]
    if others:
        yield Table(
            "rates",
            "The script's own rates",
            ("Rate", "Share"),
            tuple((Cell(name), Cell(display.show(rate, units.SHARE))) for name, rate in others),
            numeric=frozenset({1}),
        )


_OUTCOMES = {
    "passed": Mark("passed", "✓", "improved"),
    "crossed": Mark("crossed", "✕", "regressed"),
    "no data": Mark("no data", "○", "doubt"),
}


def efficiency(view: RunView) -> Iterator[Block]:
    """Throughput for what it costs, and how evenly the pods carry it."""
    names = [name for name, metric in METRICS.items() if metric.group == "Efficiency"]
    names += ["cpu_total", "cpu_per_pod", "cpu_of_request"]
    if not any(name in view.measurements for name in names):
        return
    if view.comparison:
        yield tables.comparison_table(
            view.comparison, view.page, view.to, names, "efficiency-delta", view.doubted_metrics
        )
    else:
        found = [view.measurements[name] for name in names if name in view.measurements]
        yield tables.metrics_table(
            found, view.page, view.to, "efficiency-table", view.doubted_metrics
        )
    spread = figures.cpu_spread(view.run)
    if spread:
        lowest, highest = (display.show(end, units.CORES) for end in (spread.low, spread.high))
        share = display.show(spread.of_mean, units.RATIO)
        yield Note(f"CPU over the pods: {lowest} to {highest}, a spread of {share} of the mean.")
    group = view.run.deployment.node_group if view.run.deployment else None
    if group and group.price_per_hour is not None:
        price = display.show(group.price_per_hour, units.MONEY, group.currency)
        source = f" {group.price_source}" if group.price_source else ""
        yield Note(f"Price of a node: {price} per hour.{source}")


def cache(view: RunView) -> Iterator[Block]:
    """Hits and misses over the run."""
    if not view.run.cache or not view.run.cache.timeline:
        return
    yield from picture("cache_timeline", view.run)
    rows = []
    for position, sample in enumerate(view.run.cache.timeline):
        where = ("cache", "timeline", position)
        total = sample.hits + sample.misses if sample.hits and sample.misses else None
        rows.append(
            (
                Cell(display.show(sample.time, units.SECONDS), sub=sample.note or ""),
                Cell(display.show(sample.hits, units.COUNT), doubts=view.doubts_of(*where, "hits")),
                Cell(
                    display.show(sample.misses, units.COUNT),
                    doubts=view.doubts_of(*where, "misses"),
                ),
                Cell(display.show(figures.divide(sample.hits, total), units.SHARE)),
                Cell(
                    display.show(sample.hit_rate, units.SHARE),
                    doubts=view.doubts_of(*where, "hit_rate"),
                ),
            )
        )
    yield Table(
        "cache-table",
        "Cache counters over the run",
        ("Time", "Hits", "Misses", "Hit rate, computed", "Hit rate, stated"),
        tuple(rows),
        numeric=frozenset({1, 2, 3, 4}),
    )
    lookups = figures.cache_lookups(view.run)
    share = (
        figures.divide(lookups, view.measurements["requests"].quantity)
        if ("requests" in view.measurements)
        else None
    )
    if lookups is not None and share is not None:
        yield Note(
            f"{display.show(lookups, units.COUNT)} look-ups are {display.show(share, units.RATIO)} "
            "of the run's requests: the hit rate speaks of these only."
        )


def endpoints(view: RunView) -> Iterator[Block]:
    """Latency by endpoint, the one that takes most time marked."""
    if not view.run.endpoints or not view.run.endpoints.list:
        return
    yield from picture("endpoints", view.run)
    listed = view.run.endpoints.list
    most, word = figures.most_time(listed) or (None, "")
    columns: dict[str, list[Cell]] = {
        "Mean": [_latency(view, at, "avg") for at in range(len(listed))],
        **{
            label: [_latency(view, at, stat) for at in range(len(listed))]
            for label, stat in _FURTHER.items()
            if stat == "p95" or any(getattr(one, stat) is not None for one in listed)
        },
        "Calls": [
            Cell(display.show(one.calls, units.COUNT), sort=tables.sort_key(one.calls))
            for one in listed
        ],
    }
    if any(one.failed is not None for one in listed):
        columns["Failed"] = [
            Cell(display.show(one.failed, units.SHARE), sort=tables.sort_key(one.failed))
            for one in listed
        ]
    columns["Total time"] = [
        Cell(display.show(total, units.MILLISECONDS), sort=tables.sort_key(total))
        for total in map(figures.total_time, listed)
    ]
    numeric = frozenset(range(1, 1 + len(columns)))
    if any(one.level for one in listed):
        columns["Level"] = [
            Cell("", mark=LEVELS[one.level] if one.level else None) for one in listed
        ]
    bottleneck = Mark(word, "◆", "doubt")
    rows = tuple(
        (
            Cell(one.name, mark=bottleneck if one is most else None),
            *(cells[position] for cells in columns.values()),
        )
        for position, one in enumerate(listed)
    )
    yield Table(
        "endpoints-table",
        f"Latency by endpoint, from {view.run.endpoints.source}",
        ("Endpoint", *columns),
        rows,
        numeric=numeric,
        sortable=True,
    )


_FURTHER = {"Median": "med", "p90": "p90", "p95": "p95", "p99": "p99", "Largest": "max"}
"""Columns of latency that stand where anything is recorded for them; the p95 always does."""


def _latency(view: RunView, position: int, stat: str) -> Cell:
    endpoint = view.run.endpoints.list[position] if view.run.endpoints else None
    quantity: Quantity | None = getattr(endpoint, stat)
    doubts = view.doubts_of("endpoints", "list", position, stat)
    text = display.show(quantity, units.MILLISECONDS)
    return Cell(text, sort=tables.sort_key(quantity), doubts=doubts)

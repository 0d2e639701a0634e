"""The section of a run's page with all that k6 says and that stands nowhere else on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from generator import display, figures, units
from generator.blocks import Block, Cell, Note, Table
from generator.measured import OtherMetric
from generator.tables import short, sort_key
from generator.units import Quantity
from generator.view import RunView


def k6(view: RunView) -> Iterator[Block]:
    """Checks by name, and every metric of k6 that stands nowhere else on the page."""
    found = view.run.k6
    if found is None:
        return
    dropped = found.dropped_iterations
    if dropped and dropped.count and dropped.count.end != 0:
        number = display.show(dropped.count, units.COUNT)
        yield Note(
            f"k6 dropped {number} iterations: they were due and found no free VU, so the load "
            "was less than what was asked for.",
            "doubt",
        )
    facts = (
        ("Scenarios", ", ".join(found.scenarios)),
        ("Most VUs at one time", short(found.vus_max, units.COUNT)),
        ("Data sent", short(found.data_sent, units.BYTES)),
        ("Failed requests", short(found.failed_requests, units.COUNT)),
    )
    rows = tuple((Cell(name), Cell(text)) for name, text in facts if text)
    if rows:
        yield Table("k6-facts", "What k6 says of the run", ("Figure", "Value"), rows)
    if found.checks and found.checks.list:
        yield _checks(view)
    for kind, caption in _KINDS.items():
        metrics = {name: one for name, one in found.metrics.items() if one.type == kind}
        if metrics:
            yield _metrics(f"k6-{kind}s", caption, metrics)


_KINDS = {
    "trend": "Other trends of k6",
    "counter": "Other counters of k6",
    "rate": "Other rates of k6",
    "gauge": "Gauges of k6",
}


def _checks(view: RunView) -> Table:
    listed = view.run.k6.checks.list if view.run.k6 and view.run.k6.checks else ()
    grouped = any(check.group for check in listed)
    rows = []
    for check in listed:
        made = check.passes + check.fails if check.passes and check.fails else None
        share = figures.divide(check.passes, made)
        rows.append(
            (
                Cell(check.name, sub=(check.group or "") if grouped else ""),
                Cell(display.show(check.passes, units.COUNT), sort=sort_key(check.passes)),
                Cell(display.show(check.fails, units.COUNT), sort=sort_key(check.fails)),
                Cell(display.show(share, units.SHARE), sort=sort_key(share)),
            )
        )
    return Table(
        "checks-table",
        "k6 checks by name",
        ("Check", "Passed", "Failed", "Share passed"),
        tuple(rows),
        numeric=frozenset({1, 2, 3}),
        sortable=True,
    )


_VALUES = {
    "count": "Count",
    "rate": "Rate",
    "passes": "Passes",
    "fails": "Fails",
    "value": "Last",
    "avg": "Mean",
    "min": "Smallest",
    "med": "Median",
    "p(90)": "p90",
    "p(95)": "p95",
    "p(99)": "p99",
    "max": "Largest",
}


def _metrics(id_: str, caption: str, metrics: Mapping[str, OtherMetric]) -> Table:
    """Metrics of one type, with a column for each value that any of them has."""
    known = dict.fromkeys(name for metric in metrics.values() for name in metric.values)
    names = [name for name in _VALUES if name in known]
    names += list(islice((name for name in known if name not in _VALUES), 6))
    rows = tuple(
        (
            Cell(name),
            *(
                Cell(_value(metric, value), sort=sort_key(metric.values.get(value)))
                for value in names
            ),
        )
        for name, metric in metrics.items()
    )
    columns = ("Metric", *(_VALUES.get(name, name) for name in names))
    numeric = frozenset(range(1, len(columns)))
    return Table(id_, caption, columns, rows, numeric=numeric, sortable=len(rows) > 1)


_CONTAINS = {"time": units.MILLISECONDS, "data": units.BYTES, "default": units.NUMBER}


def _value(metric: OtherMetric, name: str) -> str:
    """A value of a metric: of a rate a share, of a counter's rate per second."""
    quantity = metric.values.get(name)
    if quantity is None:
        return "n/a"
    unit = _CONTAINS[metric.contains]
    if metric.type == "rate":
        return short(quantity, units.SHARE if name == "rate" else units.COUNT)
    if metric.type == "counter" and name == "rate":
        return f"{short(quantity, unit)}/s" if metric.contains == "data" else _rate(quantity)
    if unit is units.NUMBER and quantity.half == 0:
        return display.show(quantity, units.COUNT)
    return short(quantity, unit)


def _rate(quantity: Quantity) -> str:
    return short(quantity, units.PER_SECOND)

"""What a run's repeats show on its page: how large the noise is, and what it hides."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from generator import display, links, noise, tables
from generator.blocks import Block, Cell, Item, Items, Note, Table
from generator.metrics import METRICS, Metric
from generator.settings import is_absolute
from generator.units import Quantity
from generator.verdicts import share_text
from generator.view import RunView


def section(view: RunView) -> Iterator[Block]:
    """Each judged metric over the repeats: range, noise, and the smallest effect they can show."""
    group = view.notebook.replicates(view.identity)
    if len(group) < 2:
        return
    yield Items(
        tuple(
            Item(
                view.notebook.gists[name].title,
                href=view.to.href(view.page, links.run_page(name)),
                place=display.show_moment(view.notebook.gists[name].date),
            )
            for name in group
        ),
        "Runs of the same thing",
    )
    rows = [
        row
        for metric in METRICS.values()
        if metric.better and (row := _row(view, metric, group)) is not None
    ]
    columns = (
        "Metric",
        "Median",
        "Smallest to largest",
        "Noise of two runs",
        f"Smallest effect that {len(group)} runs a side show",
        "Runs a side to show the tolerance",
    )
    yield Table(
        "repeats-table",
        f"What {len(group)} runs of the same thing show",
        columns,
        tuple(rows),
        numeric=frozenset({1, 2, 3, 4, 5}),
    )
    yield Note(
        f"Noise is at {noise.CONFIDENCE:.0%} confidence, the smallest effect at a power of "
        f"{noise.POWER:.0%}. A test of ranks needs {noise.ENOUGH} runs a side. Percentiles are "
        "compared run by run, never averaged."
    )


def _row(view: RunView, metric: Metric, group: tuple[str, ...]) -> tuple[Cell, ...] | None:
    values = noise.figures_of(view.notebook, metric, group)
    found = noise.of_groups(view.notebook, metric, {group[0]: group})
    if found is None or len(values) < 2:
        return None
    tolerance = view.notebook.settings.tolerance_of(metric)
    needed = found.repeats_for(tolerance)
    return (
        tables.metric_cell(metric, view.page, view.to),
        Cell(_shown(view, metric, statistics.median(values)), strong=True),
        Cell(f"{_shown(view, metric, min(values))} to {_shown(view, metric, max(values))}"),
        Cell(f"±{share_text(metric, found.floor())}"),
        Cell(share_text(metric, found.smallest_effect(len(values)))),
        Cell(
            f"{needed}" if needed else f"over {noise.MOST_REPEATS:,}",
            sub=f"tolerance {share_text(metric, tolerance)}",
        ),
    )


def _shown(view: RunView, metric: Metric, value: float) -> str:
    own = view.measurements.get(metric.name)
    currency = own.currency if own and not is_absolute(metric) else ""
    return display.show(Quantity(value, value, computed=True), metric.unit, currency)

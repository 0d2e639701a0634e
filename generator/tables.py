"""Tables of runs and comparisons: what the report prints by hand, computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from generator import display, links, units
from generator.blocks import STATUSES, Cell, Footnotes, Table, verdict_cell, verdict_mark
from generator.compare import Comparison, Delta
from generator.likeness import Difference
from generator.links import Links
from generator.measurements import Measurement
from generator.metrics import METRICS, Metric
from generator.notebook import Notebook, campaign_of
from generator.terminal import show_value
from generator.units import Quantity, Unit

NOT_AVAILABLE = Cell("n/a", sort="-1")


def short(quantity: Quantity | None, unit: Unit) -> str:
    """A figure that a tool wrote, with the few digits that a reader needs; empty for none."""
    if quantity is None:
        return ""
    as_written = unit.exact or unit is units.SECONDS or not quantity.is_exact
    shown = quantity if as_written else Quantity(quantity.start, quantity.end, computed=True)
    return display.show(shown, unit)


def sort_key(quantity: Quantity | None) -> str:
    """What a cell with a figure is sorted by; without one before all others."""
    return "-1" if quantity is None or quantity.end is None else repr(quantity.end)


def value_cell(measurement: Measurement | None, footnotes: Footnotes | None = None) -> Cell:
    """A measurement, sorted by its number; n/a where there is none."""
    if measurement is None:
        return NOT_AVAILABLE
    number = measurement.quantity.value
    notes = footnotes.numbers(measurement.warnings) if footnotes else ()
    return Cell(measurement.show(), sort="-1" if number is None else repr(number), notes=notes)


def metric_cell(metric: Metric, page: str, to: Links, notes: tuple[int, ...] = ()) -> Cell:
    """A metric's label, leading to its definition."""
    return Cell(metric.label, href=to.href(page, links.GLOSSARY, metric.name), notes=notes)


def comparison_table(
    comparison: Comparison,
    page: str,
    to: Links,
    names: Iterable[str] = METRICS,
    id_: str = "delta-table",
    doubted: Mapping[str, tuple[int, ...]] | None = None,
) -> Table:
    """The candidate's metrics with baseline, delta and verdict.

    `doubted` has the numbers of the page's doubts by metric.
    """
    footnotes = Footnotes()
    rows: list[tuple[Cell, ...]] = []
    groups: dict[int, str] = {}
    shown = [comparison.deltas[name] for name in names if name in comparison.deltas]
    often = Counter(delta.basis for delta in shown)
    for delta in shown:
        if delta.metric.group not in groups.values():
            groups[len(rows)] = delta.metric.group
        rows.append(
            (
                metric_cell(delta.metric, page, to, footnotes.numbers(delta.warnings)),
                Cell(
                    show_value(delta.candidate),
                    strong=True,
                    doubts=doubted.get(delta.metric.name, ())
                    if doubted and delta.candidate
                    else (),
                ),
                Cell(delta.show_delta(), sub=delta.show_change() if delta.delta else ""),
                Cell(show_value(delta.baseline)),
                _verdict(delta, often, footnotes),
            )
        )
    return Table(
        id_,
        f"{comparison.candidate} against {comparison.baseline}",
        ("Metric", "This run", "Delta", "Baseline", "Verdict"),
        tuple(rows),
        numeric=frozenset({1, 2, 3}),
        groups=groups,
        notes=tuple(footnotes.texts),
    )


OFTEN = 3
"""From how many rows on the basis of their verdict is told once, beneath the table."""


def _verdict(delta: Delta, often: Counter[str], footnotes: Footnotes) -> Cell:
    """The verdict with its basis: beneath it, or in a note where many share it."""
    cell = verdict_cell(delta)
    if often[delta.basis] < OFTEN:
        return cell
    basis = f"{delta.basis[0].upper()}{delta.basis[1:]}."
    return replace(cell, sub="", notes=footnotes.numbers((basis,)))


def metrics_table(
    measurements: Iterable[Measurement],
    page: str,
    to: Links,
    id_: str = "figures-table",
    doubted: Mapping[str, tuple[int, ...]] | None = None,
) -> Table:
    """A run's metrics where there is nothing to compare with; `doubted` as above."""
    footnotes = Footnotes()
    rows = tuple(
        (
            metric_cell(m.metric, page, to, footnotes.numbers(m.warnings)),
            Cell(m.show(), strong=True, doubts=doubted.get(m.metric.name, ()) if doubted else ()),
            Cell(m.source),
        )
        for m in measurements
    )
    return Table(
        id_,
        "Figures of this run",
        ("Metric", "Value", "Source"),
        rows,
        numeric=frozenset({1}),
        notes=tuple(footnotes.texts),
    )


def difference_table(differences: Sequence[Difference], id_: str, caption: str) -> Table:
    """Settings that are not the same on both sides."""
    rows = tuple(
        (Cell(d.setting), Cell(d.candidate, strong=not d.one_sided), Cell(d.baseline))
        for d in differences
    )
    return Table(id_, caption, ("Setting", "This run", "Baseline"), rows)


def matrix(
    notebook: Notebook,
    runs: Sequence[str],
    deltas: Mapping[str, Mapping[str, Delta]],
    page: str,
    to: Links,
) -> Table:
    """Metrics by runs; beneath each value its change against that run's own baseline."""
    footnotes = Footnotes()
    rows: list[tuple[Cell, ...]] = []
    groups: dict[int, str] = {}
    for metric in METRICS.values():
        measured = [notebook.measurements[identity].get(metric.name) for identity in runs]
        if not any(measured):
            continue
        if metric.group not in groups.values():
            groups[len(rows)] = metric.group
        cells = [metric_cell(metric, page, to)]
        for identity, measurement in zip(runs, measured, strict=True):
            cell = value_cell(measurement, footnotes)
            cell = with_change(cell, deltas.get(identity, {}).get(metric.name))
            cells.append(cell)
        rows.append(tuple(cells))
    return Table(
        "matrix-table",
        "Metrics by run; beneath each value the change against that run's own baseline",
        ("Metric", *(run_label(identity) for identity in runs)),
        tuple(rows),
        numeric=frozenset(range(1, len(runs) + 1)),
        groups=groups,
        notes=tuple(footnotes.texts),
    )


PROGRESSION = ("request_rate", "latency_p95", "error_rate", "rps_per_core", "cache_hit_rate")
"""Metrics whose way over the runs is told step by step."""


def progression_table(
    notebook: Notebook,
    runs: Sequence[str],
    deltas: Mapping[str, Mapping[str, Delta]],
    whole: Comparison | None,
    page: str,
    to: Links,
) -> Table:
    """Runs in order with each one's change against its baseline; last the way as a whole."""
    rows = []
    for identity in runs:
        cells = [
            Cell(
                notebook.title_of(identity),
                sub=identity,
                href=to.href(page, links.run_page(identity)),
            )
        ]
        for name in PROGRESSION:
            cell = value_cell(notebook.measurements[identity].get(name))
            delta = deltas.get(identity, {}).get(name)
            cells.append(with_change(cell, delta))
        rows.append(tuple(cells))
    if whole:
        found = [whole.deltas.get(name) for name in PROGRESSION]
        way = f"{whole.baseline} to {whole.candidate}"
        rows.append((Cell("From first to last", sub=way), *(change_cell(delta) for delta in found)))
    return Table(
        "progression-table",
        "Each run with its change against its own baseline",
        ("Run", *(METRICS[name].label for name in PROGRESSION)),
        tuple(rows),
        numeric=frozenset(range(1, len(PROGRESSION) + 1)),
    )


def with_change(cell: Cell, delta: Delta | None) -> Cell:
    """The cell with the change beneath its value; marked only where the change was judged."""
    if delta is None or delta.delta is None:
        return cell
    mark = verdict_mark(delta.verdict)
    judged = mark if mark.style in ("improved", "regressed") else None
    return replace(cell, sub=delta.show_change() or delta.show_delta(), mark=judged)


def change_cell(delta: Delta | None) -> Cell:
    """A change alone, with its verdict."""
    if delta is None or delta.delta is None:
        return NOT_AVAILABLE
    mark = verdict_mark(delta.verdict)
    return Cell(delta.show_change() or delta.show_delta(), sub=delta.show_delta(), mark=mark)


def run_label(identity: str) -> str:
    """The run's own part of its identity."""
    return identity.partition("/")[2]


RUN_METRICS = (
    "vus",
    "request_rate",
    "latency_p95",
    "error_rate",
    "pods_active",
    "nodes",
    "rps_per_core",
)
"""Metrics that the table of runs shows."""


def runs_table(
    notebook: Notebook, runs: Iterable[str], page: str, to: Links, caption: str = "Runs"
) -> Table:
    """Runs, newest first, sortable by each column."""
    rows = []
    for identity in sorted(runs, key=notebook.position, reverse=True):
        run, measured = notebook.gists[identity], notebook.measurements[identity]
        rows.append(
            (
                Cell(run.title, sub=identity, href=to.href(page, links.run_page(identity))),
                Cell(display.show_moment(run.date), sort=str(notebook.position(identity))),
                Cell(
                    notebook.title_of(campaign_of(identity)),
                    href=to.href(page, links.campaign_page(campaign_of(identity))),
                ),
                Cell("", sort=run.status, mark=STATUSES[run.status]),
                Cell(run.scenario or "n/a"),
                *(value_cell(measured.get(name)) for name in RUN_METRICS),
            )
        )
    labels = [METRICS[name].label for name in RUN_METRICS]
    return Table(
        "runs-table",
        caption,
        ("Run", "Date", "Campaign", "Status", "Scenario", *labels),
        tuple(rows),
        numeric=frozenset({1, *range(5, 5 + len(labels))}),
        sortable=True,
    )


def history_table(
    notebook: Notebook,
    names: Sequence[str],
    id_: str,
    caption: str,
    page: str,
    to: Links,
    newest: int | None = None,
) -> Table:
    """Runs in order of time by metrics; `newest` is how many are shown, None for all."""
    every = list(notebook.runs)
    shown = every[-newest:] if newest else every
    footnotes = Footnotes()
    rows = tuple(
        (
            Cell(
                notebook.title_of(identity),
                sub=identity,
                href=to.href(page, links.run_page(identity)),
                sort=str(number),
            ),
            Cell(display.show_moment(notebook.gists[identity].date), sort=str(number)),
            *(value_cell(notebook.measurements[identity].get(n), footnotes) for n in names),
        )
        for number, identity in enumerate(shown)
    )
    return Table(
        id_,
        caption,
        ("Run", "Date", *(METRICS[name].label for name in names)),
        rows,
        numeric=frozenset(range(1, len(names) + 2)),
        sortable=True,
        notes=tuple(footnotes.texts),
    )

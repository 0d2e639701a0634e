"""Runs x metrics for other tools: as CSV, JSON or Parquet, long or wide.

Long has a row for each figure, with all that is known of it; wide has a row for each run and a
column for each metric, its unit in the column's name. Figures are in base units.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from generator.measurements import Measurement, clean
from generator.metrics import METRICS
from generator.notebook import Notebook, campaign_of

Shape = Literal["long", "wide"]
Value = str | float | bool | tuple[str, ...] | None

VERSION = 1
"""Version of the layout of what is exported as JSON."""

ABOUT = {
    "run": "VARCHAR",
    "campaign": "VARCHAR",
    "title": "VARCHAR",
    "date": "DATE",
    "moment": "VARCHAR",
    "status": "VARCHAR",
    "scenario": "VARCHAR",
    "tags": "VARCHAR[]",
    "baseline": "VARCHAR",
}
"""What every row says of its run, with the type that DuckDB has for it.

`date` is the day, `moment` the date as it was recorded: a time of day and a zone are there only
where somebody wrote them down.
"""

FIGURE = {
    "metric": "VARCHAR",
    "label": "VARCHAR",
    "unit": "VARCHAR",
    "better": "VARCHAR",
    "value": "DOUBLE",
    "range_start": "DOUBLE",
    "range_end": "DOUBLE",
    "approximate": "BOOLEAN",
    "source": "VARCHAR",
    "warnings": "VARCHAR[]",
}
"""What a row of the long shape says of its figure; of a range `value` is the end."""


@dataclass(frozen=True)
class Export:
    """A table to hand over: its columns with their types, and its rows in that order."""

    shape: Shape
    columns: dict[str, str]
    rows: tuple[tuple[Value, ...], ...]


def chosen(notebook: Notebook, names: Sequence[str]) -> list[str]:
    """The runs of these names in order of time; a campaign's name stands for all its runs.

    Without names all runs. Raises UnknownRunError for a name that is neither.
    """
    found: set[str] = set()
    for name in names:
        own = notebook.runs_of(name)
        if not own:
            notebook.run(name)
        found.update(own or [name])
    return [identity for identity in notebook.runs if identity in found or not names]


def table(notebook: Notebook, runs: Sequence[str], shape: Shape) -> Export:
    """The figures of these runs in that shape."""
    return _long(notebook, runs) if shape == "long" else _wide(notebook, runs)


def _long(notebook: Notebook, runs: Sequence[str]) -> Export:
    rows = tuple(
        (*_about(notebook, identity), *_figure(measurement))
        for identity in runs
        for measurement in notebook.measurements[identity].values()
    )
    return Export("long", {**ABOUT, **FIGURE}, rows)


def _wide(notebook: Notebook, runs: Sequence[str]) -> Export:
    """A column for each metric that one of the runs has; one for each currency of an amount."""
    measured = [
        {_column(one): one for one in notebook.measurements[identity].values()} for identity in runs
    ]
    order = list(_in_order(measured))
    rows = tuple(
        (
            *_about(notebook, identity),
            tuple(one.metric.name for one in own.values() if not one.quantity.is_exact),
            *(clean(own[name].quantity.value) if name in own else None for name in order),
        )
        for identity, own in zip(runs, measured, strict=True)
    )
    columns = {**ABOUT, "approximate": "VARCHAR[]", **dict.fromkeys(order, "DOUBLE")}
    return Export("wide", columns, rows)


def _in_order(measured: Sequence[dict[str, Measurement]]) -> Iterator[str]:
    """The columns of all runs, in the order of the registry of metrics."""
    found = {name: one.metric for own in measured for name, one in own.items()}
    order = list(METRICS)
    yield from sorted(found, key=lambda name: (order.index(found[name].name), name))


def _column(measurement: Measurement) -> str:
    return f"{measurement.metric.name} [{_unit(measurement)}]"


def _unit(measurement: Measurement) -> str:
    return measurement.currency or measurement.metric.unit.base


def _about(notebook: Notebook, identity: str) -> tuple[Value, ...]:
    run = notebook.runs[identity]
    return (
        identity,
        campaign_of(identity),
        run.title,
        _day(run.date),
        run.date.isoformat() if run.date else None,
        run.status,
        run.load.scenario if run.load else None,
        tuple(run.tags),
        notebook.baselines[identity],
    )


def _day(when: date | datetime | None) -> str | None:
    if when is None:
        return None
    return (when.date() if isinstance(when, datetime) else when).isoformat()


def _figure(one: Measurement) -> tuple[Value, ...]:
    quantity = one.quantity
    return (
        one.metric.name,
        one.metric.label,
        _unit(one),
        one.metric.better,
        clean(quantity.value),
        clean(quantity.start) if quantity.is_range else None,
        clean(quantity.end) if quantity.is_range else None,
        not quantity.is_exact,
        one.source,
        one.warnings,
    )


# --- formats --------------------------------------------------------------------------------------

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the start of a formula, also in its wide form."""


def without_formula(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would run it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def as_csv(export: Export) -> str:
    """Comma-separated, empty where there is nothing; lists are joined by `; `."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(export.columns)
    for row in export.rows:
        writer.writerow([_cell(value) for value in row])
    return buffer.getvalue()


def _cell(value: Value) -> str | float:
    if isinstance(value, tuple):
        value = "; ".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return without_formula(value)
    return "" if value is None else value


def as_json(export: Export) -> str:
    """An object with `version`, `shape` and `rows`, each row an object by column."""
    content = {"version": VERSION, "shape": export.shape, "rows": list(_objects(export))}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _objects(export: Export) -> Iterator[dict[str, Any]]:
    for row in export.rows:
        yield dict(zip(export.columns, row, strict=True))


def as_parquet(export: Export) -> bytes:
    """Parquet with the types of the columns: days are dates, lists are lists."""
    import duckdb  # takes long to load, and only this format needs it

    with tempfile.TemporaryDirectory() as folder:
        rows, file = Path(folder, "rows.ndjson"), Path(folder, "export.parquet")
        with rows.open("w", encoding="utf-8") as stream:
            for row in _objects(export):
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        with duckdb.connect() as connection:
            if export.rows:
                columns: Any = export.columns
                found = connection.read_json(str(rows), columns=columns, format="newline_delimited")
            else:
                typed = (f'NULL::{kind} AS "{name}"' for name, kind in export.columns.items())
                found = connection.sql(f"SELECT {', '.join(typed)} LIMIT 0")
            found.write_parquet(str(file), compression="zstd")
        return file.read_bytes()

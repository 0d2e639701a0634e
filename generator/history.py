"""All runs with all metrics as one table: rows are runs in order of time, columns metrics."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from generator.datafiles import VERSION
from generator.exporting import without_formula
from generator.measurements import clean
from generator.metrics import METRICS
from generator.notebook import Notebook, campaign_of

ABOUT = ("campaign", "title", "date", "status", "scenario", "tags", "baseline")
"""What a row of `data/runs.csv` says of its run before the figures."""


def frame(
    notebook: Notebook, figure: Callable[[float | None], float | None] = lambda end: end
) -> pd.DataFrame:
    """Index: run identity in order of time; columns: every metric, in base units.

    What a run has no figure for is NaN; of a range `figure` of the end stands for it.
    """
    runs = [notebook.numbers(identity) for identity in notebook.runs]
    columns = {
        name: [figure(run[name].end) if name in run else None for run in runs] for name in METRICS
    }
    return pd.DataFrame(columns, pd.Index([*notebook.runs], name="id"), dtype=float)


def _entry(notebook: Notebook, identity: str) -> str:
    """The run as `data/runs.json` has it, in the place where it stands there."""
    measured = notebook.measurements[identity].items()
    entry = {
        "id": identity,
        **facts(notebook, identity),
        "metrics": {name: clean(m.quantity.value) for name, m in measured},
        "approximate": [name for name, m in measured if not m.quantity.is_exact],
    }
    # A line break in a text is written as an escape: these are all between the parts.
    return "  " + json.dumps(entry, indent=1, ensure_ascii=False).replace("\n", "\n  ")


def facts(notebook: Notebook, identity: str) -> dict[str, Any]:
    """What a run is, for data files: campaign, title, date, status, scenario, tags, baseline."""
    run = notebook.gists[identity]
    return {
        "campaign": campaign_of(identity),
        "title": run.title,
        "date": run.date.isoformat() if run.date else None,
        "status": run.status,
        "scenario": run.scenario,
        "tags": list(run.tags),
        "baseline": notebook.baselines[identity],
    }


def runs_json(notebook: Notebook) -> str:
    """`data/runs.json`: every run with the metrics that it has; null where the end is unknown."""
    runs = [
        notebook.kept("entry", identity, partial(_entry, notebook, identity))
        for identity in notebook.runs
    ]
    listed = "[\n" + ",\n".join(runs) + "\n ]" if runs else "[]"
    return f'{{\n "version": {VERSION},\n "runs": {listed}\n}}\n'


def runs_csv(notebook: Notebook) -> str:
    """`data/runs.csv`: one row a run, one column a metric, empty where there is no figure.

    A text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    runs = [facts(notebook, identity) for identity in notebook.runs]
    table = frame(notebook, clean)
    for at, name in enumerate(ABOUT):
        table.insert(at, name, [_cell(run[name]) for run in runs])
    buffer = io.StringIO()
    table.to_csv(buffer, lineterminator="\n")
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    text = " ".join(value) if isinstance(value, list) else value
    return without_formula(text) if isinstance(text, str) else text

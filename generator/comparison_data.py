"""The data files from which the page Compare compares any runs in the browser.

Published is all that belongs to one run, to a group of repeats or to the notebook, in the words and
digits that it is shown with; `templates/assets/comparing.js` adds only what belongs to a pair, as
`compare` has it. No file grows with the number of pairs:

- `data/compare.json`: metrics, units, and what the words of a comparison are;
- `data/compare/changes/<campaign>.json`: the changes on record, by run;
- `data/compare/runs/<run>.json`: figures, settings, doubts of a run;
- `data/compare/repeats/<run>.json`: figures of the runs that repeat one another, by the original.

The list of runs to choose from is that of `roster`, what runs keep over time the business of
`course_data`.
"""

from __future__ import annotations

import json
import math
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from generator import audit, figures, likeness, links, noise, telling
from generator.doubts import Kind
from generator.errors import Level
from generator.likeness import DEFINES_LOAD, DURATION_TOLERANCE, LABELS, MOST_FACTORS
from generator.measurements import Measurement
from generator.metrics import METRICS, Metric
from generator.model import Run
from generator.notebook import Notebook
from generator.settings import is_absolute
from generator.units import NUMBER, RATIO, SECONDS, SHARE, Quantity
from generator.verdicts import SIGNS
from generator.view import KINDS, View

VERSION = 1
"""Version of the layout of these files."""

INDEX = "data/compare.json"

MOST_EXACT = 2.0**53
"""Whole numbers beyond it are no longer told apart as JavaScript reads them."""


def files(notebook: Notebook, view: View) -> Iterator[tuple[str, str]]:
    """Path and content of each file; `view` has the same notebook with its prose told."""
    yield INDEX, text_of(_index(notebook, view))
    for name in notebook.campaign_names:
        make = partial(_text_of_changes, notebook, view.notebook, name)
        yield f"data/compare/changes/{name}.json", notebook.kept("changes", name, make)
    for identity in notebook.runs:
        make = partial(_text_of_run, view, notebook, identity)
        yield f"data/compare/runs/{identity}.json", notebook.kept("compare", identity, make)
    for first in _groups(notebook):
        path = f"data/compare/repeats/{notebook.gists[first].repeats or first}.json"
        make = partial(_text_of_repeats, notebook, first)
        yield path, notebook.kept("repeats", first, make)


def _text_of_changes(notebook: Notebook, told: Notebook, campaign: str) -> str:
    return text_of({"changes": _changes(notebook, told, campaign)})


def _text_of_repeats(notebook: Notebook, first: str) -> str:
    return text_of(_repeats(notebook, notebook.replicates(first)))


def _text_of_run(view: View, notebook: Notebook, identity: str) -> str:
    return text_of(_run(notebook, identity, _doubts(view, identity)))


def text_of(content: Mapping[str, Any]) -> str:
    """Compact JSON with the version of its layout, that ends with a line break."""
    return (
        json.dumps({"version": VERSION, **content}, ensure_ascii=False, separators=(",", ":"))
        + "\n"
    )


# --- the notebook ---------------------------------------------------------------------------------


def _index(notebook: Notebook, view: View) -> dict[str, Any]:
    of_metrics = [metric.unit for metric in METRICS.values()]
    units = {unit.name: unit for unit in (*of_metrics, SECONDS, NUMBER)}
    return {
        "minimum_repeats": notebook.settings.minimum_repeats,
        "enough": noise.ENOUGH,
        "confidence": noise.CONFIDENCE,
        "most_repeats": noise.MOST_REPEATS,
        "z": statistics.NormalDist().inv_cdf(1 - (1 - noise.CONFIDENCE) / 2),
        "t": _quantiles(notebook),
        "defines_load": sorted(DEFINES_LOAD),
        "duration_tolerance": DURATION_TOLERANCE,
        "most_factors": MOST_FACTORS,
        "labels": LABELS,
        "not_recorded": likeness.NOT_RECORDED,
        "unknown_load": likeness.UNKNOWN_LOAD,
        "signs": {str(verdict): sign for verdict, sign in SIGNS.items()},
        "units": {
            name: {
                "base": unit.base,
                "display": unit.display,
                "exact": unit.exact,
                "share": unit in (SHARE, RATIO),
            }
            for name, unit in units.items()
        },
        "metrics": [_metric(notebook, metric, view) for metric in METRICS.values()],
    }


def _metric(notebook: Notebook, metric: Metric, view: View) -> dict[str, Any]:
    return {
        "name": metric.name,
        "label": metric.label,
        "group": metric.group,
        "unit": metric.unit.name,
        "better": metric.better,
        "needs": metric.needs,
        "threshold": notebook.settings.tolerance_of(metric),
        "absolute": is_absolute(metric),
        "page": view.to.href(links.HOME, links.GLOSSARY, metric.name),
    }


def _quantiles(notebook: Notebook) -> list[list[float]]:
    """Student's t at the confidence and at the power, for 1, 2, ... degrees of freedom."""
    most = sum(len(group) - 1 for group in _groups(notebook).values())
    confident = 1 - (1 - noise.CONFIDENCE) / 2
    return [
        [noise.quantile(confident, freedom), noise.quantile(noise.POWER, freedom)]
        for freedom in range(1, most + 1)
    ]


def _changes(notebook: Notebook, told: Notebook, campaign: str) -> dict[str, list[dict[str, Any]]]:
    """The changes of each run of a campaign that has some; `told` is what a page shows."""
    return {
        identity: [
            {
                "area": change.area,
                "file": change.file,
                "modification": change.modification,
                "told": telling.plain(shown.modification),
                "name": change.name,
                "setting": change.setting,
                "inert": change.inert,
            }
            for change, shown in zip(
                notebook.runs[identity].changes, told.runs[identity].changes, strict=True
            )
        ]
        for identity in notebook.runs_of(campaign)
        if "changes" in notebook.gists[identity].holds
    }


# --- a run ----------------------------------------------------------------------------------------


def _run(
    notebook: Notebook,
    identity: str,
    doubts: Sequence[tuple[str, int]],
) -> dict[str, Any]:
    run = notebook.runs[identity]
    stages = figures.total([stage.duration for stage in run.load.stages]) if run.load else None
    group = notebook.replicates(identity)
    return {
        "id": identity,
        "status": run.status,
        "scenario": [run.load.scenario, run.load.script] if run.load else None,
        "load_known": likeness.load_known(run),
        "duration": run.load.duration.start if run.load and run.load.duration else None,
        "stages": stages.start if stages else None,
        "load": list(_settings(run.load)),
        "environment": list(_settings(run.environment)),
        "deployment": list(_settings(run.deployment)),
        "metrics": [_measured(found) for found in notebook.measurements[identity].values()],
        "runs": len(group),
        # A run that is not completed is not judged, so that nothing is asked of its repeats.
        "repeats": run.repeats or identity
        if run.status == "completed" and _repeated(group)
        else None,
        "noise": _of_scenario(notebook, run) if len(group) == 1 else [],
        "doubts": doubts,
        "courses": bool(run.series or run.distribution),
    }


def _settings(part: Any) -> Iterator[list[Any]]:
    """Name, text and what two are equal by of each setting; a repeated name counts once."""
    for name, (value, text) in dict(likeness.named(part)).items():
        yield [name, text, comparable(value)]


def comparable(value: Any) -> Any:
    """The value in JSON: equal there if and only if equal here."""
    if isinstance(value, tuple):
        return [comparable(part) for part in value]
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        if math.isfinite(value) and abs(value) < MOST_EXACT:
            return value
        return ["number", str(int(value) if math.isfinite(value) else value)]
    return [type(value).__name__, str(value)]


def _measured(found: Measurement) -> dict[str, Any]:
    """A figure as it is shown, and what is computed with."""
    quantity: Quantity = found.quantity
    content: dict[str, Any] = {
        "name": found.metric.name,
        "text": found.show(),
        "start": quantity.start,
        "end": quantity.end,
    }
    if quantity.approximate:
        content["approximate"] = True
    if found.currency:
        content["currency"] = found.currency
    if found.warnings:
        content["warnings"] = list(found.warnings)
    return content


def _doubts(view: View, identity: str) -> list[tuple[str, int]]:
    """How many doubts of a run there are of each kind, acknowledged ones last."""
    counted: Counter[str] = Counter()
    for problem in view.problems_of(identity):
        accepted = problem.level is Level.ACKNOWLEDGED
        kind = "Acknowledged" if accepted else str(audit.RULES.get(problem.code, (Kind.FILE,))[0])
        counted[kind] += 1
    order = [*map(str, KINDS), "Acknowledged"]
    return sorted(counted.items(), key=lambda item: order.index(item[0]))


# --- repeats --------------------------------------------------------------------------------------


def _groups(notebook: Notebook) -> Mapping[str, tuple[str, ...]]:
    """Each group of two or more completed repeats by its first run."""
    groups = map(notebook.replicates, notebook.completed)
    return {group[0]: group for group in groups if _repeated(group)}


def _repeated(group: Sequence[str]) -> bool:
    return len(group) > 1


def _repeats(notebook: Notebook, group: Sequence[str]) -> dict[str, Any]:
    """The group's figures by metric, with the squares that its spread is pooled from."""
    metrics = []
    for metric in METRICS.values():
        values = noise.figures_of(notebook, metric, group)
        if values:
            metrics.append([metric.name, values, noise.squares_of(metric, values)])
    return {"runs": list(group), "metrics": metrics}


def _of_scenario(notebook: Notebook, run: Run) -> list[list[Any]]:
    """Metric, spread, freedom and source of the noise in the run's scenario, of each metric."""
    scenario = run.load.scenario if run.load else None
    if not scenario:
        return []
    pooled = ((name, noise.of_scenario(notebook, scenario, name)) for name in METRICS)
    return [[name, found.spread, found.freedom, found.source] for name, found in pooled if found]

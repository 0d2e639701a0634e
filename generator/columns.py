"""All runs as columns: the data file that the table of runs and Explore read in the browser.

A column is a list with one entry a run, in order of time, null where there is none: 500 runs stay
within what a phone loads. Texts are as the pages show them; nothing is computed in the browser
that the pages could disagree with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from generator import display, likeness, links, records, telling, units
from generator.blocks import LEVELS, STATUSES, Mark, verdict_mark
from generator.errors import Level
from generator.fields import In
from generator.measurements import Measurement
from generator.metrics import METRICS, Metric
from generator.model import Deployment, Load, Run
from generator.notebook import campaign_of
from generator.units import Unit
from generator.verdicts import Verdict
from generator.view import View

FILE = "data/explore.json"
"""Path of the data file in the site."""

VERSION = 1
"""Version of its layout."""

MOST_SETTINGS = 40
"""How many settings are published at most: those that most runs recorded."""

MOST_WORDS = 30
"""How many texts a setting that is no number may have: more tell nothing apart."""


def as_text(view: View) -> str:
    """The data file's content.

    `runs` are columns of what a run is, `metrics` and `settings` lists of columns of figures, in
    base units to seven digits; `data/runs.json` has all digits. `scale` lists the units that
    figures are shown in: smallest figure, symbol, size.
    """
    content = {
        "version": VERSION,
        "pages": {
            "run": view.to.address(links.run_page("{id}")),
            "campaign": view.to.address(links.campaign_page("{id}")),
        },
        "marks": {name: _mark(mark) for name, mark in _MARKS.items()},
        "campaigns": {
            name: view.notebook.campaign(name).title for name in view.notebook.campaign_names
        },
        "runs": _runs(view),
        "metrics": [column for metric in METRICS.values() for column in _metric(view, metric)],
        "settings": list(_settings(view.notebook.runs)),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"


_MARKS: Mapping[str, Mark] = {
    **STATUSES,
    "improved": verdict_mark(Verdict.IMPROVED),
    "regressed": verdict_mark(Verdict.REGRESSED),
    "doubts": LEVELS["warning"],
}
"""Sign and style of the words that a column can hold."""


def _mark(mark: Mark) -> dict[str, str]:
    return {"sign": mark.sign, "style": mark.style}


def _runs(view: View) -> dict[str, list[Any]]:
    """What each run is, a column a fact; `when` is in seconds since 1970, UTC."""
    book = view.notebook
    judged = {name: _judged(view, name) for name in book.runs}
    doubts: dict[str, int] = {}
    for problem in view.problems:
        if problem.level is Level.WARNING:
            doubts[problem.file] = doubts.get(problem.file, 0) + 1
    runs = book.runs.items()
    return {
        "id": list(book.runs),
        "title": [run.title for _, run in runs],
        "summary": [" ".join(telling.plain(run.summary or "").split()) for _, run in runs],
        "campaign": [campaign_of(name) for name in book.runs],
        "date": [display.show_moment(run.date) if run.date else None for _, run in runs],
        "when": [_seconds(run.date) for _, run in runs],
        "status": [run.status for _, run in runs],
        "scenario": [run.load.scenario if run.load else None for _, run in runs],
        "tags": [list(run.tags) for _, run in runs],
        "baseline": [book.baselines[name] for name in book.runs],
        "improved": [judged[name].get(Verdict.IMPROVED, 0) for name in book.runs],
        "regressed": [judged[name].get(Verdict.REGRESSED, 0) for name in book.runs],
        "doubts": [doubts.get(records.file_of_run(name), 0) for name in book.runs],
    }


def _judged(view: View, identity: str) -> dict[Verdict, int]:
    """How many metrics got each verdict against the run's baseline."""
    found = view.comparisons.get(identity)
    counts: dict[Verdict, int] = {}
    for delta in found.deltas.values() if found else ():
        counts[delta.verdict] = counts.get(delta.verdict, 0) + 1
    return counts


def _seconds(when: date | datetime | None) -> int | None:
    """Seconds since 1970; a time without a zone is taken as UTC."""
    if when is None:
        return None
    moment = when if isinstance(when, datetime) else datetime.combine(when, time())
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _metric(view: View, metric: Metric) -> Iterator[dict[str, Any]]:
    """The column of a metric that any run has; of money a column for each currency.

    A text is what stands in `texts`, followed by `suffix`. `ranges` and `doubted` are positions of
    runs whose figure is a range over the run, with its end as the value, and of those whose figure
    the record contradicts.
    """
    measured = [found.get(metric.name) for found in view.notebook.measurements.values()]
    currencies = sorted({found.currency for found in measured if found})
    for currency in currencies:
        own = [found if found and found.currency == currency else None for found in measured]
        several = currency and len(currencies) > 1
        texts = [found.show() if found else None for found in own]
        suffix = _suffix([text for text in texts if text])
        yield {
            "name": f"{metric.name}.{currency}" if several else metric.name,
            "label": f"{metric.label}, {currency}" if several else metric.label,
            "group": metric.group,
            "unit": currency or metric.unit.base,
            "better": metric.better,
            "scale": _scale(metric.unit, currency),
            "values": [_number(found.quantity.value) if found else None for found in own],
            "suffix": suffix,
            "texts": [text and text.removesuffix(suffix) for text in texts],
            "ranges": _positions(own, lambda found: found.quantity.is_range),
            "doubted": _positions(own, lambda found: bool(found.warnings)),
        }


def _suffix(texts: list[str]) -> str:
    """The symbol with its space that all of these texts end in; nothing where they differ."""
    ends = {text[len(text.partition("\N{NO-BREAK SPACE}")[0]) :] for text in texts}
    return ends.pop() if len(ends) == 1 else ""


def _positions(column: Iterable[Measurement | None], holds: Any) -> list[int]:
    return [at for at, found in enumerate(column) if found and holds(found)]


def _scale(unit: Unit, currency: str = "") -> list[tuple[float, str, float]]:
    """The units that figures are shown in, largest first: from, symbol, size in base units."""
    return [
        (_short(least), currency or symbol, _short(size)) for least, symbol, size in unit.display
    ]


def _number(value: float | None) -> float | None:
    return None if value is None else _round(value)


def _round(value: float) -> float:
    """To seven digits."""
    return _short(float(f"{value:.7g}"))


def _short(value: float) -> float:
    """A whole number as one, for JSON."""
    return int(value) if value.is_integer() else value


@dataclass(frozen=True)
class _Setting:
    """A setting as one run recorded it; `number` is in base units, None for words."""

    text: str
    number: float | None
    unit: Unit | None


PARTS = (("load", "Load settings"), ("deployment", "Deployment"), ("environment", "Environment"))
"""The parts of a record whose settings are published, with the heading of their choice."""

SHOWN_ELSEWHERE = frozenset({"load.scenario", "load.vus"})
"""Settings that have a column of their own already."""


def _settings(runs: Mapping[str, Run]) -> Iterator[dict[str, Any]]:
    """The settings that are not the same in all runs, those that most runs recorded.

    `texts` are what it was set to, each once, `values` the same as numbers, and `of` has for each
    run the position among them.
    """
    columns: dict[str, dict[int, _Setting]] = {}
    for at, run in enumerate(runs.values()):
        for name, setting in _of_run(run):
            columns.setdefault(name, {})[at] = setting
    told = [name for name, column in columns.items() if _tells_apart(column)]
    told.sort(key=lambda name: (-len(columns[name]), name))
    for part, group in PARTS:
        for name in told[:MOST_SETTINGS]:
            if name.startswith(f"{part}."):
                yield _setting(name, group, columns[name], len(runs))


def _tells_apart(column: Mapping[int, _Setting]) -> bool:
    texts = {setting.text for setting in column.values()}
    numbers = all(setting.number is not None for setting in column.values())
    return len(texts) > 1 and (numbers or len(texts) <= MOST_WORDS)


def _setting(name: str, group: str, column: Mapping[int, _Setting], size: int) -> dict[str, Any]:
    distinct = {setting.text: setting.number for setting in column.values()}
    position = {text: at for at, text in enumerate(distinct)}
    numbers = list(distinct.values())
    unit = next((setting.unit for setting in column.values() if setting.unit), units.NUMBER)
    own = name.partition(".")[2]
    return {
        "name": name,
        "label": likeness.LABELS.get(own, own),
        "group": group,
        "scale": _scale(unit),
        "texts": list(distinct),
        "values": None
        if None in numbers
        else [_short(number) for number in numbers if number is not None],
        "of": [position[column[at].text] if at in column else None for at in range(size)],
    }


def _of_run(run: Run) -> Iterator[tuple[str, _Setting]]:
    for part, found in (("load", run.load), ("deployment", run.deployment)):
        for name, (value, text) in likeness.settings(found) if found else ():
            full = f"{part}.{name}"
            if full not in SHOWN_ELSEWHERE and not name.startswith("stages"):
                yield full, _Setting(text, _as_number(value), _unit_of(found, name))
    for name, (value, text) in likeness.leaves(run.environment):
        yield f"environment.{name}", _Setting(text, _as_number(value), None)


def _as_number(value: Any) -> float | None:
    """The number that a setting is; None for words, switches and ranges."""
    if isinstance(value, tuple) and len(value) == 2:
        start, end = value
        return float(start) if isinstance(start, int | float) and start == end else None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None


def _unit_of(part: Load | Deployment | None, name: str) -> Unit | None:
    """The unit of the field at a dotted name; None of what has no field of its own."""
    *holders, last = name.split(".")
    holder: Any = part
    for step in holders:
        holder = getattr(holder, step, None)
    info = getattr(type(holder), "model_fields", {}).get(last)
    return (
        next((mark.unit for mark in info.metadata if isinstance(mark, In)), None) if info else None
    )

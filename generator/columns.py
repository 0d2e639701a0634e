"""Figures and settings of all runs as columns, a data file each, which Runs and Explore read.

A column has one entry a run, in order of time, null where there is none. A page fetches those that
it shows: with all of them a notebook of thousands of runs would be megabytes. Texts are as the
pages show them; nothing is computed in the browser that the pages could disagree with.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypedDict

from generator import likeness, telling, units
from generator.fields import In
from generator.measurements import Measurement
from generator.metrics import METRICS, Metric
from generator.model import Deployment, Load, Run
from generator.notebook import Notebook
from generator.units import Unit

MOST_SETTINGS = 40
"""How many settings are published at most: those that most runs recorded."""

MOST_WORDS = 30
"""How many texts a setting that is no number may have: more tell nothing apart."""


@dataclass(frozen=True)
class Column:
    """A column: `about` is what the list of columns says of it, `content` its own file.

    `drawn` are positions of the runs that an axis can show: a range over the run is no point.
    """

    part: str
    about: Mapping[str, Any]
    content: Mapping[str, Any]
    drawn: frozenset[int]

    @property
    def name(self) -> str:
        """What the addresses of the pages call it."""
        return str(self.about["name"])

    @property
    def path(self) -> str:
        """Path of its file in the site; a name out of a record never becomes a path."""
        known = re.fullmatch(r"[a-z0-9_]+", self.name)
        file = self.name if known else hashlib.sha256(self.name.encode()).hexdigest()[:16]
        return f"data/roster/{self.part}/{file}.json"


class _Cell(NamedTuple):
    """A figure of a run as its column has it; `value` is in base units to seven digits."""

    text: str
    value: float | None
    currency: str = ""
    is_range: bool = False
    is_doubted: bool = False


class _Setting(NamedTuple):
    """A setting as one run recorded it; `number` is in base units, None for words.

    `unit` is the name of its unit, empty of what has no field of its own.
    """

    text: str
    number: float | None = None
    unit: str = ""


class Cells(TypedDict):
    """What a run has in the columns: figures by metric, settings by their full name.

    `summary` is what a reader sees of its summary, on one line.
    """

    metrics: dict[str, list[Any]]
    settings: dict[str, list[Any]]
    summary: str


def cells(notebook: Notebook) -> list[Cells]:
    """What each run has in the columns, in order of time; of a notebook whose prose is told."""
    return [_cells(notebook, identity) for identity in notebook.runs]


def _cells(notebook: Notebook, identity: str) -> Cells:
    def find() -> Cells:
        run, measured = notebook.runs[identity], notebook.measurements[identity].values()
        return {
            "metrics": {found.metric.name: _bare(_cell(found)) for found in measured},
            "settings": {name: _bare(one) for name, one in _of_run(run)},
            "summary": " ".join(telling.plain(run.summary or "").split()),
        }

    return notebook.kept("columns", identity, find)


def _bare(one: _Cell | _Setting) -> list[Any]:
    """Its parts, but for those at the end that are as usual."""
    usual = one._field_defaults
    parts = [*one._asdict().items()]
    while parts[-1][0] in usual and parts[-1][1] == usual[parts[-1][0]]:
        parts.pop()
    return [part for _, part in parts]


def _cell(found: Measurement) -> _Cell:
    quantity = found.quantity
    value = None if quantity.value is None else _round(quantity.value)
    return _Cell(found.show(), value, found.currency, quantity.is_range, bool(found.warnings))


def metrics(of_runs: Sequence[Cells]) -> list[Column]:
    """The columns of the metrics that any run has, in base units to seven digits."""
    every: dict[str, dict[int, _Cell]] = {}
    for at, one in enumerate(of_runs):
        for name, cell in one["metrics"].items():
            every.setdefault(name, {})[at] = _Cell(*cell)
    found: list[Column] = []
    for metric in METRICS.values():
        found += _metric(metric, every.get(metric.name, {}), len(of_runs))
    return found


def _metric(metric: Metric, column: Mapping[int, _Cell], size: int) -> Iterator[Column]:
    """The column of a metric that any run has; of money a column for each currency.

    A text is what stands in `texts`, followed by `suffix`. `ranges` and `doubted` are positions of
    runs whose figure is a range over the run, with its end as the value, and of those whose figure
    the record contradicts. `scale` lists the units that figures are shown in: smallest figure,
    symbol, size.
    """
    currencies = sorted({cell.currency for cell in column.values()})
    for currency in currencies:
        own = {at: cell for at, cell in column.items() if cell.currency == currency}
        several = currency and len(currencies) > 1
        suffix = _suffix([cell.text for cell in own.values() if cell.text])
        texts: list[str | None] = [None] * size
        values: list[float | None] = [None] * size
        for at, cell in own.items():
            texts[at], values[at] = cell.text.removesuffix(suffix), cell.value
        ranges = [at for at, cell in own.items() if cell.is_range]
        yield Column(
            "metrics",
            {
                "name": f"{metric.name}.{currency}" if several else metric.name,
                "label": f"{metric.label}, {currency}" if several else metric.label,
                "group": metric.group,
                "unit": currency or metric.unit.base,
                "better": metric.better,
                "scale": _scale(metric.unit, currency),
            },
            {
                "values": values,
                "suffix": suffix,
                "texts": texts,
                "ranges": ranges,
                "doubted": [at for at, cell in own.items() if cell.is_doubted],
            },
            frozenset(at for at, cell in own.items() if cell.value is not None) - set(ranges),
        )


def _suffix(texts: list[str]) -> str:
    """The symbol with its space that all of these texts end in; nothing where they differ."""
    ends = {text[len(text.partition("\N{NO-BREAK SPACE}")[0]) :] for text in texts}
    return ends.pop() if len(ends) == 1 else ""


def _scale(unit: Unit, currency: str = "") -> list[tuple[float, str, float]]:
    """The units that figures are shown in, largest first: from, symbol, size in base units."""
    return [
        (_short(least), currency or symbol, _short(size)) for least, symbol, size in unit.display
    ]


def _round(value: float) -> float:
    """To seven digits."""
    return _short(float(f"{value:.7g}"))


def _short(value: float) -> float:
    """A whole number as one, for JSON."""
    return int(value) if value.is_integer() else value


PARTS = (("load", "Load settings"), ("deployment", "Deployment"), ("environment", "Environment"))
"""The parts of a record whose settings are published, with the heading of their choice."""

SHOWN_ELSEWHERE = frozenset({"load.scenario", "load.vus"})
"""Settings that have a column of their own already."""


def settings(of_runs: Sequence[Cells]) -> Iterator[Column]:
    """The settings that are not the same in all runs, those that most runs recorded.

    `texts` are what it was set to, each once, `values` the same as numbers, and `of` has for each
    run the position among them.
    """
    columns: dict[str, dict[int, _Setting]] = {}
    for at, one in enumerate(of_runs):
        for name, setting in one["settings"].items():
            columns.setdefault(name, {})[at] = _Setting(*setting)
    told = [name for name, column in columns.items() if _tells_apart(column)]
    told.sort(key=lambda name: (-len(columns[name]), name))
    for part, group in PARTS:
        for name in told[:MOST_SETTINGS]:
            if name.startswith(f"{part}."):
                yield _setting(name, group, columns[name], len(of_runs))


def _tells_apart(column: Mapping[int, _Setting]) -> bool:
    texts = {setting.text for setting in column.values()}
    numbers = all(setting.number is not None for setting in column.values())
    return len(texts) > 1 and (numbers or len(texts) <= MOST_WORDS)


def _setting(name: str, group: str, column: Mapping[int, _Setting], size: int) -> Column:
    distinct = {setting.text: setting.number for setting in column.values()}
    position = {text: at for at, text in enumerate(distinct)}
    numbers = [number for number in distinct.values() if number is not None]
    unit = next((setting.unit for setting in column.values() if setting.unit), units.NUMBER.name)
    own = name.partition(".")[2]
    numeric = len(numbers) == len(distinct)
    return Column(
        "settings",
        {
            "name": name,
            "label": likeness.LABELS.get(own, own),
            "group": group,
            "scale": _scale(_UNITS[unit]),
            "numeric": numeric,
        },
        {
            "texts": list(distinct),
            "values": [_short(number) for number in numbers] if numeric else None,
            "of": [position[column[at].text] if at in column else None for at in range(size)],
        },
        frozenset(column),
    )


_UNITS = {unit.name: unit for unit in vars(units).values() if isinstance(unit, Unit)}


def _of_run(run: Run) -> Iterator[tuple[str, _Setting]]:
    for part, found in (("load", run.load), ("deployment", run.deployment)):
        for name, (value, text) in likeness.settings(found) if found else ():
            full = f"{part}.{name}"
            if full not in SHOWN_ELSEWHERE and not name.startswith("stages"):
                yield full, _Setting(text, _as_number(value), _unit_of(found, name))
    for name, (value, text) in likeness.leaves(run.environment):
        yield f"environment.{name}", _Setting(text, _as_number(value), "")


def _as_number(value: Any) -> float | None:
    """The number that a setting is; None for words, switches and ranges."""
    if isinstance(value, tuple) and len(value) == 2:
        start, end = value
        return float(start) if isinstance(start, int | float) and start == end else None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None


def _unit_of(part: Load | Deployment | None, name: str) -> str:
    """The name of the unit of the field at a dotted name; empty where there is none."""
    *holders, last = name.split(".")
    holder: Any = part
    for step in holders:
        holder = getattr(holder, step, None)
    info = getattr(type(holder), "model_fields", {}).get(last)
    marks = info.metadata if info else ()
    return next((mark.unit.name for mark in marks if isinstance(mark, In)), "")

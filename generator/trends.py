"""Trends: every metric over the runs that are like for like, and where its level changed.

Runs that repeat one another count once, with their median: what varies between sessions is not in
the spread of repeats that ran one after the other.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from generator import likeness, steps, stretches
from generator.likeness import Likeness
from generator.measurements import clean
from generator.metrics import METRICS, Metric
from generator.notebook import Notebook, Number
from generator.settings import is_absolute
from generator.steps import Course
from generator.stretches import Scenario, Stretch
from generator.verdicts import Verdict

NEAR = 1
"""By how many runs the place of a step is uncertain: an acknowledgement so near is of it."""


class Point(NamedTuple):
    """A run with its repeats: place among the scenario's, median, every figure, in base units."""

    position: int
    run: str
    median: float
    figures: tuple[float, ...]


@dataclass(frozen=True)
class Series:
    """A metric over a stretch, the runs that have no figure of it left out."""

    metric: Metric
    stretch: Stretch
    points: tuple[Point, ...]
    currency: str = ""

    @property
    def medians(self) -> list[float]:
        """The figure of each run, in order."""
        return [point.median for point in self.points]

    @cached_property
    def spread(self) -> float | None:
        """How much it varies from run to run, relative to its median, absolute for shares.

        None of fewer than eight runs, or around zero.
        """
        found = steps.spread_of(self.medians)
        if found is None or is_absolute(self.metric):
            return found
        middle = abs(statistics.median(self.medians))
        return found / middle if middle else None


@dataclass(frozen=True)
class ChangePoint:
    """A step of a metric between two runs that follow one another in a stretch.

    `levels` are the medians before and after, `runs` how many runs each of them lasted, `p` is
    that of the permutation test. `by` is the run whose record acknowledges it.
    """

    series: Series
    before: Point
    after: Point
    levels: tuple[float, float]
    runs: tuple[int, int]
    p: float
    by: str = ""

    @property
    def metric(self) -> Metric:
        """What changed."""
        return self.series.metric

    @property
    def size(self) -> float | None:
        """The step relative to the level before, absolute for shares; None relative to zero."""
        return steps.size_of(*self.levels, absolute=is_absolute(self.metric))

    @property
    def verdict(self) -> Verdict:
        """Whether it was for the better; not comparable where neither direction is."""
        return _verdict(self.metric, *self.levels)

    def as_json(self) -> dict[str, Any]:
        """The entry of `change_points` in `data/trends.json`."""
        return {
            "metric": self.metric.name,
            "unit": self.series.currency or self.metric.unit.base,
            "scenario": self.series.stretch.scenario,
            "load": self.series.stretch.label,
            "before": self.before.run,
            "after": self.after.run,
            "levels": [clean(level) for level in self.levels],
            "runs": list(self.runs),
            "size": clean(self.size),
            "p": clean(self.p),
            "verdict": str(self.verdict),
            "acknowledged_by": self.by or None,
        }


@dataclass(frozen=True)
class Drift:
    """A metric that moves all along a stretch, without a single step: from one level to another."""

    series: Series
    levels: tuple[float, float]

    @property
    def metric(self) -> Metric:
        """What moves."""
        return self.series.metric

    @property
    def size(self) -> float | None:
        """From first to last, as that of a change point."""
        return steps.size_of(*self.levels, absolute=is_absolute(self.metric))

    @property
    def verdict(self) -> Verdict:
        """Whether it moves for the better."""
        return _verdict(self.metric, *self.levels)

    def as_json(self) -> dict[str, Any]:
        """The entry of `drifts` in `data/trends.json`."""
        return {
            "metric": self.metric.name,
            "unit": self.series.currency or self.metric.unit.base,
            "scenario": self.series.stretch.scenario,
            "load": self.series.stretch.label,
            "first": self.series.points[0].run,
            "last": self.series.points[-1].run,
            "levels": [clean(level) for level in self.levels],
            "size": clean(self.size),
            "verdict": str(self.verdict),
        }


@dataclass(frozen=True)
class Trend:
    """A scenario over time: its series by metric, what changed, how many series could be tested.

    `longest` is the number of runs of its longest stretch.
    """

    scenario: Scenario
    series: dict[str, tuple[Series, ...]]
    change_points: tuple[ChangePoint, ...]
    drifts: tuple[Drift, ...]
    tested: int
    longest: int


def found(notebook: Notebook) -> tuple[Trend, ...]:
    """The trend of every scenario, that of the newest run first; found out once a notebook."""

    def every() -> tuple[Trend, ...]:
        return tuple(_trend(notebook, one) for one in stretches.scenarios(notebook))

    return notebook.once("trends", "", every)


def acknowledged(notebook: Notebook, runs: Iterable[str], metric: str) -> str:
    """The first of these runs whose record acknowledges a step of the metric; empty for none."""
    gists = notebook.gists
    for identity in runs:
        if "acknowledged_steps" not in gists[identity].holds:
            continue
        if any(known.metric == metric for known in notebook.runs[identity].acknowledged_steps):
            return identity
    return ""


def reason(notebook: Notebook, by: str, metric: str) -> str:
    """Why the record of a run acknowledges a step of the metric, on one line."""
    every = notebook.runs[by].acknowledged_steps
    found = (known.reason for known in every if known.metric == metric)
    return " ".join(next(found, "").split())


def between(notebook: Notebook, change: ChangePoint) -> Likeness:
    """What differs on record between the last run before a change point and the first after it."""
    return likeness.between(notebook, change.before.run, change.after.run)


def _trend(notebook: Notebook, scenario: Scenario) -> Trend:
    series: dict[str, tuple[Series, ...]] = {}
    numbers = {
        identity: notebook.numbers(identity)
        for stretch in scenario.stretches
        for group in stretch.groups
        for identity in group
    }
    for metric in METRICS.values():
        every = (_series(numbers, metric, stretch) for stretch in scenario.stretches)
        if there := tuple(one for one in every if one.points):
            series[metric.name] = there
    changes: list[ChangePoint] = []
    drifts: list[Drift] = []
    tested = 0
    for one in (one for there in series.values() for one in there):
        if len(one.points) < steps.FEWEST:
            continue
        tested += 1
        tolerance = notebook.settings.tolerance_of(one.metric)
        course = _course(notebook, one.medians, tolerance, is_absolute(one.metric))
        changes += _change_points(notebook, one, course.steps)
        if course.drift:
            drifts.append(Drift(one, (course.drift.start, course.drift.end)))
    longest = max(len(stretch.groups) for stretch in scenario.stretches)
    return Trend(scenario, series, tuple(changes), tuple(drifts), tested, longest)


def _course(notebook: Notebook, figures: list[float], least: float, absolute: bool) -> Course:
    """That of the figures: what was found out of the very same ones before is not again."""

    def find() -> list[Any]:
        return steps.course(figures, least, absolute=absolute).packed()

    return Course.unpacked(notebook.derived("course", (tuple(figures), least, absolute), find))


def _series(
    numbers: Mapping[str, Mapping[str, Number]], metric: Metric, stretch: Stretch
) -> Series:
    """The figures of a stretch; ranges are none, and amounts in another currency than the last."""
    points = []
    currency = ""
    for position, group in zip(reversed(stretch.positions), reversed(stretch.groups), strict=True):
        figures = []
        for identity in group:
            number = numbers[identity].get(metric.name)
            if number is None or number.is_range:
                continue
            currency = currency or number.currency
            if number.currency == currency:
                figures.append(number.start)
        if figures:
            middle = statistics.median(figures) if len(figures) > 1 else figures[0]
            points.append(Point(position, group[0], middle, tuple(figures)))
    return Series(metric, stretch, tuple(reversed(points)), currency)


def _change_points(
    notebook: Notebook, series: Series, found: tuple[steps.Step, ...]
) -> Iterator[ChangePoint]:
    levels = steps.levels(series.medians, found)
    bounds = [0, *(step.index for step in found), len(series.points)]
    groups = dict(zip(series.stretch.positions, series.stretch.groups, strict=True))
    for number, step in enumerate(found):
        # The first run after the step is asked first.
        places = sorted(range(step.index - NEAR, step.index + NEAR + 1), key=step.distance)
        near = [series.points[at] for at in places if at < len(series.points)]
        runs = tuple(run for point in near for run in groups[point.position])
        by = acknowledged(notebook, runs, series.metric.name)
        yield ChangePoint(
            series,
            series.points[step.index - 1],
            series.points[step.index],
            (levels[number], levels[number + 1]),
            (step.index - bounds[number], bounds[number + 2] - step.index),
            step.p,
            by,
        )


def _verdict(metric: Metric, before: float, after: float) -> Verdict:
    if metric.better is None or before == after:
        return Verdict.NOT_COMPARABLE
    better = (after > before) == (metric.better == "higher")
    return Verdict.IMPROVED if better else Verdict.REGRESSED

"""Regressions: every metric that got worse, and what became of it.

Each completed run is held against its baseline, and the newest of each stretch against the best
earlier one too, so that slow drift is seen. Verdicts are those of `compare`. A regression no larger
than what the runs of its stretch vary by is told apart, and so is one that a later run won back or
that the record of its run acknowledges.
"""

from __future__ import annotations

import statistics
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from generator import steps, trends, worsening
from generator.bestruns import against_best
from generator.compare import Delta, Tally, tally
from generator.metrics import METRICS, Metric
from generator.noise import Noise, figures_of
from generator.notebook import Notebook
from generator.settings import is_absolute
from generator.stretches import Stretch
from generator.trends import Point, Series, Trend
from generator.verdicts import Verdict, share_text
from generator.worsening import HEADLINE, Regression, Standing, size_of, weight_of


@dataclass(frozen=True)
class Found:
    """All regressions, the most important first, and on how much that rests.

    The counts are of metrics with a better direction, in the comparisons of all completed runs
    with their baselines; `reasons` say why those were not comparable, most frequent first.
    """

    regressions: tuple[Regression, ...]
    comparisons: int
    judged: int
    too_few: int
    reasons: tuple[tuple[str, int], ...]

    def of(self, standing: Standing) -> list[Regression]:
        """Those of one standing."""
        return [one for one in self.regressions if one.standing is standing]

    @property
    def not_comparable(self) -> int:
        """How many metrics were not comparable."""
        return sum(number for _, number in self.reasons)


def unacknowledged(notebook: Notebook) -> list[Regression]:
    """The regressions that nobody acknowledged, nothing won back and noise does not explain."""
    return found(notebook).of(Standing.OPEN)


def found(notebook: Notebook) -> Found:
    """Every regression of the notebook; found out once."""
    return notebook.once("regressions", "", lambda: _found(notebook))


def stale(notebook: Notebook) -> Iterator[tuple[str, int, str]]:
    """Run, position and metric of each acknowledged step that is none (any more)."""
    used = {(one.by, one.metric.name) for one in found(notebook).of(Standing.ACKNOWLEDGED)}
    for trend in trends.found(notebook):
        used |= {(change.by, change.metric.name) for change in trend.change_points}
    for identity in notebook.holding("acknowledged_steps"):
        for position, known in enumerate(notebook.runs[identity].acknowledged_steps):
            if known.metric in METRICS and (identity, known.metric) not in used:
                yield identity, position, known.metric


def _found(notebook: Notebook) -> Found:
    every: list[Regression] = []
    compared: list[Tally] = []
    for trend in trends.found(notebook):
        for series in (one for there in trend.series.values() for one in there):
            every += against_best(notebook, series)
        for stretch in trend.scenario.stretches:
            for position, group in zip(stretch.positions, stretch.groups, strict=True):
                baseline = notebook.baselines[group[0]]
                if baseline is None or baseline in group:
                    continue
                compared.append(tally(notebook, group[0]))
                if compared[-1]["verdicts"].get(Verdict.REGRESSED):
                    place = _Place(notebook, trend, stretch, position, group)
                    every += _against_baseline(baseline, place)
    reasons: Counter[str] = Counter()
    for one in compared:
        reasons.update(one["reasons"])
    return Found(
        tuple(sorted(_each_once(every), key=_importance)),
        len(compared),
        sum(one["judged"] for one in compared),
        sum(one["too_few"] for one in compared),
        tuple(reasons.most_common()),
    )


def _importance(one: Regression) -> tuple[bool, bool, float, str, str, str]:
    """Headline metrics first, newest runs before older ones, then by size."""
    return (
        one.metric.name not in HEADLINE,
        not one.newest,
        -one.weight,
        one.metric.name,
        one.candidate,
        one.against,
    )


def _each_once(every: Sequence[Regression]) -> Iterator[Regression]:
    """A metric of a run once: that against the best earlier run beside that against the baseline.

    They stay two where something else became of them.
    """
    known = {
        (one.candidate, one.metric.name, one.baseline) for one in every if one.against == "baseline"
    }
    best = {
        (one.candidate, one.metric.name, one.standing): one
        for one in every
        if one.against == "best" and (one.candidate, one.metric.name, one.baseline) not in known
    }
    for one in every:
        if one.against == "baseline":
            key = (one.candidate, one.metric.name, one.standing)
            yield replace(one, best=best.pop(key, None))
    yield from best.values()


@dataclass(frozen=True)
class _Place:
    """Where a run with its repeats stands in the trend of its scenario."""

    notebook: Notebook
    trend: Trend
    stretch: Stretch
    position: int
    group: tuple[str, ...]

    @property
    def newest(self) -> bool:
        return self.position == self.stretch.positions[-1]

    def series(self, metric: Metric) -> Series | None:
        """The metric over the run's own stretch."""
        there = self.trend.series.get(metric.name, ())
        return next((one for one in there if one.stretch is self.stretch), None)

    def later(self, metric: Metric) -> list[Point]:
        """The figures of later runs that may be held against those before this run.

        Of its stretch where the metric needs the same load, else of the scenario.
        """
        there = self.trend.series.get(metric.name, ())
        found = [
            point
            for one in there
            if one.stretch is self.stretch or metric.needs != "same load"
            for point in one.points[bisect_right(one.points, self.position, key=_position) :]
        ]
        return sorted(found, key=_position)


def _position(point: Point) -> int:
    return point.position


def _against_baseline(baseline: str, place: _Place) -> Iterator[Regression]:
    """What got worse in a run against its baseline, with what became of it."""
    worse = worsening.between(place.notebook, baseline, place.group[0])
    for delta in worse.deltas:
        standing, why, by = Standing.OPEN, "", ""
        known = trends.acknowledged(place.notebook, place.group, delta.metric.name)
        if known:
            standing, by = Standing.ACKNOWLEDGED, known
        elif later := _won_back(delta, baseline, place):
            standing, by = Standing.WON_BACK, later.run
        elif noise := _within_noise(delta, place.series(delta.metric)):
            standing, why = Standing.NOISE, noise
        yield Regression(
            delta,
            baseline,
            place.group[0],
            "baseline",
            1,
            weight_of(delta),
            standing,
            why,
            by,
            (*delta.warnings, *worse.doubts),
            place.newest,
        )


def _won_back(delta: Delta, baseline: str, place: _Place) -> Point | None:
    """The first later run that is no worse than the baseline beyond the tolerance."""
    notebook = place.notebook
    figures = figures_of(notebook, delta.metric, notebook.replicates(baseline))
    if not figures:
        return None
    tolerance = notebook.settings.tolerance_of(delta.metric)
    level = statistics.median(figures)
    room = tolerance if is_absolute(delta.metric) else tolerance * abs(level)
    for point in place.later(delta.metric):
        worse = point.median - level if delta.metric.better == "lower" else level - point.median
        if worse <= room + 1e-12:
            return point
    return None


def _within_noise(delta: Delta, series: Series | None) -> str:
    """Why the runs of the stretch vary as much without any cause; nothing where they don't.

    Where repeats were tested, they say it better.
    """
    if series is None or series.spread is None or (delta.ground and delta.ground.tested):
        return ""
    number = len(series.points)
    floor = Noise(series.spread, steps.freedom(number), "").floor()
    if abs(size_of(delta)) > floor:
        return ""
    return f"from run to run {number} like-for-like runs vary by ±{share_text(delta.metric, floor)}"

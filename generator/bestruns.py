"""Runs against the best earlier one that is like for like, so that slow drift is seen.

The best of many runs is luck in part: what the newest differs from it by counts only beyond what
the best of so many lies off by chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from generator import steps, trends, worsening
from generator.noise import quantile
from generator.notebook import Notebook
from generator.settings import is_absolute
from generator.trends import Series
from generator.verdicts import share_text
from generator.worsening import Regression, Standing, weight_of

CHANCE = 0.01
"""With what probability the best of many runs that differ by chance alone is taken for better."""


def against_best(notebook: Notebook, series: Series) -> Iterator[Regression]:
    """The newest run, and each that acknowledges a step, against the best one before it.

    What was before an acknowledged step is not looked at any more.
    """
    metric = series.metric
    if metric.better is None or len(series.points) < 2:
        return
    groups = dict(zip(series.stretch.positions, series.stretch.groups, strict=True))
    acknowledge = frozenset(notebook.holding("acknowledged_steps"))
    start, last = 0, len(series.points) - 1
    for at, point in enumerate(series.points):
        group, known = groups[point.position], ""
        if not acknowledge.isdisjoint(group):
            known = trends.acknowledged(notebook, group, metric.name)
        if at > start and (known or at == last):
            regression = _worse_than_best(notebook, series, start, at)
            if regression and known:
                yield replace(regression, standing=Standing.ACKNOWLEDGED, why="", by=known)
            elif regression:
                yield regression
        if known:
            start = at


def _worse_than_best(notebook: Notebook, series: Series, start: int, at: int) -> Regression | None:
    """The run at a place against the best from `start` on before it; None where it is no worse."""
    metric, point, earlier = series.metric, series.points[at], series.points[start:at]
    choose = min if metric.better == "lower" else max
    best = choose(earlier, key=lambda one: one.median)
    worse = worsening.between(notebook, best.run, point.run)
    delta = next((one for one in worse.deltas if one.metric is metric), None)
    if delta is None:
        return None
    number = len(earlier)
    doubts = [*delta.warnings, *worse.doubts]
    if number > 1:
        doubts.append("The best of several runs is luck in part.")
    chance = _best_by_chance(notebook, series, number)
    within = chance is not None and abs(point.median - best.median) <= chance
    why = ""
    if chance is not None and within:
        share = chance if is_absolute(metric) else chance / abs(best.median or 1.0)
        why = f"the best of {number} lies up to {share_text(metric, share)} off by chance alone"
    return Regression(
        delta,
        best.run,
        point.run,
        "best",
        number,
        weight_of(delta),
        Standing.NOISE if within else Standing.OPEN,
        why,
        "",
        tuple(doubts),
        at == len(series.points) - 1,
    )


def _best_by_chance(notebook: Notebook, series: Series, number: int) -> float | None:
    """How far a run lies off the best of `number` others by chance, in the metric's unit.

    Normal noise with the spread from run to run, Student's t, Bonferroni over the runs; None where
    the spread is not known.
    """
    spread = steps.spread_of(series.medians)
    if spread is None:
        return None
    asked = 1 - CHANCE / number, steps.freedom(len(series.points))
    beyond = notebook.derived("quantile", asked, lambda: quantile(*asked))
    return spread * math.sqrt(2) * beyond

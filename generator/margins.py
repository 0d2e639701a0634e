"""By how much a run is worse than another, at worst and at best, as far as repeats tell.

The interval is that of the rank test where there is one, else the difference and the noise that
repeats showed around it; where nothing was repeated, the difference alone.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from generator import noise
from generator.compare import Comparison, Delta
from generator.notebook import Notebook
from generator.settings import is_absolute
from generator.verdicts import share_text


@dataclass(frozen=True)
class Margin:
    """By how much a figure is worse: at worst, at best; negative where it is better.

    `size` is the difference, up or down, `basis` what all of it rests on. Figures are relative,
    absolute for shares.
    """

    worst: float
    best: float
    size: float
    basis: str


def of(book: Notebook, comparison: Comparison, delta: Delta) -> Margin:
    """The margin of a metric that can be compared, `delta` being its difference.

    Of repeats the medians are compared; but a repeat of the other run stands for itself, or nothing
    would ever differ from it.
    """
    metric, ground = delta.metric, delta.ground
    sign = -1.0 if metric.better == "higher" else 1.0
    alone = comparison.candidate in book.replicates(comparison.baseline)
    tested = ground.tested if ground and not alone else None
    if tested:
        ends = (sign * tested.low, sign * tested.high)
        interval = " to ".join(
            share_text(metric, end, signed=True) for end in (tested.low, tested.high)
        )
        basis = f"medians of {tested.before} and {tested.after} runs, 95 % interval {interval}"
        return Margin(max(ends), min(ends), tested.difference, basis)
    sides = [
        noise.figures_of(book, metric, [run] if alone else book.replicates(run))
        for run in (comparison.baseline, comparison.candidate)
    ]
    size, counts = _difference(delta, *sides)
    known = ground.noise if ground else None
    if known is None:
        return Margin(sign * size, sign * size, size, "noise not known")
    floor = known.floor(*counts)
    basis = f"noise ±{share_text(metric, floor)} ({known.source})"
    if counts != (1, 1):
        basis = f"medians of {counts[0]} and {counts[1]} runs, {basis}"
    return Margin(sign * size + floor, sign * size - floor, size, basis)


def _difference(
    delta: Delta, before: Sequence[float], after: Sequence[float]
) -> tuple[float, tuple[int, int]]:
    """The difference of the medians, and of how many runs; of two runs their own."""
    absolute = is_absolute(delta.metric)
    if len(before) > 1 or len(after) > 1:
        left, right = statistics.median(before), statistics.median(after)
        if absolute or left:
            scale = 1.0 if absolute else abs(left)
            return (right - left) / scale, (len(before), len(after))
    if absolute:
        return (delta.delta.start if delta.delta else 0.0), (1, 1)
    return delta.change or 0.0, (1, 1)

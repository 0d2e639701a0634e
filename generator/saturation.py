"""Where a system saturates: the saturation point, growth per doubling of the load, Little's law."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median

from generator import phrases, scalability
from generator.bottleneck import Found
from generator.scalability import Fit
from generator.systems import Level, Sample, System

BEYOND = 2.0
"""Up to which multiple of the largest load that was measured the law is used to predict."""

FLAT = 0.10
"""Growth per doubling of the load below which throughput has stopped to grow."""

BUSY = 0.85
"""Utilisation from which a resource is taken to be what limits the throughput."""


@dataclass(frozen=True)
class Knee:
    """The saturation point: where the light-load bound meets the highest throughput.

    `load` in VUs, `highest` per second with `basis` in words, `cycle` is R0 + Z in seconds per
    request at the smallest load. `below` and `above` are the loads measured next to it.
    """

    load: float
    highest: float
    basis: str
    cycle: float
    below: Level | None
    above: Level | None


def knee(system: System, fit: Fit | None, found: Found) -> tuple[Knee | None, str]:
    """The saturation point by the first of three grounds that there is; else why there is none."""
    levels = system.levels
    top = max(levels, key=lambda level: (level.rate, -level.vus))
    growth = per_doubling(levels[-2], levels[-1])
    first = found.first
    if growth < FLAT:
        highest, basis = top.rate, f"the highest that was measured, at {phrases.count(top.vus)} VUs"
    elif fit and fit.peak and fit.peak[0].value <= BEYOND * levels[-1].vus:
        highest, basis = fit.peak[1].value, "the peak of the law"
    elif first and first.utilisation >= BUSY:
        highest = max(first.allows, top.rate)
        basis = f"what {first.name} allows, {phrases.share(first.utilisation)} busy"
    else:
        busy = f", and {first.name} is {phrases.share(first.utilisation)} busy" if first else ""
        upto, grew = phrases.count(levels[-1].vus), phrases.share(growth)
        return None, (
            f"up to {upto} VUs nothing is shown to saturate: throughput still grew by {grew} per "
            f"doubling of the load{busy}"
        )
    cycle = levels[0].vus / levels[0].rate
    load = scalability.knee(highest, cycle)
    below = [level for level in levels if level.vus <= load]
    above = [level for level in levels if level.vus > load]
    near = (below[-1] if below else None, above[0] if above else None)
    return Knee(load, highest, basis, cycle, *near), ""


def per_doubling(before: Level, after: Level) -> float:
    """How throughput grew for each doubling of the load, as a share: 1.0 is in proportion."""
    doublings = math.log2(after.vus / before.vus)
    return float((after.rate / before.rate) ** (1 / doublings)) - 1


def users(sample: Sample) -> tuple[float, float] | None:
    """Little's law: X (R + Z / requests of an iteration), and the VUs that there were.

    None unless throughput, mean latency and think time are known.
    """
    if sample.mean is None or sample.think is None:
        return None
    think = sample.think / (sample.requests_each or 1.0)
    there = sample.users if sample.users is not None else sample.vus
    return scalability.in_system(sample.rate, sample.mean / 1000, think), there


def off_by_little(level: Level) -> float | None:
    """By how much the VUs that Little's law implies differ from those there were: the median."""
    pairs = [found for sample in level.samples if (found := users(sample)) is not None]
    return median(implied / there - 1 for implied, there in pairs) if pairs else None

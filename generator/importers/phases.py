"""Ramp-up, steady state and ramp-down of a run, recognised from its VUs over time.

The steady state is the longest time that the VUs stay at their peak, to 2 %. What is loaded
before it is the ramp-up, after it the ramp-down. A run whose VUs go up and down all the time, as
they do with an arrival rate, has no phases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

TOLERANCE = 0.02
"""How far below the peak VUs may be in the steady state, as a share of the peak."""

SHORTEST = 0.1
"""The least share of the loaded time that counts as a steady state."""

FEWEST = 3
"""The fewest samples of VUs that make a steady state."""


@dataclass(frozen=True)
class Span:
    """One phase: from `start` to `end`, in the unit of the times given, with its most VUs."""

    name: Literal["ramp-up", "steady", "ramp-down"]
    start: float
    end: float
    vus: int


def recognise(vus: Mapping[float, float], start: float, end: float) -> list[Span]:
    """The phases of a run, in their order; none where the VUs show no steady state.

    `vus` holds the VUs active at each time that they were sampled, `start` and `end` say when
    the load (without setup and teardown) began and ended, all in one unit.
    """
    times = sorted(time for time in vus if start <= time <= end)
    # Without VUs nothing is loaded: they are not there yet, or gone.
    active = [time for time in times if vus[time] > 0]
    times = [time for time in times if active and active[0] <= time <= active[-1]]
    peak = max((vus[time] for time in times), default=0)
    if peak <= 0:
        return []
    plateaus = []
    for level, grouped in groupby(times, lambda time: vus[time] >= peak * (1 - TOLERANCE)):
        stretch = list(grouped)
        if level and len(stretch) >= FEWEST:
            plateaus.append((stretch[-1] - stretch[0], stretch[0], stretch[-1]))
    if not plateaus:
        return []
    length, first, last = max(plateaus, key=lambda found: (found[0], found[1]))
    if length < SHORTEST * (end - start):
        return []
    # Where the first or last sample is at the peak, so was what lies before or behind it.
    first = start if first == times[0] else first
    last = end if last == times[-1] else last
    spans = [Span("steady", first, last, _most(vus, first, last))]
    if first > start:
        spans.insert(0, Span("ramp-up", start, first, _most(vus, start, first)))
    if last < end:
        spans.append(Span("ramp-down", last, end, _most(vus, last, end)))
    return spans


def _most(vus: Mapping[float, float], start: float, end: float) -> int:
    return round(max(number for time, number in vus.items() if start <= time <= end))

"""What is counted of k6 samples: figures of one metric, and all of one file, which both add up.

A part is what one load generator's file comes to, small whatever the size of the file, and can
be sent from one process to another. Parts of one run add up to the whole: counts are sums,
percentiles come from the sum of the histograms, never from an average.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from generator.errors import Problem
from generator.importers import timeseries
from generator.importers.histogram import Histogram
from generator.importers.metric_types import Contains, Kind
from generator.importers.timeseries import Row

PERCENTILES: Mapping[str, float] = {"med": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
"""The percentiles that are taken, by the record's names."""

SECOND_US = 1_000_000

MOST_ENDPOINTS = 50
"""Most endpoints of a run that are kept, those with most calls."""


@dataclass(frozen=True)
class Tally:
    """Samples of one thing: how many, their sum, how many are not zero, extremes, the last one.

    `exact` has the percentiles of the samples themselves, where they were taken; the histogram
    has them to 0.2 %. `last_us` is when the last one was taken, in µs since 1970.
    """

    count: int
    total: float
    nonzero: int
    low: float
    high: float
    last: float = 0.0
    last_us: int = 0
    histogram: Histogram = field(default_factory=Histogram)
    exact: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def merged(cls, tallies: Sequence[Tally]) -> Tally:
        """All of them as one; exact percentiles of several can't be told from theirs."""
        if len(tallies) == 1:
            return tallies[0]
        latest = max(tallies, key=lambda tally: (tally.last_us, tally.last))
        return cls(
            sum(tally.count for tally in tallies),
            math.fsum(tally.total for tally in tallies),
            sum(tally.nonzero for tally in tallies),
            min(tally.low for tally in tallies),
            max(tally.high for tally in tallies),
            latest.last,
            latest.last_us,
            Histogram.merged(tally.histogram for tally in tallies),
        )

    @property
    def mean(self) -> float:
        """Sum by count."""
        return self.total / self.count

    def percentile(self, name: str) -> float | None:
        """One of `PERCENTILES`, exact where it is known; never beyond the extremes."""
        if name in self.exact:
            return self.exact[name]
        found = self.histogram.percentile(PERCENTILES[name])
        return None if found is None else min(max(found, self.low), self.high)


@dataclass(frozen=True)
class Endpoint:
    """Requests to one endpoint: their durations, and how many failed (None: not recorded)."""

    durations: Tally
    failed: int | None = None


@dataclass(frozen=True)
class Part:
    """All that is kept of one file, or of several of one run; times in µs since 1970.

    `start` is when the first request or iteration began, `first` and `last` are the times of
    the first and last sample, `load_start` and `load_end` of what setup and teardown did not do.
    `ticks` (durations) and `failed` count requests by number of the tick since `origin`, each
    `tick` µs long; `vus` are samples of VUs as (µs since `origin`, VUs). Setup and teardown are
    in `metrics`, as with k6 itself, but not in `endpoints`, `ticks` and `failed`.
    """

    origin: int
    tick: int
    first: int
    last: int
    start: int
    load_start: int
    load_end: int
    whole_seconds: bool = False
    zone: str | None = None
    types: Mapping[str, tuple[Kind, Contains]] = field(default_factory=dict)
    untyped: tuple[str, ...] = ()
    metrics: Mapping[str, Tally] = field(default_factory=dict)
    checks: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    scenarios: frozenset[str] = frozenset()
    endpoints: Mapping[tuple[str, str], Endpoint] = field(default_factory=dict)
    endpoints_left_out: int = 0
    names_left_out: int = 0
    ticks: Mapping[int, Tally] = field(default_factory=dict)
    failed: Mapping[int, int] = field(default_factory=dict)
    vus: tuple[tuple[int, float], ...] = ()
    setup_requests: int = 0
    unanswered: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def interval(self) -> int:
        """The interval of the rows over time, in µs."""
        span = self.last - self.start
        return 1_000 * timeseries.interval_ms(span, whole_seconds=self.whole_seconds)

    def between(self, start: int, end: int) -> tuple[Tally | None, int]:
        """Durations and failures of the ticks from `start` (µs, on a tick's edge) to `end`."""
        low, high = ((time - self.origin) // self.tick for time in (start, end))
        ticks = [tally for tick, tally in self.ticks.items() if low <= tick < high]
        failed = sum(number for tick, number in self.failed.items() if low <= tick < high)
        return (Tally.merged(ticks) if ticks else None), failed

    def vus_between(self, start: int, end: int) -> float | None:
        """Most VUs from `start` to before `end` (µs): samples in it, else the one before."""
        times = [self.origin + offset for offset, _ in self.vus]
        inside = [
            vus for time, (_, vus) in zip(times, self.vus, strict=True) if start <= time < end
        ]
        if inside:
            return max(inside)
        before = bisect_right(times, start)
        known = before and start <= times[-1] + SECOND_US
        return self.vus[before - 1][1] if known else None


_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


def _gathered(mappings: Iterable[Mapping[_Key, _Value]]) -> dict[_Key, list[_Value]]:
    found: dict[_Key, list[_Value]] = defaultdict(list)
    for mapping in mappings:
        for key, value in mapping.items():
            found[key].append(value)
    return found


def merged(parts: Sequence[Part]) -> Part:
    """Parts of one run as one; at least one is given, and all have the same origin."""
    if len(parts) == 1 and len(parts[0].endpoints) <= MOST_ENDPOINTS:
        return parts[0]
    tick = max(part.tick for part in parts)
    coarse = [_coarser(part, tick) for part in parts]
    metrics = {
        name: Tally.merged(found)
        for name, found in sorted(_gathered(part.metrics for part in parts).items())
    }
    endpoints = sorted(
        (
            (key, _one_endpoint(found))
            for key, found in _gathered(part.endpoints for part in parts).items()
        ),
        key=lambda pair: (-pair[1].durations.count, pair[0]),
    )
    return replace(
        parts[0],
        tick=tick,
        first=min(part.first for part in parts),
        last=max(part.last for part in parts),
        start=min(part.start for part in parts),
        load_start=min(part.load_start for part in parts),
        load_end=max(part.load_end for part in parts),
        whole_seconds=any(part.whole_seconds for part in parts),
        types={name: kind for part in parts for name, kind in part.types.items()},
        untyped=tuple(sorted({name for part in parts for name in part.untyped})),
        metrics=metrics,
        checks={
            key: (sum(passes for passes, _ in found), sum(fails for _, fails in found))
            for key, found in sorted(_gathered(part.checks for part in parts).items())
        },
        scenarios=frozenset().union(*(part.scenarios for part in parts)),
        endpoints=dict(endpoints[:MOST_ENDPOINTS]),
        endpoints_left_out=max(part.endpoints_left_out for part in parts)
        + len(endpoints[MOST_ENDPOINTS:]),
        names_left_out=max(part.names_left_out for part in parts),
        ticks={
            tick: Tally.merged(found)
            for tick, found in sorted(_gathered(part.ticks for part in coarse).items())
        },
        failed={
            tick: sum(found)
            for tick, found in sorted(_gathered(part.failed for part in coarse).items())
        },
        vus=_summed([part.vus for part in parts]),
        setup_requests=sum(part.setup_requests for part in parts),
        unanswered=sum(part.unanswered for part in parts),
        problems=tuple(problem for part in parts for problem in part.problems),
    )


def _coarser(part: Part, tick: int) -> Part:
    """The part with longer ticks, a multiple of its own."""
    if tick == part.tick:
        return part
    ticks = _gathered({old * part.tick // tick: tally} for old, tally in part.ticks.items())
    failed = _gathered({old * part.tick // tick: number} for old, number in part.failed.items())
    return replace(
        part,
        tick=tick,
        ticks={number: Tally.merged(found) for number, found in ticks.items()},
        failed={number: sum(found) for number, found in failed.items()},
    )


def _one_endpoint(endpoints: Sequence[Endpoint]) -> Endpoint:
    failed = [endpoint.failed for endpoint in endpoints if endpoint.failed is not None]
    durations = Tally.merged([endpoint.durations for endpoint in endpoints])
    return Endpoint(durations, sum(failed) if failed else None)


def _summed(samples: Sequence[Sequence[tuple[int, float]]]) -> tuple[tuple[int, float], ...]:
    """VUs of several load generators, at all times at which any of them was sampled.

    k6 samples each second: a sample holds until the next one, the first one a second before it
    too, the last one a second longer.
    """
    changes: list[tuple[int, int, float]] = []
    for number, series in enumerate(samples):
        if series:
            changes.append((series[0][0] - SECOND_US, number, series[0][1]))
            changes += [(time, number, vus) for time, vus in series]
            changes.append((series[-1][0] + SECOND_US, number, 0.0))
    sampled = {time for series in samples for time, _ in series}
    now = [0.0] * len(samples)
    found: dict[int, float] = {}
    for time, number, vus in sorted(changes):
        now[number] = vus
        if time in sampled:
            found[time] = sum(now)
    return tuple(found.items())


def series(part: Part) -> list[Row]:
    """The run over time, from its start, without what setup and teardown requested."""
    interval = part.interval
    # Rows begin on the edges of ticks; the one nearest to the start of the run is the first.
    grid = part.origin + round((part.start - part.origin) / interval) * interval
    end = part.last + (SECOND_US // 2 if part.whole_seconds else 0)
    count = timeseries.rows_between(grid, end, interval)

    def row_of(tick: int) -> int:
        return min(max((part.origin + tick * part.tick - grid) // interval, 0), count - 1)

    durations = _gathered({row_of(tick): tally} for tick, tally in part.ticks.items())
    failed = _gathered({row_of(tick): number} for tick, number in part.failed.items())
    rows = []
    for number in range(count):
        begin = grid + number * interval
        covered = (end - begin if number == count - 1 else interval) / SECOND_US
        seconds = max(covered, interval / SECOND_US / 2)
        tally = Tally.merged(durations[number]) if number in durations else None
        rows.append(
            Row(
                time_s=number * interval / SECOND_US,
                rps=(tally.count if tally else 0) / seconds,
                failed_per_s=sum(failed.get(number, ())) / seconds
                if "http_req_failed" in part.metrics
                else None,
                p50_ms=tally.percentile("med") if tally else None,
                p95_ms=tally.percentile("p95") if tally else None,
                p99_ms=tally.percentile("p99") if tally else None,
                vus=part.vus_between(begin, begin + interval),
            )
        )
    return rows

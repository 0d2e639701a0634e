"""Figures of a run over time: the interval of its rows, the rows, and their CSV.

A row is one interval since the start of the run. What is left at the end of the run and makes
less than half an interval is part of the last row, whose rates are over the time that it covers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

STEPS_MS = (
    *(100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000),
    *(600_000, 1_200_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000),
)
"""The intervals that are used, in ms: a tenth of a second to a day."""

FEWEST_ROWS = 100
"""A run has at least so many rows (at most three times as many), unless it is very short."""


@dataclass(frozen=True)
class Row:
    """One interval: seconds since the start, rates in 1/s, latencies in ms, VUs; None: unknown."""

    time_s: float
    rps: float
    failed_per_s: float | None
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    vus: float | None


def interval_ms(span_us: int, *, whole_seconds: bool = False) -> int:
    """The interval for a run of this length; at least a second where times have no fractions."""
    least = 1_000 if whole_seconds else STEPS_MS[0]
    fitting = [step for step in STEPS_MS if step * 1_000 * FEWEST_ROWS <= span_us]
    return max([least, *fitting[-1:]])


def tick_ms(interval: int) -> int:
    """The longest time that this interval and all longer ones are multiples of.

    What is counted by it can be added up to rows, however much longer the whole run turns out
    to be than the file at hand.
    """
    return math.gcd(*(step for step in STEPS_MS if step >= interval))


def rows_between(start_us: int, end_us: int, interval_us: int) -> int:
    """How many rows a run has, the last one from half an interval to one and a half."""
    return max(1, math.floor((end_us - start_us) / interval_us + 0.5))


def to_csv(rows: Sequence[Row]) -> str:
    """The table that is kept beside a record; a figure that is not known is an empty cell."""
    names = [column.name for column in fields(Row)]
    lines = [",".join(_cell(getattr(row, name)) for name in names) for row in rows]
    return "\n".join([",".join(names), *lines, ""])


def _cell(figure: float | None) -> str:
    return "" if figure is None else f"{figure:.3f}".rstrip("0").rstrip(".")

"""Intervals and rows over time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.importers import timeseries
from generator.importers.timeseries import STEPS_MS, Row


@pytest.mark.parametrize(
    ("seconds", "interval"),
    [(0, 100), (2, 100), (22.5, 200), (60, 500), (780, 5_000), (3600, 30_000), (86_400, 600_000)],
)
def test_intervals_are_nice(seconds: float, interval: int) -> None:
    """The interval for a run of a few seconds, a minute, 13 minutes, an hour, a day."""
    assert timeseries.interval_ms(round(seconds * 1e6)) == interval


@given(st.floats(10, 30 * 86_400))
def test_a_run_has_100_to_300_rows(seconds: float) -> None:
    """From ten seconds to a month a run has 100 to 300 rows, within rounding."""
    span = round(seconds * 1e6)
    interval = timeseries.interval_ms(span) * 1_000
    assert 100 <= timeseries.rows_between(0, span, interval) <= 301


def test_whole_seconds_have_no_shorter_intervals() -> None:
    """Times without fractions can't be told apart within a second."""
    assert timeseries.interval_ms(5_000_000, whole_seconds=True) == 1_000


@pytest.mark.parametrize("interval", STEPS_MS)
def test_a_tick_divides_all_longer_intervals(interval: int) -> None:
    """Counts by tick can be added up to rows of this interval and of any longer one."""
    tick = timeseries.tick_ms(interval)
    assert all(step % tick == 0 for step in STEPS_MS if step >= interval)
    assert interval <= 2 * tick


def test_a_short_rest_belongs_to_the_last_row() -> None:
    """The last row has from half an interval to one and a half."""
    assert timeseries.rows_between(0, 10_400_000, 1_000_000) == 10
    assert timeseries.rows_between(0, 10_600_000, 1_000_000) == 11
    assert timeseries.rows_between(0, 10, 1_000_000) == 1


def test_unknown_figures_are_empty_cells() -> None:
    """A figure that is not known is empty in the table, one that is zero is 0."""
    rows = [Row(0, 12.3456, 0, 1.5, 2, None, None), Row(0.2, 0, None, None, None, None, 50)]
    assert timeseries.to_csv(rows) == (
        "time_s,rps,failed_per_s,p50_ms,p95_ms,p99_ms,vus\n0,12.346,0,1.5,2,,\n0.2,0,,,,,50\n"
    )

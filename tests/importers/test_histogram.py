"""The histogram: buckets, merging, percentiles, its CSV."""

from __future__ import annotations

import math

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.importers.histogram import (
    MAX_ERROR,
    Histogram,
    HistogramError,
    bounds_of,
    bucket_of,
)
from generator.importers.samples_ask import BUCKET

LATENCIES = st.floats(1e-6, 1e7)
ANY = st.floats(-1e12, 1e12, allow_subnormal=False)
SHARES = st.floats(0, 1)


@given(ANY)
def test_a_bucket_holds_its_value(value: float) -> None:
    """A value lies within the bounds of its bucket, and the bucket is narrow."""
    low, high = bounds_of(bucket_of(value))
    assert low <= value <= high
    assert high - low <= 2 * MAX_ERROR * abs(value) * (1 + 1e-9)


@given(ANY, ANY)
def test_buckets_are_in_the_order_of_values(left: float, right: float) -> None:
    """A larger value never lies in a smaller bucket, negative ones included."""
    small, large = sorted((left, right))
    assert bucket_of(small) <= bucket_of(large)


@given(st.lists(ANY, min_size=1, max_size=40))
def test_duckdb_has_the_same_buckets(values: list[float]) -> None:
    """The macro of the query gives the numbers that Python gives, at powers of two as well."""
    values += [2.0, 4.0, 8.0, 0.5, 1.0, 0.0, math.nextafter(8, 0), math.nextafter(1024, 0), 0.1]
    with duckdb.connect() as connection:
        connection.execute(BUCKET)
        rows = connection.execute("SELECT bucket(unnest($v::DOUBLE[]))", {"v": values}).fetchall()
    assert [row[0] for row in rows] == [bucket_of(value) for value in values]


@given(st.lists(LATENCIES, min_size=1, max_size=200), SHARES)
def test_percentiles_are_near_those_of_the_values(values: list[float], share: float) -> None:
    """A percentile is within 0.2 % of k6's, linear interpolation at p·(n-1)."""
    found = Histogram.of(values).percentile(share)
    assert found == pytest.approx(float(np.quantile(values, share)), rel=MAX_ERROR * 1.01)


@given(*[st.lists(LATENCIES, max_size=30)] * 3)
def test_merging_is_adding(one: list[float], two: list[float], three: list[float]) -> None:
    """Neither order nor grouping matters, and the sum is the histogram of all values."""
    a, b, c = map(Histogram.of, (one, two, three))
    assert Histogram.merged([a, b]) == Histogram.merged([b, a])
    left = Histogram.merged([Histogram.merged([a, b]), c])
    right = Histogram.merged([a, Histogram.merged([b, c])])
    assert left == right == Histogram.of(one + two + three)


@given(st.lists(ANY, max_size=60))
def test_csv_brings_the_histogram_back(values: list[float]) -> None:
    """What is kept beside a record reads as the same histogram."""
    histogram = Histogram.of(values)
    assert Histogram.from_csv(histogram.to_csv()) == histogram


def test_percentiles_of_averages_are_not_taken() -> None:
    """Of two unequal halves the percentile is that of all values, not the mean of two."""
    slow, fast = Histogram.of([1000.0] * 10), Histogram.of([10.0] * 990)
    assert Histogram.merged([slow, fast]).percentile(0.95) == pytest.approx(10, rel=MAX_ERROR)


def test_nothing_has_no_percentile() -> None:
    """An empty histogram has no percentile and no curve, not zero."""
    assert Histogram().percentile(0.5) is None
    assert Histogram().ecdf() == []


def test_the_curve_ends_at_one() -> None:
    """The points of the curve rise from the first bucket to the share of one."""
    points = Histogram.of([1, 1, 2, 100]).ecdf()
    assert [share for _, share in points] == [0.5, 0.75, 1.0]
    assert points[-1][0] == pytest.approx(100, rel=2 * MAX_ERROR)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("a,b,c\n", 1),
        ("from_ms,to_ms,count\n1,1.01,x\n", 2),
        ("from_ms,to_ms,count\n1,1.01,3\n1,2\n", 3),
        ("from_ms,to_ms,count\nnan,nan,3\n", 2),
        ("from_ms,to_ms,count\n1,1.01,-3\n", 2),
        ("from_ms,to_ms,count\n1,1.01,3,4\n", 2),
    ],
)
def test_other_tables_are_refused(text: str, line: int) -> None:
    """A text that is no histogram is refused with the line."""
    with pytest.raises(HistogramError, match=f"^line {line}:"):
        Histogram.from_csv(text)

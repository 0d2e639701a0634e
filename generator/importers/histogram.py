"""A histogram of latencies that can be merged: log-linear buckets, percentiles within 0.2 %.

Each power of two is cut into `PARTS` buckets of equal width, so a bucket is at most 1/256 of its
value wide and its middle at most 0.2 % from anything in it. Histograms of several load generators
add up exactly, bucket by bucket; their percentiles do not.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

PARTS = 256
"""Buckets in each power of two."""

MAX_ERROR = 0.5 / PARTS
"""Largest relative error of a percentile."""

SHIFT = 300_000
"""Added to the number of a bucket, so that those of positive values are positive: 0 holds zeros,
and negative numbers hold negative values, mirrored."""

HEADER = ("from_ms", "to_ms", "count")


class HistogramError(ValueError):
    """A text that is no histogram; the message names the line."""


def bucket_of(value: float) -> int:
    """The number of the bucket that holds a finite value; larger values have larger numbers."""
    if value == 0:
        return 0
    mantissa, exponent = math.frexp(abs(value))  # the mantissa is 0.5 or more, less than 1
    number = (exponent - 1) * PARTS + math.floor((2 * mantissa - 1) * PARTS) + SHIFT
    return number if value > 0 else -number


def bounds_of(bucket: int) -> tuple[float, float]:
    """Where a bucket begins and ends, in the values' own unit; of bucket 0 both are zero."""
    if bucket == 0:
        return 0.0, 0.0
    low, high = (
        math.ldexp(1 + part / PARTS, power)
        for power, part in (divmod(abs(bucket) - SHIFT + step, PARTS) for step in (0, 1))
    )
    return (low, high) if bucket > 0 else (-high, -low)


@dataclass(frozen=True)
class Histogram:
    """How many values each bucket holds; `counts` has no empty buckets."""

    counts: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Iterable[float]) -> Histogram:
        """The histogram of finite values."""
        return cls(Counter(map(bucket_of, values)))

    @classmethod
    def merged(cls, histograms: Iterable[Histogram]) -> Histogram:
        """All of them as one; the order does not matter."""
        counts: Counter[int] = Counter()
        for histogram in histograms:
            counts.update(histogram.counts)
        return cls(counts)

    @property
    def total(self) -> int:
        """How many values it holds."""
        return sum(self.counts.values())

    def buckets(self) -> Iterator[tuple[float, float, int]]:
        """Begin, end and count of each bucket, smallest values first."""
        for bucket in sorted(self.counts):
            yield *bounds_of(bucket), self.counts[bucket]

    def ecdf(self) -> list[tuple[float, float]]:
        """Points of the distribution curve: a value, and the share of values up to it (0 to 1)."""
        total, below, points = self.total, 0, []
        for _, high, count in self.buckets():
            below += count
            points.append((high, below / total))
        return points

    def percentile(self, share: float) -> float | None:
        """The percentile (`share` 0.95 is the 95th) as k6 interpolates it; None without values.

        At most `MAX_ERROR` from that of the values themselves.
        """
        total = self.total
        if not total:
            return None
        rank = share * (total - 1)
        low = self._at(math.floor(rank))
        return low + (self._at(math.ceil(rank)) - low) * (rank - math.floor(rank))

    def rank_bucket(self, rank: int) -> tuple[int, int]:
        """The bucket that holds the value of a rank (from 0), and how many values lie below it."""
        below = 0
        for bucket in sorted(self.counts):
            if below + self.counts[bucket] > rank:
                return bucket, below
            below += self.counts[bucket]
        raise IndexError(rank)

    def _at(self, rank: int) -> float:
        """The middle of the bucket that holds the value of a rank."""
        low, high = bounds_of(self.rank_bucket(rank)[0])
        return (low + high) / 2

    def to_csv(self) -> str:
        """The table that is kept beside a record: from_ms, to_ms, count."""
        rows = [f"{low:.9g},{high:.9g},{count}" for low, high, count in self.buckets()]
        return "\n".join([",".join(HEADER), *rows, ""])

    @classmethod
    def from_csv(cls, text: str) -> Histogram:
        """Read what `to_csv` wrote; rows of one bucket add up. Raises HistogramError."""
        rows = csv.reader(io.StringIO(text))
        try:
            if tuple(next(rows, ())) != HEADER:
                raise HistogramError(f"line 1: the columns are not {', '.join(HEADER)}")
            counts: Counter[int] = Counter()
            for row in rows:
                try:
                    low, high, count = float(row[0]), float(row[1]), int(row[2])
                    middle = (low + high) / 2
                    if len(row) != 3 or count < 1 or not math.isfinite(middle):
                        raise ValueError
                except (ValueError, IndexError):
                    raise HistogramError(f"line {rows.line_num}: no bucket with a count") from None
                counts[bucket_of(middle)] += count
        except csv.Error as error:
            raise HistogramError(f"line {rows.line_num}: {error}") from None
        return cls(counts)

"""Asking the table of k6 samples: rows of an answer, buckets, exact percentiles of many values."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from generator.importers import histogram
from generator.importers.tally import PERCENTILES, Tally

if TYPE_CHECKING:
    import duckdb

EXACT_UP_TO = 5_000_000
"""So many samples of a metric have exact percentiles without being asked for them."""

BUCKET = f"""
CREATE MACRO bucket(v) AS CASE WHEN v = 0 THEN 0 ELSE sign(v)::INTEGER * CAST(
    floor(log2(abs(v))) * {histogram.PARTS}
    + floor((abs(v) / pow(2, floor(log2(abs(v)))) - 1) * {histogram.PARTS})
    + {histogram.SHIFT} AS INTEGER) END
"""
"""`bucket(value)` in a query: the numbers of `histogram.bucket_of`.

Where the logarithm is rounded to the next power of two, the part is one less than none (or one
more than all), which is the right bucket again.
"""


class Asked:
    """Questions to the table, with their answers as plain rows."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def rows(self, query: str, **given: Any) -> list[tuple[Any, ...]]:
        """All rows of an answer."""
        return self.connection.execute(query, given or None).fetchall()

    def number(self, query: str) -> int:
        """The first cell of an answer that is one number."""
        return int(self.rows(query)[0][0])


def sorted_out(asked: Asked, values: str, tally: Tally, **given: str) -> Tally:
    """The tally with exact percentiles of too many values to hold: only few buckets are sorted.

    `values` is the end of a query, from a table with a column `value`; `given` are its parameters.
    """
    exact = {}
    for name, share in PERCENTILES.items():
        rank = share * (tally.count - 1)
        low, high = math.floor(rank), math.ceil(rank)
        first, below = tally.histogram.rank_bucket(low)
        last, _ = tally.histogram.rank_bucket(high)
        rows = asked.rows(
            f"SELECT value {values} AND bucket(value) BETWEEN $first AND $last "
            "ORDER BY value LIMIT $many OFFSET $offset",
            **{**given, "first": first, "last": last},
            many=high - low + 1,
            offset=low - below,
        )
        lower, upper = rows[0][0], rows[-1][0]
        exact[name] = lower + (upper - lower) * (rank - low)
    return replace(tally, exact=exact)

"""A table over time as it is kept beside a record: a CSV whose first column is `time_s`.

    time_s,rps,p95_ms,vus
    0,12.5,180.2,3
    1,14,,4

An empty cell is a figure that is not known. Other columns are named with their unit.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from statistics import median

from generator import units
from generator.units import MAX_VALUE, Unit

TIME = "time_s"

MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_CELLS = 500_000
MAX_NAME = 200

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:/-]*")

_UNITS = (
    ("_per_s", units.PER_SECOND),
    ("rps", units.PER_SECOND),
    ("_ms", units.MILLISECONDS),
    ("_s", units.SECONDS),
    ("_seconds", units.SECONDS),
    ("_cores", units.CORES),
    ("memory_bytes", units.MEMORY),
    ("_bytes", units.BYTES),
)


class SeriesError(ValueError):
    """A text that is no table over time; the message names the line."""


@dataclass(frozen=True)
class Table:
    """Figures over time: `times` in seconds, never going back; `columns` by name, as long.

    A figure that is not known is None.
    """

    times: Sequence[float]
    columns: Mapping[str, Sequence[float | None]]

    def known(self, column: str) -> list[tuple[float, float]]:
        """Time and figure of each row that has one, in order; empty where there is no column."""
        figures = self.columns.get(column, ())
        pairs = zip(self.times, figures, strict=False)
        return [(time, figure) for time, figure in pairs if figure is not None]


def shifted(table: Table, seconds: float) -> Table:
    """The table on another clock: each of its times so much later."""
    return Table([time + seconds for time in table.times], table.columns) if seconds else table


def step_of(times: Sequence[float]) -> float:
    """The usual time from one to the next, in seconds; 0 of a single one."""
    steps = [after - before for before, after in pairwise(times) if after > before]
    return median(steps) if steps else 0.0


def unit_of(column: str) -> Unit:
    """The unit that a column's name states; a plain number where it states none."""
    name = column.partition(":")[0]
    return next((unit for suffix, unit in _UNITS if name.endswith(suffix)), units.NUMBER)


@lru_cache(maxsize=16)
def parse(content: bytes) -> Table:
    """The table in a file. Raises SeriesError for whatever else it is."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SeriesError(f"byte {error.start + 1} is no UTF-8") from None
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    times: list[float] = []
    try:
        names = _names(next(rows, []))
        most = min(MAX_ROWS, MAX_CELLS // len(names))
        columns: list[list[float | None]] = [[] for _ in names]
        for row in rows:
            if not row:
                continue
            if len(row) != 1 + len(names):
                raise SeriesError(f"it has {len(row)} cells, not {1 + len(names)}")
            if len(times) >= most:
                raise SeriesError(f"there are more than {most:,} rows")
            time = _number(row[0])
            if time is None or (times and time < times[-1]):
                raise SeriesError(f"its time is {'missing' if time is None else 'an earlier one'}")
            times.append(time)
            for column, cell in zip(columns, row[1:], strict=True):
                column.append(_number(cell))
    except (SeriesError, csv.Error) as error:
        raise SeriesError(f"line {max(rows.line_num, 1)}: {error}") from None
    if not times:
        raise SeriesError("line 1: there are no rows below the header")
    return Table(times, dict(zip(names, columns, strict=True)))


def _names(header: Sequence[str]) -> list[str]:
    """The names of the columns behind the time."""
    if not header or header[0] != TIME:
        raise SeriesError(f"the first column is not {TIME}")
    names = list(header[1:])
    if not names or len(names) > MAX_COLUMNS:
        raise SeriesError(f"there are {len(names):,} columns, 1 to {MAX_COLUMNS} are read")
    if len(set(header)) < len(header):
        raise SeriesError("two columns have one name")
    for name in names:
        if len(name) > MAX_NAME or not _NAME.fullmatch(name):
            raise SeriesError(f"{name[:40]!r} is no name of a column")
    return names


def _number(cell: str) -> float | None:
    """The figure in a cell, None of an empty one."""
    if not cell:
        return None
    try:
        number = float(cell)
    except ValueError:
        raise SeriesError(f"{cell[:40]!r} is no number") from None
    if not math.isfinite(number) or abs(number) > MAX_VALUE:
        raise SeriesError(f"{cell[:40]!r} is no figure that can be measured")
    return number

"""A table over time: columns on one time axis, as the small CSV that stands beside a record."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from generator.importers import spelled
from generator.importers.source import Imported

MOST_ROWS = 11_000
"""Most rows that are kept: what Prometheus gives at most."""


def interval(columns: Iterable[Iterable[float]]) -> float | None:
    """The most usual step within a column, in seconds to the millisecond; None if there is none."""
    steps = Counter(
        round(after - before, 3) for times in columns for before, after in pairwise(sorted(times))
    )
    steps.pop(0.0, None)
    return min(steps, key=lambda step: (-steps[step], step)) if steps else None


def _start(unix_seconds: float) -> dict[str, Any]:
    """The `start` of a table; nothing for a time that no calendar has."""
    try:
        start = datetime.fromtimestamp(unix_seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return {}
    return {"start": start.isoformat(timespec="milliseconds").replace("+00:00", "Z")}


def attachment(
    name: str, source: str, columns: Mapping[str, Mapping[float, float]]
) -> Imported | None:
    """The table as an attachment with its entry in `series`; None for fewer than two rows.

    `columns` maps a column's name to its values by Unix time in seconds; the first column of the
    CSV is `time_s`, seconds since the first row. A cell without a finite value is empty.
    """
    rounded = [
        {round(time, 3): value for time, value in one.items() if math.isfinite(value)}
        for one in columns.values()
    ]
    times = sorted({time for one in rounded for time in one})[:MOST_ROWS]
    step = interval(rounded) or interval([times])
    if step is None:
        return None
    lines = [",".join(("time_s", *columns))]
    for time in times:
        cells = (spelled.number(one[time], 9) if time in one else "" for one in rounded)
        lines.append(",".join((spelled.number(time - times[0], 3), *cells)))
    entry = {"file": name, "source": source, "interval": spelled.seconds(step)} | _start(times[0])
    content = "\n".join(lines) + "\n"
    return Imported({"series": [entry]}, {name: content.encode()})

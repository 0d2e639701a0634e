"""What has to be known of a file of k6 samples before it is read: from its first lines alone."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median_low
from typing import Literal

from generator.importers.source import Source

LOOKED_AT = 200
"""Lines at the start of a file that are looked at to recognise it."""

_NEEDED = ("metric_name", "timestamp", "metric_value")
_DIVISORS = {10: 1_000_000, 13: 1_000, 16: 1, 19: -1_000}
"""Digits of a Unix time, to the µs of its unit; negative: so many of its units are a µs."""


@dataclass(frozen=True)
class Job:
    """One step of reading: files that are read together, and what they have in common.

    `origin` is a time near the start of the run, in µs since 1970, from which ticks are counted;
    all jobs of one run have the same. `alone` says that there are no other jobs, `exact` that
    percentiles are taken from all samples however many there are.
    """

    sources: tuple[Source, ...]
    kind: Literal["json", "csv"]
    origin: int
    alone: bool = True
    exact: bool = False


def is_json(source: Source) -> bool:
    """Whether a file is the output of `k6 run --out json`: a line that is a metric or a point."""
    return any(_is_sample(line) for line in source.text().split("\n")[:LOOKED_AT])


def _is_sample(line: str) -> bool:
    if not line.lstrip().startswith('{"') or '"type"' not in line or len(line) > 20_000:
        return False
    try:
        held = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return (
        held.get("type") in ("Metric", "Point")
        and isinstance(held.get("metric"), str)
        and isinstance(held.get("data"), dict)
    )


def is_csv(source: Source) -> bool:
    """Whether a file is the output of `k6 run --out csv`: its headings are."""
    return set(_NEEDED) <= set(columns(source))


def columns(source: Source) -> list[str]:
    """The headings of a CSV file; a k6 without some system tags has fewer."""
    first = source.text().partition("\n")[0].strip()
    try:
        return next(csv.reader([first[:10_000]]), [])
    except csv.Error:
        return []


def times(source: Source, kind: Literal["json", "csv"]) -> list[str]:
    """The times in the first part of a file, as written."""
    text = source.text()
    if kind == "json":
        return re.findall(r'"time":"([^"\n]{10,40})"', text)
    names = columns(source)
    rows = (line.split(",") for line in text.split("\n")[1:])
    # The metric and its time come first, before anything that may hold a comma.
    place = names.index("timestamp")
    return [row[place] for row in rows if len(row) >= len(names)][:5_000]


def times_of_lines(
    source: Source, kind: Literal["json", "csv"], lines: Iterable[bytes]
) -> list[int]:
    """The times of lines of a file, in µs since 1970; of lines without one there is none."""
    found = []
    for line in lines:
        text = line.decode("utf-8", errors="replace")
        if kind == "json":
            written = re.findall(r'"time":"([^"\n]{10,40})"', text)[:1]
        else:
            place = columns(source).index("timestamp")
            written = text.split(",")[place : place + 1]
        found += [time for one in written if (time := microseconds(one)) is not None]
    return found


def microseconds(written: str) -> int | None:
    """A time as µs since 1970, whether RFC 3339 or a Unix time of any unit; None of others."""
    if written.isdecimal() and written.isascii():
        unit = _DIVISORS.get(len(written))
        if unit is None:
            return None
        return int(written) * unit if unit > 0 else int(written) // -unit
    try:
        # More than six digits of a second are no time to Python.
        found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d{1,12}", r"\1", written[:40], count=1))
        if found.tzinfo is None:
            found = datetime.fromisoformat(found.isoformat() + "+00:00")
        whole = int(found.replace(microsecond=0).timestamp())
    except (ValueError, OverflowError):
        return None
    return whole * 1_000_000 + found.microsecond


def zone_of(written: str) -> str | None:
    """The time zone that a time is written with: `Z`, `-05:00`; empty: none; None: Unix time."""
    if written.isdecimal():
        return None
    match = re.search(r"([Zz]|[+-]\d\d:?\d\d)$", written[10:])
    return match[1].upper() if match else ""


def origin_of(sources: Sequence[Source], kind: Literal["json", "csv"]) -> int:
    """A time near the start of the run, in µs: near the first samples of the earliest file."""
    found = []
    for source in sources:
        known = [time for text in times(source, kind) if (time := microseconds(text)) is not None]
        # The middle one: a single time may be damaged.
        found += [median_low(known)] if known else []
    return min(found, default=0)

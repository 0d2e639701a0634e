"""What is told of a run over time: lines on panels, taken from the tables beside its record.

A table's columns are known by name; one that no panel is made for has a panel of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from generator import series, units
from generator.kept import Course
from generator.units import MILLISECONDS, Unit

MAX_LINES = 3
"""Most lines of a panel."""

MAX_OTHERS = 4
"""Most panels of columns that no panel of their own is made for."""

LATENCIES = ("p50_ms", "p95_ms", "p99_ms", "avg_ms", "p90_ms", "max_ms")
"""Columns of latency, the ones that are drawn first in front."""

CPU_OF = "_cpu_cores"
"""How a column ends that has the CPU of something beside the service: `generator_cpu_cores`."""


@dataclass(frozen=True)
class Line:
    """Figures of one column: time and value of each; `step` is the usual time between them."""

    name: str
    points: Sequence[tuple[float, float]]
    step: float


@dataclass(frozen=True)
class Panel:
    """Lines on one scale; `filled` fills below the line."""

    title: str
    unit: Unit
    lines: tuple[Line, ...]
    height: float = 54.0
    filled: bool = False

    @property
    def values(self) -> list[float]:
        """All figures of all lines."""
        return [value for line in self.lines for _, value in line.points]


def panels(courses: Sequence[Course]) -> Iterator[Panel]:
    """What the tables hold, in order of importance."""
    vus = _lines(courses, ("vus",))
    if vus:
        yield Panel("Virtual users", units.COUNT, vus[:1], 28.0, filled=True)
    rates = _lines(courses, ("rps",))
    if rates:
        yield Panel("Requests per second", units.PER_SECOND, rates[:1])
    latency = _lines(courses, LATENCIES)
    if latency:
        yield Panel("Latency", MILLISECONDS, latency[:MAX_LINES], 72.0)
    failed = _lines(courses, ("failed_per_s",))
    if failed:
        yield Panel("Failed requests per second", units.PER_SECOND, failed[:1], 36.0)
    columns = list(dict.fromkeys(name for course in courses for name in course.table.columns))
    parts = [name for name in columns if name.endswith(CPU_OF)]
    named_parts = (
        replace(line, name=part.removesuffix(CPU_OF))
        for part in parts
        for line in _lines(courses, (part,))[:1]
    )
    cores = (*_lines(courses, ("cpu_cores",)), *named_parts)
    if cores:
        yield Panel("CPU in use", units.CORES, cores[:MAX_LINES])
    memory = _lines(courses, ("memory_bytes",))
    if memory:
        yield Panel("Memory in use", units.MEMORY, memory[:MAX_LINES], 36.0)
    own = {"vus", "rps", "failed_per_s", "cpu_cores", "memory_bytes", *LATENCIES, *parts}
    others = [column for column in columns if column not in own and ":" not in column]
    known = ((column, _lines(courses, (column,))) for column in others)
    for column, lines in islice(((column, lines) for column, lines in known if lines), MAX_OTHERS):
        yield Panel(column, series.unit_of(column), lines[:MAX_LINES], 36.0)


def _lines(courses: Sequence[Course], columns: Sequence[str]) -> tuple[Line, ...]:
    """The columns that have figures; of several tables with one of them each is a line.

    Percentiles come from the first table that has any: two sources measure different things.
    """
    found: list[Line] = []
    for course in courses:
        for column in columns:
            points = course.table.known(column)
            if points:
                stated = course.stated.interval
                times = [time for time, _ in points]
                usual = series.step_of(times)
                step = max(usual, stated.start if stated else 0.0)
                name = course.stated.source if len(columns) == 1 else _latency_name(column)
                found.append(Line(name, points, step))
        if found and len(columns) > 1:
            break
    return tuple(found)


def _latency_name(column: str) -> str:
    return {"avg_ms": "mean", "max_ms": "largest"}.get(column, column.removesuffix("_ms"))

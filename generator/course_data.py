"""The data files from which the page Compare draws runs over each other: `data/compare/courses/`.

They hold what a run keeps over time, thinned as a chart shows it, and its latency by percentile;
each with its words, for those who see no chart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from generator import display, kept, spread
from generator.comparison_data import text_of
from generator.kept import Course
from generator.measurements import clean
from generator.notebook import Notebook
from generator.overtime import stretches
from generator.panels import CPU_OF, LATENCIES, Line, Panel, panels
from generator.units import SECONDS, Quantity, Unit

MOST_POINTS = 400
"""Most points of a line: of more the lowest and highest of each few are kept."""


def files(notebook: Notebook) -> Iterator[tuple[str, str]]:
    """Path and content of the file of each run that names a table or a distribution."""
    for identity in notebook.holding("series", "distribution"):
        content = _courses(notebook, identity)
        yield f"data/compare/courses/{identity}.json", text_of(content)


def _courses(notebook: Notebook, identity: str) -> dict[str, Any]:
    found = kept.of(notebook, identity)
    return {
        "lines": lines(found.courses),
        "distribution": {
            "points": [
                [round(along, 4), clean(latency)]
                for along, latency in spread.curve(found.distribution)
            ],
            "told": spread.told(found.distribution),
        }
        if found.distribution
        else None,
    }


def lines(courses: Sequence[Course]) -> list[dict[str, Any]]:
    """The lines of all panels that the tables fill, in order of importance."""
    return [line for panel in panels(courses) for line in _lines(panel, courses)]


def _lines(panel: Panel, courses: Sequence[Course]) -> Iterator[dict[str, Any]]:
    """The panel's lines, each under a title that the same figure of another run has too."""
    taken: set[str] = set()
    latency = panel.title == "Latency"
    for line in panel.lines:
        # CPU of what stood beside the service is not the service's.
        part = any(f"{line.name}{CPU_OF}" in course.table.columns for course in courses)
        title = f"{panel.title} {line.name}" if latency else panel.title
        if not latency and (title in taken or (part and panel.title == "CPU in use")):
            title = f"{panel.title}, {line.name}"
        taken.add(title)
        yield {
            "title": title,
            "unit": panel.unit.name,
            "source": _source(courses) if latency else "" if part else line.name,
            "points": list(_points(line)),
            **_extremes(line, panel.unit),
        }


def _source(courses: Sequence[Course]) -> str:
    """Where the latencies come from: the first table that has some, as `panels` takes them."""
    return next(
        (
            course.stated.source
            for course in courses
            if any(course.table.known(column) for column in LATENCIES)
        ),
        "",
    )


def _points(line: Line) -> Iterator[list[float | None]]:
    """Time and value of each point, in seconds and base units; a gap is a point without value."""
    pieces = list(stretches(line, MOST_POINTS))
    for number, piece in enumerate(pieces):
        yield from ([clean(time), clean(value)] for time, value in piece)
        if number < len(pieces) - 1:
            yield [clean(piece[-1][0]), None]


def _extremes(line: Line, unit: Unit) -> dict[str, str]:
    """The lowest and the highest figure with their times, as texts."""
    low, high = (choose(line.points, key=lambda point: point[1]) for choose in (min, max))
    return {
        "lowest": f"{_figure(low[1], unit)} at {_time(low[0])}",
        "highest": f"{_figure(high[1], unit)} at {_time(high[0])}",
    }


def _figure(value: float, unit: Unit) -> str:
    return display.show(Quantity(value, value, computed=True), unit)


def _time(seconds: float) -> str:
    before = "\N{MINUS SIGN}" if seconds < 0 else ""
    return before + display.show(Quantity.exact(abs(seconds)), SECONDS)

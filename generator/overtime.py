"""The chart of a run over time: panels on one time axis, the phases of the run behind them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from generator import display, drawing, lettering
from generator.drawing import WIDTH, Box, Canvas, Colour, Point
from generator.kept import Course
from generator.lettering import HEADING, SMALL, named
from generator.measured import Phase
from generator.panels import Line, Panel
from generator.panels import panels as panels_of
from generator.units import SECONDS, Quantity, Unit
from generator.vector import Sketch

MAX_POINTS = 160
"""Most points of a line; of more its lowest and highest in each stretch are drawn."""

MAX_PHASES = 12

GAP = 2.5
"""A line is broken where figures are further apart than so many intervals."""

PHASES = {"ramp-up": "ramp-up", "steady": "steady state", "ramp-down": "ramp-down"}
"""What each phase is called."""

_LEFT, _RIGHT = 56.0, WIDTH - 4
_NICE = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800)
_NICE_LONG = (3600, 7200, 10800, 21600, 43200, 86400)
_COLOURS = (Colour.SERIES_1, Colour.SERIES_2, Colour.SERIES_4)


_Span = tuple[str, float, float]
"""Name, start and end of a phase."""


@dataclass(frozen=True)
class _Axis:
    """The time axis: seconds that stand at the left and at the right end of all panels."""

    low: float
    high: float

    def at(self, time: float) -> float:
        return _LEFT + (time - self.low) / ((self.high - self.low) or 1.0) * (_RIGHT - _LEFT)

    @property
    def marks(self) -> list[float]:
        """Round times, in whole minutes or hours where the axis is that long."""
        span = self.high - self.low
        steps = [step for step in (*_NICE, *_NICE_LONG) if 3 <= span / step <= 7]
        if not steps:
            return drawing.ticks(self.low, self.high, 5)
        step = steps[0]
        first = math.ceil(self.low / step - 1e-9)
        return [float(number * step) for number in range(first, int(self.high / step + 1e-9) + 1)]


def over_time(courses: Sequence[Course], phases: Sequence[Phase] = ()) -> Sketch | None:
    """VUs, requests, latency, failures, CPU and memory over the run, one panel below the other.

    None where no table has any figure. All other columns of the tables have a panel each, as far
    as there are few; columns of single pods (`cpu_cores:backend-1`) have none.
    """
    panels = list(panels_of(courses))
    if not panels:
        return None
    spans = list(_spans(phases))
    times = [time for panel in panels for line in panel.lines for time, _ in line.points]
    ends = [end for _, _, end in spans]
    axis = _Axis(min(0.0, *times), max(0.0, *times, *ends))
    canvas = Canvas()
    bottom = _phases(canvas, axis, spans)
    for panel in panels:
        bottom = _draw(canvas, bottom, panel, axis, spans) + 12
    bottom = _times(canvas, axis, bottom - 12)
    return Sketch(canvas.end(bottom), _told(panels, spans, axis))


def _spans(phases: Sequence[Phase]) -> Iterator[_Span]:
    """Name, start and end of the phases that can be drawn."""
    for phase in phases[:MAX_PHASES]:
        start, end = phase.start, phase.end
        if start and end and start.end is not None and end.end is not None and end.end > start.end:
            yield PHASES[phase.name], start.end, end.end


# --- how it is drawn ------------------------------------------------------------------------------


def _phases(canvas: Canvas, axis: _Axis, spans: Sequence[_Span]) -> float:
    """The names of the phases above their spans, on two rows if need be; returns where they end."""
    rows: list[list[Box]] = [[], []]
    for name, start, end in spans:
        x = (axis.at(start) + axis.at(end)) / 2
        for row, taken in enumerate(rows):
            box = drawing.text_box(x, 7 + 12 * row, name, size=SMALL, align="center").beside(4)
            if not any(box.meets(other) for other in taken):
                y = 7.0 + 12 * row
                text = canvas.text(x, y, name, colour=Colour.MUTED, size=SMALL, align="center")
                taken.append(text.beside(4))
                break
    return 4.0 + 12 * sum(map(bool, rows)) if spans else 0.0


def _shade(canvas: Canvas, axis: _Axis, spans: Sequence[_Span], top: float, bottom: float) -> None:
    """What is no steady state lies in the shade; each phase has a line at its ends."""
    for name, start, end in spans:
        if name != PHASES["steady"]:
            box = Box(axis.at(start), top, axis.at(end), bottom)
            canvas.box(box, fill=Colour.MUTED, alpha=0.12)
    for time in sorted({time for _, *ends in spans for time in ends}):
        ends = [(axis.at(time), top), (axis.at(time), bottom)]
        canvas.line(ends, colour=Colour.MUTED, width=0.8, dashed=True)


def _draw(canvas: Canvas, top: float, panel: Panel, axis: _Axis, spans: Sequence[_Span]) -> float:
    """One panel under its title; returns where it ends."""
    left = _legend(canvas, top + 7, panel) if len(panel.lines) > 1 else WIDTH
    values = panel.values
    title = canvas.text(0, top + 7, panel.title, size=HEADING, bold=True, width=left - 8)
    if min(values) == max(values) == 0:
        words = "none in the whole run" if panel.title.startswith("Failed") else "0 all the time"
        canvas.text(title.right + 10, top + 7, words, colour=Colour.MUTED, size=SMALL)
        return top + 14
    low, high = min(0.0, *values), max(0.0, *values)
    ceiling, base = top + 20, top + 20 + panel.height

    def at(value: float) -> float:
        return base - (value - low) / (high - low) * (base - ceiling)

    _shade(canvas, axis, spans, ceiling - 2, base)
    for mark, text in _scale(low, high, panel):
        canvas.line([(_LEFT, at(mark)), (_RIGHT, at(mark))])
        canvas.text(
            _LEFT - 6,
            at(mark),
            text,
            colour=Colour.MUTED,
            size=SMALL,
            align="right",
            width=_LEFT - 6,
        )
    for line, colour in zip(panel.lines, _COLOURS, strict=False):
        pieces = [
            [(axis.at(time), at(value)) for time, value in stretch] for stretch in stretches(line)
        ]
        if panel.filled:
            for stretch in pieces:
                feet = [(stretch[-1][0], at(0.0)), (stretch[0][0], at(0.0))]
                canvas.area([*stretch, *feet], fill=colour, alpha=0.2)
        canvas.line(list(_joined(pieces)), colour=colour, width=1.4)
    return base


def _scale(low: float, high: float, panel: Panel) -> Iterator[tuple[float, str]]:
    """Ticks of a panel with their texts, all in the unit that the largest figure is shown in."""
    largest = max(abs(low), abs(high))
    symbol, size = next(
        (symbol, size)
        for least, symbol, size in panel.unit.display
        if largest >= least or not least
    )
    marks = drawing.ticks(low / size, high / size, 4 if panel.height > 40 else 2)
    step = marks[1] - marks[0] if len(marks) > 1 else 1.0
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    for mark in marks:
        text = f"{mark:,.{decimals}f}" if mark else "0"
        yield mark * size, f"{text}\N{NO-BREAK SPACE}{symbol}" if symbol and mark else text


def _legend(canvas: Canvas, y: float, panel: Panel) -> float:
    """A sample and the name of each line, from the right; returns where they begin."""
    x = WIDTH
    for line, colour in reversed(list(zip(panel.lines, _COLOURS, strict=False))):
        text = canvas.text(
            x, y, named(line.name, 70), colour=Colour.MUTED, size=SMALL, align="right"
        )
        canvas.line([(text.left - 16, y), (text.left - 4, y)], colour=colour, width=2.4)
        x = text.left - 26
    return x + 10


def stretches(line: Line, most: int = MAX_POINTS) -> Iterator[list[tuple[float, float]]]:
    """The line in pieces, cut where figures are missing for longer than a few intervals.

    Of more points than `most` the lowest and the highest of each few are taken, in order.
    """
    number = len(line.points)
    size = math.ceil(2 * number / most) if number > most else 1
    kept: list[tuple[float, float]] = []
    for start in range(0, number, size):
        few = line.points[start : start + size]
        kept += sorted({choose(few, key=lambda point: point[1]) for choose in (min, max)})
    piece = kept[:1]
    for before, after in pairwise(kept):
        if after[0] - before[0] > GAP * size * line.step:
            yield piece
            piece = []
        piece.append(after)
    yield piece


def _joined(stretches: Sequence[Sequence[Point]]) -> Iterator[Point]:
    """All pieces as one line that is interrupted between them; a single point is a short dash."""
    for stretch in stretches:
        if len(stretch) == 1:
            (x, y) = stretch[0]
            yield from ((x - 1, y), (x + 1, y))
        else:
            yield from stretch
        yield (math.nan, math.nan)


def _times(canvas: Canvas, axis: _Axis, bottom: float) -> float:
    """The time axis below all panels; returns where it ends."""
    canvas.line([(_LEFT, bottom), (_RIGHT, bottom)], colour=Colour.MUTED)
    taken: list[Box] = []
    for mark in axis.marks:
        x, text = axis.at(mark), lettering.fit(_time(mark), 90, SMALL)
        box = drawing.text_box(x, bottom + 12, text, size=SMALL, align="center").beside(5)
        if not any(box.meets(other) for other in taken):
            canvas.line([(x, bottom), (x, bottom + 4)], colour=Colour.MUTED)
            taken.append(
                canvas.text(
                    x, bottom + 12, text, colour=Colour.MUTED, size=SMALL, align="center"
                ).beside(5)
            )
    words = "since the start"
    canvas.text(WIDTH, bottom + 25, words, colour=Colour.MUTED, size=SMALL, align="right")
    return bottom + 32


# --- in words -------------------------------------------------------------------------------------


def _told(panels: Sequence[Panel], spans: Sequence[_Span], axis: _Axis) -> str:
    """Each panel's lowest and highest figure with their times, and the phases."""
    parts = [f"{_time(axis.high)} of the run over time."]
    if spans:
        told = ", ".join(f"{name} {_time(start)} to {_time(end)}" for name, start, end in spans)
        parts.append(f"Phases: {told}.")
    for panel in panels:
        single = len(panel.lines) == 1
        for line in panel.lines:
            name = panel.title if single else f"{panel.title}, {named(line.name)}"
            low, high = (choose(line.points, key=lambda point: point[1]) for choose in (min, max))
            if low[1] == high[1]:
                parts.append(f"{name}: {_figure(low[1], panel.unit)} all the time.")
            else:
                shown = [
                    f"{_figure(value, panel.unit)} at {_time(time)}" for time, value in (low, high)
                ]
                parts.append(f"{name}: lowest {shown[0]}, highest {shown[1]}.")
    return " ".join(parts)


def _figure(value: float, unit: Unit) -> str:
    return display.show(Quantity(value, value, computed=True), unit)


def _time(seconds: float) -> str:
    before = "\N{MINUS SIGN}" if seconds < 0 else ""
    return before + display.show(Quantity.exact(abs(seconds)), SECONDS)

"""The chart of trends: one small panel a metric, over the runs of a scenario.

Lines join runs that are like for like; each load has a mark of its own. Steps are vertical lines
with their size, those that are acknowledged dashed. The y axis is zoomed to the figures where they
lie close together, and logarithmic where loads lie far apart; it says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from generator import display, drawing, lettering
from generator.drawing import WIDTH, Align, Box, Canvas, Colour, Point
from generator.lettering import SMALL, TEXT, last_part, named
from generator.metrics import METRICS, Metric
from generator.stretches import Stretch
from generator.trends import ChangePoint, Drift, Series, Trend
from generator.trendtext import size_text
from generator.units import Quantity
from generator.vector import Sketch
from generator.verdicts import SIGNS, Verdict

MOST_RUNS = 200
"""How many runs, the last ones, a panel shows."""

MARKED = 60
"""Up to how many runs each has a mark; of more there are lines."""

LOOKS = (
    (Colour.SERIES_1, "o"),
    (Colour.SERIES_2, "s"),
    (Colour.SERIES_3, "^"),
    (Colour.SERIES_4, "D"),
)
"""Colour and mark of the longest stretches; all others are muted and hollow."""

_GAP, _LEFT, _TOP, _HEIGHT = 14.0, 48.0, 36.0, 62.0
_PANEL = (WIDTH - _GAP) / 2


@dataclass(frozen=True)
class _Look:
    """How a stretch is drawn."""

    colour: Colour
    shape: str
    hollow: bool = False


def multiples(trend: Trend, metrics: Sequence[str]) -> Sketch | None:
    """The metrics of a scenario over its runs, two panels side by side; None without a figure."""
    shown = [name for name in metrics if name in trend.series]
    runs = trend.scenario.firsts
    if not shown or len(runs) < 2:
        return None
    canvas = Canvas()
    looks = _looks(trend)
    top = _legend(canvas, looks) if len(trend.scenario.stretches) > 1 else 0.0
    first = max(0, len(runs) - MOST_RUNS)
    for number, name in enumerate(shown):
        left = (number % 2) * (_PANEL + _GAP)
        panel = _Panel(canvas, trend, METRICS[name], looks, first, left, top)
        panel.draw()
        if number % 2 or number == len(shown) - 1:
            top += _TOP + _HEIGHT + 22
    bottom = top - 12
    told = f"{last_part(runs[first])} to {last_part(runs[-1])}, in the order in which they ran"
    if first:
        told = f"the last {len(runs) - first} of {len(runs):,} runs: {told}"
    text = lettering.fit(told, WIDTH, SMALL, middle=True)
    canvas.text(0, bottom + 6, text, colour=Colour.MUTED, size=SMALL)
    alt = f"{len(runs):,} runs, {named(last_part(runs[0]))} to {named(last_part(runs[-1]))}. "
    alt += " ".join(f"{METRICS[name].label}: {_told(trend, name)}." for name in shown)
    return Sketch(canvas.end(bottom + 14), alt)


def _looks(trend: Trend) -> dict[str, _Look]:
    """The look of each stretch by its label: the longest ones stand out."""
    longest = sorted(trend.scenario.stretches, key=lambda one: (-len(one.groups), one.positions))
    muted = _Look(Colour.MUTED, "o", hollow=True)
    found = {stretch.label: muted for stretch in longest}
    for stretch, (colour, shape) in zip(longest, LOOKS, strict=False):
        found[stretch.label] = _Look(colour, shape)
    return found


def _legend(canvas: Canvas, looks: dict[str, _Look]) -> float:
    """Marks with the loads that they stand for; returns where it ends."""
    x, y = 4.0, 8.0
    others = sum(look.hollow for look in looks.values())
    entries = [(look, label) for label, look in looks.items() if not look.hollow]
    if others:
        words = f"{others} other load{'' if others == 1 else 's'}"
        entries.append((_Look(Colour.MUTED, "o", hollow=True), words))
    for look, label in entries:
        text = lettering.fit(label, 150, SMALL)
        width = lettering.width_of(text, SMALL) + 24
        if x + width > WIDTH and x > 4:
            x, y = 4.0, y + 15
        canvas.dots([(x, y)], colour=look.colour, hollow=look.hollow, size=5, shape=look.shape)
        canvas.text(x + 8, y, text, size=SMALL)
        x += width
    return y + 20


@dataclass(frozen=True)
class _Panel:
    """One metric: heading, axis, lines, steps."""

    canvas: Canvas
    trend: Trend
    metric: Metric
    looks: dict[str, _Look]
    first: int
    left: float
    top: float

    def draw(self) -> None:
        """Put it on the sheet."""
        series = list(self._series())
        figures = [figure for one, _ in series for point in one for figure in point[1]]
        if not figures:
            return
        low, high, logarithmic = _ends(figures)
        at = self._scale(low, high, logarithmic)
        self._heading(logarithmic, zoomed=low > 0 and not logarithmic)
        taken = self._axis(low, high, logarithmic, at)
        many = len(self.trend.scenario.firsts) - self.first > MARKED
        for one, look in series:
            line = [(self._x(position), at(median)) for position, _, median in one]
            self.canvas.line(line, colour=look.colour, width=1.0 if many else 1.5)
            if many:
                continue
            repeats = [
                (self._x(position), at(figure))
                for position, every, _ in one
                for figure in every
                if len(every) > 1
            ]
            self.canvas.dots(repeats, colour=Colour.MUTED, size=1.5)
            self.canvas.dots(line, colour=look.colour, hollow=look.hollow, size=4, shape=look.shape)
        for drift in self.trend.drifts:
            if drift.metric is self.metric:
                self._drift(drift, at)
        self._steps(taken)

    def _series(self) -> Iterator[tuple[list[tuple[int, tuple[float, ...], float]], _Look]]:
        """Position, figures and median of the runs of each stretch, the muted ones first."""
        there = self.trend.series[self.metric.name]
        for one in sorted(there, key=lambda one: not self.looks[one.stretch.label].hollow):
            points = [(p.position, p.figures, p.median) for p in one.points]
            shown = [point for point in points if point[0] >= self.first]
            if shown:
                yield shown, self.looks[one.stretch.label]

    def _changes(self) -> list[ChangePoint]:
        return [
            one
            for one in self.trend.change_points
            if one.metric is self.metric and one.before.position >= self.first
        ]

    def _x(self, position: float) -> float:
        span = len(self.trend.scenario.firsts) - 1 - self.first
        room = _PANEL - _LEFT - 8
        return self.left + _LEFT + 4 + (position - self.first) / max(1, span) * room

    def _scale(self, low: float, high: float, logarithmic: bool) -> Callable[[float], float]:
        base = self.top + _TOP + _HEIGHT

        def at(value: float) -> float:
            if logarithmic:
                share = math.log(value / low) / math.log(high / low)
            else:
                share = (value - low) / (high - low)
            return base - share * (_HEIGHT - 12)

        return at

    def _heading(self, logarithmic: bool, zoomed: bool) -> None:
        self.canvas.text(
            self.left, self.top + 7, self.metric.label, size=TEXT, bold=True, width=_PANEL
        )
        better = f"{self.metric.better} is better" if self.metric.better else ""
        axis = "logarithmic" if logarithmic else "zoomed" if zoomed else ""
        currency = self.trend.series[self.metric.name][0].currency
        told = ", ".join(part for part in (better, axis, currency) if part)
        self.canvas.text(
            self.left, self.top + 20, told, colour=Colour.MUTED, size=SMALL, width=_PANEL
        )

    def _axis(
        self, low: float, high: float, logarithmic: bool, at: Callable[[float], float]
    ) -> list[Box]:
        """Lines at two or three values; returns the room of their texts."""
        taken = []
        for mark, text in _marks(low, high, logarithmic, self.metric):
            ends = [(self.left + _LEFT, at(mark)), (self.left + _PANEL, at(mark))]
            self.canvas.line(ends)
            taken.append(
                self.canvas.text(
                    self.left + _LEFT - 4,
                    at(mark),
                    text,
                    colour=Colour.MUTED,
                    size=SMALL,
                    align="right",
                    width=_LEFT - 4,
                )
            )
        return taken

    def _steps(self, taken: list[Box]) -> None:
        """Vertical lines between the runs before and after, signs above them, sizes with room."""
        changes = sorted(self._changes(), key=_weight)
        top, base = self.top + _TOP - 4, self.top + _TOP + _HEIGHT
        signed: list[tuple[ChangePoint, Box]] = []
        for change in changes:
            x, colour = self._between(change), _step_colour(change)
            ends = [(x, top + 10), (x, base)]
            self.canvas.line(ends, colour=colour, width=1.2, dashed=bool(change.by))
            sign = "–" if change.by else SIGNS[change.verdict]
            box = drawing.text_box(x, top + 3, sign, size=SMALL, align="center")
            if not any(box.meets(other) for other in taken):
                written = self.canvas.text(
                    x, top + 3, sign, colour=colour, size=SMALL, align="center"
                )
                taken.append(written)
                signed.append((change, written))
        for change, sign_box in signed:
            text, colour = size_text(change), _step_colour(change)
            places: tuple[tuple[float, Align], ...] = (
                (sign_box.right + 2, "left"),
                (sign_box.left - 2, "right"),
            )
            for place, align in places:
                box = drawing.text_box(place, top + 3, text, size=SMALL, align=align).beside(1)
                inside = self.left + _LEFT <= box.left and box.right <= self.left + _PANEL
                if inside and not any(box.meets(other) for other in taken):
                    self.canvas.text(place, top + 3, text, colour=colour, size=SMALL, align=align)
                    taken.append(box)
                    break

    def _between(self, change: ChangePoint) -> float:
        return (self._x(change.before.position) + self._x(change.after.position)) / 2

    def _drift(self, drift: Drift, at: Callable[[float], float]) -> None:
        """A dotted line from the level at the start to that at the end."""
        ends: list[Point] = []
        first, last = drift.series.points[0].position, drift.series.points[-1].position
        slope = (drift.levels[1] - drift.levels[0]) / max(1, last - first)
        start = max(first, self.first)
        for position in (start, last):
            level = drift.levels[0] + slope * (position - first)
            ends.append((self._x(position), at(level)))
        self.canvas.line(ends, colour=Colour.DOUBT, width=2, dashed=True)


_COLOURS = {Verdict.IMPROVED: Colour.IMPROVED, Verdict.REGRESSED: Colour.REGRESSED}


def _marks(low: float, high: float, logarithmic: bool, metric: Metric) -> list[tuple[float, str]]:
    """Values of a y axis with their texts: round ones, else the ends with two digits."""
    marks = [] if logarithmic else drawing.ticks(low, high, 3)
    if len(marks) > 1:
        return [(mark, drawing.tick_text(mark, marks[1] - marks[0], metric.unit)) for mark in marks]
    ends = [(mark, 10.0 ** (math.floor(math.log10(abs(mark) or 10.0)) - 1)) for mark in (low, high)]
    return [(mark, drawing.tick_text(mark, step, metric.unit)) for mark, step in ends]


def _step_colour(change: ChangePoint) -> Colour:
    """The colour of a step: its verdict's, muted where it is acknowledged."""
    return Colour.MUTED if change.by else _COLOURS.get(change.verdict, Colour.FG)


def _weight(change: ChangePoint) -> tuple[bool, float]:
    return bool(change.by), -abs(change.size or 0.0)


def _ends(figures: Sequence[float]) -> tuple[float, float, bool]:
    """The ends of the y axis, and whether it is logarithmic."""
    low, high = min(figures), max(figures)
    if low == high:
        return min(0.0, high), max(0.0, high) or 0.1, False
    if low > 0 and high / low > 20:
        return low, high, True
    if 0 <= low < high / 2:
        return 0.0, high, False
    margin = (high - low) / 6
    floor = low - margin
    return (max(0.0, floor) if low >= 0 else floor), high + margin / 2, False


def _told(trend: Trend, name: str) -> str:
    """A metric's course in words, for each of its longest stretches, with the steps."""
    there = sorted(trend.series[name], key=lambda one: -len(one.points))
    parts = [_course(one, len(there) > 1) for one in there[: len(LOOKS)]]
    for change in (one for one in trend.change_points if one.metric.name == name):
        accepted = ", acknowledged" if change.by else ""
        parts.append(f"step of {size_text(change)} at {last_part(change.after.run)}{accepted}")
    for drift in (one for one in trend.drifts if one.metric.name == name):
        parts.append(f"drift of {size_text(drift)} from first to last")
    return "; ".join(parts)


def _course(series: Series, several: bool) -> str:
    def shown(value: float) -> str:
        quantity = Quantity(value, value, computed=True)
        return display.show(quantity, series.metric.unit, series.currency)

    medians = series.medians
    label = f"{_label(series.stretch)} " if several else ""
    if len(medians) == 1:
        return f"{label}{shown(medians[0])} only"
    text = f"{label}from {shown(medians[0])} to {shown(medians[-1])}"
    return f"{text}, lowest {shown(min(medians))}, highest {shown(max(medians))}"


def _label(stretch: Stretch) -> str:
    return lettering.fit(stretch.label, 200)

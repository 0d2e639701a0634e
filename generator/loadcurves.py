"""The charts of a system over its loads: throughput, latency, utilisation of its resources.

Every run is a point. What is predicted beyond the measured loads is dashed; where the law is in
doubt it is drawn no further than the data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from generator import display, drawing, lettering, phrases
from generator.capacity import Capacity, Standing
from generator.drawing import WIDTH, Align, Box, Canvas, Colour, Point
from generator.lettering import SMALL
from generator.units import COUNT, MILLISECONDS, PER_SECOND, SHARE, Quantity, Unit
from generator.vector import Sketch

MAX_POINTS = 400
"""Runs that are drawn; of more, those of the loads are thinned evenly."""

STEPS = 60
"""Pieces of a curve."""

_LEFT, _RIGHT = 52.0, WIDTH - 12
_HIGH = 170.0
_COLOURS = (Colour.SERIES_1, Colour.SERIES_2, Colour.SERIES_3, Colour.SERIES_4)


@dataclass(frozen=True)
class _Plot:
    """Two axes from zero with their ends, between `top` and `top` + 170 on the sheet."""

    canvas: Canvas
    along: float
    up: float
    top: float

    @property
    def base(self) -> float:
        return self.top + _HIGH

    def x(self, value: float) -> float:
        return _LEFT + min(value / self.along, 1.0) * (_RIGHT - _LEFT)

    def y(self, value: float) -> float:
        return self.base - min(value / self.up, 1.0) * _HIGH

    def point(self, along: float, up: float) -> Point:
        return self.x(along), self.y(up)

    def axes(self, below: str, along_unit: Unit, up_unit: Unit) -> None:
        """Ticks with their values, and what stands on the axis below."""
        marks = drawing.ticks(0, self.up)
        for mark in marks:
            self.canvas.line([(_LEFT, self.y(mark)), (_RIGHT, self.y(mark))])
            text = drawing.tick_text(mark, marks[1] - marks[0], up_unit)
            self.canvas.text(
                _LEFT - 6,
                self.y(mark),
                text,
                colour=Colour.MUTED,
                size=SMALL,
                align="right",
                width=_LEFT - 6,
            )
        marks = drawing.ticks(0, self.along, 5)
        taken: list[Box] = []
        for mark in marks:
            x = self.x(mark)
            self.canvas.line([(x, self.base), (x, self.base + 4)], colour=Colour.MUTED)
            text = drawing.tick_text(mark, marks[1] - marks[0], along_unit)
            place = (x, self.base + 13, text)
            box = drawing.text_box(*place, size=SMALL, align="center").beside(3)
            if not any(box.meets(other) for other in taken):
                self.canvas.text(*place, colour=Colour.MUTED, size=SMALL, align="center")
                taken.append(box)
        self.canvas.text(
            WIDTH, self.base + 27, below, colour=Colour.MUTED, size=SMALL, align="right"
        )

    def curve(self, law: Callable[[float], float], start: float, end: float) -> list[Point]:
        """The points of a function from one place to another."""
        return [
            self.point(at, law(at))
            for at in (start + (end - start) * n / STEPS for n in range(STEPS + 1))
        ]


@dataclass(frozen=True)
class _Key:
    """What a line or a point means, in the legend above a chart."""

    words: str
    colour: Colour
    dashed: bool = False
    dot: bool = False


def _legend(canvas: Canvas, keys: Sequence[_Key]) -> float:
    """The legend, one entry after another on as many rows as it takes; returns where it ends."""
    x, y = 0.0, 7.0
    for key in keys:
        width = 26 + lettering.width_of(lettering.fit(key.words, WIDTH - 26, SMALL), SMALL)
        if x > 0 and x + width > WIDTH:
            x, y = 0.0, y + 14
        if key.dot:
            canvas.dots([(x + 9, y)], colour=key.colour, size=5)
        else:
            canvas.line([(x, y), (x + 18, y)], colour=key.colour, width=2, dashed=key.dashed)
        canvas.text(x + 24, y, key.words, size=SMALL, width=WIDTH - x - 24)
        x += width + 12
    return y + 8


def _thinned(points: Sequence[Point]) -> list[Point]:
    step = max(1, -(-len(points) // MAX_POINTS))
    return list(points)[::step]


# --- throughput -----------------------------------------------------------------------------------


def throughput(one: Capacity) -> Sketch:
    """Throughput against VUs: runs, the law with its band, the two bounds, the saturation point."""
    system, fit, knee = one.system, one.fit, one.knee
    drawn = fit if one.standing is not Standing.STRAIGHT else None
    last = one.last
    end = one.predicts_to if drawn else last
    highest = max(rate for _, rate in system.points)
    if drawn and one.standing is Standing.FITS:
        # A wide band is cut by the upper end of the axis rather than flatten all else.
        highest = max(highest, *(drawn.law.throughput(end * n / 20) for n in range(1, 21)))
    canvas = Canvas()
    keys = [_Key("a run", Colour.SERIES_1, dot=True)]
    if drawn:
        doubt = ", in doubt" if one.standing is Standing.DOUBTFUL else ""
        keys.append(_Key(f"the law{doubt}, with its 95 % band", Colour.SERIES_2))
        if end > last:
            keys.append(_Key("the law beyond the data", Colour.SERIES_2, dashed=True))
    keys.append(_Key("bounds", Colour.MUTED, dashed=True))
    up = 1.12 * max(highest, knee.highest if knee else 0.0)
    plot = _Plot(canvas, end * 1.02, up, _legend(canvas, keys) + 12)
    plot.axes("virtual users", COUNT, PER_SECOND)
    if drawn:
        first = system.levels[0].vus
        band = [drawn.at(first + (end - first) * n / STEPS) for n in range(STEPS + 1)]
        xs = [plot.x(first + (end - first) * n / STEPS) for n in range(STEPS + 1)]
        upper = [(x, plot.y(at.high)) for x, at in zip(xs, band, strict=True)]
        lower = [(x, plot.y(at.low)) for x, at in zip(xs, band, strict=True)]
        canvas.area([*upper, *lower[::-1]], fill=Colour.SERIES_2, alpha=0.18)
    _bounds(plot, one)
    if drawn:
        law = drawn.law.throughput
        canvas.line(plot.curve(law, system.levels[0].vus, last), colour=Colour.SERIES_2, width=1.8)
        if end > last:
            canvas.line(plot.curve(law, last, end), colour=Colour.SERIES_2, width=1.8, dashed=True)
    canvas.dots(
        [plot.point(*point) for point in _thinned(system.points)], colour=Colour.SERIES_1, size=4.5
    )
    return Sketch(canvas.end(plot.base + 36), _throughput_told(one))


def _bounds(plot: _Plot, one: Capacity) -> None:
    """The light-load bound, the highest throughput, and the saturation point where they meet."""
    first = one.system.levels[0]
    slope = first.rate / first.vus
    reach = min(plot.along, plot.up / slope)
    plot.canvas.line(
        [plot.point(0, 0), plot.point(reach, reach * slope)], colour=Colour.MUTED, dashed=True
    )
    if one.knee is None:
        return
    level = plot.y(one.knee.highest)
    plot.canvas.line([(_LEFT, level), (_RIGHT, level)], colour=Colour.MUTED, dashed=True)
    x = plot.x(one.knee.load)
    plot.canvas.line([(x, level), (x, plot.base)], colour=Colour.DOUBT, width=1.5, dashed=True)
    text = f"saturation, about {phrases.count(round(one.knee.load))} VUs"
    room = lettering.width_of(text, SMALL)
    align: Align = "left" if x + 6 + room < _RIGHT else "right"
    plot.canvas.text(
        x + (6 if align == "left" else -6),
        plot.base - 10,
        text,
        size=SMALL,
        align=align,
        halo=True,
    )


def _throughput_told(one: Capacity) -> str:
    levels = one.system.levels
    low, top = levels[0], one.top
    text = (
        f"Throughput of {len(one.system.samples)} runs at {len(levels)} loads: from "
        f"{phrases.rate(low.rate)} at {phrases.count(low.vus)} VUs to "
        f"{phrases.rate(levels[-1].rate)} at {phrases.count(levels[-1].vus)}, highest "
        f"{phrases.rate(top.rate)} at {phrases.count(top.vus)}."
    )
    if one.knee:
        text += (
            f" The bounds meet at about {phrases.count(round(one.knee.load))} VUs and "
            f"{phrases.rate(one.knee.highest)}."
        )
    if one.fit and one.standing in (Standing.FITS, Standing.DOUBTFUL):
        end = one.predicts_to
        at = one.fit.at(end)
        words = "fits" if one.standing is Standing.FITS else "is in doubt"
        text += (
            f" The law {words}; at {phrases.count(end)} VUs it has {phrases.rate(at.value)} "
            f"({phrases.rate(at.low)} to {phrases.rate(at.high)})."
        )
    return text


# --- latency --------------------------------------------------------------------------------------


def latency(one: Capacity) -> Sketch | None:
    """Latency p95 against throughput: runs, and a line through the middle of each load."""
    runs = [(s.rate, s.p95) for s in one.system.samples if s.p95 is not None]
    line = [(lv.rate, lv.middle("p95"), lv.vus) for lv in one.system.levels]
    known = [(rate, p95, vus) for rate, p95, vus in line if p95 is not None]
    if len(known) < 2:
        return None
    canvas = Canvas()
    keys = [
        _Key("a run", Colour.SERIES_1, dot=True),
        _Key("median of a load, from the smallest to the largest", Colour.SERIES_1),
    ]
    highest = max(p95 for _, p95 in runs)
    along = max(rate for rate, _ in runs)
    plot = _Plot(canvas, along * 1.05, highest * 1.12 or 1.0, _legend(canvas, keys) + 12)
    plot.axes("requests per second", PER_SECOND, MILLISECONDS)
    path = [plot.point(rate, p95) for rate, p95, _ in known]
    canvas.line(path, colour=Colour.SERIES_1, width=1.5)
    dots = [plot.point(rate, p95) for rate, p95 in _thinned(runs)]
    canvas.dots(dots, colour=Colour.SERIES_1, size=4.5)
    _loads(plot, path, [vus for _, _, vus in known], dots)
    return Sketch(canvas.end(plot.base + 36), _latency_told(known))


def _loads(
    plot: _Plot, path: Sequence[Point], loads: Sequence[float], dots: Sequence[Point]
) -> None:
    """The load at each point of the path, where it covers neither lines nor other points."""
    lines = list(pairwise(path))
    marks = [Box(x - 3, y - 3, x + 3, y + 3) for x, y in dots]
    taken: list[Box] = []
    sides: tuple[tuple[float, float, Align], ...] = (
        (-5, -9, "right"),
        (6, -9, "left"),
        (8, 0, "left"),
        (-8, 0, "right"),
        (-5, 10, "right"),
        (6, 10, "left"),
    )
    for (x, y), vus in [*zip(path, loads, strict=True)][::-1]:
        text = f"{phrases.count(vus)} VUs"
        places: list[tuple[int, float, float, Align]] = []
        for right, down, align in sides:
            box = drawing.text_box(x + right, y + down, text, size=SMALL, align=align)
            inside = box.left > _LEFT and box.right < WIDTH and box.bottom < plot.base - 1
            if inside and box.top > plot.top - 6 and not any(box.meets(one) for one in taken):
                hidden = sum(box.meets(mark) for mark in marks)
                hidden += sum(box.crossed_by(*line) for line in lines)
                places.append((hidden, x + right, y + down, align))
        if places:
            _, at, up, align = min(places, key=lambda place: place[0])
            written = plot.canvas.text(at, up, text, size=SMALL, align=align, halo=True)
            taken.append(written.beside(3))


def _latency_told(known: Sequence[tuple[float, float, float]]) -> str:
    parts = [
        f"{_ms(p95)} at {phrases.rate(rate)} ({phrases.count(vus)} VUs)" for rate, p95, vus in known
    ]
    low, high = (pick(known, key=lambda at: at[1]) for pick in (min, max))
    return (
        f"Latency p95, median of each load: from {parts[0]} to {parts[-1]}; lowest {_ms(low[1])} "
        f"at {phrases.count(low[2])} VUs, highest {_ms(high[1])} at {phrases.count(high[2])}."
    )


def _ms(value: float) -> str:
    return display.show(Quantity(value, value, computed=True), MILLISECONDS)


# --- resources ------------------------------------------------------------------------------------


def utilisation(one: Capacity) -> Sketch | None:
    """How busy each resource is against throughput, with the line U = X D that it follows."""
    found = one.found.resources[: len(_COLOURS)]
    if not found:
        return None
    canvas = Canvas()
    keys = [_Key(r.name, colour) for r, colour in zip(found, _COLOURS, strict=False)]
    keys.append(_Key("X D / capacity", Colour.MUTED, dashed=True))
    rates = [rate for resource in found for rate, _ in resource.points]
    most = max(share for resource in found for _, share in resource.points)
    along = max([*rates, *(r.allows for r in found[:1] if r.limits)])
    plot = _Plot(canvas, along * 1.05, max(1.1, most * 1.1), _legend(canvas, keys) + 12)
    plot.axes("requests per second", PER_SECOND, SHARE)
    canvas.line([(_LEFT, plot.y(1)), (_RIGHT, plot.y(1))], colour=Colour.FG)
    for resource, colour in [*zip(found, _COLOURS, strict=False)][::-1]:
        slope = resource.each / resource.capacity
        reach = min(plot.along, 1 / slope)
        line = [plot.point(0, 0), plot.point(reach, reach * slope)]
        canvas.line(line, colour=colour, width=1, dashed=True)
        dots = [plot.point(*point) for point in _thinned(resource.points)]
        canvas.dots(dots, colour=colour, size=4.5)
    told = []
    for resource in found:
        low, high = (pick(share for _, share in resource.points) for pick in (min, max))
        told.append(
            f"{resource.name} from {phrases.share(low)} to {phrases.share(high)} busy"
            + (f", all of it at {phrases.rate(resource.allows)}" if resource.limits else "")
        )
    return Sketch(canvas.end(plot.base + 36), f"Utilisation by throughput: {'; '.join(told)}.")

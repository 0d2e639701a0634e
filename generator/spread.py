"""How latency is spread over the requests: percentile curves of a run and of its baseline.

The axis of the percentiles is stretched towards the slow end (90, 99 and 99.9 % stand equally far
apart), because it is there that runs differ; latency stands on a logarithmic axis.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from generator import display, drawing, limits
from generator.drawing import WIDTH, Align, Box, Canvas, Colour, Point
from generator.importers.histogram import MAX_ERROR, Histogram
from generator.lettering import SMALL, named
from generator.units import MILLISECONDS, Quantity
from generator.vector import Sketch

MARKED = (0.5, 0.9, 0.95, 0.99)
"""Percentiles that are marked on the curves and told in words, as shares."""

MAX_POINTS = 160
"""Points of a curve."""

MOST_ALONG = 4.0
"""Where the axis ends at the latest: 99.99 % of the requests."""

_LEFT, _RIGHT = 52.0, WIDTH - 12
_SHARES = (0.0, *MARKED, 0.999, 0.9999)
_COLOURS = (Colour.SERIES_1, Colour.SERIES_2)
_STEPS = tuple(factor * 10.0**power for power in range(-9, 19) for factor in (1, 2, 5))


def percentile(histogram: Histogram, share: float) -> Quantity | None:
    """A percentile in ms, with the digits that the histogram's buckets leave; None without values.

    `share` is 0.95 for the 95th.
    """
    value = histogram.percentile(share)
    if not value:
        return None if value is None else Quantity.exact(0.0)
    digits = math.floor(math.log10(max(2 * value * MAX_ERROR, 1e-6)))
    rounded = round(value, -digits)
    return Quantity(rounded, rounded, half=10.0**digits / 2)


@dataclass(frozen=True)
class Wanted:
    """An objective of a percentile: which one as a share, the words, the limit in ms."""

    share: float
    words: str
    latency: float


def distribution(
    curves: Sequence[tuple[str, Histogram]], wanted: Sequence[Wanted] = ()
) -> Sketch | None:
    """Latency by percentile: the run first, its baseline after it; None where nothing is known.

    `wanted` are limits of the run, each drawn up to its percentile.
    """
    known = [(name, one) for name, one in curves[:2] if one.total]
    if not known:
        return None
    lines = [curve(one) for _, one in known]
    sizes = [latency for line in lines for _, latency in line]
    within = (min(sizes) / limits.FAR, max(sizes) * limits.FAR)
    shown = [limit for limit in wanted if within[0] <= limit.latency <= within[1]]
    aims = [f"{one.words}{'' if one in shown else ', beyond the scale'}" for one in wanted]
    sizes += [limit.latency for limit in shown]
    low = max((step for step in _STEPS if step <= min(sizes)), default=_STEPS[0])
    high = min((step for step in _STEPS if step >= max(sizes) and step > low), default=_STEPS[-1])
    canvas = Canvas()
    top = _names(canvas, [name for name, _ in known], aims) + 10
    scales = _Scales(max(line[-1][0] for line in lines), low, high, top, top + 176)
    _axes(canvas, scales)
    taken: list[Box] = []
    for (_, one), line, colour in [*zip(known, lines, _COLOURS, strict=False)][::-1]:
        points = [scales.point(*one_point) for one_point in line]
        canvas.line(_without_level(points), colour=colour, width=1.8)
        marks = [scales.point(*mark) for mark in _marks(one, scales)]
        canvas.dots(marks, colour=colour, hollow=colour is not Colour.SERIES_1, size=5)
        taken += [Box(x - 3, y - 3, x + 3, y + 3) for x, y in marks]
    others = [scales.point(*point) for line in lines[1:] for point in line]
    _values(canvas, known[0][1], scales, others, taken)
    for limit in shown:
        end, y = scales.across(min(_along(limit.share), scales.last)), scales.at(limit.latency)
        canvas.line([(_LEFT, y), (end, y)], colour=Colour.DOUBT)
    words = ". ".join(f"{named(name)}: {told(one)}" for name, one in known)
    alt = f"Latency by percentile. {words}."
    if aims:
        alt += f" Objectives: {'; '.join(aims)}."
    return Sketch(canvas.end(scales.base + 34), alt)


@dataclass(frozen=True)
class _Scales:
    """Where percentiles and latencies stand: 0 to `last` along, `low` to `high` ms upwards."""

    last: float
    low: float
    high: float
    ceiling: float
    base: float

    def across(self, along: float) -> float:
        return _LEFT + along / self.last * (_RIGHT - _LEFT)

    def at(self, latency: float) -> float:
        inside = min(max(latency, self.low), self.high)
        share = math.log(inside / self.low) / math.log(self.high / self.low)
        return self.base - share * (self.base - self.ceiling)

    def point(self, along: float, latency: float) -> Point:
        return self.across(along), self.at(latency)


def _along(share: float) -> float:
    """Where a share stands on the axis: 0 at 0 %, 1 at 90 %, 2 at 99 %."""
    return -math.log10(1 - share)


def curve(histogram: Histogram) -> list[Point]:
    """Place on the axis and latency in ms, from the smallest latency to the largest but one."""
    buckets = list(histogram.buckets())
    ranks = list(accumulate(count for _, _, count in buckets))
    last = min(math.log10(max(ranks[-1], 2)), MOST_ALONG)
    # Requests that got no answer have a latency of zero, which no logarithmic axis has.
    least = next((low for low, _, _ in buckets if low > 0), 1.0)
    points = []
    for number in range(MAX_POINTS + 1):
        along = last * number / MAX_POINTS
        rank = min(ranks[-1] - 1, round((1 - 10**-along) * (ranks[-1] - 1)))
        low, high, _ = buckets[bisect_right(ranks, rank)]
        points.append((along, max((low + high) / 2, least)))
    return points


def _without_level(points: Sequence[Point]) -> list[Point]:
    """The points without those inside of a level stretch."""
    levels = [round(y, 1) for _, y in points]
    return [
        point
        for number, point in enumerate(points)
        if number in (0, len(points) - 1)
        or not levels[number - 1] == levels[number] == levels[number + 1]
    ]


def _marks(histogram: Histogram, scales: _Scales) -> list[Point]:
    """Place on the axis and latency of the percentiles that are marked."""
    found = [(_along(share), histogram.percentile(share)) for share in MARKED]
    return [(along, value) for along, value in found if value is not None and along <= scales.last]


# --- how it is drawn ------------------------------------------------------------------------------


def _names(canvas: Canvas, names: Sequence[str], wanted: Sequence[str] = ()) -> float:
    """Which curve is which, and which limits are drawn; returns where that ends."""
    for row, (name, colour) in enumerate(zip(names, _COLOURS, strict=False)):
        y = 7.0 + 14 * row
        canvas.line([(0, y), (18, y)], colour=colour, width=2.4)
        canvas.dots([(9, y)], colour=colour, hollow=row > 0, size=5)
        words = f"baseline {named(name)}" if row else named(name)
        canvas.text(24, y, words, size=SMALL, width=WIDTH - 24, middle=True)
    if wanted:
        y = 7.0 + 14 * len(names)
        canvas.line([(0, y), (18, y)], colour=Colour.DOUBT)
        words = f"objective: {'; '.join(wanted)}"
        canvas.text(24, y, words, colour=Colour.DOUBT, size=SMALL, width=WIDTH - 24)
    return 14.0 * (len(names) + bool(wanted))


def _axes(canvas: Canvas, scales: _Scales) -> None:
    inside = [step for step in _STEPS if scales.low <= step <= scales.high]
    if len(inside) > 9:
        decades = [step for step in inside if round(math.log10(step), 6) % 1 == 0]
        inside = decades[:: math.ceil(len(decades) / 7)]
    for latency in inside:
        y = scales.at(latency)
        canvas.line([(_LEFT, y), (_RIGHT, y)])
        text = f"{latency:g} ms" if latency >= 1 else f"{latency * 1000:g} µs"
        text = f"{latency / 1000:g} s" if latency >= 1000 else text
        canvas.text(
            _LEFT - 6, y, text, colour=Colour.MUTED, size=SMALL, align="right", width=_LEFT - 6
        )
    taken: list[Box] = []
    # Where they are too near for all to be named, the p95 is.
    for share in dict.fromkeys((0.95, *_SHARES[::-1])):
        if _along(share) > scales.last + 1e-9:
            continue
        x, text = scales.across(_along(share)), _percent(share)
        box = drawing.text_box(x, scales.base + 12, text, size=SMALL, align="center").beside(1)
        canvas.line([(x, scales.ceiling), (x, scales.base + 4)], dashed=True)
        if not any(box.meets(other) for other in taken):
            label = canvas.text(
                x, scales.base + 12, text, colour=Colour.MUTED, size=SMALL, align="center"
            )
            taken.append(label.beside(1))
    words = "so many of the requests were faster"
    y = scales.base + 26
    canvas.text(WIDTH, y, words, colour=Colour.MUTED, size=SMALL, align="right")


def _values(
    canvas: Canvas,
    histogram: Histogram,
    scales: _Scales,
    others: Sequence[Point],
    taken: list[Box],
) -> None:
    """The latency at each mark of the run, on the side that is away from the other curve."""
    for share in MARKED:
        figure, along = percentile(histogram, share), _along(share)
        if figure is None or along > scales.last:
            continue
        x, y = scales.point(along, figure.start)
        near = min(others, key=lambda point: abs(point[0] - x), default=(x, y - 1))
        sides: list[tuple[float, float, Align]] = [(-4, -9, "right"), (4, 9, "left")]
        for shift, offset, align in sides if near[1] >= y or not others else sides[::-1]:
            text = display.show(figure, MILLISECONDS)
            box = drawing.text_box(x + shift, y + offset, text, align=align)
            inside = scales.ceiling - 8 < box.top and box.bottom < scales.base - 1
            inside = inside and box.left > _LEFT
            if inside and not any(box.meets(other) for other in taken):
                taken.append(canvas.text(x + shift, y + offset, text, align=align, halo=True))
                break


# --- in words -------------------------------------------------------------------------------------


def told(histogram: Histogram) -> str:
    """How many requests, and how fast the marked shares of them were, in words."""
    shown = [
        f"{_percent(share)} faster than {display.show(figure, MILLISECONDS)}"
        for share in MARKED
        if (figure := percentile(histogram, share))
    ]
    return f"of {histogram.total:,} requests {', '.join(shown)}"


def _percent(share: float) -> str:
    return f"{share * 100:.8g}\N{NO-BREAK SPACE}%"

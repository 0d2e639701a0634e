"""The charts of lines: metrics from run to run, and the cache's hit rate over a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from generator import display, drawing, figures, lettering, likeness, limits
from generator.drawing import WIDTH, Align, Box, Canvas, Colour, Point, size_of
from generator.lettering import HEADING, SMALL, last_part, named
from generator.limits import Limit
from generator.measurements import Measurement
from generator.metrics import METRICS, Metric
from generator.model import Run
from generator.notebook import Notebook
from generator.units import SECONDS, SHARE, Quantity, Unit
from generator.vector import Sketch

MAX_RUNS = 100
MAX_LABELLED = 12
MAX_SAMPLES = 200

PROGRESSION = ("request_rate", "latency_p95", "error_rate", "rps_per_core")
"""Metrics of the progression, one panel each."""

_LEFT = 48.0
"""Where a plot of lines starts; the texts of its ticks stand left of it."""


@dataclass(frozen=True)
class _Curve:
    """Figures along an axis, by position: where they stand, what they are, how they are shown.

    `apart` has the positions whose figure is not like for like with the one before it.
    """

    points: Mapping[int, Point]
    quantities: Mapping[int, Quantity]
    texts: Mapping[int, str]
    apart: frozenset[int] = frozenset()

    @property
    def labelled(self) -> list[int]:
        """Positions that get a label, most important first; of many only ends and extremes."""
        ordered = list(self.points)
        chosen = [ordered[-1], ordered[0], *_extremes(self.quantities)]
        chosen += ordered if len(ordered) <= MAX_LABELLED else []
        return list(dict.fromkeys(chosen))

    def draw(self, canvas: Canvas, floor: float, taken: list[Box]) -> None:
        """Draw line, marks and labels; labels cover nothing of `taken` and join it."""
        few = len(self.points) <= MAX_LABELLED
        if self.apart and not few:
            canvas.dots(list(self.points.values()), colour=Colour.SERIES_1, size=3)
        stretches: list[list[Point]] = []
        before = None
        for position, point in self.points.items():
            if before != position - 1 or position in self.apart:
                if few and before is not None and before == position - 1:
                    way = [self.points[before], point]
                    canvas.line(way, colour=Colour.MUTED, width=1, dashed=True)
                stretches.append([])
            stretches[-1].append(point)
            before = position
        for stretch in stretches:
            if len(stretch) > 1:
                canvas.line(stretch, colour=Colour.SERIES_1, width=2)
        labelled = self.labelled
        exact = {p for p in labelled if self.quantities[p].is_exact}
        rough = {p for p in self.points if not self.quantities[p].is_exact}
        for marked, hollow in ((exact, False), (rough, True)):
            dots = [point for position, point in self.points.items() if position in marked]
            canvas.dots(dots, colour=Colour.SERIES_1, hollow=hollow)
        for position in labelled:
            x, y = self.points[position]
            taken.append(Box(x - 3, y - 3, x + 3, y + 3))
        for position in labelled:
            self._label(canvas, position, floor, taken)

    def _label(self, canvas: Canvas, position: int, floor: float, taken: list[Box]) -> None:
        """Write a value where it covers least of the line, if there is a free place at all."""
        x, y = self.points[position]
        text = lettering.fit(self.texts[position], 130)
        near = [p for p in self.points if abs(p - position) <= MAX_LABELLED]
        lines = [(self.points[a], self.points[b]) for a, b in pairwise(near) if b - a == 1]
        places: list[tuple[float, float, float, Align]] = []
        aligns: tuple[tuple[Align, float], ...] = (("center", 0), ("left", -3), ("right", 3))
        for align, shift in aligns:
            for offset in (-11.0, 11.0):
                box = drawing.text_box(x + shift, y + offset, text, align=align)
                if box.bottom < floor and not any(box.meets(other) for other in taken):
                    crossed = sum(box.crossed_by(*line) for line in lines)
                    cost = 2 * crossed + (shift != 0) + (offset > 0) / 2
                    places.append((cost, x + shift, y + offset, align))
        if places:
            _, x, y, align = min(places, key=lambda place: place[0])
            taken.append(canvas.text(x, y, text, align=align, halo=True).beside(3))


def _extremes(quantities: Mapping[int, Quantity]) -> tuple[int, int]:
    """The positions of the lowest and of the highest figure."""

    def size(position: int) -> float:
        return size_of(quantities[position])

    return min(quantities, key=size), max(quantities, key=size)


def _scale(
    canvas: Canvas, marks: Sequence[float], at: Callable[[float], float], unit: Unit
) -> list[Box]:
    """Lines at the ticks of a y axis with their values; returns the room of these."""
    step = marks[1] - marks[0] if len(marks) > 1 else 1.0
    taken = []
    for mark in marks:
        canvas.line([(_LEFT, at(mark)), (WIDTH, at(mark))])
        text = drawing.tick_text(mark, step, unit)
        taken.append(
            canvas.text(
                _LEFT - 6,
                at(mark),
                text,
                colour=Colour.MUTED,
                size=SMALL,
                align="right",
                width=_LEFT - 6,
            )
        )
    return taken


# --- from run to run ------------------------------------------------------------------------------


def progression(
    notebook: Notebook, identities: Sequence[str], metrics: Sequence[str] = PROGRESSION
) -> Sketch | None:
    """Metrics over runs in the given order, one panel below the other, each from zero.

    Neighbours that are like for like are joined by a line, others by a dashed one. None for fewer
    than two runs, or where none has any of the metrics.
    """
    runs = list(identities)[-MAX_RUNS:]
    panels = []
    for name in metrics:
        series = [notebook.measurements[run].get(name) for run in runs]
        known = {p: one for p, one in enumerate(series) if one and one.quantity}
        if known:
            panels.append((METRICS[name], known, limits.over_runs(notebook, runs, name)))
    if len(runs) < 2 or not panels:
        return None
    canvas = Canvas()
    names = [last_part(run) for run in runs]
    step = (WIDTH - _LEFT - 8) / len(runs)
    all_fit = max(map(lettering.width_of, names)) <= step - 6
    labels, shape = (names, "") if all_fit else lettering.what_differs(names)
    xs = [_LEFT + step * (position + 0.5) for position in range(len(runs))]
    apart = frozenset(
        position
        for position, (before, after) in enumerate(pairwise(runs), 1)
        if not likeness.alike(notebook, before, after)
    )
    bottom = 0.0
    for metric, known, wanted in panels:
        bottom = _panel(canvas, bottom, metric, known, wanted, xs, labels, apart) + 20
    bottom = _run_names(canvas, bottom - 20, labels, xs)
    notes = [f"runs {shape}"] if shape else []
    if apart:
        few = len(runs) <= MAX_LABELLED
        notes.append("dashed: not like for like" if few else "joined where like for like")
    if len(identities) > len(runs):
        notes.append(f"the last {len(runs)} of {len(identities):,} runs")
    if notes:
        text = ", ".join(notes)
        canvas.text(0, bottom + 8, text, colour=Colour.MUTED, size=SMALL, middle=True)
        bottom += 16
    told = "; ".join(
        ", ".join((_told(metric, known, names), *(limit.told for limit in wanted)))
        for metric, known, wanted in panels
    )
    like = f" {len(apart)} of them are not like for like with the one before." if apart else ""
    alt = f"{len(runs)} runs, {named(names[0])} to {named(names[-1])}.{like} {told}."
    return Sketch(canvas.end(bottom), alt)


def _panel(
    canvas: Canvas,
    top: float,
    metric: Metric,
    known: Mapping[int, Measurement],
    wanted: Sequence[Limit],
    xs: Sequence[float],
    labels: Sequence[str],
    apart: frozenset[int],
) -> float:
    """One metric over the runs; returns where it ends."""
    base, ceiling = top + 102, top + 37
    title = canvas.text(0, top + 7, metric.label, size=HEADING, bold=True)
    hint = Box(WIDTH, top, WIDTH, top)
    if metric.better:
        words = f"{metric.better} is better"
        hint = canvas.text(WIDTH, top + 7, words, colour=Colour.MUTED, size=SMALL, align="right")
    quantities = {position: one.quantity for position, one in known.items()}
    largest = drawing.largest(quantities.values())
    drawn = limits.near(wanted, largest)
    highest = max(largest, *(limit.value for limit in drawn), 0.0)

    def at(value: float) -> float:
        return base - value / highest * (base - ceiling)

    taken = _scale(canvas, drawing.ticks(0, highest, 3) or [0.0], at, metric.unit)
    texts = {position: one.show() for position, one in known.items()}
    if len(xs) > MAX_LABELLED:
        # Not every run is named on the axis, so the extremes are named here.
        texts |= {p: f"{texts[p]} · {named(labels[p], 60)}" for p in _extremes(quantities)}
    points = {p: (xs[p], at(size_of(quantity))) for p, quantity in quantities.items()}
    for is_known, group in groupby(range(len(xs)), key=lambda position: position in known):
        stretch = list(group)
        if not is_known:
            taken += _gap(canvas, base, xs[stretch[0]], xs[stretch[-1]], xs[1] - xs[0])
    for position, quantity in quantities.items():
        if quantity.is_range and quantity.end is not None:
            start = (xs[position], at(quantity.start))
            canvas.line([start, points[position]], colour=Colour.SERIES_1, width=4)
    half = (xs[1] - xs[0]) / 2
    aside = [f"{limit.words}, beyond the scale" for limit in wanted if limit not in drawn]
    for limit in drawn:
        ends = (max(_LEFT, xs[limit.first] - half), xs[limit.last] + half)
        curve = list(points.values())
        if not limits.draw(canvas, limit.words, ends, at(limit.value), curve, taken):
            aside.append(limit.words)
    if aside:
        words, room = "; ".join(dict.fromkeys(aside)), hint.left - title.right - 16
        canvas.text(
            hint.left - 8,
            top + 7,
            words,
            colour=Colour.DOUBT,
            size=SMALL,
            align="right",
            width=room,
        )
    _Curve(points, quantities, texts, apart).draw(canvas, base, taken)
    return base


def _gap(canvas: Canvas, base: float, left: float, right: float, step: float) -> list[Box]:
    """Runs without a figure: a dotted line on the axis, and words where they have room."""
    left, right = left - step / 2 + 2, right + step / 2 - 2
    canvas.line([(left, base), (right, base)], colour=Colour.MUTED, width=2, dashed=True)
    words = "not recorded"
    if lettering.width_of(words, SMALL) > right - left:
        return []
    x = (left + right) / 2
    return [canvas.text(x, base - 9, words, colour=Colour.MUTED, size=SMALL, align="center")]


def _run_names(canvas: Canvas, base: float, names: Sequence[str], xs: Sequence[float]) -> float:
    """Names below the axis: all of few runs, on two rows if need be; of many some."""
    widest = max(map(lettering.width_of, names))
    rows, shown = 1, list(range(len(names)))
    if len(names) > MAX_LABELLED:
        most = max(2, int((xs[-1] - xs[0]) / (min(widest, 70) + 16)) + 1)
        shown = sorted({round(i * (len(names) - 1) / (most - 1)) for i in range(most)})
    room = min(xs[b] - xs[a] for a, b in pairwise(shown)) - 6
    if widest > room and len(names) <= MAX_LABELLED:
        rows = 2
    taken: list[Box] = []
    numbered = list(enumerate(shown))
    for number, position in [numbered[-1], *numbered[:-1]]:
        x, y = xs[position], base + 14 + 14 * (number % rows)
        width = min(room * rows, 2 * (WIDTH - x)) if rows == 2 else room
        text = lettering.fit(names[position], max(width, 60), middle=True)
        if not any(drawing.text_box(x, y, text, align="center").meets(box) for box in taken):
            canvas.line([(x, base), (x, base + 4)], colour=Colour.MUTED)
            taken.append(canvas.text(x, y, text, align="center").beside(4))
    return base + 8 + 14 * rows


def _told(metric: Metric, known: Mapping[int, Measurement], names: Sequence[str]) -> str:
    """A metric's course in words: from, to, extremes, what is missing."""
    shown = {p: f"{one.show()} ({named(names[p])})" for p, one in known.items()}
    ordered = list(known)
    if len(ordered) == 1:
        text = f"{metric.label}: {shown[ordered[0]]} only"
    else:
        low, high = _extremes({position: one.quantity for position, one in known.items()})
        text = f"{metric.label}: from {shown[ordered[0]]} to {shown[ordered[-1]]}"
        text += f", lowest {shown[low]}, highest {shown[high]}"
    missing = len(names) - len(known)
    return f"{text}, not recorded in {missing} of {len(names)} runs" if missing else text


# --- cache ----------------------------------------------------------------------------------------


def cache_timeline(run: Run) -> Sketch | None:
    """The share of look-ups that hit, from the start to each sample; the y axis is zoomed."""
    samples = _hit_rates(run)
    if not samples:
        return None
    drawn = _thinned(samples)
    sizes = [size_of(rate) for _, rate in drawn]
    margin = max((max(sizes) - min(sizes)) / 8, 0.0005)
    low, high = max(0.0, min(sizes) - margin), min(1.0, max(sizes) + margin)
    canvas = Canvas()
    top, base, left, right = 42.0, 166.0, _LEFT + 16, WIDTH - 28
    ends = [display.show(Quantity(bound, bound, computed=True), SHARE) for bound in (low, high)]
    axis = f"hits / (hits + misses), axis from {ends[0]} to {ends[1]}"
    canvas.text(0, 8, axis, colour=Colour.MUTED, size=SMALL)

    def at(share: float) -> float:
        return base - 8 - (share - low) / (high - low) * (base - 8 - top)

    taken = _scale(canvas, drawing.ticks(low, high), at, SHARE)
    first, last = drawn[0][0], drawn[-1][0]
    along = (right - left) / ((last - first) or 1.0)
    points = {
        number: (left + (time - first) * along, at(size))
        for number, ((time, _), size) in enumerate(zip(drawn, sizes, strict=True))
    }
    rates = {number: rate for number, (_, rate) in enumerate(drawn)}
    texts = {number: display.show(rate, SHARE) for number, rate in rates.items()}
    curve = _Curve(points, rates, texts)
    curve.draw(canvas, base, taken)
    named_times: list[Box] = []
    for number in curve.labelled:
        x, text = points[number][0], _minutes(drawn[number][0])
        box = drawing.text_box(x, base + 14, text, align="center").beside(4)
        if not any(box.meets(other) for other in named_times):
            canvas.line([(x, base), (x, base + 4)], colour=Colour.MUTED)
            named_times.append(canvas.text(x, base + 14, text, align="center"))
    canvas.text(WIDTH, base + 28, "since the start", colour=Colour.MUTED, size=SMALL, align="right")
    shown = [f"{display.show(rate, SHARE)} at {_minutes(time)}" for time, rate in samples]
    worst, best = _extremes({number: rate for number, (_, rate) in enumerate(samples)})
    alt = f"Cache hit rate in {len(samples):,} samples: from {shown[0]} to {shown[-1]}"
    alt += f", lowest {shown[worst]}, highest {shown[best]}."
    return Sketch(canvas.end(base + 36), alt)


def _hit_rates(run: Run) -> list[tuple[float, Quantity]]:
    """Time in seconds and hit rate of each sample that has both, in order of time."""
    samples = []
    for sample in run.cache.timeline if run.cache else ():
        time, hits, misses = sample.time, sample.hits, sample.misses
        rate = figures.divide(hits, hits + misses) if hits and misses else None
        if time and time.end is not None and rate and rate.end is not None and rate:
            samples.append((time.end, rate))
    return sorted(samples, key=lambda sample: sample[0])


def _thinned(samples: Sequence[tuple[float, Quantity]]) -> list[tuple[float, Quantity]]:
    """At most so many samples as are drawn: evenly spaced, with first, last and extremes."""
    if len(samples) <= MAX_SAMPLES:
        return list(samples)
    spread = (len(samples) - 1) / (MAX_SAMPLES - 3)
    kept = {round(number * spread) for number in range(MAX_SAMPLES - 2)}
    kept.update(_extremes({number: rate for number, (_, rate) in enumerate(samples)}))
    return [samples[number] for number in sorted(kept)]


def _minutes(seconds: float) -> str:
    return display.show(Quantity.exact(seconds), SECONDS)

"""The charts of bars: two runs side by side, latency of each endpoint."""

from __future__ import annotations

from collections.abc import Sequence

from generator import display, drawing, figures, lettering
from generator.compare import Comparison, Delta
from generator.drawing import WIDTH, Box, Canvas, Colour, size_of
from generator.lettering import HEADING, SMALL, last_part, named
from generator.measured import Endpoint
from generator.measurements import Measurement
from generator.model import Run
from generator.units import MILLISECONDS
from generator.vector import Sketch
from generator.verdicts import SIGNS, Verdict

MAX_ENDPOINTS = 20

COMPARED = (
    "request_rate",
    "latency_p95",
    "error_rate",
    "under_500ms",
    "cpu_total",
    "rps_per_core",
    "cpu_per_pod",
    "cost_per_million_requests",
)
"""Metrics of the comparison in order of importance."""


# --- before and after -----------------------------------------------------------------------------

_VERDICTS: dict[Verdict, tuple[str, Colour]] = {
    Verdict.IMPROVED: ("improved", Colour.IMPROVED),
    Verdict.REGRESSED: ("regressed", Colour.REGRESSED),
    Verdict.UNCHANGED: ("unchanged", Colour.MUTED),
    Verdict.NOT_COMPARABLE: ("not judged", Colour.MUTED),
    Verdict.TOO_FEW_REPEATS: ("not judged", Colour.DOUBT),
}
_WORDS = tuple(dict.fromkeys(word for word, _ in _VERDICTS.values()))


def before_after(comparison: Comparison) -> Sketch | None:
    """The most important metrics on both sides, each on a scale of its own from zero."""
    pairs = [
        (delta, delta.baseline, delta.candidate)
        for delta in (comparison.deltas.get(name) for name in COMPARED)
        if delta
        and delta.baseline
        and delta.candidate
        and delta.baseline.quantity
        and delta.candidate.quantity
    ]
    if not pairs:
        return None
    canvas = Canvas()
    names = (last_part(comparison.baseline), last_part(comparison.candidate))
    top = 0.0
    for delta, before, after in pairs:
        top = _pair(canvas, top, delta, (before, after), names) + 12
    if not comparison.likeness.like_for_like:
        reasons = ", ".join(comparison.likeness.reasons)
        for line in lettering.wrap(f"Not like for like: {reasons}", WIDTH, 2, SMALL):
            canvas.text(0, top + 6, line, colour=Colour.MUTED, size=SMALL)
            top += 13
    words = [_VERDICTS[delta.verdict][0] for delta, _, _ in pairs]
    counts = ", ".join(f"{words.count(word)} {word}" for word in _WORDS)
    told = "; ".join(
        f"{delta.metric.label} {before.show()} → {after.show()} ({_change(delta)}, {word})"
        for (delta, before, after), word in zip(pairs, words, strict=True)
    )
    alt = f"{named(names[1])} against {named(names[0])}: {counts}. {told}."
    return Sketch(canvas.end(top), alt)


def _change(delta: Delta) -> str:
    return delta.show_change() or delta.show_delta()


def _pair(
    canvas: Canvas,
    top: float,
    delta: Delta,
    sides: tuple[Measurement, Measurement],
    names: Sequence[str],
) -> float:
    """The two bars of one metric under its verdict; returns where they end."""
    word, colour = _VERDICTS[delta.verdict]
    verdict = f"{SIGNS[delta.verdict]} {word}"
    canvas.text(WIDTH, top + 8, verdict, colour=colour, bold=True, align="right")
    change = canvas.text(WIDTH - 86, top + 8, _change(delta), align="right", width=90)
    room = change.left - 8
    canvas.text(0, top + 8, delta.metric.label, size=HEADING, bold=True, width=room)
    start = 8 + min(92, max(lettering.width_of(lettering.fit(name, 92)) for name in names))
    values = [lettering.fit(side.show(), 130) for side in sides]
    longest = WIDTH - start - max(map(lettering.width_of, values)) - 6
    scale = longest / drawing.largest(side.quantity for side in sides)
    for row, (side, name, value) in enumerate(zip(sides, names, values, strict=True)):
        middle = top + 25 + 16 * row
        canvas.text(0, middle, name, colour=Colour.MUTED, width=start - 8, middle=True)
        end = canvas.bar(start, middle, side.quantity, scale, light=row == 0)
        canvas.text(end + 5, middle, value)
    canvas.line([(start, top + 18), (start, top + 48)], colour=Colour.MUTED)
    return top + 48


# --- endpoints ------------------------------------------------------------------------------------


def endpoints(run: Run) -> Sketch | None:
    """Mean and p95 of each endpoint, the slowest p95 first; the one that takes most time marked."""
    listed = [one for one in (run.endpoints.list if run.endpoints else ()) if one.avg or one.p95]
    if run.endpoints is None or not listed:
        return None
    listed.sort(key=lambda one: (-_p95(one), one.name))
    drawn = listed[:MAX_ENDPOINTS]
    most, mark = figures.most_time(listed) or (None, "")
    canvas = Canvas()
    known = [quantity for one in drawn for quantity in (one.avg, one.p95) if quantity]
    scale = (WIDTH - 2) / drawing.largest(known)
    canvas.box(Box(1, 5, 15, 11), fill=Colour.SERIES_1, edge=Colour.SERIES_1)
    left = canvas.text(20, 8, "mean", colour=Colour.MUTED, size=SMALL).right + 12
    box = Box(left, 2, left + 14, 14)
    canvas.box(box, fill=Colour.SERIES_1, edge=Colour.SERIES_1, alpha=0.25)
    canvas.text(left + 19, 8, "p95", colour=Colour.MUTED, size=SMALL)
    top = 22.0
    for one in drawn:
        _endpoint(canvas, top, one, scale, f"◆ {mark}" if one is most else "")
        top += 37
    if len(listed) > len(drawn):
        more = f"and {len(listed) - len(drawn):,} more, with a lower p95"
        canvas.text(0, top + 6, more, colour=Colour.MUTED)
        top += 20
    alt = f"Latency of {len(listed):,} endpoints as measured by {named(run.endpoints.source)}: "
    alt += f"slowest {_route(listed[0])} ({_latencies(listed[0])})"
    if len(listed) > 1:
        alt += f", fastest {_route(listed[-1])} ({_latencies(listed[-1])})"
    alt += f". {mark.capitalize()}: {_route(most)}." if most else "."
    return Sketch(canvas.end(top - 4), alt)


def _endpoint(canvas: Canvas, top: float, one: Endpoint, scale: float, badge: str) -> None:
    """An endpoint's name and figures above its bars: the mean inside the p95."""
    values = canvas.text(WIDTH, top + 6, _latencies(one), align="right", width=180)
    room = values.left - 8 - (lettering.width_of(badge, bold=True) + 8 if badge else 0)
    name = canvas.text(0, top + 6, one.name, width=room, middle=True)
    canvas.text(name.right + 8, top + 6, badge, colour=Colour.DOUBT, bold=True)
    p95, mean = one.p95, one.avg
    if p95:
        canvas.bar(1, top + 20, p95, scale, light=True, height=12)
    if mean:
        canvas.bar(1, top + 20, mean, scale, height=6)


def _p95(one: Endpoint) -> float:
    quantity = one.p95
    return size_of(quantity) if quantity else -1.0


def _latencies(one: Endpoint) -> str:
    both = (("mean", one.avg), ("p95", one.p95))
    shown = [f"{name} {display.show(figure, MILLISECONDS)}" for name, figure in both if figure]
    return " · ".join(lettering.fit(text, 84) for text in shown)


def _route(one: Endpoint) -> str:
    return named(one.name)

"""The charts of what each pod uses, CPU or memory, against what it requests and may have.

Up to `MAX_BARS` pods are bars, the highest first; of more the distribution is drawn and the
extremes are named. Charts that are drawn up to the same `highest` have the same scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median

from generator import display, drawing, figures, lettering
from generator.drawing import WIDTH, Box, Canvas, Colour, size_of
from generator.lettering import HEADING, SMALL, named
from generator.measured import Pod
from generator.model import Run
from generator.units import CORES, MEMORY, RATIO, Quantity, Unit
from generator.vector import Sketch

MAX_BARS = 30
MAX_NAMED = 3
"""How many of the highest and of the lowest are named beside a distribution."""

FARTHEST_LIMIT = 3.0
"""How many times what is used and requested a limit may be to stand on the scale; one farther away
is told in words, or the bars would be too short to compare."""

NEAR_LIMIT = 0.9
"""Share of its limit from which a pod is said to be at it."""


@dataclass(frozen=True)
class _Figure:
    """CPU or memory: name of its field, label, unit."""

    name: str
    label: str
    unit: Unit

    def of(self, pod: Pod) -> Quantity | None:
        """What a pod uses."""
        found: Quantity | None = getattr(pod, self.name)
        return found

    def show(self, quantity: Quantity) -> str:
        """A figure as text that has a bound."""
        if self.unit is MEMORY and quantity.is_exact and not quantity.is_range:
            quantity = Quantity(quantity.start, quantity.end, computed=True)
        return lettering.fit(display.show(quantity, self.unit), 100)


_CPU = _Figure("cpu", "CPU", CORES)
_MEMORY = _Figure("memory", "Memory", MEMORY)


@dataclass(frozen=True)
class _Use:
    """What the running pods of a snapshot use, the highest first, those without a figure last."""

    figure: _Figure
    pods: tuple[Pod, ...]
    request: Quantity | None
    limit: Quantity | None

    @property
    def known(self) -> list[tuple[Pod, Quantity]]:
        """The pods that have a figure, with it."""
        pairs = ((pod, self.figure.of(pod)) for pod in self.pods)
        return [(pod, quantity) for pod, quantity in pairs if quantity]

    @property
    def bounds(self) -> list[tuple[str, Quantity, Colour]]:
        """Request and limit as far as they are recorded and near enough for the scale."""
        found = []
        if self.request:
            found.append(("requested", self.request, Colour.DOUBT))
        if self.limit and not self.far_limit:
            found.append(("limit", self.limit, Colour.REGRESSED))
        return found

    @property
    def far_limit(self) -> bool:
        """Whether the limit is too far away to be drawn."""
        used = [quantity for _, quantity in self.known]
        near = drawing.largest([*used, self.request] if self.request else used)
        return self.limit is not None and size_of(self.limit) > FARTHEST_LIMIT * near

    @property
    def highest(self) -> float:
        """The largest figure that is drawn."""
        used = [quantity for _, quantity in self.known]
        return drawing.largest([*used, *(bound for _, bound, _ in self.bounds)])


def cpu(run: Run, at: int | None = None, label: str = "", highest: float = 0.0) -> Sketch | None:
    """CPU in use by each running pod beside request and limit; of many pods the distribution."""
    return _drawn(_use(run, _CPU, at), label, highest)


def memory(run: Run, at: int | None = None, label: str = "", highest: float = 0.0) -> Sketch | None:
    """Memory in use by each running pod beside request and limit, drawn as CPU is."""
    return _drawn(_use(run, _MEMORY, at), label, highest)


def highest(run: Run, name: str, at: int | None = None) -> float:
    """The largest figure that the chart of `cpu` or `memory` draws, in base units; 0 for none."""
    use = _use(run, _CPU if name == "cpu" else _MEMORY, at)
    return use.highest if use else 0.0


def _use(run: Run, figure: _Figure, at: int | None) -> _Use | None:
    """What is used in a snapshot; None where nothing is recorded."""
    pods = figures.pods_of(run) if at is None else run.snapshots[at].pods
    running = figures.running(pods) if pods else []
    if not any(figure.of(pod) for pod in running):
        return None
    bounds = []
    for part in ("requests", "limits"):
        found = figures.recorded(run, f"deployment.{part}.{figure.name}")
        bounds.append(found if found and found.end is not None else None)

    def order(pod: Pod) -> tuple[bool, float, str]:
        quantity = figure.of(pod)
        return quantity is None, -size_of(quantity) if quantity else 0.0, pod.name

    return _Use(figure, tuple(sorted(running, key=order)), *bounds)


def _drawn(use: _Use | None, label: str, highest: float) -> Sketch | None:
    if use is None:
        return None
    canvas, top = Canvas(), 0.0
    if label:
        canvas.text(0, 8, label, bold=True, size=HEADING, middle=True)
        top = 20.0
    end = max(highest, use.highest)
    if len(use.pods) > MAX_BARS:
        bottom = _distribution(canvas, use, top, end)
    else:
        bottom = _bars(canvas, use, top, end, shared=bool(highest))
    if use.far_limit and use.limit:
        told = f"limit of a pod: {use.figure.show(use.limit)}, beyond this scale"
        canvas.text(0, bottom + 7, told, colour=Colour.MUTED, size=SMALL)
        bottom += 16
    alt = _alt(use)
    return Sketch(canvas.end(bottom), f"{label}: {alt}" if label else alt)


def _alt(use: _Use) -> str:
    known, show = use.known, use.figure.show
    high, low = (f"{show(quantity)} ({named(pod.name)})" for pod, quantity in (known[0], known[-1]))
    alt = f"{use.figure.label} of {len(known):,} running pods: from {low} to {high}."
    if len(known) == 1:
        alt = f"{use.figure.label} of one running pod: {low}."
    if use.request:
        above = [pod.name for pod, one in known if size_of(one) > size_of(use.request)]
        alt += f" {len(above):,} of {len(known):,} use more than the {show(use.request)} requested"
        listed = f": {', '.join(map(named, above))}" if 0 < len(above) <= MAX_NAMED else ""
        alt += f"{listed}." if len(above) < len(known) else "."
    if use.limit:
        at = sum(size_of(one) >= (NEAR_LIMIT - 1e-9) * size_of(use.limit) for _, one in known)
        alt += f" {at:,} of {len(known):,} use 90 % or more of the limit of {show(use.limit)}."
    if len(use.pods) > len(known):
        alt += f" Not recorded for {len(use.pods) - len(known):,} more."
    return alt


def _said(use: _Use, pod: Pod) -> str:
    """`539 m · 216 %`: the share as recorded, else computed from the deployment's request."""
    quantity = use.figure.of(pod)
    if quantity is None:
        return "not recorded"
    stated = pod.cpu_of_request if use.figure is _CPU else None
    share = stated or figures.divide(quantity, use.request)
    shown = use.figure.show(quantity)
    return shown + (f" · {lettering.fit(display.show(share, RATIO), 70)}" if share else "")


def _bars(canvas: Canvas, use: _Use, top: float, highest: float, *, shared: bool) -> float:
    """Draw the bars; `shared` gives names and figures a fixed room, so that charts compare."""
    most_name, most_value = (64.0, 104.0) if shared else (110.0, WIDTH)
    names, shape = lettering.what_differs([pod.name for pod in use.pods])
    names = [lettering.fit(name, most_name, middle=True) for name in names]
    values = [lettering.fit(_said(use, pod), most_value) for pod in use.pods]
    start = 6 + (most_name if shared else max(map(lettering.width_of, names)))
    room = most_value if shared else max(map(lettering.width_of, values))
    scale = (WIDTH - start - room - 6) / highest
    top += 2.0 + 16 * len(use.bounds)
    for row, (pod, name, value) in enumerate(zip(use.pods, names, values, strict=True)):
        middle = top + 10 + 18 * row
        canvas.text(start - 6, middle, name, align="right")
        quantity = use.figure.of(pod)
        end = canvas.bar(start, middle, quantity, scale) if quantity else start
        colour = Colour.FG if quantity else Colour.MUTED
        canvas.text(end + 5, middle, value, colour=colour, halo=True)
    bottom = top + 18 * len(use.pods) + 2
    canvas.line([(start, top), (start, bottom)], colour=Colour.MUTED)
    _bounds(canvas, use, start, scale, top, bottom)
    share = "· share of the request" if any("·" in value for value in values) else ""
    words = f"{use.figure.label} in use {share}" if share else ""
    caption = "; ".join(part for part in (words, f"pods {shape}" if shape else "") if part)
    if caption:
        canvas.text(0, bottom + 10, caption, colour=Colour.MUTED, size=SMALL, middle=True)
        bottom += 18
    return bottom


def _bounds(
    canvas: Canvas, use: _Use, start: float, scale: float, top: float, bottom: float
) -> None:
    """What a pod requests and may have: lines over the bars, the limit's dotted."""
    for row, (word, bound, colour) in enumerate(use.bounds):
        x, above = start + size_of(bound) * scale, 16 * (len(use.bounds) - row - 1)
        dotted = word == "limit"
        canvas.line([(x, top - 4 - above), (x, bottom)], colour=colour, width=1.5, dashed=dotted)
        canvas.text(x, top - 11 - above, f"{word} {use.figure.show(bound)}", align="center")


def _distribution(canvas: Canvas, use: _Use, top: float, highest: float) -> float:
    """How many pods use how much, with the extremes by name."""
    values = [size_of(quantity) for _, quantity in use.known]
    middle = Quantity(median(values), median(values), computed=True)
    ends = [use.known[:MAX_NAMED], use.known[: -MAX_NAMED - 1 : -1]]
    for word, listed in zip(("Highest", "Lowest"), ends, strict=True):
        told = ", ".join(f"{use.figure.show(one)} {_tail(pod.name)}" for pod, one in listed)
        canvas.text(0, top + 7, f"{word}: {told}", size=SMALL)
        top += 14
    said = f"Median {use.figure.show(middle)}. Height: how many of {len(values):,} pods"
    canvas.text(0, top + 7, said, colour=Colour.MUTED, size=SMALL)
    top += 14 + 16 * len(use.bounds)
    step = _step(highest, use.figure.unit)
    bins = max(1, math.ceil(highest / step - 1e-9))
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, int(value / step))] += 1
    left, width = 6.0, (WIDTH - 30) / bins
    base, ceiling = top + 124, top + 20
    for number, count in enumerate(counts):
        if count:
            edge = base - count / max(counts) * (base - ceiling)
            x = left + number * width
            canvas.box(Box(x + 1, edge, x + width - 1, base), fill=Colour.SERIES_1)
            canvas.text(x + width / 2, edge - 8, f"{count:,}", align="center", halo=True)
    canvas.line([(left, base), (left + bins * width, base)], colour=Colour.MUTED)
    taken: list[Box] = []
    for number in range(bins + 1):
        x, text = left + number * width, drawing.tick_text(number * step, step, use.figure.unit)
        text = lettering.fit(text, 100)
        box = drawing.text_box(x, base + 12, text, align="center").beside(4)
        if not any(box.meets(other) for other in taken):
            taken.append(canvas.text(x, base + 12, text, align="center"))
    _bounds(canvas, use, left, width / step, top, base)
    return base + 20


def _tail(name: str) -> str:
    """The end of a pod's name, which tells it from the others of its deployment."""
    return lettering.fit(lettering.clean(name).rpartition("-")[2] or name, 60)


def _step(highest: float, unit: Unit) -> float:
    """The width of a bin: round, of memory in MiB or GiB."""
    base = 1.0
    if unit is MEMORY:
        base = 2.0**30 if highest >= 4 * 2.0**30 else 2.0**20
    marks = drawing.ticks(0, highest / base, 10)
    return (marks[1] - marks[0]) * base if len(marks) > 1 else highest

"""The style of all charts: a sheet to draw on, its colours, and figures on a scale.

1. A chart's function draws on a `Canvas`: 400 units wide, coordinates from the top left.
2. Each text is cleaned, shortened to the room it has and kept on the sheet; nothing is parsed as
   mathematics, for names in records may hold any sign.
3. Colours are names of CSS variables of the page, so that one drawing serves the light and the
   dark scheme.
4. `generator.inking` draws the strokes with matplotlib, `generator.vector` makes an inline SVG.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal, NamedTuple, Protocol

from generator import display
from generator.lettering import TEXT, fit, width_of
from generator.units import Quantity, Unit

WIDTH = 400.0
"""Width of every chart in units; a phone shows it at about 358 px, a desktop at up to 640 px."""

_CAPITALS = 0.36
"""Half the height of a capital letter, in sizes of the text."""

Align = Literal["left", "center", "right"]
Point = tuple[float, float]


class Colour(StrEnum):
    """A colour of the page: the CSS variable that holds it in both schemes."""

    FG = "--lb-chart-fg"
    MUTED = "--lb-chart-muted"
    GRID = "--lb-chart-grid"
    BG = "--lb-chart-bg"
    SERIES_1 = "--lb-series-1"
    SERIES_2 = "--lb-series-2"
    SERIES_3 = "--lb-series-3"
    SERIES_4 = "--lb-series-4"
    IMPROVED = "--lb-improved"
    REGRESSED = "--lb-regressed"
    DOUBT = "--lb-doubt"


HALO = "halo"
"""Id of the groups whose text keeps lines that pass behind it away from its letters."""

SENTINELS = {colour: f"#0102{number:02x}" for number, colour in enumerate(Colour, start=3)}
"""The colour that stands for each of the page's while matplotlib draws."""


# --- figures on a scale ---------------------------------------------------------------------------


def size_of(quantity: Quantity) -> float:
    """Where it stands on a scale: of a range the end, or the start where the end is unknown."""
    return quantity.start if quantity.end is None else quantity.end


def largest(quantities: Iterable[Quantity]) -> float:
    """The upper end of a scale from zero that holds them all; never zero."""
    end = max((max(q.start, size_of(q)) for q in quantities), default=0.0)
    return end or 1.0


def ticks(low: float, high: float, most: int = 4) -> list[float]:
    """Round values from `low` to `high`; none where the ends are too near for a scale."""
    if high - low <= 1e-9:
        return []
    return list(_ticks(low, high, most))


@lru_cache(maxsize=4096)
def _ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """As `matplotlib.ticker.MaxNLocator` places them, which takes long to load.

    The step is the least of 1, 2, 5 times a power of ten that gives at most so many intervals; a
    smaller one where that leaves fewer than two ticks.
    """
    span = high - low
    slack, power = 1e-9 * span, math.floor(math.log10(span / most))
    steps = [digit * 10.0 ** (power + up) for up in (1, 0, -1) for digit in (5, 2, 1)]
    least = min(step for step in steps if step >= span / most)
    found: tuple[float, ...] = ()
    for step in (step for step in steps if step <= least):
        first, last = math.ceil((low - slack) / step), math.floor((high + slack) / step)
        found = tuple(number * step for number in range(first, last + 1))
        if sum(low <= value <= high for value in found) > 1:
            break
    return found


def tick_text(value: float, step: float, unit: Unit) -> str:
    """A tick's value with as many digits as the step between ticks needs."""
    half = 10.0 ** math.floor(math.log10(step) + 1e-9) / 2
    return display.show(Quantity(value, value, half=half), unit)


# --- the sheet ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the sheet; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two overlap."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def crossed_by(self, start: Point, end: Point) -> bool:
        """Whether a straight line passes through it."""
        enters, leaves = 0.0, 1.0
        for first, last, low, high in (
            (start[0], end[0], self.left, self.right),
            (start[1], end[1], self.top, self.bottom),
        ):
            if first == last:
                if not low < first < high:
                    return False
                continue
            times = sorted(((low - first) / (last - first), (high - first) / (last - first)))
            enters, leaves = max(enters, times[0]), min(leaves, times[1])
        return enters < leaves

    def beside(self, gap: float) -> Box:
        """The box with a gap to its left and right."""
        return Box(self.left - gap, self.top, self.right + gap, self.bottom)


class Words(NamedTuple):
    """A text by the left end, middle or right end of its base line; `size` in units."""

    x: float
    y: float
    text: str
    colour: Colour
    size: float
    bold: bool
    align: Align
    halo: bool


class Line(NamedTuple):
    """A line through points, `width` units wide."""

    points: tuple[Point, ...]
    colour: Colour
    width: float
    dashed: bool


class Area(NamedTuple):
    """The filled shape that the points go round."""

    points: tuple[Point, ...]
    fill: Colour
    alpha: float


class Shapes(NamedTuple):
    """Small shapes as one element: closed where filled, else open lines."""

    lines: tuple[tuple[Point, ...], ...]
    fill: Colour | None
    edge: Colour | None
    alpha: float
    thick: float


class Dots(NamedTuple):
    """A mark at each point; `shape` is matplotlib's name of the mark."""

    points: tuple[Point, ...]
    colour: Colour
    hollow: bool
    size: float
    shape: str


class Frame(NamedTuple):
    """A rectangle, by its left, top, right and bottom; `alpha` is that of its filling."""

    sides: tuple[float, float, float, float]
    fill: Colour | None
    edge: Colour | None
    alpha: float
    thick: float
    dashed: bool
    hatched: bool


Stroke = Words | Line | Area | Shapes | Dots | Frame


class Sheet(Protocol):
    """What can be inked: strokes in their order, on a sheet 400 units wide."""

    @property
    def strokes(self) -> Sequence[Stroke]:
        """What was drawn."""

    @property
    def height(self) -> int:
        """In units."""


class Canvas:
    """A sheet 400 units wide that a chart is drawn on; its height is known at the end.

    Text stands on the sheet by its vertical middle. What is drawn is kept as data (`strokes`, in
    their order): the same strokes are the same picture, so it is inked once and may be elsewhere.
    """

    def __init__(self) -> None:
        self.strokes: list[Stroke] = []
        self.height = 1

    def end(self, height: float) -> Canvas:
        """Cut the sheet at `height`."""
        self.height = math.ceil(height)
        return self

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        colour: Colour = Colour.FG,
        size: float = TEXT,
        bold: bool = False,
        align: Align = "left",
        width: float = WIDTH,
        middle: bool = False,
        halo: bool = False,
    ) -> Box:
        """Write a text with its vertical middle at `y`; returns the room that it takes.

        It is shortened to `width`, and moved inwards where it would leave the sheet. `halo` keeps
        lines that pass behind it away from its letters.
        """
        shown = fit(text, min(width, WIDTH), size, bold=bold, middle=middle)
        box = text_box(x, y, shown, size=size, bold=bold, align=align)
        anchor = {"left": box.left, "center": (box.left + box.right) / 2, "right": box.right}
        base = y + _CAPITALS * size
        self.strokes.append(Words(anchor[align], base, shown, colour, size, bold, align, halo))
        return box

    def line(
        self,
        points: Sequence[Point],
        *,
        colour: Colour = Colour.GRID,
        width: float = 1.0,
        dashed: bool = False,
    ) -> None:
        """Draw a line through the points."""
        self.strokes.append(Line(tuple(points), colour, width, dashed))

    def area(self, points: Sequence[Point], *, fill: Colour, alpha: float) -> None:
        """Fill the shape that the points go round."""
        self.strokes.append(Area(tuple(points), fill, alpha))

    def shapes(
        self,
        lines: Sequence[Sequence[Point]],
        *,
        fill: Colour | None = None,
        edge: Colour | None = None,
        alpha: float = 1.0,
        thick: float = 1.0,
    ) -> None:
        """Draw any number of small shapes as one element: closed where filled, else open lines."""
        if lines:
            self.strokes.append(Shapes(tuple(map(tuple, lines)), fill, edge, alpha, thick))

    def dots(
        self,
        points: Sequence[Point],
        *,
        colour: Colour,
        hollow: bool = False,
        size: float = 6.0,
        shape: str = "o",
    ) -> None:
        """Draw a mark at each of the points, round ones unless matplotlib's name of another is
        given; hollow ones for what is approximate."""
        if points:
            self.strokes.append(Dots(tuple(points), colour, hollow, size, shape))

    def bar(
        self,
        start: float,
        middle: float,
        quantity: Quantity,
        scale: float,
        *,
        light: bool = False,
        height: float = 11.0,
    ) -> float:
        """Draw a bar from zero, or the span of a range; returns where it ends on the right."""
        low, high = sorted((quantity.start, size_of(quantity)))
        low = low if quantity.is_range else 0.0
        top, bottom = middle - height / 2, middle + height / 2
        box = Box(start + low * scale, top, start + high * scale, bottom)
        if low == high:
            ends = [(box.right, box.top), (box.right, box.bottom)]
            self.line(ends, colour=Colour.SERIES_1, width=2)
        else:
            alpha = 0.25 if light else 1.0
            self.box(box, fill=Colour.SERIES_1, edge=Colour.SERIES_1, alpha=alpha)
        return box.right

    def box(
        self,
        box: Box,
        *,
        fill: Colour | None = None,
        edge: Colour | None = None,
        alpha: float = 1.0,
        thick: float = 1.0,
        dashed: bool = False,
        hatched: bool = False,
    ) -> None:
        """Draw a rectangle; `alpha` is that of its filling only."""
        sides = (box.left, box.top, box.right, box.bottom)
        self.strokes.append(Frame(sides, fill, edge, alpha, thick, dashed, hatched))


def text_box(
    x: float,
    y: float,
    text: str,
    *,
    size: float = TEXT,
    bold: bool = False,
    align: Align = "left",
) -> Box:
    """The room that `Canvas.text` takes for a text that is cleaned and fits."""
    width = min(width_of(text, size, bold=bold), WIDTH)
    left = x - {"left": 0.0, "center": width / 2, "right": width}[align]
    left = min(max(left, 0.0), WIDTH - width)
    return Box(left, y - 0.6 * size, left + width, y + 0.6 * size)

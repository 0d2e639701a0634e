"""Limits of objectives in charts: a thin line at each, with its words beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from generator import drawing, lettering, objectives
from generator.drawing import Align, Box, Canvas, Colour, Point
from generator.lettering import SMALL
from generator.notebook import Notebook

FAR = 3.0
"""A limit more than so many times the largest figure would flatten the figures: it is only told."""


@dataclass(frozen=True)
class Limit:
    """A limit over runs, by the positions of the first and the last; `missed` counts those runs."""

    words: str
    value: float
    first: int
    last: int
    missed: int = 0

    @property
    def told(self) -> str:
        """`at most 300 ms, missed in 2 of 5 runs`; only exact figures count as missed."""
        number = self.last - self.first + 1
        runs = f"{number} run{'' if number == 1 else 's'}"
        return f"{self.words}, missed in {self.missed} of {runs}"


def over_runs(book: Notebook, runs: Sequence[str], metric: str) -> list[Limit]:
    """The absolute limits of a metric over these runs, each as long as it is the same."""
    found = []
    by_run = [objectives.bounds_of(book, run, metric) for run in runs]
    for bound in dict.fromkeys(bound for bounds in by_run for bound in bounds):
        for there, group in groupby(range(len(runs)), key=lambda at: bound in by_run[at]):
            positions = list(group)
            if there:
                figures = [book.measurements[runs[at]].get(metric) for at in positions]
                exact = [one.quantity for one in figures if one and one.quantity.is_exact]
                missed = sum(bound.is_missed(quantity.start) for quantity in exact)
                found.append(Limit(bound.words, bound.limit, positions[0], positions[-1], missed))
    return found


def near(found: Sequence[Limit], highest: float) -> list[Limit]:
    """Those that can be drawn beside figures of this size."""
    return [limit for limit in found if limit.value <= FAR * highest]


def draw(
    canvas: Canvas,
    words: str,
    ends: tuple[float, float],
    y: float,
    curve: Sequence[Point],
    taken: list[Box],
) -> bool:
    """A line from one end to the other at `y`, and its words where they cover nothing of `taken`.

    Of the places that are free the one is taken where they cover least of the curve. False where
    there is none: the words are to stand elsewhere.
    """
    left, right = ends
    canvas.line([(left, y), (right, y)], colour=Colour.DOUBT)
    text = lettering.fit(words, 150, SMALL)
    places: list[tuple[int, float, float, Align]] = []
    aligns: tuple[tuple[Align, float], ...] = (("left", left + 2), ("right", right - 2))
    for align, x in (*aligns, ("center", (left + right) / 2)):
        for offset in (-7.0, 7.0):
            box = drawing.text_box(x, y + offset, text, size=SMALL, align=align).beside(2)
            if not any(box.meets(other) for other in taken):
                places.append(
                    (sum(box.crossed_by(*part) for part in pairwise(curve)), x, offset, align)
                )
    if places:
        _, x, offset, align = min(places, key=lambda place: place[0])
        box = canvas.text(
            x, y + offset, text, colour=Colour.DOUBT, size=SMALL, align=align, halo=True
        )
        taken.append(box.beside(3))
    return bool(places)

"""Marks of pods on a sheet: one small shape each, whose form tells the state, with a legend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from generator import lettering
from generator.drawing import WIDTH, Canvas, Colour, Point
from generator.lettering import SMALL
from generator.measured import Pod
from generator.occupancy import Occupancy, State, state_of

SIZES = ((14, 9.5), (40, 8.0), (120, 6.0))
"""Up to how many pods on a node a mark has which size; beyond the last it stays as small."""

_SPACE = 2.0


@dataclass(frozen=True)
class Marks:
    """Marks of one size, row by row."""

    canvas: Canvas
    size: float

    def _columns(self, width: float) -> int:
        return max(1, int((width + _SPACE) / (self.size + _SPACE)))

    def height(self, number: int, width: float) -> float:
        """How high so many marks stand in a width."""
        return math.ceil(number / self._columns(width)) * (self.size + _SPACE) + 2

    def draw(self, left: float, top: float, width: float, pods: Sequence[Pod]) -> float:
        """Draw the marks, those of one state together; returns where they end."""
        columns = self._columns(width)
        step = self.size + _SPACE
        corners: dict[State, list[Point]] = {}
        for number, pod in enumerate(
            sorted(pods, key=lambda pod: list(State).index(state_of(pod)))
        ):
            corner = (left + number % columns * step, top + number // columns * step)
            corners.setdefault(state_of(pod), []).append(corner)
        for state, here in corners.items():
            draw(self.canvas, state, here, self.size)
        return top + self.height(len(pods), width)


def draw(canvas: Canvas, state: State, corners: Sequence[Point], size: float) -> None:
    """Draw marks of one state by their upper left corners."""
    squares = [_square(x, y, size) for x, y in corners]
    if state is State.RUNNING:
        canvas.shapes(squares, fill=Colour.SERIES_1)
    elif state is State.TROUBLED:
        canvas.shapes([_diamond(x, y, size) for x, y in corners], fill=Colour.DOUBT)
    elif state is State.PENDING:
        canvas.shapes(squares, fill=Colour.BG, edge=Colour.DOUBT, thick=1.2)
    elif state is State.TERMINATING:
        canvas.shapes([_triangle(x, y, size) for x, y in corners], fill=Colour.MUTED)
    elif state is State.FAILED:
        canvas.shapes(
            [line for x, y in corners for line in _cross(x, y, size)],
            edge=Colour.REGRESSED,
            thick=2.0,
        )
    else:
        canvas.shapes(
            [_diamond(x, y, size) for x, y in corners], fill=Colour.BG, edge=Colour.MUTED, thick=1.2
        )


def _square(x: float, y: float, size: float) -> list[Point]:
    return [(x, y), (x + size, y), (x + size, y + size), (x, y + size)]


def _diamond(x: float, y: float, size: float) -> list[Point]:
    half = size / 2
    return [(x + half, y), (x + size, y + half), (x + half, y + size), (x, y + half)]


def _triangle(x: float, y: float, size: float) -> list[Point]:
    return [(x, y), (x + size, y + size), (x, y + size)]


def _cross(x: float, y: float, size: float) -> list[list[Point]]:
    near, far = 1.0, size - 1.0
    return [[(x + near, y + near), (x + far, y + far)], [(x + near, y + far), (x + far, y + near)]]


def legend(canvas: Canvas, found: Occupancy, top: float, *, named: bool) -> float:
    """What each shape means and how many there are, where shapes say it alone.

    Returns where it ends.
    """
    states = [state for state in State if found.count(state)]
    if named and all(state in (State.RUNNING, State.PENDING) for state in states):
        return top
    left, top = 0.0, top + 2
    for state in states:
        text = f"{found.count(state):,} {state}"
        needed = 14 + lettering.width_of(text, SMALL)
        if left and left + needed > WIDTH:
            left, top = 0.0, top + 15
        draw(canvas, state, [(left, top + 1)], 9.0)
        canvas.text(left + 14, top + 6, text, colour=Colour.MUTED, size=SMALL)
        left += needed + 14
    return top + 18

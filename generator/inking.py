"""Strokes drawn with matplotlib: everything is an artist of a figure, placed by one transform.

There are no axes: their ticks are what makes a figure slow.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from generator.drawing import (
    HALO,
    SENTINELS,
    WIDTH,
    Area,
    Colour,
    Dots,
    Frame,
    Line,
    Point,
    Shapes,
    Sheet,
    Stroke,
    Words,
)

_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "loadbook",
    "font.family": ["DejaVu Sans"],
    "text.parse_math": False,
    "text.color": SENTINELS[Colour.FG],
    "axes.edgecolor": SENTINELS[Colour.FG],
    "axes.labelcolor": SENTINELS[Colour.FG],
    "axes.facecolor": "none",
    "xtick.color": SENTINELS[Colour.FG],
    "ytick.color": SENTINELS[Colour.FG],
    "grid.color": SENTINELS[Colour.GRID],
    "patch.edgecolor": SENTINELS[Colour.FG],
    "hatch.color": SENTINELS[Colour.MUTED],
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
}


@contextmanager
def style() -> Iterator[None]:
    """Draw with the house's settings, whatever a matplotlibrc of the machine says.

    Within one it is that one: to change all settings takes as long as a small chart.
    """
    global _styled
    if _styled:
        yield
        return
    settings: Any = dict(matplotlib.rcParamsDefault) | _STYLE
    for name in ("backend", "backend_fallback"):
        del settings[name]
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # The page's font has signs that the font for measuring lacks, such as emoji.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        _styled = True
        try:
            yield
        finally:
            _styled = False


_styled = False


def figure(sheet: Sheet) -> Figure:
    """What was drawn on a sheet."""
    drawn = Figure(figsize=(WIDTH / 72, sheet.height / 72), dpi=72)
    drawn.patch.set_visible(False)
    place = Affine2D().scale(1, -1).translate(0, sheet.height)
    for stroke in sheet.strokes:
        artist = _artist(stroke)
        artist.set_transform(place)
        drawn.add_artist(artist)
    return drawn


def _artist(stroke: Stroke) -> Artist:
    if isinstance(stroke, Words):
        return _words(stroke)
    if isinstance(stroke, Line):
        xs, ys = [x for x, _ in stroke.points], [y for _, y in stroke.points]
        look: Any = ":" if stroke.dashed else "-"
        colour = SENTINELS[stroke.colour]
        return Line2D(xs, ys, color=colour, linewidth=stroke.width, linestyle=look)
    if isinstance(stroke, Area):
        face = (SENTINELS[stroke.fill], stroke.alpha)
        points = list(stroke.points)
        return Polygon(points, closed=True, facecolor=face, edgecolor="none", linewidth=0)
    if isinstance(stroke, Shapes):
        return _shapes(stroke)
    if isinstance(stroke, Dots):
        return _dots(stroke)
    return _frame(stroke)


def _words(stroke: Words) -> Text:
    artist = Text(
        stroke.x,
        stroke.y,
        stroke.text,
        color=SENTINELS[stroke.colour],
        fontsize=stroke.size,
        fontweight="bold" if stroke.bold else "normal",
        horizontalalignment=stroke.align,
        verticalalignment="baseline",
        parse_math=False,
    )
    if stroke.halo:
        artist.set_gid(HALO)
    return artist


def _shapes(stroke: Shapes) -> PathPatch:
    vertices: list[Point] = []
    codes: list[int] = []
    for line in stroke.lines:
        vertices += line
        codes += [int(Path.MOVETO), *[int(Path.LINETO)] * (len(line) - 1)]
        if stroke.fill:
            vertices.append(line[0])
            codes.append(int(Path.CLOSEPOLY))
    path = Path(vertices, codes)
    path.should_simplify = False
    return PathPatch(path, **_faces(stroke))


def _dots(stroke: Dots) -> Line2D:
    return Line2D(
        [x for x, _ in stroke.points],
        [y for _, y in stroke.points],
        linestyle="none",
        marker=stroke.shape,
        markersize=stroke.size,
        markeredgecolor=SENTINELS[stroke.colour],
        markerfacecolor=SENTINELS[Colour.BG if stroke.hollow else stroke.colour],
        markeredgewidth=1.5,
    )


def _frame(stroke: Frame) -> Rectangle:
    left, top, right, bottom = stroke.sides
    return Rectangle(
        (left, top),
        right - left,
        bottom - top,
        linestyle=(0, (3, 2)) if stroke.dashed else "-",
        hatch="//" if stroke.hatched else None,
        **_faces(stroke),
    )


def _faces(stroke: Shapes | Frame) -> dict[str, Any]:
    """Filling and edge of a shape."""
    return {
        "facecolor": (SENTINELS[stroke.fill], stroke.alpha) if stroke.fill else "none",
        "edgecolor": SENTINELS[stroke.edge] if stroke.edge else "none",
        "linewidth": stroke.thick if stroke.edge else 0,
    }

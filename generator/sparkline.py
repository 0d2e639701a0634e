"""Sparklines: a metric's course over a few runs, as small as a word."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import escape

WIDTH, HEIGHT, MARGIN = 120.0, 26.0, 4.0


def sparkline(values: Sequence[float], told: str) -> str:
    """An inline SVG of the values from left to right, the last one with a dot; `told` names it.

    It runs from the lowest value to the highest: it shows a course and no size. Empty for fewer
    than three values: those are no course.
    """
    if len(values) < 3:
        return ""
    low, high = min(values), max(values)
    across = (WIDTH - 2 * MARGIN) / (len(values) - 1)
    up = (HEIGHT - 2 * MARGIN) / ((high - low) or 1.0)
    flat = HEIGHT / 2 if high == low else None
    points = [
        (MARGIN + across * position, flat or HEIGHT - MARGIN - (value - low) * up)
        for position, value in enumerate(values)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return (
        f'<svg class="lb-spark" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img">'
        f"<title>{escape(told)}</title>"
        f'<polyline points="{line}"/><circle cx="{x:.1f}" cy="{y:.1f}" r="3"/></svg>'
    )

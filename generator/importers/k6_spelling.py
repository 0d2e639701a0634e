"""How a figure and a name of k6 are written in a record: six decimals, a unit, one line."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from generator.importers.k6_metrics import Figure
from generator.units import (
    COUNT,
    MAX_VALUE,
    MILLISECONDS,
    NUMBER,
    PER_SECOND,
    SECONDS,
    SHARE,
    Unit,
    UnitError,
    parse,
)

MAX_NAME = 300
"""Longest name that a record may hold; longer ones are cut."""

NAMELESS = "(nameless)"
"""Stands for a name of which nothing can be shown."""

_SYMBOLS = {
    one.name: sign
    for one, sign in ((MILLISECONDS, "ms"), (PER_SECOND, "/s"), (SHARE, "%"), (SECONDS, "s"))
}


@dataclass
class Page:
    """The fields that a summary fills, and what of it could not be written.

    `used` are the values of a trend that have fields of their own, by the trend's name.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    used: dict[str, set[str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def figure(self, name: str, figure: Figure | None, unit: Unit) -> dict[str, str | int | float]:
        """One entry `{name: figure}`, empty where there is none or it is none of this unit."""
        if figure is None:
            return {}
        try:
            written = spelled(figure, unit)
            parse(written, unit)
        except UnitError:
            self.refused.append(f"{name} {str(figure)[:20]}")
            return {}
        return {name: written}


def spelled(figure: Figure, unit: Unit) -> str | int | float:
    """A figure as a record has it: text as printed, counts and bytes as numbers, else with unit.

    Numbers are rounded to six decimals. Raises UnitError for what is not finite or too large.
    """
    if isinstance(figure, str):
        counted = unit in (COUNT, NUMBER) and figure.isdecimal() and figure.isascii()
        return int(figure) if counted else figure
    if isinstance(figure, bool) or not abs(figure) <= MAX_VALUE:
        raise UnitError(f"{str(figure)[:20]} is no figure")
    if unit.name in _SYMBOLS:
        exact = Decimal(repr(figure)) * (100 if unit is SHARE else 1)
        return f"{_rounded(exact)}{_SYMBOLS[unit.name]}"
    rounded = round(figure, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def _rounded(exact: Decimal) -> str:
    text = f"{exact:.6f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def line(text: str) -> str:
    """A name as one line that a record can hold."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text[: 2 * MAX_NAME])
    shown = shown.strip()
    return (shown if len(shown) <= MAX_NAME else f"{shown[: MAX_NAME - 1].rstrip()}…") or NAMELESS

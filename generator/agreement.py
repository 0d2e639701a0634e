"""Whether two values, as they are written, can be the same figure, time or text."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from generator import units
from generator.kinds import Kind
from generator.units import Quantity, Unit


def agree(kind: Kind, old: Any, new: Any) -> bool:
    """Whether two values that are neither lists nor mappings can be the same.

    Figures are compared at the digits that are written, times by the second, texts without regard
    to spaces.
    """
    if kind.unit is not None:
        return _agree_as_quantities(kind.unit, old, new)
    return plain(old) == plain(new) or (kind.is_moment and _same_time(plain(old), plain(new)))


def is_finer(kind: Kind, old: Any, new: Any) -> bool:
    """Whether `new` is the same figure with more digits."""
    if kind.unit is None:
        return False
    left, right = units.parse(old, kind.unit), units.parse(new, kind.unit)
    return bool(left and right and right.is_exact and right.half < left.half)


def plain(value: Any) -> str:
    """A value as text on one line, nothing where there is none."""
    return "" if value is None else " ".join(str(value).split())


def _agree_as_quantities(unit: Unit, old: Any, new: Any) -> bool:
    try:
        left, right = units.parse(old, unit), units.parse(new, unit)
    except units.UnitError:
        return False
    if left is None or right is None:
        return left is right
    coarse, fine = (left, right) if left.half > right.half else (right, left)
    return left.agrees_with(right) or _is_cut(coarse, fine)


def _is_cut(coarse: Quantity, fine: Quantity) -> bool:
    """Whether `coarse` is `fine` cut off behind its last digit, as k6 prints times and shares."""
    if not (coarse.is_exact and fine.is_exact):
        return False
    slack = fine.half + 1e-12 * coarse.start
    return coarse.start - slack <= fine.start < coarse.start + 2 * coarse.half + slack


_ZONES = (timedelta(hours=-12), timedelta(hours=14))
"""How far local time lies from UTC, at most."""


def _same_time(old: str, new: str) -> bool:
    """Whether two times are the same second, or a date is that of the time somewhere."""
    try:
        left, right = datetime.fromisoformat(old), datetime.fromisoformat(new)
    except ValueError:
        return False
    days = [len(text) <= len("2026-01-02") for text in (old, new)]
    if True in days:
        day, other = (left, right) if days[0] else (right, left)
        offset = other.utcoffset()
        if offset is None:
            return day.date() == other.date()
        plain = other.replace(tzinfo=None) - offset
        return (plain + _ZONES[0]).date() <= day.date() <= (plain + _ZONES[1]).date()
    if (left.tzinfo is None) != (right.tzinfo is None):
        return False
    return abs(left - right) < timedelta(seconds=1)

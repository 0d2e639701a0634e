"""Quantities as text for people: scaled, with their unit, `~` and `→` kept.

A recorded figure keeps the digits it was written with, as far as a reader can use them (363.03, of
363.031234 as tools write it), a computed one has about four (279.2, 3.337, and 99.947 % where a
share is nearly whole). A difference of shares is in percentage points.
"""

from __future__ import annotations

import math
from datetime import date, datetime

from generator.units import CHANGE, RATIO, SECONDS, SHARE, Quantity, Unit


def show(quantity: Quantity | None, unit: Unit, currency: str = "") -> str:
    """Text of a quantity for people: scaled, with its unit, `~` and `→` kept.

    A recorded figure keeps the digits it was written with, a computed one has about four.
    """
    if quantity is None:
        return "n/a"
    if unit is CHANGE and quantity.text:
        return quantity.text
    if unit is SECONDS and not quantity.is_range:
        return ("~" if quantity.approximate else "") + _duration(quantity.start)
    largest = max(abs(quantity.start), abs(quantity.end or 0.0))
    symbol, size = next(
        (symbol, size) for least, symbol, size in unit.display if largest >= least or not least
    )
    ends = [_figure(quantity.start, quantity, size)]
    if quantity.is_range:
        ends.append("?" if quantity.end is None else _figure(quantity.end, quantity, size))
    text = ("~" if quantity.approximate else "") + "→".join(ends)
    symbol = currency or symbol
    return f"{text}\N{NO-BREAK SPACE}{symbol}" if symbol else text


def show_signed(value: float, unit: Unit, *, approximate: bool = False, currency: str = "") -> str:
    """Text of a difference in `unit`: signed, shares in percentage points."""
    about = "~" if approximate else ""
    if unit in (SHARE, RATIO):
        return f"{_sign(value * 100, 2, about)}\N{NO-BREAK SPACE}pp"
    symbol, size = next(
        (symbol, size) for least, symbol, size in unit.display if abs(value) >= least or not least
    )
    symbol = currency or symbol
    decimals = 0 if unit.exact else _decimals(value / size)
    text = _sign(value / size, decimals, about)
    return f"{text}\N{NO-BREAK SPACE}{symbol}" if symbol else text


def show_change(change: float | None, *, approximate: bool = False) -> str:
    """Text of a relative change: `+83.4 %`, `?` where there is none."""
    if change is None:
        return "?"
    about = "~" if approximate else ""
    return f"{_sign(change * 100, 1, about)}\N{NO-BREAK SPACE}%"


def show_moment(when: date | datetime | None) -> str:
    """`2026-01-02`, `2026-01-02 17:38 UTC`; a time without a zone as it was written."""
    if when is None:
        return "date not recorded"
    if not isinstance(when, datetime):
        return when.isoformat()
    offset = when.utcoffset()
    zone = "" if offset is None else " UTC" if not offset else when.strftime(" %z")
    return f"{when:%Y-%m-%d %H:%M}{zone}"


def _duration(seconds: float) -> str:
    """`13 min`, `1 h 5 min`, `1 min 30 s`, `0.5 s`."""
    hours, rest = divmod(round(seconds, 3), 3600)
    minutes, rest = divmod(rest, 60)
    parts = [(hours, "h"), (minutes, "min"), (round(rest, 3), "s")]
    shown = [f"{amount:.15g}\N{NO-BREAK SPACE}{symbol}" for amount, symbol in parts if amount]
    return " ".join(shown) or "0\N{NO-BREAK SPACE}s"


def _figure(value: float, quantity: Quantity, size: float) -> str:
    scaled = value / size
    if quantity.computed:
        decimals = 0 if scaled == round(scaled) else _computed_decimals(scaled)
        if 99 < scaled < 100 and size == 0.01:
            # A share that is nearly whole is not shown as whole.
            decimals = next((d for d in (3, 4, 5) if round(scaled, d) < 100), 6)
    elif quantity.half == 0:
        decimals = 0 if scaled == round(scaled) else 3
    else:
        written = max(0, -math.floor(math.log10(quantity.half / size * 2) + 1e-9))
        decimals = min(written, _most_decimals(scaled))
    return f"{scaled:,.{min(decimals, 6)}f}"


def _most_decimals(scaled: float) -> int:
    """Decimals that a reader can use: tools write 363.031234 ms, people 363.03 ms.

    A share that is nearly whole keeps what tells it from a whole one.
    """
    size = abs(scaled)
    if 99 < size < 100:
        return next((d for d in (3, 4, 5) if round(size, d) < 100), 6)
    if size >= 10:
        return 2
    return 3 if size >= 1 else 3 - math.floor(math.log10(size or 1.0))


def _computed_decimals(scaled: float) -> int:
    """One decimal from ten on, three from one on, four below: 279.2, 3.337, 0.1748."""
    size = abs(scaled)
    if size >= 10:
        return 1
    return 3 if size >= 1 else 4


def _decimals(scaled: float) -> int:
    """One decimal for what is large, more for what is small, so that a difference stays seen."""
    size = abs(scaled)
    if size >= 10 or size == 0:
        return 1
    return 2 if size >= 1 else 3


def _sign(value: float, decimals: int, about: str = "") -> str:
    """The number with its sign, typographic minus; what rounds to zero has none.

    `about` in front of a sign is set off, because `~−` reads as two tildes.
    """
    text = f"{abs(value):,.{decimals}f}"
    if not any(digit in text for digit in "123456789"):
        return about + text
    gap = "\N{NARROW NO-BREAK SPACE}" if about else ""
    return f"{about}{gap}" + ("\N{MINUS SIGN}" if value < 0 else "+") + text

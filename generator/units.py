"""Quantities as people write them, turned into base units at the border.

Latency is in milliseconds, a test's duration in seconds, CPU in cores, memory and traffic in
bytes, rates in 1/s, shares in 0 to 1. A quantity remembers what is known of it: whether it was
written as approximate (`~280`), as a range over the run (`2→7`, `2→?`), and with how many digits.
Arithmetic on quantities carries all three along.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

MAX_TEXT = 64
"""Longest text that is read as a quantity; longer ones are refused before any pattern runs."""

MAX_VALUE = 1e18
"""Largest figure that is read, in base units: beyond it products would overflow."""

MIN_VALUE = 1e-18
"""Smallest figure that is read and is not zero: below it quotients would overflow."""


class UnitError(ValueError):
    """A text that is no quantity of the unit asked for; `hint` says how to write one."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Unit:
    """A dimension with its base unit.

    `factors` maps each suffix that is accepted to its size in base units; `display` lists
    (smallest value shown in it, symbol, size), largest first. `exact` units count things:
    an integer in them is exact, elsewhere the last digit written is taken as rounded.
    """

    name: str
    base: str
    factors: Mapping[str, float]
    display: tuple[tuple[float, str, float], ...]
    examples: tuple[str, ...]
    exact: bool = False
    maximum: float = math.inf
    signed: bool = False


_BINARY = {"Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40}
_DECIMAL_BYTES = {"B": 1.0, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}
_BYTE_FACTORS = {
    **_DECIMAL_BYTES,
    **_BINARY,
    **{f"{name}B": size for name, size in _BINARY.items()},
    **{"k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12},
}
_PER_SECOND = {
    f"{thing}{per}": size
    for thing in ("", "req", "reqs", "requests", "iterations")
    for per, size in (("/s", 1.0), ("/sec", 1.0), ("/min", 1 / 60), ("/h", 1 / 3600))
}

MILLISECONDS = Unit(
    "latency",
    "ms",
    {
        **{"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "μs": 1e-3, "ms": 1.0},
        **{"s": 1e3, "m": 6e4, "min": 6e4, "h": 3.6e6},
    },
    ((1e3, "s", 1e3), (0.0, "ms", 1.0)),
    ("363.03ms", "2s", "129.1"),
)
SECONDS = Unit(
    "duration",
    "s",
    {"ms": 1e-3, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0},
    ((3600.0, "h", 3600.0), (60.0, "min", 60.0), (0.0, "s", 1.0)),
    ("13m", "1m30s", "780"),
)
CORES = Unit(
    "CPU",
    "cores",
    {"n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0, "core": 1.0, "cores": 1.0},
    ((1.0, "cores", 1.0), (0.0, "m", 1e-3)),
    ("895m", "3.34 cores", "0.25"),
)
BYTES = Unit(
    "amount of data",
    "bytes",
    _BYTE_FACTORS,
    ((1e9, "GB", 1e9), (1e6, "MB", 1e6), (1e3, "kB", 1e3), (0.0, "B", 1.0)),
    ("1.3 GB", "895 kB", "1300000000"),
)
MEMORY = replace(
    BYTES,
    name="memory",
    display=((2.0**30, "GiB", 2.0**30), (2.0**20, "MiB", 2.0**20), (0.0, "B", 1.0)),
    examples=("53Mi", "1.5Gi", "55574528"),
)
PER_SECOND = Unit(
    "rate",
    "1/s",
    {**_PER_SECOND, "rps": 1.0, "RPS": 1.0},
    ((0.0, "/s", 1.0),),
    ("277.2/s", "277.2", "~280"),
)
SHARE = Unit(
    "share",
    "share",
    {"%": 0.01},
    ((0.0, "%", 0.01),),
    ("98.68%", "0.9868"),
    maximum=1.0,
)
RATIO = replace(SHARE, name="ratio", maximum=math.inf, examples=("~895%", "8.95"))
COUNT = Unit(
    "count",
    "count",
    {"K": 1e3, "k": 1e3, "M": 1e6},
    ((0.0, "", 1.0),),
    ("217,804", "~50K", "2→7"),
    exact=True,
)
MONEY = Unit(
    "amount of money",
    "currency",
    {},
    ((0.0, "", 1.0),),
    ("0.04", "~0.04"),
)
NUMBER = Unit(
    "number",
    "1",
    {},
    ((0.0, "", 1.0),),
    ("12.5", "3"),
    signed=True,
)
CHANGE = Unit(
    "relative change",
    "share",
    {"%": 0.01},
    ((0.0, "%", 0.01),),
    ("-50%", "2x", "2x→3x"),
    signed=True,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure in base units with what is known of it.

    `start` and `end` are equal unless the figure is a range over the run (`2→7`); `end` is None
    where it is not known (`2→?`). `half` is half of the last digit written, in base units: how
    far the true value may lie from the figure by rounding alone (0 for counted things).
    """

    start: float
    end: float | None
    approximate: bool = False
    half: float = 0.0
    computed: bool = False
    text: str = field(default="", compare=False)

    @classmethod
    def exact(cls, value: float) -> Quantity:
        """A figure without rounding, such as a count."""
        return cls(value, value)

    @property
    def is_range(self) -> bool:
        """Whether the figure changed over the run."""
        return self.start != self.end

    @property
    def is_exact(self) -> bool:
        """Whether it is one figure, written without `~`."""
        return not (self.approximate or self.is_range)

    @property
    def value(self) -> float | None:
        """The figure as one number: of a range its end, None where that is not known."""
        return self.end

    def __add__(self, other: Quantity) -> Quantity:
        return _combine(operator.add, self, other, self.half + other.half)

    def __sub__(self, other: Quantity) -> Quantity:
        return _combine(operator.sub, self, other, self.half + other.half)

    def __mul__(self, other: Quantity) -> Quantity:
        half = abs(self.start) * other.half + abs(other.start) * self.half
        return _combine(operator.mul, self, other, half)

    def __truediv__(self, other: Quantity) -> Quantity:
        """Quotient; the divisor must not be zero at either end (ask `can_divide`)."""
        size = abs(self.start / other.start)
        half = (self.half + size * other.half) / abs(other.start)
        return _combine(operator.truediv, self, other, half)

    def can_divide(self) -> bool:
        """Whether dividing by this quantity is defined."""
        return self.start != 0 and self.end != 0

    def agrees_with(self, other: Quantity) -> bool:
        """Whether both can be the same figure, as far as the digits written tell.

        Ranges agree with anything that they reach; a range without a known end with anything
        beyond its start is not refuted either.
        """
        if self.end is None or other.end is None:
            return True
        slack = (self.half + other.half) * (1 + 1e-9) + 1e-12 * max(abs(self.end), abs(other.end))
        low, high = sorted((self.start, self.end))
        other_low, other_high = sorted((other.start, other.end))
        return low - slack <= other_high and other_low - slack <= high


def _combine(
    operation: Callable[[float, float], float], left: Quantity, right: Quantity, half: float
) -> Quantity:
    end = None if left.end is None or right.end is None else operation(left.end, right.end)
    return Quantity(
        operation(left.start, right.start),
        end,
        left.approximate or right.approximate,
        half,
        computed=True,
    )


_NUMBER = r"[+-]?(?=\.?\d)(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d{1,3})?"
_PLAIN = re.compile(rf"(?P<number>{_NUMBER})(?P<suffix>\D*)", re.ASCII)
_COMPOSED = re.compile(r"(?:\d+(?:\.\d+)?\s?(?:h|min|ms|m|s)\s?){2,}")
_COMPOSED_PART = re.compile(r"(\d+(?:\.\d+)?)\s?(h|min|ms|m|s)")
_FACTOR = re.compile(rf"(?P<number>{_NUMBER})[x×]", re.ASCII)
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_ARROW = re.compile(r"\s*(?:→|->)\s*")
NOT_AVAILABLE = frozenset({"n/a", "na"})
"""Texts, in lower case, that say that a figure was not recorded."""


def parse(written: object, unit: Unit) -> Quantity | None:
    """The quantity that a record's value means, in base units of `unit`.

    `written` is a number in base units or a text with or without a suffix, `~` in front for
    an approximate figure, `→` between the ends of a range. None means "not available" (`N/A`).
    Raises UnitError, with a hint, for anything else: other units, NaN, infinity, negatives.
    """
    if written is None:
        raise UnitError("nothing stands here", f"{_expected(unit)}, or leave the field out")
    if isinstance(written, bool) or not isinstance(written, int | float | str):
        raise UnitError(f"{_shown(written)} is no {unit.name}", _expected(unit))
    text = str(written).strip()
    if len(text) > MAX_TEXT:
        raise UnitError(f"{_shown(text)} is too long for a {unit.name}", _expected(unit))
    if text.lower() in NOT_AVAILABLE:
        return None
    approximate = text.startswith(("~", "≈"))
    body = text.lstrip("~≈").strip()
    ends = _ARROW.split(body)
    if len(ends) > 2:
        raise UnitError(f"{_shown(text)} has more than two ends", "write a range as 2→7")
    # An unknown end may have a unit too: `2→? cores`.
    end_known = re.sub(r"^\?", "0", ends[-1])
    start, half = _single(_with_unit_of(end_known, ends[0]), unit, text, approximate)
    if len(ends) == 1:
        return Quantity(start, start, approximate, half, text=text)
    end, end_half = _single(end_known, unit, text, approximate)
    if end_known != ends[1]:
        return Quantity(start, None, approximate, half, text=text)
    return Quantity(start, end, approximate, max(half, end_half), text=text)


def _with_unit_of(end: str, start: str) -> str:
    """The start of a range; of `2→3s` it is `2s`, for the unit of the end holds for both."""
    written = _PLAIN.fullmatch(end)
    is_figure = written is not None and any(map(str.isdigit, written["number"]))
    is_bare = start.replace(".", "").replace(",", "").isdecimal()
    return start + written["suffix"] if written and is_figure and is_bare else start


def _single(body: str, unit: Unit, text: str, approximate: bool) -> tuple[float, float]:
    """Value and half of the last digit of one figure, both in base units."""
    if unit is SECONDS and (clock := _CLOCK.fullmatch(body)):
        first, second, third = clock.groups()
        parts = [int(first), int(second)] + ([int(third)] if third else [])
        return float(sum(part * 60**power for power, part in enumerate(reversed(parts)))), 0.5
    if unit in (SECONDS, MILLISECONDS) and _COMPOSED.fullmatch(body):
        parts_written = _COMPOSED_PART.findall(body)
        sizes = [float(number) * unit.factors[suffix] for number, suffix in parts_written]
        number, suffix = parts_written[-1]
        value = _bounded(math.fsum(sizes), unit, text)
        return value, _last_digit(number, approximate) * unit.factors[suffix]
    if unit is CHANGE and (times := _FACTOR.fullmatch(body)):
        number = times["number"].replace(",", "")
        if any(map(str.isdigit, number)):
            return _bounded(float(number) - 1, unit, text), _last_digit(number, approximate)
    match = _PLAIN.fullmatch(body)
    if not match or not any(map(str.isdigit, match["number"])):
        raise UnitError(f"{_shown(text)} is no {unit.name}", _expected(unit))
    suffix = match["suffix"]
    factor = 1.0 if not suffix else unit.factors.get(suffix.strip())
    if factor is None:
        raise UnitError(f"{_shown(text)} has no unit of {unit.name}", _expected(unit))
    number = match["number"].replace(",", "")
    value = _bounded(float(Decimal(number) * Decimal(str(factor))), unit, text)
    if value < 0 and not unit.signed:
        raise UnitError(f"{_shown(text)} is negative", f"a {unit.name} is zero or more")
    if value > unit.maximum * (1 + 1e-9):
        hint = "write 98.68% or 0.9868" if not suffix else "a share is at most 100%"
        raise UnitError(f"{_shown(text)} is more than 1", hint)
    counted = unit.exact and not approximate and "." not in number and not suffix
    return value, 0.0 if counted else _last_digit(number, approximate) * factor


def _bounded(value: float, unit: Unit, text: str) -> float:
    """The value, without the sign of a zero, where it is a figure that can be measured."""
    if abs(value) > MAX_VALUE:
        raise UnitError(f"{_shown(text)} is too large", f"at most {MAX_VALUE:g} {unit.base}")
    if 0 < abs(value) < MIN_VALUE:
        raise UnitError(f"{_shown(text)} is too small", f"at least {MIN_VALUE:g} {unit.base}")
    return value + 0.0


def _last_digit(number: str, approximate: bool) -> float:
    """Half of the last digit written; of an approximate figure the whole of its last digit.

    Trailing zeros of an approximate integer don't count: `~280` is known to tens.
    """
    mantissa, _, exponent = number.lower().partition("e")
    whole, _, decimals = mantissa.partition(".")
    power = -len(decimals)
    if approximate and not decimals and whole.strip("+-0"):
        power = len(whole) - len(whole.rstrip("0"))
    return (1.0 if approximate else 0.5) * 10.0 ** min(power + int(exponent or 0), 300)


def _shown(written: object) -> str:
    text = str(written)
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _expected(unit: Unit) -> str:
    article = "an" if unit.name[0] in "aeiou" else "a"
    return f"write {article} {unit.name} such as {', '.join(unit.examples)}"

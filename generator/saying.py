"""Figures that people type into a sentence: recognised, with what kind of statement each is.

`+83%` is a change, `−173 ms` a delta, `363ms` a value, `doubled` a change in a word, `3→6` both
ends of one. A figure keeps how precisely it was written; nothing is read that has neither unit nor
sign, because a bare number can be of anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from generator import units
from generator.metrics import METRICS, Metric
from generator.units import Quantity, Unit, UnitError


class Kind(StrEnum):
    """What a figure states."""

    VALUE = "value"
    DELTA = "delta"
    CHANGE = "change"
    WAY = "way"
    SAME = "same"


@dataclass(frozen=True)
class Said:
    """One figure as typed.

    `quantity` is in base units: of a change the relative change, of a way its two ends; None where
    it says that nothing changed. `symbol` is the unit as typed, `word` is set where a word stands
    for the figure, whose precision is then WORD_PRECISION. `start` and `end` are its place in the
    text.
    """

    kind: Kind
    quantity: Quantity | None
    symbol: str
    text: str
    start: int = 0
    end: int = 0
    word: bool = False

    @property
    def in_percent(self) -> bool:
        """Whether it was typed with a percent sign."""
        return self.symbol == "%"


WORDS = {
    "doubled": 2.0,
    "doubling": 2.0,
    "twice": 2.0,
    "tripled": 3.0,
    "trebled": 3.0,
    "quadrupled": 4.0,
    "halved": 0.5,
    "halving": 0.5,
}
"""Words that state a factor."""

WORD_PRECISION = 0.05
ABOUT_PRECISION = 0.15
"""How far a factor may lie from its word: "doubled" is 1.9 to 2.1 times, "about" 1.7 to 2.3."""

SAME = frozenset({"=", "same", "~same", "≈same", "unchanged", "no change", "0", "±0"})
"""Whole texts that state that nothing changed."""

_UNITS: dict[str, Unit] = {
    "%": units.SHARE,
    "pp": units.SHARE,
    "ms": units.MILLISECONDS,
    "s": units.MILLISECONDS,
    "µs": units.MILLISECONDS,
    "us": units.MILLISECONDS,
    "rps": units.PER_SECOND,
    "req/s": units.PER_SECOND,
    "/s": units.PER_SECOND,
    "rps/core": units.PER_SECOND,
    "rps/pod": units.PER_SECOND,
    "rps/node": units.PER_SECOND,
    "cores": units.CORES,
    "core": units.CORES,
    "m": units.CORES,
    "mi": units.MEMORY,
    "gi": units.MEMORY,
    "mib": units.MEMORY,
    "gib": units.MEMORY,
    "kb": units.BYTES,
    "mb": units.BYTES,
    "gb": units.BYTES,
    "vus": units.COUNT,
    "usd": units.MONEY,
}
"""What each symbol measures."""

_NAMED_BY_UNIT = {
    "rps": "request_rate",
    "rps/core": "rps_per_core",
    "rps/pod": "rps_per_pod",
    "rps/node": "rps_per_node",
    "vus": "vus",
}
"""Units that name their metric by themselves."""

_SIGNS = "+\N{MINUS SIGN}\N{EN DASH}-"
_NUMBER = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,6})?|\d{1,12}(?:\.\d{1,6})?"
_SYMBOL = (
    r"%|pp\b|ms\b|µs\b|us\b|s\b|rps/core\b|rps/pod\b|rps/node\b|rps\b|req/s\b|/s\b|cores?\b|m\b"
    r"|[MG]iB?\b|[kKMG]B\b|VUs\b|USD\b|[x×](?![\w])"
)
_FIGURE = re.compile(
    rf"(?<![\w.,/\-–−→])(?P<about>[~≈]\s?)?(?P<sign>[{_SIGNS}])?(?P<number>{_NUMBER})"
    rf"(?:\s?(?P<symbol>{_SYMBOL}))?(?![\w])",
    re.IGNORECASE,
)
_WORD = re.compile(
    rf"(?<!\w)(?P<about>(?:nearly|almost|about|roughly)\s)?(?P<word>{'|'.join(WORDS)})(?!\w)",
    re.IGNORECASE,
)


def figures(text: str) -> Iterator[Said]:
    """Every figure in a text that has a unit or a sign and a unit, in order of place."""
    found = [said for match in _FIGURE.finditer(text) if (said := _of(match))]
    found += [_of_word(match) for match in _WORD.finditer(text)]
    yield from sorted(found, key=lambda said: said.start)


def whole(text: str, metric: Metric | None = None) -> Said | None:
    """The one figure that a short text is; a bare number is a value of `metric`. None else."""
    stripped = text.strip()
    if stripped.lower() in SAME:
        return Said(Kind.SAME, None, "", stripped)
    if word := _WORD.fullmatch(stripped):
        return _of_word(word)
    match = _FIGURE.fullmatch(stripped)
    if match and (said := _of(match)):
        return said
    if metric is None:
        return None
    bare = stripped.removeprefix("+").lstrip("\N{MINUS SIGN}\N{EN DASH}-")
    signed = len(bare) < len(stripped)
    try:
        quantity = units.parse(bare, metric.unit)
    except UnitError:
        return None
    if quantity is None:
        return None
    if quantity.is_range:
        return Said(Kind.WAY, quantity, "", stripped)
    if signed and not stripped.startswith("+"):
        quantity = Quantity(-quantity.start, -quantity.start, quantity.approximate, quantity.half)
    return Said(Kind.DELTA if signed else Kind.VALUE, quantity, "", stripped)


def metric_of_unit(said: Said) -> Metric | None:
    """The metric that a figure's unit names by itself: `508 RPS` is a request rate."""
    return METRICS.get(_NAMED_BY_UNIT.get(said.symbol, ""))


def fits(said: Said, metric: Metric) -> bool:
    """Whether the figure can be of the metric: changes fit all, values those of their unit."""
    if said.kind in (Kind.CHANGE, Kind.SAME) or not said.symbol:
        return True
    if said.in_percent or said.symbol == "pp":
        shares = metric.unit in (units.SHARE, units.RATIO)
        return shares or (said.in_percent and said.kind is Kind.DELTA)
    unit = _UNITS.get(said.symbol)
    return unit is not None and unit.base == metric.unit.base and unit.name == metric.unit.name


def _of(match: re.Match[str]) -> Said | None:
    symbol = (match["symbol"] or "").lower()
    sign = -1.0 if (match["sign"] or "+") != "+" else 1.0
    if not symbol:
        return None
    about = "~" if match["about"] else ""
    place = (match[0], match.start(), match.end())
    if symbol in ("x", "×"):
        quantity = units.parse(f"{about}{match['number']}x", units.CHANGE)
        return Said(Kind.CHANGE, quantity, "x", *place) if quantity else None
    if symbol == "%" and match["sign"]:
        quantity = units.parse(f"{about}{match['number']}%", units.CHANGE)
        if quantity is None:
            return None
        start = sign * quantity.start
        quantity = Quantity(start, start, quantity.approximate, quantity.half)
        return Said(Kind.CHANGE, quantity, "%", *place)
    unit = _UNITS[symbol]
    written = "%" if symbol == "pp" else match["symbol"]
    if symbol in _NAMED_BY_UNIT or symbol in ("req/s", "usd"):
        written = ""
    try:
        quantity = units.parse(f"{about}{match['number']}{written}", _unbounded(unit))
    except UnitError:
        return None
    if quantity is None:
        return None
    start = sign * quantity.start
    quantity = Quantity(start, start, quantity.approximate, quantity.half)
    kind = Kind.DELTA if match["sign"] else Kind.VALUE
    return Said(kind, quantity, symbol, *place)


def _unbounded(unit: Unit) -> Unit:
    """A share that somebody typed may be anything: `328%` of a request."""
    return units.RATIO if unit is units.SHARE else unit


def _of_word(match: re.Match[str]) -> Said:
    factor = WORDS[match["word"].lower()]
    change = factor - 1
    about = match["about"] is not None
    precision = ABOUT_PRECISION if about else WORD_PRECISION
    quantity = Quantity(change, change, about, half=precision * factor)
    return Said(Kind.CHANGE, quantity, "x", match[0], match.start(), match.end(), word=True)

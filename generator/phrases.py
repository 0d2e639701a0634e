"""Figures and lists inside of a sentence: `62`, `8.5 %`, `236.6 /s`, `5, 10 and 20`."""

from __future__ import annotations

from collections.abc import Sequence

from generator import display
from generator.units import PER_SECOND, Quantity

MOST_NAMED = 6
"""How many things a sentence names."""


def count(number: float) -> str:
    """A number of things: `1,600`."""
    return f"{number:,.15g}"


def share(value: float) -> str:
    """A share in two digits: `8.5 %`."""
    if abs(value) >= 0.0995:
        return f"{value * 100:.0f}\N{NO-BREAK SPACE}%"
    return f"{value * 100:.2g}\N{NO-BREAK SPACE}%"


def rate(value: float) -> str:
    """A throughput: `236.6 /s`."""
    return display.show(Quantity(value, value, computed=True), PER_SECOND)


def counts(numbers: Sequence[float]) -> str:
    """Numbers one after another, those in the middle of many left out."""
    texts = [count(number) for number in numbers]
    if len(texts) > MOST_NAMED:
        texts = [*texts[: MOST_NAMED - 2], f"{len(texts) - MOST_NAMED + 1} more", texts[-1]]
    return joined(texts)


def joined(texts: Sequence[str]) -> str:
    """`one, two and three`."""
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))


def sentence(text: str) -> str:
    """A phrase as a sentence of its own."""
    return f"{text[:1].upper()}{text[1:]}."

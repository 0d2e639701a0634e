"""A doubt: a figure that something else on record contradicts, and how that is said.

The tolerance of a contradiction is what the digits of both figures leave open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator import display
from generator.units import Quantity, Unit
from generator.yamltree import Path


@dataclass(frozen=True)
class Doubt:
    """What is doubtful of the field at `path`, and what would mend it."""

    path: Path
    message: str
    hint: str = ""


def contradiction(
    path: Path, stated: Quantity | None, computed: Quantity | None, unit: Unit, formula: str
) -> Iterator[Doubt]:
    """A doubt where a stated figure and the computed one can't be the same."""
    if stated is not None and computed is not None and not stated.agrees_with(computed):
        message = f"{display.show(stated, unit)} contradicts {formula}"
        yield Doubt(path, f"{message} = {display.show(computed, unit)}", "one of them is wrong")


def known(quantity: Quantity | None) -> Quantity | None:
    """The quantity if it is one figure; None of a range and of what is not there."""
    return None if quantity is None or quantity.is_range else quantity


def exceeds(larger: Quantity, smaller: Quantity) -> bool:
    """Whether `larger` is beyond `smaller` by more than both figures' digits leave open."""
    return larger.start - larger.half > (smaller.start + smaller.half) * (1 + 1e-9)

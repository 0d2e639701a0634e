"""A doubt: a figure that something else on record contradicts, and how that is said.

The tolerance of a contradiction is what the digits of both figures leave open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from generator import display, figures
from generator.errors import Level
from generator.model import Run
from generator.notebook import Notebook
from generator.units import Quantity, Unit
from generator.yamltree import Path

Find = TypeVar("Find")


class Kind(StrEnum):
    """What a check is about; the audit page groups by it."""

    FILE = "Records that can't be read"
    FIGURES = "Figures that contradict each other"
    RUNS = "Runs that contradict each other"
    CLAIMS = "Claims that the data do not carry"
    LINKS = "What leads nowhere"
    CLUSTER = "What the cluster shows"
    RECORD = "What was not recorded"


@dataclass(frozen=True)
class Check(Generic[Find]):
    """A rule that a record must keep: stable code, kind, what it says, the function that looks.

    What it means, an example and how to mend it stand in `templates/checks.yaml`.
    """

    code: str
    kind: Kind
    title: str
    find: Find


@dataclass(frozen=True)
class Doubt:
    """What is doubtful of the field at `path`, and what would mend it.

    `concerns` are the other fields of the same record that take part in it; `inside` are the words
    of the field's text that it is about. An error is what a page can't be made from.
    """

    path: Path
    message: str
    hint: str = ""
    concerns: tuple[Path, ...] = ()
    inside: str = ""
    level: Level = Level.WARNING


OfRun = Check[Callable[[Run], Iterator[Doubt]]]
"""A check of one run."""

OfRecord = Check[Callable[[Notebook, str], Iterator[Doubt]]]
"""A check of a run or a campaign beside what it is held against, by its name."""

OfBook = Check[Callable[[Notebook], Iterator[tuple[str, Doubt]]]]
"""A check of a record among the others: yields the run's or campaign's identity with each doubt."""


def contradiction(
    path: Path,
    stated: Quantity | None,
    computed: Quantity | None,
    unit: Unit,
    formula: str,
    concerns: tuple[Path, ...] = (),
) -> Iterator[Doubt]:
    """A doubt where a stated figure and the computed one can't be the same."""
    if stated and computed and not figures.agree(stated, computed, unit):
        message = f"{display.show(stated, unit)} contradicts {formula}"
        message = f"{message} = {display.show(computed, unit)}"
        yield Doubt(path, message, "one of them is wrong", concerns)


def known(quantity: Quantity | None) -> Quantity | None:
    """The quantity if it is one figure; None of a range and of what is not there."""
    return None if quantity is None or quantity.is_range else quantity


def exceeds(larger: Quantity, smaller: Quantity) -> bool:
    """Whether `larger` is beyond `smaller` by more than both figures' digits leave open."""
    return larger.start - larger.half > (smaller.start + smaller.half) * (1 + 1e-9)

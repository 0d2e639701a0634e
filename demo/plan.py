"""Which runs the campaign has, what they are called, and in which order they are made.

The order is drawn, round by round, so that neither load nor deployment goes with the time of day.
Two things are not left to chance, because a run can't be older than its baseline: the first run
is the smallest load without the cache, and in the first round a load is measured without the
cache before it is measured with it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

CAMPAIGN = "cache-on-one-host"
LOADS = (5, 10, 20, 40, 80, 160)
REPEATS = 3
SEED = 20_260_102

THINK_SECONDS = 0.25
"""Mean pause of a VU between two requests; each is drawn from half of it to one and a half."""


@dataclass(frozen=True)
class Timing:
    """How long the parts of a run are, in whole seconds."""

    ramp_up: int = 3
    steady: int = 14
    ramp_down: int = 1

    @property
    def seconds(self) -> int:
        """The whole of it."""
        return self.ramp_up + self.steady + self.ramp_down


@dataclass(frozen=True)
class Cell:
    """One run to make: the cache off or on, so many VUs, the how manieth time.

    `position` is its place in the order, from 1; `first` the first run of the whole campaign.
    """

    cached: bool
    vus: int
    repeat: int
    campaign: str = CAMPAIGN
    position: int = 0
    first: str = ""

    @property
    def name(self) -> str:
        """Its name in the campaign: `off-020-1`."""
        return f"{self.deployment}-{self.vus:03}-{self.repeat}"

    @property
    def identity(self) -> str:
        """Its name in the notebook: `cache-on-one-host/off-020-1`."""
        return f"{self.campaign}/{self.name}"

    @property
    def deployment(self) -> str:
        """What the names say of the cache: off, on."""
        return "on" if self.cached else "off"

    @property
    def original(self) -> str:
        """The first run of the same thing, which this one repeats unless it is that itself."""
        return replace(self, repeat=1).identity

    @property
    def baseline(self) -> str:
        """What it is compared with; empty for the first run of all.

        With the cache: the run without it under the same load. A repeat: the run that it repeats.
        Else the first run of all, of the smallest load.
        """
        if self.cached:
            return replace(self, cached=False, repeat=1).identity
        if self.repeat > 1:
            return self.original
        return "" if self.identity == self.first else self.first

    @property
    def seed(self) -> int:
        """What its visitors are drawn from: the same with and without the cache."""
        return self.vus * 10 + self.repeat


def ordered(
    loads: Sequence[int] = LOADS,
    repeats: int = REPEATS,
    *,
    campaign: str = CAMPAIGN,
    seed: int = SEED,
) -> list[Cell]:
    """All runs in the order in which they are made; the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311 (an order, not a secret)
    found: list[Cell] = []
    for repeat in range(1, repeats + 1):
        cells = [Cell(cached, vus, repeat, campaign) for vus in loads for cached in (False, True)]
        dice.shuffle(cells)
        found += _baselines_first(cells) if repeat == 1 else cells
    first = found[0].identity
    numbered = enumerate(found, start=1)
    return [replace(cell, position=position, first=first) for position, cell in numbered]


def _baselines_first(cells: Sequence[Cell]) -> list[Cell]:
    """The first round: of the two runs of a load the uncached first, the smallest before all."""
    places = {cell: place for place, cell in enumerate(cells)}
    smallest = min(cell.vus for cell in cells)

    def place(cell: Cell) -> tuple[bool, int]:
        pair = sorted((places[cell], places[replace(cell, cached=not cell.cached)]))
        is_first = cell.vus == smallest and not cell.cached
        return not is_first, pair[cell.cached]

    return sorted(cells, key=place)

"""Steps in a series of figures: at which one its level changed, and how surely.

E-divisive with exponent 2, which compares means (Matteson & James, A Nonparametric Approach for
Multiple Change Point Analysis of Multivariate Data, JASA 109, 2014), as performance tests use it
(Daly et al., The Use of Change Point Detection to Identify Software Performance Regressions, ICPE
2020; Fleming et al., Hunter, ICPE 2023). Candidates are looked for in seeded intervals (Kovács et
al., Seeded binary segmentation, Biometrika 110, 2023), so that a level that lasted a short while
is seen and the search takes n log n. Significance is a permutation test with a fixed seed.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

LEVEL = 0.01
"""With what probability a step is seen in a series that has none."""

FEWEST = 12
"""Figures from which on a step can be told: of 12 in random order 1 in 462 looks like one in the
middle, of 8 it is 1 in 35."""

SHORTEST = 3
"""Figures that a level has at least; a step is reported once so many show it."""

PERMUTATIONS = 499
_AT_A_TIME = (39, 100, 120, 120, 120)
_TOO_MANY = 5
"""The test ends where so many permutations were as uneven as the series: p is beyond the level."""

_SEED = 20140501


@dataclass(frozen=True)
class Step:
    """A change of level before the figure at `index`; `p` is that of the permutation test."""

    index: int
    p: float

    def distance(self, index: int) -> int:
        """How many figures lie between the step and another."""
        return abs(index - self.index)


@dataclass(frozen=True)
class Drift:
    """A level that moves all along: of the line through the figures the two ends."""

    start: float
    end: float


@dataclass(frozen=True)
class Course:
    """What a series does: steps, or a drift, or neither."""

    steps: tuple[Step, ...] = ()
    drift: Drift | None = None

    def packed(self) -> list[Any]:
        """The course as values of JSON."""
        drift = [self.drift.start, self.drift.end] if self.drift else None
        return [[[step.index, step.p] for step in self.steps], drift]

    @classmethod
    def unpacked(cls, packed: list[Any]) -> Course:
        """What was packed."""
        found, drift = packed
        return cls(tuple(Step(*step) for step in found), Drift(*drift) if drift else None)


def course(figures: Sequence[float], least: float = 0.0, *, absolute: bool = False) -> Course:
    """The steps of a series in order, or its drift where a line fits better than steps do.

    Differences up to `least` are none: relative to the level before, or `absolute`. Fewer than
    `FEWEST` figures have neither.
    """
    if len(figures) < FEWEST or min(figures) == max(figures):
        return Course()
    found = sorted(_steps(figures, 0, len(figures)), key=lambda step: step.index)
    if not found:
        return Course()
    drift = _drift(figures, [step.index for step in found])
    if drift:
        size = size_of(drift.start, drift.end, absolute=absolute)
        return Course(drift=drift) if size is None or abs(size) > least else Course()
    return Course(tuple(_large_enough(figures, found, least, absolute)))


def levels(figures: Sequence[float], found: Sequence[Step]) -> list[float]:
    """The median of the figures before, between and after the steps."""
    bounds = [0, *(step.index for step in found), len(figures)]
    return [statistics.median(figures[a:b]) for a, b in pairwise(bounds)]


def size_of(before: float, after: float, *, absolute: bool) -> float | None:
    """The difference of two levels as tolerances have it; None relative to zero."""
    if absolute:
        return after - before
    return (after - before) / abs(before) if before else None


def spread_of(figures: Sequence[float]) -> float | None:
    """Standard deviation from one figure to the next, steps and drift left out.

    The median absolute deviation of the differences of neighbours, as that of normal ones
    (Rousseeuw & Croux, JASA 88, 1993): a step adds one large difference, a drift moves all alike.
    None of fewer than eight figures.
    """
    if len(figures) < 8:
        return None
    apart = [b - a for a, b in pairwise(figures)]
    middle = statistics.median(apart)
    return statistics.median(abs(one - middle) for one in apart) / (math.sqrt(2) * 0.6745)


def freedom(number: int) -> int:
    """Degrees of freedom of the spread of so many figures, for Student's t.

    Neighbouring differences share a figure and a median absolute deviation has 37 % of the
    efficiency: with (n - 2) / 2 normal figures keep the stated levels from 8 to 100 of them.
    """
    return max(2, (number - 2) // 2)


def _steps(figures: Sequence[float], start: int, end: int) -> Iterator[Step]:
    """The most marked step between two positions, and those of both of its sides."""
    if end - start < FEWEST:
        return
    index, p = _best(figures[start:end])
    if p <= LEVEL:
        yield Step(start + index, p)
        yield from _steps(figures, start, start + index)
        yield from _steps(figures, start + index, end)


def _best(figures: Sequence[float]) -> tuple[int, float]:
    """Where a series is most uneven, and the p-value of it being so at all."""
    # Loaded here: commands that look at no series shall not wait for it.
    import numpy as np

    values = np.asarray(figures, dtype=float)
    values = values - values.mean()
    if not values.any():
        return 0, 1.0
    cuts = _cuts(len(values))
    here = _unevenness(values[:, None], cuts)[:, 0]
    best = int(here.argmax())
    most = float(here[best]) * (1 - 1e-9)
    random = np.random.default_rng(_SEED)
    exceeding = done = 0
    for count in _AT_A_TIME:
        shuffled = random.permuted(np.tile(values[:, None], count), axis=0)
        exceeding += int((_unevenness(shuffled, cuts).max(axis=0) >= most).sum())
        done += count
        if exceeding >= _TOO_MANY:
            break
    return int(cuts[1][best]), (exceeding + 1) / (done + 1)


def _unevenness(series: Any, cuts: tuple[Any, ...]) -> Any:
    """For each cut (row) of each series (column): √(mn / (m + n)) x |difference of the means|."""
    import numpy as np

    start, middle, end, left, right = cuts
    sums = np.zeros((series.shape[0] + 1, series.shape[1]))
    np.cumsum(series, axis=0, out=sums[1:])
    uneven = sums[middle] * (left + right)
    uneven -= sums[start] * left
    uneven -= sums[end] * right
    return np.abs(uneven, out=uneven)


@lru_cache(maxsize=64)
def _cuts(size: int) -> tuple[Any, ...]:
    """Every cut of every seeded interval: start, place of the cut, end, and both weights."""
    import numpy as np

    found = [
        (start, middle, end)
        for start, end in _intervals(size)
        for middle in range(start + SHORTEST, end - SHORTEST + 1)
    ]
    start, middle, end = np.array(found).T
    m, n = middle - start, end - middle
    scale = np.sqrt(m * n / (m + n))
    return start, middle, end, (scale / m)[:, None], (scale / n)[:, None]


def _intervals(size: int) -> list[tuple[int, int]]:
    """Intervals of half the length in each layer, each overlapping half of the next."""
    found: dict[tuple[int, int], None] = {}
    length = float(size)
    while length >= 2 * SHORTEST:
        count = max(1, 2 * math.ceil(size / length) - 1)
        shift = (size - length) / (count - 1) if count > 1 else 0.0
        for number in range(count):
            start = number * shift
            found[math.floor(start), min(size, math.ceil(start + length))] = None
        length /= 2
    return list(found)


def _large_enough(
    figures: Sequence[float], found: Sequence[Step], least: float, absolute: bool
) -> list[Step]:
    """The steps without those of no more than `least`, the smallest removed first."""
    kept = list(found)
    while kept:
        level = levels(figures, kept)
        sizes = [
            math.inf if size is None else abs(size)
            for size in (size_of(a, b, absolute=absolute) for a, b in pairwise(level))
        ]
        smallest = min(range(len(kept)), key=lambda at: sizes[at])
        if sizes[smallest] > least + 1e-12:
            break
        del kept[smallest]
    return kept


def _drift(figures: Sequence[float], indices: Sequence[int]) -> Drift | None:
    """The line through the figures, where by the BIC it tells them better than the steps do."""
    n = len(figures)
    fitted = statistics.linear_regression(range(n), figures)
    line = [fitted.intercept + fitted.slope * at for at in range(n)]
    bounds = [0, *indices, n]
    stairs: list[float] = []
    for a, b in pairwise(bounds):
        stairs += [statistics.fmean(figures[a:b])] * (b - a)
    of_line = _bic(figures, line, 2)
    of_stairs = _bic(figures, stairs, 2 * len(indices) + 1)
    return Drift(line[0], line[-1]) if of_line < of_stairs else None


def _bic(figures: Sequence[float], told: Sequence[float], parameters: int) -> float:
    """Schwarz's criterion of a model with so many parameters, noise taken as normal."""
    n = len(figures)
    squares = sum((a - b) ** 2 for a, b in zip(figures, told, strict=True))
    return n * math.log(max(squares, 1e-300) / n) + parameters * math.log(n)
